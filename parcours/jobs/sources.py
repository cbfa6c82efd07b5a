"""The sources as a tick reads them: each at its pinned version, and no more of it than the tick can need."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import EventEntry, ReadAudience
from parcours.jobs.pruning import Within
from parcours.jobs.store import Store
from parcours.tables.engine import SPREAD_ENTRIES
from parcours.transforms.come import union
from parcours.transforms.dispatch import by_version
from parcours.transforms.eligibility import Lists
from parcours.walk import clock
from parcours.walk.agenda import Agenda

if TYPE_CHECKING:
    from parcours.jobs.inputs import Pinned
    from parcours.jobs.plans import Remembered


def interval_of(agenda: Agenda) -> tuple[dt.datetime, dt.datetime]:
    return clock.moment_of(agenda.start), clock.moment_of(agenda.until)


def source(store: Store, pinned: Pinned, table: str) -> DataFrame | None:
    version = pinned.versions.get(table)
    return None if version is None else store.read(table, version)


def event_names(agenda: Agenda) -> list[str]:
    return sorted({v.journey.entry.event for v in agenda.versions if isinstance(v.journey.entry, EventEntry)})


def events_of(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
    """The events of the interval of types that bring somebody in."""
    names, version = event_names(agenda), pinned.versions.get("events")
    if not names or version is None:
        return None
    events = store.read("events", version, within=[Within("event_time", *interval_of(agenda))])
    start, until = (F.timestamp_micros(F.lit(at)) for at in (agenda.start, agenda.until))
    at = F.col("event_time")
    begins = at >= start if agenda.is_first else at > start
    return events.where(F.col("event_type").isin(names) & begins & (at <= until))


def late_events_of(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> DataFrame | None:
    """Events learnt since the tick before that happened before its end."""
    names, before, now = event_names(agenda), former.source_versions.get("events"), pinned.versions.get("events")
    if not names or agenda.is_first or now is None or before == now:
        return None
    late = (F.col("event_time") <= F.timestamp_micros(F.lit(agenda.start))) & F.col("event_type").isin(names)
    return store.changes("events", before, now).where(F.col("is_new") & late)


def learnt_stays_of(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
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


def spread_of(store: Store, agenda: Agenda) -> DataFrame | None:
    """Members of earlier reads whose moment of entry lies in the tick."""
    if not any(version.is_spread for version in agenda.versions):
        return None
    start, until = (F.timestamp_micros(F.lit(at)) for at in (agenda.start, agenda.until))
    at = F.col("enter_at")
    return store.read("spread_entries").where((at > start) & (at <= until))


def spread_later_of(entrants: DataFrame, agenda: Agenda) -> DataFrame:
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


def lists_of(store: Store, pinned: Pinned) -> tuple[Lists | None, dict[str, int]]:
    """The lists, and for each channel that has an allow-list the instant from which it holds."""
    version = pinned.versions.get("suppressions")
    if version is None or store.is_empty("suppressions", version):
        return None, {}
    rows = store.small("suppressions", version, columns=["channel", "address"])
    is_domain = pc.fill_null(pc.starts_with(rows["address"], "@"), False)
    addresses, domains = (
        frozenset(rows.filter(wanted)["channel"].unique().to_pylist()) for wanted in (pc.invert(is_domain), is_domain)
    )
    return Lists(store.read("suppressions", version), addresses, domains), store.allow_lists(version)


def zones(store: Store) -> DataFrame:
    """(zone_name, zone): all known zones, numbered in the order of `zone_names`."""
    names = zone_names()
    # By way of Arrow: a list of rows would start Python workers.
    return store.spark.createDataFrame(pa.table({"zone_name": names, "zone": pa.array(range(len(names)), pa.int32())}))


def zone_names() -> list[str]:
    return sorted(available_timezones())
