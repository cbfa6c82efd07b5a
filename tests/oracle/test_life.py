"""The life of journeys (2.8), and loads that are refused (3): the oracle against rows worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    EMAIL,
    GO,
    at,
    cap,
    case,
    close,
    event,
    events,
    listen,
    load,
    mail,
    members,
    paths,
    pause,
    profiles,
    publish,
    read,
    resume,
    sends,
    stop,
    tick,
    told,
    wait,
    where,
)
from tests.oracle import Refused, run
from tests.oracle.clock import optional_iso
from tests.oracle.identity import instance_id
from tests.oracle.sources import Sources

TWO_COME = [profiles(*"ab"), events(event("1", "go", "a", "2 10:00"), event("2", "go", "b", "2 12:00"))]
WAIT_THEN_MAIL = publish("1 00:00", entry=GO, steps=[wait("1h"), mail()])
JOURNEY = publish("2 00:00", entry=GO, steps=[mail()])


def test_a_pause_holds_each_at_its_message_until_it_is_resumed() -> None:
    rows = run(case(*TWO_COME, WAIT_THEN_MAIL, pause("2 10:30"), resume("2 15:00"), tick("3 00:00")))
    assert told(rows, "a")[2:] == [
        "2 11:00 w passed",
        "2 11:00 m deferred (journey_paused)",
        "2 15:00 m sent",
        "2 15:00 completed",
    ]
    assert told(rows, "b") == ["2 12:00 rejected (journey_paused)"]


def test_a_pause_is_over_by_itself_after_14_days() -> None:
    assert sends(run(case(*TWO_COME, WAIT_THEN_MAIL, pause("2 10:30"), tick("20 00:00")))) == {"a m": "16 10:30"}


def test_a_pause_that_discards_ends_each_at_its_message() -> None:
    rows = run(case(*TWO_COME, WAIT_THEN_MAIL, pause("2 10:30", discard=True), tick("20 00:00")))
    assert where(rows) == {"a": "exited at m (journey_paused)"}


def test_a_pause_that_discards_ends_those_who_wait_for_room() -> None:
    channels = {"email": {**EMAIL["email"], "limits": [{"max": 1, "per": "day"}]}}
    journey = publish("2 00:00", entry=read("2 09:30"), steps=[mail()])
    script = [profiles(*"ab"), members("a", *"ab"), journey, pause("2 09:50", discard=True), tick("9 00:00")]
    rows = run(case(*script, channels=channels))
    assert told(rows, outcome="exited") == ["2 09:50 m exited (journey_paused)"]


def test_a_closed_journey_lets_nobody_in_and_those_inside_go_on() -> None:
    rows = run(case(*TWO_COME, WAIT_THEN_MAIL, close("2 10:30"), tick("3 00:00")))
    assert sends(rows) == {"a m": "2 11:00"}
    assert told(rows, "b") == []


def test_a_stopped_journey_ends_everyone_before_anything_else_of_that_moment() -> None:
    rows = run(case(*TWO_COME, WAIT_THEN_MAIL, stop("2 11:00"), tick("3 00:00")))
    assert where(rows) == {"a": "exited at w (stopped)"}


FOUR_HOURS = wait("4h")


def with_version_2(insiders: str, *steps: dict[str, Any]) -> Any:
    """a comes at 10:00 and again at 12:30, b at 12:00; version 2 is published at 11:30."""
    happened = events(
        event("1", "go", "a", "2 10:00"), event("2", "go", "b", "2 12:00"), event("3", "go", "a", "2 12:30")
    )
    version_1 = publish("1 00:00", entry=GO, steps=[FOUR_HOURS, mail()])
    version_2 = publish("2 11:30", insiders=insiders, version=2, entry=GO, steps=list(steps))
    return run(case(profiles(*"ab"), happened, version_1, tick("2 11:00"), version_2, tick("3 00:00")))


def test_insiders_that_stay_finish_on_their_version() -> None:
    rows = with_version_2("stay", wait("4h", "w2"))
    ends = {row["profile_id"]: (row["journey_version"], row["status"]) for row in rows["journey_instances"]}
    assert ends == {"a": (1, "completed"), "b": (2, "completed")}
    assert told(rows, "a", "rejected") == ["2 12:30 rejected (already_in_journey)"]


def test_insiders_that_move_stand_as_they_stood() -> None:
    rows = with_version_2("move", FOUR_HOURS, mail("n"))
    assert sends(rows) == {"a n": "2 14:00", "b n": "2 16:00"}
    known = {(row["profile_id"], row["journey_version"], row["instance_id"]) for row in rows["journey_instances"]}
    assert known == {("a", 2, instance_id("j", 1, "a", "1")), ("b", 2, instance_id("j", 2, "b", "2"))}
    of_a = [row for row in rows["step_outcomes"] if row["profile_id"] == "a" and row["outcome"] != "rejected"]
    assert [row["journey_version"] for row in of_a] == [1, 1, 2, 2, 2, 2]
    assert told(rows, "a")[2] == "2 11:30 w moved (1)"


def test_insiders_whose_step_is_gone_or_that_are_to_exit_do() -> None:
    assert told(with_version_2("move", wait("4h", "w2")), "a")[2] == "2 11:30 w exited (step_gone)"
    assert told(with_version_2("exit", FOUR_HOURS), "a")[2] == "2 11:30 w exited (new_version)"


MOVED = "2 11:00 x moved (1)"


@pytest.mark.parametrize(
    ("old", "new", "more", "then"),
    [
        ([wait("P2D", "x")], [mail("x")], {}, ["2 11:00 x exited (step_gone)"]),
        (
            [wait("P2D", "x")],
            [wait("P5D", "x"), wait("1h", "y")],
            {},
            [MOVED, "4 10:00 x passed", "4 10:00 y waiting", "4 11:00 y passed", "4 11:00 completed"],
        ),
        ([wait("P2D", "x")], [wait("P2D", "x")], {"timeout": "PT2H"}, [MOVED, "2 12:00 x timed_out"]),
        ([wait("P2D", "x")], [wait("P2D", "x")], {"timeout": "PT1H"}, [MOVED, "2 11:00 x timed_out"]),
        ([wait("P2D", "x")], [wait("P2D", "x")], {"ends_at": at("3 00:00")}, [MOVED, "3 00:00 x exited (ends_at)"]),
        (
            [listen({"label": "no", "event": "no"}, id="x", timeout="P1D")],
            [listen({"label": "buy", "event": "buy"}, id="x")],
            {},
            [MOVED, "2 13:00 x passed buy", "2 13:00 completed"],
        ),
        (
            [listen({"label": "no", "event": "no"}, id="x", timeout="P1D")],
            [listen({"label": "nor", "event": "nor"}, id="x", timeout="P5D")],
            {},
            [MOVED, "3 10:00 x passed timeout", "3 10:00 completed"],
        ),
    ],
)
def test_what_a_move_keeps_and_what_it_changes(
    old: list[dict[str, Any]], new: list[dict[str, Any]], more: dict[str, str], then: list[str]
) -> None:
    happened = events(event("1", "go", "a", "2 10:00"), event("2", "buy", "a", "2 13:00"))
    version_2 = publish("2 11:00", insiders="move", version=2, entry=GO, steps=new, **more)
    rows = run(case(profiles("a"), happened, publish("1 00:00", entry=GO, steps=old), version_2, tick("12 00:00")))
    assert told(rows)[2:] == then


def test_a_message_had_before_a_move_is_excluded_after_it() -> None:
    version_1 = publish("1 00:00", entry=GO, steps=[mail(), wait("P2D")])
    version_2 = publish("2 11:00", insiders="move", version=2, entry=GO, steps=[wait("P2D"), mail()])
    happened = events(event("1", "go", "a", "2 10:00"))
    rows = run(case(profiles("a"), happened, version_1, version_2, tick("12 00:00")))
    assert told(rows)[4:] == ["4 10:00 w passed", "4 10:00 m excluded (already_sent)", "4 10:00 completed"]


@pytest.mark.parametrize(
    ("priority", "times"),
    [
        (50, {"a m": "2 10:00", "d m": "2 11:00", "b m": "2 12:00", "c m": "2 13:00"}),
        (70, {"a m": "2 10:00", "b m": "2 11:00", "c m": "2 12:00", "d m": "2 13:00"}),
    ],
)
def test_who_moves_in_a_queue_keeps_its_arrival_under_the_new_priority(priority: int, times: dict[str, str]) -> None:
    happened = [event(profile, "go", profile, f"2 10:0{minute}") for minute, profile in enumerate("abc")]
    other = publish("1 00:00", id="o", priority=60, entry={"type": "event", "event": "other"}, steps=[mail()])
    version_2 = publish("2 10:30", insiders="move", version=2, entry=GO, priority=priority, steps=[mail()])
    script = [
        profiles(*"abcd"),
        events(*happened, event("o", "other", "d", "2 10:05")),
        publish("1 00:00", entry=GO, steps=[mail()]),
        other,
        version_2,
        tick("3 00:00"),
    ]
    rows = run(case(*script, channels={"email": {**EMAIL["email"], "limits": [{"max": 1, "per": "hour"}]}}))
    assert sends(rows) == times
    assert told(rows, "c")[1:3] == ["2 10:02 m deferred (limit)", "2 10:30 m moved (1)"]


def test_who_moves_comes_to_a_cap_with_its_occurrences_number() -> None:
    steps = [wait("P1D"), cap(1, per="occurrence")]
    stays = members("a", ("a", "1 00:00", "2 10:00"), ("b", "1 00:00", "2 10:00"), ("c", "2 10:00"))
    version_1 = publish("1 12:00", entry=read("0 9 * * *"), steps=steps)
    version_2 = publish("2 12:00", insiders="move", version=2, entry=read("0 8 * * *"), steps=steps)
    rows = run(case(profiles(*"abc"), stays, version_1, version_2, tick("4 12:00")))
    taken = paths(rows)
    assert sorted([taken["a"] or "", taken["b"] or ""]) == ["over", "within"]  # on the 3rd at 9:00
    assert taken["c"] == "over"  # the place of occurrence 1 of version 2 is taken


# ------------------------------------------------------------------------------------------------------------ refusals
def is_refused(*script: dict[str, Any]) -> bool:
    try:
        run(case(*script))
    except Refused:
        return True
    return False


VERSION_2 = publish("3 00:00", version=2, entry=GO, steps=[mail()])
OTHER_TEXT = publish("2 00:00", entry=GO, steps=[mail("n")])
OTHER_JOURNEY = {**JOURNEY, "journey": {**JOURNEY["journey"], "id": "k"}}


@pytest.mark.parametrize(
    "script",
    [
        [JOURNEY, tick("3 00:00"), VERSION_2],  # not later than the last committed until
        [close("2 00:00")],
        [JOURNEY, resume("3 00:00")],
        [JOURNEY, OTHER_TEXT],
        [JOURNEY, {**OTHER_TEXT, "at": at("3 00:00")}],
        [JOURNEY, close("1 23:00")],  # before the journey's last change
        [JOURNEY, close("3 00:00"), close("4 00:00")],
        [JOURNEY, stop("3 00:00"), stop("4 00:00")],
        [JOURNEY, pause("3 00:00"), pause("4 00:00")],
        [JOURNEY, pause("3 00:00", "PT1H"), resume("3 01:00")],
        [JOURNEY, close("3 00:00"), tick("4 00:00"), stop("5 00:00")],  # finished
        [JOURNEY, tick("4 00:00"), OTHER_JOURNEY],  # any time is free only until a tick has committed
    ],
)
def test_changes_that_are_refused(script: list[dict[str, Any]]) -> None:
    assert is_refused(*script)


@pytest.mark.parametrize(
    "script",
    [
        [tick("1 00:00"), JOURNEY, JOURNEY, tick("3 00:00"), JOURNEY, tick("2 12:00")],  # published already
        [JOURNEY, pause("3 00:00", "PT1H"), pause("3 01:00"), resume("3 02:00"), close("3 02:00"), stop("3 03:00")],
        [JOURNEY, {**OTHER_JOURNEY, "at": at("1 00:00")}],
    ],
)
def test_changes_that_are_not_refused(script: list[dict[str, Any]]) -> None:
    assert not is_refused(*script)


STAY = {"audience_id": "a", "profile_id": "p", "entered_at": at("2 00:00"), "exited_at": at("3 00:00")}


@pytest.mark.parametrize(
    "loads",
    [
        [("profiles", {"profile_id": None})],
        [("events", {"event_id": None})],
        [("events", {"event_id": "e", "event_time": None})],
        [("audience_members", {**STAY, "entered_at": None})],
        [("audience_members", {**STAY, "entered_at": "soon"})],
        [("audience_members", {**STAY, "exited_at": at("2 00:00")})],
        [("audience_members", STAY), ("audience_members", {**STAY, "entered_at": at("2 12:00")})],
        [("audience_members", STAY), ("audience_members", {**STAY, "entered_at": at("1 00:00"), "exited_at": None})],
        [("suppressions", {"channel": "email", "address": "x", "list": "deny"})],
    ],
)
def test_loads_that_are_refused(loads: list[tuple[str, dict[str, Any]]]) -> None:
    assert is_refused(*(load(table, row) for table, row in loads))


def test_stays_that_touch_or_end_otherwise_are_loaded() -> None:
    again = {**STAY, "entered_at": at("3 00:00"), "exited_at": None}
    shorter = {**STAY, "exited_at": at("2 00:01")}
    assert not is_refused(load("audience_members", STAY, again), load("audience_members", shorter))


def test_a_column_that_a_load_lacks_stays_as_it_was() -> None:
    sources = Sources({})
    rows = [{"profile_id": "a", "email": "a@x.com", "t": "1"}, {"profile_id": "b", "email": "b@x.com"}]
    sources.load("profiles", rows)
    sources.load("profiles", [{"profile_id": "a", "phone": "+3361111111"}, {"profile_id": "c"}])
    known = {id: (row.get("email"), row.get("phone"), row.get("t")) for id, row in sources.profiles.items()}
    assert known == {"a": ("a@x.com", "+3361111111", "1"), "b": ("b@x.com", None, None), "c": (None, None, None)}
    sources.load("profiles", [{"profile_id": "a", "t": "2"}, {"profile_id": "b", "email": "new"}])  # both columns
    known = {id: (row.get("email"), row.get("phone"), row.get("t")) for id, row in sources.profiles.items()}
    assert known == {"a": (None, "+3361111111", "2"), "b": ("new", None, None), "c": (None, None, None)}


def test_an_end_that_a_load_lacks_stays_as_it_was() -> None:
    sources = Sources({})
    sources.load("audience_members", [STAY])
    sources.load("audience_members", [{key: STAY[key] for key in ("audience_id", "profile_id", "entered_at")}])
    ends = [optional_iso(stay["exited_at"]) for stay in sources.tables["audience_members"].values()]
    assert ends == [at("3 00:00")]
