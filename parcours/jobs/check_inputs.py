"""Whether a tick may begin: the project's files as a whole, and the rows that its sources have gained since the last.

`load` has judged what it loaded; sources that stand elsewhere, and rows that came by another way, are first seen here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from parcours.definition.times import iso
from parcours.expectations.suites import Expectation, table_suite
from parcours.jobs.committed import Committed
from parcours.jobs.gate import Asked, GateFailed, answer, asked, judge
from parcours.jobs.leaving import leave
from parcours.jobs.places import open_project
from parcours.jobs.store import Store
from parcours.tables import SOURCES, Table

if TYPE_CHECKING:
    from parcours.definition.project import Project

LOG = logging.getLogger(__name__)
# Clocks of two machines differ by less.
TOLERANCE = timedelta(minutes=1)


def check_inputs(question: Asked, now: datetime) -> dict[str, Any]:
    """Rows looked at, by source. UserError where a definition or a place is wrong, GateFailed where rows are."""
    if question.until > now + TOLERANCE:
        # Nobody could load what happens until then any more, and no earlier tick could follow.
        raise GateFailed(f"the tick would end in the future: {iso(question.until)} (wait until then)")
    project = open_project(question.folder, runs_published=True)
    for problem in project.warnings:
        LOG.warning("%s", problem)
    store = Store(project)
    last = Committed(store).tick or {}
    versions = dict(last.get("source_versions") or ())
    looked: dict[str, int] = {}
    figures: dict[str, int] = {}
    for name, table in SOURCES.items():
        if not store.is_elsewhere(name) and not store.exists(name):
            continue
        _check_columns(project, store, table)
        rows = new_rows(store, table, versions.get(name))
        looked[name] = rows.num_rows
        LOG.info("%s: %d new rows", name, rows.num_rows)
        if rows.num_rows:
            found = violations(rows, table, is_merged=not store.is_elsewhere(name))
            figures |= {f"{name}: {says}": count for says, count in found}
    judge("inputs", figures)
    return looked


def _check_columns(project: Project, store: Store, table: Table) -> None:
    """What the engine can't do without must be there; all else is null where it is missing."""
    present = store.column_types(table.name)
    missing = [column.name for column in table.columns if not column.nullable and column.name not in present]
    if missing:
        where = f"parcours.yaml: sources.{table.name}: " if store.is_elsewhere(table.name) else ""
        raise GateFailed(f"{where}no column {', '.join(missing)} in {store.path(table.name)}")


def new_rows(store: Store, table: Table, after: int | None) -> pa.Table:
    """The rows of files that the table didn't have at that version (None: of all), in the columns that suites speak of.

    A file that was rewritten counts as new: its rows are looked at again.
    """
    dataset = store.delta(table.name).to_pyarrow_dataset()
    former = _files(store, table.name, after)
    fragments = [part for part in dataset.get_fragments() if part.path not in former]
    source = store.project.sources.get(table.name)
    theirs: Mapping[str, str] = source.columns if source else {}
    ours = {theirs.get(name, name): name for name in _spoken_of(table)}
    known = [name for name in ours if name in dataset.schema.names]
    if not fragments:
        return pa.table({ours[name]: pa.array([], dataset.schema.field(name).type) for name in known})
    first = fragments[0]
    new = ds.FileSystemDataset(fragments, dataset.schema, first.format, dataset.filesystem)
    return new.to_table(columns=known).rename_columns([ours[name] for name in known])


def _files(store: Store, table: str, version: int | None) -> set[str]:
    if version is None:
        return set()
    try:
        return {part.path for part in store.delta(table, version).to_pyarrow_dataset().get_fragments()}
    except Exception:  # the log no longer reaches back to it: then everything is looked at
        LOG.info("%s: version %s can't be read any more", table, version)
        return set()


def _spoken_of(table: Table) -> list[str]:
    return list(dict.fromkeys(name for each in table_suite(table).expectations for name in each.columns))


def violations(rows: pa.Table, table: Table, *, is_merged: bool) -> Iterator[tuple[str, int]]:
    """How many rows break each expectation of the table's suite; of merged tables the key is known to be unique."""
    for expectation in table_suite(table).expectations:
        if all(name in rows.column_names for name in expectation.columns) and not (
            is_merged and expectation.kind == "unique"
        ):
            yield expectation.says, _breaking(rows, expectation)


def _breaking(rows: pa.Table, expectation: Expectation) -> int:
    first, *others = (rows[name] for name in expectation.columns)
    if expectation.kind == "never_null":
        return int(first.null_count)
    if expectation.kind == "one_of":
        is_known = pc.is_in(first.cast(pa.string()), pa.array(expectation.values))
        return int(pc.sum(pc.and_(pc.is_valid(first), pc.invert(is_known))).as_py() or 0)
    if expectation.kind == "greater":
        return int(pc.sum(pc.less_equal(first, others[0])).as_py() or 0)
    counts = rows.group_by(list(expectation.columns)).aggregate([([], "count_all")])
    return int(rows.num_rows - counts.num_rows)


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point: exit status 0 it may, 1 rows are wrong, 2 definitions are."""
    question = asked("check_inputs", argv)
    return answer(lambda: check_inputs(question, datetime.now(UTC)))


if __name__ == "__main__":
    leave(main())
