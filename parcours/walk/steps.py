"""From each class of step to its move: what it asks about people, and where it sends those who arrive.

Adding a step type: a class in `definition/steps.py`, and here one function registered on `plan_step`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.definition import steps
from parcours.walk import clock
from parcours.walk.atoms import NONE, Booleans, Integers
from parcours.walk.best_time import end_of
from parcours.walk.cells import Cell
from parcours.walk.contents import ask_too_large, render
from parcours.walk.findings import ask_lookup
from parcours.walk.sends import ask_had, ask_send
from parcours.walk.signals import hear, hear_change

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


@dataclass(frozen=True)
class End(Move):
    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        walk.finish(cell, at, "completed")
        yield from ()


# ------------------------------------------------------------------------------------------------------ condition
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
            answers = walk.answers(cell, self.question, at)
            return None if answers is None else answers == 1
        if self.audience is not None:
            return walk.is_member(cell, self.audience, at)
        test = self.calendar
        assert test is not None
        found: Booleans | None = walk.by_zone(cell, lambda zone: is_now(test, at, zone))
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
            taken, rest = walk.divide(rest, true)
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


# ---------------------------------------------------------------------------------------------------------- split
@dataclass(frozen=True)
class Split(Move):
    labels: tuple[str, ...] = ()
    question: int = 0

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        answers = walk.answers(cell, self.question, at)
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


# ----------------------------------------------------------------------------------------------------- experiment
@plan_step.register(steps.Experiment)
def _(step: steps.Experiment, version: Version) -> Move:
    """A split by weight: a holdout takes the first buckets, the arms share the rest by cumulative floor (2.2)."""
    bucket = version.bucket(f"{version.journey.id}|{step.id}")
    below = int((step.holdout or 0) * 100)
    cases, labels = ([f"WHEN {bucket} < {below} THEN 0L"], ["holdout"]) if below else ([], [])
    total, so_far = sum(arm.weight for arm in step.arms), 0
    for arm in step.arms:
        so_far += arm.weight
        cases.append(f"WHEN {bucket} < {below + (10_000 - below) * so_far // total} THEN {len(labels)}L")
        labels.append(arm.label)
    question = version.ask(f"CASE {' '.join(cases)} END")
    return Split(step.id, step.type, version.journey.targets(step), tuple(labels), question)


# ---------------------------------------------------------------------------------------------------- profile_cap
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


# ----------------------------------------------------------------------------------------------------------- wait
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
        late, rest = walk.divide(cell, too_long)
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
            answers = walk.answers(cell, self.question, at)
            if answers is None:
                return None
            if self.within is not None:
                return end_of(walk, cell, answers, self.within, at)
            return np.maximum(np.where(answers == NONE, at, answers), at)
        moment = self.moment
        assert moment is not None
        ends: Integers | None = walk.by_zone(
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


# --------------------------------------------------------------------------------------------------------- listen
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


# --------------------------------------------------------------------------------------------------------- lookup
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
        answers = walk.answers(cell, self.question, at)
        if answers is None:
            return
        found, missing = walk.divide(cell, answers == 1)
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


# ----------------------------------------------------------------------------------------------------------- jump
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


# -------------------------------------------------------------------------------------------------------- message
@dataclass(frozen=True)
class Message(Move):
    step: steps.Message = field(kw_only=True)
    send: int = field(kw_only=True)
    too_large: int | None = None
    """The question whether the content is more than the channel takes; None: it never is."""
    had: int | None = None
    """The question whether one had the message before it moved into the version."""

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        walk.stand(cell)
        yield from ()

    @property
    def is_marketing(self) -> bool:
        return self.step.category == "marketing"


@plan_step.register(steps.Message)
def _(step: steps.Message, version: Version) -> Move:
    rendering = version.contents[step.id] = render(version, step)
    return Message(
        *(step.id, step.type, version.journey.targets(step)),
        step=step,
        send=ask_send(version, step),
        too_large=ask_too_large(version, step, rendering),
        had=ask_had(version, step),
    )


@plan_step.register(steps.End)
def _(step: steps.End, version: Version) -> Move:
    return End(step.id, step.type, {})
