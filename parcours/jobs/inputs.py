"""What a tick reads, each table at a version pinned when it starts (specification 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import BusinessEvent
from parcours.definition.times import iso
from parcours.jobs.beside import beside_tables, most_members
from parcours.jobs.beside import members as members_at
from parcours.jobs.beside import profiles as profiles_at
from parcours.jobs.pruning import Within
from parcours.jobs.sources import (
    counted_of,
    event_names,
    events_of,
    feedback_of,
    interval_of,
    learnt_stays_of,
    lists_of,
    looked_up,
    source,
    spread_later_of,
    spread_of,
    stays_of,
    zones,
)
from parcours.jobs.store import LIVE, Store
from parcours.tables import SOURCES
from parcours.transforms.candidates import Sources, version_index
from parcours.transforms.come import candidates
from parcours.transforms.gather import People, gather, only_used
from parcours.transforms.happen import of_profiles, reached
from parcours.transforms.history import Past
from parcours.transforms.passages import reads_back_to
from parcours.transforms.reads import members_of
from parcours.transforms.spread import spread_moments
from parcours.transforms.union import union
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.channels import Sender
from parcours.walk.tally import ENDED

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.plans import Remembered


FEW = 200_000
"""Movers that may come to the driver with all their columns."""
ROWS_A_TASK = 200_000
"""Movers that one task takes."""
QUICK = 1_000_000
"""Rows that are read sooner than a query is compiled for them."""
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
        found = {table: store.version(table) for table in (*SOURCES, *beside_tables(store))}
        return Pinned({table: version for table, version in found.items() if version is not None})

    def and_tables(self, store: Store, names: Iterable[str]) -> Pinned:
        """With the versions of these tables, as they are now."""
        found = {name: store.version(name) for name in names}
        return Pinned({**self.versions, **{name: version for name, version in found.items() if version is not None}})


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
    rows_read: int = 0
    """No more than so many rows are read to know of them."""
    loaded: list[str] = field(default_factory=list)
    queue_heads: Mapping[str, int] = field(default_factory=dict)
    spread_later: DataFrame | None = None
    allow_list_from: Mapping[str, int] = field(default_factory=dict)
    gathered: Callable[[DataFrame], DataFrame] | None = None
    """Makes movers of further candidates."""
    past: Past | None = None
    """What people were sent before the tick."""
    people: People | None = None

    @property
    def are_few(self) -> bool:
        """Whether the movers may come to the driver with all their columns."""
        return self.movers is not None and self.most_movers <= FEW

    @property
    def are_quick(self) -> bool:
        """Whether queries over them are best made for few rows."""
        return self.are_few and self.rows_read <= QUICK


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
    events, stays = events_of(store, agenda, pinned, former), stays_of(store, agenda, pinned, former)
    feedback = feedback_of(store, agenda, pinned, former)
    heard = of_profiles(events, stays, agenda)
    instances, loaded = _instances(store, agenda, former, heads, heard, feedback)
    members = members_at(store, pinned.versions)
    sources = Sources(
        instances=instances,
        members=members,
        learnt_stays=learnt_stays_of(store, agenda, pinned),
        events=events,
        stays=stays,
        spread=spread_of(store, agenda),
    )
    entrants = members_of(sources, agenda)
    later = None
    if entrants is not None and any(agenda.versions[o.version].is_spread for o in agenda.occurrences):
        entrants = spread_moments(entrants, agenda)
        later = spread_later_of(entrants, agenda)
        entrants = entrants.where(F.col("moment") <= agenda.until)
    found = union(candidates(sources, agenda), entrants)
    if found is None:
        return Inputs(None, loaded=loaded, queue_heads=heads, spread_later=later)
    types = only_used(profile_types(store, project, pinned), agenda.versions)
    lists, allow_list_from = lists_of(store, pinned)
    people = People(
        profiles_at(store, pinned.versions.get("profiles")),
        frozenset(key.rpartition("|")[0] for key, count in former.inside.items() if count),
        members,
        lists,
        _passages(store, agenda, former),
        _holdouts(store, agenda, former),
        zones(store) if any(v.journey.use_profile_timezone for v in agenda.versions) else None,
        heard,
        feedback,
        counted_of(store, agenda, pinned),
        {name: store.read(name, pinned.versions[name]) for name in looked_up(agenda) if name in pinned.versions},
    )
    most = most_movers(store, agenda, pinned, former, heads)
    if most > FEW:
        # An audience may stand in one file, which one task would read, join and write alone.
        count = max(store.spark.sparkContext.defaultParallelism, most // ROWS_A_TASK)
        found = found.repartition(count, "profile_id")

    def gathered(candidates: DataFrame) -> DataFrame:
        return gather(candidates, agenda, people, types)

    movers = gathered(found)
    read = store.most_rows("profiles", pinned.versions.get("profiles")) + most_members(store, pinned.versions)
    read += store.most_rows("journey_instances")
    sent = store.read("deliveries") if former.until is not None else None
    past = Past(sent, source(store, pinned, "message_feedback"))
    return Inputs(movers, most, most + read, loaded, heads, later, allow_list_from, gathered, past, people)


def most_movers(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered, heads: Mapping[str, int]) -> int:
    """A bound on how many can move, from what the logs of tables say of their files."""
    bound = 0
    moves = sum(change.into is not None for change in agenda.changes)
    if former.inside:
        due = () if -1 in heads.values() or agenda.emptied else _due(agenda)
        bound += store.most_rows("journey_instances", within=due, partitions=ACTIVE) + sum(heads.values())
    if agenda.occurrences:
        bound += most_members(store, pinned.versions) * len(agenda.occurrences)
    if any(version.is_spread for version in agenda.versions):
        bound += store.most_rows("spread_entries", within=[Within("enter_at", *interval_of(agenda))])
    if any(version.signals for version in agenda.versions):
        bound += store.most_rows("journey_instances", partitions=ACTIVE)
    if any(isinstance(version.journey.entry, BusinessEvent) for version in agenda.versions):
        bound += most_members(store, pinned.versions)
    if event_names(agenda):
        version = pinned.versions.get("events")
        bound += store.most_rows("events", version, within=[Within("event_time", *interval_of(agenda))])
        before = former.source_versions.get("events")
        if before is not None and version is not None and before < version:  # who may be late
            bound += max(0, store.most_rows("events", version) - store.most_rows("events", before))
    return bound * (1 + moves)  # who moves is a mover for each version


def _due(agenda: Agenda) -> tuple[Within, ...]:
    return (Within("due_at", most=clock.moment_of(agenda.until)),)


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
    store: Store,
    agenda: Agenda,
    former: Remembered,
    heads: Mapping[str, int],
    heard: DataFrame | None,
    feedback: DataFrame | None,
) -> tuple[DataFrame | None, list[str]]:
    """The instances that the tick concerns, and the predicates that name exactly those that aren't `is_apart`."""
    if not former.inside:
        return None, []
    is_apart = bool(agenda.emptied or heads)  # then others are concerned besides those who are due
    due = () if is_apart else _due(agenda)
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
    due_now = active.where(predicate).withColumn("is_apart", F.lit(False))
    apart = _reached(store, agenda, predicate, heard, feedback)
    return union(due_now, apart), [f"status = 'active' AND {LIVE} AND ({predicate})"]


