"""Lookups: their tables and keys, and from where on what they find may be named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from parcours.definition.checks.graph import steps_before
from parcours.definition.checks.known import Known, looked_up, scope_of
from parcours.definition.checks.texts import check_compared, check_expression
from parcours.definition.columns import column_type
from parcours.definition.drafts import Draft
from parcours.definition.expressions import ANY_TEXT, LookedUp, Scope
from parcours.definition.expressions.reading import is_one_name
from parcours.definition.problems import Finding, Loc, Mistake, did_you_mean
from parcours.definition.steps import AnyStep, Lookup


def journey_scope(draft: Draft, known: Known) -> Scope:
    """The names that may be used wherever something holds of the whole journey: of lookups all."""
    unread = {name: LookedUp(None) for name in draft.unread_lookups}
    found = looked_up((step for _, step in draft.steps), known.table_columns)
    return scope_of(draft.entry, draft.zone, known, unread | found)


def step_scope(step: AnyStep, draft: Draft, scope: Scope) -> Scope:
    """The names of the journey that may be used at a step: of lookups those from which some way leads there."""
    if draft.whole is None:
        return scope
    before = steps_before(step.id, draft.whole)
    later = {other.as_: other.id for _, other in draft.steps if isinstance(other, Lookup) and other.id not in before}
    lookups = {name: replace(found, comes_later=later.get(name)) for name, found in scope.lookups.items()}
    return replace(scope, lookups=lookups)


def check_lookup(step: Lookup, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with a lookup; `scope` has the names that may be used at its step."""
    firsts = [other.id for _, other in draft.steps if isinstance(other, Lookup) and other.as_ == step.as_]
    if firsts and firsts[0] != step.id:
        yield Finding((*loc, "as"), f"step '{firsts[0]}' is called '{step.as_}' already", "take another name")
    if not is_one_name(step.as_):
        yield Finding((*loc, "as"), f"'{step.as_}' is a word of SQL", "take another name")
    columns = known.table_columns(step.table) if known.table_columns else ANY_TEXT
    if columns is None:
        what = f"no table '{step.table}' in the warehouse yet: until there is one nobody finds a row"
        yield Finding((*loc, "table"), what, is_warning=True)
        columns = ANY_TEXT
    for place, column in enumerate(step.select):
        yield from _check_column(column, (*loc, "select", place), step, columns)
    for column, sql in step.key.items():
        here = (*loc, "key", column)
        wrong = list(_check_column(column, here, step, columns))
        yield from wrong
        kind = None if wrong or columns is ANY_TEXT else _kind_of(column, columns)
        if kind is None:
            yield from check_expression(sql, scope, "string", here)
        else:
            yield from check_compared(sql, scope, column, kind, here)


def _check_column(column: str, loc: Loc, step: Lookup, columns: Mapping[str, str]) -> Iterator[Finding]:
    if columns is not ANY_TEXT and column.lower() not in (name.lower() for name in columns):
        remedy = did_you_mean(column, columns)
        yield Finding(loc, f"table '{step.table}' has no column '{column}'", remedy)


def _kind_of(column: str, columns: Mapping[str, str]) -> str | None:
    kind = next(kind for name, kind in columns.items() if name.lower() == column.lower())
    try:
        return column_type(kind)
    except Mistake:  # a type that expressions can't speak of
        return None
