"""Journeys, their published versions, and the instances that pass through them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.oracle.clock import duration, local_date, optional_instant

Definition = Mapping[str, Any]
"""A piece of YAML as it was written."""

ENTRY: Definition = {"id": "entry", "type": "entry"}
END = ("end", "end")


def category(step: Definition) -> str:
    return step.get("category") or "marketing"


@dataclass(eq=False)
class Version:
    """A published version, from the moment of its publication."""

    definition: Definition
    published_at: dt.datetime
    project_zone: str
    occurrences_run: int = 0

    def __post_init__(self) -> None:
        self.journey_id: str = self.definition["id"]
        self.number: int = self.definition["version"]
        self.zone: str = self.definition.get("timezone") or self.project_zone
        self.priority: int = self.definition.get("priority", 50)
        self.starts_at = optional_instant(self.definition.get("starts_at"), self.zone)
        self.ends_at = optional_instant(self.definition.get("ends_at"), self.zone)
        self.timeout = duration(self.definition.get("timeout", "P91D"))
        self.entry: Definition = self.definition["entry"]
        self.criteria: list[Definition] = self.definition.get("exit_when") or []
        self.publication_day = local_date(self.published_at, self.zone)
        listed: list[Definition] = list(self.definition["steps"])
        self.steps = {step["id"]: step for step in listed}
        following = [step["id"] for step in listed[1:]] + ["end"]
        self._following = dict(zip(self.steps, following, strict=True))

    @property
    def first_step(self) -> str:
        return next(iter(self.steps), "end")

    def is_outside_its_dates(self, moment: dt.datetime) -> bool:
        early = self.starts_at is not None and moment < self.starts_at
        return early or (self.ends_at is not None and moment >= self.ends_at)

    def target(self, step: Definition, target: str | None = None) -> str:
        """Where one goes from the step: the target given, else its `next`, else the step that follows."""
        return target or step.get("next") or self._following[step["id"]]


@dataclass(eq=False)
class Pause:
    ends_at: dt.datetime
    discards: bool


@dataclass(eq=False)
class Journey:
    """What counts over all versions of a journey."""

    id: str
    first_published_at: dt.datetime
    versions: dict[int, Version] = field(default_factory=dict)
    live: Version | None = None
    pause: Pause | None = None
    last_occurrence: dt.datetime | None = None
    """The last one that ran."""
    last_entries: dict[str, dt.datetime] = field(default_factory=dict)
    """By profile; a holdout counts."""
    inside: dict[str, set[Instance]] = field(default_factory=lambda: defaultdict(set))

    def insiders(self) -> list[Instance]:
        return sorted(instance for of_profile in self.inside.values() for instance in of_profile)

    def is_inside(self, profile_id: str, entry_key: str | None) -> bool:
        """Whether the profile is inside; of one that comes for a business event, whether by the same event."""
        of_profile = self.inside.get(profile_id, ())
        return any(entry_key is None or instance.entry_key == entry_key for instance in of_profile)


class StayChange(NamedTuple):
    """A membership that a journey starts (`add`) or ends (`remove`)."""

    at: dt.datetime
    audience_id: str
    action: str


class Write(NamedTuple):
    """What an instance wrote in this tick, after what orders it: the moment, the instance, its own order."""

    at: dt.datetime
    instance_id: str
    sequence: int
    what: dict[str, Any] | StayChange


@dataclass(frozen=True)
class Entrant:
    """Someone who comes to a journey, before being admitted or rejected."""

    instance_id: str
    version: Version
    profile_id: str
    entry_key: str
    event: Definition | None = None
    audience: Definition | None = None
    """The attributes of the stay by which a read found the member."""
    is_late: bool = False
    group: tuple[str, int, str] | None = None
    """The occurrence or business event that brought several in together; None: it brought one."""
    occurrence: int | None = None
    jump: dict[str, Any] | None = None
    """The `passed` of the jump that brings it in, which tells of a rejection."""


@dataclass(eq=False)
class Instance:
    entrant: Entrant
    version: Version
    entered_at: dt.datetime
    arrived_at: dt.datetime
    """When it came to the step where it stands."""
    step: Definition = field(default_factory=lambda: ENTRY)
    status: str = "active"
    reason: str | None = None
    due_at: dt.datetime | None = None
    """The end of what it waits for; the journey's timeout and `ends_at` aside."""
    ended_at: dt.datetime | None = None
    sequence: int = 0
    last_step: tuple[str, str] = ("entry", "entry")
    """Id and type in its last outcome."""
    is_deferred: bool = False
    """Whether this message has made its `deferred`."""
    is_paused: bool = False
    """Whether a pause holds it at its message."""
    queue: str | None = None
    """The channel whose room it waits for."""
    messages_sent: set[str] = field(default_factory=set)
    found: dict[str, Any] = field(default_factory=dict)
    """What its lookups found, by their `as`: a row, or with `many` a list of them."""
    own_columns: dict[str, Any] = field(default_factory=dict)
    """The profile columns that it set in this tick: other instances see them from the next one on."""
    own_stays: list[StayChange] = field(default_factory=list)
    """The memberships that it started or ended in this tick."""
    stamp: int = 0
    """Grows with each move, so that a timer set before it is known to be void."""

    @property
    def id(self) -> str:
        return self.entrant.instance_id

    @property
    def profile_id(self) -> str:
        return self.entrant.profile_id

    @property
    def entry_key(self) -> str:
        return self.entrant.entry_key

    @property
    def deadline(self) -> dt.datetime:
        return self.entered_at + self.version.timeout

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    def order(self) -> tuple[bool, int, dt.datetime, str, str]:
        """Its place among those who stand at a message (2.5): transactional, priority, first arrival, 2.2."""
        is_marketing = category(self.step) != "transactional"
        return (is_marketing, -self.version.priority, self.arrived_at, self.id, self.step["id"])

    def __lt__(self, other: Instance) -> bool:
        return self.id < other.id
