"""compile_expression: what a user writes, as checked Spark SQL text that can't fail on any data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from parcours.definition.expressions.check import Checker
from parcours.definition.expressions.convert import convert, within_calendar
from parcours.definition.expressions.names import Names, Scope
from parcours.definition.expressions.operators import compare, truth
from parcours.definition.expressions.reading import read_expression
from parcours.definition.expressions.slips import remedy_for_types
from parcours.definition.expressions.terms import Term, data_term
from parcours.definition.expressions.types import DATE, INSTANT, LOCAL_TIME, TEXT, UNKNOWN, parse_type
from parcours.definition.problems import Mistake

Expected = Literal["boolean", "string", "instant"]


@dataclass(frozen=True)
class Compiled:
    """Spark SQL text for `F.expr`, the Spark SQL type of its value, and what it reads.

    It reads the columns profile (struct), event and audience (maps of text), journey (struct), `__now`, `__local_now`,
    `__<name>` for each of `extra_names`, `__lookup_<as>` for each of `lookups` (struct, or an array of them), `__stays`
    of its `audiences`, `__events` of its `events`: types, each with the microseconds over which it is counted at most,
    and `__has_received` (map of booleans) of its `journeys`. Its value may be null.
    """

    sql: str
    type: str
    uses_now: bool
    profile_columns: frozenset[str]
    event_attributes: frozenset[str]
    audiences: frozenset[str]
    audience_attributes: frozenset[str] = frozenset()
    extra_names: frozenset[str] = frozenset()
    events: Mapping[str, int] = field(default_factory=dict)
    journeys: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()


class ExpressionError(ValueError):
    """An expression that can't be used: all that is wrong with it, as (what, what to write instead or None)."""

    def __init__(self, problems: list[tuple[str, str | None]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(what + (f" ({remedy})" if remedy else "") for what, remedy in problems))


def compile_expression(sql: str, scope: Scope, expect: Expected | None = None) -> Compiled:
    """The expression as text that Spark can run on any data, of the expected type; ExpressionError if it is wrong.

    boolean: null is left as null. string: numbers, dates and truths become text. instant: a timestamp, or, where dates,
    local times and text are given, a timestamp_ntz, which is local time; null outside of the years 1 to 9999.
    """
    return _compiled(sql, scope, lambda term: _expected(term, expect, scope.zone))


def compile_value(sql: str, scope: Scope, kind: str) -> Compiled:
    """The same, as a value of any Spark SQL type, such as that of the column that it is written to."""
    return _compiled(sql, scope, lambda term: convert(term, parse_type(kind), scope.zone))


def compile_compared(sql: str, scope: Scope, column: str, kind: str) -> Compiled:
    """The same, as whether a column of a table, given as SQL text with its type, equals it."""
    stored = data_term(column, parse_type(kind))
    return _compiled(sql, scope, lambda term: compare("=", stored, term, scope.zone))


def _compiled(sql: str, scope: Scope, fitted: Callable[[Term], Term]) -> Compiled:
    names = Names(scope)
    checker = Checker(names)
    try:
        term = checker.check(read_expression(sql))
        if not checker.problems:
            term = fitted(term)
    except Mistake as mistake:
        checker.problems.append((mistake.what, mistake.remedy))
    except RecursionError:
        checker.problems.append(("too deeply nested an expression", "divide it over several steps"))
    if checker.problems:
        told = ((what, remedy_for_types(sql, what) or remedy) for what, remedy in checker.problems)
        raise ExpressionError(list(told))
    return compiled(term, names)


def compiled(term: Term, names: Names) -> Compiled:
    """The result of a compilation, with what it named."""
    return Compiled(
        sql=term.sql,
        type=str(TEXT if term.type == UNKNOWN else term.type),
        uses_now=names.uses_now,
        profile_columns=frozenset(names.profile_columns),
        event_attributes=frozenset(names.event_attributes),
        audiences=frozenset(names.audiences),
        audience_attributes=frozenset(names.audience_attributes),
        extra_names=frozenset(names.extra_names),
        events=dict(names.events),
        journeys=frozenset(names.journeys),
        lookups=frozenset(names.lookups),
    )


def _expected(term: Term, expect: Expected | None, zone: str) -> Term:
    if expect == "boolean":
        return truth(term, zone)
    if expect == "string":
        return convert(term, TEXT, zone)
    if expect == "instant":
        return _moment(term, zone)
    return term


def _moment(term: Term, zone: str) -> Term:
    if term.type not in (INSTANT, LOCAL_TIME, DATE, TEXT, UNKNOWN):
        try:
            return convert(term, INSTANT, zone)
        except Mistake:
            raise Mistake(f"a date or time is wanted here, and this is {term.type.said}") from None
    return within_calendar(term if term.type == INSTANT else convert(term, LOCAL_TIME, zone))
