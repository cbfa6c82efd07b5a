"""A forecast is the engine run forward: worked by hand, and without a trace."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.channels import RampUp
from parcours.definition.project import load_project
from parcours.jobs import forecast as job
from parcours.jobs.forecast import ChannelDay, ChannelEnd, forecast
from parcours.jobs.store import Store
from tests.builders import at, event, events, linear, load, mail, members, read, tick, wait
from tests.engine import run
from tests.jobs.conftest import Parcours

TWELVE = [f"p{number}" for number in range(12)]
STORY: dict[str, Any] = {
    "timezone": "UTC",
    "channels": {"email": {"ramp_up": {"starts_on": "2026-03-03", "per_day": [1, 2, 4]}}, "sms": {}},
    "script": [
        load(
            "profiles", *({"profile_id": id, "email": f"{id}@x.com", "phone": f"+3361234{id[1:]:0>4}"} for id in TWELVE)
        ),
        members("all", *TWELVE),
        members("two", "p0", "p1"),
        events(event("e1", "go", "p0", "2 10:00")),
        *(
            {"do": "publish", "journey": {"id": id, "version": 1, **journey}, "at": at("2 00:00"), "insiders": "stay"}
            for id, journey in {
                "news": linear(read("2 09:30", "all"), mail()),
                "daily": linear(read("0 9 * * *", "two"), {"id": "text", "type": "message", "channel": "sms"}),
                "long": linear({"type": "event", "event": "go"}, wait("30d")),
            }.items()
        ),
        tick("2 12:00"),
    ],
}


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


@pytest.mark.spark
def test_a_ramp_up_and_a_daily_read_of_six_days_worked_by_hand(spark: Any, tmp_path: Path) -> None:
    run(STORY, tmp_path, spark)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    project = load_project(tmp_path)
    found = forecast(Store(project, spark), project, 6)
    # From the second at noon: twelve mails wait, and the two texts of that day have left.
    assert found.days == [
        ChannelDay(march(2), "email", 0, {}, 12),
        ChannelDay(march(2), "sms", 0, {}, 0),
        ChannelDay(march(3), "email", 1, {"news": 1}, 11),
        ChannelDay(march(3), "sms", 2, {"daily": 2}, 0),
        ChannelDay(march(4), "email", 2, {"news": 2}, 9),
        ChannelDay(march(4), "sms", 2, {"daily": 2}, 0),
        ChannelDay(march(5), "email", 4, {"news": 4}, 5),
        ChannelDay(march(5), "sms", 2, {"daily": 2}, 0),
        ChannelDay(march(6), "email", 4, {"news": 4}, 1),
        ChannelDay(march(6), "sms", 2, {"daily": 2}, 0),
        ChannelDay(march(7), "email", 1, {"news": 1}, 0),
        ChannelDay(march(7), "sms", 2, {"daily": 2}, 0),
        ChannelDay(march(8), "email", 0, {}, 0),
        ChannelDay(march(8), "sms", 2, {"daily": 2}, 0),
    ]
    assert found.channels == [
        ChannelEnd("email", waiting=0, free_from=march(7), has_ramp_up=True, through_on=march(5)),
        ChannelEnd("sms", waiting=0, free_from=None, has_ramp_up=False, through_on=None),
    ]
    assert found.inside == {"long|1": 1}
    assert job.lines(found) == [
        "after 2026-03-02T12:00:00Z, before 2026-03-08T12:00:00Z:",
        "  email: the last number of the ramp-up's plan is reached on 2026-03-05",
        "  email: nobody waits for room any more from 2026-03-07 on",
        "  inside at the end: long version 1: 1",
        "24 sends foreseen. Nothing was sent or written: it ran on a clone, with no new events.",
    ]
    assert json.loads(json.dumps(job.as_json(found), default=str))["days"][2] == {
        "day": "2026-03-03",
        "channel": "email",
        "sends": 1,
        "journeys": {"news": 1},
        "waiting": 11,
    }
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_plan_of_sending_days_is_through_on_the_day_of_its_last_sends() -> None:
    ramp_up = RampUp.model_validate({"starts_on": "2026-03-03", "per_day": [1, 2], "counts": "sending_days"})
    ticks: list[dict[str, Any]] = [
        {"sending_days": None},
        {"sending_days": [("email", "1|2026-03-04")]},
        {"sending_days": [("email", "2|2026-03-09")]},
        {"sending_days": [("email", "3|2026-03-10")]},
    ]
    assert job._through_on("email", ramp_up, ticks) == march(9)
    assert job._through_on("email", ramp_up, ticks[:2]) is None


def test_days_end_at_midnight_and_the_last_where_the_forecast_does() -> None:
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    just = dt.timedelta(microseconds=1)
    day = dt.timedelta(days=1)
    midnight = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
    assert job._ends(noon, noon + day) == [midnight - just, noon + day - just]
    assert job._ends(midnight, midnight + 2 * day) == [midnight + day - just, midnight + 2 * day - just]


def test_without_a_published_journey_there_is_nothing_to_forecast(
    parcours: Parcours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    monkeypatch.chdir(tmp_path)
    said = parcours("forecast", "--days", "3")
    assert (said.status, said.err) == (
        2,
        f"no table profiles in {tmp_path}/warehouse yet (parcours load profiles FILE; --warehouse is another)\n",
    )
    Store(load_project(tmp_path)).ensure("profiles")
    said = parcours("forecast", "--days", "3")
    assert (said.status, said.err) == (
        2,
        "nothing to forecast: no journey is published (parcours publish ID, or try one: dry-run ID)\n",
    )
