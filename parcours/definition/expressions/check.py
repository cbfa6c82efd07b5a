"""The tree of an expression as checked SQL text. All mistakes are collected; what is wrong causes no further ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from parcours.definition.expressions import literals, operators, patterns
from parcours.definition.expressions.arguments import pattern
from parcours.definition.expressions.convert import cast, convert
from parcours.definition.expressions.date_units import WITH_UNIT, extract
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.lambdas import LAMBDA_FUNCTIONS
from parcours.definition.expressions.names import Names
from parcours.definition.expressions.refused import LATER, REFUSED
from parcours.definition.expressions.terms import NOTHING, WRONG, Literal, Term, backquoted, quoted, text_term
from parcours.definition.expressions.types import TEXT, TRUTH, Type, parse_type
from parcours.definition.problems import Mistake, did_you_mean

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
                what = next((said for kind, said in UNSUPPORTED.items() if isinstance(tree, kind)), None)
                raise Mistake(f"{what or tree.key + ' ' + tree.sql('spark')[:40]} can't be used in an expression")
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


Reader = Callable[[Checker, exp.Expr], Term]


def _literal(checker: Checker, tree: exp.Expr) -> Term:
    return text_term(str(tree.this)) if tree.args["is_string"] else literals.read_number(str(tree.this))


def _column(checker: Checker, tree: exp.Expr) -> Term:
    parts = [part for part in tree.args.values() if isinstance(part, exp.Expr)]
    if any(isinstance(part, exp.Star) for part in parts):
        raise Mistake("* can't be used in an expression", "name the columns one by one")
    assert isinstance(tree, exp.Column), "only columns are read here"
    names = [part.name for part in tree.parts]
    if len(names) == 1 and names[0].lower() in REFUSED and names[0] not in checker.names.scope.extra:
        raise _refusal(names[0])
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
    raise Mistake("IS is followed by NULL, TRUE or FALSE")


def _like(checker: Checker, tree: exp.Expr, escape: str = "\\") -> Term:
    text, like = convert(checker.check(tree.this), TEXT, checker.zone), checker.check(tree.expression)
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
    return cast(term, to, checker.zone)


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


def _interval(checker: Checker, tree: exp.Expr) -> Term:
    amount, unit = tree.this, tree.args.get("unit")
    if not isinstance(amount, exp.Literal):
        raise Mistake("an interval is written out", "write a number * INTERVAL 1 DAY")
    if not isinstance(unit, exp.Var):
        raise Mistake(
            f"not an interval: {tree.sql('spark')}", "write INTERVAL 3 DAYS, or INTERVAL 1 DAY + INTERVAL 2 HOURS"
        )
    return literals.read_interval(str(amount.this), unit.name)


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
    if name in REFUSED or name in LATER:
        raise _refusal(str(tree.this))
    if name in LAMBDA_FUNCTIONS:
        raise Mistake(f"{name} takes an array and a function of its elements", f"write {name}(array, x -> ...)")
    if name not in FUNCTIONS:
        known = [*FUNCTIONS, *LAMBDA_FUNCTIONS, *WITH_UNIT, "now", "local_now", "date_part", "extract", "cast"]
        checker.check_all(arguments)
        raise Mistake(f"unknown function {str(tree.this)!r}", did_you_mean(name, known))
    return FUNCTIONS[name].call(checker.check_all(arguments), checker.zone)


def _refusal(name: str) -> Mistake:
    refusal = REFUSED.get(name.lower()) or LATER[name.lower()]
    return Mistake(f"{name} {refusal.why}", refusal.remedy)


def _boolean(checker: Checker, tree: exp.Expr) -> Term:
    written: Literal = bool(tree.this)
    return Term(str(written).lower(), TRUTH, written)


READERS: dict[type[exp.Expr], Reader] = {
    exp.Literal: _literal,
    exp.RawString: lambda checker, tree: text_term(str(tree.this)),
    exp.Boolean: _boolean,
    exp.Null: lambda checker, tree: NOTHING,
    exp.Paren: lambda checker, tree: checker.check(tree.this),
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Bracket: _bracket,
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
    exp.DPipe: _call_of("concat", "this", "expression"),
    exp.Coalesce: _call_of("coalesce", "this", "expressions"),
    exp.Substring: _call_of("substring", "this", "start", "length"),
    exp.StrPosition: _call_of("position", "substr", "this", "position"),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
    exp.Interval: _interval,
    exp.Extract: _extract,
    exp.Trim: _trim,
    exp.Anonymous: _call,
}
