"""The statements of Jinja as SQL: text, output, if, for, set, with, filter blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from jinja2 import nodes

from parcours.definition.expressions.operators import either
from parcours.definition.expressions.terms import NOTHING, Term, text_term
from parcours.definition.expressions.types import INT, TEXT, UNKNOWN, array_of
from parcours.definition.problems import Mistake
from parcours.definition.templates.access import bound_name
from parcours.definition.templates.context import Bound, Context, Loop
from parcours.definition.templates.printing import alternatives, joined, printed
from parcours.definition.templates.values import condition, filtered, value

Writer = Callable[[Context, nodes.Node], Term]

UNSUPPORTED: dict[type[nodes.Node], tuple[str, str]] = {
    nodes.Macro: ("{% macro %} can't be used in a template", "write its text where it is needed"),
    nodes.CallBlock: ("{% call %} can't be used in a template", "write its text where it is needed"),
    nodes.Include: ("{% include %} can't be used in a template", "write its text here"),
    nodes.Import: ("{% import %} can't be used in a template", "write its text here"),
    nodes.FromImport: ("{% from %} can't be used in a template", "write its text here"),
    nodes.Extends: ("{% extends %} can't be used in a template", "write the whole text here"),
    nodes.Block: ("{% block %} can't be used in a template", "write its text here"),
    nodes.ScopedEvalContextModifier: (
        "{% autoescape %} can't be used in a template",
        "use the filters safe and escape",
    ),
    nodes.EvalContextModifier: ("{% autoescape %} can't be used in a template", "use the filters safe and escape"),
}


def body(context: Context, statements: Iterable[nodes.Node]) -> Term:
    """What the statements write, one after another; never null, and HTML already where the field is."""
    parts: list[Term] = []
    for statement in statements:
        with context.at(statement):
            writer = WRITERS.get(type(statement))
            if writer is None:
                what = f"{{% {type(statement).__name__.lower()} %}} can't be used in a template"
                raise Mistake(*UNSUPPORTED.get(type(statement), (what, None)))
            parts.append(context.bounded(writer(context, statement)))
    return joined(parts)


def _output(context: Context, node: nodes.Output) -> Term:
    parts: list[Term] = []
    for part in node.nodes:
        if isinstance(part, nodes.TemplateData):
            parts.append(text_term(part.data))
            continue
        with context.at(part):
            parts.append(printed(value(context, part), context.zone, html=context.html))
    return joined(parts)


def _if(context: Context, node: nodes.If) -> Term:
    branches = [node, *node.elif_]
    tests: list[Term] = []
    for branch in branches:
        tests.append(condition(context, branch.test))
    inners = [context.inner() for _ in range(len(branches) + 1)]
    bodies = [body(inner, branch.body) for inner, branch in zip(inners, branches, strict=False)]
    bodies.append(body(inners[-1], node.else_))
    _carry_out(context, inners, tests)
    return either(tests, bodies, context.zone)


def _carry_out(context: Context, inners: list[Context], tests: list[Term]) -> None:
    """What the branches have set holds after the `if`, by the branch that was taken."""
    names = {name for inner in inners for name, bound in inner.bound.items() if bound is not context.bound.get(name)}
    for name in sorted(names):
        found: list[Bound] = [inner.bound.get(name, NOTHING) for inner in inners]
        terms = alternatives([term for term in found if isinstance(term, Term)], context.zone, html=context.html)
        context.bound[name] = replace(either(tests, terms, context.zone), is_markup=terms[0].is_markup)


def _for(context: Context, node: nodes.For) -> Term:
    if node.recursive:
        raise Mistake("a recursive for can't be used in a template")
    name = bound_name(node.target)
    array = value(context, node.iter)
    if array.type == UNKNOWN:
        array = Term("array()", array_of(UNKNOWN))
    if array.type.name != "array" or array.type.element is None:
        raise Mistake(f"for goes over arrays, and this is {array.type.said}")
    depth = context.depth
    element, index = Term(f"`__item{depth}`", array.type.element), Term(f"`__index{depth}`", INT)
    inner = context.inner()
    inner.bound[name] = element
    if node.test is not None:
        test = condition(inner, node.test)
        array = replace(array, sql=f"filter({array.sql}, {element.sql} -> {test.sql})")
    inner.bound["loop"] = Loop(array, index)
    inner.bound[name] = element
    written = body(inner, node.body)
    rounds = f"transform({array.sql}, ({element.sql}, {index.sql}) -> {written.sql})"
    sql = f"coalesce(array_join({rounds}, ''), '')"
    if node.else_:
        otherwise = body(context.inner(), node.else_)
        sql = f"IF(coalesce(size({array.sql}), 0) > 0, {sql}, {otherwise.sql})"
    return Term(sql, TEXT)


def _set(context: Context, node: nodes.Assign) -> Term:
    name = bound_name(node.target)
    context.bound[name] = value(context, node.node)
    return text_term("")


def _set_block(context: Context, node: nodes.AssignBlock) -> Term:
    name = bound_name(node.target)
    written = replace(body(context.inner(), node.body), is_markup=context.html)
    context.bound[name] = written if node.filter is None else _through(context, written, node.filter)
    return text_term("")


def _with(context: Context, node: nodes.With) -> Term:
    inner = context.inner()
    for target, given in zip(node.targets, node.values, strict=True):
        name = bound_name(target)
        inner.bound[name] = value(context, given)
    return body(inner, node.body)


def _filter_block(context: Context, node: nodes.FilterBlock) -> Term:
    written = replace(body(context.inner(), node.body), is_markup=context.html)
    return printed(_through(context, written, node.filter), context.zone, html=context.html)


def _through(context: Context, term: Term, node: nodes.Filter) -> Term:
    """A term through a chain of filters whose innermost has no value of its own."""
    if isinstance(node.node, nodes.Filter):
        term = _through(context, term, node.node)
    return filtered(context, term, node)


WRITERS: dict[type[nodes.Node], Callable[..., Term]] = {
    nodes.Output: _output,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Assign: _set,
    nodes.AssignBlock: _set_block,
    nodes.With: _with,
    nodes.FilterBlock: _filter_block,
    nodes.Scope: lambda context, node: body(context.inner(), node.body),
}
