"""What a tick begins with: what the ticks before remembered, the versions that live, and the agenda."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.definition.columns import KnownOrText
from parcours.definition.expressions import ANY_TEXT, Scope
from parcours.definition.journeys import Journey, journey_from_json
from parcours.definition.steps import Message
from parcours.jobs.inputs import Pinned, profile_types
from parcours.jobs.pauses import Pause as StoredPause
from parcours.jobs.pauses import pauses_of, read_pauses
from parcours.jobs.store import Store
from parcours.jobs.versions import versions
from parcours.walk import clock
from parcours.walk.agenda import Agenda, Change, Pause, plan_agenda
from parcours.walk.channels import Sender
from parcours.walk.plan import Version
from parcours.walk.task import Counters

if TYPE_CHECKING:
    from parcours.definition.project import Project


@dataclass(frozen=True)
class Remembered:
    """The last committed tick, as far as the next one needs it."""

    until: dt.datetime | None = None
    source_versions: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    occurrence_counts: Mapping[str, int] = field(default_factory=dict)
    last_occurrences: Mapping[str, int] = field(default_factory=dict)

    @property
    def inside(self) -> dict[str, int]:
        """How many are inside, by journey and version."""
        return self._counts("inside:")

    @property
    def queued(self) -> dict[str, int]:
        """How many wait for room, by channel."""
        return self._counts("queued:")

    def _counts(self, prefix: str) -> dict[str, int]:
        return {name.removeprefix(prefix): n for name, n in self.counts.items() if name.startswith(prefix)}


def remembered(store: Store) -> Remembered:
    """What the last committed tick left."""
    rows: list[dict[str, Any]] = store.small("ticks").to_pylist()
    if not rows:
        return Remembered()
    row = max(rows, key=lambda found: found["until"])

    def of(name: str) -> dict[str, Any]:
        return dict(row[name] or {})

    days = {}
    for channel, text in of("sending_days").items():
        count, _, last = text.partition("|")
        days[channel] = (int(count), dt.date.fromisoformat(last) if last else None)
    return Remembered(
        row["until"],
        of("source_versions"),
        of("counts"),
        Counters(of("cap_counts"), of("window_counts"), days),
        of("occurrence_counts"),
        {journey: int(moment) for journey, moment in of("last_occurrences").items()},
    )


def with_known_windows(store: Store, project: Project, former: Remembered) -> Remembered:
    """The same, with the sends in windows that are open and that nobody has counted: of limits that are new.

    Limits hold for everything sent before in the same window (2.5), also where the limit wasn't there then.
    """
    if former.until is None:
        return former
    at, counts = clock.micros(former.until), dict(former.counters.window_counts)
    for name, channel in project.channels.items():
        for window in Sender(channel, project.timezone, counts).windows(at):
            if window.key not in counts:
                counts[window.key] = _sent_since(store, name, clock.moment_of(window.start))
    return replace(former, counters=replace(former.counters, window_counts=counts))


def _sent_since(store: Store, channel: str, start: dt.datetime) -> int:
    """How many sends of the channel stand in `deliveries` from the instant on."""
    sends = store.delta("deliveries").to_pyarrow_dataset()
    recent = (pc.field("send_date") >= pa.scalar(start.date())) & (pc.field("send_at") >= pa.scalar(start))
    found = sends.to_table(columns=["channel"], filter=recent)["channel"].to_pylist()
    return found.count(channel)


def plan_tick(store: Store, project: Project, former: Remembered, until: dt.datetime, pinned: Pinned) -> Agenda:
    """The agenda of the tick that ends at `until`."""
    rows = versions(store)
    is_first = former.until is None
    start = former.until if former.until is not None else min(row["published_at"] for row in rows)
    living = live_versions(store, project, rows, start, until, pinned)
    return plan_agenda(
        clock.micros(start),
        clock.micros(until),
        living,
        is_first=is_first,
        changes=_changes(rows, living, start, until),
        occurrence_counts=former.occurrence_counts,
        last_occurrences=former.last_occurrences,
        pauses=_pauses(rows),
    )


def _changes(
    rows: Sequence[Mapping[str, Any]], living: Sequence[Version], start: dt.datetime, until: dt.datetime
) -> list[Change]:
    """What befalls those inside in (start, until].

    Of one moment in the order in which it must have been given: a version's publication, its pauses, its end.
    """
    index = {(version.journey.id, version.journey.version): version.index for version in living}
    published = [(row["journey_id"], row["version"], row["published_at"], row["insiders"]) for row in rows]
    # A stop ends all versions that there are, so that it comes after the publication of the newest of them.
    stopped = {
        (row["journey_id"], row["ended_at"]): row["version"]
        for row in sorted(rows, key=lambda row: int(row["version"]))
        if row["state"] == "stopped"
    }
    found: list[tuple[dt.datetime, str, int, int, Change]] = []
    for journey, number, at, fate in published:
        if fate == "exit":
            found.append((at, journey, number, 0, Change(clock.micros(at), journey, reason="new_version")))
        elif fate == "move":
            into = index.get((journey, number))
            found.append((at, journey, number, 0, Change(clock.micros(at), journey, into=into)))
    for row in rows:
        journey, number = row["journey_id"], row["version"]
        for one in read_pauses(row.get("pauses")):
            pause = _pause(journey, one)
            found.append((one.start, journey, number, 1, Change(pause.start, journey, pause=pause)))
    for (journey, at), number in stopped.items():
        found.append((at, journey, number, 2, Change(clock.micros(at), journey, reason="stopped")))
    return [each[-1] for each in sorted(found, key=lambda each: each[:-1]) if start < each[0] <= until]


def _pauses(rows: Sequence[Mapping[str, Any]]) -> list[Pause]:
    return [_pause(journey, one) for journey, found in pauses_of(rows).items() for one in found]


def _pause(journey: str, one: StoredPause) -> Pause:
    start, end = clock.micros(one.start), clock.micros(one.end)
    return Pause(journey, start, end, end, one.mode == "discard")


def live_versions(
    store: Store,
    project: Project,
    rows: Sequence[Mapping[str, Any]],
    start: dt.datetime,
    until: dt.datetime,
    pinned: Pinned,
) -> list[Version]:
    """The versions that a tick may meet: published by its end, and not over before its start."""
    types = profile_types(store, project, pinned)
    jumped_to = {target for row in rows for target in _JUMPS.findall(row["definition"])}
    found: list[Version] = []
    for row in rows:
        journey, templates = journey_from_json(row["definition"])
        first = min(other["published_at"] for other in rows if other["journey_id"] == row["journey_id"])
        scope = _scope(project, journey, types, store)
        version = _Planned(row, start, until, is_jumped_to=row["journey_id"] in jumped_to)
        if not version.concerns_tick:
            continue
        found.append(
            Version(
                index=len(found),
                journey=journey,
                published_at=clock.micros(row["published_at"]),
                first_published_at=clock.micros(first),
                closed_at=clock.micros(row["closed_at"]) if row["closed_at"] else None,
                project_zone=project.timezone,
                scope=scope,
                channels=project.channels,
                attributes=lambda event: KnownOrText(project.events.get(event, ANY_TEXT)),
                templates=templates,
                takes_moved=row.get("insiders") == "move",
            )
        )
    return engaging(found)


def engaging(versions: list[Version]) -> list[Version]:
    """The same, each knowing its messages on channels whose best time to send anybody waits for."""
    channels = {channel for version in versions for channel in version.timed_channels}
    for version in versions:
        messages = [step for step in version.journey.steps if isinstance(step, Message)]
        version.engaging |= {message.id for message in messages if message.channel in channels}
    return versions


_JUMPS = re.compile(r'"journey":"([a-z][a-z0-9_]*)"')
"""The targets of jumps in a canonical definition."""


@dataclass(frozen=True)
class _Planned:
    row: Mapping[str, Any]
    start: dt.datetime
    until: dt.datetime
    is_jumped_to: bool = False

    @property
    def concerns_tick(self) -> bool:
        is_over = self.row["state"] in ("finished", "stopped") and self.row["ended_at"] <= self.start
        # Members of a read that was spread over time may still come to a version that is over: they are rejected.
        # Who jumps to a journey that is over is rejected in the name of its newest version.
        is_asked_for = self.is_jumped_to or '"rate"' in self.row["definition"] or '"waves"' in self.row["definition"]
        return self.row["published_at"] <= self.until and (not is_over or is_asked_for)


def _scope(project: Project, journey: Journey, types: Mapping[str, str], store: Store) -> Scope:
    """The names that the journey's expressions may use, of the types of today's files and tables.

    What was published runs as it was, whatever has gone since: of an event type that isn't declared any more none is
    counted.
    """
    names = project.scope(journey, store.column_types)
    event, audience = names.event, names.audience
    return replace(
        names,
        profile=KnownOrText(types),
        event=None if event is None else KnownOrText(event),
        audience=None if audience is None else KnownOrText(audience),
        event_types=None,
    )
