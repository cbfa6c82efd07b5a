"""Waits for the first of several things to happen to the profile."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from parcours.definition.problems import Mistake, exactly_one
from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import Definition, Duration, FilledText, Name, Target, Truth


class ListenPath(Definition):
    """One thing that may happen: an event, a reaction to a message of the same instance, or a change of membership."""

    label: FilledText = Field(description="What outcomes call this path.")
    event: Name | None = Field(default=None, description="A type of events.yaml.")
    reaction: Literal["opened", "clicked", "bounced", "unsubscribed"] | None = Field(
        default=None, description="What the profile does with the message named in `of`."
    )
    of: Name | None = Field(default=None, description="An earlier message step of this journey.")
    audience: Name | None = Field(default=None, description="A membership that starts or ends.")
    on: Literal["enter", "exit", "both"] | None = Field(default=None, description="Of a membership: enter by default.")
    where: Truth | None = Field(
        default=None, description="SQL expression that must hold; of an event, event.* are its attributes."
    )
    next: Target | None = None

    @model_validator(mode="after")
    def is_one_thing(self) -> Self:
        exactly_one(self, "event", "reaction", "audience")
        if self.reaction is not None and self.of is None:
            raise Mistake("reaction without of", "write of: the id of a message before it", at=("reaction",))
        if self.of is not None and self.reaction is None:
            raise Mistake("of goes with reaction only", at=("of",))
        if self.on is not None and self.audience is None:
            raise Mistake("on goes with audience only", at=("on",))
        return self


class Listen(StepWithNext):
    """Holds the instance until the first of several things happens, or the time is over."""

    type: Literal["listen"]
    paths: Annotated[tuple[ListenPath, ...], Field(min_length=1)] = Field(
        description="What it listens for; of several at one moment the first listed is taken."
    )
    timeout: Duration | None = Field(default=None, description="How long; without it until the journey's timeout.")
    on_timeout: Target | None = Field(
        default=None, description="Where those go for whom nothing happened; `next` unless given."
    )

    @model_validator(mode="after")
    def has_time(self) -> Self:
        if self.on_timeout is not None and self.timeout is None:
            raise Mistake("on_timeout without timeout", "write timeout: 2d", at=("on_timeout",))
        return self

    def ways_out(self, following: str) -> dict[str, str]:
        onward = self.next or following
        labelled = {path.label: path.next or onward for path in self.paths}
        return labelled | ({"timeout": self.on_timeout or onward} if self.timeout is not None else {})
