"""What random cases may use: no more than the engine can do yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    entries: tuple[str, ...] = ("event", "read_audience")
    steps: tuple[str, ...] = ("message", "wait", "condition", "profile_cap", "split")
    changes: tuple[str, ...] = ("publish", "close", "stop")
    insiders: tuple[str, ...] = ("stay",)
    exits: bool = False
    rules: bool = False
    functions: bool = False
    """in_audience, event_count and has_received."""


NARROW = Scope()
"""Issue 1 of 4."""

WIDE = Scope(
    entries=(*NARROW.entries, "audience_qualification", "business_event"),
    steps=(*NARROW.steps, "listen", "experiment"),
    changes=(*NARROW.changes, "pause", "resume", "publish"),
    insiders=("stay", "move", "exit"),
    exits=True,
    rules=True,
    functions=True,
)
"""All that the oracle knows."""
