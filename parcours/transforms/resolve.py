"""What the walk found, as rows: movers ⋈ trails → step_outcomes, journey_instances, deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.steps import Message
from parcours.tables.engine import DELIVERIES, JOURNEY_INSTANCES, STEP_OUTCOMES
from parcours.transforms.dispatch import by_version, local_time, quoted
from parcours.transforms.layers import Seen
from parcours.transforms.lines import line
from parcours.transforms.lookup import with_findings
from parcours.transforms.unfold import INSTANT, Ended, TrailOf, Unfolding
from parcours.walk import clock, steps
from parcours.walk.agenda import Agenda
from parcours.walk.atoms import Integers
from parcours.walk.cells import Row
from parcours.walk.laid import Laid
from parcours.walk.layers import Layer, Passed
from parcours.walk.plan import Version
from parcours.walk.task import Result

PASSED = pa.list_(pa.struct([("step", pa.string()), ("at", pa.int64())]))
"""The steps of the layer in which something happened; null where there is none."""
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
        ("day", pa.date32()),
        ("send_rank", pa.int64()),
        ("sends_before", pa.int64()),
        ("sends_then", pa.int64()),
        ("passed", PASSED),
    ]
)
"""`send_rank` orders sends by channel, route and moment; so many sends have a smaller one, and so many this one."""
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
        ("looked_up", pa.list_(pa.string())),
        ("passed", PASSED),
    ]
)


@dataclass(frozen=True)
class Trails:
    """The result of a walk: `of` (alike, version, trail), the `rows` of each trail of which more is computed (sends,
    updates of profiles), how each ends, and all rows of all trails."""

    of: pa.Table
    rows: pa.Table
    endings: pa.Table
    laid: Laid
    rows_before: Integers
    """By trail, the place of its first row among those of the instance in the tick."""
    ways: frozenset[tuple[int, tuple[Passed, ...]]]
    """(version, steps) of all layers in these."""


def trails_of(result: Result, names: Sequence[str], counts: Integers) -> Trails:
    """The walk's result as tables, of atoms with these names, so many people each; who has no trail isn't there."""
    known = result.trail_of >= 0
    indexes = np.array([version.index for version, _, _ in result.trails] or [0])
    of = pa.table(
        {
            "alike": pa.array(names, pa.string()),
            "version": pa.array(indexes[result.trail_of], pa.int32()),
            "trail": pa.array(result.trail_of, pa.int64()),
        }
    ).filter(pa.array(known))
    laid = result.laid
    is_told = [row.outcome == "sent" or row.step_type == "update_profile" for _, row in laid.rows]
    rows: list[dict[str, Any]] = []
    endings: list[dict[str, object]] = []
    for number, (version, _, ending) in enumerate(result.trails):
        mine, before = laid.of(number), ending.rows_before
        found = [(place, laid.rows[one][1]) for place, one in enumerate(mine, before) if is_told[one]]
        rows += [{"trail": number, "position": place, **_told(row)} for place, row in found]
        past = [laid.rows[one][1] for one in mine] if version.lookups else []
        endings.append(
            {
                "trail": number,
                "row_count": before + len(mine),
                "status": ending.status,
                "end_reason": ending.reason,
                "end_step_id": ending.step_id,
                "ended_at": ending.ended_at,
                "end_arrived_at": ending.arrived_at,
                "end_wakes_at": ending.wakes_at,
                "end_is_deferred": ending.is_deferred,
                "end_held": ending.held,
                "end_queue": ending.queue,
                "looked_up": [row.step_id for row in past if row.step_type == "lookup" and row.outcome == "passed"],
                "passed": _steps(past[-1].layer) if past else None,
            }
        )
    people = np.bincount(result.trail_of[known], weights=counts[known], minlength=len(result.trails))
    _rank_sends(rows, [version for version, _, _ in result.trails], people)
    ways = frozenset((version.index, row.layer.passed) for version, row in laid.rows if row.layer.passed)
    tables = pa.Table.from_pylist(rows, TRAIL_ROWS), pa.Table.from_pylist(endings, ENDINGS)
    rows_before = np.array([ending.rows_before for _, _, ending in result.trails], dtype=np.int64)
    return Trails(of, *tables, laid, rows_before, ways)


def _told(row: Row) -> dict[str, Any]:
    """The row, with the layer in which it happened."""
    told = {**row._asdict(), "day": clock.moment_of(row.at).date(), "passed": _steps(row.layer)}
    del told["layer"]
    return told


def _steps(layer: Layer) -> list[dict[str, Any]] | None:
    return [passed._asdict() for passed in layer.passed] or None


def _rank_sends(rows: list[dict[str, Any]], versions: Sequence[Version], people: np.ndarray[Any, Any]) -> None:
    """Gives the rows of sends their places among all sends of the tick; `people` is how many each trail has."""
    sent: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["outcome"] == "sent":
            move = versions[row["trail"]].moves[row["step_id"]]
            assert isinstance(move, steps.Message), f"{row['step_id']} sends nothing"
            sent[move.step.channel, row["at"]].append(row)
    before = 0
    for rank, key in enumerate(sorted(sent)):
        then = int(sum(people[row["trail"]] for row in sent[key]))
        for row in sent[key]:
            row |= {"send_rank": rank, "sends_before": before, "sends_then": then}
        before += then


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


SEND_ORDER = ("channel", "route", "send_date", "send_at", "instance_id", "step_id")
"""The order of sends in the batches of a tick (2.6), unique."""


def sends(walked: DataFrame, rows: DataFrame, agenda: Agenda) -> DataFrame:
    """A row a send: the mover's, and where and when it goes, before anything is rendered."""
    of_sends = rows.where(F.col("outcome") == "sent").select(
        "trail",
        F.col("step_id").alias("at_step_id"),
        F.col("path").alias("variant"),
        "at",
        "queued_at",
        "day",
        "send_rank",
        "sends_before",
        "sends_then",
        "passed",
    )
    sent = walked.join(of_sends, on="trail", how="inner").withColumn("step_id", F.col("at_step_id"))  # a row a send
    at = F.timestamp_micros("at")
    return sent.withColumns(
        {
            "channel": _of_step(agenda, lambda _, m: quoted(m.channel)),
            "route": F.lit(None).cast("string"),
            "send_at": at,
            "send_date": F.col("day"),
        }
    )


