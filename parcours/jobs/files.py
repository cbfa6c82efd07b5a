"""Files that people bring: CSV, JSON lines, Parquet, each read into a frame of its columns as they stand."""

import codecs
import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import parquet
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from parcours.definition.problems import UserError

# Where a row stands in its file: the block of the file, and a number that grows within it.
BLOCK, ROW, UNREADABLE = "__block", "__row", "__unreadable"
MOMENT_OR_STRING = "moment or string"
ENDING = re.compile(r"\.(csv|tsv|jsonl|ndjson|json|parquet)(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Read:
    """One file: a frame of BLOCK, ROW, UNREADABLE (the line, where it couldn't be read) and its columns, by number.

    `columns` maps each name in the file to its column in the frame (a cell), which is text or what Parquet says;
    `types` has by cell the type that the file itself tells of it, MOMENT_OR_STRING where only its texts can.
    """

    name: str
    frame: DataFrame
    columns: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)


def format_of(name: str) -> str:
    """What the file's name says that it is; UserError where that can't be read, or nothing is there. Needs no Spark."""
    found = ENDING.search(name.rstrip("/"))
    path = Path(name)
    if "://" not in name and not path.exists():
        raise UserError(f"{name}: no such file")
    if found is None and not (path.is_dir() and any(path.glob("*.parquet"))):
        raise UserError(f"{name}: not a format that is read (save it as .csv, .jsonl or .parquet)")
    return found[1].lower() if found else "parquet"


def read_file(spark: SparkSession, name: str) -> Read:
    """The file's rows and columns; UserError, with the line where there is one, for what can't be read at all."""
    kind = format_of(name)
    if "://" not in name:
        return _read(spark, name, kind)
    try:
        return _read(spark, name, kind)
    except UserError:
        raise
    except Exception as error:  # nothing is there, or nobody knows how to get there
        raise UserError(f"{name}: can't be read ({_first_line(error)})") from error


def _read(spark: SparkSession, name: str, kind: str) -> Read:
    is_remote = "://" in name
    path = Path(name)
    # Spark takes what it reads for a pattern, and a URI's %20 for itself.
    place = name if is_remote else "file://" + re.sub(r"([\[\]{}*?\\])", r"\\\1", str(path.resolve()))
    if kind == "parquet":
        return _parquet(spark, name, place)
    has_long_rows = is_remote or _check_text(path)
    if kind in ("csv", "tsv"):
        return _csv(spark, name, place, has_long_rows=has_long_rows)
    return _json_lines(spark, name, place)


def _placed(frame: DataFrame, columns: Iterable[Column], unreadable: Column) -> DataFrame:
    place = (F.col("_metadata.file_block_start").alias(BLOCK), F.monotonically_increasing_id().alias(ROW))
    return frame.select(*place, unreadable.alias(UNREADABLE), *columns)


def _parquet(spark: SparkSession, name: str, place: str) -> Read:
    try:
        frame = spark.read.parquet(place)
    except Exception as error:
        raise UserError(f"{name}: not a Parquet file that can be read ({_first_line(error)})") from error
    fields = frame.schema.fields
    columns = {each.name: f"c{number}" for number, each in enumerate(fields)}
    # The position of a row must be taken before any column is dropped or renamed.
    nanoseconds = _nanoseconds(name)
    shown = [
        (_instant_of(each.name) if each.name in nanoseconds else F.col(f"`{each.name}`")).alias(columns[each.name])
        for each in fields
    ]
    types = {
        columns[each.name]: "timestamp" if each.name in nanoseconds else _plain_type(each.dataType) for each in fields
    }
    return Read(name, _placed(frame, shown, F.lit(None).cast("string")), columns, types)


def _nanoseconds(name: str) -> frozenset[str]:
    """The columns of a Parquet file on this machine that are instants in nanoseconds: Spark reads them as numbers."""
    files = sorted(Path(name).glob("*.parquet")) if Path(name).is_dir() else [Path(name)]
    if "://" in name or not files:
        return frozenset()
    found = parquet.read_schema(files[0])
    return frozenset(field.name for field in found if pa.types.is_timestamp(field.type) and field.type.unit == "ns")


def _instant_of(column: str) -> Column:
    """An instant of nanoseconds since 1970, cut to microseconds."""
    quoted = f"`{column}`"
    return F.expr(f"timestamp_micros(({quoted} - pmod({quoted}, 1000)) div 1000)")


def _plain_type(found: DataType) -> str:
    """The type that a column of this type gets in our tables."""
    name = found.simpleString()
    if name in ("tinyint", "smallint", "int", "bigint"):
        return "bigint"
    if name in ("float", "double") or name.startswith("decimal"):
        return "double"
    if name in ("timestamp", "timestamp_ntz"):
        return "timestamp"
    return name if name in ("boolean", "date") else "string"


