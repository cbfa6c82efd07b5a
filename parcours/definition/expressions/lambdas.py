"""Functions over arrays that take a function of an element: filter(event.items, item -> item.price > 10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from parcours.definition.expressions.arguments import ARGUMENTS
from parcours.definition.expressions.convert import cast
from parcours.definition.expressions.operators import truth
from parcours.definition.expressions.terms import Term, backquoted, is_plain_name
from parcours.definition.expressions.types import INT, TRUTH, UNKNOWN, Type, array_of
from parcours.definition.problems import Mistake

if TYPE_CHECKING:
    from parcours.definition.expressions.check import Checker

NAMESPACES = ("profile", "event", "audience", "journey")


def _array_and_lambda(checker: Checker, name: str, arguments: Sequence[exp.Expr]) -> tuple[Term, Type, exp.Lambda]:
    if len(arguments) != 2 or not isinstance(arguments[1], exp.Lambda):
        raise Mistake(f"{name} takes an array and a function of its elements", f"write {name}(array, x -> ...)")
    array = ARGUMENTS["array"](checker.check(arguments[0]), checker.zone)
    return array, array.type.element or UNKNOWN, arguments[1]


def _variables(function: exp.Lambda, kinds: Sequence[Type]) -> dict[str, Type]:
    names = [variable.name for variable in function.expressions]
    if len(names) > len(kinds):
        raise Mistake(f"a function of {len(kinds)} values is wanted here, not of {len(names)}")
    for name in names:
        if not is_plain_name(name) or name in NAMESPACES or name.startswith("__"):
            raise Mistake(f"{name!r} can't be the name of an element", "write x -> ...")
    return dict(zip(names, kinds, strict=False))


def _shown(variables: dict[str, Type]) -> str:
    names = [backquoted(name) for name in variables]
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _by_truth(result: str) -> Callable[[Checker, str, Sequence[exp.Expr]], Term]:
    """filter, exists and forall: a condition on each element."""

    def build(checker: Checker, name: str, arguments: Sequence[exp.Expr]) -> Term:
        array, element, function = _array_and_lambda(checker, name, arguments)
        variables = _variables(function, [element, INT] if result == "filter" else [element])
        body = truth(checker.within(variables, function.this), checker.zone)
        sql = f"{result}({array.sql}, {_shown(variables)} -> {body.sql})"
        return Term(sql, array.type if result == "filter" else TRUTH)

    return build


def _transform(checker: Checker, name: str, arguments: Sequence[exp.Expr]) -> Term:
    array, element, function = _array_and_lambda(checker, name, arguments)
    variables = _variables(function, [element, INT])
    body = checker.within(variables, function.this)
    return Term(f"transform({array.sql}, {_shown(variables)} -> {body.sql})", array_of(body.type))


def _aggregate(checker: Checker, name: str, arguments: Sequence[exp.Expr]) -> Term:
    """aggregate(array, start, (sum, x) -> ...): the result has the type of the start."""
    if len(arguments) != 3 or not isinstance(arguments[2], exp.Lambda):
        raise Mistake(f"{name} takes an array, a start and a function", f"write {name}(array, 0D, (sum, x) -> sum + x)")
    array = ARGUMENTS["array"](checker.check(arguments[0]), checker.zone)
    start, function = checker.check(arguments[1]), arguments[2]
    variables = _variables(function, [start.type, array.type.element or UNKNOWN])
    if len(variables) != 2:
        raise Mistake(f"{name} takes a function of two values", "write (sum, x) -> sum + x")
    body = cast(checker.within(variables, function.this), start.type, checker.zone)
    return Term(f"aggregate({array.sql}, {start.sql}, {_shown(variables)} -> {body.sql})", start.type)


LAMBDA_FUNCTIONS: dict[str, Callable[[Checker, str, Sequence[exp.Expr]], Term]] = {
    "filter": _by_truth("filter"),
    "exists": _by_truth("exists"),
    "any": _by_truth("exists"),
    "forall": _by_truth("forall"),
    "all": _by_truth("forall"),
    "transform": _transform,
    "aggregate": _aggregate,
    "reduce": _aggregate,
}
