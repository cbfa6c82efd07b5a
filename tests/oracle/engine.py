"""The loop of a tick: one heap of moments, and at each moment the phases of 2.1 in their order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.admission import enter
from tests.oracle.channels import Channel
from tests.oracle.clock import duration, instant, iso, optional_iso
from tests.oracle.commands import Commands
from tests.oracle.entries import brought_in_by_event, push_occurrences, qualified, read, runs
from tests.oracle.exits import exit_if_asked, wake_if_heard
from tests.oracle.happenings import Happening, Late
from tests.oracle.journeys import Entrant, Instance
from tests.oracle.life import change_lives, end_at_dates, time_out
from tests.oracle.rounds import settle_all
from tests.oracle.sources import Sources
from tests.oracle.steps import advance, time_is_over
from tests.oracle.tables import Row
from tests.oracle.updates import commit
from tests.oracle.world import Item, Phase, World

Case = Mapping[str, Any]
Rows = dict[str, list[dict[str, Any]]]


def run(case: Case, *, looks_at_every_start: bool = False) -> Rows:
    """The rows of step_outcomes, deliveries and journey_instances after the case's script."""
    engine = Engine(case, looks_at_every_start=looks_at_every_start)
    for command in case["script"]:
        engine.carry_out(command)
    return engine.rows()


class Engine:
    def __init__(self, case: Case, *, looks_at_every_start: bool = False) -> None:
        zone, rules = case.get("timezone") or "UTC", case.get("rules") or {}
        channels = {name: Channel(name, given or {}, zone) for name, given in (case.get("channels") or {}).items()}
        self.world = World(
            zone=zone,
            channels=channels,
            quiet_hours=rules.get("quiet_hours") or [],
            frequency_caps=rules.get("frequency_caps") or [],
            sources=Sources(case.get("events") or {}, case.get("profiles")),
            looks_at_every_start=looks_at_every_start,
        )
        journeys = self.world.journeys
        self.commands = Commands(zone, lambda journey_id: journey_id in journeys and bool(journeys[journey_id].inside))

    def carry_out(self, command: Mapping[str, Any]) -> None:
        if command["do"] == "load":
            self.world.sources.load(command["table"], command["rows"])
        elif command["do"] == "replace":
            self.world.sources.replace(command["table"], command["columns"], command["rows"])
        elif command["do"] == "tick":
            self._ticks(instant(command["until"], self.world.zone), command.get("every"))
        else:
            self.commands.give(command)

    # --------------------------------------------------------------------------------------------------------- ticks
    def _ticks(self, until: dt.datetime, every: str | None) -> None:
        """One tick, or several of that length; nothing where there is nothing to do."""
        start = self.commands.committed or self.commands.first
        if start is None or until < start or until == self.commands.committed:
            return
        while every and start + duration(every) < until:
            start += duration(every)
            self._tick(start)
        self._tick(until)

    def _tick(self, until: dt.datetime) -> None:
        world, is_first = self.world, self.commands.committed is None
        start = self.commands.first if is_first else self.commands.committed
        assert start is not None
        world.until = until
        for late in world.sources.late(start, is_first):
            self._take_late(late, start)
        for at, command in self.commands.due(until):
            world.push(at, Phase.LIFE, "command", command)
        for journey in world.journeys.values():
            if journey.live:
                push_occurrences(world, journey.live, start, includes_start=False)
        for moment in world.sources.moments(start, until, includes_start=is_first):
            for phase in (Phase.EXITS, Phase.DUE, Phase.ENTRIES):
                world.push(moment, phase, "sources")
        _carry_on(world, until)
        commit(world)
        self.commands.committed = until

    def _take_late(self, late: Late, moment: dt.datetime) -> None:
        """As if it happened at the moment, to its end: it ends, wakes, then brings in (2.1)."""
        world, row, happening = self.world, late.row, Happening.nothing()
        happening.rows(late.word).append(row)
        for instance in self._concerned_by(late):
            exit_if_asked(world, instance, moment, happening)
        standing: list[Instance] = []
        for instance in self._concerned_by(late):
            if instance.step["type"] == "listen":
                wake_if_heard(world, instance, moment, happening, standing, "late")
        settle_all(world, moment, standing)
        if late.word == "event":
            enter(world, moment, brought_in_by_event(world, row, moment, is_late=True))
        elif late.word != "feedback":
            enter(world, moment, qualified(world, row, late.word, is_late=True))
        _carry_on(world, moment)  # those who jumped enter

    def _concerned_by(self, late: Late) -> list[Instance]:
        """Those inside of its profile, save where it is earlier than the journey's first publication."""
        profile_id, journeys = self.world.sources.concerned(late), self.world.journeys
        inside = sorted(self.world.active.get(profile_id, ())) if profile_id is not None else []
        return [i for i in inside if late.happened_at >= journeys[i.version.journey_id].first_published_at]

    # ---------------------------------------------------------------------------------------------------------- rows
    def rows(self) -> Rows:
        instances = [_instance_row(instance) for instance in self.world.instances.values()]
        return {
            "step_outcomes": self.world.outcomes,
            "deliveries": self.world.deliveries,
            "journey_instances": instances,
            "profile_updates": self.world.profile_updates,
            "audience_members": [_stay_row(stay) for stay in self.world.sources.tables["audience_members"].values()],
        }


