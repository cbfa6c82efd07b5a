"""Writes what later steps, other journeys and audiences see: columns of the profile, and memberships."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from parcours.definition.problems import Mistake, shown
from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import BY_COLUMN_SCHEMA, ColumnName, FilledText, Name


def _read_assigned(value: object) -> object:
    """Numbers, truths and nothing are expressions of themselves."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | Decimal) else value


ASSIGNED_SCHEMA = {
    "anyOf": [{"type": "string", "minLength": 1}, *({"type": kind} for kind in ("boolean", "number", "null"))],
    "description": "Spark SQL, of which the column gets the value.",
}
Assigned = Annotated[
    FilledText,
    BeforeValidator(_read_assigned),
]


def _columns_are_written(value: object) -> object:
    if not isinstance(value, Mapping):
        raise Mistake(f"not a mapping: {shown(value)}", "write {column: expression}")
    return value


class UpdateProfile(StepWithNext):
    """Writes columns of the profile: later steps of the instance see them at once, all others from the next tick on."""

    type: Literal["update_profile"]
    set: Annotated[
        dict[ColumnName, Assigned],
        BeforeValidator(_columns_are_written),
        WithJsonSchema(BY_COLUMN_SCHEMA | {"additionalProperties": ASSIGNED_SCHEMA}),
        Field(min_length=1, description="By column an expression; all see the profile as it was before the step."),
    ]

    @model_validator(mode="after")
    def leaves_ids_alone(self) -> Self:
        for column in self.set:
            if column.lower() == "profile_id":
                what = "profile_id says who it is, and can't be set"
                raise Mistake(what, "set another column", at=("set", column))
        return self


class UpdateAudience(StepWithNext):
    """Starts or ends a membership; one that is as asked already stays as it is."""

    type: Literal["update_audience"]
    audience: Name = Field(description="The id of an audience that neither SQL nor a snapshot fills.")
    action: Literal["add", "remove"] = Field(description="add starts the membership, remove ends it.")
