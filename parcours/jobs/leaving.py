"""The end of a process, without the interpreter's own."""

import atexit
import os
import sys
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """Ends the process with that exit status, once what it said is out and what was registered for its end is done.

    Arrow's threads may still be letting go of files that they read by way of Python. Where the interpreter is being
    taken down by then, the system aborts the whole process: some commands ended with status 134, their work done.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # nobody has heard it
            status = status or 1
    os._exit(status)
