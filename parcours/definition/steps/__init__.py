"""The steps of a journey: what each type does to an instance. A new type is one class here, and one column rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from parcours.definition.contents import Content
from parcours.definition.problems import Mistake, exactly_one
from parcours.definition.steps.base import Step, StepWithNext
from parcours.definition.steps.experiment import Arm as Arm
from parcours.definition.steps.experiment import Experiment as Experiment
from parcours.definition.steps.experiment import Metric as Metric
from parcours.definition.steps.jump import Jump as Jump
from parcours.definition.steps.listen import Listen as Listen
from parcours.definition.steps.listen import ListenPath as ListenPath
from parcours.definition.steps.lookup import Lookup as Lookup
from parcours.definition.steps.updates import UpdateAudience as UpdateAudience
from parcours.definition.steps.updates import UpdateProfile as UpdateProfile
from parcours.definition.steps.wait import BestSendTime as BestSendTime
from parcours.definition.steps.wait import LocalMoment as LocalMoment
from parcours.definition.steps.wait import Wait as Wait
from parcours.definition.values import (
    ClosingTime,
    Count,
    Days,
    Definition,
    Expression,
    FilledText,
    LocalDate,
    LocalTime,
    Name,
    Percent,
    Seed,
    Target,
    Truth,
    by_type,
)


class AudienceTest(Definition):
    """True of who is in the audience at that moment."""

    audience: Name = Field(description="The id of an audience.")


class CalendarTest(Definition):
    """True on these days and dates, between these times, in the instance's zone.

    No `from` is 00:00, no `to` is 24:00. `to` is excluded, `to_date` included; a `from` later than `to` crosses
    midnight and belongs to the day on which it starts.
    """

    days: Days | None = Field(default=None, description="mon, tue, wed, thu, fri, sat, sun; all unless given.")
    from_: LocalTime | None = Field(default=None, alias="from", description="First local time, HH:MM, included.")
    to: ClosingTime | None = Field(default=None, description="Last local time, HH:MM, excluded.")
    from_date: LocalDate | None = Field(default=None, description="First day, included.")
    to_date: LocalDate | None = Field(default=None, description="Last day, included.")

    @model_validator(mode="after")
    def has_a_meaning(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):  # to: "24:00" alone is no end
            raise Mistake("an empty calendar test", "write days, from, to, from_date or to_date")
        if self.from_ is not None and self.from_ == self.to:
            raise Mistake("from and to are the same time: never true", at=("to",))
        if self.from_date and self.to_date and self.to_date < self.from_date:
            raise Mistake("to_date is before from_date: never true", at=("to_date",))
        return self


def _kind_of_test(value: object) -> str:
    if isinstance(value, AudienceTest) or (isinstance(value, Mapping) and "audience" in value):
        return "<audience>"
    return "<calendar>" if isinstance(value, CalendarTest | Mapping) else "<expression>"


Test = Annotated[
    Annotated[Truth, Tag("<expression>")]
    | Annotated[AudienceTest, Tag("<audience>")]
    | Annotated[CalendarTest, Tag("<calendar>")],
    Discriminator(_kind_of_test),
]


class ConditionPath(Definition):
    """One way out of a condition."""

    label: FilledText = Field(description="What outcomes call this path.")
    when: Test = Field(description="An SQL expression, {audience: id}, or a calendar test in the instance's zone.")
    next: Target | None = None


class Condition(StepWithNext):
    """Sends the instance along the first path whose `when` is true; with none, to `otherwise`, or to the end."""

    type: Literal["condition"]
    paths: Annotated[tuple[ConditionPath, ...], Field(min_length=1)] = Field(description="The first true one is taken.")
    otherwise: Target | None = Field(
        default=None, description="Where those go for whom no path is true; else they end."
    )

    def ways_out(self, following: str) -> dict[str, str]:
        """`otherwise` is one only where it is written: else those for whom no path is true end there (`no_path`)."""
        labelled = {path.label: path.next or self.next or following for path in self.paths}
        return labelled | ({"otherwise": self.otherwise} if self.otherwise else {})


class SplitPath(Definition):
    """One way out of a split."""

    label: FilledText = Field(description="What outcomes call this path.")
    percent: Percent = Field(description="Its share; all add up to 100, two decimals at most.")
    next: Target | None = None


class Split(StepWithNext):
    """Sends the instance along one of several paths by share, the same one for a profile every time."""

    type: Literal["split"]
    paths: Annotated[tuple[SplitPath, ...], Field(min_length=1)] = Field(description="Their percents add up to 100.")
    seed: Seed | None = Field(default=None, description="Another seed draws the shares anew.")

    def ways_out(self, following: str) -> dict[str, str]:
        return {path.label: path.next or self.next or following for path in self.paths}


class ProfileCap(StepWithNext):
    """Lets exactly the first `limit` to arrive go on to `next`, and sends all others to `otherwise`, or to the end."""

    type: Literal["profile_cap"]
    limit: Count | None = Field(default=None, description="How many may pass.")
    limits: Annotated[tuple[Count, ...], Field(min_length=1)] | None = Field(
        default=None, description="How many may pass at each occurrence or on each day; the last number holds."
    )
    per: Literal["version", "occurrence", "day"] = Field(
        default="version",
        description="What is counted: the version's whole life, one occurrence of its read, or a local day.",
    )
    otherwise: Target | None = Field(default=None, description="Where all others go; the end unless given.")

    @model_validator(mode="after")
    def has_one_limit(self) -> Self:
        exactly_one(self, "limit", "limits")
        return self

    def ways_out(self, following: str) -> dict[str, str]:
        return {"next": self.next or following, "otherwise": self.otherwise or "end"}


class Message(StepWithNext):
    """Asks for one send through a channel, and goes on when it is sent or excluded."""

    type: Literal["message"]
    channel: Name = Field(description="Built in, or declared in channels.yaml.")
    template: FilledText | None = Field(default=None, description="templates/<channel>/<template>.yaml")
    content: Content | None = Field(default=None, description="The fields themselves, in place of a template.")
    category: Literal["marketing", "transactional"] = Field(
        default="marketing", description="Transactional messages ignore consent and frequency caps, and go first."
    )
    address: Expression | None = Field(default=None, description="SQL expression, in place of the channel's.")
    rule_sets: Annotated[tuple[Name, ...], Field(min_length=1)] | None = Field(
        default=None, description="The rule sets of rules.yaml that this message is under."
    )
    on_excluded: Target | None = Field(
        default=None, description="Where those go who are excluded; `next` unless given."
    )

    @model_validator(mode="after")
    def has_one_content(self) -> Self:
        exactly_one(self, "template", "content")
        return self

    def ways_out(self, following: str) -> dict[str, str]:
        onward = self.next or following
        return {"next": onward, "on_excluded": self.on_excluded or onward}


class End(Step):
    """Ends the journey for the instance, completed."""

    type: Literal["end"]


AnyStep = Annotated[
    Annotated[Condition, Tag("<condition>")]
    | Annotated[Split, Tag("<split>")]
    | Annotated[ProfileCap, Tag("<profile_cap>")]
    | Annotated[Wait, Tag("<wait>")]
    | Annotated[Listen, Tag("<listen>")]
    | Annotated[Experiment, Tag("<experiment>")]
    | Annotated[Message, Tag("<message>")]
    | Annotated[UpdateProfile, Tag("<update_profile>")]
    | Annotated[UpdateAudience, Tag("<update_audience>")]
    | Annotated[Jump, Tag("<jump>")]
    | Annotated[Lookup, Tag("<lookup>")]
    | Annotated[End, Tag("<end>")],
    Discriminator(by_type),
]
