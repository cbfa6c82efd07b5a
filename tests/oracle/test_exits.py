"""Exits, listens and what is learnt late (1.2, 2.1): the oracle against rows worked out by hand."""

from __future__ import annotations

import pytest

from tests.builders import (
    GO,
    at,
    case,
    event,
    events,
    listen,
    mail,
    members,
    profiles,
    publish,
    read,
    reasons,
    sends,
    tick,
    told,
    wait,
    where,
)
from tests.oracle import run

BOUGHT = {"id": "bought", "event": "buy", "where": "event.n > 5"}
LEFT = {"id": "left", "audience": "club", "on": "exit"}


def test_the_first_listed_criterion_ends_the_instance_before_its_wait_does() -> None:
    journey = publish("2 00:00", entry=GO, exit_when=[BOUGHT, LEFT], steps=[wait("2h"), mail()])
    happened = [event(f"go {profile}", "go", profile, "2 10:00") for profile in "abd"]
    happened += [
        event("1", "buy", "a", "2 11:00", n="6"),
        event("2", "buy", "b", "2 11:00", n="5"),
        event("3", "buy", "d", "2 12:00", n="6"),
    ]
    club = members("club", ("a", "1 00:00", "2 11:00"), ("b", "1 00:00", "2 11:30"))
    rows = run(case(profiles(*"abd"), events(*happened), club, journey, tick("3 00:00")))
    assert where(rows) == {"a": "exited at w (bought)", "b": "exited at w (left)", "d": "exited at w (bought)"}


def test_a_condition_is_looked_at_when_a_message_is_settled() -> None:
    ends = [{"id": "closed", "condition": "profile.s = 'x'"}]
    journey = publish("2 00:00", entry=GO, exit_when=ends, steps=[wait("2h"), mail()])
    rows = run(case(profiles("a", s="x"), events(event("1", "go", "a", "2 10:00")), journey, tick("3 00:00")))
    assert where(rows) == {"a": "exited at m (closed)"}


def test_a_wait_that_would_outlast_the_timeout_is_not_entered() -> None:
    journey = publish("2 00:00", entry=GO, timeout="2h", steps=[mail(), wait("2h")])
    rows = run(case(profiles("a"), events(event("1", "go", "a", "2 10:00")), journey, tick("3 00:00")))
    assert told(rows) == ["2 10:00 entered", "2 10:00 m sent", "2 10:00 w timed_out"]
    assert where(rows) == {"a": "timed_out at w"}


def test_a_listen_that_would_outlast_the_timeout_ends_with_it() -> None:
    happened = events(event("1", "go", "a", "2 10:00"), event("2", "buy", "a", "2 12:00"))
    steps = [listen({"label": "x", "event": "buy"}, timeout="2h")]
    rows = run(case(profiles("a"), happened, publish("2 00:00", entry=GO, timeout="2h", steps=steps), tick("3 00:00")))
    assert told(rows) == ["2 10:00 entered", "2 10:00 l waiting", "2 12:00 l timed_out"]


def test_a_listen_hears_what_happens_after_the_arrival_up_to_its_timeout() -> None:
    paths = [
        {"label": "buy", "event": "buy", "where": "event.n > 1", "next": "m2"},
        {"label": "vip", "audience": "vip"},
    ]
    steps = [listen(*paths, timeout="2h", on_timeout="end"), mail(), mail("m2")]
    happened = [event(f"go {profile}", "go", profile, "2 10:00") for profile in "abcd"]
    happened += [
        event("1", "buy", "a", "2 11:00", n="1"),
        event("2", "buy", "a", "2 12:00", n="2"),
        event("3", "buy", "c", "2 10:00", n="2"),
    ]
    stays = members("vip", ("b", "2 11:00"), ("d", "1 00:00"))
    rows = run(
        case(profiles(*"abcd"), events(*happened), stays, publish("2 00:00", entry=GO, steps=steps), tick("3 00:00"))
    )
    assert {profile: told(rows, profile, "passed") for profile in "abcd"} == {
        "a": ["2 12:00 l passed buy"],
        "b": ["2 11:00 l passed vip"],
        "c": ["2 12:00 l passed timeout"],
        "d": ["2 12:00 l passed timeout"],
    }
    assert sends(rows) == {"a m2": "2 12:00", "b m": "2 11:00", "b m2": "2 11:00"}