def _csv(spark: SparkSession, name: str, place: str, *, has_long_rows: bool) -> Read:
    header = _header(spark, name, place)
    separator = max(",;\t|", key=header.count)
    names = [cell.strip() for cell in next(csv.reader([header], delimiter=separator))]
    _check_names(name, names)
    cells = [f"c{number}" for number in range(len(names))]
    schema = ", ".join(f"{cell} string" for cell in [*cells, UNREADABLE])
    reader = spark.read.schema(schema).option("header", True).option("sep", separator).option("escape", '"')
    # Without all columns parsed, Spark doesn't notice a row that is too long or too short.
    reader = reader.option("columnPruning", False).option("columnNameOfCorruptRecord", UNREADABLE)
    # A file whose rows span lines can't be cut into parts that are read side by side.
    frame = reader.option("multiLine", has_long_rows).csv(place)
    filled = [F.when(F.trim(cell) != "", F.col(cell)).alias(cell) for cell in cells]
    return Read(name, _placed(frame, filled, F.col(UNREADABLE)), dict(zip(names, cells, strict=True)))


def _header(spark: SparkSession, name: str, place: str) -> str:
    if "://" in name:
        first = spark.read.text(place).first()
        text = str(first[0]) if first else ""
    else:
        text = next(_lines(Path(name)), b"").decode().rstrip("\r\n")
    header = text.removeprefix("\ufeff")
    if not header.strip():
        raise UserError(f"{name}:1: no header line (write the names of the columns in the first line)")
    return header


def _check_names(name: str, names: list[str]) -> None:
    for number, column in enumerate(names, start=1):
        if not column:
            raise UserError(f"{name}:1: column {number} has no name (write one, or take the column out)")
        if names.index(column) != number - 1:
            raise UserError(f"{name}:1: column '{column}' stands twice (rename one of them)")


def _json_lines(spark: SparkSession, name: str, place: str) -> Read:
    parsed = F.try_parse_json(F.col("value"))
    lines = _placed(spark.read.text(place), [F.col("value"), parsed.alias("json")], F.lit(None).cast("string"))
    is_object = F.coalesce(F.schema_of_variant("json").startswith("OBJECT"), F.lit(False))
    lines = lines.where(F.trim("value") != "").withColumn(UNREADABLE, F.when(~is_object, F.col("value")))
    types = _json_types(lines.where(is_object))
    if not types and lines.isEmpty():
        raise UserError(f"{name}: no rows (write one JSON object a line)")
    columns = {key: f"c{number}" for number, key in enumerate(types)}
    texts = [F.try_variant_get("json", f"$[{_quoted(key)}]", "string").alias(cell) for key, cell in columns.items()]
    told = {cell: types[key] for key, cell in columns.items()}
    return Read(name, lines.select(BLOCK, ROW, UNREADABLE, *texts), columns, told)


def _json_types(objects: DataFrame) -> dict[str, str]:
    """By key that occurs: the type of a column that holds its values; a text may be a moment."""
    spark = objects.sparkSession
    keys = spark.sql(
        "SELECT entry.key AS key, schema_of_variant_agg(entry.value) AS type "
        "FROM {objects}, LATERAL variant_explode(json) entry GROUP BY entry.key",
        objects=objects.select("json"),
    )
    return {row.key: _json_type(row.type) for row in sorted(keys.collect())}


def _json_type(found: str) -> str:
    if found in ("BIGINT", "BOOLEAN"):
        return found.lower()
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", found)
    # Whole numbers beyond 64 bits are identifiers, and a double would lose their last digits.
    if found in ("DOUBLE", "FLOAT") or (decimal and int(decimal[2]) > 0):
        return "double"
    return MOMENT_OR_STRING if found == "STRING" else "string"


def _quoted(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check_text(path: Path) -> bool:
    """Whether a CSV row may span lines here; UserError where the text isn't UTF-8."""
    spans = False
    decoder = codecs.getincrementaldecoder("utf-8")()
    for number, line in enumerate(_lines(path), start=1):
        try:
            decoder.decode(line)
        except UnicodeDecodeError as error:
            raise UserError(f"{path}:{number}: not UTF-8 text (save the file as UTF-8)") from error
        spans = spans or line.count(b'"') % 2 == 1
    return spans


def _lines(path: Path) -> Iterator[bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if file.name.startswith(("_", ".")):
            continue
        with _opened(file) as lines:
            try:
                yield from lines
            except OSError as error:
                raise UserError(f"{file}: can't be read ({error})") from error


def _opened(file: Path) -> IO[bytes]:
    return gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb")  # type: ignore[return-value]


def line_numbers(name: str, rows: Iterable[int]) -> dict[int, int]:
    """For rows of a local text file, counted from 0 without the header and empty lines: their lines, from 1."""
    wanted = set(rows)
    path = Path(name)
    found = ENDING.search(name)
    if not wanted or "://" in name or not path.is_file() or (found and found[1].lower() == "parquet"):
        return {}
    lines: dict[int, int] = {}
    for row, line in enumerate(_row_starts(path, is_csv=bool(found and found[1].lower() in ("csv", "tsv")))):
        if row in wanted:
            lines[row] = line
        if len(lines) == len(wanted):
            break
    return lines


def _row_starts(path: Path, *, is_csv: bool) -> Iterator[int]:
    """The line on which each row starts; a quoted cell of CSV may hold lines of its own."""
    is_inside, is_header = False, is_csv
    for number, line in enumerate(_lines(path), start=1):
        if not is_inside and line.strip():
            if not is_header:
                yield number
            is_header = False
        if is_csv and line.count(b'"') % 2 == 1:
            is_inside = not is_inside


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
