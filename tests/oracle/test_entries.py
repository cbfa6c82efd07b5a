"""Who enters, when, and who is rejected (1.2, 2.3): the oracle against rows worked out by hand."""

from __future__ import annotations

import pytest

from tests.builders import (
    GO,
    at,
    cap,
    case,
    close,
    event,
    events,
    in_order,
    load,
    mail,
    members,
    pause,
    profiles,
    publish,
    read,
    reasons,
    send_times,
    sends,
    tick,
    told,
    wait,
)
from tests.oracle import run
from tests.oracle.identity import bucket, instance_id

SEVERAL = [f"p{number}" for number in range(11)]


def test_an_event_that_satisfies_where_brings_its_profile_in() -> None:
    happened = [
        event("e0", "go", "a", "1 23:00", n="9"),
        event("e1", "go", "a", "2 10:00", n="9"),
        event("e2", "go", "b", "2 10:00", n="1"),
        event("e3", "go", "ghost", "2 11:00", n="9"),
        event("e4", "go", "a", "2 10:04", n="9"),
        event("e5", "go", "a", "2 10:05", n="9"),
    ]
    journey = publish("2 00:00", entry={**GO, "where": "event.n >= 5"}, steps=[mail()])
    rows = run(case(profiles("a", "b"), events(*happened), journey, tick("3 00:00")))
    assert told(rows, "a") == [
        "2 10:00 entered",
        "2 10:00 m sent",
        "2 10:00 completed",
        "2 10:04 rejected (reentry_too_soon)",
        "2 10:05 entered",
        "2 10:05 m sent",
        "2 10:05 completed",
    ]
    assert told(rows, "b") == []
    assert told(rows, "ghost") == ["2 11:00 rejected (not_in_profiles)"]
    assert rows["journey_instances"][0]["instance_id"] == instance_id("j", 1, "a", "e1")


def test_whoever_is_inside_is_rejected_and_whoever_may_not_come_again_too() -> None:
    happened = [event(str(hour), "go", "a", f"2 {hour}:00") for hour in (10, 11, 13)]
    journey = publish("2 00:00", entry=GO, reentry={"allowed": False}, steps=[wait("2h")])
    rows = run(case(profiles("a"), events(*happened), journey, tick("3 00:00")))
    assert reasons(rows, "rejected") == ["already_in_journey", "reentry_not_allowed"]


def test_entries_outside_of_the_dates_are_rejected_and_those_inside_exit_at_the_end() -> None:
    happened = [event("1", "go", "a", "2 10:00"), event("2", "go", "a", "3 00:00"), event("3", "go", "a", "4 00:00")]
    dates = {"starts_at": at("3 00:00"), "ends_at": at("4 00:00")}
    journey = publish("1 00:00", entry=GO, steps=[wait("P3D")], **dates)
    rows = run(case(profiles("a"), events(*happened), journey, tick("5 00:00")))
    assert told(rows) == [
        "2 10:00 rejected (outside_dates)",
        "3 00:00 entered",
        "3 00:00 w waiting",
        "4 00:00 w exited (ends_at)",
        "4 00:00 rejected (outside_dates)",
    ]


def test_a_holdout_keeps_out_those_of_the_lowest_buckets_at_every_occurrence() -> None:
    ids = [f"p{number}" for number in range(400)]
    journey = publish("2 00:00", entry=read("0 9 * * *"), holdout=12.5, steps=[mail()])
    rows = run(case(profiles(*ids), members("a", *ids), journey, tick("3 09:00")))
    kept_out = {row["profile_id"] for row in rows["step_outcomes"] if row["outcome"] == "rejected"}
    assert kept_out == {profile for profile in ids if bucket("j|holdout", profile) < 1250}
    assert len(rows["deliveries"]) == 2 * (400 - len(kept_out))


def test_a_holdout_counts_as_an_entry_for_reentry() -> None:
    profile = next(f"p{number}" for number in range(99) if bucket("j|holdout", f"p{number}") < 5000)
    happened = [event(str(minute), "go", profile, f"2 10:0{minute}") for minute in (0, 1, 5)]
    journey = publish("2 00:00", entry=GO, holdout=50, steps=[mail()])
    rows = run(case(profiles(profile), events(*happened), journey, tick("3 00:00")))
    assert reasons(rows, "rejected") == ["holdout", "reentry_too_soon", "holdout"]


def test_an_incremental_read_takes_who_joined_since_the_last_occurrence_that_ran() -> None:
    stays = [
        ("a", "1 00:00"),
        ("b", "2 09:00", "2 10:00"),
        ("c", "3 09:00"),
        ("d", "3 09:00", "4 09:00"),
        ("e", "4 09:01"),
    ]
    journey = publish("2 00:00", entry=read("0 9 * * *", incremental=True), steps=[mail()])
    script = [
        profiles(*"abcde"),
        members("a", *stays),
        journey,
        tick("2 12:00"),
        pause("3 00:00", "P1DT1H"),
        tick("6 00:00"),
    ]
    assert sends(run(case(*script))) == {"a m": "2 09:00", "b m": "2 09:00", "c m": "4 09:00", "e m": "5 09:00"}


