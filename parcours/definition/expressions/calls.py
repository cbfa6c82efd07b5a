"""Calls of functions, and what SQL writes in a syntax of its own but means as one: CAST, EXTRACT, TRIM, intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from parcours.definition.expressions import literals
from parcours.definition.expressions.convert import cast, convert
from parcours.definition.expressions.date_units import WITH_UNIT, extract
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.intervals import read_interval
from parcours.definition.expressions.lambdas import LAMBDA_FUNCTIONS
from parcours.definition.expressions.refused import REFUSED, refusal
from parcours.definition.expressions.series import SERIES
from parcours.definition.expressions.terms import Term
from parcours.definition.expressions.types import TEXT, parse_type
from parcours.definition.problems import Mistake, did_you_mean

if TYPE_CHECKING:
    from parcours.definition.expressions.check import Checker, Reader


# Functions of other languages.
MEANT = {
    **dict.fromkeys(("isempty", "is_empty", "isblank"), "write x IS NULL OR x = ''"),
    **dict.fromkeys(("days_since", "dayssince", "age"), "write datediff(now(), x)"),
    **dict.fromkeys(("audience", "segment", "in_segment", "is_member", "inaudience"), "write in_audience('id')"),
    **dict.fromkeys(("today", "date_now"), "write to_date(local_now())"),
    **dict.fromkeys(("iif", "cond"), "write if(a, b, c)"),
    **dict.fromkeys(("has_opened", "has_clicked", "opened", "clicked"), "a listen step hears reactions"),
    **dict.fromkeys(("isnotempty", "is_not_empty"), "write x <> ''"),
}


def _call_of(name: str, *places: str) -> Reader:
    """A function that SQL also has a syntax of its own for."""

    def read(checker: Checker, tree: exp.Expr) -> Term:
        given = [tree.args[place] for place in places if tree.args.get(place) is not None]
        trees = [part for place in given for part in (place if isinstance(place, list) else [place])]
        return FUNCTIONS[name].call(checker.check_all(trees), checker.zone)

    return read


def _cast(checker: Checker, tree: exp.Expr) -> Term:
    to = parse_type(tree.args["to"].sql("spark").lower())
    term = checker.check(tree.this)
    if to.is_nested:
        raise Mistake(f"CAST to {to} can't be used in an expression")
    is_written = isinstance(tree.this, exp.Literal)
    if is_written and not isinstance(term.literal, str) and to.name == "double":
        return literals.read_number(str(tree.this.this), is_double=True)
    # DATE '2026-02-30' is a mistake of whoever writes it, CAST('2026-02-30' AS DATE) is null.
    is_typed = type(tree) is exp.Cast and isinstance(term.literal, str)
    return convert(term, to, checker.zone) if is_typed else cast(term, to, checker.zone)


def _interval(checker: Checker, tree: exp.Expr) -> Term:
    assert isinstance(tree, exp.Interval), "only intervals are read here"
    return read_interval(tree).term


def _extract(checker: Checker, tree: exp.Expr) -> Term:
    return extract(tree.this.name, checker.check(tree.expression), checker.zone)


def _trim(checker: Checker, tree: exp.Expr) -> Term:
    text = convert(checker.check(tree.this), TEXT, checker.zone).sql
    position = str(tree.args.get("position") or "BOTH")
    if tree.expression is None:
        return Term(f"trim({position} FROM {text})", TEXT)
    characters = convert(checker.check(tree.expression), TEXT, checker.zone).sql
    return Term(f"trim({position} {characters} FROM {text})", TEXT)


def _call(checker: Checker, tree: exp.Expr) -> Term:
    name, arguments = str(tree.this).lower(), tree.expressions
    if name in ("now", "local_now"):
        if arguments:
            raise Mistake(f"{name} takes no arguments, not {len(arguments)}")
        return checker.names.now() if name == "now" else checker.names.local_now()
    if name in LAMBDA_FUNCTIONS and any(isinstance(argument, exp.Lambda) for argument in arguments):
        return LAMBDA_FUNCTIONS[name](checker, name, arguments)
    if name in WITH_UNIT and len(arguments) == 3 and isinstance(arguments[0], exp.Column):
        earlier, later = checker.check_all(arguments[1:])
        return WITH_UNIT[name](arguments[0].name, earlier, later, checker.zone)
    if name in ("date_part", "datepart") and len(arguments) == 2 and isinstance(arguments[0], exp.Literal):
        return extract(arguments[0].name, checker.check(arguments[1]), checker.zone)
    if name in SERIES:
        return SERIES[name](checker, arguments)
    if name in REFUSED:
        raise refusal(str(tree.this))
    if name in LAMBDA_FUNCTIONS:
        raise Mistake(f"{name} takes an array and a function of its elements", f"write {name}(array, x -> ...)")
    if name not in FUNCTIONS:
        known = [*FUNCTIONS, *LAMBDA_FUNCTIONS, *WITH_UNIT, *SERIES, "now", "local_now", "date_part", "extract", "cast"]
        checker.check_all(arguments)
        close = MEANT.get(name) or did_you_mean(name, known, at_least=0.7)
        raise Mistake(f"unknown function {str(tree.this)!r}", close or "see docs/expressions.md for those there are")
    return FUNCTIONS[name].call(checker.check_all(arguments), checker.zone)


CALLS: dict[type[exp.Expr], Reader] = {
    exp.Anonymous: _call,
    exp.DPipe: _call_of("concat", "this", "expression"),
    exp.Coalesce: _call_of("coalesce", "this", "expressions"),
    exp.Substring: _call_of("substring", "this", "start", "length"),
    exp.StrPosition: _call_of("position", "substr", "this", "position"),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Interval: _interval,
    exp.Extract: _extract,
    exp.Trim: _trim,
}
