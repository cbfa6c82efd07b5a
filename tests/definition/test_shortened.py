"""What a test makes of a journey: specification 2.8."""

import datetime as dt
from typing import Any

from parcours.definition.channels import Channel
from parcours.definition.journeys import canonical_json, journey_from_json, read_journey
from parcours.definition.shortened import longest_run, shortened, unlimited

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
STEPS: list[dict[str, Any]] = [
    {"id": "s", "type": "split", "paths": [{"label": "a", "percent": 1}, {"label": "b", "percent": 99, "next": "w"}]},
    {"id": "e", "type": "experiment", "holdout": 50, "otherwise": "end",
     "arms": [{"label": "x", "weight": 1}, {"label": "y", "weight": 9}]},
    {"id": "c", "type": "profile_cap", "limits": [1, 2], "per": "day", "otherwise": "end"},
    {"id": "w", "type": "wait", "until": {"time": "09:00", "in_days": 2}},
    {"id": "best", "type": "wait", "for": "30d"},
    {"id": "l", "type": "listen", "paths": [{"label": "buys", "event": "bought"}]},
    {"id": "m", "type": "message", "channel": "email", "content": {"subject": "Hi", "html": "x"}},
]  # fmt: skip
ENTRY = {
    "type": "read_audience",
    "audience": "vip",
    "schedule": {"cron": "0 9 1 1 *"},
    "incremental": True,
    "force_reentry": True,
    "rate": {"max": 1, "per": "hour"},
}


def short(entry: dict[str, Any]) -> dict[str, Any]:
    """The shortened journey, as it is stored and read again."""
    about = {"id": "j", "version": 3, "starts_at": "2027-01-01", "ends_at": "2028-01-01", "holdout": 90, "priority": 7}
    journey = shortened(read_journey({**about, "entry": entry, "steps": STEPS}), AT)
    stored, _ = journey_from_json(canonical_json(journey, {}))
    assert stored == journey
    written: dict[str, Any] = journey.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return written


def test_everybody_comes_in_at_once_and_takes_the_first_path_of_all() -> None:
    found = short(ENTRY)
    assert {name: value for name, value in found.items() if name != "steps"} == {
        "id": "j",
        "version": 3,
        "priority": 7,
        "entry": {"type": "read_audience", "audience": "vip", "schedule": {"at": "2026-03-02T09:00:00Z"}},
        "reentry": {"allowed": False},
    }
    assert found["steps"] == [
        {"id": "s", "type": "split", "paths": [{"label": "a", "percent": 100}]},
        {"id": "e", "type": "experiment", "arms": [{"label": "x", "weight": 1}]},
        {"id": "c", "type": "profile_cap", "limit": 2147483647, "otherwise": "end"},
        {"id": "w", "type": "wait", "for": "PT10S"},
        {"id": "best", "type": "wait", "for": "PT10S"},
        {"id": "l", "type": "listen", "paths": [{"label": "buys", "event": "bought"}], "timeout": "PT10S"},
        STEPS[-1],
    ]


def test_which_event_brings_in_isnt_asked() -> None:
    assert short({"type": "event", "event": "bought", "where": "event.amount > 50"})["entry"] == {
        "type": "event",
        "event": "bought",
    }


def test_a_run_takes_ten_seconds_for_each_wait_at_most() -> None:
    journey = read_journey({"id": "j", "version": 1, "entry": ENTRY, "steps": STEPS})
    assert longest_run(journey) == dt.timedelta(seconds=40)


def test_channels_have_room_for_everybody() -> None:
    channel = Channel.model_validate(
        {
            "name": "email",
            "consent": "profile.consents['email']",
            "limits": [{"max": 1, "per": "day"}],
            "ramp_up": {"starts_on": "2026-03-01", "per_day": [1]},
        }
    )
    (found,) = unlimited({"email": channel}).values()
    assert (found.limits, found.ramp_up, found.consent) == ((), None, channel.consent)
