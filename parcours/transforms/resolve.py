"""What the walk found, as rows: movers ⋈ trails → step_outcomes, journey_instances. Deliveries: transforms/sends.py."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.steps import Message
from parcours.tables.engine import JOURNEY_INSTANCES, STEP_OUTCOMES
from parcours.transforms.dispatch import by_version, quoted
from parcours.transforms.layers import Seen
from parcours.transforms.lookup import with_findings
from parcours.transforms.trails import Trails
from parcours.transforms.unfold import INSTANT, Ended, TrailOf, Unfolding
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version


def with_trails(movers: DataFrame, trail_of: DataFrame, agenda: Agenda) -> DataFrame:
    """The movers of which something is to be written, each with the number of its trail."""
    walked = movers.join(trail_of, on=["alike", "version"], how="inner")  # one trail a mover
    if agenda.mode == "live":
        return walked
    # Who gets a place is decided by the live ids, as it would be in earnest; only what is written has other ones (2.2).
    return walked.withColumn("instance_id", F.expr(f"md5({_own_id(agenda.mode)})"))


def _own_id(mode: str) -> str:
    """Spark SQL text of what a trial's instance id is the digest of: the live one's, which keeps the version that it
    entered when it moves, and the mode."""

    def parts(number: str) -> str:
        return f"concat_ws('|', journey_id, CAST({number} AS STRING), profile_id, entry_key)"

    earlier = f"filter(sequence(1, least(journey_version, 1000)), number -> md5({parts('number')}) = instance_id)"
    searched = f"IF(size({earlier}) = 0, instance_id, {parts(f'get({earlier}, 0)')})"
    mine = f"IF(md5({parts('journey_version')}) = instance_id, {parts('journey_version')}, {searched})"
    return f"concat_ws('|', {mine}, {quoted(mode)})"


def unfolding(trails: Trails, agenda: Agenda) -> Unfolding:
    """What makes the rows of `step_outcomes` of movers with their trails."""
    told, count = trails.laid.rows, len(trails.laid.rows)
    happened = pa.array([row.at for _, row in told], pa.int64()).cast(INSTANT)
    columns = {
        "journey_id": pa.array([version.journey.id for version, _ in told], pa.string()),
        "journey_version": pa.array([version.journey.version for version, _ in told], pa.int32()),
        **{
            name: pa.array([getattr(row, name) for _, row in told], pa.string())
            for name in ("step_id", "step_type", "outcome", "path", "reason")
        },
        "occurred_at": happened,
        "mode": pa.array([agenda.mode] * count, pa.string()),
        "tick_until": pa.array([agenda.until] * count, pa.int64()).cast(INSTANT),
        "occurred_date": happened.cast(pa.date32()),
    }
    laid = trails.laid
    return Unfolding.of(pa.table(columns), laid.order, laid.starts, trails.rows_before, STEP_OUTCOMES.column_names)


def trail_of(trails: Trails, agenda: Agenda) -> TrailOf | None:
    """What gives staged movers their trail by a name; None where their names don't tell it, or are to be others."""
    names = trails.of["alike"].combine_chunks()
    if agenda.mode != "live" or len(names) > MOST_NAMES or len(names.unique()) < len(names):
        return None
    return TrailOf(names, trails.of["trail"].to_numpy())


MOST_NAMES = 1_000_000
"""Atoms of which each worker may hold the names: some fifty bytes each."""


def ended(trails: Trails, agenda: Agenda) -> Ended | None:
    """What makes the rows of `journey_instances` of those who have ended; None where these need more than that."""
    if any(version.lookups for version in agenda.versions):  # what was found stays with the instance
        return None
    rows = trails.endings
    nothing = pa.nulls(len(rows), pa.string())
    columns = {
        "status": rows["status"],
        "reason": rows["end_reason"],
        "step_id": rows["end_step_id"],
        "ended_at": rows["ended_at"].cast(INSTANT),
        "arrived_at": rows["end_arrived_at"].cast(INSTANT),
        "wakes_at": rows["end_wakes_at"].cast(INSTANT),
        "is_deferred": rows["end_is_deferred"],
        "held": rows["end_held"],
        "queue": nothing,
        "queue_order": nothing,
        "due_at": pa.nulls(len(rows), INSTANT),
        "row_count": rows["row_count"],
    }
    same = {"mode": pa.scalar(agenda.mode), "tick_until": pa.scalar(agenda.until, pa.int64()).cast(INSTANT)}
    has_ended = np.array(pc.coalesce(pc.not_equal(rows["status"], "active"), False), dtype=bool)
    versions = np.array([version.journey.version for version in agenda.versions])
    return Ended(pa.table(columns), has_ended, versions, same, tuple(JOURNEY_INSTANCES.column_names))


def instances(walked: DataFrame, endings: DataFrame, agenda: Agenda, seen: Seen, *, active_only: bool) -> DataFrame:
    """The rows of `journey_instances` as they are after the tick."""
    wanted = "status = 'active'" if active_only else "status IS NOT NULL"
    found = walked.join(endings, on="trail", how="inner").where(wanted)  # one ending a trail
    standing = seen(found) if any(version.lookups for version in agenda.versions) else found
    entered = F.coalesce(F.col("entered_at"), F.timestamp_micros("moment"))
    timeout = by_version([f"{version.timeout}L" for version in agenda.versions])
    ends = by_version([f"{version.ends_at}L" if version.ends_at is not None else "" for version in agenda.versions])
    # «never later than the journey's timeout or ends_at» (3); least leaves nulls aside.
    due = F.least(F.col("end_wakes_at"), F.unix_micros(entered) + timeout, ends.cast("bigint"))
    is_active = F.col("status") == "active"
    return standing.withColumns(
        {
            "entered_at": entered,
            "context": with_findings(agenda),
            "reason": F.col("end_reason"),
            "step_id": F.col("end_step_id"),
            "due_at": F.when(is_active, F.timestamp_micros(due)),
            "ended_at": F.timestamp_micros("ended_at"),
            "mode": F.lit(agenda.mode),
            "tick_until": F.timestamp_micros(F.lit(agenda.until)),
            "sequence": (F.col("sequence") + F.col("row_count")).cast("int"),
            "arrived_at": F.timestamp_micros("end_arrived_at"),
            "wakes_at": F.timestamp_micros("end_wakes_at"),
            "is_deferred": F.col("end_is_deferred"),
            "held": F.col("end_held"),
            "queue": F.col("end_queue"),
            "occurrence": F.when(F.col("occurrence") > 0, F.col("occurrence")).cast("int"),
            "queue_order": queue_order(agenda),
        }
    ).select(*JOURNEY_INSTANCES.column_names)


def queue_order(agenda: Agenda) -> Column:
    """The order of specification 2.5 as text: transactional first, priority, first arrival, then the instance's id."""
    text = by_version([_order_text(version) for version in agenda.versions], "CAST(NULL AS STRING)")
    return F.when(F.col("end_queue").isNotNull(), text)


def _order_text(version: Version) -> str:
    marketing = [quoted(s.id) for s in version.journey.steps if isinstance(s, Message) and s.category == "marketing"]
    is_marketing = f"IF(end_step_id IN ({', '.join(marketing)}), '1', '0')" if marketing else "'0'"
    arrived = "lpad(CAST(end_arrived_at AS STRING), 17, '0')"
    return f"concat_ws('|', {is_marketing}, '{100 - version.journey.priority:03d}', {arrived}, instance_id)"
