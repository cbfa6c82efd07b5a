"""Earlier passages of who may enter: whether they are inside, when they came last, and who decides over whom."""

from __future__ import annotations

from collections import Counter

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from parcours.walk import clock
from parcours.walk.agenda import Agenda


def with_passages(
    candidates: DataFrame,
    agenda: Agenda,
    *,
    occupied: frozenset[str],
    enterable: frozenset[str],
    instances: DataFrame | None,
    holdouts: DataFrame | None,
    few_of_many: bool = False,
) -> DataFrame:
    """Adds `is_inside` and `last_entry_at` (of the journey, before the tick), and `is_coupled`.

    Coupled are the candidates of one profile and journey where there are several: one decides over another. With
    `few_of_many` the passages of all others are left out before they are grouped; the rows are the same.
    """
    counted = candidates.withColumn("is_coupled", F.coalesce("is_coupled", _is_coupled(agenda, occupied)))
    nothing = {"is_inside": F.lit(False), "last_entry_at": F.lit(None).cast("bigint")}
    reads = {v.journey.id for v in agenda.versions if v.is_read}
    asked = sorted(journey for journey in enterable if journey in occupied or journey not in reads)
    if instances is None or not asked:
        return counted.withColumns(nothing)
    since = reads_back_to(agenda)
    is_active = F.col("status") == "active"
    passages = instances.where(F.col("journey_id").isin(asked) & (is_active | _entered_since(since))).select(
        "profile_id", "journey_id", is_active.alias("is_active"), F.unix_micros("entered_at").alias("entry_at")
    )
    if holdouts is not None:
        passages = passages.unionByName(
            holdouts.select("profile_id", "journey_id", F.lit(False).alias("is_active"), "entry_at")
        )
    if few_of_many:
        concerned = candidates.select("profile_id", "journey_id").distinct()
        passages = passages.join(F.broadcast(concerned), on=["profile_id", "journey_id"], how="left_semi")
    history = passages.groupBy("profile_id", "journey_id").agg(
        F.max("is_active").alias("is_inside"), F.max("entry_at").alias("last_entry_at")
    )
    # One row of history a (profile, journey), so the join adds no rows.
    return counted.join(history, on=["profile_id", "journey_id"], how="left").withColumn(
        "is_inside", F.coalesce("is_inside", F.lit(False))
    )


def _is_coupled(agenda: Agenda, occupied: frozenset[str]) -> Column:
    """A member comes once to the only read of a journey that nobody is inside of: there nobody is counted."""
    reads = Counter(agenda.versions[occurrence.version].journey.id for occurrence in agenda.occurrences)
    spread = {version.journey.id for version in agenda.versions if version.is_spread}
    once = {journey for journey, count in reads.items() if count == 1 and journey not in occupied | spread}
    jumped_to = sorted(agenda.jumped_to)
    several = sorted(agenda.enterable - once - agenda.jumped_to)
    # Of a journey into which others jump nobody knows yet who comes besides.
    coupled = F.col("journey_id").isin(jumped_to) if jumped_to else F.lit(False)
    if several:
        one_pair = Window.partitionBy("profile_id", "journey_id")
        coupled = coupled | (F.col("journey_id").isin(several) & (F.count("*").over(one_pair) > 1))
    return coupled


def reads_back_to(agenda: Agenda) -> int | None:
    """The earliest entry that a re-entry rule of an event journey can still ask for; None: all."""
    entries = [v.journey.reentry for v in agenda.versions if v.has_reentry]
    if any(not reentry.allowed for reentry in entries):
        return None
    return agenda.start - max((clock.micros(reentry.after) for reentry in entries), default=0)


def _entered_since(since: int | None) -> Column:
    return F.lit(True) if since is None else F.col("entered_at") >= F.timestamp_micros(F.lit(since))
