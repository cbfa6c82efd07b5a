"""in_audience, event_count and has_received: what is told of them, and the columns that they read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parcours.definition.expressions import Scope, compile_expression
from tests.definition.expressions.samples import SCOPE, problems

KNOWING = replace(SCOPE, event_types=["order_placed", "page_viewed"], journeys=["welcome", "news"])
NAMED = "the name is written out in quotes"
FIXED = "(write INTERVAL 30 DAYS, or WEEKS, HOURS, MINUTES, SECONDS)"

WRONG = [
    ("in_audience(profile.tier)", f"{NAMED} (write in_audience('vip'))"),
    ("in_audience()", f"{NAMED} (write in_audience('vip'))"),
    ("in_audience('vip', 'club')", "in_audience takes a name alone (write in_audience('vip'))"),
    (
        "event_count('order_placed')",
        "event_count takes a name and an interval (write event_count('order_placed', INTERVAL 30 DAYS))",
    ),
    ("event_count('order_place', INTERVAL 3 DAYS)", "no event 'order_place' (did you mean 'order_placed'?)"),
    ("event_count('xyz', INTERVAL 3 DAYS)", "no event 'xyz' (declare it in events.yaml)"),
    ("event_count('order_placed', 30)", f"the second argument is an interval {FIXED}"),
    ("event_count('order_placed', INTERVAL 1 MONTH)", f"an interval of months has no fixed length {FIXED}"),
    ("event_count('order_placed', INTERVAL 2 YEARS)", f"an interval of months has no fixed length {FIXED}"),
    ("event_count('order_placed', INTERVAL '1-2' YEAR TO MONTH)", f"an interval of months has no fixed length {FIXED}"),
    ("event_count('order_placed', INTERVAL 0 DAYS)", f"an interval of no time counts nothing {FIXED}"),
    ("has_received(profile.tier)", f"{NAMED} (write has_received('welcome'))"),
    ("has_received('welcom')", "no journey 'welcom' (did you mean 'welcome'?)"),
    ("has_received('xyz')", "no journey 'xyz' (write the id of a journey)"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_asked_of_the_past_is_written_out_and_there(text: str, said: str) -> None:
    assert problems(text, KNOWING) == said


DAY = 86_400_000_000
LENGTHS = [
    ("INTERVAL 30 DAYS", 30 * DAY),
    ("INTERVAL '30' DAY", 30 * DAY),
    ("INTERVAL '30 days'", 30 * DAY),
    ("INTERVAL 1.5 DAYS", 36 * 3_600_000_000),
    ("INTERVAL 1 DAY 12 HOURS", 36 * 3_600_000_000),
    ("INTERVAL '1 day 12 hours'", 36 * 3_600_000_000),
    ("INTERVAL '1 12' DAY TO HOUR", 36 * 3_600_000_000),
    ("INTERVAL '1 12:00:00.25' DAY TO SECOND", 36 * 3_600_000_000 + 250_000),
    ("INTERVAL '36:30' HOUR TO MINUTE", 36 * 3_600_000_000 + 30 * 60_000_000),
    ("INTERVAL '90:01' MINUTE TO SECOND", 90 * 60_000_000 + 1_000_000),
    ("(INTERVAL 1 WEEK) + INTERVAL 500 MILLISECONDS", 7 * DAY + 500_000),
]


@pytest.mark.parametrize(("interval", "micros"), LENGTHS)
def test_events_are_counted_over_an_interval_in_any_form(interval: str, micros: int) -> None:
    assert compile_expression(f"event_count('page_viewed', {interval})", KNOWING).events == {"page_viewed": micros}


def test_where_nothing_is_known_any_name_will_do() -> None:
    text = "in_audience('a') AND event_count('b', INTERVAL 1 HOUR) > 1 AND has_received('c')"
    assert problems(text, Scope(None, None, None), "boolean") == ""


def test_what_is_asked_is_told_and_asked_at_the_moment() -> None:
    compiled = compile_expression(
        "in_audience('vip') AND has_received('news') AND event_count('order_placed', INTERVAL 30 DAYS) "
        "> event_count('order_placed', INTERVAL 2 HOURS) + event_count('page_viewed', INTERVAL 1 WEEK)",
        KNOWING,
    )
    assert compiled.audiences == {"vip"}
    assert compiled.journeys == {"news"}
    assert compiled.events == {"order_placed": 30 * 86_400_000_000, "page_viewed": 7 * 86_400_000_000}


@pytest.mark.parametrize(
    "text", ["in_audience('vip')", "has_received('news')", "event_count('order_placed', INTERVAL 1 DAY) > 0"]
)
def test_each_depends_on_the_moment(text: str) -> None:
    assert compile_expression(text, KNOWING).uses_now


def test_a_journey_of_which_nothing_was_received_is_false_not_null() -> None:
    compiled = compile_expression("has_received('news')", KNOWING)
    assert (compiled.sql, compiled.type) == ("coalesce(__has_received['news'], false)", "boolean")
