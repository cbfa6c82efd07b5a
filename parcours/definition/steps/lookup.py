"""Joins rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from parcours.definition.problems import Mistake, shown
from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import BY_COLUMN_SCHEMA, ColumnName, Expression, Flag, Name, Target

# What means something already where expressions and templates are read.
TAKEN = (
    "profile",
    "event",
    "audience",
    "journey",
    "loop",
    "unsubscribe_url",
    "delivery_id",
)


def _key_is_a_mapping(value: object) -> object:
    """`key: sku` doesn't say what the column is compared with."""
    if isinstance(value, str):
        home, _, column = value.rpartition(".")
        pair = f"{column}: {home or 'event'}.{column}"
        raise Mistake(f"a key of {shown(value)} alone", f"write {{{pair}}}: column and expression")
    if not isinstance(value, Mapping):
        raise Mistake(f"not a mapping: {shown(value)}", "write {column: expression}")
    return value


class Lookup(StepWithNext):
    """Finds rows of a table by key: their columns are `<as>.<column>` from then on, whatever becomes of the table."""

    type: Literal["lookup"]
    table: Name = Field(description="Any Delta table of the warehouse, by its name.")
    key: Annotated[
        dict[ColumnName, Expression],
        BeforeValidator(_key_is_a_mapping),
        WithJsonSchema(BY_COLUMN_SCHEMA | {"additionalProperties": {"type": "string", "minLength": 1}}),
        Field(min_length=1, description="By column of the table the expression that it equals; null equals nothing."),
    ]
    select: Annotated[tuple[ColumnName, ...], Field(min_length=1)] = Field(
        description="The columns that are kept. Of several rows the first in the order of these columns is taken."
    )
    as_: ColumnName = Field(alias="as", description="What expressions and templates call it.")
    many: Flag = Field(default=False, description="true: all rows, as an array in the order of the selected columns.")
    on_error: Target | None = Field(
        default=None, description="Where those go for whom no row is found; without it they end, failed."
    )

    @model_validator(mode="after")
    def has_names_of_its_own(self) -> Self:
        if self.as_ in TAKEN or self.as_.startswith("__"):
            raise Mistake(f"'{self.as_}' means something already", "take another name", at=("as",))
        for place, column in enumerate(self.select):
            if column in self.select[:place]:
                raise Mistake(f"column '{column}' stands twice", "write it once", at=("select", place))
        return self

    def ways_out(self, following: str) -> dict[str, str]:
        """`error` is one only where `on_error` is written: else those who find nothing end there (`failed`)."""
        return super().ways_out(following) | ({"error": self.on_error} if self.on_error else {})
