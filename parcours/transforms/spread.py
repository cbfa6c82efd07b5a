"""Reads with `rate` or `waves`: members who enter one after another, each at a moment of their own (1.2)."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from parcours.definition.journeys import ReadAudience
from parcours.transforms.candidates import NAMES, as_candidates, version_index
from parcours.transforms.dispatch import by_version
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version


def spread_moments(entrants: DataFrame, agenda: Agenda) -> DataFrame:
    """The entrants of reads with `rate` or `waves`, each at its own moment; who is over the waves' numbers is gone.

    Places are those of the order of instance_id, counted bucket by bucket: a rank over a whole audience in one task
    takes several times as long (house.md).
    """
    one_read = ["version", "entry_key"]
    bucketed = entrants.withColumn("bucket", F.substring("instance_id", 1, 3))
    counts = bucketed.groupBy(*one_read, "bucket").agg(F.count("*").alias("in_bucket"))
    by_read = Window.partitionBy(*one_read)
    before = by_read.orderBy("bucket").rowsBetween(Window.unboundedPreceding, -1)
    offsets = counts.select(
        *one_read,
        "bucket",
        F.coalesce(F.sum("in_bucket").over(before), F.lit(0)).alias("before_bucket"),
        F.sum("in_bucket").over(by_read).alias("members"),
    )
    in_bucket = Window.partitionBy(*one_read, "bucket").orderBy("instance_id")
    placed = (
        bucketed.withColumn("place_in_bucket", F.row_number().over(in_bucket) - 1)
        .join(F.broadcast(offsets), on=[*one_read, "bucket"], how="inner")
        .withColumn("place", F.col("before_bucket") + F.col("place_in_bucket"))
    )
    moments = [_spread_text(version) for version in agenda.versions]
    return placed.withColumn("moment", by_version(moments, "moment")).where("moment IS NOT NULL").select(*NAMES)


def _spread_text(version: Version) -> str:
    """Spark SQL text of the moment of entry, from `moment`, `place` and `members`; null for who never enters (1.2)."""
    entry = version.journey.entry
    if not isinstance(entry, ReadAudience) or not version.is_spread:
        return ""
    if entry.waves is None:
        return f"moment + {_paced(entry, 'place')}"
    waves = entry.waves
    if waves.count is not None:
        ends = [
            f"((members div {waves.count}) * {k} + least(members % {waves.count}, {k}))"
            for k in range(1, waves.count + 1)
        ]
    elif waves.percents is not None:
        so_far = [int(sum(waves.percents[: k + 1]) * 10_000) for k in range(len(waves.percents))]
        ends = [f"(members * {hundredths}) div 1000000" for hundredths in so_far]
    else:
        assert waves.numbers is not None
        ends = [str(sum(waves.numbers[: k + 1])) for k in range(len(waves.numbers))]
    if waves.starts is not None:
        starts = ["moment", *(str(clock.micros(start)) for start in waves.starts)]
    else:
        assert waves.interval is not None
        starts = [f"(moment + {k * clock.micros(waves.interval)})" for k in range(len(ends))]
    begins = ["0", *ends[:-1]]
    cases = [
        f"WHEN place < {end} THEN {start} + {_paced(entry, f'(place - {begin})')}"
        for begin, end, start in zip(begins, ends, starts, strict=True)
    ]
    return f"CASE {' '.join(cases)} END"


def _paced(entry: ReadAudience, place: str) -> str:
    if entry.rate is None:
        return "0L"
    return f"({place} div {entry.rate.max}) * {clock.UNITS[entry.rate.per]}L"


def entrants_spread(spread: DataFrame, agenda: Agenda) -> DataFrame:
    """Members of earlier occurrences whose moment of entry lies in the tick."""
    found = spread.withColumns(
        {
            "version": version_index(agenda),
            "moment": F.unix_micros("enter_at"),
            "late": F.lit(None).cast("string"),
            "occurrence": F.coalesce("occurrence", F.lit(0)),
        }
    )
    return as_candidates(found.where("version IS NOT NULL"))
