"""What ends an instance from outside, waits included (specification 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from parcours.definition.problems import Mistake, exactly_one
from parcours.definition.values import Definition, Name, Truth

RESERVED = (
    "forced_reentry",
    "ends_at",
    "stopped",
    "quiet_hours",
    "journey_paused",
    "new_version",
    "step_gone",
)
"""Reasons of exits that are the engine's own (specification 3)."""


class Criterion(Definition):
    """One reason to leave: an event, a membership that starts or ends, or a condition."""

    id: Name = Field(description="The reason that outcomes give.")
    event: Name | None = Field(default=None, description="A type of events.yaml.")
    where: Truth | None = Field(default=None, description="SQL expression that the event must satisfy.")
    audience: Name | None = Field(default=None, description="Whoever enters or leaves it.")
    on: Literal["enter", "exit"] | None = Field(default=None, description="Of a membership: enter by default.")
    condition: Truth | None = Field(default=None, description="Looked at whenever a message is settled.")

    @field_validator("condition", mode="before")
    @classmethod
    def is_no_test_of_a_condition_step(cls, value: object) -> object:
        if isinstance(value, Mapping):  # as a condition's `when` may be
            raise Mistake("not an SQL expression: a mapping", "write in_audience('vip'), or audience: vip in its place")
        return value

    @model_validator(mode="after")
    def is_one_thing(self) -> Self:
        if self.event is not None and self.condition is not None and self.audience is None:
            raise Mistake("event and condition exclude each other", "beside an event write where", at=("condition",))
        exactly_one(self, "event", "audience", "condition")
        if self.where is not None and self.event is None:
            raise Mistake("where goes with event only", at=("where",))
        if self.on is not None and self.audience is None:
            raise Mistake("on goes with audience only", at=("on",))
        if self.id in RESERVED:
            raise Mistake(f"'{self.id}' is a reason of the engine's own", "give it another id", at=("id",))
        return self
