"""Whom events, and memberships that start or end, bring in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import BusinessEvent, EventEntry, Qualification
from parcours.transforms.candidates import Sources, as_candidates, called, instance_id
from parcours.transforms.dispatch import quoted
from parcours.transforms.union import union
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version


def entrants_of_events(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """Whom the events of the tick bring in, before `where` is looked at; null profiles bring in an audience."""
    of_profiles = [v for v in agenda.versions if isinstance(v.journey.entry, EventEntry)]
    of_business = [v for v in agenda.versions if isinstance(v.journey.entry, BusinessEvent)]
    found: list[DataFrame | None] = []
    if sources.events is not None and of_profiles:
        found.append(_brought_in(sources.events.where("profile_id IS NOT NULL"), of_profiles))
    if sources.events is not None and of_business and sources.members is not None:
        of_nobody = sources.events.where("profile_id IS NULL").drop("profile_id")
        found.append(_brought_in(_with_members(of_nobody, of_business, sources.members), of_business))
    return union(*found)


def _with_members(events: DataFrame, versions: list[Version], members: DataFrame) -> DataFrame:
    """A row for each member of an audience at the moment of a business event that brings it in."""
    by_type: dict[str, set[str]] = {}
    for version in versions:
        entry = version.journey.entry
        assert isinstance(entry, BusinessEvent)
        by_type.setdefault(entry.event, set()).add(entry.audience)
    pairs = ", ".join(f"{quoted(k)}, array({', '.join(map(quoted, sorted(a)))})" for k, a in by_type.items())
    read = events.withColumn("read_audience", F.explode(F.expr(f"try_element_at(map({pairs}), event_type)")))
    stays = members.select(
        "audience_id", "profile_id", "entered_at", "exited_at", F.col("attributes").alias("enrichment")
    )
    at = F.timestamp_micros("at")
    is_member = (F.col("entered_at") <= at) & (F.col("exited_at").isNull() | (F.col("exited_at") > at))
    # Stays of one profile in an audience don't overlap, so a member comes once for each event.
    return read.join(stays, on=(F.col("read_audience") == F.col("audience_id")) & is_member, how="inner")


def _brought_in(events: DataFrame, versions: list[Version]) -> DataFrame:
    context = called("event.", "attributes")
    if "enrichment" in events.columns:
        enrichment = called("audience.", "enrichment")
        context = F.coalesce(F.map_concat(context, enrichment), context, enrichment)
    entered = events.withColumns({"entry_key": F.col("event_id"), "moment": F.col("at"), "context": context})
    reads = "read_audience" if "read_audience" in events.columns else "''"

    def key(version: Version) -> str:
        entry = version.journey.entry
        assert isinstance(entry, EventEntry | BusinessEvent)
        return f"{entry.event}|{entry.audience if isinstance(entry, BusinessEvent) else ''}"

    return _entering(entered, f"concat_ws('|', event_type, {reads})", {v.index: [key(v)] for v in versions}, versions)


def entrants_qualified(stays: DataFrame | None, agenda: Agenda) -> DataFrame | None:
    """Whom memberships that start or end bring in; the entry key keeps the true moment (2.1)."""
    versions = [v for v in agenda.versions if isinstance(v.journey.entry, Qualification)]
    if stays is None or not versions:
        return None
    keys = {}
    for version in versions:
        entry = version.journey.entry
        assert isinstance(entry, Qualification)
        words = ("enter", "exit") if entry.on == "both" else (entry.on,)
        keys[version.index] = [f"{entry.audience}|{word}" for word in words]
    entered = stays.withColumns(
        {
            "entry_key": F.col("stay_key"),
            "moment": F.col("at"),
            "context": called("audience.", "attributes"),
        }
    )
    return _entering(entered, "concat_ws('|', audience_id, word)", keys, versions)


def _entering(frame: DataFrame, key: str, keys: Mapping[int, Sequence[str]], versions: Sequence[Version]) -> DataFrame:
    """A row for each version that is live at the moment and that what happened enters, by the text `key` of it."""
    by_key: dict[str, list[str]] = {}
    for version in versions:
        closed = "NULL" if version.closed_at is None else f"{version.closed_at}L"
        struct = (
            f"named_struct('version', {version.index}, 'journey_id', {quoted(version.journey.id)}, "
            f"'journey_version', {version.journey.version}, 'published_at', {version.published_at}L, "
            f"'first_published_at', {version.first_published_at}L, 'closed_at', CAST({closed} AS BIGINT))"
        )
        for one in keys[version.index]:
            by_key.setdefault(one, []).append(struct)
    entries = ", ".join(f"{quoted(one)}, array({', '.join(structs)})" for one, structs in by_key.items())
    matching = F.explode(F.expr(f"try_element_at(map({entries}), {key})"))
    joined = frame.select(
        "profile_id", "entry_key", "happened", "moment", "late", "context", matching.alias("entered_version")
    ).select("*", "entered_version.*")
    live = (F.col("published_at") <= F.col("moment")) & (
        F.col("closed_at").isNull() | (F.col("moment") < F.col("closed_at"))
    )
    found = joined.where(live & (F.col("happened") >= F.col("first_published_at")))
    number = F.col("journey_version").cast("string")
    return as_candidates(found.withColumns({"instance_id": instance_id(number), "occurrence": F.lit(0)}))
