"""Holds until something happens, or the time for it is over."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk import clock
from parcours.walk.cells import Cell
from parcours.walk.signals import hear, hear_change
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Listen(Move):
    paths: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """(label, signals), as they are listed."""
    timeout: int | None = None

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        cell.note(at, "waiting")
        if self.timeout is None:
            walk.remember(cell)
        else:
            walk.wait(cell, at + self.timeout)
        yield from ()

    def time_over(self, cell: Cell, at: int) -> str:
        cell.note(at, "passed", "timeout")
        return self.targets["timeout"]

    def heard(self, signals: Set[int]) -> str | None:
        """The label of the first listed path that one of these takes."""
        return next((label for label, own in self.paths if not signals.isdisjoint(own)), None)


@plan_step.register(steps.Listen)
def _(step: steps.Listen, version: Version) -> Move:
    def signals(path: steps.ListenPath) -> tuple[int, ...]:
        if path.event is not None:
            return (hear(version, "event", path.event, path.where),)
        if path.audience is not None:
            return hear_change(version, path.audience, path.on, path.where)
        assert path.reaction is not None
        assert path.of is not None
        return (hear(version, path.reaction, path.of, path.where),)

    paths = tuple((path.label, signals(path)) for path in step.paths)
    timeout = clock.micros(step.timeout) if step.timeout is not None else None
    return Listen(step.id, step.type, version.journey.targets(step), paths, timeout)
