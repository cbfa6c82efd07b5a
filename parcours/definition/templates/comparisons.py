"""Comparisons as Jinja makes them: never null, and null equal to nothing but null."""

from __future__ import annotations

from collections.abc import Sequence

from parcours.definition.expressions import operators
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.terms import FALSE, Term
from parcours.definition.expressions.types import NULL, TEXT, TRUTH, UNKNOWN
from parcours.definition.problems import Mistake

OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}


def compare(operator: str, left: Term, right: Term, zone: str) -> Term:
    """`left operator right`, by Jinja's name of the operator."""
    sign = OPERATORS[operator]
    if operator in ("eq", "ne"):
        same = _same(left, right, zone)
        return same if operator == "eq" else Term(f"(NOT {same.sql})", TRUTH)
    return _sure(operators.compare(sign, left, right, zone))


def contained(left: Term, right: Term | Sequence[Term], zone: str) -> Term:
    """`left in right`: in a list, an array, a text, or among the keys of a map."""
    if not isinstance(right, Term):
        if not right:
            return FALSE
        return _sure(operators.in_list(left, right, zone))
    kind = right.type
    if kind.name == "array" and kind.element:
        return _sure(Term(f"array_contains({right.sql}, {convert(left, kind.element, zone).sql})", TRUTH))
    if kind.name == "map" and kind.key:
        return _sure(Term(f"map_contains_key({right.sql}, {convert(left, kind.key, zone).sql})", TRUTH))
    if kind in (TEXT, UNKNOWN):
        return _sure(Term(f"contains({right.sql}, {convert(left, TEXT, zone).sql})", TRUTH))
    raise Mistake(f"in can't be used on {kind.said}", "it is for lists, arrays and text")


def _same(left: Term, right: Term, zone: str) -> Term:
    if NULL in (left.type, right.type):
        return operators.is_null(right if left.type == NULL else left)
    # What had to be converted may have become null by that, and isn't equal to another null.
    if left.type == right.type:
        return operators.compare("<=>", left, right, zone)
    return _sure(operators.compare("=", left, right, zone))


def _sure(term: Term) -> Term:
    return Term(f"coalesce({term.sql}, false)", TRUTH)
