"""What all steps have."""

from __future__ import annotations

from pydantic import Field

from parcours.definition.values import Definition, Name, Target


class Step(Definition):
    """What all steps have."""

    id: Name = Field(description="Its name within the journey, for ever: outcomes, buckets and delivery ids hold it.")

    def ways_out(self, following: str) -> dict[str, str]:
        """Where each way out leads, by the label of its path or else by its key; `following` is next in the list."""
        return {}


class StepWithNext(Step):
    """A step that somebody leaves."""

    next: Target | None = Field(
        default=None, description="Where to go on: the following step unless given; `end` ends."
    )

    def ways_out(self, following: str) -> dict[str, str]:
        return {"next": self.next or following}
