"""Lets enter another journey, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.definition import steps
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Jump(Move):
    journey: str = ""

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        """All go on at once; the other journey admits or rejects them among the entries of the moment (2.1)."""
        reasons = walk.jumps.into(cell, self, at)
        for reason in sorted(set(reasons), key=str):
            part = cell.part(np.array([found == reason for found in reasons]))
            part.note(at, "passed", None, reason)
            yield part, self.targets["next"]


@plan_step.register(steps.Jump)
def _(step: steps.Jump, version: Version) -> Move:
    return Jump(step.id, step.type, version.journey.targets(step), step.journey)
