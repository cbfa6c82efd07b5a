"""Who comes into a walk in its midst: from another journey, or from another version of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from parcours.jobs.inputs import Inputs
from parcours.jobs.store import Store
from parcours.transforms.come import entrants_by_jump, who_move
from parcours.transforms.layers import with_layers
from parcours.transforms.trails import PASSED
from parcours.walk.agenda import Agenda
from parcours.walk.task import Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def jumpers(store: Store, inputs: Inputs, movers: DataFrame, agenda: Agenda, result: Result) -> DataFrame:
    """Those who jump into other journeys, as movers."""
    assert inputs.gathered is not None
    rows = [{"instance_id": name, **jump._asdict()} for jump in sorted(result.jumping) for name in [jump.name]]
    asked = store.spark.createDataFrame(pa.Table.from_pylist(rows, JUMPING))
    return inputs.gathered(entrants_by_jump(movers, asked, agenda))


JUMPING = pa.schema(
    [("instance_id", pa.string()), ("entry_key", pa.string()), ("version", pa.int32()), ("moment", pa.int64())]
)


def moving(store: Store, inputs: Inputs, movers: DataFrame, agenda: Agenda, result: Result) -> DataFrame:
    """Those who move into other versions, as the movers that they are there."""
    assert inputs.gathered is not None
    assert inputs.people is not None
    ones = sorted(result.moving)
    rows = [{**one._asdict(), "passed": [step._asdict() for step in one.passed]} for one in ones]
    asked = beside(store.spark, pa.Table.from_pylist(rows, MOVING))
    mine = movers.join(asked, on=["alike", "version"], how="inner")  # who is asked for moves into one version
    ways = {(one.version, one.passed) for one in ones}
    seen = with_layers(mine, ways, agenda, inputs.people.tables, inputs.people.zones)
    sent = store.read("deliveries").where(F.col("journey_id").isin(sorted(agenda.moved)))
    return inputs.gathered(who_move(seen, sent, agenda))


MOVING = pa.schema(
    [
        ("alike", pa.string()),
        ("version", pa.int32()),
        ("into", pa.int32()),
        ("stands_at", pa.string()),
        ("passed", PASSED),
        ("looked_up", pa.list_(pa.string())),
        ("sent", pa.list_(pa.string())),
    ]
)


def beside(spark: SparkSession, table: pa.Table) -> DataFrame:
    """A table of the driver as a frame to join with: sent to each worker unless it is large."""
    frame = spark.createDataFrame(table)
    return F.broadcast(frame) if len(table) <= MOST_BROADCAST else frame


MOST_BROADCAST = 1_000_000
"""Rows that each worker may hold beside what it joins them with: some hundred bytes each."""
