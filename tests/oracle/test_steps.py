"""Conditions, splits, caps, waits and the local clock (1.3, 2.1, 2.4): the oracle against rows worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import (
    GO,
    at,
    cap,
    case,
    condition,
    event,
    events,
    in_order,
    mail,
    members,
    paths,
    profiles,
    publish,
    read,
    sends,
    tick,
    told,
    wait,
    wait_until,
    where,
)
from tests.oracle import run
from tests.oracle.clock import instant, iso, window
from tests.oracle.identity import bucket

NINE = [f"p{number}" for number in range(9)]


def test_the_first_true_path_of_a_condition_is_taken() -> None:
    tests = [
        ("sql", "profile.t = 'x' AND event.n >= 2"),
        ("audience", {"audience": "vip"}),
        ("night", {"days": ["mon"], "from": "22:00", "to": "06:00"}),
        ("dates", {"from_date": "2026-03-04", "to_date": "2026-03-05"}),
    ]
    step = {"id": "c", "type": "condition", "paths": [{"label": label, "when": when} for label, when in tests]}
    happened = [
        event("1", "go", "a", "2 10:00", n="2"),
        event("2", "go", "b", "2 10:00", n="2"),
        event("3", "go", "c", "3 05:59", n="1"),  # Monday's night
        event("4", "go", "d", "3 06:00"),
        event("5", "go", "e", "5 23:59"),
        event("6", "go", "f", "2 05:00"),  # Sunday's night
    ]
    people = [profiles("a", "c", t="x"), profiles("b", "d", "e", "f")]
    stays = members("vip", ("b", "2 10:00"))
    journey = publish("1 00:00", entry=GO, steps=[step])
    rows = run(case(*people, stays, events(*happened), journey, tick("9 00:00")))
    assert paths(rows) == {"a": "sql", "b": "audience", "c": "night", "d": None, "e": "dates", "f": None}
    assert where(rows)["d"] == "completed at end (no_path)"


def test_a_split_and_an_experiment_go_by_buckets() -> None:
    ids = [f"p{number}" for number in range(500)]
    halves = [{"label": "x", "percent": 33.33}, {"label": "y", "percent": 66.67}]
    arms = [{"label": "one", "weight": 1}, {"label": "two", "weight": 2}]
    steps = [
        {"id": "s", "type": "split", "seed": 7, "paths": halves},
        {"id": "x", "type": "experiment", "holdout": 10, "arms": arms},
    ]
    journey = publish("2 00:00", entry=read("2 09:00"), steps=steps)
    rows = run(case(profiles(*ids), members("a", *ids), journey, tick("3 00:00")))
    assert paths(rows, "s") == {id: "x" if bucket("j|s|7", id) < 3333 else "y" for id in ids}
    places = {id: bucket("j|x", id) for id in ids}
    expected = {id: "holdout" if b < 1000 else "one" if b < 4000 else "two" for id, b in places.items()}
    assert paths(rows, "x") == expected


def test_a_cap_lets_the_first_by_id_through() -> None:
    journey = publish("2 00:00", entry=read("2 09:00"), steps=[cap(4), mail()])
    rows = run(case(profiles(*NINE), members("a", *NINE), journey, tick("3 00:00")))
    within = {profile for profile, path in paths(rows).items() if path == "within"}
    assert within == set(in_order(NINE, at("2 09:00"))[:4])


@pytest.mark.parametrize(
    ("step", "within_by_day"),
    [
        (cap(4), [4, 0, 0]),
        (cap(4, per="occurrence"), [4, 4, 4]),
        (cap(1, 2, per="occurrence"), [1, 2, 2]),
        (cap(5, 1, 3, per="day"), [1, 3, 3]),  # the first day is that of the publication
    ],
)
def test_what_a_cap_counts_by(step: dict[str, object], within_by_day: list[int]) -> None:
    journey = publish("1 12:00", entry=read("0 9 * * *"), steps=[step, mail()])
    rows = run(case(profiles(*NINE), members("a", *NINE), journey, tick("4 12:00")))
    assert [told(rows).count(f"{day} 09:00 c passed within") for day in (2, 3, 4)] == within_by_day


def test_the_counters_of_a_new_version_start_at_zero() -> None:
    hours = {"a": "2 10:00", "b": "2 11:00", "c": "3 12:00", "d": "3 13:00"}
    happened = events(*(event(profile, "go", profile, when) for profile, when in hours.items()))
    version_2 = publish("3 01:00", version=2, entry=GO, steps=[cap(1)])
    journey = publish("2 00:00", entry=GO, steps=[cap(1)])
    rows = run(case(profiles(*"abcd"), happened, journey, tick("3 00:00"), version_2, tick("4 00:00")))
    assert paths(rows) == {"a": "within", "b": "over", "c": "within", "d": "over"}


def test_whoever_is_due_is_through_a_cap_before_entrants_take_their_first_step() -> None:
    ids = [f"p{number}" for number in range(6)]
    happened = events(
        *(event(id, "go", id, "2 09:00" if n % 2 else "2 10:00", n=str(n % 2)) for n, id in enumerate(ids))
    )
    steps = [
        condition("event.n = '1'", yes="w", otherwise="last", id="k"),
        wait("1h"),
        cap(9, id="one"),
        mail(),
        cap(3, id="last"),
        mail("m2"),
    ]
    rows = run(case(profiles(*ids), happened, publish("1 00:00", entry=GO, steps=steps), tick("3 00:00")))
    assert paths(rows, "last") == {id: "within" if number % 2 else "over" for number, id in enumerate(ids)}


@pytest.mark.parametrize(
    ("rule", "arrival", "end"),
    [
        ({}, "2 09:00", "2 09:00"),
        ({}, "2 09:01", "3 09:00"),
        ({"days": ["mon", "wed"]}, "2 10:00", "4 09:00"),
        ({"in_days": 2}, "2 10:00", "4 09:00"),
        ({"in_days": 2, "days": ["tue"]}, "2 08:00", "10 09:00"),
    ],
)
def test_a_wait_until_a_local_moment(rule: dict[str, object], arrival: str, end: str) -> None:
    journey = publish("2 00:00", entry=GO, steps=[wait_until("09:00", **rule), mail()])
    rows = run(case(profiles("a"), events(event("1", "go", "a", arrival)), journey, tick("20 00:00")))
    assert told(rows) == [
        f"{arrival} entered",
        f"{arrival} w waiting",
        f"{end} w passed",
        f"{end} m sent",
        f"{end} completed",
    ]


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("profile.moment", "2 12:00"),  # a TIMESTAMP is an instant
        ("CAST(profile.moment AS TIMESTAMP_NTZ)", "2 11:00"),  # local time in Paris
        ("profile.day", "2 23:00"),  # a date is local midnight
        ("profile.words", "3 08:30"),  # text is local time
        ("profile.nothing", "2 10:00"),
        ("profile.past", "2 10:00"),
        ("profile.nonsense", "2 10:00"),
        ("now() + INTERVAL 90 MINUTES", "2 11:30"),
        ("local_now() + INTERVAL 1 DAY", "3 10:00"),
        ("to_date(local_now()) + INTERVAL 1 DAY", "2 23:00"),
    ],
)
def test_a_wait_until_an_expression(until: str, end: str) -> None:
    values = {
        "moment": dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC),
        "day": dt.date(2026, 3, 3),
        "words": "2026-03-03 09:30:00",
        "past": dt.date(2025, 1, 1),
        "nonsense": "soon",
    }
    steps = [{"id": "w", "type": "wait", "until": until}, mail()]
    journey = publish("2 00:00", entry=GO, timezone="Europe/Paris", steps=steps)
    happened = events(event("1", "go", "a", "2 10:00"))
    rows = run(case(profiles("a", **values), happened, journey, tick("20 00:00")))
    assert told(rows)[1:3] == ["2 10:00 w waiting", f"{end} w passed"]


@pytest.mark.parametrize(
    ("arrival", "end"),
    [
        ("2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),  # 02:30 is skipped: moved by the gap
        ("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),  # 02:30 occurs twice: the first
        ("2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z"),
    ],
)
def test_a_local_time_that_a_clock_change_skips_or_repeats(arrival: str, end: str) -> None:
    journey = publish(arrival, timezone="Europe/Paris", entry=GO, steps=[wait_until("02:30"), mail()])
    happened = events(event("1", "go", "a", arrival))
    rows = run(case(profiles("a"), happened, journey, tick("2026-11-01T00:00:00Z")))
    assert [row["send_at"] for row in rows["deliveries"]] == [end]


def test_a_cron_over_a_clock_change() -> None:
    journey = publish("28 12:00", timezone="Europe/Paris", entry=read("30 1,2,3 * * *"), steps=[mail()])
    rows = run(case(profiles("a"), members("a", "a"), journey, tick("30 00:00")))
    assert told(rows, outcome="sent") == ["29 00:30 m sent", "29 01:30 m sent", "29 23:30 m sent"]


def test_the_instances_zone_is_the_profiles_where_that_is_known() -> None:
    people = [profiles("a", timezone="America/New_York"), profiles("b", timezone="Mars/Base")]
    zones = {"timezone": "Asia/Tokyo", "use_profile_timezone": True}
    journey = publish("1 00:00", entry=GO, steps=[wait_until("09:00"), mail()], **zones)
    happened = events(event("1", "go", "a", "2 00:00"), event("2", "go", "b", "2 00:00"))
    rows = run(case(*people, happened, journey, tick("4 00:00")))
    assert sends(rows) == {"a m": "2 14:00", "b m": "2 00:00"}


def test_a_day_over_a_clock_change_is_a_window_of_23_hours() -> None:
    day = window("day", "Europe/Paris", instant("2026-03-29T12:00:00Z"))
    assert [iso(moment) for moment in day] == ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]


def test_event_count_and_has_received() -> None:
    happened = events(event("1", "go", "a", "2 10:00"), event("2", "go", "a", "2 11:00"))

    def sends_with(test: str, published: str) -> dict[str, str]:
        steps = [condition(test, yes="end", otherwise="m"), mail()]
        return sends(run(case(profiles("a"), happened, publish(published, entry=GO, steps=steps), tick("3 00:00"))))

    assert sends_with("event_count('go', INTERVAL 1 DAYS) >= 2", "2 10:30") == {}
    assert sends_with("has_received('j')", "2 00:00") == {"a m": "2 10:00"}
