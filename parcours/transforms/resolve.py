"""What the walk found, as rows: movers ⋈ trails → step_outcomes, journey_instances, deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.steps import Message
from parcours.tables.engine import DELIVERIES, JOURNEY_INSTANCES, STEP_OUTCOMES
from parcours.transforms.contents import Contents
from parcours.transforms.dispatch import by_version, quoted
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.walk import Result

TRAIL_ROWS = pa.schema(
    [
        ("trail", pa.int64()),
        ("position", pa.int32()),
        ("step_id", pa.string()),
        ("step_type", pa.string()),
        ("outcome", pa.string()),
        ("path", pa.string()),
        ("reason", pa.string()),
        ("at", pa.int64()),
        ("queued_at", pa.int64()),
    ]
)
ENDINGS = pa.schema(
    [
        ("trail", pa.int64()),
        ("row_count", pa.int32()),
        ("status", pa.string()),
        ("end_reason", pa.string()),
        ("end_step_id", pa.string()),
        ("ended_at", pa.int64()),
        ("end_arrived_at", pa.int64()),
        ("end_wakes_at", pa.int64()),
        ("end_is_deferred", pa.bool_()),
        ("end_held", pa.string()),
        ("end_queue", pa.string()),
    ]
)


@dataclass(frozen=True)
class Trails:
    """The result of a walk as Arrow: `of` (instance_id, version, trail), `rows` of each trail, and how each ends."""

    of: pa.Table
    rows: pa.Table
    endings: pa.Table


def trails_of(result: Result, ids: Sequence[str], versions_of: Sequence[int]) -> Trails:
    """The walk's result as tables; whoever has no trail isn't there."""
    known = result.trail_of >= 0
    of = pa.table(
        {
            "instance_id": pa.array(ids, pa.string()),
            "version": pa.array(versions_of, pa.int32()),
            "trail": pa.array(result.trail_of, pa.int64()),
        }
    ).filter(pa.array(known))
    rows: list[dict[str, object]] = []
    endings: list[dict[str, object]] = []
    for number, (_, trail, ending) in enumerate(result.trails):
        found = trail.rows() if trail else []
        rows += [
            {"trail": number, "position": position, **row._asdict()} for position, row in enumerate(found)
        ]
        endings.append(
            {
                "trail": number,
                "row_count": len(found),
                "status": ending.status,
                "end_reason": ending.reason,
                "end_step_id": ending.step_id,
                "ended_at": ending.ended_at,
                "end_arrived_at": ending.arrived_at,
                "end_wakes_at": ending.wakes_at,
                "end_is_deferred": ending.is_deferred,
                "end_held": ending.held,
                "end_queue": ending.queue,
            }
        )
    return Trails(of, pa.Table.from_pylist(rows, TRAIL_ROWS), pa.Table.from_pylist(endings, ENDINGS))


def outcomes(movers: DataFrame, trail_of: DataFrame, rows: DataFrame, agenda: Agenda) -> DataFrame:
    """The rows of `step_outcomes`."""
    happened = movers.join(trail_of, on=["instance_id", "version"], how="inner").join(
        rows, on="trail", how="inner"  # many rows a trail: this is where a mover becomes its outcomes
    )
    at = F.timestamp_micros("at")
    return happened.select(
        "journey_id",
        F.col("journey_version").cast("int").alias("journey_version"),
        "instance_id",
        "profile_id",
        rows["step_id"].alias("step_id"),
        "step_type",
        "outcome",
        "path",
        "reason",
        at.alias("occurred_at"),
        (F.col("sequence") + F.col("position")).cast("int").alias("sequence"),
        F.lit("live").alias("mode"),
        F.timestamp_micros(F.lit(agenda.until)).alias("tick_until"),
        F.to_date(at).alias("occurred_date"),
    )
