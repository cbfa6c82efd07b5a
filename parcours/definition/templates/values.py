"""The expressions of Jinja as SQL: names, operators, tests, calls."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes

from parcours.definition.expressions import operators
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.terms import FALSE, NOTHING, TRUE, WRONG, Term, data_term, number_term, text_term
from parcours.definition.expressions.types import DOUBLE, NULL, TEXT, TRUTH, UNKNOWN, array_of
from parcours.definition.problems import Mistake
from parcours.definition.templates.access import loop_value, slice_of
from parcours.definition.templates.comparisons import compare, contained
from parcours.definition.templates.conditions import TESTS
from parcours.definition.templates.context import Context, Loop
from parcours.definition.templates.filters import FILTERS, apply_filter
from parcours.definition.templates.printing import alternatives, escaped, filled, joined, text, truthy

Reader = Callable[[Context, nodes.Expr], Term]

# What people who know Python write, and how the same is written here.
METHODS = {"upper": "upper", "lower": "lower", "title": "title", "capitalize": "capitalize", "strip": "trim"}
METHODS |= {"replace": "replace('a', 'b')", "strftime": "date('%d.%m.%Y')", "join": "join(', ')", "get": "default('')"}


def value(context: Context, node: nodes.Node) -> Term:
    """The checked term of an expression; one that fits everywhere where it is wrong."""
    with context.at(node):
        reader = READERS.get(type(node))
        if reader is None:
            what, remedy = UNSUPPORTED.get(type(node), (f"{type(node).__name__} can't be used in a template", None))
            raise Mistake(what, remedy)
        return context.bounded(reader(context, node))
    return WRONG


UNSUPPORTED: dict[type[nodes.Node], tuple[str, str | None]] = {
    nodes.Dict: ("{...} can't be used in a template", "use conditions: {% if x == 'a' %}...{% endif %}"),
    nodes.Pow: ("** can't be used in a template", "multiply"),
}


def condition(context: Context, node: nodes.Node) -> Term:
    """Whether an expression is true to Jinja: a boolean that is never null."""
    if isinstance(node, nodes.And | nodes.Or):
        word = "AND" if isinstance(node, nodes.And) else "OR"
        left, right = condition(context, node.left), condition(context, node.right)
        return Term(f"({left.sql} {word} {right.sql})", TRUTH)
    if isinstance(node, nodes.Not):
        return Term(f"(NOT {condition(context, node.node).sql})", TRUTH)
    return truthy(value(context, node))


def _const(context: Context, node: nodes.Const) -> Term:
    written = node.value
    if written is None:
        return NOTHING
    if isinstance(written, bool):
        return TRUE if written else FALSE
    return text_term(written) if isinstance(written, str) else number_term(written)


def _name(context: Context, node: nodes.Name) -> Term:
    return context.resolve([node.name])


def _access(context: Context, node: nodes.Getattr | nodes.Getitem) -> Term:
    """`a.b`, `a['b']`, `a[0]` and `a[1:3]`: what is said of a name is looked up from that name on."""
    key = _key(node)
    if isinstance(node.node, nodes.Name) and isinstance(key, str):
        name = node.node.name
        bound = context.bound.get(name)
        if isinstance(bound, Loop):
            return loop_value(bound, key)
        if name not in context.names.scope.extra and bound is None:
            return context.resolve([name, key])
    container = value(context, node.node)
    if isinstance(key, str):
        return operators.field(container, key)
    assert isinstance(node, nodes.Getitem), "a.b has a name"
    if isinstance(node.arg, nodes.Slice):
        return slice_of(container, node.arg, context.zone)
    if container.type == TEXT:
        return slice_of(container, nodes.Slice(node.arg, None, None, lineno=node.lineno), context.zone, length=1)
    index = value(context, node.arg)
    if isinstance(index.literal, int) and index.literal < 0 and container.type.name == "array":
        element = container.type.element or UNKNOWN
        return data_term(f"try_element_at({container.sql}, {index.literal})", element)
    return operators.element(container, index, context.zone)


def _key(node: nodes.Getattr | nodes.Getitem) -> str | None:
    if isinstance(node, nodes.Getattr):
        return str(node.attr)
    return node.arg.value if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) else None


def _either(context: Context, node: nodes.And | nodes.Or) -> Term:
    """`a or b` is a where that is true to Jinja, else b; `a and b` the other way round."""
    left, right = value(context, node.left), value(context, node.right)
    test, other_test = truthy(left), truthy(right)
    one, other = alternatives([left, right], context.zone, html=context.html)
    first, second = (one, other) if isinstance(node, nodes.Or) else (other, one)
    word = "OR" if isinstance(node, nodes.Or) else "AND"
    return Term(
        f"(CASE WHEN {test.sql} THEN {first.sql} ELSE {second.sql} END)",
        one.type,
        is_markup=one.is_markup,
        truth=f"({test.sql} {word} {other_test.sql})",
    )


def _not(context: Context, node: nodes.Not) -> Term:
    return condition(context, node)


def _conditional(context: Context, node: nodes.CondExpr) -> Term:
    test = condition(context, node.test)
    first, second = value(context, node.expr1), NOTHING if node.expr2 is None else value(context, node.expr2)
    one, other = alternatives([first, second], context.zone, html=context.html)
    return Term(
        f"(CASE WHEN {test.sql} THEN {one.sql} ELSE {other.sql} END)",
        one.type,
        is_markup=one.is_markup,
        truth=f"(CASE WHEN {test.sql} THEN {truthy(first).sql} ELSE {truthy(second).sql} END)",
    )


def _concat(context: Context, node: nodes.Concat) -> Term:
    parts = [value(context, part) for part in node.nodes]
    is_markup = context.html and any(part.is_markup for part in parts)
    texts = [filled(text(part, context.zone)) for part in parts]
    if is_markup:
        texts = [
            escaped(Term(term.sql, TEXT, term.literal, part.is_markup)) for term, part in zip(texts, parts, strict=True)
        ]
    found = joined(texts)
    return Term(found.sql, TEXT, found.literal, is_markup)


def _compare(context: Context, node: nodes.Compare) -> Term:
    """`a < b <= c`: each with its neighbour."""
    terms: list[Term] = []
    left_node, left = node.expr, value(context, node.expr)
    for operand in node.ops:
        if operand.op in ("in", "notin"):
            found = _contained(context, left, operand.expr)
            terms.append(found if operand.op == "in" else Term(f"(NOT {found.sql})", TRUTH))
        else:
            right = value(context, operand.expr)
            terms.append(compare(operand.op, left, right, context.zone))
            left_node, left = operand.expr, right
    assert left_node is not None, "there is always something to compare"
    return terms[0] if len(terms) == 1 else operators.joined("AND", terms, context.zone)


def _contained(context: Context, left: Term, right: nodes.Expr) -> Term:
    if isinstance(right, nodes.List | nodes.Tuple):
        return contained(left, [value(context, item) for item in right.items], context.zone)
    return contained(left, value(context, right), context.zone)


def _list(context: Context, node: nodes.List | nodes.Tuple) -> Term:
    items = [value(context, item) for item in node.items]
    if not items:
        return Term("array()", array_of(NULL))
    alike = alternatives(items, context.zone, html=False)
    return Term(f"array({', '.join(item.sql for item in alike)})", array_of(alike[0].type))


def _arithmetic(operator: str) -> Reader:
    def read(context: Context, node: nodes.Expr) -> Term:
        assert isinstance(node, nodes.BinExpr), "arithmetic has two sides"
        left, right = value(context, node.left), value(context, node.right)
        if operator == "+" and TEXT == left.type == right.type:
            return _concat(context, nodes.Concat([node.left, node.right], lineno=node.lineno))
        if operator == "+" and left.type.name == right.type.name == "array":
            return FUNCTIONS["concat"].call([left, right], context.zone)
        if operator in ("//", "%"):
            return _whole_division(operator, left, right, context.zone)
        return operators.arithmetic(operator, left, right, context.zone)

    return read


def _whole_division(operator: str, left: Term, right: Term, zone: str) -> Term:
    """As Python: rounded down, and a remainder with the sign of the divisor."""
    if UNKNOWN in (left.type, right.type):
        return WRONG
    numbers = [convert(term, DOUBLE, zone) if term.type == TEXT else term for term in (left, right)]
    if not all(number.type.is_number for number in numbers):
        raise Mistake(f"{operator} can't be used between {left.type.said} and {right.type.said}")
    one, other = numbers
    rest = _remainder(one, other, zone)
    if operator == "%":
        return rest
    if one.type.is_whole and other.type.is_whole:
        return operators.arithmetic("div", operators.arithmetic("-", one, rest, zone), other, zone)
    quotient = operators.arithmetic("/", one, other, zone)
    return convert(FUNCTIONS["floor"].call([quotient], zone), DOUBLE, zone)


def _remainder(one: Term, other: Term, zone: str) -> Term:
    positive = FUNCTIONS["pmod"].call([one, other], zone)
    if isinstance(other.literal, int | float) and other.literal > 0:
        return positive
    turned = FUNCTIONS["pmod"].call([operators.minus(one, zone), operators.minus(other, zone)], zone)
    is_negative = operators.compare("<", other, number_term(0), zone)
    return operators.either([is_negative], [operators.minus(turned, zone), positive], zone)


def _sign(context: Context, node: nodes.Neg | nodes.Pos) -> Term:
    term = value(context, node.node)
    return operators.minus(term, context.zone) if isinstance(node, nodes.Neg) else term


def _filter(context: Context, node: nodes.Filter) -> Term:
    assert node.node is not None, "a filter stands behind a value"
    return filtered(context, value(context, node.node), node)


def filtered(context: Context, term: Term, node: nodes.Filter) -> Term:
    """A term behind which a filter stands."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Mistake(f"{node.name} takes arguments that are written out")
    arguments = [value(context, argument) for argument in node.args]
    named = {str(pair.key): value(context, pair.value) for pair in node.kwargs}
    return apply_filter(node.name, term, arguments, named, context)


