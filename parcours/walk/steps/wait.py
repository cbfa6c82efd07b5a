"""Holds for a time, or until a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.definition import steps
from parcours.walk import clock
from parcours.walk.atoms import NONE, Integers
from parcours.walk.best_time import end_of
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Wait(Move):
    duration: int | None = None
    moment: steps.LocalMoment | None = None
    question: int | None = None
    within: int | None = None
    """How long one waits at most for the best hour, which is what the question is about."""

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        ends = self.ends(walk, cell, at)
        if ends is None:
            return
        too_long = ends >= walk.atoms.entered_at[cell.atoms] + cell.version.timeout
        late, rest = cell.divide(too_long)
        if late:
            walk.finish(late, at, "timed_out")
        if not rest:
            return
        ends = ends[~too_long]
        for end in np.unique(ends):
            part = rest.part(ends == end)
            part.note(at, "waiting")
            if end > at:
                walk.wait(part, int(end))
            else:
                part.note(at, "passed")
                yield part, self.targets["next"]

    def ends(self, walk: Walk, cell: Cell, at: int) -> Integers | None:
        """When the wait of each atom is over; `at` where there is nothing to wait for."""
        if self.duration is not None:
            return np.full(len(cell.atoms), at + self.duration)
        if self.question is not None:
            answers = walk.answers.of(cell, self.question, at)
            if answers is None:
                return None
            if self.within is not None:
                return end_of(walk, cell, answers, self.within, at)
            return np.maximum(np.where(answers == NONE, at, answers), at)
        moment = self.moment
        assert moment is not None
        ends: Integers | None = walk.answers.by_zone(
            cell, lambda zone: clock.next_local_moment(moment.time, moment.days, moment.in_days, at, zone)
        )
        return ends


@plan_step.register(steps.Wait)
def _(step: steps.Wait, version: Version) -> Move:
    targets = version.journey.targets(step)
    if step.for_ is not None:
        return Wait(step.id, step.type, targets, duration=clock.micros(step.for_))
    if isinstance(step.until, str):
        return Wait(step.id, step.type, targets, question=version.ask_instant(step.until))
    if isinstance(step.until, steps.BestSendTime):
        question, within = version.ask_best_hour(step.until.best_send_time), clock.micros(step.until.within)
        return Wait(step.id, step.type, targets, question=question, within=within)
    return Wait(step.id, step.type, targets, moment=step.until)
