"""A project into which files are loaded."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from parcours.jobs.load import LoadReport, load
from parcours.jobs.store import Store
from tests.projects import make_project


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def row(**columns: Any) -> dict[str, Any]:
    return columns


class House:
    """A project in a folder, and the files that are loaded into it."""

    def __init__(self, folder: Path, spark: SparkSession, **settings: Any) -> None:
        self.folder = folder
        self.store = Store(make_project(folder, **settings), spark)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, table: str, *files: Path | str, **renames: str) -> LoadReport:
        names = {new.replace("__", "."): old for new, old in renames.items()}
        return load(self.store.project, table, files, renames=names, spark=self.store.spark)

    def rows(self, table: str, *columns: str) -> list[Any]:
        """The table's rows in order of their first column; of one column its values."""
        found = self.store.small(table).to_pylist(maps_as_pydicts="strict")
        picked = [tuple(row[name] for name in columns) for row in sorted(found, key=lambda row: str(row[columns[0]]))]
        return [row[0] for row in picked] if len(columns) == 1 else picked


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    """Rows read, inserted, updated, unchanged."""
    return report.rows_read, report.inserted, report.updated, report.unchanged
