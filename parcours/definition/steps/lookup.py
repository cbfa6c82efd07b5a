"""Joins rows of a table by key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import Expression, Flag, Name, Target

ColumnName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class Lookup(StepWithNext):
    """Gives the instance the row of a Delta table with its key, or all such rows: `<as>.*` from then on."""

    type: Literal["lookup"]
    table: Name = Field(description="A Delta table of the warehouse.")
    key: Annotated[dict[ColumnName, Expression], Field(min_length=1)] = Field(
        description='Columns of the table, each with the SQL expression that it equals: {sku: "event.sku"}.'
    )
    select: Annotated[tuple[ColumnName, ...], Field(min_length=1)] = Field(description="The columns to have.")
    as_: ColumnName = Field(alias="as", description="What expressions and templates call it: <as>.<column>.")
    many: Flag = Field(default=False, description="true: an array of all rows with the key; else the first of them.")
    on_error: Target | None = Field(
        default=None, description="Where those go for whom nothing is found; else they end, failed."
    )

    def ways_out(self, following: str) -> dict[str, str]:
        return super().ways_out(following) | ({"error": self.on_error} if self.on_error else {})