def test_an_incremental_read_counts_occurrences_over_all_versions() -> None:
    entry = read("0 9 * * *", incremental=True)
    script = [
        profiles(*"ab"),
        members("a", ("a", "1 00:00"), ("b", "2 12:00")),
        publish("2 00:00", entry=entry, steps=[mail()]),
        tick("2 12:00"),
        publish("2 13:00", version=2, entry=entry, steps=[mail()]),
        tick("4 12:00"),
    ]
    entered = [
        (row["profile_id"], row["journey_version"], row["entry_key"]) for row in run(case(*script))["journey_instances"]
    ]
    assert entered == [("a", 1, at("2 09:00")), ("b", 2, at("3 09:00"))]


@pytest.mark.parametrize(
    ("force_reentry", "then"),
    [
        (False, ["2 10:00 rejected (already_in_journey)"]),
        (True, ["2 10:00 w exited (forced_reentry)", "2 10:00 entered", "2 10:00 w waiting"]),
    ],
)
def test_a_read_rejects_whoever_is_inside_or_forces_it_out(force_reentry: bool, then: list[str]) -> None:
    journey = publish("2 00:00", entry=read("0 9,10 * * *", force_reentry=force_reentry), steps=[wait("24h")])
    rows = run(case(profiles("a"), members("a", "a"), journey, tick("2 12:00")))
    assert told(rows) == ["2 09:00 entered", "2 09:00 w waiting", *then]


def test_a_read_lets_in_again_whoever_is_no_longer_inside() -> None:
    script = [
        profiles("a", "b"),
        members("a", ("a", "1 00:00"), ("b", "2 10:00")),
        publish("2 00:00", entry=read("2 09:00"), reentry={"allowed": False}, steps=[mail()]),
        tick("2 12:00"),
        publish("3 00:00", version=2, entry=read("2026-03-03T09:00:00"), timezone="Europe/Paris", steps=[mail()]),
        tick("4 00:00"),
    ]
    rows = run(case(*script))
    assert [row["send_at"] for row in rows["deliveries"] if row["profile_id"] == "a"] == [at("2 09:00"), at("3 08:00")]
    assert told(rows, outcome="rejected") == []


@pytest.mark.parametrize(
    ("spread", "times"),
    [
        ({"rate": {"max": 4, "per": "minute"}}, ["2 09:00"] * 4 + ["2 09:01"] * 4 + ["2 09:02"] * 3),
        (
            {"waves": {"count": 4, "interval": "1h"}},
            ["2 09:00"] * 3 + ["2 10:00"] * 3 + ["2 11:00"] * 3 + ["2 12:00"] * 2,
        ),
        (  # 15, 35, 60 and 100 percent of 11: 1.65, 3.85, 6.6, 11
            {"waves": {"percents": [15, 20, 25, 40], "interval": "1h"}},
            ["2 09:00"] + ["2 10:00"] * 2 + ["2 11:00"] * 3 + ["2 12:00"] * 5,
        ),
        (
            {"waves": {"numbers": [2, 5], "starts": [at("2 09:30")]}},
            ["2 09:00"] * 2 + ["2 09:30"] * 5 + [None] * 4,
        ),
    ],
)
def test_rate_and_waves_spread_the_members_in_the_order_of_their_ids(
    spread: dict[str, object], times: list[str | None]
) -> None:
    journey = publish("2 00:00", entry=read("2 09:00", **spread), steps=[mail()])
    rows = run(case(profiles(*SEVERAL), members("a", *SEVERAL), journey, tick("3 00:00")))
    assert send_times(rows, in_order(SEVERAL, at("2 09:00"))) == times


def test_a_wave_is_admitted_at_its_own_moment() -> None:
    ids = ["p0", "p1", "p2", "p3"]
    stays = [(profile, "1 00:00", "2 09:30") for profile in ids]
    journey = publish("2 00:00", entry=read("2 09:00", waves={"count": 4, "interval": "1h"}), steps=[mail()])
    life = [pause("2 10:00", "PT1H"), close("2 11:30")]
    rows = run(case(profiles(*ids), members("a", *stays), journey, *life, tick("3 00:00")))
    first_lines = [told(rows, profile)[0] for profile in in_order(ids, at("2 09:00"))]
    assert first_lines == [
        "2 09:00 entered",
        "2 10:00 rejected (journey_paused)",
        "2 11:00 entered",
        "2 12:00 rejected (journey_closed)",
    ]


