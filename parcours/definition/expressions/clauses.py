"""The clauses of SQL that an expression may have: comparisons, logic, LIKE, CASE, arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from parcours.definition.expressions import operators, patterns
from parcours.definition.expressions.arguments import pattern
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.terms import WRONG, Term, quoted
from parcours.definition.expressions.types import TEXT, TRUTH, UNKNOWN
from parcours.definition.problems import Mistake

if TYPE_CHECKING:
    from parcours.definition.expressions.check import Checker, Reader

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "<=>",
}
ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.IntDiv: "div",
}


def _chain(word: str, kind: type[exp.Expr]) -> Reader:
    def read(checker: Checker, tree: exp.Expr) -> Term:
        # Flat, since a hundred alternatives nested in each other are too deep for whoever parses them next.
        terms = [_truth(checker, part) for part in tree.flatten(unnest=False)]
        return operators.joined(word, terms, checker.zone)

    return read


def _truth(checker: Checker, tree: exp.Expr) -> Term:
    """A part that must be true or false; its own mistake doesn't hide those of its neighbours."""
    term = checker.check(tree)
    try:
        return operators.truth(term, checker.zone)
    except Mistake as mistake:
        checker.problems.append((f"{tree.sql('spark')[:60]}: {mistake.what}", mistake.remedy))
        return WRONG.typed(TRUTH)


def _not(checker: Checker, tree: exp.Expr) -> Term:
    return operators.negated(_truth(checker, tree.this), checker.zone)


def _comparison(checker: Checker, tree: exp.Expr) -> Term:
    left, right = checker.check_all([tree.this, tree.expression])
    return operators.compare(COMPARISONS[type(tree)], left, right, checker.zone)


def _is_distinct(checker: Checker, tree: exp.Expr) -> Term:
    left, right = checker.check_all([tree.this, tree.expression])
    return operators.negated(operators.compare("<=>", left, right, checker.zone), checker.zone)


def _in(checker: Checker, tree: exp.Expr) -> Term:
    if not tree.expressions:
        raise Mistake("IN takes a list of values", "write IN ('a', 'b'); queries can't be used")
    left, *items = checker.check_all([tree.this, *tree.expressions])
    return operators.in_list(left, items, checker.zone)


def _between(checker: Checker, tree: exp.Expr) -> Term:
    term, low, high = checker.check_all([tree.this, tree.args["low"], tree.args["high"]])
    return operators.between(term, low, high, checker.zone)


def _is(checker: Checker, tree: exp.Expr) -> Term:
    term = checker.check(tree.this)
    if isinstance(tree.expression, exp.Null):
        return operators.is_null(term)
    if isinstance(tree.expression, exp.Boolean):
        return operators.is_truth(term, bool(tree.expression.this), checker.zone)
    raise Mistake("IS is followed by NULL, TRUE or FALSE", "compare values by =")


def _like(checker: Checker, tree: exp.Expr, escape: str = "\\") -> Term:
    text, like = convert(checker.check(tree.this), TEXT, checker.zone), checker.check(tree.expression)
    if like.type == UNKNOWN:
        return WRONG.typed(TRUTH)
    if not isinstance(like.literal, str):
        raise Mistake("the pattern of LIKE must be written out", "to look for text of data write contains(a, b)")
    patterns.check_like(like.literal, escape)
    word = "ILIKE" if isinstance(tree, exp.ILike) else "LIKE"
    ending = "" if escape == "\\" else f" ESCAPE {quoted(escape)}"
    sql = f"({text.sql} {'NOT ' if tree.args.get('negate') else ''}{word} {like.sql}{ending})"
    return Term(sql, TRUTH)


def _escape(checker: Checker, tree: exp.Expr) -> Term:
    escape = checker.check(tree.expression).literal
    if not isinstance(escape, str) or not isinstance(tree.this, exp.Like | exp.ILike):
        raise Mistake("ESCAPE takes one character in quotes")
    return _like(checker, tree.this, escape)


def _rlike(checker: Checker, tree: exp.Expr) -> Term:
    text, regex = checker.check_all([tree.this, tree.expression])
    return Term(f"({convert(text, TEXT, checker.zone).sql} RLIKE {pattern(regex, checker.zone).sql})", TRUTH)


def _arithmetic(checker: Checker, tree: exp.Expr) -> Term:
    left, right = checker.check_all([tree.this, tree.expression])
    return operators.arithmetic(ARITHMETIC[type(tree)], left, right, checker.zone)


def _case(checker: Checker, tree: exp.Expr) -> Term:
    subject = checker.check(tree.this) if tree.this else None
    conditions, results = [], []
    for branch in tree.args["ifs"]:
        if subject is None:
            conditions.append(_truth(checker, branch.this))
        else:
            conditions.append(operators.compare("=", subject, checker.check(branch.this), checker.zone))
        results.append(checker.check(branch.args["true"]))
    if tree.args.get("default") is not None:
        results.append(checker.check(tree.args["default"]))
    return operators.either(conditions, results, checker.zone)


CLAUSES: dict[type[exp.Expr], Reader] = {
    exp.And: _chain("AND", exp.And),
    exp.Or: _chain("OR", exp.Or),
    exp.Not: _not,
    **dict.fromkeys(COMPARISONS, _comparison),
    exp.NullSafeNEQ: _is_distinct,
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.RegexpLike: _rlike,
    **dict.fromkeys(ARITHMETIC, _arithmetic),
    exp.Neg: lambda checker, tree: operators.minus(checker.check(tree.this), checker.zone),
    exp.Case: _case,
}
