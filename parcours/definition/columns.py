"""The types of profile columns and event attributes."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from parcours.definition.expressions.types import SIMPLE, parse_type
from parcours.definition.problems import Mistake, shown


def column_type(text: object) -> str:
    """The type in Spark's own spelling: `long` is `bigint`, `Map<String, Double>` is `map<string,double>`."""
    if not isinstance(text, str):
        raise Mistake(f"not a type: {shown(text)}", "write a Spark SQL type, such as string or double")
    return str(parse_type(text))


def attribute_type(text: object) -> str:
    """The type of an event's attribute. Attributes come as text, of which only a scalar can be made."""
    found = column_type(text)
    if found.startswith(("array", "map", "struct")):
        raise Mistake(f"not a type for an attribute: {shown(text)}", "write string: attributes are text")
    return found


TYPE_SCHEMA = {"type": "string", "examples": sorted(set(SIMPLE) - {"void"})}
ColumnType = Annotated[str, PlainValidator(column_type), WithJsonSchema(TYPE_SCHEMA)]
AttributeType = Annotated[str, PlainValidator(attribute_type), WithJsonSchema(TYPE_SCHEMA)]
