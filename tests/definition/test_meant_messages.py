"""Mistakes of whoever writes a first journey from its description alone: what they write, and what they are told."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

WAIT = "{id: pause, type: wait, for: 1h}"


def journey(
    key: str = "priority", value: str = "50", step: str = WAIT, entry: str = "{type: event, event: order_placed}"
) -> str:
    return f"id: a\nversion: 1\nentry: {entry}\n{key}: {value}\nsteps:\n  - {step}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            journey("exit_when", "[{id: closed, when: 'true'}]"),
            "4: exit_when[0].when: unknown key 'when' (write condition; beside an event, where)",
        ),
        (journey("holdout", "10%"), "4: holdout: not a number: '10%' (write 10)"),
        (journey("holdout", "'7.5 %'"), "4: holdout: not a number: '7.5 %' (write 7.5)"),
        (journey("reentry", "false"), "4: reentry: not a mapping: false (write {allowed: false})"),
        (
            journey(entry="{type: read_audience, audience: vip, schedule: 2026-09-01T09:00}"),
            "3: entry.schedule: not a mapping: '2026-09-01T09:00' "
            '(write {cron: "0 9 * * MON"}, or {at: 2026-03-01T09:00:00Z} for once)',
        ),
        (
            journey(step="{id: s, type: experiment, paths: [{label: a, percent: 50}]}"),
            "6: steps[0].paths: unknown key 'paths' (did you mean 'arms'?)",
        ),
        (
            journey(step="{id: s, type: experiment, arms: [{label: a, percent: 50}, {label: b, weight: 1}]}"),
            "6: steps[0].arms[0].percent: unknown key 'percent' (did you mean 'weight'?)",
        ),
        (
            journey(step="{id: s, type: listen, for: 2d, paths: [{label: a, event: order_placed}]}"),
            "6: steps[0].for: unknown key 'for' (did you mean 'timeout'?)",
        ),
        (
            journey(step="{id: s, type: listen, timeout: 2d, paths: [{label: a, event: page_viewed}], otherwise: end}"),
            "6: steps[0].otherwise: unknown key 'otherwise' (did you mean 'on_timeout'?)",
        ),
        (
            journey(step="{id: s, type: condition, when: 'true', next: end}"),
            "6: steps[0].when: unknown key 'when' (write paths: [{label: ..., when: ..., next: ...}])",
        ),
        (
            journey(step='{id: s, type: message, channel: webhook, body: "{}"}'),
            "6: steps[0].body: unknown key 'body' (write content: {body: ...})",
        ),
        (
            journey(step="{id: s, type: webhook}"),
            "6: steps[0].type: unknown type 'webhook' (write type: message, channel: webhook)",
        ),
        (
            journey(step='{id: s, type: wait, until: "10:00"}'),
            "6: steps[0].until: a time of day, where an SQL expression stands: '10:00' (write {time: \"10:00\"})",
        ),
    ],
)
def test_what_was_meant_is_told(said: Said, text: str, message: str) -> None:
    assert said({"journeys/a.yaml": text}) == [f"journeys/a.yaml:{message}"]


def test_an_address_that_is_no_expression_is_told(said: Said) -> None:
    channels = "channels: {webhook: {address: https://partner.example/members}}"
    what = "not an SQL expression: near ':' (character 6)"
    remedy = "put text in quotes of its own: \"'https://partner.example/members'\""
    assert said({"channels.yaml": channels}) == [f"channels.yaml:1: channels.webhook.address: {what} ({remedy})"]
