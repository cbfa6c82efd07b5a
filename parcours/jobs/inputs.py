"""What a tick reads, each table at a version pinned when it starts (specification 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import EventEntry, ReadAudience
from parcours.definition.times import iso
from parcours.jobs.pruning import Within
from parcours.jobs.store import Store
from parcours.tables import SOURCES
from parcours.tables.engine import SPREAD_ENTRIES
from parcours.transforms.come import (
    Sources,
    candidates,
    is_spread,
    members_of,
    spread_moments,
    union,
)
from parcours.transforms.dispatch import by_version
from parcours.transforms.gather import People, gather, only_used, reads_back_to
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.channels import Sender
from parcours.walk.tally import ENDED

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.plans import Remembered


MARGIN = 100
"""So many more of a queue are loaded than can leave it, for those at its head who can't be sent to."""
ACTIVE = {"status": ["active"]}
"""The partition of who is inside."""


@dataclass(frozen=True)
class Pinned:
    """The version of each source for one tick."""

    versions: Mapping[str, int]

    @staticmethod
    def now(store: Store) -> Pinned:
        found = {table: store.version(table) for table in SOURCES}
        return Pinned({table: version for table, version in found.items() if version is not None})


def profile_types(store: Store, project: Project, pinned: Pinned) -> Mapping[str, str]:
    """Spark SQL types of the profile columns: as declared, and as the table has them where nothing is declared."""
    declared = dict(project.profiles or {})
    known = {column.name: column.type for column in SOURCES["profiles"].columns}
    found = store.column_types("profiles", pinned.versions.get("profiles"))
    return {**known, **found, **declared}


@dataclass
class Inputs:
    """The frame of movers, and what is needed to write back what it holds.

    `loaded` are the predicates of the rows of `journey_instances` that were loaded; `queue_heads` how many of each
    channel's queue were asked for; `spread_later` the members whose moment of entry lies after the tick.
    """

    movers: DataFrame | None
    most_movers: int = 0
    """No more than so many are among the movers."""
    loaded: list[str] = field(default_factory=list)
    queue_heads: Mapping[str, int] = field(default_factory=dict)
    spread_later: DataFrame | None = None
    allow_list_from: Mapping[str, int] = field(default_factory=dict)


def read_inputs(
    store: Store,
    project: Project,
    agenda: Agenda,
    pinned: Pinned,
    former: Remembered,
    more: Mapping[str, int] | None = None,
) -> Inputs:
    """Everybody who can move in the tick; `more` is how many of a queue to load where the bound wasn't enough."""
    heads = {**queue_heads(project, agenda, former), **(more or {})}
    instances, loaded = _instances(store, agenda, former, heads)
    members = _source(store, pinned, "audience_members")
    sources = Sources(
        instances=instances,
        members=members,
        learnt_stays=_learnt_stays(store, agenda, pinned),
        events=_events(store, agenda, pinned),
        late_events=_late_events(store, agenda, pinned, former),
        spread=_spread(store, agenda),
    )
    entrants = members_of(sources, agenda)
    later = None
    if entrants is not None and any(is_spread(agenda.versions[o.version]) for o in agenda.occurrences):
        entrants = spread_moments(entrants, agenda)
        later = _spread_later(entrants, agenda)
        entrants = entrants.where(F.col("moment") <= agenda.until)
    found = union(candidates(sources, agenda), entrants)
    if found is None:
        return Inputs(None, 0, loaded, heads, later)
    types = only_used(profile_types(store, project, pinned), agenda.versions)
    suppressions, allow_list_from = _suppressions(store, pinned)
    profiles = _source(store, pinned, "profiles")
    assert profiles is not None
    people = People(
        profiles,
        members,
        suppressions,
        _passages(store, agenda, former),
        _holdouts(store, agenda, former),
        zones(store) if any(v.journey.use_profile_timezone for v in agenda.versions) else None,
    )
    movers = gather(found, agenda, people, types)
    return Inputs(movers, most_movers(store, agenda, pinned, former), loaded, heads, later, allow_list_from)


