"""Handing over the delivery batches of a tick that is committed."""

from __future__ import annotations

import datetime as dt
import errno
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from parcours.definition.files import local_path
from parcours.jobs.boundaries import boundary
from parcours.jobs.store import Store
from parcours.tables import ALL


def hand_over(store: Store, files: Path, batches: Sequence[Mapping[str, Any]]) -> None:
    """Moves the files of a committed tick to the outbox, and then writes their rows. Doing it again changes nothing.

    `files` is the folder in which they were made.
    """
    if not batches:
        return
    outbox = Path(local_path(store.project.outbox))
    for batch in batches:
        target = outbox / batch["below_outbox"]
        staged = files / batch["below_outbox"]
        target.parent.mkdir(parents=True, exist_ok=True)
        manifest = target.with_name(target.name + ".manifest.json")
        if staged.exists():
            boundary("before a batch file")
            _move(staged, target)
            boundary("after a batch file")
        shown = {key: value for key, value in batch.items() if key != "below_outbox"}
        text = json.dumps(shown, indent=2, sort_keys=True) + "\n"
        # One of that name may lie there of another warehouse, or of one that is gone.
        if not manifest.exists() or manifest.read_text() != text:
            new = manifest.with_suffix(".new")
            new.write_text(text)
            new.replace(manifest)
    boundary("before delivery_batches")
    known = set(store.small("delivery_batches", columns=["batch_id"])["batch_id"].to_pylist())
    store.append_small("delivery_batches", [_row(batch) for batch in batches if batch["batch_id"] not in known])
    boundary("after delivery_batches")


def _move(file: Path, target: Path) -> None:
    """Puts a file where it belongs, whole or not at all, though that may be another disk."""
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(file, beside)
        beside.replace(target)
        file.unlink()


def _row(batch: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: batch.get(name) for name in ALL["delivery_batches"].column_names}
    for name in ("first_send_at", "last_send_at", "tick_until"):
        row[name] = dt.datetime.fromisoformat(str(row[name]).replace("Z", "+00:00"))
    return {**row, "state": "sealed"}