@pytest.mark.parametrize(
    ("version_2", "reason", "version"),
    [([], "outside_dates", 1), ([publish("2 09:30", version=2, entry=GO, steps=[mail()])], "journey_closed", 1)],
)
def test_a_read_spread_over_the_end_rejects_who_comes_after_it(
    version_2: list[dict[str, object]], reason: str, version: int
) -> None:
    entry = read("2 09:00", rate={"max": 1, "per": "hour"})
    journey = publish("1 00:00", entry=entry, ends_at=at("2 10:00"), steps=[mail()])
    rows = run(case(profiles(*"ab"), members("a", *"ab"), journey, *version_2, tick("9 00:00")))
    rejected = [row for row in rows["step_outcomes"] if row["outcome"] == "rejected"]
    assert [(row["reason"], row["journey_version"]) for row in rejected] == [(reason, version)]


def test_an_occurrence_outside_of_the_dates_does_not_run_and_is_not_counted() -> None:
    dates = {"starts_at": at("3 09:00"), "ends_at": at("5 09:00")}
    steps = [cap(0, 1, per="occurrence"), mail()]
    journey = publish("1 00:00", entry=read("0 9 * * *"), steps=steps, **dates)
    rows = run(case(profiles("a"), members("a", "a"), journey, tick("9 00:00")))
    assert told(rows, outcome="entered") == ["3 09:00 entered", "4 09:00 entered"]
    assert told(rows, outcome="rejected") == []
    assert sends(rows) == {"a m": "4 09:00"}


def test_a_qualification_is_keyed_by_the_moment_of_the_change() -> None:
    entry = {"type": "audience_qualification", "audience": "vip", "on": "both"}
    stay = members("vip", ("a", "2 09:00", "2 12:00"))
    rows = run(case(profiles("a"), stay, publish("2 00:00", entry=entry, steps=[mail()]), tick("3 00:00")))
    keys = [f"vip|enter|{at('2 09:00')}", f"vip|exit|{at('2 12:00')}"]
    assert [(row["entry_key"], row["instance_id"]) for row in rows["journey_instances"]] == [
        (key, instance_id("j", 1, "a", key)) for key in keys
    ]


def test_a_business_event_brings_in_every_member_once() -> None:
    happened = [
        event("b1", "back", None, "2 09:00"),
        event("b2", "back", None, "2 10:00"),
        event("x", "back", "a", "2 11:00"),
    ]
    stays = members("list", ("a", "1 00:00"), ("b", "1 00:00", "2 10:00"), ("ghost", "1 00:00"))
    entry = {"type": "business_event", "event": "back", "audience": "list"}
    journey = publish("2 00:00", entry=entry, steps=[wait("P1D"), mail()])
    rows = run(case(profiles("a", "b"), stays, events(*happened), journey, tick("4 00:00")))
    inside = sorted((row["profile_id"], row["entry_key"]) for row in rows["journey_instances"])
    assert inside == [("a", "b1"), ("a", "b2"), ("b", "b1")]
    assert [line.split()[-1] for line in told(rows, "ghost")] == ["(not_in_profiles)"] * 2


def test_nobody_is_in_two_versions_at_once_business_events_aside() -> None:
    entry = {"type": "business_event", "event": "back", "audience": "a"}
    happened = [
        event("1", "back", None, "2 10:00"),
        event("2", "back", None, "2 12:00"),
        event("3", "go", "a", "2 13:00"),
    ]
    versions = [
        publish("1 00:00", entry=entry, steps=[wait("P1D")]),
        publish("2 11:00", version=2, entry=entry, steps=[wait("P1D")]),
        publish("2 12:30", version=3, entry=GO, steps=[wait("P1D")]),
    ]
    rows = run(case(profiles("a"), members("a", "a"), events(*happened), *versions, tick("3 00:00")))
    assert [line for line in told(rows) if "waiting" not in line] == [
        "2 10:00 entered",
        "2 12:00 entered",
        "2 13:00 rejected (already_in_journey)",
    ]


def test_a_read_knows_the_attributes_of_the_stay() -> None:
    stay = {"audience_id": "a", "entered_at": at("1 00:00"), "exited_at": None}
    stays = [
        {**stay, "profile_id": "a", "attributes": {"n": "3"}},
        {**stay, "profile_id": "b", "attributes": {"n": "4"}},
    ]
    step = {"id": "c", "type": "condition", "paths": [{"label": "x", "when": "audience.n > 3"}], "otherwise": "end"}
    journey = publish("2 00:00", entry=read("2 09:00"), steps=[step, mail()])
    rows = run(case(profiles("a", "b"), load("audience_members", *stays), journey, tick("3 00:00")))
    assert sends(rows) == {"b m": "2 09:00"}
