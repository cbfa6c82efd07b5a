"""Who enters a journey, and when (specification 1.2)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from parcours.definition.problems import Mistake, exactly_one
from parcours.definition.values import (
    Cron,
    Definition,
    Duration,
    Flag,
    Instant,
    Name,
    Percent,
    Positive,
    Truth,
    by_type,
)


class Schedule(Definition):
    """When something happens: again and again, or once."""

    cron: Cron | None = Field(default=None, description="Five cron fields, in local time.", examples=["0 9 * * MON"])
    at: Instant | None = Field(default=None, description="One instant, for once.")
    until: Instant | None = Field(default=None, description="The last moment at which cron may come.")

    @model_validator(mode="after")
    def has_one_rhythm(self) -> Self:
        exactly_one(self, "cron", "at")
        if self.until is not None and self.at is not None:
            raise Mistake("until goes with cron only", at=("until",))
        return self


class Rate(Definition):
    """Spreads entries in time: `max` at the occurrence, and again every `per` after it."""

    max: Positive = Field(description="How many enter at once.")
    per: Literal["second", "minute", "hour"] = Field(description="How long until the next.")


SeveralPercents = Annotated[tuple[Percent, ...], Field(min_length=2, max_length=10)]
SeveralNumbers = Annotated[tuple[Positive, ...], Field(min_length=2, max_length=10)]


class Waves(Definition):
    """Cuts the members of one read into 2 to 10 parts that enter one after another."""

    count: Annotated[Positive, Field(ge=2, le=10)] | None = Field(default=None, description="So many equal parts.")
    percents: SeveralPercents | None = Field(default=None, description="Shares that add up to 100.")
    numbers: SeveralNumbers | None = Field(default=None, description="Sizes; whoever is over never enters.")
    interval: Duration | None = Field(default=None, description="From one start to the next, 30 minutes at least.")
    starts: Annotated[tuple[Instant, ...], Field(min_length=1, max_length=9)] | None = Field(
        default=None, description="The starts of the waves after the first, in place of interval."
    )

    @model_validator(mode="after")
    def has_one_size_and_one_rhythm(self) -> Self:
        exactly_one(self, "count", "percents", "numbers")
        exactly_one(self, "interval", "starts")
        return self

    @property
    def wave_count(self) -> int:
        """How many waves there are."""
        return self.count or len(self.percents or self.numbers or ())


class ReadAudience(Definition):
    """Every current member of an audience enters, at each occurrence of a schedule."""

    type: Literal["read_audience"]
    audience: Name = Field(description="The audience whose members enter.")
    schedule: Schedule
    incremental: Flag = Field(
        default=False, description="From the second occurrence on, only who joined since the last one."
    )
    force_reentry: Flag = Field(default=False, description="Whoever is still inside exits before the read.")
    rate: Rate | None = None
    waves: Waves | None = None


class EventEntry(Definition):
    """Each event of the type that satisfies `where` brings its profile in."""

    type: Literal["event"]
    event: Name = Field(description="A type of events.yaml; its attributes are event.* from then on.")
    where: Truth | None = Field(default=None, description="SQL expression that the event must satisfy.")


class Qualification(Definition):
    """A membership that starts (`enter`) or ends (`exit`) brings its profile in."""

    type: Literal["audience_qualification"]
    audience: Name = Field(description="The audience whose memberships bring people in.")
    on: Literal["enter", "exit", "both"] = Field(default="enter", description="Which change of membership.")


class BusinessEvent(Definition):
    """An event with no profile brings in every member of the audience, with its attributes as event.*."""

    type: Literal["business_event"]
    event: Name = Field(description="A type of events.yaml; its attributes are event.* from then on.")
    audience: Name = Field(description="All who are members at the event's time enter.")
    where: Truth | None = Field(default=None, description="SQL expression that the event must satisfy.")


AnyEntry = Annotated[
    Annotated[ReadAudience, Tag("<read_audience>")]
    | Annotated[EventEntry, Tag("<event>")]
    | Annotated[Qualification, Tag("<audience_qualification>")]
    | Annotated[BusinessEvent, Tag("<business_event>")],
    Discriminator(by_type),
]
