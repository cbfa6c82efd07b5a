"""parcours load: files into an input table. Judged as a whole: all of it stands there afterwards, or nothing."""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from parcours.definition.files import local_path
from parcours.definition.problems import UserError, did_you_mean
from parcours.expectations.check import failures_of_figures, warm_up
from parcours.expectations.suites import load_suite
from parcours.jobs.commit import settle_unless_running
from parcours.jobs.foreign import check_loadable
from parcours.jobs.leaving import leave
from parcours.jobs.session import begin_session
from parcours.jobs.store import Store
from parcours.tables import SOURCES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.definition.project import Project
    from parcours.jobs.merging import Merge

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadReport:
    """What became of a load: how many keys were inserted, updated, unchanged; how many rows by warning and refusal.

    `notes` are warnings about whole columns, by how many files they concern.
    """

    table: str
    rows_read: int
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)


class LoadRefused(UserError):
    """An error-level expectation failed: the table is as it was. `report` has what was found."""

    def __init__(self, message: str, report: LoadReport) -> None:
        self.report = report
        super().__init__(message)


def load(
    project: "Project",
    table: str,
    files: Sequence[str | Path],
    *,
    renames: Mapping[str, str] | None = None,
    spark: "SparkSession | None" = None,
) -> LoadReport:
    """Merges the files' rows into the table by its key, in one commit, and says what became of them.

    `renames` has the file's names by the table's. LoadRefused, and no change, where a row breaks an error-level rule;
    UserError where a file can't be read.
    """
    if table not in SOURCES:
        hint = did_you_mean(table, SOURCES) or f"write one of {', '.join(SOURCES)}"
        raise UserError(f"{table} is not a table that is loaded ({hint})")
    if not files:
        raise UserError(f"load {table}: no file is named (write: parcours load {table} FILE…)")
    started = monotonic()
    from parcours.jobs.files import format_of

    names = [local_path(str(file)) for file in files]
    for name in names:  # before Spark starts, which takes seconds
        format_of(name)
    if spark is None:
        begin_session(project)
    store = Store(project, spark)
    settle_unless_running(store)
    with store.writing(table):
        check_loadable(store.path(table), SOURCES[table])
        # Its import takes seconds, which pass while Spark reads.
        importing = warm_up()
        report = _load(store, table, names, renames or {}, importing)
    seconds = monotonic() - started
    LOG.info("load %s: %d rows in, %d out, %.1f s", table, report.rows_read, report.inserted + report.updated, seconds)
    return report


def _load(store: Store, table: str, files: Sequence[str], renames: Mapping[str, str], importing: Any) -> LoadReport:
    from parcours.jobs.merging import merge, write
    from parcours.jobs.staging import stage
    from parcours.transforms.merge import INSERTED, UNCHANGED, UPDATED

    staged = stage(store, SOURCES[table], files, renames)
    merged = merge(staged)
    try:
        importing.join()
        failed = failures_of_figures(merged.figures, load_suite(staged.table, staged.rules))
        warnings = {each.says: merged.figures[each.says] for each in failed if not each.is_error}
        refused = {each.says: merged.figures[each.says] for each in failed if each.is_error}
        rows_read = merged.figures["rows"]
        if refused:
            report = LoadReport(table, rows_read, warnings=warnings, refused=refused, notes=staged.notes)
            raise LoadRefused(_refusal(merged, report), report)
        counts = write(merged)
        return LoadReport(
            table,
            rows_read,
            inserted=counts[INSERTED],
            updated=counts[UPDATED],
            unchanged=counts[UNCHANGED],
            warnings=warnings,
            notes=staged.notes,
        )
    finally:
        merged.release()


def _refusal(merged: "Merge", report: LoadReport) -> str:
    """What is said of a refused load, by reason; its refused rows are kept in quarantine first."""
    from parcours.jobs.quarantine import first_places, keep_refused, quarantine_path

    staged = merged.staged
    rows = merged.refused().persist()
    try:
        keep_refused(staged, rows)
        places = first_places(staged, rows)
        total = rows.count()
    finally:
        rows.unpersist()
    lines = [f"load {report.table}: nothing was loaded, {total} of {report.rows_read} rows can't be:"]
    for reason, count in report.refused.items():
        told = "1 row," if count == 1 else f"{count} rows, the first"
        lines.append(f"  {reason}: {told} {places[reason]}")
    place = quarantine_path(staged.store, report.table)
    lines.append(f"They stand in {place} with the reason (mend the file, and load it again)")
    lines += [f"  warning: {note}" for note in report.notes]
    return "\n".join(lines)


def load_rows(store: Store, table: str, rows: Sequence[Mapping[str, Any]]) -> LoadReport:
    """The same for rows at hand: values as JSON has them, or instants."""
    with tempfile.TemporaryDirectory(prefix="parcours-rows-") as folder:
        file = Path(folder, f"{table}.jsonl")
        names = dict.fromkeys(name for row in rows for name in row)
        # As in a file, a column that one row has is a column of all.
        whole = [json.dumps({name: row.get(name) for name in names}, default=str) for row in rows]
        file.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
        return load(store.project, table, [file], spark=store.spark)


def main(argv: Sequence[str] | None = None, spark: "SparkSession | None" = None) -> int:
    """The spark-submit entry point. Exit status: 0 loaded, 1 refused, 2 asked wrongly."""
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    parser.add_argument("table")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--project", default=".", help="the project's folder")
    parser.add_argument("--warehouse", help="in place of the one in parcours.yaml")
    parser.add_argument("--map", action="append", default=[], metavar="NEW=OLD", help="renames a column of the files")
    options = parser.parse_args(argv)
    from parcours.definition.project import load_project

    try:
        project = load_project(Path(options.project), warehouse=options.warehouse)
        report = load(project, options.table, options.files, renames=renames_of(options.map), spark=spark)
    except LoadRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{summary(report)}\n")
    return 0


def renames_of(words: Sequence[str]) -> dict[str, str]:
    """`new=old` words as a mapping; UserError for one that isn't such."""
    renames: dict[str, str] = {}
    for word in words:
        new, equals, old = word.partition("=")
        if not (new and equals and old):
            raise UserError(f"--map {word}: not a renaming (write --map new=old: the table's name, then the file's)")
        if new in renames:
            raise UserError(f"--map {word}: {new} is {renames[new]} already (name it once)")
        renames[new] = old
    return renames


def summary(report: LoadReport) -> str:
    """The report in lines for people."""
    read = "1 row" if report.rows_read == 1 else f"{report.rows_read:,} rows"
    done = f"{report.inserted:,} inserted, {report.updated:,} updated, {report.unchanged:,} unchanged"
    lines = [f"{report.table}: {read} read, {done}"]
    lines += [f"  warning: {note}" for note in report.notes]
    lines += [f"  warning: {reason}: {count:,}" for reason, count in report.warnings.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    leave(main())
