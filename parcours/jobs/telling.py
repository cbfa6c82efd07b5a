"""How many of what, in words for people: the same in answers, in progress and in the log."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.jobs.tick import TickReport

TOLD = ("entered", "rejected", "sent", "deferred", "excluded", "completed", "exited", "timed_out", "failed", "moved")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 journey`, `1,200 journeys`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def told(report: "TickReport") -> str:
    """A tick in one line."""
    from parcours.definition.times import iso

    return f"tick until {iso(report.until)}: {shown_counts(report.counts)} in {report.seconds:.1f} s"


def shown_counts(counts: Mapping[str, int]) -> str:
    """`3 entered, 2 sent, 1 batch`; nothing of what only moves on, or is counted by version or channel."""
    told = [f"{counts[name]:,} {name}" for name in TOLD if counts.get(name)]
    told += [plural(counts["batches"], "batch", "batches")] if counts.get("batches") else []
    return ", ".join(told) or "nothing to do"
