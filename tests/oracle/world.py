"""Everything there is, and the few things that every part of the oracle does to it."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from tests.oracle.channels import Channel
from tests.oracle.clock import is_known_zone, iso
from tests.oracle.expressions import Names, is_true
from tests.oracle.happenings import is_member_at
from tests.oracle.journeys import Definition, Instance, Journey, Version, Write
from tests.oracle.memberships import changed
from tests.oracle.sources import Sources
from tests.oracle.tables import Row


class Phase(IntEnum):
    """What happens at one instant, in this order (2.1)."""

    LIFE = 0
    ENDS_AT = 1
    TIMEOUTS = 2
    EXITS = 3
    FORCED_REENTRY = 4
    DUE = 5
    ENTRIES = 6


class Item(NamedTuple):
    """Something that is to be done at a moment, of a kind that its phase knows."""

    kind: str
    arguments: tuple[Any, ...] = ()


class Send(NamedTuple):
    send_at: dt.datetime
    journey_id: str
    channel: str
    category: str
    rule_sets: tuple[str, ...]


@dataclass
class World:
    zone: str
    channels: dict[str, Channel]
    quiet_hours: list[Definition]
    frequency_caps: list[Definition]
    sources: Sources
    looks_at_every_start: bool = False
    """Look at a queue at every start of a window: slower, the same rows."""
    journeys: dict[str, Journey] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    active: dict[str, set[Instance]] = field(default_factory=lambda: defaultdict(set))
    """By profile."""
    places: dict[tuple[Any, ...], int] = field(default_factory=lambda: defaultdict(int))
    """Places taken in a profile_cap, by version, step and unit."""
    address_owners: dict[tuple[Any, ...], str] = field(default_factory=dict)
    """The instance that has an address, by group, step, moment of arrival and address."""
    sends: dict[str, list[Send]] = field(default_factory=lambda: defaultdict(list))
    """By profile."""
    outcomes: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)
    profile_updates: list[Row] = field(default_factory=list)
    written: list[Write] = field(default_factory=list)
    """What instances wrote in this tick."""
    until: dt.datetime | None = None
    """The end of the tick."""
    _heap: list[tuple[dt.datetime, Phase, int, Item]] = field(default_factory=list)
    _pushed: int = 0

    # ----------------------------------------------------------------------------------------------- what comes next
    def push(self, moment: dt.datetime, phase: Phase, kind: str, *arguments: Any) -> None:
        self._pushed += 1
        heapq.heappush(self._heap, (moment, phase, self._pushed, Item(kind, arguments)))

    def pop(self, until: dt.datetime) -> tuple[dt.datetime, Phase, list[Item]] | None:
        """All of the next moment and phase, in the order in which they were pushed; None: nothing up to until."""
        if not self._heap or self._heap[0][0] > until:
            return None
        moment, phase = self._heap[0][:2]
        items = []
        while self._heap and self._heap[0][:2] == (moment, phase):
            items.append(heapq.heappop(self._heap)[3])
        return moment, phase, items

    # ---------------------------------------------------------------------------------------------------------- rows
    def record(
        self,
        instance: Instance,
        moment: dt.datetime,
        outcome: str,
        *,
        path: str | None = None,
        reason: str | None = None,
        step: tuple[str, str] | None = None,
    ) -> None:
        """One row of step_outcomes: at the step where the instance stands, or at the one given."""
        step_id, step_type = instance.last_step = step or (instance.step["id"], instance.step["type"])
        self.outcomes.append(
            {
                "journey_id": instance.version.journey_id,
                "journey_version": instance.version.number,
                "instance_id": instance.id,
                "profile_id": instance.profile_id,
                "step_id": step_id,
                "step_type": step_type,
                "outcome": outcome,
                "path": path,
                "reason": reason,
                "occurred_at": iso(moment),
                "sequence": instance.sequence,
            }
        )
        instance.sequence += 1

    def finish(
        self,
        instance: Instance,
        moment: dt.datetime,
        status: str,
        reason: str | None = None,
        step: tuple[str, str] | None = None,
    ) -> None:
        """The instance's last row: it is inside no more."""
        self.record(instance, moment, status, reason=reason, step=step)
        self.unqueue(instance)
        instance.status, instance.reason, instance.ended_at = status, reason, moment
        instance.due_at, instance.is_paused = None, False
        instance.stamp += 1
        self.active[instance.profile_id].discard(instance)
        inside = self.journeys[instance.version.journey_id].inside
        inside[instance.profile_id].discard(instance)
        if not inside[instance.profile_id]:
            del inside[instance.profile_id]

    # --------------------------------------------------------------------------------------------------------- queues
    def channel(self, name: str) -> Channel:
        """The channel; a built-in one needs no line in channels.yaml."""
        return self.channels.setdefault(name, Channel(name, {}, self.zone))

    def enqueue(self, instance: Instance, moment: dt.datetime) -> None:
        channel = self.channel(instance.step["channel"])
        channel.enqueue(instance)
        self.look_later(channel, moment)

    def unqueue(self, instance: Instance) -> None:
        if instance.queue:
            self.channels[instance.queue].unqueue(instance)

    def look_later(self, channel: Channel, moment: dt.datetime) -> None:
        """Sees to the next moment at which all limits can have room: when the last of the full ones starts anew."""
        if channel.queue and channel.next_look is None:
            if self.looks_at_every_start:
                channel.next_look = min(window.next_start for window in channel.windows(moment))
            else:
                channel.next_look = max(window.next_start for window in channel.full(moment))
            self.push(channel.next_look, Phase.DUE, "look", channel)

    # ---------------------------------------------------------------------------------------------------- expressions
    def profile_of(self, profile_id: str, instance: Instance | None) -> Row | None:
        """The profile, with what the instance itself has set."""
        profile = self.sources.profiles.get(profile_id)
        return {**profile, **instance.own_columns} if profile and instance else profile

    def is_member(self, audience: str, profile_id: str, moment: dt.datetime, instance: Instance | None) -> bool:
        """Whether it is a member, with what the instance itself has started or ended."""
        stays = self.sources.stays(audience, profile_id)
        own = [change for change in (instance.own_stays if instance else ()) if change.audience_id == audience]
        return any(is_member_at(stay, moment) for stay in changed(stays, profile_id, own))

    def zone_of(self, version: Version, profile_id: str, instance: Instance | None = None) -> str:
        """The instance's zone (1.1): the profile's where asked for and known, else the journey's."""
        profile_zone = (self.profile_of(profile_id, instance) or {}).get("timezone")
        if version.definition.get("use_profile_timezone") and is_known_zone(profile_zone):
            return str(profile_zone)
        return version.zone

    def names(
        self,
        version: Version,
        profile_id: str,
        moment: dt.datetime,
        event: Definition | None,
        instance: Instance | None,
    ) -> Names:
        """What the names of an expression stand for, at the moment."""
        journey: Mapping[str, Any] = {"id": version.journey_id, "version": version.number}
        if instance:
            journey = {**journey, "instance_id": instance.id, "entered_at": instance.entered_at}
        rows = {
            **(instance.found if instance else {}),
            "profile": self.profile_of(profile_id, instance),
            "event": event,
            "audience": instance.entrant.audience if instance else None,
            "journey": journey,
        }
        return Names(
            rows=rows,
            now=moment,
            zone=self.zone_of(version, profile_id, instance),
            in_audience=lambda audience: self.is_member(audience, profile_id, moment, instance),
            event_count=lambda kind, length: self.sources.event_count(profile_id, kind, moment, length),
            has_received=lambda journey_id: any(
                send.send_at < moment and send.journey_id == journey_id for send in self.sends[profile_id]
            ),
        )

    def names_of(self, instance: Instance, moment: dt.datetime, event: Definition | None = None) -> Names:
        """The names of one inside: `event.*` is what brought it in, unless another event is in question."""
        of_event = instance.entrant.event if event is None else event
        return self.names(instance.version, instance.profile_id, moment, of_event, instance)

    def accepts(self, rule: Definition, names: Names) -> bool:
        """Whether the rule's `where` is true; one without accepts everything."""
        return not rule.get("where") or is_true(rule["where"], names)