def test_late_and_repeated_events_are_taken_once_at_the_start_of_the_next_tick() -> None:
    steps = [listen({"label": "buy", "event": "buy"}), wait("P1D"), mail()]
    journey = publish("2 00:00", entry=GO, exit_when=[{"id": "quit", "event": "quit"}], steps=steps)
    later = [
        event("e1", "go", "a", "2 13:00"),  # a repetition
        event("e3", "go", "c", "2 11:00"),
        event("e4", "buy", "a", "2 09:00"),
        event("e5", "quit", "b", "2 11:30"),
        event("e6", "go", "c", "1 23:59"),  # before the publication
        event("e7", "buy", "c", "2 11:50"),
    ]
    known = events(event("e1", "go", "a", "2 10:00"), event("e2", "go", "b", "2 10:00"))
    rows = run(case(profiles(*"abc"), known, journey, tick("2 12:00"), events(*later), tick("2 18:00")))
    assert told(rows, "a") == [
        "2 10:00 entered",
        "2 10:00 l waiting",
        "2 12:00 l passed buy (late)",
        "2 12:00 w waiting",
    ]
    assert told(rows, "b")[-1] == "2 12:00 l exited (quit)"
    assert told(rows, "c") == [
        "2 12:00 entered (late)",
        "2 12:00 l waiting",
        "2 12:00 l passed buy (late)",
        "2 12:00 w waiting",
    ]


def test_several_late_events_are_taken_by_their_moments() -> None:
    steps = [listen({"label": "x", "event": "x"}, {"label": "y", "event": "y"})]
    later = events(event("1", "x", "a", "2 11:30"), event("2", "y", "a", "2 11:00"), event("3", "x", "a", "2 12:00"))
    known = events(event("e", "go", "a", "2 10:00"))
    journey = publish("2 00:00", entry=GO, steps=steps)
    rows = run(case(profiles("a"), known, journey, tick("2 12:00"), later, tick("2 13:00")))
    assert told(rows)[2:] == ["2 12:00 l passed y (late)", "2 12:00 completed"]


def test_late_events_and_stays_are_taken_by_their_moments_after_what_the_last_tick_did() -> None:
    both = [{"label": "event", "event": "x"}, {"label": "stay", "audience": "vip"}]
    journey = publish("2 00:00", entry=GO, steps=[listen(*both, id="l1"), listen(*both, id="l2")])
    later = [events(event("1", "x", "a", "2 11:00")), members("vip", ("a", "2 10:00"))]
    known = events(event("e", "go", "a", "2 12:00"))
    rows = run(case(profiles("a"), known, journey, tick("2 12:00"), *later, tick("2 13:00")))
    assert told(rows, outcome="passed") == ["2 12:00 l1 passed stay (late)", "2 12:00 l2 passed event (late)"]


def test_late_stays_bring_in_with_the_key_of_their_true_moment() -> None:
    entry = {"type": "audience_qualification", "audience": "vip", "on": "both"}
    journey = publish("2 00:00", entry=entry, reentry={"after": "PT0S"}, steps=[mail()])
    later = members("vip", ("a", "2 09:00", "2 11:00"), ("b", "1 00:00", "2 10:00"))
    script = [
        profiles("a", "b"),
        members("vip", "b"),
        journey,
        tick("2 12:00"),
        later,
        tick("2 18:00"),
        later,
        tick("3 18:00"),
    ]
    rows = run(case(*script))
    assert [(row["profile_id"], row["entry_key"], row["entered_at"]) for row in rows["journey_instances"]] == [
        ("a", f"vip|enter|{at('2 09:00')}", at("2 12:00")),
        ("b", f"vip|exit|{at('2 10:00')}", at("2 12:00")),
        ("a", f"vip|exit|{at('2 11:00')}", at("2 12:00")),
    ]
    assert set(reasons(rows, "entered")) == {"late"}


