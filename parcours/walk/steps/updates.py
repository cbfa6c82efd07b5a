"""Steps that write: to the profile, and to audiences (1.3). All go on at once, and see what they have written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.definition.expressions import compile_value
from parcours.definition.expressions.names import LookedUp
from parcours.walk.cells import Cell
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Assignment:
    """What a step sets a profile column to: Spark SQL text, of the column's type."""

    sql: str
    type: str


def changes_of(step: steps.AnyStep) -> frozenset[str]:
    """What the step changes, by the names of `Question.reads`."""
    if isinstance(step, steps.UpdateProfile):
        return frozenset(f"profile.{column}" for column in step.set)
    return frozenset({f"audience.{step.audience}"} if isinstance(step, steps.UpdateAudience) else ())


def changed_by(listed: Iterable[steps.AnyStep], lookups: Iterable[LookedUp]) -> frozenset[str]:
    """What any of these steps may change; with it, what the journey's lookups find by it."""
    written = frozenset(name for step in listed for name in changes_of(step))
    return written | {found.place for found in lookups if found.place} if written else written


@dataclass(frozen=True)
class Update(Move):
    changes: frozenset[str] = frozenset()

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        cell.note(at, "passed")
        cell.layer = cell.layer.after(self.id, at, self.changes)
        yield cell, self.targets["next"]


@plan_step.register(steps.UpdateProfile)
def _(step: steps.UpdateProfile, version: Version) -> Move:
    for column, text in step.set.items():
        _assign(version, step.id, column, text)
    return Update(step.id, step.type, version.journey.targets(step), changes_of(step))


@plan_step.register(steps.UpdateAudience)
def _(step: steps.UpdateAudience, version: Version) -> Move:
    version.stay_changes[step.id] = (step.audience, step.action == "add")
    return Update(step.id, step.type, version.journey.targets(step), changes_of(step))


def _assign(version: Version, step_id: str, column: str, text: str) -> None:
    """Notes what a step sets a column to; the record of it wants what was there before."""
    kind = (version.scope.profile or {}).get(column, "string")
    compiled = version.noted(compile_value(text, version.scope, kind))
    version.profile_columns.add(column)
    version.assignments.setdefault(step_id, {})[column] = Assignment(compiled.sql, kind)
