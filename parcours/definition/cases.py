"""The test cases of a journey (specification 1.9): who and what is given, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, RootModel, WithJsonSchema, model_validator

from parcours.definition.problems import Mistake, shown
from parcours.definition.values import (
    COLUMN,
    ColumnName,
    Count,
    Definition,
    Duration,
    FilledText,
    Instant,
    JourneyId,
    Name,
    Text,
)

Outcome = Literal[
    "entered",
    "rejected",
    "moved",
    "passed",
    "waiting",
    "deferred",
    "sent",
    "excluded",
    "completed",
    "exited",
    "timed_out",
    "failed",
]
Status = Literal["active", "completed", "exited", "timed_out", "failed", "none"]
Feedback = Literal["delivered", "bounced_hard", "bounced_soft", "opened", "clicked", "unsubscribed", "complained"]


def _as_text(value: object) -> object:
    """Attributes are text in the tables, JSON where they are more than one value; YAML reads some as numbers."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _bare_member(value: object) -> object:
    """`ada` says what `{profile_id: ada}` says."""
    return {"profile_id": value} if isinstance(value, str) else value


ProfileId = Annotated[FilledText, Field(description="Who.")]
Attributes = dict[
    ColumnName,
    Annotated[
        Text | None,
        BeforeValidator(_as_text, json_schema_input_type=str | bool | int | float | None | list[Any] | dict[str, Any]),
    ],
]
Row = dict[ColumnName, Any]
# By itself a row may have any columns; of a profile an editor asks who it is.
ProfileRow = Annotated[
    Row,
    WithJsonSchema(
        {
            "type": "object",
            "required": ["profile_id"],
            "properties": {"profile_id": {"type": "string", "minLength": 1, "description": "Who it is."}},
            "propertyNames": {"pattern": COLUMN},
        }
    ),
]


class GivenMember(Definition):
    """A stay in an audience; without times a member since before the journey was published."""

    profile_id: ProfileId
    entered_at: Instant | None = Field(default=None, description="When the stay began; before `from` unless given.")
    exited_at: Instant | None = Field(default=None, description="When it ended.")
    attributes: Attributes = Field(default={}, description="audience.* of this member.")

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.exited_at is not None and self.entered_at is not None and self.exited_at <= self.entered_at:
            raise Mistake("exited_at is not after entered_at", at=("exited_at",))
        return self


class GivenEvent(Definition):
    """Something that happens."""

    event_type: Name = Field(description="A type of events.yaml.")
    event_time: Instant = Field(description="When it happens; without a zone in the journey's.")
    profile_id: ProfileId | None = Field(default=None, description="To whom; without it a business event.")
    event_id: FilledText | None = Field(default=None, description="e1, e2 … in the order of the list unless given.")
    attributes: Attributes = Field(default={}, description="event.* of it.")


class GivenFeedback(Definition):
    """What becomes of the last message that the profile was sent at a step."""

    profile_id: ProfileId
    step: Name = Field(description="The message step.")
    feedback: Feedback = Field(description="What became of the message.")
    feedback_at: Instant = Field(description="When; without a zone in the journey's.")
    journey: JourneyId | None = Field(default=None, description="Whose step; this journey's unless given.")
    detail: Text | None = Field(default=None, description="What else the sender tells.")


class GivenSuppression(Definition):
    """An address that is never to be used, or one of those that alone may be."""

    channel: Name = Field(description="The channel whose address it is.")
    address: FilledText = Field(description="The address, or a domain as @example.com.")
    list: Literal["suppress", "allow"] = Field(
        default="suppress", description="allow: of this channel nobody else is sent to."
    )
    reason: Text | None = Field(default=None, description="Why; nothing asks it.")
    added_at: Instant | None = Field(default=None, description="From when on; always unless given.")


Member = Annotated[GivenMember, BeforeValidator(_bare_member, json_schema_input_type=str | GivenMember)]


class Given(Definition):
    """Who is there, and what happens to them."""

    profiles: tuple[ProfileRow, ...] = Field(
        default=(), description="profile_id, and any columns of the profiles table."
    )
    audience_members: dict[Name, tuple[Member, ...]] = Field(default={}, description="Members by audience.")
    events: tuple[GivenEvent, ...] = Field(default=(), description="In any order.")
    message_feedback: tuple[GivenFeedback, ...] = Field(default=(), description="In any order.")
    suppressions: tuple[GivenSuppression, ...] = Field(default=(), description="Lists of addresses.")
    tables: dict[Name, tuple[Row, ...]] = Field(default={}, description="Rows of the tables that lookups read.")

    @model_validator(mode="after")
    def has_people(self) -> Self:
        seen: dict[str, int] = {}
        for place, row in enumerate(self.profiles):
            name = row.get("profile_id")
            if not isinstance(name, str) or not name:
                what = "missing key 'profile_id'" if name is None else f"not text: {shown(name)}"
                here = ("profiles", place) if name is None else ("profiles", place, "profile_id")
                raise Mistake(what, None if name is None else "put it in quotes", at=here)
            if name in seen:
                also = f"also profiles[{seen[name]}]"
                raise Mistake(f"profile '{name}' stands twice", also, at=("profiles", place, "profile_id"))
            seen[name] = place
        return self


