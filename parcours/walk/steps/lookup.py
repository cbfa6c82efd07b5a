"""Looks up a row by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk.cells import Cell
from parcours.walk.findings import ask_lookup
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Lookup(Move):
    question: int = 0
    reads: frozenset[str] = frozenset()
    """What its key reads: who has changed that looks up anew."""
    place: str = ""
    """What it changes then."""
    is_uncertain: bool = False
    """Whether what it finds is seen by those only who have passed it."""

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        if self.is_uncertain or not self.reads.isdisjoint(cell.layer.changed):
            cell.layer = cell.layer.after(self.id, at, frozenset({self.place}))
        answers = walk.answers.of(cell, self.question, at)
        if answers is None:
            return
        found, missing = cell.divide(answers == 1)
        if found:
            found.note(at, "passed")
            yield found, self.targets["next"]
        if missing and "error" in self.targets:
            missing.note(at, "passed", "error", "no_row")
            yield missing, self.targets["error"]
        elif missing:
            walk.finish(missing, at, "failed", "no_row")


@plan_step.register(steps.Lookup)
def _(step: steps.Lookup, version: Version) -> Move:
    question = ask_lookup(version, step)
    found = version.lookups[step.id]
    targets = version.journey.targets(step)
    return Lookup(step.id, step.type, targets, question, found.reads, found.column, found.is_uncertain)
