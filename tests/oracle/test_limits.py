"""Limits, ramp-ups and the queue (1.4, 2.5): the oracle against rows worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    EMAIL,
    GO,
    at,
    case,
    event,
    events,
    in_order,
    mail,
    members,
    pause,
    profiles,
    publish,
    read,
    send_times,
    sends,
    suppressed,
    suppressions,
    tick,
    told,
    wait,
)
from tests.oracle import run


def email(**channel: Any) -> dict[str, Any]:
    return {"email": {**EMAIL["email"], **channel}}


def queue(count: int, *before: dict[str, Any], journey: Any = None, rules: Any = None, **channel: Any) -> Any:
    """The rows of so many who come to the message at 2 09:30, and the profiles in their order there."""
    ids = [f"p{number}" for number in range(count)]
    script = [
        profiles(*ids),
        *before,
        members("a", *ids),
        publish("2 00:00", entry=read("2 09:30"), steps=[mail()], **(journey or {})),
        tick("15 00:00"),
    ]
    return run(case(*script, channels=email(**channel), rules=rules)), order_of(count)


def order_of(count: int) -> list[str]:
    return in_order([f"p{number}" for number in range(count)], at("2 09:30"))


PER_HOUR = {"limits": [{"max": 1, "per": "hour"}]}
PER_DAY = {"limits": [{"max": 1, "per": "day"}]}


def test_whoever_finds_no_room_waits_for_a_window_in_which_its_turn_comes() -> None:
    rows, order = queue(5, limits=[{"max": 2, "per": "hour"}])
    assert send_times(rows, order) == ["2 09:30"] * 2 + ["2 10:00"] * 2 + ["2 11:00"]
    assert told(rows, order[4])[1:] == ["2 09:30 m deferred (limit)", "2 11:00 m sent", "2 11:00 completed"]


def test_every_limit_holds_at_once() -> None:
    rows, order = queue(7, limits=[{"max": 2, "per": "minute"}, {"max": 3, "per": "day", "timezone": "Europe/Paris"}])
    times = ["2 09:30"] * 2 + ["2 09:31"] + ["2 23:00"] * 2 + ["2 23:01"] + ["3 23:00"]
    assert send_times(rows, order) == times


def test_windows_are_those_of_the_limits_zone() -> None:
    rows, order = queue(3, limits=[{"max": 1, "per": "hour", "timezone": "Asia/Kolkata"}])
    assert send_times(rows, order) == ["2 09:30", "2 10:30", "2 11:30"]


def test_transactional_then_priority_then_first_arrival_go_first() -> None:
    moments = {"a": "2 10:10", "b": "2 10:20", "c": "2 10:30", "d": "2 10:40", "e": "2 11:00", "f": "2 10:50"}
    kinds = {"d": "now", "f": "vip"}
    happened = events(*(event(id, kinds.get(id, "go"), id, when) for id, when in moments.items()))
    urgent = {"id": "k", "entry": {"type": "event", "event": "now"}, "steps": [mail(category="transactional")]}
    high = {"id": "v", "entry": {"type": "event", "event": "vip"}, "priority": 90, "steps": [mail()]}
    journeys = [publish("1 00:00", entry=GO, steps=[mail()]), publish("1 00:00", **urgent), publish("1 00:00", **high)]
    rows = run(case(profiles(*"abcdef"), happened, *journeys, tick("3 00:00"), channels=email(**PER_HOUR)))
    times = {"a": "2 10:10", "d": "2 11:00", "f": "2 12:00", "b": "2 13:00", "c": "2 14:00", "e": "2 15:00"}
    assert sends(rows) == {f"{profile} m": when for profile, when in times.items()}


def test_who_waits_and_who_arrives_at_a_windows_start_are_one_round_and_entries_come_after() -> None:
    happened = events(
        event("1", "go", "a", "2 09:10"),
        event("2", "go", "b", "2 09:20"),
        event("3", "now", "d", "2 09:00"),
        event("4", "vip", "e", "2 10:00"),
    )
    urgent = [wait("1h"), mail(category="transactional")]
    journeys = [
        publish("1 00:00", entry=GO, steps=[mail()]),
        publish("1 00:00", id="k", entry={"type": "event", "event": "now"}, steps=urgent),
        publish("1 00:00", id="v", entry={"type": "event", "event": "vip"}, priority=99, steps=[mail()]),
    ]
    rows = run(case(profiles(*"abde"), happened, *journeys, tick("3 00:00"), channels=email(**PER_HOUR)))
    assert sends(rows) == {"a m": "2 09:10", "d m": "2 10:00", "e m": "2 11:00", "b m": "2 12:00"}
    assert told(rows, "e")[1] == "2 10:00 m deferred (limit)"


def test_a_channel_that_drops_excludes_at_once() -> None:
    rows, order = queue(3, **PER_HOUR, overflow="drop")
    assert [told(rows, profile)[1] for profile in order] == [
        "2 09:30 m sent",
        "2 09:30 m excluded (over_limit)",
        "2 09:30 m excluded (over_limit)",
    ]


def test_max_deferral_is_over_after_the_window_that_starts_then() -> None:
    rows, order = queue(3, **PER_HOUR, max_deferral="30m")
    assert [told(rows, profile)[-2] for profile in order] == [
        "2 09:30 m sent",
        "2 10:00 m sent",
        "2 10:00 m excluded (over_limit)",
    ]


def test_whoever_waits_for_room_is_due_at_the_end_of_max_deferral() -> None:
    ids = ["p0", "p1", "p2"]
    journey = publish("2 00:00", entry=read("2 09:30"), steps=[mail()])
    script = [profiles(*ids), members("a", *ids), journey, tick("2 12:00")]
    rows = run(case(*script, channels=email(**PER_DAY, max_deferral="P2D")))
    stands = sorted({(row["status"], row["step_id"], row["due_at"]) for row in rows["journey_instances"]})
    assert stands == [("active", "m", at("4 09:30")), ("completed", "end", None)]


@pytest.mark.parametrize(
    ("listed", "ends"),
    [
        ([1, 2], ["2 09:30 m sent", "3 00:00 m excluded (suppressed)", "3 00:00 m excluded (suppressed)"]),
        ([1], ["2 09:30 m sent", "3 00:00 m excluded (suppressed)", "3 00:00 m sent"]),  # its place goes to the next
    ],
)
def test_whoever_waits_is_settled_again_when_its_turn_comes(listed: list[int], ends: list[str]) -> None:
    order = order_of(3)
    since = {1: "2 12:20", 2: "3 00:00"}
    rows_listed = suppressions(*(suppressed(f"{order[place]}@x.com", since[place]) for place in listed))
    rows, order = queue(3, rows_listed, limits=[{"max": 1, "per": "day"}, {"max": 5, "per": "hour"}])
    assert [told(rows, profile)[-2] for profile in order] == ends


RAMP = {"starts_on": "2026-03-03", "per_day": [1, 2]}


@pytest.mark.parametrize(
    ("ramp_up", "by_day"),
    [
        ({**RAMP, "then": {"grow_by": 50}}, {3: 1, 4: 2, 5: 3, 6: 4, 7: 2}),  # 2, 3, 4.5, 6.75 rounded down
        ({**RAMP, "then": "unlimited"}, {3: 1, 4: 2, 5: 9}),
        ({**RAMP, "then": "hold"}, {3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 1}),
        (RAMP, {3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 8: 2, 9: 1}),
    ],
)
def test_a_ramp_up_by_day(ramp_up: dict[str, Any], by_day: dict[int, int]) -> None:
    rows, order = queue(12, ramp_up=ramp_up)
    assert send_times(rows, order) == [f"{day} 00:00" for day, count in by_day.items() for _ in range(count)]


def test_a_ramp_up_by_hour() -> None:
    rows, order = queue(40, ramp_up={"starts_on": "2026-03-02", "per_hour": [2, 30]})
    first_day = ["2 09:30"] * 2 + [f"2 {hour}:00" for hour in range(10, 24) for _ in range(2)]
    assert send_times(rows, order) == first_day + ["3 00:00"] * 10


@pytest.mark.parametrize(
    ("counts", "times"),
    [
        ("calendar_days", ["2 10:00", "3 00:00", "5 10:00", "5 10:01", "5 10:02", "5 10:03"]),
        ("sending_days", ["2 10:00", "3 00:00", "5 10:00", "5 10:01", "5 10:02", "6 00:00"]),
    ],
)
def test_a_day_without_a_send_moves_the_plan_on_or_not(counts: str, times: list[str]) -> None:
    ids = [f"p{number}" for number in range(6)]
    moments = ("2 10:00", "2 10:01", "5 10:00", "5 10:01", "5 10:02", "5 10:03")
    happened = events(*(event(id, "go", id, when) for id, when in zip(ids, moments, strict=True)))
    ramp_up = {"starts_on": "2026-03-02", "per_day": [1, 2, 3, 4], "counts": counts}
    journey = publish("1 00:00", entry=GO, steps=[mail()])
    rows = run(case(profiles(*ids), happened, journey, tick("9 00:00"), channels=email(ramp_up=ramp_up)))
    assert send_times(rows, ids) == times


def test_with_a_ramp_up_there_is_no_max_deferral_unless_given() -> None:
    ramp_up = {"starts_on": "2026-03-02", "per_day": [1]}
    rows, order = queue(12, ramp_up=ramp_up)
    assert send_times(rows, order)[-2:] == ["12 00:00", "13 00:00"]
    rows, order = queue(12, ramp_up=ramp_up, max_deferral="P3D")
    assert [told(rows, profile)[-2] for profile in order[3:5]] == ["5 00:00 m sent", "5 09:30 m excluded (over_limit)"]
    rows, order = queue(12, **PER_DAY)
    assert [told(rows, profile)[-2] for profile in order[7:9]] == ["9 00:00 m sent", "9 09:30 m excluded (over_limit)"]


def test_a_frequency_cap_counts_a_message_when_it_is_sent() -> None:
    _, late = order_of(2)
    rules = {"frequency_caps": [{"id": "one", "max": 1, "per": "day"}]}
    channels = {**email(**PER_HOUR), "sms": {"address": "profile.phone"}}
    other = {"id": "o", "entry": {"type": "event", "event": "other"}}
    script = [
        profiles("p0", "p1", phone="+33612345678"),
        events(event("x", "other", late, "2 09:40")),
        publish("1 00:00", **other, steps=[{"id": "s", "type": "message", "channel": "sms"}]),
        members("a", "p0", "p1"),
        publish("2 00:00", entry=read("2 09:30"), steps=[mail()]),
        tick("15 00:00"),
    ]
    rows = run(case(*script, channels=channels, rules=rules))
    assert [line for line in told(rows, late) if " m " in line or " s " in line] == [
        "2 09:30 m deferred (limit)",
        "2 09:40 s sent",
        "2 10:00 m excluded (frequency_cap:one)",
    ]


def test_quiet_hours_are_not_ended_by_max_deferral_but_count() -> None:
    nearly_a_day = {"id": "n", "timezone": "UTC", "periods": [{"days": ["mon"], "from": "09:00", "to": "08:00"}]}
    unused = {"id": "m", "on_quiet": "discard", "periods": [{"days": ["mon"], "from": "10:00", "to": "11:00"}]}
    rows, order = queue(2, rules={"quiet_hours": [nearly_a_day, unused]}, **PER_HOUR, max_deferral="PT5H")
    assert [told(rows, profile)[1:3] for profile in order] == [
        ["2 09:30 m deferred (quiet_hours)", "3 08:00 m sent"],
        ["2 09:30 m deferred (quiet_hours)", "3 08:00 m excluded (over_limit)"],
    ]


def test_a_pause_is_not_ended_by_max_deferral_but_counts() -> None:
    ids = ["p0", "p1", "p2"]
    journey = publish("2 00:00", entry=read("2 09:30"), steps=[mail()])
    script = [profiles(*ids), members("a", *ids), journey, pause("2 10:00", "P5D"), tick("15 00:00")]
    rows = run(case(*script, channels=email(**PER_DAY, max_deferral="P2D")))
    assert [told(rows, profile)[-2] for profile in order_of(3)] == [
        "2 09:30 m sent",
        "7 10:00 m sent",
        "7 10:00 m excluded (over_limit)",
    ]


def test_an_exit_condition_is_looked_at_again_when_the_turn_comes() -> None:
    ids = ["p0", "p1", "p2"]
    closed = [{"id": "closed", "condition": "profile.s = 'x'"}]
    journey = publish("2 00:00", entry=read("2 09:30"), exit_when=closed, steps=[mail()])
    script = [profiles(*ids), members("a", *ids), journey, tick("2 09:45"), profiles(*ids, s="x"), tick("9 00:00")]
    rows = run(case(*script, channels=email(**PER_HOUR)))
    assert [told(rows, profile)[-1] for profile in order_of(3)] == [
        "2 09:30 completed",
        "2 10:00 m exited (closed)",
        "2 10:00 m exited (closed)",  # a place that is not used goes to the next
    ]