def _test(context: Context, node: nodes.Test) -> Term:
    term = value(context, node.node)
    arguments = [value(context, argument) for argument in node.args]
    test = TESTS.get(node.name)
    if test is None:
        raise Mistake(f"unknown test: is {node.name}", "write is defined, is none, or a comparison")
    if node.name == "in":
        return _contained(context, term, node.args[0])
    return test(term, arguments, context.zone)


def _call(context: Context, node: nodes.Call) -> Term:
    called = node.node
    if isinstance(called, nodes.Name) and called.name in ("now", "local_now") and called.name not in context.bound:
        if node.args or node.kwargs:
            raise Mistake(f"{called.name} takes no arguments")
        return context.names.now() if called.name == "now" else context.names.local_now()
    if isinstance(called, nodes.Getattr):
        instead = METHODS.get(called.attr)
        raise Mistake(f".{called.attr}(...) can't be called in a template", f"write | {instead}" if instead else None)
    name = getattr(called, "name", "a function")
    remedy = f"write | {name}" if name in FILTERS else "use filters: {{ x | upper }}"
    raise Mistake(f"{name}(...) can't be called in a template", remedy)


READERS: dict[type[nodes.Node], Callable[..., Term]] = {
    nodes.Const: _const,
    nodes.Name: _name,
    nodes.Getattr: _access,
    nodes.Getitem: _access,
    nodes.And: _either,
    nodes.Or: _either,
    nodes.Not: _not,
    nodes.CondExpr: _conditional,
    nodes.Concat: _concat,
    nodes.Compare: _compare,
    nodes.List: _list,
    nodes.Tuple: _list,
    nodes.Add: _arithmetic("+"),
    nodes.Sub: _arithmetic("-"),
    nodes.Mul: _arithmetic("*"),
    nodes.Div: _arithmetic("/"),
    nodes.FloorDiv: _arithmetic("//"),
    nodes.Mod: _arithmetic("%"),
    nodes.Neg: _sign,
    nodes.Pos: _sign,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
}
