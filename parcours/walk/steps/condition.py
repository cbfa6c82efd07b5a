"""Sends along the first path that is true: by a question, a membership, or the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk import clock
from parcours.walk.atoms import Booleans
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class PathTest:
    """One path of a condition: a question, a membership, or a calendar test."""

    label: str
    question: int | None = None
    audience: int | None = None
    calendar: steps.CalendarTest | None = None

    def holds(self, walk: Walk, cell: Cell, at: int) -> Booleans | None:
        """Which of the cell's atoms take the path, were it the first; None while the answer isn't known."""
        if self.question is not None:
            answers = walk.answers.of(cell, self.question, at)
            return None if answers is None else answers == 1
        if self.audience is not None:
            return walk.answers.is_member(cell, self.audience, at)
        test = self.calendar
        assert test is not None
        found: Booleans | None = walk.answers.by_zone(cell, lambda zone: is_now(test, at, zone))
        return found


def is_now(test: steps.CalendarTest, at: int, zone: str) -> bool:
    """Whether the calendar test holds at the instant, in that zone (1.3)."""
    day = clock.local_date(at, zone)
    if (test.from_date and day < test.from_date) or (test.to_date and day > test.to_date):
        return False
    if test.from_ is not None or test.to is not None:
        return clock.is_in_period(test.days, test.from_ or dt.time(), test.to, at, zone)
    return not test.days or clock.WEEKDAYS[day.weekday()] in test.days


@dataclass(frozen=True)
class Condition(Move):
    tests: tuple[PathTest, ...] = ()
    otherwise: str | None = None

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        rest: Cell | None = cell
        for test in self.tests:
            assert rest is not None
            true = test.holds(walk, rest, at)
            if true is None:
                return  # asked: this cell stops here until the walk is made again
            taken, rest = rest.divide(true)
            if taken:
                taken.note(at, "passed", test.label)
                yield taken, self.targets[test.label]
            if not rest:
                return
        assert rest is not None, "a condition has a path"
        rest.note(at, "passed", "otherwise" if self.otherwise else None)
        if self.otherwise:
            yield rest, self.otherwise
        else:
            walk.finish(rest, at, "completed", "no_path", where=("end", "end"))


@plan_step.register(steps.Condition)
def _(step: steps.Condition, version: Version) -> Move:
    def test(path: steps.ConditionPath) -> PathTest:
        if isinstance(path.when, steps.AudienceTest):
            return PathTest(path.label, audience=version.ask_audience(path.when.audience))
        if isinstance(path.when, steps.CalendarTest):
            return PathTest(path.label, calendar=path.when)
        return PathTest(path.label, question=version.ask_truth(path.when))

    tests = tuple(test(path) for path in step.paths)
    return Condition(step.id, step.type, version.journey.targets(step), tests, step.otherwise)
