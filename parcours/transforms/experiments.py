"""Who took which arm, and did afterwards what the experiment's metric names: for `experiment_daily` (decision 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import quoted

WINDOW = 30 * 86_400 * 1_000_000
"""Microseconds after the passage in which an event counts, the last one included (decision 10)."""
PLACE = ("journey_id", "journey_version", "step_id")


@dataclass(frozen=True)
class Metric:
    """What counts as a success at an experiment; `where` is Spark SQL text of a boolean over `event`."""

    journey_id: str
    version: int
    step_id: str
    event: str
    where: str | None


def entrants(outcomes: DataFrame) -> DataFrame:
    """(journey_id, journey_version, step_id, arm, instance_id, profile_id, passed_at) of all who took an arm, or none.

    Nobody comes twice to a step.
    """
    is_passage = (F.col("step_type") == "experiment") & (F.col("outcome") == "passed") & (F.col("mode") == "live")
    return outcomes.where(is_passage).select(
        *PLACE, F.col("path").alias("arm"), "instance_id", "profile_id", F.col("occurred_at").alias("passed_at")
    )


def successes(entrants: DataFrame, events: DataFrame, metrics: Sequence[Metric]) -> DataFrame:
    """The entrants who did within the window what their experiment's metric names, once each."""
    asked = _numbered(entrants, metrics).join(_that_count(events, metrics), on=["profile_id", "metric"], how="inner")
    passed, done = F.unix_micros("passed_at"), F.unix_micros("event_time")
    counted = asked.where((done > passed) & (done <= passed + WINDOW))
    return counted.select(*entrants.columns).distinct()


def by_day(entrants: DataFrame) -> DataFrame:
    """(journey_id, journey_version, step_id, arm, day, count): on the UTC day of the passage."""
    return entrants.groupBy(*PLACE, "arm", F.to_date("passed_at").alias("day")).count()


def _numbered(entrants: DataFrame, metrics: Sequence[Metric]) -> DataFrame:
    keys = [f"{metric.journey_id}|{metric.version}|{metric.step_id}" for metric in metrics]
    numbers = ", ".join(f"{quoted(key)}, {number}" for number, key in enumerate(keys))
    key = "concat_ws('|', journey_id, CAST(journey_version AS STRING), step_id)"
    return entrants.withColumn("metric", F.expr(f"try_element_at(map({numbers}), {key})")).where("metric IS NOT NULL")


def _that_count(events: DataFrame, metrics: Sequence[Metric]) -> DataFrame:
    """(profile_id, metric, event_time) of the events that a metric counts."""
    by_type: dict[str, list[int]] = {}
    for number, metric in enumerate(metrics):
        by_type.setdefault(metric.event, []).append(number)
    asking = ", ".join(f"{quoted(event)}, array({', '.join(map(str, own))})" for event, own in by_type.items())
    each = events.where(F.col("profile_id").isNotNull()).select(
        "profile_id",
        "event_time",
        F.col("attributes").alias("event"),
        F.expr(f"explode(try_element_at(map({asking}), event_type)) AS metric"),
    )
    cases = [f"WHEN {number} THEN {metric.where}" for number, metric in enumerate(metrics) if metric.where is not None]
    is_counted = F.expr(f"CASE metric {' '.join(cases)} ELSE true END") if cases else F.lit(True)
    return each.where(F.coalesce(is_counted, F.lit(False))).select("profile_id", "metric", "event_time")
