"""Ends the journey for the instance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class End(Move):
    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        walk.finish(cell, at, "completed")
        yield from ()


@plan_step.register(steps.End)
def _(step: steps.End, version: Version) -> Move:
    return End(step.id, step.type, {})
