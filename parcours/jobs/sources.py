"""The sources as a tick reads them: each at its pinned version, and no more of it than the tick can need."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import BusinessEvent, EventEntry, Qualification, ReadAudience
from parcours.jobs.beside import are_changed, member_changes, members
from parcours.jobs.pruning import Within
from parcours.jobs.store import Store
from parcours.tables.engine import SPREAD_ENTRIES
from parcours.transforms.dispatch import by_version
from parcours.transforms.eligibility import Lists
from parcours.transforms.happen import KINDS, STAY_KEY, late_order
from parcours.transforms.lines import iso_text
from parcours.transforms.union import union
from parcours.walk import clock
from parcours.walk.agenda import Agenda

if TYPE_CHECKING:
    from parcours.jobs.inputs import Pinned
    from parcours.jobs.plans import Remembered


def interval_of(agenda: Agenda) -> tuple[dt.datetime, dt.datetime]:
    return clock.moment_of(agenda.start), clock.moment_of(agenda.until)


def source(store: Store, pinned: Pinned, table: str) -> DataFrame | None:
    """The table at its pinned version; profiles and stays are read by beside.py."""
    version = pinned.versions.get(table)
    return None if version is None else store.read(table, version)


def event_names(agenda: Agenda) -> list[str]:
    """The types of events that bring somebody in, end somebody or wake somebody."""
    entries = [v.journey.entry for v in agenda.versions]
    enter = {entry.event for entry in entries if isinstance(entry, EventEntry | BusinessEvent)}
    return sorted(enter | {s.name for version in agenda.versions for s in version.signals if s.kind == "event"})


def audience_names(agenda: Agenda) -> list[str]:
    """The audiences whose changes of membership do so."""
    entries = [v.journey.entry for v in agenda.versions]
    enter = {entry.audience for entry in entries if isinstance(entry, Qualification)}
    return sorted(enter | {s.name for version in agenda.versions for s in version.signals if s.kind in STAY_KEY})


def hears_reactions(agenda: Agenda) -> bool:
    """Whether anybody may listen for what is done with a message."""
    return any(signal.kind in KINDS for version in agenda.versions for signal in version.signals)


def events_of(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> DataFrame | None:
    """The events of those types: of the interval, and learnt late; with `happened`, `at` and `late`."""
    names = event_names(agenda)
    found = taken(store, agenda, pinned, former, "events", "event_time", 0, "event_id") if names else None
    return None if found is None else found.where(F.col("event_type").isin(names))


def looked_up(agenda: Agenda) -> list[str]:
    """The tables that lookups read."""
    return sorted({found.table for version in agenda.versions for found in version.lookups.values()})


def counted_of(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
    """The events that event_count may count in the tick, whenever they were learnt (1.7)."""
    lengths: dict[str, int] = {}
    for version in agenda.versions:
        for event, length in version.asked_events.items():
            lengths[event] = max(length, lengths.get(event, 0))
    version_of_events = pinned.versions.get("events")
    if not lengths or version_of_events is None:
        return None
    first, last = agenda.start - max(lengths.values()), agenda.until
    within = [Within("event_time", clock.moment_of(first), clock.moment_of(last))]
    events = store.read("events", version_of_events, within=within)
    at = F.unix_micros("event_time")
    is_counted = F.col("event_type").isin(sorted(lengths)) & (at >= first) & (at <= last)
    return events.where(is_counted & F.col("profile_id").isNotNull()).select("profile_id", "event_type", "event_time")


def feedback_of(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> DataFrame | None:
    """(delivery_id, feedback, happened, at, late) of the interval, and learnt late."""
    if not hears_reactions(agenda) and not any(version.engaging for version in agenda.versions):
        return None
    found = taken(store, agenda, pinned, former, "message_feedback", "feedback_at", 2, "feedback_id")
    return None if found is None else found.select("delivery_id", "feedback", "happened", "at", "late")


def taken(
    store: Store, agenda: Agenda, pinned: Pinned, former: Remembered, table: str, time: str, kind: int, id: str
) -> DataFrame | None:
    """Rows of a table in which the first row of a key stands: those whose time has come, and those learnt late."""
    version, before = pinned.versions.get(table), former.source_versions.get(table)
    if version is None:
        return None
    rows = store.read(table, version, within=[Within(time, *interval_of(agenda))])
    happened = F.unix_micros(time)  # after the first table that is read, which starts the session
    now = rows.where(_in_interval(F.col(time), agenda)).withColumns(
        {"happened": happened, "at": happened, "late": F.lit(None).cast("string")}
    )
    if agenda.is_first or before == version:
        return now
    learnt = store.changes(table, before, version)
    late = learnt.where(F.col("is_new") & (happened <= agenda.start)).withColumns(
        {"happened": happened, "at": F.lit(agenda.start), "late": late_order(happened, kind, id)}
    )
    return now.unionByName(late.select(*now.columns))


def _in_interval(at: Column, agenda: Agenda) -> Column:
    start, until = (F.timestamp_micros(F.lit(moment)) for moment in (agenda.start, agenda.until))
    begins = at >= start if agenda.is_first else at > start
    return begins & (at <= until)


def stays_of(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> DataFrame | None:
    """Memberships that start or end, in the interval or learnt late.

    (audience_id, profile_id, word, happened, at, late, stay_key, attributes): `word` is enter or exit.
    """
    names, known = audience_names(agenda), members(store, pinned.versions)
    if not names or known is None:
        return None
    stays = known.where(F.col("audience_id").isin(names))
    nothing = {"at": F.col("happened"), "late": F.lit(None).cast("string")}
    found = [
        _changes(stays.where(_in_interval(F.col(time), agenda)), word, time).withColumns(nothing)
        for word, time in STAY_TIMES.items()
    ]
    before, now = former.source_versions, pinned.versions
    if not agenda.is_first and are_changed(before, now):
        learnt = member_changes(store, before, now).where(F.col("audience_id").isin(names))
        is_told = {"enter": F.col("is_new"), "exit": ~F.col("exited_at").eqNullSafe(F.col("former.exited_at"))}
        for word, time in STAY_TIMES.items():
            late = _changes(learnt.where(is_told[word] & (F.unix_micros(time) <= agenda.start)), word, time)
            order = late_order(F.col("happened"), 1, "stay_key", "profile_id")
            found.append(late.withColumns({"at": F.lit(agenda.start), "late": order}))
    return union(*found)


STAY_TIMES = {"enter": "entered_at", "exit": "exited_at"}


def _changes(stays: DataFrame, word: str, time: str) -> DataFrame:
    moment = F.expr(f"concat({iso_text(time)}, 'Z')")
    key = F.concat_ws("|", "audience_id", F.lit(word), moment)
    return stays.select(
        "audience_id",
        "profile_id",
        F.lit(word).alias("word"),
        F.unix_micros(time).alias("happened"),
        key.alias("stay_key"),
        "attributes",
    )


def learnt_stays_of(store: Store, agenda: Agenda, pinned: Pinned) -> DataFrame | None:
    """Keys of the stays that were learnt after the tick of the occurrence before: (…, moment of the occurrence)."""
    now = pinned.versions
    parts: DataFrame | None = None
    for occurrence in agenda.occurrences:
        entry = agenda.versions[occurrence.version].journey.entry
        if occurrence.since is None or "audience_members" not in now or not isinstance(entry, ReadAudience):
            continue
        before = _versions_at(store, occurrence.since)
        if "audience_members" not in before or not are_changed(before, now):
            continue
        parts = union(
            parts,
            member_changes(store, before, now)
            .where(F.col("is_new") & (F.col("audience_id") == entry.audience))
            .select("audience_id", "profile_id", "entered_at", F.lit(occurrence.moment).alias("moment")),
        )
    return parts


def _versions_at(store: Store, moment: int) -> dict[str, int]:
    """The versions of sources that were pinned by the tick that held the moment; none where no tick did."""
    at = clock.moment_of(moment)
    ticks = store.small("ticks", columns=["from", "until", "source_versions"]).to_pylist()
    held = [tick for tick in ticks if tick["from"] <= at <= tick["until"]]
    return dict(min(held, key=lambda tick: tick["until"])["source_versions"] or {}) if held else {}


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
    return Lists(store.read("suppressions", version), addresses, domains), _allow_lists(store, version)


def _allow_lists(store: Store, version: int) -> dict[str, int]:
    """The instant (microseconds) from which each channel's allow-list holds, where it has one; 0: always."""
    rows = store.small("suppressions", version, columns=["channel", "list", "added_at"])
    found: dict[str, int] = {}
    for row in rows.filter(pc.equal(rows["list"], "allow")).to_pylist():
        since = row["added_at"]
        at = 0 if since is None else int(since.timestamp()) * 1_000_000 + since.microsecond
        found[row["channel"]] = min(at, found.get(row["channel"], at))
    return found


def zones(store: Store) -> DataFrame:
    """(zone_name, zone): all known zones, numbered in the order of `zone_names`."""
    names = zone_names()
    # By way of Arrow: a list of rows would start Python workers.
    return store.spark.createDataFrame(pa.table({"zone_name": names, "zone": pa.array(range(len(names)), pa.int32())}))


def zone_names() -> list[str]:
    return sorted(available_timezones())
