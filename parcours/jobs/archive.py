"""Java's classes as they lie in memory once they are loaded, kept in a file for the next start (JEP 350).

A session starts in half the time with it: decision 0016.
"""

import hashlib
import importlib.util
import os
import time
from contextlib import suppress
from pathlib import Path

from parcours.jobs.java import java_of_spark

QUIET = ("-Xlog:disable", "-Xlog:all=error:stderr")
"""Java tells on standard output of each class that it can't keep; answers stand there."""
MAGIC_SIZE = 4
"""Bytes at the head of an archive, which Java writes last."""
HOUR, MONTH = 3600.0, 30 * 86400.0


def archive_options(cache: Path, *, may_write: bool = True) -> list[str]:
    """Java's options by which it starts from the archive below `cache`, or writes one when it ends.

    An archive is of one Java and one Spark at one place; Java itself ignores one that doesn't fit.
    """
    global _writing
    java, folder = java_of_spark(), cache / "classes"
    if java is None or any(character.isspace() for character in str(folder)):  # options are parted at spaces
        return []
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{_digest(java)}.jsa"
    if archive.is_file() or _taken_over(archive):
        os.utime(archive)
        return [f"-XX:SharedArchiveFile={archive}", *QUIET]
    if not may_write or any(_is_recent(other, HOUR) for other in _written(archive)):  # another one is writing it
        return []
    _forget_unused(folder)
    _writing = archive.with_name(f"{archive.name}.{os.getpid()}")
    return [f"-XX:ArchiveClassesAtExit={_writing}", *QUIET]


_writing: Path | None = None
"""What this process's Java writes when it ends."""


def session_has_started() -> None:
    """Says that the archive which this process's Java may write is worth starting from.

    One that ends while Spark still starts, as there was nothing to do, leaves half of the classes.
    """
    if _writing is not None:
        _mark(_writing).touch()


def _mark(written: Path) -> Path:
    return written.with_name(f"started.{written.name}")


def _digest(java: Path) -> str:
    found = importlib.util.find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    spark = Path(found.origin).parent / "jars"
    parts = [str(part) for place in (java, spark) for part in (place, place.stat().st_mtime_ns)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _written(archive: Path) -> list[Path]:
    """What sessions that ended, or are about to, have written for it."""
    return sorted(archive.parent.glob(f"{archive.name}.*"))


def _taken_over(archive: Path) -> bool:
    """Whether a session that ended has left a whole archive, which from now on is the one."""
    for other in _written(archive):
        with suppress(OSError):  # another process may have taken it
            with other.open("rb") as file:
                is_whole = any(file.read(MAGIC_SIZE))
            if is_whole and _mark(other).exists():
                other.replace(archive)
                _mark(other).unlink(missing_ok=True)
                return True
            if is_whole:
                other.unlink()
    return False


def _is_recent(file: Path, age: float) -> bool:
    try:
        return time.time() - file.stat().st_mtime < age
    except OSError:
        return False


def _forget_unused(folder: Path) -> None:
    """Removes archives that no session has started from for a month, and what was broken off: each has 150 MB."""
    for file in folder.iterdir():
        if not _is_recent(file, MONTH if file.suffix == ".jsa" else HOUR):
            file.unlink(missing_ok=True)
