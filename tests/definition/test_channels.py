"""Channels: what they are without a word, and what their file changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from parcours.definition.channels import Channel, GrowBy
from tests.definition.conftest import Load


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("email", "profile.email"),
        ("push", "profile.push_token"),
        ("sms", "profile.phone"),
        ("mms", "profile.phone"),
        ("whatsapp", "profile.phone"),
        ("in_app", None),
        ("web", None),
        ("direct_mail", None),
        ("webhook", None),
    ],
)
def test_built_in_channels_need_no_file(load: Load, name: str, address: str | None) -> None:
    channel = load({}).channels[name]
    assert channel.name == name
    assert channel.address == address
    assert (channel.batch.format, channel.batch.max_rows) == ("jsonl", 50000)
    assert (channel.limits, channel.ramp_up, channel.overflow) == ((), None, "defer")


def test_a_built_in_channel_keeps_its_address_when_something_else_is_written(load: Load) -> None:
    channels = load({"channels.yaml": "channels: {email: {batch: {format: csv}}}"}).channels
    assert channels["email"].address == "profile.email"
    assert channels["email"].batch.format == "csv"
    assert channels["sms"].address == "profile.phone"


def test_a_project_may_have_channels_of_its_own(load: Load) -> None:
    channels = load({"channels.yaml": "channels: {partner: {address: profile.profile_id}}"}).channels
    assert channels["partner"].address == "profile.profile_id"


def test_the_longest_deferral_is_a_week() -> None:
    assert Channel.model_validate({"name": "email"}).max_deferral == timedelta(days=7)


def test_with_a_ramp_up_deferral_has_no_end() -> None:
    ramp_up = {"starts_on": "2026-03-01", "per_day": [10, 20]}
    assert Channel.model_validate({"name": "email", "ramp_up": ramp_up}).max_deferral is None


def test_a_deferral_that_is_written_holds() -> None:
    ramp_up = {"starts_on": "2026-03-01", "per_day": [10, 20]}
    channel = Channel.model_validate({"name": "email", "ramp_up": ramp_up, "max_deferral": "2d"})
    assert channel.max_deferral == timedelta(days=2)


def test_the_order_of_a_ramp_up_may_be_written_out(load: Load) -> None:
    text = "channels: {email: {ramp_up: {starts_on: 2026-03-01, per_day: [5], order: fair}}}"
    ramp_up = load({"channels.yaml": text}).channels["email"].ramp_up
    assert ramp_up is not None
    assert ramp_up.order == "fair"


def test_a_ramp_up_is_read(load: Load) -> None:
    channels = load(
        {
            "channels.yaml": """
                channels:
                  email:
                    ramp_up:
                      starts_on: 2026-03-01
                      per_hour: [5, 10]
                      counts: sending_days
                      then: {grow_by: 12.5}
                      timezone: Asia/Tokyo
            """
        }
    ).channels
    ramp_up = channels["email"].ramp_up
    assert ramp_up is not None
    assert ramp_up.starts_on == date(2026, 3, 1)
    assert (ramp_up.per_day, ramp_up.per_hour) == (None, (5, 10))
    assert ramp_up.counts == "sending_days"
    assert ramp_up.then == GrowBy(grow_by=Decimal("12.5"))
    assert ramp_up.timezone == "Asia/Tokyo"
