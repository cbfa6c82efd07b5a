"""Expressions and templates: their own problems, at the place where the text stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from jinja2 import Environment, TemplateSyntaxError, nodes

from parcours.definition.contents import HTML_FIELDS
from parcours.definition.expressions import (
    Compiled,
    ExpressionError,
    Scope,
    compile_compared,
    compile_expression,
    compile_value,
)
from parcours.definition.expressions.reading import compares_with_null
from parcours.definition.expressions.slips import texts_with_braces
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.templates import TemplateError, compile_template

# What a message's template sees besides the journey's names.
SEND_NAMES = {"unsubscribe_url": "string", "delivery_id": "string"}


def check_expression(
    sql: str, scope: Scope, expect: Literal["boolean", "string", "instant"] | None, loc: Loc
) -> Iterator[Finding]:
    """What is wrong with an SQL expression."""
    yield from _check_compiled(
        sql,
        lambda: compile_expression(sql, scope, expect),
        scope,
        loc,
        asks=expect in ("boolean", "instant"),
        is_timeless=expect == "string",
    )


def _doubts(sql: str, loc: Loc) -> Iterator[Finding]:
    """What an expression may say, and hardly ever means."""
    for text in texts_with_braces(sql):
        what = f"{text} is text as it stands: no name is put in"
        yield Finding(loc, what, "write the name itself, or concat('...', profile.first_name)", is_warning=True)
    if compares_with_null(sql):
        yield Finding(loc, "compared with NULL nothing is ever true", "write IS NULL, or IS NOT NULL", is_warning=True)


def check_value(sql: str, scope: Scope, kind: str, loc: Loc) -> Iterator[Finding]:
    """What is wrong with an SQL expression that is written to a column of this type."""
    yield from _check_compiled(sql, lambda: compile_value(sql, scope, kind), scope, loc)


def check_compared(sql: str, scope: Scope, column: str, kind: str, loc: Loc) -> Iterator[Finding]:
    """What is wrong with an SQL expression to which a column of this type is compared."""
    yield from _check_compiled(sql, lambda: compile_compared(sql, scope, column, kind), scope, loc, is_timeless=True)


def check_of_event_alone(sql: str, scope: Scope, loc: Loc) -> Iterator[Finding]:
    """What is wrong with a condition that must hold of an event for ever, whatever becomes of people and journeys."""
    problems = list(check_expression(sql, scope, "boolean", loc))
    yield from problems
    if all(problem.is_warning for problem in problems):
        compiled = compile_expression(sql, scope, "boolean")
        others = (compiled.profile_columns, compiled.audience_attributes, compiled.lookups)
        if any(others) or compiled.uses_now or "journey.`" in compiled.sql:
            yield Finding(loc, "asks more than the event itself", "write event.<attribute> only")


MOST_JOURNEYS = 4
"""So many journeys may has_received name in one expression, which the engine asks for each set of them."""


def _check_compiled(
    sql: str,
    compile_it: Callable[[], Compiled],
    scope: Scope,
    loc: Loc,
    *,
    asks: bool = False,
    is_timeless: bool = False,
) -> Iterator[Finding]:
    """`asks`: a condition or a moment, asked when an instance comes to it; `is_timeless`: read before anybody comes."""
    try:
        compiled = compile_it()
    except ExpressionError as error:
        for what, remedy in error.problems:
            yield Finding(loc, what, remedy)
    else:
        yield from _doubts(sql, loc)
        if compiled.journeys and not asks:
            yield Finding(loc, "has_received can't be asked here", "ask it in a condition step before")
        elif is_timeless and compiled.uses_now:
            what = "what depends on the moment (now(), in_audience, event_count) can't be asked here"
            yield Finding(loc, what, "ask it in a condition step before")
        elif len(compiled.journeys) > MOST_JOURNEYS:
            what = f"has_received of {len(compiled.journeys)} journeys in one expression"
            yield Finding(loc, what, f"{MOST_JOURNEYS} at most; make several paths of it")
        for audience in sorted(compiled.audiences):
            if scope.audiences is not None and audience not in scope.audiences:
                yield unfilled_audience(audience, loc)


def unfilled_audience(audience: str, loc: Loc, known: Iterable[str] = ()) -> Finding:
    """An audience that nobody fills may be meant, but is mostly missed by a letter."""
    what = f"audience '{audience}' has neither a file nor a member"
    remedy = did_you_mean(audience, known) or f"write audiences/{audience}.yaml, or load its members"
    return Finding(loc, what, remedy, is_warning=True)


def check_template(text: str, scope: Scope, field: str, loc: Loc) -> Iterator[Finding]:
    """What is wrong with one field of a message."""
    try:
        compile_template(text, scope, html=field in HTML_FIELDS)
    except TemplateError as error:
        for line, what, remedy in error.problems:
            yield Finding(loc, what, remedy, text_line=line)


def message_scope(scope: Scope) -> Scope:
    """The names of the journey, and those of the send."""
    return replace(scope, extra={**scope.extra, **SEND_NAMES})


def names_in(text: str) -> frozenset[str] | None:
    """The names that a template uses; None of one that can't be parsed."""
    try:
        # Not jinja2.meta: it knows Jinja's own filters only, and gives up at ours.
        found = Environment(autoescape=True).parse(text).find_all(nodes.Name)
        return frozenset(name.name for name in found if name.ctx == "load")
    except TemplateSyntaxError:
        return None
