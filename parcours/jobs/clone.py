"""A clone of the tables as the last tick left them, in a place of its own that is gone afterwards.

The files of a Delta table are never written twice, so a clone is a second name for each of them (a hard link): it costs
some microseconds a file, whatever the files hold, and delta-rs and Spark read and write it like any other table.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.definition.problems import UserError
from parcours.jobs.commit import WRITTEN
from parcours.jobs.lock import Busy, locked
from parcours.jobs.store import Store
from parcours.tables import ALL

if TYPE_CHECKING:
    from parcours.definition.project import Project

LOGGER = logging.getLogger("parcours.clone")
LOG = "_delta_log"
LAST_CHECKPOINT = "_last_checkpoint"
VERSION = re.compile(r"(?<!\d)\d{20}(?!\d)")
"""The version that a file of a Delta log is of, in its name."""


@contextmanager
def cloned(store: Store, project: Project) -> Iterator[tuple[Store, Project]]:
    """The clone's tables, and the project with its warehouse and outbox there; both are gone after the block."""
    with scratch(store) as folder:
        own = replace(project, warehouse=str(folder / "warehouse"), outbox=str(folder / "outbox"))
        clone(store, Path(own.warehouse))
        LOGGER.info("the tables are cloned; from here on it is about the clone")
        yield store.beside(own), own


def check_clonable(store: Store) -> None:
    """UserError where there is nothing to clone, or no way to."""
    warehouse = store.project.warehouse
    if not store.is_local:
        raise UserError(f"{warehouse}: tables can be cloned only where the warehouse is a local folder")
    if not store.exists("profiles"):
        raise UserError(f"no table profiles in {warehouse} yet (parcours load profiles FILE; --warehouse is another)")


@contextmanager
def scratch(store: Store) -> Iterator[Path]:
    """An empty folder beside the tables, on their disk, that is gone after the block; those of killed ones go too."""
    place = Path(store.project.warehouse, ".trials")
    place.mkdir(exist_ok=True)
    _clear(place)
    folder = place / uuid.uuid4().hex
    try:
        with locked(_lock(folder), "a trial"):
            folder.mkdir()
            yield folder
    finally:
        _remove(folder)
        with suppress(OSError):  # others may be at work there
            place.rmdir()


def _clear(place: Path) -> None:
    """Removes what processes that were killed have left: the system has freed their locks."""
    for folder in place.iterdir():
        if folder.is_dir():
            with suppress(Busy), locked(_lock(folder), "a trial"):
                _remove(folder)


def _lock(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _lock(folder).unlink(missing_ok=True)


def clone(store: Store, target: Path) -> None:
    """Clones the tables into a folder: the engine's as the last committed tick left them, all others as they stand.

    Nothing needs to be locked for it: of a tick that is under way, or was killed, nothing is taken.
    """
    target.mkdir()
    warehouse, versions = Path(store.project.warehouse), _versions(store)
    for name in ALL:
        # By its place, not its name: beside a source that stands elsewhere the warehouse has stays of its own.
        if (warehouse / name / LOG).is_dir() and versions.get(name) != NOTHING:
            link(warehouse / name, target / name, versions.get(name))
    link_others(store, target)


def link_others(store: Store, target: Path) -> None:
    """Whatever lookups may read: no tick writes to it."""
    for other in Path(store.project.warehouse).iterdir():
        if other.is_dir() and other.name not in ALL and not other.name.startswith("."):
            (target / other.name).symlink_to(other, target_is_directory=True)


NOTHING = -1
"""A table before its first version."""


def _versions(store: Store) -> Mapping[str, int]:
    """The version at which each table is taken; what isn't named is taken as it stands."""
    version = store.version("ticks")
    ticks = [] if version is None else store.small("ticks", version).to_pylist()
    if version is None or not ticks:
        return dict.fromkeys(WRITTEN, NOTHING)  # what stands there is of a first tick that hasn't committed
    last = max(ticks, key=lambda row: row["until"])
    return {"ticks": version, **dict(last["table_versions"] or ())}


def link(table: Path, target: Path, version: int | None = None) -> None:
    """Makes the target a second name for the table at a version (None: its newest), with its history."""
    # Its log first: whatever a commit names lies there before the commit does.
    for folder in sorted(_folders(table), key=lambda found: LOG not in found.parts):
        place = target / folder.relative_to(table)
        place.mkdir(parents=True, exist_ok=True)
        for file in os.scandir(folder):
            if file.is_file() and (LOG not in folder.parts or _is_within(file.name, version)):
                with suppress(FileNotFoundError):  # it was cleaned away meanwhile, so nothing names it
                    _link(file.path, place / file.name)


def _folders(table: Path) -> Iterator[Path]:
    return (Path(folder) for folder, _, _ in os.walk(table))


def _is_within(name: str, version: int | None) -> bool:
    """Whether a file of the log is of the version, or one before it."""
    if name == LAST_CHECKPOINT:  # it would be written over; without it a reader looks for checkpoints itself
        return False
    found = VERSION.search(name)
    return version is None or found is None or int(found[0]) <= version


def _link(file: str, target: Path) -> None:
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:  # a disk without hard links, or a table that lies on another one
        shutil.copyfile(file, target)
