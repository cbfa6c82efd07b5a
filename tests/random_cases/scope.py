"""What random cases may use: no more than the engine can do yet."""

from __future__ import annotations

from dataclasses import dataclass, replace


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
    feedback: bool = False
    """Reactions in listens, and the best time to send."""
    is_seen: bool = True
    """Whether anybody reads what journeys write: others see it from the next tick on, however time is cut (2.1)."""


NARROW = Scope()
"""Issue 1 of 4."""

WIDE = Scope(
    entries=(*NARROW.entries, "audience_qualification", "business_event"),
    steps=(*NARROW.steps, "listen", "experiment", "update_profile", "update_audience", "jump", "lookup"),
    changes=(*NARROW.changes, "pause", "resume", "publish"),
    insiders=("stay", "move", "exit"),
    exits=True,
    rules=True,
    functions=True,
    feedback=True,
)
"""All that the oracle knows."""

NEXT = replace(WIDE, rules=False)
"""Issue 2 of 4."""

UNSEEN = replace(WIDE, is_seen=False)
"""All of it, with rows that don't depend on how time is cut."""

BUILT = NEXT
"""What of it the engine does."""

BUILT_UNSEEN = replace(BUILT, is_seen=False)
"""The same, with rows that don't depend on how time is cut."""

SCOPES = {"built": BUILT, "narrow": NARROW, "next": NEXT, "wide": WIDE}
