"""Channels: where messages go out, and how many at a time (specification 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from parcours.definition import unsupported
from parcours.definition.problems import Mistake, exactly_one
from parcours.definition.values import (
    Count,
    Definition,
    Duration,
    Expression,
    FilledText,
    LocalDate,
    Name,
    Number,
    Positive,
    Zone,
)

DEFAULT_DEFERRAL = timedelta(days=7)

# The channels that exist without being written, and the address of each.
BUILT_IN: dict[str, str | None] = {
    "email": "profile.email",
    "push": "profile.push_token",
    "sms": "profile.phone",
    "mms": "profile.phone",
    "whatsapp": "profile.phone",
    "in_app": None,
    "web": None,
    "direct_mail": None,
    "webhook": None,
}


class Batch(Definition):
    """The files in which sends are handed over."""

    format: Literal["jsonl", "csv", "parquet"] = Field(default="jsonl", description="Of the files.")
    max_rows: Positive = Field(default=50000, description="Rows of one file at most.")


class Limit(Definition):
    """At most `max` sends in each calendar window, for all journeys together."""

    max: Positive = Field(description="How many sends in one window at most.")
    per: Literal["second", "minute", "hour", "day"] = Field(description="How long a window is.")
    timezone: Zone | None = Field(default=None, description="Zone of the windows; the project's unless given.")


class GrowBy(Definition):
    """After the last number of the plan, so many percent more each day, rounded down."""

    grow_by: Number = Field(description="Percent a day, above 0.")


def _kind_of_growth(value: object) -> str:
    return "<grow_by>" if isinstance(value, GrowBy | Mapping) else "<word>"


Then = Annotated[
    Annotated[Literal["hold", "unlimited"], Tag("<word>")] | Annotated[GrowBy, Tag("<grow_by>")],
    Discriminator(_kind_of_growth),
]


def _read_order(value: object) -> object:
    if value == "most_engaged":
        raise Mistake(unsupported.refusal("order: most_engaged"))
    return value


Order = Annotated[Literal["fair"], BeforeValidator(_read_order)]
Plan = Annotated[tuple[Count, ...], Field(min_length=1)]


class RampUp(Definition):
    """The warm-up of a new sender: a limit that rises day by day."""

    starts_on: LocalDate = Field(description="The first day; before it nothing is sent.")
    per_day: Plan | None = Field(default=None, description="How many on the first day, the second, and so on.")
    per_hour: Plan | None = Field(
        default=None, description="How many in each hour of the first day, the second, and so on."
    )
    counts: Literal["calendar_days", "sending_days"] = Field(
        default="calendar_days", description="sending_days: a day without a send doesn't move the plan on."
    )
    then: Then = Field(
        default="hold", description="After the last number: hold, unlimited, or {grow_by: percent a day}."
    )
    order: Order = Field(default="fair", description="Who goes first: by priority, arrival and a digest.")
    timezone: Zone | None = Field(default=None, description="Zone of the days; the project's unless given.")

    @model_validator(mode="after")
    def can_be_followed(self) -> Self:
        exactly_one(self, "per_day", "per_hour")
        if isinstance(self.then, GrowBy) and self.then.grow_by <= 0:
            raise Mistake(f"not a growth: {self.then.grow_by}", "write a percent above 0", at=("then", "grow_by"))
        return self


class ChannelSettings(Definition):
    """What channels.yaml says of one channel."""

    address: Expression | None = Field(
        default=None, description="SQL expression; null or malformed excludes. Built-in channels have one."
    )
    consent: Expression | None = Field(
        default=None, description="SQL expression; 'n' excludes from marketing, null doesn't."
    )
    batch: Batch = Batch()
    unsubscribe_url: FilledText | None = Field(
        default=None, description="What templates see as unsubscribe_url: a template over the profile and delivery_id."
    )
    limits: tuple[Limit, ...] = Field(default=(), description="Any number; every one holds at once.")
    ramp_up: RampUp | None = None
    overflow: Literal["defer", "drop"] = Field(
        default="defer", description="What becomes of a send that finds no room."
    )
    max_deferral: Duration | None = Field(
        default=None, description="The longest wait for room: P7D unless given, with ramp_up without end."
    )


class Channel(ChannelSettings):
    """A channel with its name, and what it has where its author wrote nothing."""

    name: Name

    @model_validator(mode="before")
    @classmethod
    def fill_in(cls, data: Any) -> Any:
        """The address that a built-in channel has, and the deferral of one without a ramp-up."""
        if not isinstance(data, Mapping):
            return data
        address = data.get("address") or BUILT_IN.get(str(data.get("name")))
        deferral = data.get("max_deferral") or (None if data.get("ramp_up") else DEFAULT_DEFERRAL)
        return {**data, "address": address, "max_deferral": deferral}


Channels = dict[str, Channel]


def built_in_channels() -> Channels:
    """The channels that exist without a channels.yaml."""
    return {name: Channel.model_validate({"name": name}) for name in BUILT_IN}
