"""Sends as they are to be delivered: their order, their content, their line in a file."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.steps import Message
from parcours.tables.engine import DELIVERIES
from parcours.transforms.dispatch import by_version, local_time, quoted
from parcours.transforms.layers import Seen
from parcours.transforms.lines import line
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version

SEND_ORDER = ("channel", "route", "send_date", "send_at", "instance_id", "step_id")
"""The order of sends in the batches of a tick (2.6), unique."""


def sends_of(walked: DataFrame, rows: DataFrame, agenda: Agenda) -> DataFrame:
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
