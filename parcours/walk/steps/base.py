"""What all moves have: where those go on who arrive, and those whose time there is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from parcours.walk.cells import Cell

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


Going = tuple[Cell, str]
"""A cell, and the id of the step to which it goes at the same moment."""


@singledispatch
def plan_step(step: Any, version: Version) -> Move:
    """The move that a step makes; registers its questions with the version."""
    raise TypeError(f"no move for a step of type {type(step).__name__}")


@dataclass(frozen=True)
class Move:
    """One numbered step of a version. `targets` are the ids of the steps to which its paths lead."""

    id: str
    type: str
    targets: Mapping[str, str]

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        """Those who go on at once. All others have been put where they stand, or have ended."""
        raise NotImplementedError  # pragma: no cover - every move has its own

    def time_over(self, cell: Cell, at: int) -> str:
        """Notes that the time for which a cell stood here is over; the step to which it goes."""
        cell.note(at, "passed")
        return self.targets["next"]