def most_movers(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> int:
    """A bound on how many can move, from the figures that tables keep of themselves."""
    members = store.row_count("audience_members", pinned.versions.get("audience_members")) * len(agenda.occurrences)
    events = store.row_count("events", pinned.versions.get("events")) if _event_names(agenda) else 0
    return sum(former.inside.values()) + members + events


# ------------------------------------------------------------------------------------------------------ the instances
def queue_heads(project: Project, agenda: Agenda, former: Remembered) -> dict[str, int]:
    """How many of each queue can leave it in the tick at most, one more to know whether there are others; -1: all."""
    found = {}
    for name, queued in former.queued.items():
        channel = project.channels.get(name)
        if channel is None or queued == 0:
            continue
        days = former.counters.days_sent.get(name, (0, None))
        room = Sender(channel, project.timezone, {}, days).most_room(agenda.start, agenda.until)
        found[name] = -1 if room is None or room + MARGIN >= queued else room + room // 10 + MARGIN
    return found


def _instances(
    store: Store, agenda: Agenda, former: Remembered, heads: Mapping[str, int]
) -> tuple[DataFrame | None, list[str]]:
    """The instances that the tick concerns, and the predicates that name exactly them."""
    if not former.inside:
        return None, []
    is_apart = bool(agenda.emptied or heads)  # then others are concerned besides those who are due
    due = () if is_apart else (Within("due_at", most=clock.moment_of(agenda.until)),)
    active = store.read("journey_instances", within=due, partitions=ACTIVE).where(F.col("status") == "active")
    until = iso(clock.moment_of(agenda.until))
    concerned = f"due_at <= '{until}'"
    if agenda.emptied:
        ids = ", ".join(f"'{journey}'" for journey in sorted(agenda.emptied))
        concerned = f"({concerned} OR journey_id IN ({ids}))"
    parts = [concerned]
    for name, most in heads.items():
        queue = f"queue = '{name}'"
        if most >= 0:
            head = active.where(queue).select("queue_order").orderBy("queue_order").limit(most)
            last = head.agg(F.max("queue_order")).first()
            if last is None or last[0] is None:
                continue
            queue += f" AND queue_order <= '{last[0]}'"
        parts.append(f"({queue})")
    predicate = " OR ".join(parts)
    return active.where(predicate), [f"status = 'active' AND ({predicate})"]


def _passages(store: Store, agenda: Agenda, former: Remembered) -> DataFrame | None:
    """All passages, of which `gather` reads few columns of the journeys that somebody may enter."""
    if former.until is None:
        return None
    back_to = reads_back_to(agenda)
    if back_to is None:
        return store.read("journey_instances")
    # Whoever has ended counts only where a re-entry rule may still ask for the last entry.
    recent = (Within("entered_at", least=clock.moment_of(back_to)),)
    return union(
        store.read("journey_instances", partitions=ACTIVE),
        store.read("journey_instances", within=recent, partitions={"status": ENDED})
        if back_to < agenda.start
        else None,
    )


def _holdouts(store: Store, agenda: Agenda, former: Remembered) -> DataFrame | None:
    """Who was kept out of event journeys by their holdout: it counts as an entry (2.3)."""
    journeys = [
        v.journey.id
        for v in agenda.versions
        if isinstance(v.journey.entry, EventEntry) and v.journey.holdout is not None
    ]
    if former.until is None or not journeys:
        return None
    rejected = (F.col("outcome") == "rejected") & (F.col("reason") == "holdout") & F.col("journey_id").isin(journeys)
    return (
        store.read("step_outcomes")
        .where(rejected)
        .select("profile_id", "journey_id", F.unix_micros("occurred_at").alias("entry_at"))
    )


# -------------------------------------------------------------------------------------------------------- the sources
def _source(store: Store, pinned: Pinned, table: str) -> DataFrame | None:
    version = pinned.versions.get(table)
    return None if version is None else store.read(table, version)


def _event_names(agenda: Agenda) -> list[str]:
    return sorted({v.journey.entry.event for v in agenda.versions if isinstance(v.journey.entry, EventEntry)})


def _events(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
    """The events of the interval of types that bring somebody in."""
    names, version = _event_names(agenda), pinned.versions.get("events")
    if not names or version is None:
        return None
    interval = Within("event_time", clock.moment_of(agenda.start), clock.moment_of(agenda.until))
    events = store.read("events", version, within=[interval])
    start, until = (F.timestamp_micros(F.lit(at)) for at in (agenda.start, agenda.until))
    at = F.col("event_time")
    begins = at >= start if agenda.is_first else at > start
    return events.where(F.col("event_type").isin(names) & begins & (at <= until))


def _late_events(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> DataFrame | None:
    """Events learnt since the tick before that happened before its end."""
    names, before, now = _event_names(agenda), former.source_versions.get("events"), pinned.versions.get("events")
    if not names or agenda.is_first or now is None or before == now:
        return None
    late = (F.col("event_time") <= F.timestamp_micros(F.lit(agenda.start))) & F.col("event_type").isin(names)
    return store.changes("events", before, now).where(F.col("is_new") & late)


def _learnt_stays(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
    """Keys of the stays that were learnt after the tick of the occurrence before: (…, moment of the occurrence)."""
    now = pinned.versions.get("audience_members")
    parts: DataFrame | None = None
    for occurrence in agenda.occurrences:
        entry = agenda.versions[occurrence.version].journey.entry
        if occurrence.since is None or now is None or not isinstance(entry, ReadAudience):
            continue
        before = _version_at(store, "audience_members", occurrence.since)
        if before is None or before == now:
            continue
        parts = union(
            parts,
            store.changes("audience_members", before, now)
            .where(F.col("is_new") & (F.col("audience_id") == entry.audience))
            .select("audience_id", "profile_id", "entered_at", F.lit(occurrence.moment).alias("moment")),
        )
    return parts


def _version_at(store: Store, table: str, moment: int) -> int | None:
    """The version of a source that was pinned by the tick that held the moment."""
    at = clock.moment_of(moment)
    ticks = store.small("ticks", columns=["from", "until", "source_versions"]).to_pylist()
    held = [tick for tick in ticks if tick["from"] <= at <= tick["until"]]
    if not held:
        return None
    found = dict(min(held, key=lambda tick: tick["until"])["source_versions"] or {}).get(table)
    return None if found is None else int(found)


def _spread(store: Store, agenda: Agenda) -> DataFrame | None:
    """Members of earlier reads whose moment of entry lies in the tick."""
    if not any(is_spread(version) for version in agenda.versions):
        return None
    start, until = (F.timestamp_micros(F.lit(at)) for at in (agenda.start, agenda.until))
    at = F.col("enter_at")
    return store.read("spread_entries").where((at > start) & (at <= until))


def _spread_later(entrants: DataFrame, agenda: Agenda) -> DataFrame:
    """The rows of `spread_entries`."""
    later = entrants.where(F.col("moment") > agenda.until)
    return later.withColumns(
        {
            "journey_version": by_version([str(v.journey.version) for v in agenda.versions]).cast("int"),
            "enter_at": F.timestamp_micros("moment"),
            "occurrence": F.col("occurrence").cast("int"),
            "tick_until": F.timestamp_micros(F.lit(agenda.until)),
        }
    ).select(*SPREAD_ENTRIES.column_names)


def _suppressions(store: Store, pinned: Pinned) -> tuple[DataFrame | None, dict[str, int]]:
    """The lists, and for each channel that has an allow-list the instant from which it holds."""
    version = pinned.versions.get("suppressions")
    if version is None or store.is_empty("suppressions", version):
        return None, {}
    return store.read("suppressions", version), store.allow_lists(version)


def zones(store: Store) -> DataFrame:
    """(zone_name, zone): all known zones, numbered in the order of `zone_names`."""
    names = zone_names()
    # By way of Arrow: a list of rows would start Python workers.
    return store.spark.createDataFrame(pa.table({"zone_name": names, "zone": pa.array(range(len(names)), pa.int32())}))


def zone_names() -> list[str]:
    return sorted(available_timezones())
