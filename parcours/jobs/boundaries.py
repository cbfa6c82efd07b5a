"""The boundaries between two writes: where a process may be killed, and where tests end it."""

from __future__ import annotations

from collections.abc import Callable

watchers: list[Callable[[str], None]] = []
"""Called at each boundary between two writes, with its name. Tests end the process there (tests/jobs/test_kills.py)."""


def boundary(name: str) -> None:
    """Says that one write is done and the next hasn't begun."""
    for watcher in watchers:
        watcher(name)
