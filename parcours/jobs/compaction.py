"""Keeps those who are due together in few files, beside however many wait.

A tick reads and rewrites the files in which somebody is due. What it writes itself is small, and due at any time; so
small files are made fewer now and then, and once they hold a share of all, everything is laid out anew by when it is
due. Each row is so rewritten a bounded number of times for each row that is added (docs/decisions/0017-who-waits.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deltalake import CommitProperties

from parcours.jobs.boundaries import boundary
from parcours.jobs.pruning import UNKNOWN, file_entries

if TYPE_CHECKING:
    from parcours.jobs.store import Store

MOST_FILES = 48
"""Small files of who is inside, from which on a tick makes few of them: each costs a tick some milliseconds."""
ROWS_A_FILE = 100_000
"""In a file of those who are due at about the same time."""
SMALL = ROWS_A_FILE // 2
"""A file of fewer rows is small."""
SHARE = 20
"""Everything is laid out anew once one row in so many stands in a small file."""
TABLE, STATUS, ORDER = "journey_instances", ("status", "active"), "due_at"


def compact(store: Store, mark: Mapping[str, str]) -> None:
    """Makes fewer files of who is inside, where there are many small ones. `mark` is that of the tick's commits."""
    delta, properties = store.delta(TABLE), CommitProperties(custom_metadata=dict(mark))
    column, value = STATUS
    files = [file for file in file_entries(delta) if file.get(f"partition.{column}") == value]
    rows = [UNKNOWN if file.get("num_records") is None else int(file["num_records"]) for file in files]
    small = [count for count in rows if count < SMALL]
    if len(small) <= MOST_FILES:
        return
    boundary(f"before compaction of {TABLE}")
    total = sum(rows)
    if total <= ROWS_A_FILE or total >= UNKNOWN:
        delta.optimize.compact([(column, "=", value)], commit_properties=properties)
    elif sum(small) * SHARE < total:
        size = min(int(file["size_bytes"]) for file, count in zip(files, rows, strict=True) if count >= SMALL)
        delta.optimize.compact([(column, "=", value)], target_size=size, commit_properties=properties)
    else:
        _lay_out_anew(store, total, mark)
    boundary(f"after compaction of {TABLE}")


def _lay_out_anew(store: Store, count: int, mark: Mapping[str, str]) -> None:
    column, value = STATUS
    path = store.path(TABLE)
    # Not by `store.read`: rows of trials stand there too.
    inside = store.spark.read.format("delta").load(path).where(f"{column} = '{value}'")
    ordered = inside.repartitionByRange(-(-count // ROWS_A_FILE), ORDER).sortWithinPartitions(ORDER)
    writing = ordered.write.format("delta").mode("overwrite").option("replaceWhere", f"{column} = '{value}'")
    writing.option("userMetadata", json.dumps(dict(mark))).save(path)
