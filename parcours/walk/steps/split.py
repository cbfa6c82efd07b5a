"""Sends along one of several paths by share."""

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
class Split(Move):
    labels: tuple[str, ...] = ()
    question: int = 0

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        answers = walk.answers.of(cell, self.question, at)
        assert answers is not None, "a bucket doesn't depend on the moment"
        numbers = answers.tolist() if len(answers) == 1 else np.unique(answers).tolist()
        for number in numbers:
            part = cell if len(numbers) == 1 else cell.part(answers == number)
            label = self.labels[number]
            part.note(at, "passed", label)
            yield part, self.targets[label]


@plan_step.register(steps.Split)
def _(step: steps.Split, version: Version) -> Move:
    salt = f"{version.journey.id}|{step.id}" + (f"|{step.seed}" if step.seed is not None else "")
    total, cases = 0, []
    for number, path in enumerate(step.paths):
        total += int(path.percent * 100)
        cases.append(f"WHEN {version.bucket(salt)} < {total} THEN {number}L")
    question = version.ask(f"CASE {' '.join(cases)} END")
    labels = tuple(path.label for path in step.paths)
    return Split(step.id, step.type, version.journey.targets(step), labels, question)