def in_order(sent: DataFrame, count: int, part_count: int) -> DataFrame:
    """The sends, `count` in all, in their order over so many partitions of about the same size.

    An instance's id is a digest, so that its first 32 bits say about where it stands among those of one moment:
    neither are the sends sampled for the bounds of partitions, nor are texts compared where two of these differ.
    """
    first_bits = F.conv(F.substring("instance_id", 1, 8), 16, 10).cast("bigint")
    placed = sent.withColumn("first_bits", first_bits).withColumns(
        {
            "send_order": F.shiftleft("send_rank", 32).bitwiseOR(F.col("first_bits")),
            "place": F.col("sends_before") + F.shiftright(F.col("sends_then") * F.col("first_bits"), 32),
        }
    )
    part = F.least(F.expr(f"place * {part_count} DIV {count}"), F.lit(part_count - 1)).cast("int")
    return placed.repartitionById(part_count, part).sortWithinPartitions("send_order", "instance_id", "step_id")


def deliveries(sent: DataFrame, agenda: Agenda, seen: Seen) -> DataFrame:
    """The rows of `deliveries`, rendered, and `line`: each as it stands in a file. `batch_id` is still null."""
    delivery_id = F.md5(F.concat_ws("|", "instance_id", "step_id"))
    named = seen(sent).withColumns(
        {
            "delivery_id": delivery_id,
            "__delivery_id": delivery_id,
            "__now": F.col("send_at"),
            "__local_now": local_time("at"),
        }
    )
    linked = named.withColumns(
        {
            "__unsubscribe_url": _of_step(agenda, lambda v, m: v.contents[m.id].unsubscribe_url),
            "category": _of_step(agenda, lambda _, m: quoted(m.category)),
        }
    )
    made = linked.withColumns(
        {
            "batch_id": F.lit(None).cast("string"),
            "address": _of_step(agenda, _address),
            "template": _of_step(agenda, lambda _, m: quoted(m.template) if m.template else None),
            "template_hash": _of_step(agenda, lambda v, m: quoted(v.contents[m.id].template_hash)),
            "content": _of_step(agenda, lambda v, m: v.contents[m.id].content, "CAST(map() AS MAP<STRING,STRING>)"),
            "queued_at": F.timestamp_micros("queued_at"),
            "tick_until": F.timestamp_micros(F.lit(agenda.until)),
            "unsubscribe_url": F.when(F.col("category") == "marketing", F.col("__unsubscribe_url")),
        }
    )
    return made.withColumn("line", line(agenda)).select(*DELIVERIES.column_names, "line")


def _address(version: Version, message: Message) -> str:
    """As it was found beside all others; what may have been written since is looked at anew."""
    send = version.send_of(message.id)
    text = version.sends[send].address if send in version.judgings else None
    return f"addresses[{send}]" if text is None else f"CAST(({text}) AS STRING)"


def _of_step(
    agenda: Agenda, text: Callable[[Version, Message], str | None], none: str = "CAST(NULL AS STRING)"
) -> Column:
    """For each send the text of its version and message step."""
    texts = []
    for version in agenda.versions:
        messages = [step for step in version.journey.steps if isinstance(step, Message)]
        cases = [f"WHEN {quoted(message.id)} THEN {text(version, message) or none}" for message in messages]
        texts.append(f"CASE step_id {' '.join(cases)} ELSE {none} END" if cases else none)
    return by_version(texts, none)
