"""Whom the reads of audiences bring in (specification 1.2)."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.journeys import ReadAudience
from parcours.transforms.candidates import Sources, as_candidates, called, instance_id
from parcours.transforms.dispatch import quoted
from parcours.walk.agenda import Agenda


def members_of(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """Who enters by the occurrences of the tick, one row a member and occurrence: CANDIDATE, `moment` the occurrence's.

    Stays of one profile in an audience don't overlap (`load` refuses them), so a member comes once.
    """
    if sources.members is None or not agenda.occurrences:
        return None
    matching = F.explode(_occurrences_of_audience(agenda))
    found = sources.members.select("*", matching.alias("read")).select(*(c for c in sources.members.columns), "read.*")
    at = F.timestamp_micros("moment")
    members = found.where((F.col("entered_at") <= at) & (F.col("exited_at").isNull() | (F.col("exited_at") > at)))
    members = _who_became(members, sources)
    number = F.col("journey_version").cast("string")
    return as_candidates(
        members.withColumns(
            {"context": called("audience.", "attributes"), "late": F.lit(None).cast("string")}
        ).withColumn("instance_id", instance_id(number))
    )


def _occurrences_of_audience(agenda: Agenda) -> Column:
    """The occurrences that read an audience, as an array of structs; null for an audience that nobody reads."""
    by_audience: dict[str, list[str]] = {}
    for occurrence in agenda.occurrences:
        version = agenda.versions[occurrence.version]
        entry = version.journey.entry
        assert isinstance(entry, ReadAudience)
        since = "NULL" if occurrence.since is None else f"{occurrence.since}L"
        by_audience.setdefault(entry.audience, []).append(
            f"named_struct('version', {version.index}, 'journey_id', {quoted(version.journey.id)}, "
            f"'journey_version', {version.journey.version}, 'moment', {occurrence.moment}L, "
            f"'entry_key', {quoted(occurrence.key)}, 'occurrence', {occurrence.number}, "
            f"'since', CAST({since} AS BIGINT))"
        )
    entries = ", ".join(f"{quoted(name)}, array({', '.join(structs)})" for name, structs in by_audience.items())
    return F.expr(f"try_element_at(map({entries}), audience_id)")


def _who_became(members: DataFrame, sources: Sources) -> DataFrame:
    """Of incremental reads those whose stay began, or was learnt, after the occurrence before; of others all (1.2)."""
    began = F.col("since").isNull() | (F.unix_micros("entered_at") > F.col("since"))
    if sources.learnt_stays is None:
        return members.where(began)
    learnt = sources.learnt_stays.select(
        "audience_id", "profile_id", "entered_at", "moment", F.lit(True).alias("is_learnt")
    )
    joined = members.join(learnt, on=["audience_id", "profile_id", "entered_at", "moment"], how="left")
    return joined.where(began | F.col("is_learnt")).drop("is_learnt")
