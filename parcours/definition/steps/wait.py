"""Holds instances for a while, or until a moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from parcours.definition.problems import Mistake, exactly_one, shown
from parcours.definition.steps.base import StepWithNext
from parcours.definition.times import INSTANT, ISO_DURATION, SHORT_DURATION
from parcours.definition.values import Count, Days, Definition, Duration, Expression, LocalTime, Name


class LocalMoment(Definition):
    """The first such local moment not before the arrival, nor before the local date `in_days` after it."""

    time: LocalTime = Field(description="Local time in the instance's zone, HH:MM.")
    days: Days | None = Field(default=None, description="On one of these days; all unless given.")
    in_days: Count | None = Field(default=None, description="Not before the local date so many days after the arrival.")


class BestSendTime(Definition):
    """The first local hour in which the profile opened or clicked most; with none within the time, at once."""

    best_send_time: Name = Field(description="The channel whose messages it opened or clicked.")
    within: Duration = Field(description="How much later it may be; nobody waits longer.")


def _kind_of_until(value: object) -> str:
    if isinstance(value, BestSendTime) or (isinstance(value, Mapping) and {"best_send_time", "within"} & value.keys()):
        return "<best_send_time>"
    return "<moment>" if isinstance(value, LocalMoment | Mapping) else "<expression>"


def _is_no_moment(value: object) -> object:
    """`until: "10:00"` is no SQL, and `until: 2d` would be the number 2."""
    written = value.strip() if isinstance(value, str) else ""
    what, remedy = None, ""
    if re.fullmatch(r"\d{1,2}:\d\d", written):
        what, remedy = "a time of day", f'write {{time: "{written:0>5}"}}'
    elif re.fullmatch(SHORT_DURATION, written) or (re.fullmatch(ISO_DURATION, written)):
        what, remedy = "a duration", f"write for: {written}"
    elif re.fullmatch(INSTANT, written):
        what, remedy = "an instant", f"write \"TIMESTAMP '{written}'\""
    elif written == "best_send_time":
        what, remedy = "a word", "write {best_send_time: email, within: 24h}"
    if what is not None:
        raise Mistake(f"{what}, where an SQL expression stands: {shown(value)}", remedy)
    return value


Until = Annotated[
    Annotated[Expression, BeforeValidator(_is_no_moment), Tag("<expression>")]
    | Annotated[LocalMoment, Tag("<moment>")]
    | Annotated[BestSendTime, Tag("<best_send_time>")],
    Discriminator(_kind_of_until),
]


class Wait(StepWithNext):
    """Holds the instance for a duration, or until a moment; one that is past or null is no wait."""

    type: Literal["wait"]
    for_: Duration | None = Field(default=None, alias="for", description="Elapsed time, such as PT6H or 2d.")
    until: Until | None = Field(
        default=None,
        description="An SQL expression, {time, days, in_days} in local time, or {best_send_time, within}.",
    )

    @model_validator(mode="after")
    def has_one_end(self) -> Self:
        exactly_one(self, "for", "until")
        return self
