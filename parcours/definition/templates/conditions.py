"""The tests of Jinja that templates can have: `x is defined`, `x is divisibleby 3`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from parcours.definition.expressions import operators
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.terms import FALSE, TRUE, Term
from parcours.definition.expressions.types import DOUBLE, LONG, NULL, TEXT, TRUTH, Type
from parcours.definition.problems import Mistake
from parcours.definition.templates.comparisons import compare

Test = Callable[[Term, Sequence[Term], str], Term]


def _defined(term: Term) -> Term:
    if term.type == NULL:
        return FALSE
    return TRUE if term.literal is not None else Term(f"({term.sql} IS NOT NULL)", TRUTH)


def _undefined(term: Term) -> Term:
    return Term(f"(NOT {_defined(term).sql})", TRUTH)


def _of_type(is_meant: Callable[[Type], bool]) -> Test:
    return lambda term, arguments, zone: _defined(term) if is_meant(term.type) else FALSE


def _is_truth(wanted: bool) -> Test:
    def test(term: Term, arguments: Sequence[Term], zone: str) -> Term:
        return operators.is_truth(term, wanted, zone) if term.type == TRUTH else FALSE

    return test


def _divisible(by: int | None, rest: int) -> Test:
    def test(term: Term, arguments: Sequence[Term], zone: str) -> Term:
        if by is None and len(arguments) != 1:
            raise Mistake("divisibleby takes one number")
        number = convert(term, DOUBLE, zone) if term.type == TEXT else term
        divisor = Term(str(by), LONG, by) if by is not None else arguments[0]
        remainder = operators.arithmetic("%", number, divisor, zone)
        return Term(f"coalesce(abs({remainder.sql}) = {rest}, false)", TRUTH)

    return test


def _compared(operator: str) -> Test:
    def test(term: Term, arguments: Sequence[Term], zone: str) -> Term:
        if len(arguments) != 1:
            raise Mistake("this test takes one value")
        return compare(operator, term, arguments[0], zone)

    return test


TESTS: dict[str, Test] = {
    "defined": lambda term, arguments, zone: _defined(term),
    "undefined": lambda term, arguments, zone: _undefined(term),
    "none": lambda term, arguments, zone: _undefined(term),
    "true": _is_truth(True),
    "false": _is_truth(False),
    "boolean": _of_type(lambda kind: kind == TRUTH),
    "string": _of_type(lambda kind: kind == TEXT),
    "number": _of_type(lambda kind: kind.is_number),
    "integer": _of_type(lambda kind: kind.is_whole),
    "float": _of_type(lambda kind: kind.name in ("float", "double")),
    "mapping": _of_type(lambda kind: kind.name in ("map", "struct")),
    "sequence": _of_type(lambda kind: kind.name in ("array", "string")),
    "iterable": _of_type(lambda kind: kind.name in ("array", "string", "map")),
    "even": _divisible(2, 0),
    "odd": _divisible(2, 1),
    "divisibleby": _divisible(None, 0),
    "in": lambda term, arguments, zone: FALSE,  # read with its list, in values.py
    **{name: _compared("eq") for name in ("eq", "equalto", "==", "sameas")},
    **{name: _compared("ne") for name in ("ne", "!=")},
    **{name: _compared("lt") for name in ("lt", "lessthan", "<")},
    **{name: _compared("lteq") for name in ("le", "<=")},
    **{name: _compared("gt") for name in ("gt", "greaterthan", ">")},
    **{name: _compared("gteq") for name in ("ge", ">=")},
}
