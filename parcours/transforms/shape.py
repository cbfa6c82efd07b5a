"""Cells of a file to the columns of a table: texts read as what the column holds, maps put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructType

TEXT = "__text"
NESTED = (MapType, ArrayType, StructType)
ISO_INSTANT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?)?$"
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
BASIC_INSTANT = r"^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})"
WHOLE = r"^[+-]?\d+([.]0*)?$"
# A leading zero is an identifier's, and so are sixteen digits and more.
WHOLE_VALUE = r"^-?(0|[1-9]\d{0,14})$"
NUMBER_VALUE = r"^-?(0|[1-9]\d{0,14})([.]\d+)?([eE][+-]?\d{1,3})?$"
# In the order in which they are tried: all values of a column must be of the type.
VALUE_TYPES = ("bigint", "double", "boolean", "date", "timestamp")
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class Shape:
    """Which cells of a file make which columns: a column from one cell, a map's entries from a cell each."""

    cells: Mapping[str, str]
    entries: Mapping[str, Mapping[str, str]]

    texts: Mapping[str, str] = field(default_factory=dict)
    """Further cells that are told as texts only."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns of which the file says something."""
        return frozenset(self.cells) | frozenset(self.entries)

    @property
    def text_cells(self) -> dict[str, str]:
        """Every cell by what it is called: a column, or `column.key`."""
        inner = {f"{column}.{key}": cell for column, keys in self.entries.items() for key, cell in keys.items()}
        return {**self.cells, **inner, **self.texts}

    def with_text(self, name: str, cell: str) -> "Shape":
        """The same, with one more cell that is told as a text."""
        return replace(self, texts={**self.texts, name: cell})


def shaped(
    frame: DataFrame, shape: Shape, types: Mapping[str, str], texts: Sequence[str], kept: Sequence[str]
) -> DataFrame:
    """The file's rows: the `kept` columns, those of `types`, and TEXT, a struct of `texts` as the file has them.

    What the file lacks is null.
    """
    columns = [_column(frame, shape, name, kind).alias(name) for name, kind in types.items()]
    cells = shape.text_cells
    as_texts = [
        (_text(frame, cells[name]) if name in cells else F.lit(None).cast("string")).alias(name) for name in texts
    ]
    return frame.select(*kept, *columns, F.struct(*as_texts).alias(TEXT))


def _column(frame: DataFrame, shape: Shape, name: str, kind: str) -> Column:
    whole = read_as(frame, shape.cells[name], kind) if name in shape.cells else None
    if name not in shape.entries:
        return F.lit(None).cast(kind) if whole is None else whole
    entries = shape.entries[name]
    pairs = F.map_from_arrays(
        F.array(*(F.lit(key) for key in entries)), F.array(*(_text(frame, cell) for cell in entries.values()))
    )
    filled = F.map_filter(pairs, lambda _, value: value.isNotNull())
    # A person with none of the cells filled has no map, as one of whom the file says nothing.
    known = F.when(F.size(filled) > 0, filled)
    if whole is None:
        return known
    others = F.map_filter(whole, lambda key, _: ~F.coalesce(F.array_contains(F.map_keys(filled), key), F.lit(False)))
    return F.coalesce(F.map_concat(others, filled), known, whole)


def read_as(frame: DataFrame, cell: str, kind: str) -> Column:
    """The cell as a value of the type; null where it doesn't fit."""
    return fitted(F.col(cell), frame.schema[cell].dataType, kind)


def fitted(column: Column, found: DataType, kind: str) -> Column:
    """A column of the type `found` as values of another; null where they don't fit."""
    if isinstance(found, StringType):
        return from_text(column, kind)
    if isinstance(found, NESTED) or kind == "string" or "<" in kind:
        return from_text(as_text(column, found), kind)
    return column.try_cast(kind)


def as_text(column: Column, found: DataType) -> Column:
    """A column of the type `found` as text: JSON of maps, arrays and structs."""
    return F.to_json(column) if isinstance(found, NESTED) else column.cast("string")


def _text(frame: DataFrame, cell: str) -> Column:
    return as_text(F.col(cell), frame.schema[cell].dataType)


def from_text(text: Column, kind: str) -> Column:
    """A text as a value of the type; null where it can't be read so."""
    trimmed = F.trim(text)
    if kind == "string":
        return text
    if kind == "timestamp":
        return instant(text)
    if kind == "boolean":
        word = F.lower(trimmed)
        return F.when(word.isin(*TRUE), F.lit(True)).when(word.isin(*FALSE), F.lit(False))
    if kind in ("tinyint", "smallint", "int", "bigint"):
        # Programs that know only floating numbers write 3 as 3.0.
        return F.when(trimmed.rlike(WHOLE), F.regexp_extract(trimmed, r"^([+-]?\d+)", 1).try_cast(kind))
    if kind == "date":
        return F.coalesce(F.when(trimmed.rlike(ISO_DATE), trimmed.try_cast("date")), instant(text).cast("date"))
    if kind.startswith("map<"):
        return F.map_filter(F.from_json(text, kind), lambda _, value: value.isNotNull())
    return F.from_json(text, kind) if "<" in kind else trimmed.try_cast(kind)


def instant(text: Column) -> Column:
    """ISO 8601, extended or basic, UTC where it carries no zone; null for anything else."""
    plain = F.regexp_replace(F.upper(F.trim(text)), BASIC_INSTANT, "$1-$2-$3T$4:$5:$6")
    dotted = F.translate(plain, ",", ".")
    # Spark reads +01:00 alone: +01 and +0100 are made so. A date's own dashes stand before any colon.
    hours = F.regexp_replace(dotted, r"(:[0-9.]+) ?([+-]\d{2})$", "$1$2:00")
    zoned = F.regexp_replace(hours, r"(:[0-9.]+) ?([+-]\d{2}):?(\d{2})$", "$1$2:$3")
    return F.when(plain.rlike(ISO_INSTANT), F.regexp_replace(zoned, " Z$", "Z").try_cast("timestamp"))


def value_fits(text: Column, *, only_moments: bool) -> list[Column]:
    """For each of VALUE_TYPES an aggregate: whether every value of the column is of it, and there is one."""
    trimmed = F.trim(text)
    is_moment = F.when(text.isNotNull(), instant(text).isNotNull())
    tests = {
        "bigint": trimmed.rlike(WHOLE_VALUE),
        "double": trimmed.rlike(NUMBER_VALUE),
        "boolean": F.lower(trimmed).isin("true", "false"),
        "date": trimmed.rlike(ISO_DATE) & is_moment,
        "timestamp": is_moment,
    }
    never = F.lit(False)
    return [
        F.bool_and(tests[kind] if kind in ("date", "timestamp") or not only_moments else never) for kind in VALUE_TYPES
    ]
