"""One writer at a time: an operating-system lock beside a local warehouse."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from parcours.definition.problems import UserError


class Busy(UserError):
    """Another process is writing; nothing was changed."""


@contextmanager
def locked(file: Path, doing: str, *, waits: bool = False) -> Iterator[None]:
    """Holds the lock of `file` while the block runs; Busy at once where another holds it, unless `waits`.

    The system frees it when the process ends, however it ends: a killed one leaves nothing to clean up.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except OSError as error:
            raise Busy(
                f"{doing} is under way already{_holder(handle)}; nothing was changed (try again later)"
            ) from error
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _holder(handle: TextIO) -> str:
    handle.seek(0)
    process = handle.read().strip()
    return f" in process {process}" if process else ""
