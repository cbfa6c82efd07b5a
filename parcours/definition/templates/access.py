"""Parts of values: `loop.index`, `name[:3]`; and the names that a template may bind."""

from __future__ import annotations

from jinja2 import nodes

from parcours.definition.expressions.names import NAMESPACES
from parcours.definition.expressions.terms import Term
from parcours.definition.expressions.types import INT, TEXT, TRUTH
from parcours.definition.problems import Mistake
from parcours.definition.templates.context import Loop
from parcours.definition.templates.printing import text


def loop_value(loop: Loop, name: str) -> Term:
    """`loop.index` and the like."""
    index, size = loop.index.sql, f"size({loop.array.sql})"
    known = {
        "index": Term(f"({index} + 1)", INT),
        "index0": Term(index, INT),
        "first": Term(f"({index} = 0)", TRUTH),
        "last": Term(f"({index} = {size} - 1)", TRUTH),
        "length": Term(size, INT),
        "revindex": Term(f"({size} - {index})", INT),
        "revindex0": Term(f"({size} - {index} - 1)", INT),
    }
    if name not in known:
        raise Mistake(f"loop.{name} can't be used in a template", "write loop.index, loop.first or loop.last")
    return known[name]


def slice_of(container: Term, cut: nodes.Slice, zone: str, length: int | None = None) -> Term:
    bounds = [None if part is None else getattr(part, "value", -1) for part in (cut.start, cut.stop, cut.step)]
    start, stop, step = bounds
    if any(not isinstance(bound, int) or bound < 0 for bound in (start or 0, stop or 0)) or step is not None:
        raise Mistake("[...] of text takes numbers from 0 on that are written out", "write x[0] or x[:3]")
    if container.type.name not in ("string", "array", "unknown"):
        raise Mistake(f"[...] can't be used on {container.type.said}")
    first = (start or 0) + 1
    size = length if length is not None else None if stop is None else max(stop - (start or 0), 0)
    if container.type.name == "array":
        return Term(f"slice({container.sql}, {first}, {1_000_000 if size is None else size})", container.type)
    ending = "" if size is None else f", {size}"
    return Term(f"substring({text(container, zone).sql}, {first}{ending})", TEXT, is_markup=container.is_markup)


def is_free(name: str) -> bool:
    """Whether a template may bind a name: not one that already means something."""
    return name not in (*NAMESPACES, "loop", "now", "local_now") and not name.startswith("__")


def bound_name(target: nodes.Node) -> str:
    """The name that `set` or `for` binds; Mistake for several at once."""
    if not isinstance(target, nodes.Name):
        raise Mistake("one name can be bound at a time", "write {% for x in ... %} or {% set x = ... %}")
    if not is_free(target.name):
        raise Mistake(f"{target.name!r} already means something", "take another name")
    return target.name
