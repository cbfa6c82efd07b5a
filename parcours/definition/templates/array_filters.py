"""The filters that look at the elements of an array, or at a text as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from parcours.definition.expressions import operators
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.terms import NOTHING, Term, data_term, text_term, whole_term
from parcours.definition.expressions.types import DOUBLE, INT, LONG, NULL, TEXT, UNKNOWN
from parcours.definition.problems import Mistake
from parcours.definition.templates.binding import Arguments, Build, Filter, written
from parcours.definition.templates.context import Context
from parcours.definition.templates.printing import escaped, filled, text


def _length(term: Term, arguments: Arguments, context: Context) -> Term:
    name = "size" if term.type.name in ("array", "map") else "char_length"
    counted = term.sql if name == "size" else text(term, context.zone).sql
    return Term(f"coalesce({name}({counted}), 0)", INT)


def _at_end(position: int) -> Build:
    """first and last."""

    def build(term: Term, arguments: Arguments, context: Context) -> Term:
        if term.type.name == "array":
            return data_term(f"try_element_at({term.sql}, {position})", term.type.element or UNKNOWN)
        as_text = text(term, context.zone)
        sql = f"{'left' if position == 1 else 'right'}({as_text.sql}, 1)"
        return Term(sql, TEXT, is_markup=as_text.is_markup)

    return build


def _array_call(name: str) -> Build:
    def build(term: Term, arguments: Arguments, context: Context) -> Term:
        return FUNCTIONS[name].call([term], context.zone)

    return build


def _attribute(term: Term, arguments: Arguments) -> Term:
    """The elements of an array, or one attribute of each."""
    attribute = arguments["attribute"]
    if term.type == UNKNOWN:
        return term
    if term.type.name != "array":
        raise Mistake(f"{term.type.said} isn't a list of things")
    if attribute.type == NULL:
        return term
    for name in written(arguments, "attribute", str).split("."):
        term = operators.field(term, name)
    return term


def _join(term: Term, arguments: Arguments, context: Context) -> Term:
    elements, between = _attribute(term, arguments), filled(text(arguments["d"], context.zone))
    element = Term("`__element`", elements.type.element or TEXT)
    as_text = filled(text(element, context.zone))
    is_markup = context.html and between.is_markup
    if is_markup:
        as_text = escaped(as_text)
    sql = f"array_join(transform({elements.sql}, `__element` -> {as_text.sql}), {between.sql})"
    return Term(sql, TEXT, is_markup=is_markup)


def _map(term: Term, arguments: Arguments, context: Context) -> Term:
    if arguments["attribute"].type == NULL:
        raise Mistake("map takes an attribute here", "write map(attribute='name')")
    return _attribute(term, arguments)


def _sum(term: Term, arguments: Arguments, context: Context) -> Term:
    elements = _attribute(term, arguments)
    element = elements.type.element or UNKNOWN
    if element not in (UNKNOWN, TEXT) and not element.is_number:
        raise Mistake(f"a sum of {element.said} can't be made")
    kind = LONG if element.is_whole else DOUBLE
    start = convert(whole_term(0), kind, context.zone)
    item = convert(Term("`__element`", element), kind, context.zone)
    added = operators.arithmetic(
        "+", Term("`__sum`", kind), Term(f"coalesce({item.sql}, {start.sql})", kind), context.zone
    )
    sql = f"coalesce(aggregate({elements.sql}, {start.sql}, (`__sum`, `__element`) -> {added.sql}), {start.sql})"
    return Term(sql, kind)


NO_ATTRIBUTE: Mapping[str, Term | None] = {"attribute": NOTHING}

ARRAY_FILTERS: dict[str, Filter] = {
    "abs": Filter({}, _array_call("abs")),
    "count": Filter({}, _length),
    "first": Filter({}, _at_end(1)),
    "join": Filter({"d": text_term(""), **NO_ATTRIBUTE}, _join),
    "last": Filter({}, _at_end(-1)),
    "length": Filter({}, _length),
    "map": Filter(NO_ATTRIBUTE, _map),
    "max": Filter({}, _array_call("array_max")),
    "min": Filter({}, _array_call("array_min")),
    "reverse": Filter({}, _array_call("reverse")),
    "sum": Filter(NO_ATTRIBUTE, _sum),
}
