"""Whether the outbox holds what delivery_batches says."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from parcours.definition.files import local_path
from parcours.jobs.findings import Finding, finding
from parcours.jobs.telling import plural

if TYPE_CHECKING:
    from parcours.definition.project import Project

NAME = "batch files are whole"
CHUNK = 1 << 20


def check_files(project: "Project", batches: Sequence[Mapping[str, Any]]) -> Finding:
    """Each batch's file is there, with its SHA-256 and count; one that was acknowledged may have been taken away."""
    if "://" in local_path(project.outbox):
        return finding(
            NAME,
            f"{plural(len(batches), 'batch', 'batches')}; the outbox isn't on this machine, its files weren't read",
            [],
        )
    wrong, taken, rows = [], 0, 0
    for batch in batches:
        file = project.folder / local_path(batch["path"])
        if not file.is_file():
            if batch["state"] == "acknowledged":
                taken += 1
            else:
                wrong.append(f"batch {batch['batch_id']}: no file {batch['path']}")
            continue
        if sha256(file) != batch["sha256"]:
            wrong.append(f"batch {batch['batch_id']}: {batch['path']} isn't what was sealed: its SHA-256 differs")
            continue
        count = row_count(file, batch["format"])
        rows += count
        if count != batch["row_count"]:
            wrong.append(
                f"batch {batch['batch_id']}: {batch['path']} has {plural(count, 'row')}, not {batch['row_count']:,}"
            )
    gone = f", {taken:,} taken away" if taken else ""
    return finding(NAME, f"{plural(rows, 'row')} in {plural(len(batches) - taken, 'file')}{gone}", wrong)


def sha256(file: Path) -> str:
    """The digest of a file of any size."""
    digest = hashlib.sha256()
    with file.open("rb") as read:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def row_count(file: Path, kind: str) -> int:
    """How many deliveries the file holds."""
    if kind == "parquet":
        return int(pq.read_metadata(file).num_rows)
    if kind == "csv":  # a cell may hold lines of its own
        with file.open(encoding="utf-8", newline="") as read:
            return max(0, sum(1 for _ in csv.reader(read)) - 1)
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
