"""The types of profile columns and event attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import PlainValidator

from parcours.definition.problems import Mistake, shown


def column_type(text: object) -> str:
    """The type in Spark's own spelling: `long` is `bigint`, `Map<String, Double>` is `map<string,double>`."""
    # Types are parsed by sqlglot, which takes half a second to import: whoever reads no type does without.
    from parcours.definition.expressions.types import parse_type

    if not isinstance(text, str):
        raise Mistake(f"not a type: {shown(text)}", "write a Spark SQL type, such as string or double")
    return str(parse_type(text))


def attribute_type(text: object) -> str:
    """The type of an event's attribute. Attributes come as text, of which only a scalar can be made."""
    try:
        found = column_type(text)
    except Mistake as mistake:
        is_nested = str(mistake.remedy).startswith(("write array", "write map"))
        raise Mistake(mistake.what, "write string: attributes are text" if is_nested else mistake.remedy) from None
    if found.startswith(("array", "map", "struct")):
        raise Mistake(f"not a type for an attribute: {shown(text)}", "write string: attributes are text")
    return found


class TypeSchema:
    """The JSON Schema of a type: text, with the names of types for examples."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        from parcours.definition.expressions.types import SIMPLE

        return {"type": "string", "examples": sorted(set(SIMPLE) - {"void"})}


ColumnType = Annotated[str, PlainValidator(column_type), TypeSchema()]
AttributeType = Annotated[str, PlainValidator(attribute_type), TypeSchema()]


class KnownOrText(Mapping[str, str]):
    """Columns of which some are known; any other that is asked for is there, and is text.

    For what was published: it runs as it was, though a column may have gone since. Its values are null then.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> str:
        return self._known.get(name, "string")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