def test_late_stays_wake_and_end_unless_earlier_than_the_first_publication() -> None:
    steps = [listen({"label": "in", "audience": "vip"})]
    journey = publish("2 00:00", entry=GO, exit_when=[{"id": "gone", "audience": "club", "on": "exit"}], steps=steps)
    happened = events(*(event(profile, "go", profile, "2 10:00") for profile in "abc"))
    later = [members("club", ("b", "1 00:00", "2 09:00")), members("vip", ("a", "2 09:00"), ("c", "1 09:00"))]
    rows = run(
        case(profiles(*"abc"), happened, members("club", "b"), journey, tick("2 12:00"), *later, tick("3 00:00"))
    )
    assert told(rows, "a")[2:] == ["2 12:00 l passed in (late)", "2 12:00 completed"]
    assert told(rows, "b")[2:] == ["2 12:00 l exited (gone)"]
    assert where(rows)["c"] == "active at l"


def test_an_incremental_read_takes_who_was_learnt_since_the_last_occurrence() -> None:
    journey = publish("2 00:00", entry=read("0 9 * * *", incremental=True), steps=[mail()])
    later = members("a", ("b", "2 08:00"), ("c", "1 08:00"), ("d", "2 08:00", "2 12:00"))
    rows = run(case(profiles(*"abcd"), members("a", "a"), journey, tick("2 09:00"), later, tick("5 00:00")))
    assert sends(rows) == {"a m": "2 09:00", "b m": "3 09:00", "c m": "3 09:00"}


def test_the_first_tick_includes_the_publication() -> None:
    happened = events(event("1", "go", "a", "2 00:00"), event("2", "go", "b", "1 23:59:59"))
    rows = run(case(profiles(*"ab"), happened, publish("2 00:00", entry=GO, steps=[mail()]), tick("2 00:00")))
    assert sends(rows) == {"a m": "2 00:00"}


def test_an_exit_comes_before_the_entry_by_the_same_event() -> None:
    happened = events(event("1", "go", "a", "2 10:00"), event("2", "go", "a", "2 11:00"))
    again = [{"id": "again", "event": "go"}]
    journey = publish("1 00:00", entry=GO, exit_when=again, steps=[wait("1h"), mail()])
    assert told(run(case(profiles("a"), happened, journey, tick("3 00:00"))))[2:] == [
        "2 11:00 w exited (again)",
        "2 11:00 entered",
        "2 11:00 w waiting",
        "2 12:00 w passed",
        "2 12:00 m sent",
        "2 12:00 completed",
    ]


def test_whoever_is_due_has_left_before_entries_are_judged() -> None:
    happened = events(event("1", "go", "a", "2 10:00"), event("2", "go", "a", "2 11:00"))
    rows = run(case(profiles("a"), happened, publish("1 00:00", entry=GO, steps=[wait("1h")]), tick("3 00:00")))
    assert told(rows, outcome="entered") == ["2 10:00 entered", "2 11:00 entered"]


@pytest.mark.parametrize(
    ("steps", "more", "due_at"),
    [
        ([listen({"label": "x", "event": "x"})], {}, "2026-06-01T10:00:00Z"),
        ([listen({"label": "x", "event": "x"}, timeout="P2D")], {}, at("4 10:00")),
        ([wait("P3D")], {"ends_at": at("4 00:00")}, at("4 00:00")),
    ],
)
def test_due_at_is_never_later_than_the_timeout_or_the_end(
    steps: list[dict[str, object]], more: dict[str, str], due_at: str
) -> None:
    journey = publish("1 00:00", entry=GO, steps=steps, **more)
    rows = run(case(profiles("a"), events(event("1", "go", "a", "2 10:00")), journey, tick("3 00:00")))
    assert [(row["due_at"], row["status"]) for row in rows["journey_instances"]] == [(due_at, "active")]
