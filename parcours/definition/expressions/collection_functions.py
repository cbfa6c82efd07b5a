"""Functions of the allow-list over arrays and maps, those with lambdas apart."""

from __future__ import annotations

from collections.abc import Callable

from parcours.definition.expressions.arguments import ARGUMENTS
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.operators import common, element
from parcours.definition.expressions.scalar_functions import Special, Terms
from parcours.definition.expressions.terms import Term, data_term
from parcours.definition.expressions.types import NULL, TRUTH, UNKNOWN, array_of, parse_type
from parcours.definition.problems import Mistake


def _array(terms: Terms, zone: str) -> Term:
    elements = common(terms, zone)
    kind = elements[0].type if elements else NULL
    if kind == UNKNOWN:
        return Term("NULL", UNKNOWN)
    return Term(f"array({', '.join(term.sql for term in elements)})", array_of(kind))


def _array_call(name: str, result: str) -> Callable[[Terms, str], Term]:
    """A call on an array and, with more arguments, on elements of it. `result`: array, element, or a type."""

    def build(terms: Terms, zone: str) -> Term:
        array = ARGUMENTS["array"](terms[0], zone)
        if array.type == UNKNOWN or array.type.element in (None, UNKNOWN):
            return Term("NULL", UNKNOWN)
        assert array.type.element, "an array has elements of some type"
        others = [convert(term, array.type.element, zone) for term in terms[1:]]
        sql = f"{name}({', '.join(term.sql for term in (array, *others))})"
        if result == "array":
            return Term(sql, array.type)
        return data_term(sql, array.type.element) if result == "element" else Term(sql, parse_type(result))

    return build


def _arrays(name: str) -> Callable[[Terms, str], Term]:
    def build(terms: Terms, zone: str) -> Term:
        one, other = common([ARGUMENTS["array"](term, zone) for term in terms], zone)
        return Term(f"{name}({one.sql}, {other.sql})", TRUTH if name == "arrays_overlap" else one.type)

    return build


def _slice(terms: Terms, zone: str) -> Term:
    array = ARGUMENTS["array"](terms[0], zone)
    start, size = ARGUMENTS["position"](terms[1], zone), ARGUMENTS["size"](terms[2], zone)
    return Term(f"slice({array.sql}, {start.sql}, {size.sql})", array.type)


def _sort_array(terms: Terms, zone: str) -> Term:
    array = ARGUMENTS["array"](terms[0], zone)
    flags = [ARGUMENTS["flag"](term, zone).sql for term in terms[1:]]
    return Term(f"sort_array({', '.join([array.sql, *flags])})", array.type)


def _flatten(terms: Terms, zone: str) -> Term:
    array = ARGUMENTS["array"](terms[0], zone)
    inner = array.type.element
    if inner and inner.name not in ("array", "unknown"):
        raise Mistake(f"{array.type} is no array of arrays")
    return Term(f"flatten({array.sql})", inner or UNKNOWN)


def _element_at(terms: Terms, zone: str) -> Term:
    if terms[0].type.name != "array":
        return element(terms[0], terms[1], zone)
    position = ARGUMENTS["position"](terms[1], zone)
    return data_term(f"try_element_at({terms[0].sql}, {position.sql})", terms[0].type.element or UNKNOWN)


def _map_keys(terms: Terms, zone: str) -> Term:
    found = ARGUMENTS["map"](terms[0], zone)
    return Term(f"map_keys({found.sql})", array_of(found.type.key or UNKNOWN))


def _map_values(terms: Terms, zone: str) -> Term:
    found = ARGUMENTS["map"](terms[0], zone)
    return Term(f"map_values({found.sql})", array_of(found.type.element or UNKNOWN))


def _map_contains_key(terms: Terms, zone: str) -> Term:
    found = ARGUMENTS["map"](terms[0], zone)
    return Term(f"map_contains_key({found.sql}, {convert(terms[1], found.type.key or UNKNOWN, zone).sql})", TRUTH)


COLLECTION_FUNCTIONS: dict[str, Special] = {
    "array": (0, None, _array),
    "array_append": (2, 2, _array_call("array_append", "array")),
    "array_compact": (1, 1, _array_call("array_compact", "array")),
    "array_contains": (2, 2, _array_call("array_contains", "boolean")),
    "array_distinct": (1, 1, _array_call("array_distinct", "array")),
    "array_except": (2, 2, _arrays("array_except")),
    "array_intersect": (2, 2, _arrays("array_intersect")),
    "array_max": (1, 1, _array_call("array_max", "element")),
    "array_min": (1, 1, _array_call("array_min", "element")),
    "array_position": (2, 2, _array_call("array_position", "bigint")),
    "array_prepend": (2, 2, _array_call("array_prepend", "array")),
    "array_remove": (2, 2, _array_call("array_remove", "array")),
    "array_sort": (1, 1, _array_call("array_sort", "array")),
    "array_union": (2, 2, _arrays("array_union")),
    "arrays_overlap": (2, 2, _arrays("arrays_overlap")),
    "element_at": (2, 2, _element_at),
    "flatten": (1, 1, _flatten),
    "get": (2, 2, lambda terms, zone: element(terms[0], terms[1], zone)),
    "map_contains_key": (2, 2, _map_contains_key),
    "map_keys": (1, 1, _map_keys),
    "map_values": (1, 1, _map_values),
    "slice": (3, 3, _slice),
    "sort_array": (1, 2, _sort_array),
    "try_element_at": (2, 2, _element_at),
}
