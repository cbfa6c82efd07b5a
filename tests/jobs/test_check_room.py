"""Whether limits and caps were kept: judged on counts alone, without Spark."""

import datetime as dt
from typing import Any

from parcours.definition.channels import Channel
from parcours.definition.journeys import read_journey
from parcours.definition.steps import ProfileCap
from parcours.jobs.check_room import judge_cap, judge_channel
from parcours.jobs.findings import Finding
from tests.jobs.story import JOURNEY, day

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def micros(text: str) -> int:
    return (day(text) - EPOCH) // dt.timedelta(microseconds=1)


def judged(sends: dict[str, int], since: str = "1", **channel: Any) -> Finding:
    """The finding on a channel of these settings, and sends by moment."""
    settings = Channel.model_validate({"name": "email", **channel})
    return judge_channel(settings, "UTC", [(micros(when), count) for when, count in sends.items()], micros(since))


def test_every_limit_is_judged_in_its_own_windows() -> None:
    limits = [{"max": 5, "per": "hour"}, {"max": 8, "per": "day"}]
    found = judged({"2T09": 5, "2T10": 6, "3T10": 1}, limits=limits)
    assert (found.name, found.figures) == ("limits of email", "5 windows, the fullest 11 of 8")
    assert list(found.details) == [
        "the day (UTC) that begins at 2026-03-02T00:00:00Z: 11 sends, 8 at most",
        "the hour (UTC) that begins at 2026-03-02T10:00:00Z: 6 sends, 5 at most",
    ]


def test_a_days_limit_follows_its_own_zone() -> None:
    limits = [{"max": 5, "per": "day", "timezone": "Europe/Paris"}]
    found = judged({"2T22": 5, "2T23": 5}, limits=limits)
    assert (found.is_ok, found.figures) == (True, "2 windows, the fullest 5 of 5")


def test_a_ramp_up_is_judged_by_the_days_of_its_plan() -> None:
    found = judged({"2T09": 2, "3T09": 5}, ramp_up={"starts_on": "2026-03-02", "per_day": [2, 4, 8]})
    assert list(found.details) == ["the day (UTC) that begins at 2026-03-03T00:00:00Z: 5 sends, 4 at most"]


def test_a_day_without_a_send_does_not_move_a_plan_of_sending_days_on() -> None:
    ramp_up = {"starts_on": "2026-03-02", "per_day": [2, 4, 8], "counts": "sending_days"}
    assert judged({"2T09": 2, "5T09": 4, "6T09": 8}, ramp_up=ramp_up).is_ok
    assert not judged({"2T09": 2, "5T09": 5}, ramp_up=ramp_up).is_ok


def test_nothing_is_sent_before_the_plan_begins() -> None:
    found = judged({"1T09": 1}, ramp_up={"starts_on": "2026-03-02", "per_day": [2]})
    assert list(found.details) == ["the day (UTC) that begins at 2026-03-01T00:00:00Z: 1 send, 0 at most"]


def test_windows_that_began_before_the_channel_was_changed_are_left_aside() -> None:
    found = judged({"2T09": 9, "3T09": 1}, since="3", limits=[{"max": 5, "per": "day"}])
    assert (found.is_ok, found.figures) == (True, "1 window, the fullest 1 of 5")


def cap(rows: list[tuple[int | None, str, int]], **settings: Any) -> Finding:
    """The finding on a cap of a journey published on the first, and places taken by occurrence and moment."""
    step = ProfileCap.model_validate({"id": "first", "type": "profile_cap", **settings})
    taken = [
        {"occurrence": occurrence, "at": day(when).replace(tzinfo=None), "count": count}
        for occurrence, when, count in rows
    ]
    return judge_cap("cap first", read_journey(JOURNEY), step, taken, day("1"))


def test_a_cap_per_version_counts_all_places() -> None:
    found = cap([(1, "2T09", 3), (2, "3T09", 2)], limit=5)
    assert (found.is_ok, found.figures) == (True, "5 of 5")
    assert list(cap([(1, "2T09", 4), (2, "3T09", 2)], limit=5).details) == ["version 1: 6 went through, 5 at most"]


def test_a_cap_per_occurrence_has_a_number_for_each_and_the_last_one_holds() -> None:
    found = cap([(1, "2T09", 1), (2, "3T09", 3), (3, "4T09", 3)], limits=[1, 2], per="occurrence")
    assert found.figures == "3 occurrences, the fullest 3 of 2"
    assert list(found.details) == ["occurrence 2: 3 went through, 2 at most", "occurrence 3: 3 went through, 2 at most"]


def test_a_cap_per_day_begins_on_the_day_of_publication() -> None:
    found = cap([(None, "1T09", 1), (None, "2T00", 1), (None, "2T23", 2)], limits=[1, 2], per="day")
    assert list(found.details) == ["day 2: 3 went through, 2 at most"]
