"""What happened to a profile before, as of the instance's own moment (1.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from parcours.definition.expressions.intervals import read_interval
from parcours.definition.expressions.terms import Term, quoted
from parcours.definition.expressions.types import LONG, MONTHS, TRUTH
from parcours.definition.problems import Mistake, did_you_mean

if TYPE_CHECKING:
    from parcours.definition.expressions.check import Checker

REMEDY = "write INTERVAL 30 DAYS, or WEEKS, HOURS, MINUTES, SECONDS"
NOW = "unix_micros(__now)"


def in_audience(checker: Checker, arguments: Sequence[exp.Expr]) -> Term:
    """Membership at now(): from the start of a stay on, and before its end.

    Reads `__stays`, by audience the stays of the profile as (entered_at, exited_at) in microseconds.
    """
    audience = _written(arguments, "in_audience('vip')", 1)
    checker.names.audiences.add(audience)
    checker.names.uses_now = True
    is_in = f"stay -> stay.entered_at <= {NOW} AND (stay.exited_at IS NULL OR stay.exited_at > {NOW})"
    return Term(f"coalesce(exists(__stays[{quoted(audience)}], {is_in}), false)", TRUTH)


def event_count(checker: Checker, arguments: Sequence[exp.Expr]) -> Term:
    """How many events of a type the profile had in (now() - interval, now()].

    Reads `__events`, by type the moments of the profile's events in microseconds.
    """
    event = _written(arguments, "event_count('order_placed', INTERVAL 30 DAYS)", 2)
    known = checker.names.scope.event_types
    if known is not None and event not in known:
        raise Mistake(f"no event {event!r}", did_you_mean(event, known) or "declare it in events.yaml")
    length = _length(arguments[1])
    checker.names.count_events(event, length)
    counted = f"filter(__events[{quoted(event)}], at -> at > {NOW} - {length}L AND at <= {NOW})"
    return Term(f"coalesce(CAST(size({counted}) AS BIGINT), 0L)", LONG)


def has_received(checker: Checker, arguments: Sequence[exp.Expr]) -> Term:
    """Whether a live message of a journey was sent to the profile before now().

    Reads `__has_received`, by journey whether there was one: sends of this very tick count, which the engine knows.
    """
    journey = _written(arguments, "has_received('welcome')", 1)
    known = checker.names.scope.journeys
    if known is not None and journey not in known:
        raise Mistake(f"no journey {journey!r}", did_you_mean(journey, known) or "write the id of a journey")
    checker.names.journeys.add(journey)
    checker.names.uses_now = True
    return Term(f"coalesce(__has_received[{quoted(journey)}], false)", TRUTH)


def _written(arguments: Sequence[exp.Expr], example: str, count: int) -> str:
    is_text = bool(arguments) and isinstance(arguments[0], exp.Literal) and arguments[0].is_string
    if not is_text:
        raise Mistake("the name is written out in quotes", f"write {example}")
    if len(arguments) != count:
        what = "a name alone" if count == 1 else "a name and an interval"
        raise Mistake(f"{example.partition('(')[0]} takes {what}", f"write {example}")
    return str(arguments[0].this)


def _length(tree: exp.Expr) -> int:
    """Microseconds of an interval of a fixed length, or of several one after another."""
    size = _sum_of(tree)
    if size <= 0:
        raise Mistake("an interval of no time counts nothing", REMEDY)
    return size


def _sum_of(tree: exp.Expr) -> int:
    if isinstance(tree, exp.Paren):
        return _sum_of(tree.this)
    if isinstance(tree, exp.Add):
        return _sum_of(tree.this) + _sum_of(tree.expression)
    if not isinstance(tree, exp.Interval):
        raise Mistake("the second argument is an interval", REMEDY)
    interval = read_interval(tree)
    if interval.type == MONTHS:
        raise Mistake("an interval of months has no fixed length", REMEDY)
    return interval.size


SERIES: dict[str, Callable[[Checker, Sequence[exp.Expr]], Term]] = {
    "in_audience": in_audience,
    "event_count": event_count,
    "has_received": has_received,
}
