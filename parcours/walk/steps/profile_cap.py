"""Lets the first go on, up to a limit; the places are given out in `settle`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.definition import steps
from parcours.walk import clock
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Cap(Move):
    limits: tuple[int, ...] = ()
    per: str = "version"

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        walk.stand(cell)
        yield from ()

    def places(self, walk: Walk, cell: Cell, at: int) -> Iterator[tuple[str, int, Cell]]:
        """Name of the counter, its limit, and those who count in it."""
        version = cell.version
        name = f"{version.journey.id}|{version.journey.version}|{self.id}"
        if self.per == "day":
            today = clock.local_date(at, version.zone)
            number = (today - clock.local_date(version.published_at, version.zone)).days
            yield f"{name}|{today}", self.limit(number), cell
        elif self.per == "occurrence":
            occurrences = walk.atoms.occurrence[cell.atoms]
            for occurrence in np.unique(occurrences):
                yield f"{name}|{occurrence}", self.limit(int(occurrence) - 1), cell.part(occurrences == occurrence)
        else:
            yield name, self.limit(0), cell

    def limit(self, number: int) -> int:
        return self.limits[max(0, min(number, len(self.limits) - 1))]


@plan_step.register(steps.ProfileCap)
def _(step: steps.ProfileCap, version: Version) -> Move:
    limits = step.limits or (step.limit or 0,)
    return Cap(step.id, step.type, version.journey.targets(step), tuple(limits), step.per)
