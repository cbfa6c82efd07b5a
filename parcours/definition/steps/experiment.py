"""Sends instances along arms by weight, and reports by arm."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import Definition, FilledText, Name, Percent, Positive, Target, Truth


class Arm(Definition):
    """One way out of an experiment."""

    label: FilledText = Field(description="What outcomes call this arm.")
    weight: Positive = Field(description="Its share of all weights.")
    next: Target | None = None


class Metric(Definition):
    """What is counted as a success of an arm: an entrant's event."""

    event: Name = Field(description="A type of events.yaml.")
    where: Truth | None = Field(default=None, description="SQL expression that the event must satisfy.")


class Experiment(StepWithNext):
    """Sends the instance along one arm, the same one for a profile every time, or keeps it out of all."""

    type: Literal["experiment"]
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)] = Field(description="They share the others by weight.")
    holdout: Percent | None = Field(default=None, description="Percent of them that take no arm.")
    otherwise: Target | None = Field(default=None, description="Where the held out go; the end unless given.")
    metric: Metric | None = Field(default=None, description="What is counted by arm in experiment_daily.")

    def ways_out(self, following: str) -> dict[str, str]:
        labelled = {arm.label: arm.next or self.next or following for arm in self.arms}
        return labelled | ({"holdout": self.otherwise or "end"} if self.holdout else {})
