"""A `Table` in the words of delta-rs and of Arrow."""

from typing import Any

import pyarrow as pa
from deltalake import Field, Schema
from deltalake.schema import ArrayType, MapType, PrimitiveType, StructType

from parcours.tables import Column, Table

# Spark's DDL word: Delta's word, Arrow's type. No other types stand in our tables.
SIMPLE: dict[str, tuple[str, pa.DataType]] = {
    "string": ("string", pa.string()),
    "int": ("integer", pa.int32()),
    "bigint": ("long", pa.int64()),
    "double": ("double", pa.float64()),
    "boolean": ("boolean", pa.bool_()),
    "date": ("date", pa.date32()),
    "timestamp": ("timestamp", pa.timestamp("us", tz="UTC")),
}


def delta_field(column: Column) -> Field:
    """The column with its comment, as it stands in a Delta log."""
    inner = _map_parts(column.type)
    if inner:
        key, value = (PrimitiveType(SIMPLE[part][0]) for part in inner)
        return Field(column.name, MapType(key, value), nullable=column.nullable, metadata={"comment": column.comment})
    kind = PrimitiveType(SIMPLE[column.type][0])
    return Field(column.name, kind, nullable=column.nullable, metadata={"comment": column.comment})


def delta_schema(table: Table) -> Schema:
    """All columns with their comments."""
    return Schema([delta_field(column) for column in table.columns])


def arrow_type(ddl: str) -> pa.DataType:
    """The Arrow type of a Spark DDL type."""
    inner = _map_parts(ddl)
    if inner:
        return pa.map_(SIMPLE[inner[0]][1], SIMPLE[inner[1]][1])
    return SIMPLE[ddl][1]


def arrow_schema(table: Table) -> pa.Schema:
    """All columns, for rows that are on the driver."""
    return pa.schema(
        [pa.field(column.name, arrow_type(column.type), nullable=column.nullable) for column in table.columns]
    )


def _map_parts(ddl: str) -> tuple[str, str] | None:
    if not ddl.startswith("map<"):
        return None
    key, value = ddl.removeprefix("map<").removesuffix(">").split(",")
    return key.strip(), value.strip()


def ddl_of(kind: Any) -> str:
    """Spark's DDL of a type of a Delta schema."""
    if isinstance(kind, MapType):
        return f"map<{ddl_of(kind.key_type)},{ddl_of(kind.value_type)}>"
    if isinstance(kind, ArrayType):
        return f"array<{ddl_of(kind.element_type)}>"
    if isinstance(kind, StructType):
        return f"struct<{','.join(f'{field.name}:{ddl_of(field.type)}' for field in kind.fields)}>"
    ours = {delta: ddl for ddl, (delta, _) in SIMPLE.items()}
    return {**ours, "short": "smallint", "byte": "tinyint"}.get(kind.type, kind.type)
