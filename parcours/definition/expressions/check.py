"""The tree of an expression as checked SQL text. All mistakes are collected; what is wrong causes no further ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from parcours.definition.expressions import literals, operators
from parcours.definition.expressions.calls import CALLS
from parcours.definition.expressions.clauses import CLAUSES
from parcours.definition.expressions.names import Names
from parcours.definition.expressions.refused import REFUSED, refusal
from parcours.definition.expressions.terms import NOTHING, WRONG, Literal, Term, backquoted, text_term
from parcours.definition.expressions.types import TRUTH, Type
from parcours.definition.problems import Mistake

# Parts of a tree that readers look at. Any other would be passed over: FILTER, FORMAT, ORDER BY and the like.
READ_PARTS = frozenset(
    (
        *("this", "expression", "expressions", "is_string", "quoted", "table", "db", "catalog"),
        *("ifs", "true", "default", "low", "high", "negate", "to", "safe", "typed"),
        *("unit", "position", "start", "length", "substr"),
    )
)
UNSUPPORTED: dict[type[exp.Expr], str] = {
    exp.Alias: "two values side by side",
    exp.Select: "a query",
    exp.Subquery: "a subquery",
    exp.Exists: "a subquery",
    exp.Window: "a window function",
    exp.Star: "*",
    exp.Lambda: "-> outside of a function over an array",
    exp.Tuple: "a list outside of IN",
    exp.Placeholder: "a parameter",
    exp.Parameter: "a parameter",
    exp.Kwarg: "a named argument",
    exp.StrToDate: "CAST with FORMAT",
    exp.Collate: "COLLATE",
    exp.HexString: "a binary literal",
    exp.Any: "ANY",
    exp.All: "ALL",
    exp.Concat: "two texts side by side",
    exp.Array: "[...] without a name before it",
    exp.JSONExtract: "-> outside of a function over an array",
}


@dataclass
class Checker:
    """Turns a tree into a term. `variables` are the names that lambdas around it bind."""

    names: Names
    problems: list[tuple[str, str | None]] = field(default_factory=list)
    variables: dict[str, Type] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.names.zone

    def check(self, tree: exp.Expr) -> Term:
        """The checked term; one that fits everywhere where the tree is wrong."""
        try:
            reader = READERS.get(type(tree))
            if reader is None:
                raise _unsupported(tree)
            if unread := [part for part, given in tree.args.items() if given and part not in READ_PARTS]:
                raise _unread(unread[0], tree)
            return reader(self, tree)
        except Mistake as mistake:
            problem = (mistake.what, mistake.remedy)
            if problem not in self.problems:
                self.problems.append(problem)
            return WRONG

    def check_all(self, trees: Sequence[exp.Expr]) -> list[Term]:
        return [self.check(tree) for tree in trees]

    def within(self, variables: dict[str, Type], tree: exp.Expr) -> Term:
        """A lambda's body, checked with the names that the lambda binds."""
        inner = Checker(self.names, self.problems, self.variables | variables)
        return inner.check(tree)


QUERY = "use a lookup step, or an audience's SQL"


def _unsupported(tree: exp.Expr) -> Mistake:
    """What to say of a kind of tree that has no reader."""
    what = next((said for kind, said in UNSUPPORTED.items() if isinstance(tree, kind)), None)
    remedy = QUERY if isinstance(tree, exp.Select | exp.Subquery | exp.Exists) else None
    if isinstance(tree, exp.Placeholder | exp.Parameter):
        remedy = "names stand as they are, such as profile.tier"
    if isinstance(tree, exp.Alias):
        remedy = "an operator is missing, or quotes: 'one two'"
    return Mistake(f"{what or tree.sql('spark')[:40]} can't be used in an expression", remedy)


def _unread(part: str, tree: exp.Expr) -> Mistake:
    """What to say of a part of a tree that no reader looks at."""
    if isinstance(tree, exp.In) and part == "field":
        return Mistake("IN takes values in brackets", "write IN ('a', 'b'), or array_contains(array, value)")
    if part == "query":
        return Mistake("a query can't be used in an expression", QUERY)
    return Mistake(f"{part.replace('_', ' ')} can't be used in an expression: {tree.sql('spark')[:40]}")


Reader = Callable[[Checker, exp.Expr], Term]


def _literal(checker: Checker, tree: exp.Expr) -> Term:
    return text_term(str(tree.this)) if tree.args["is_string"] else literals.read_number(str(tree.this))


def _column(checker: Checker, tree: exp.Expr) -> Term:
    parts = [part for part in tree.args.values() if isinstance(part, exp.Expr)]
    if any(isinstance(part, exp.Star) for part in parts):
        raise Mistake("* can't be used in an expression", "name the columns one by one")
    assert isinstance(tree, exp.Column), "only columns are read here"
    names = [part.name for part in tree.parts]
    scope = checker.names.scope
    if len(names) == 1 and names[0].lower() in REFUSED and names[0] not in (*scope.extra, *scope.lookups):
        raise refusal(names[0])
    return checker.names.resolve(names)


def _identifier(checker: Checker, tree: exp.Expr) -> Term:
    if tree.name not in checker.variables:
        return checker.names.resolve([tree.name])
    return Term(backquoted(tree.name), checker.variables[tree.name])


def _dot(checker: Checker, tree: exp.Expr) -> Term:
    if not isinstance(tree.expression, exp.Identifier):
        raise Mistake(f"a call after a dot: {tree.sql('spark')[:40]}", "write f(x), not x.f()")
    chain: list[str] = []
    base: exp.Expr = tree
    while isinstance(base, exp.Dot) and isinstance(base.expression, exp.Identifier):
        chain.insert(0, base.expression.name)
        base = base.this
    if isinstance(base, exp.Identifier) and base.name not in checker.variables:
        return checker.names.resolve([base.name, *chain])
    term = checker.check(base)
    for name in chain:
        term = operators.field(term, name)
    return term


def _bracket(checker: Checker, tree: exp.Expr) -> Term:
    if len(tree.expressions) != 1:
        raise Mistake("[...] takes one key or position")
    return operators.element(checker.check(tree.this), checker.check(tree.expressions[0]), checker.zone)


def _boolean(checker: Checker, tree: exp.Expr) -> Term:
    written: Literal = bool(tree.this)
    return Term(str(written).lower(), TRUTH, written)


READERS: Mapping[type[exp.Expr], Reader] = {
    exp.Literal: _literal,
    exp.RawString: lambda checker, tree: text_term(str(tree.this)),
    exp.Boolean: _boolean,
    exp.Null: lambda checker, tree: NOTHING,
    exp.Paren: lambda checker, tree: checker.check(tree.this),
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Bracket: _bracket,
    **CLAUSES,
    **CALLS,
}
