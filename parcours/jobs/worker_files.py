"""What Arrow makes of rows that Spark holds, as Parquet files of a Delta table: docs/decisions/0015."""

from __future__ import annotations

import datetime as dt
import json
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from parcours.transforms.unfold import LayOut

ROWS_A_GROUP = 500_000
"""Rows that a worker gathers before it writes them as one row group."""


@dataclass(frozen=True)
class Files:
    """How files of one table are written: below `root`, with these columns, partitioned by one of them.

    `plain` are columns of texts of which hardly two are the same; `bounded` those of whose values the log keeps bounds.
    """

    root: str
    schema: pa.Schema
    partition: str
    plain: frozenset[str]
    bounded: tuple[str, ...]


Made = Mapping[str, Any]
"""Of one file: its `path`, `size` in bytes, `value` of the partition as text, `row_count`, and `bounds` as JSON."""
MADE = "path string, size bigint, value string, row_count bigint, bounds string"
MADE_NAMES = ("path", "size", "value", "row_count", "bounds")


@dataclass(frozen=True)
class Parts:
    """Rows that lie in Parquet files at these places, of which these columns are wanted."""

    paths: Sequence[str]
    columns: Sequence[str]


def write_files(session: SparkSession, rows: DataFrame | Parts, files: Files, unfold: LayOut) -> list[Made]:
    """Writes what `unfold` makes of the rows, and says which files there are now.

    Parts are read by the workers themselves, and Spark never has a row of them in its hands.
    """
    from pyspark import cloudpickle

    from parcours.transforms import unfold as unfolding

    # Workers of a cluster have pyarrow, as Spark itself needs it, and need not have Parcours.
    for module in (sys.modules[__name__], unfolding):
        cloudpickle.register_pickle_by_value(module)
    if isinstance(rows, Parts):
        columns = list(rows.columns)

        def of_part(path: str) -> list[Made]:
            place, name = pa.fs.FileSystem.from_uri(path) if "://" in path else (LOCAL, path)
            with place.open_input_file(name) as file:
                part = pq.ParquetFile(file).read(columns)
            return [made for batch in write_part(iter([part]), files, unfold) for made in batch.to_pylist()]

        return session.sparkContext.parallelize(rows.paths, len(rows.paths)).flatMap(of_part).collect()

    def written(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return write_part(batches, files, unfold)

    return [row.asDict() for row in rows.mapInArrow(written, MADE).collect()]


def write_part(batches: Iterator[pa.RecordBatch | pa.Table], files: Files, unfold: LayOut) -> Iterator[pa.RecordBatch]:
    """Writes what comes to one worker, and says which files it made."""
    writing: dict[str, OneFile] = {}
    for batch in batches:
        rows = unfold(batch)
        for value, part in by_partition(rows, files.partition):
            if value not in writing:
                writing[value] = OneFile(files, value)
            writing[value].add(part)
    yield from (pa.RecordBatch.from_pylist([one.close()]) for one in writing.values())


def by_partition(rows: pa.Table, column: str) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each value of the column, and the value as text."""
    values = pc.unique(rows[column])
    for value in values:
        yield str(value.as_py()), rows if len(values) == 1 else rows.filter(pc.equal(rows[column], value))


class OneFile:
    """One Parquet file on its way. Its name is new each time: a task that is tried again leaves no half of one."""

    def __init__(self, files: Files, value: str) -> None:
        self.files, self.value = files, value
        folder = f"{files.partition}={quote(value)}"
        self.path = f"{folder}/part-{uuid.uuid4()}.snappy.parquet"
        self.place, self.root = pa.fs.FileSystem.from_uri(files.root) if "://" in files.root else (LOCAL, files.root)
        self.place.create_dir(f"{self.root}/{folder}")
        self.held: list[pa.Table] = []
        self.row_count = 0
        self.writer: pq.ParquetWriter | None = None
        self.low: dict[str, Any] = {}
        self.high: dict[str, Any] = {}

    def add(self, rows: pa.Table) -> None:
        """Takes further rows."""
        kept = [field for field in self.files.schema if field.name != self.files.partition]
        self.held.append(pa.table([_fitting(rows[field.name], field.type) for field in kept], [f.name for f in kept]))
        self.row_count += rows.num_rows
        for name in self.files.bounded:
            found = pc.min_max(rows[name]).as_py()
            if found["min"] is not None:
                self.low[name] = min(found["min"], self.low.get(name, found["min"]))
                self.high[name] = max(found["max"], self.high.get(name, found["max"]))
        if sum(len(table) for table in self.held) >= ROWS_A_GROUP:
            self._write()

    def _write(self) -> None:
        rows = pa.concat_tables(self.held)
        self.held = []
        if self.writer is None:
            shared = [name for name in rows.column_names if name not in self.files.plain]
            self.writer = pq.ParquetWriter(
                f"{self.root}/{self.path}",
                rows.schema,
                filesystem=self.place,
                compression="snappy",
                use_dictionary=shared,
                write_statistics=shared,
                store_schema=False,  # else readers take our dictionaries for the column's type
            )
        self.writer.write_table(rows, row_group_size=ROWS_A_GROUP)

    def close(self) -> Made:
        """Finishes the file, and says what it is."""
        if self.held:
            self._write()
        assert self.writer is not None
        self.writer.close()
        size = self.place.get_file_info(f"{self.root}/{self.path}").size
        bounds = {
            "numRecords": self.row_count,
            "minValues": {name: _shown(at) for name, at in self.low.items()},
            "maxValues": {name: _shown(at + ALMOST_A_MILLISECOND) for name, at in self.high.items()},
        }
        return dict(zip(MADE_NAMES, (self.path, size, self.value, self.row_count, json.dumps(bounds)), strict=True))


LOCAL = pa.fs.LocalFileSystem()
ALMOST_A_MILLISECOND = dt.timedelta(microseconds=999)


def _shown(at: dt.datetime) -> str:
    """An instant as Delta's logs have it, cut to milliseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _fitting(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    is_numbered = pa.types.is_dictionary(column.type) and column.type.value_type == kind
    return column if is_numbered or column.type == kind else column.cast(kind)
