"""How a delivery stands in a batch file: one line of text, made by Spark, the same however many there are."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from parcours.definition.steps import Message
from parcours.transforms.dispatch import by_version, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version

FIELDS = (
    "delivery_id",
    "channel",
    "route",
    "address",
    "profile_id",
    "journey_id",
    "journey_version",
    "instance_id",
    "step_id",
    "category",
    "template",
    "variant",
    "send_at",
    "content",
    "headers",
)
"""What a file holds of a delivery, in this order. `headers` are those of a one-click unsubscription, or null."""

ONE_CLICK = (
    "IF(unsubscribe_url IS NULL, NULL, map('List-Unsubscribe', concat('<', unsubscribe_url, '>'), "
    "'List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'))"
)
"""RFC 8058: the header fields that let a mail program unsubscribe by one request."""
ISO = "regexp_replace(date_format(send_at, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS\"), '\\\\.?0*$', '')"


def line(agenda: Agenda) -> Column:
    """A JSON object or a line of CSV (maps as JSON objects), by the format of the channel; null for Parquet."""
    return by_version([_of_version(version) for version in agenda.versions], "CAST(NULL AS STRING)")


def _of_version(version: Version) -> str:
    messages = [step for step in version.journey.steps if isinstance(step, Message)]
    formats = {message.id: version.channels[message.channel].batch.format for message in messages}
    cases = [f"WHEN {quoted(id)} THEN {TEXTS[kind]}" for id, kind in formats.items() if kind in TEXTS]
    return f"CASE step_id {' '.join(cases)} ELSE CAST(NULL AS STRING) END" if cases else ""


def _struct(**other: str) -> str:
    made = {"send_at": f"concat({ISO}, 'Z')", "headers": ONE_CLICK, **other}
    return f"named_struct({', '.join(f'{quoted(name)}, {made.get(name, name)}' for name in FIELDS)})"


CSV = "map('escape', '\"')"
"""RFC 4180: a quote within quotes stands twice, so that every reader reads it."""
TEXTS = {
    "jsonl": f"to_json({_struct()}, map('ignoreNullFields', 'false'))",
    "csv": f"to_csv({_struct(content='to_json(content)', headers=f'to_json({ONE_CLICK})')}, {CSV})",
}


def with_batch_numbers(sends: DataFrame, most_rows: Mapping[str, int]) -> DataFrame:
    """Adds `batch_number`, from 0 within channel, route and date, by send_at, then instance and step (2.6).

    Counted bucket by bucket, so that no task holds all of a day's sends; `most_rows` is by channel.
    """
    one_file = ["channel", "route", "send_date"]
    bucketed = sends.withColumn("bucket", F.struct("send_at", F.substring("instance_id", 1, 2).alias("start")))
    counts = bucketed.groupBy(*one_file, "bucket").agg(F.count("*").alias("in_bucket"))
    before = Window.partitionBy(*one_file).orderBy("bucket").rowsBetween(Window.unboundedPreceding, -1)
    offsets = counts.select(*one_file, "bucket", F.coalesce(F.sum("in_bucket").over(before), F.lit(0)).alias("before"))
    in_bucket = Window.partitionBy(*one_file, "bucket").orderBy("instance_id", "step_id")
    placed = bucketed.withColumn("place", F.row_number().over(in_bucket) - 1)
    # One row of offsets a bucket; a null route is a route of its own.
    same = [placed[name].eqNullSafe(offsets[name]) for name in (*one_file, "bucket")]
    numbered = placed.join(F.broadcast(offsets.withColumnRenamed("before", "before_bucket")), on=same, how="inner")
    most = F.element_at(F.create_map(*[F.lit(part) for item in most_rows.items() for part in item]), placed["channel"])
    number = F.floor((F.col("before_bucket") + F.col("place")) / most).cast("int")
    return numbered.select(*[placed[name] for name in sends.columns], number.alias("batch_number"))