class ExpectedSend(Definition):
    """A message that is sent. What is written must be so; what isn't may be anything."""

    profile_id: ProfileId
    step: Name = Field(description="The message step.")
    send_at: Instant | None = Field(default=None, description="When; without a zone in the journey's.")
    journey: JourneyId | None = Field(default=None, description="Whose step; this journey's unless given.")
    channel: Name | None = Field(default=None, description="By which channel.")
    address: Text | None = Field(default=None, description="To which address.")
    variant: Text | None = Field(default=None, description="Which variant of the message.")
    category: Literal["marketing", "transactional"] | None = Field(default=None, description="Of the message.")
    content: dict[FilledText, Text] = Field(default={}, description="Fields of the message, each to the letter.")
    contains: dict[FilledText, Text] = Field(default={}, description="Fields of the message, a part of each.")


class ExpectedOutcome(Definition):
    """A row of step_outcomes that must be there. What is written must be so; what isn't may be anything."""

    profile_id: ProfileId
    step: Name | None = Field(default=None, description="A step's id, or entry, or end.")
    outcome: Outcome | None = Field(default=None, description="What happened there.")
    path: Text | None = Field(default=None, description="null: none.")
    reason: Text | None = Field(default=None, description="null: none.")
    at: Instant | None = Field(default=None, description="When; without a zone in the journey's.")
    journey: JourneyId | None = Field(default=None, description="This one unless given.")


class Expect(Definition):
    """What must come of it."""

    sends: tuple[ExpectedSend, ...] | None = Field(
        default=None, description="All sends there are, in any order: one that isn't here fails the case."
    )
    outcomes: tuple[ExpectedOutcome, ...] = Field(default=(), description="Rows that must be among the outcomes.")
    status: dict[FilledText, Status] = Field(
        default={}, description="How each profile's last passage stands at `until`; none: it was never inside."
    )
    entered: Count | None = Field(default=None, description="How many entered.")
    rejected: Count | None = Field(default=None, description="How many weren't let in.")

    @model_validator(mode="after")
    def expects_something(self) -> Self:
        if not self.model_fields_set:
            raise Mistake("nothing is expected", "write sends, outcomes or status")
        return self


class Case(Definition):
    """One test case: the journey as its file is now, over these people and events, until a moment."""

    case: FilledText = Field(description="What it shows, in a sentence.")
    from_: Instant | None = Field(
        default=None,
        alias="from",
        description="When the journey is published; unless given the earliest instant that the case names.",
    )
    until: Instant = Field(description="How far time goes.")
    every: Duration | None = Field(
        default=None,
        description="Ticks of this length; one for all unless given. What journeys write is seen by the next.",
    )
    journeys: tuple[JourneyId, ...] = Field(
        default=(), description="Further journeys that run; those to which this one jumps do anyway."
    )
    given: Given
    expect: Expect

    @property
    def named_instants(self) -> Iterator[datetime]:
        """Those of members, events, feedback and expectations."""
        given, expect = self.given, self.expect
        stays = [stay for members in given.audience_members.values() for stay in members]
        found = [at for stay in stays for at in (stay.entered_at, stay.exited_at)]
        found += [event.event_time for event in given.events]
        found += [feedback.feedback_at for feedback in given.message_feedback]
        found += [send.send_at for send in expect.sends or ()]
        found += [outcome.at for outcome in expect.outcomes]
        yield from (at for at in found if at is not None)

    @property
    def people(self) -> set[str]:
        """Everybody who is given, in whatever way."""
        given = self.given
        stays = [stay for members in given.audience_members.values() for stay in members]
        events = {event.profile_id for event in given.events if event.profile_id is not None}
        return {str(row["profile_id"]) for row in given.profiles} | {stay.profile_id for stay in stays} | events


class CaseFile(RootModel[tuple[Case, ...]]):
    """journeys/<id>.test.yaml: a list of test cases, which `parcours verify` runs without a warehouse."""
