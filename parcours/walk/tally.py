"""What a walk did, counted by day: the figures that the daily tables and the reconciliations are made of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from parcours.walk import clock
from parcours.walk.atoms import Atoms
from parcours.walk.cells import Row
from parcours.walk.plan import Version
from parcours.walk.steps import Message
from parcours.walk.task import Result

ENDED = ("completed", "exited", "failed", "timed_out")
"""The ways in which a passage ends."""


@dataclass(frozen=True)
class Tally:
    """Counts of rows of `step_outcomes`. Days are UTC; a version is (journey_id, version)."""

    steps: Counter[tuple[str, int, str, str, str | None, str | None, dt.date]] = field(default_factory=Counter)
    """By journey, version, step, outcome, path, reason, day."""
    journeys: Counter[tuple[str, int, dt.date, str]] = field(default_factory=Counter)
    """By journey, version, day, and what: entered, rejected, moved_in, moved_out, or how it ended."""
    sends: Counter[tuple[str, str, dt.date, str, str | None]] = field(default_factory=Counter)
    """By channel, journey, day, outcome (sent, deferred, excluded) and reason."""
    instances: int = 0
    """Rows of `journey_instances` that the walk leaves."""
    queued: Counter[str] = field(default_factory=Counter)
    """Of the instances those that wait for room, by channel."""

    updates: int = 0
    """Rows of `profile_updates`."""

    @property
    def outcomes(self) -> int:
        return sum(self.steps.values())

    def of(self, outcome: str) -> int:
        return sum(count for key, count in self.steps.items() if key[3] == outcome)

    def inside_change(self, version: Version, day: dt.date) -> int:
        """By how many more are inside the version when the day is over."""
        key = (version.journey.id, version.journey.version, day)
        came = self.journeys[*key, "entered"] + self.journeys[*key, "moved_in"]
        return came - self.journeys[*key, "moved_out"] - sum(self.journeys[*key, ended] for ended in ENDED)

    def inside_changes(self, version: Version) -> int:
        """By how many more are inside the version when the tick is over."""
        mine = (version.journey.id, version.journey.version)
        return sum(self.inside_change(version, day) for day in {key[2] for key in self.journeys if key[:2] == mine})


def tally(result: Result, atoms: Atoms) -> Tally:
    """Everything counted once, by trail."""
    found = Tally()
    known = result.trail_of >= 0
    people = np.bincount(result.trail_of[known], weights=atoms.count[known], minlength=len(result.trails))
    instances = updates = 0
    for number, (_, _, ending) in enumerate(result.trails):
        count = int(people[number])
        if ending.status is not None:
            instances += count
        if ending.queue is not None:
            found.queued[ending.queue] += count
    counts = result.laid.counted(people)
    for (version, row), many in zip(result.laid.rows, counts.tolist(), strict=True):
        _count_row(found, version, row, many)
        updates += many * len(version.assignments.get(row.step_id, ())) if row.outcome == "passed" else 0
    return Tally(found.steps, found.journeys, found.sends, instances, found.queued, updates)


def _count_row(found: Tally, version: Version, row: Row, count: int) -> None:
    journey_id, number = version.journey.id, version.journey.version
    day, outcome = clock.moment_of(row.at).date(), row.outcome
    found.steps[journey_id, number, row.step_id, outcome, row.path, row.reason, day] += count
    if outcome in ("entered", "rejected", *ENDED):
        found.journeys[journey_id, number, day, outcome] += count
    if outcome == "moved":
        assert row.reason is not None, "the version that it left"
        found.journeys[journey_id, number, day, "moved_in"] += count
        found.journeys[journey_id, int(row.reason), day, "moved_out"] += count
    move = version.moves.get(row.step_id)
    if isinstance(move, Message) and outcome in ("sent", "deferred", "excluded"):
        found.sends[move.step.channel, journey_id, day, outcome, row.reason] += count