def _stay_row(stay: Row) -> Row:
    known = {name: stay[name] for name in ("audience_id", "profile_id")}
    return known | {name: optional_iso(stay[name]) for name in ("entered_at", "exited_at")}


def _instance_row(instance: Instance) -> Row:
    due_at = None
    if instance.is_active:
        ends = (instance.due_at, instance.deadline, instance.version.ends_at)
        due_at = min(end for end in ends if end is not None)
    return {
        "instance_id": instance.id,
        "journey_id": instance.version.journey_id,
        "journey_version": instance.version.number,
        "profile_id": instance.profile_id,
        "entry_key": instance.entry_key,
        "entered_at": iso(instance.entered_at),
        "status": instance.status,
        "reason": instance.reason,
        "step_id": instance.step["id"] if instance.is_active else instance.last_step[0],
        "due_at": optional_iso(due_at),
        "ended_at": optional_iso(instance.ended_at),
    }


# ------------------------------------------------------------------------------------------------------------- phases
def _carry_on(world: World, until: dt.datetime) -> None:
    """One moment and phase after another, up to the end."""
    while popped := world.pop(until):
        moment, phase, items = popped
        PHASES[phase](world, moment, items)


def _exits(world: World, moment: dt.datetime, items: list[Item]) -> None:
    for profile_id, happening in world.sources.happenings(moment).items():
        for instance in sorted(world.active.get(profile_id, ())):
            exit_if_asked(world, instance, moment, happening)


def _forced_reentry(world: World, moment: dt.datetime, items: list[Item]) -> None:
    """Whoever is still inside exits before the read."""
    for _, (version,) in items:
        if version.entry.get("force_reentry") and runs(world, version, moment):
            for instance in world.journeys[version.journey_id].insiders():
                world.finish(instance, moment, "exited", "forced_reentry")


def _due(world: World, moment: dt.datetime, items: list[Item]) -> None:
    """Whoever is due, woken or waiting for room, to the end of all that they do at the moment."""
    standing: list[Instance] = []
    kinds: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, arguments in items:
        kinds[kind].append(arguments)
    if kinds["sources"]:
        _wake(world, moment, standing)
    for instance in _still_standing(sorted(kinds["timer"])):
        advance(world, instance, time_is_over(world, instance, moment), moment, standing)
    # Released by quiet hours, a resume or a move: settled as one who arrives.
    standing += _still_standing(kinds["released"])
    looks = [channel for (channel,) in kinds["look"] if channel.next_look == moment]
    for channel in looks:
        channel.next_look = None
    settle_all(world, moment, standing, looks, [(instance, stamp) for instance, stamp in kinds["expired"]])


def _still_standing(timers: list[tuple[Any, ...]]) -> Iterator[Instance]:
    """Those that have not moved since the timer was set."""
    for instance, stamp in timers:
        if instance.is_active and instance.stamp == stamp:
            yield instance


def _wake(world: World, moment: dt.datetime, standing: list[Instance]) -> None:
    """A listen hears what happens after the arrival."""
    for profile_id, happening in world.sources.happenings(moment).items():
        for instance in sorted(world.active.get(profile_id, ())):
            if instance.step["type"] == "listen" and instance.arrived_at < moment:
                wake_if_heard(world, instance, moment, happening, standing)


def _entries(world: World, moment: dt.datetime, items: list[Item]) -> None:
    entrants: list[Entrant] = []
    for kind, arguments in items:
        if kind == "occurrence" and runs(world, arguments[0], moment):
            entrants += read(world, arguments[0], moment)
        elif kind in ("spread", "jump"):
            entrants.append(arguments[0])
    if any(kind == "sources" for kind, _ in items):
        for event in world.sources.events_at(moment):
            entrants += brought_in_by_event(world, event, moment, is_late=False)
        for word in ("enter", "exit"):
            for stay in world.sources.stays_at(moment, word):
                entrants += qualified(world, stay, word, is_late=False)
    enter(world, moment, entrants)


PHASES = {
    Phase.LIFE: change_lives,
    Phase.ENDS_AT: end_at_dates,
    Phase.TIMEOUTS: time_out,
    Phase.EXITS: _exits,
    Phase.FORCED_REENTRY: _forced_reentry,
    Phase.DUE: _due,
    Phase.ENTRIES: _entries,
}
