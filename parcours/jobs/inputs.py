"""What a tick reads, each table at a version pinned when it starts (specification 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import BusinessEvent
from parcours.jobs.beside import beside_tables, most_members
from parcours.jobs.beside import members as members_at
from parcours.jobs.beside import profiles as profiles_at
from parcours.jobs.instances import ACTIVE, due_within, holdouts_of, instances_of, passages_of, queue_heads
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
from parcours.jobs.store import Store
from parcours.tables import SOURCES
from parcours.transforms.candidates import Sources
from parcours.transforms.come import candidates
from parcours.transforms.eligibility import Lists
from parcours.transforms.gather import People, gather, only_used
from parcours.transforms.happen import of_profiles
from parcours.transforms.history import Past
from parcours.transforms.reads import members_of
from parcours.transforms.spread import spread_moments
from parcours.transforms.union import union
from parcours.walk.agenda import Agenda

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.plans import Remembered


FEW = 200_000
"""Movers that may come to the driver with all their columns."""
ROWS_A_TASK = 200_000
"""Movers that one task takes."""
MANY, MANY_TIMES, MOST_NAMED = 500_000, 5, 500_000
"""Of so many instances, and so many times those who can move, the others are left out before they are grouped: if those
who can move are no more than can be handed to each task."""
QUICK = 1_000_000
"""Rows that are read sooner than a query is compiled for them."""


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
    instances, loaded = instances_of(store, agenda, former, heads, heard, feedback)
    sources = Sources(
        instances=instances,
        members=members_at(store, pinned.versions),
        learnt_stays=learnt_stays_of(store, agenda, pinned),
        events=events,
        stays=stays,
        spread=spread_of(store, agenda),
    )
    entrants, later = _read_members(sources, agenda)
    found = union(candidates(sources, agenda), entrants)
    if found is None:
        return Inputs(None, loaded=loaded, queue_heads=heads, spread_later=later)
    types = only_used(profile_types(store, project, pinned), agenda.versions)
    lists, allow_list_from = lists_of(store, pinned)
    most = most_movers(store, agenda, pinned, former, heads)
    stored = store.most_rows("journey_instances")
    few_of_many = most <= MOST_NAMED and stored >= max(MANY, MANY_TIMES * most)
    people = _people(store, agenda, pinned, former, sources.members, lists, heard, feedback, few_of_many=few_of_many)
    gathered = partial(gather, agenda=agenda, people=people, profile_types=types)
    movers = gathered(_in_tasks(store, found, most))
    read = store.most_rows("profiles", pinned.versions.get("profiles")) + most_members(store, pinned.versions)
    read += stored
    sent = store.read("deliveries") if former.until is not None else None
    past = Past(sent, source(store, pinned, "message_feedback"))
    return Inputs(movers, most, most + read, loaded, heads, later, allow_list_from, gathered, past, people)


def _in_tasks(store: Store, candidates: DataFrame, most: int) -> DataFrame:
    """An audience may stand in one file, which one task would read, join and write alone."""
    if most <= FEW:
        return candidates
    count = max(store.spark.sparkContext.defaultParallelism, most // ROWS_A_TASK)
    return candidates.repartition(count, "profile_id")


def _read_members(sources: Sources, agenda: Agenda) -> tuple[DataFrame | None, DataFrame | None]:
    """The members who enter by a read in the tick, and the rows of those whose moment lies after it."""
    entrants = members_of(sources, agenda)
    if entrants is None or not any(agenda.versions[o.version].is_spread for o in agenda.occurrences):
        return entrants, None
    spread = spread_moments(entrants, agenda)
    return spread.where(F.col("moment") <= agenda.until), spread_later_of(spread, agenda)


def _people(
    store: Store,
    agenda: Agenda,
    pinned: Pinned,
    former: Remembered,
    members: DataFrame | None,
    lists: Lists | None,
    heard: DataFrame | None,
    feedback: DataFrame | None,
    *,
    few_of_many: bool,
) -> People:
    """What is known of people as of the pinned versions."""
    return People(
        profiles_at(store, pinned.versions.get("profiles")),
        frozenset(key.rpartition("|")[0] for key, count in former.inside.items() if count),
        members,
        lists,
        passages_of(store, agenda, former),
        _enterable(store, agenda),
        few_of_many,
        holdouts_of(store, agenda, former),
        zones(store) if any(v.journey.use_profile_timezone for v in agenda.versions) else None,
        heard,
        feedback,
        counted_of(store, agenda, pinned),
        {name: store.read(name, pinned.versions[name]) for name in looked_up(agenda) if name in pinned.versions},
    )


def _enterable(store: Store, agenda: Agenda) -> frozenset[str]:
    """Journeys that somebody may enter: one whose members come bit by bit only where some of them do in the tick."""
    others = agenda.enterable_but_for_spread
    if agenda.enterable == others or not _most_spread(store, agenda):
        return frozenset(others)
    return frozenset(agenda.enterable)


def _most_spread(store: Store, agenda: Agenda) -> int:
    """A bound on the members of earlier reads who enter in the tick."""
    return store.most_rows("spread_entries", within=[Within("enter_at", *interval_of(agenda))])


def most_movers(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered, heads: Mapping[str, int]) -> int:
    """A bound on how many can move, from what the logs of tables say of their files."""
    bound = 0
    moves = sum(change.into is not None for change in agenda.changes)
    if former.inside:
        due = () if -1 in heads.values() or agenda.emptied else due_within(agenda)
        bound += store.most_rows("journey_instances", within=due, partitions=ACTIVE) + sum(heads.values())
    if agenda.occurrences:
        bound += most_members(store, pinned.versions) * len(agenda.occurrences)
    if any(version.is_spread for version in agenda.versions):
        bound += _most_spread(store, agenda)
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