def _reached(
    store: Store, agenda: Agenda, predicate: str, heard: DataFrame | None, feedback: DataFrame | None
) -> DataFrame | None:
    """The instances that aren't due, and that something from outside may reach."""
    hearing = sorted({version.journey.id for version in agenda.versions if version.signals})
    if not hearing or (heard is None and feedback is None):
        return None
    active = store.read("journey_instances", partitions=ACTIVE).where(F.col("status") == "active")
    waiting = active.where(F.col("journey_id").isin(hearing) & ~F.coalesce(F.expr(predicate), F.lit(False)))
    ids = reached(waiting.withColumn("version", version_index(agenda)), heard, feedback, agenda)
    found = waiting.join(ids, on="instance_id", how="left_semi")
    return found.withColumn("is_apart", F.lit(True)).select(*active.columns, "is_apart")


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
    journeys = [v.journey.id for v in agenda.versions if v.has_reentry and v.journey.holdout is not None]
    if former.until is None or not journeys:
        return None
    rejected = (F.col("outcome") == "rejected") & (F.col("reason") == "holdout") & F.col("journey_id").isin(journeys)
    return (
        store.read("step_outcomes")
        .where(rejected)
        .select("profile_id", "journey_id", F.unix_micros("occurred_at").alias("entry_at"))
    )
