"""What everything must add up from: the tables counted, for `check` to compare (specification 2.7)."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

DECIDED = ("sent", "excluded")
VERSION = ("journey_id", "journey_version")


def outcome_counts(outcomes: DataFrame) -> DataFrame:
    """Rows of step_outcomes by version, step, outcome, path, reason and UTC day: (…, count)."""
    return outcomes.groupBy(*VERSION, "step_id", "outcome", "path", "reason", "occurred_date").count()


def instance_counts(instances: DataFrame) -> DataFrame:
    """Rows of journey_instances by version and status: (…, count, distinct)."""
    return instances.groupBy(*VERSION, "status").agg(
        F.count("*").alias("count"), F.count_distinct("instance_id").alias("distinct")
    )


def numbering(outcomes: DataFrame) -> DataFrame:
    """One row: (instances, rows, broken), the last being instances whose rows aren't numbered 0, 1, 2, … once each."""
    by_instance = outcomes.groupBy("instance_id").agg(
        F.count("*").alias("rows"),
        F.size(F.collect_set("sequence")).alias("numbers"),
        F.max("sequence").alias("last"),
    )
    is_broken = (F.col("rows") != F.col("numbers")) | (F.col("last") != F.col("rows") - 1)
    return by_instance.agg(
        F.count("*").alias("instances"),
        F.coalesce(F.sum("rows"), F.lit(0)).alias("rows"),
        F.count_if(is_broken).alias("broken"),
    )


def messages(outcomes: DataFrame, instances: DataFrame) -> DataFrame:
    """By version and message step what became of those who asked for a send.

    (…, asked, sent, excluded, left_held, held, repeated): `repeated` are those who have more than one `sent` or
    `excluded`, or more than one `deferred`. instance_id is unique in journey_instances: another check says so. Who is
    held and moves has left the one version while held, and asks in the other.
    """
    moved = outcomes.where((F.col("outcome") == "moved") & (F.col("step_type") == "message"))
    went = moved.withColumns({"journey_version": F.col("reason").cast("int"), "outcome": F.lit("gone")})
    at_message = outcomes.where(F.col("outcome").isin("sent", "excluded", "deferred")).unionByName(moved)
    asked = (
        at_message.unionByName(went)
        .groupBy(*VERSION, "instance_id", "step_id")
        .agg(*(F.count_if(F.col("outcome") == name).alias(name) for name in ("sent", "excluded", "deferred", "gone")))
    )
    places = instances.select(
        "instance_id", "status", F.col("step_id").alias("stands_at"), F.col("journey_version").alias("stands_in")
    )
    placed = asked.join(places, on="instance_id", how="left")
    stands_here = (F.col("step_id") == F.col("stands_at")) & (F.col("journey_version") == F.col("stands_in"))
    is_undecided = F.col("sent") + F.col("excluded") == 0
    is_gone, is_held = is_undecided & (F.col("gone") > 0), is_undecided & stands_here
    is_repeated = (F.col("sent") + F.col("excluded") > 1) | (F.col("deferred") > 1)
    return placed.groupBy(*VERSION, "step_id").agg(
        F.count("*").alias("asked"),
        F.sum("sent").alias("sent"),
        F.sum("excluded").alias("excluded"),
        F.count_if(is_gone | (is_held & (F.col("status") != "active"))).alias("left_held"),
        F.count_if(is_held & (F.col("status") == "active")).alias("held"),
        F.count_if(is_repeated).alias("repeated"),
    )


def sends(outcomes: DataFrame, deliveries: DataFrame) -> DataFrame:
    """One row: (deliveries, sent, unmatched, repeated).

    `unmatched` are deliveries without a `sent` of the same moment, and the other way round.
    """
    key = ("instance_id", "step_id", "at")
    sent = outcomes.where(F.col("outcome") == "sent").withColumnRenamed("occurred_at", "at")
    ours = sent.groupBy(*key).agg(F.count("*").alias("sent"))
    theirs = deliveries.withColumnRenamed("send_at", "at").groupBy(*key).agg(F.count("*").alias("deliveries"))
    both = ours.join(theirs, on=list(key), how="full")
    sent_count, delivery_count = _or_zero("sent"), _or_zero("deliveries")
    return both.agg(
        F.coalesce(F.sum("deliveries"), F.lit(0)).alias("deliveries"),
        F.coalesce(F.sum("sent"), F.lit(0)).alias("sent"),
        F.count_if(sent_count != delivery_count).alias("unmatched"),
    )


def updates(outcomes: DataFrame, updates: DataFrame) -> DataFrame:
    """One row: (rows, passed, unmatched): rows of profile_updates, update_profile steps that were passed, and of both
    those that have none of the other."""
    key = ("instance_id", "step_id", "at")
    is_update = (F.col("step_type") == "update_profile") & (F.col("outcome") == "passed")
    ours = outcomes.where(is_update).withColumnRenamed("occurred_at", "at").groupBy(*key)
    theirs = updates.withColumnRenamed("updated_at", "at").groupBy(*key)
    both = ours.agg(F.count("*").alias("passed")).join(theirs.agg(F.count("*").alias("rows")), on=list(key), how="full")
    return both.agg(
        F.coalesce(F.sum("rows"), F.lit(0)).alias("rows"),
        F.coalesce(F.sum("passed"), F.lit(0)).alias("passed"),
        F.count_if(F.col("rows").isNull() | F.col("passed").isNull()).alias("unmatched"),
    )


def repeated_deliveries(deliveries: DataFrame) -> DataFrame:
    """One row: (deliveries, repeated), the last being delivery ids that stand more than once."""
    by_id = deliveries.groupBy("delivery_id").agg(F.count("*").alias("rows"))
    return by_id.agg(
        F.coalesce(F.sum("rows"), F.lit(0)).alias("deliveries"), F.count_if(F.col("rows") > 1).alias("repeated")
    )


def batch_counts(deliveries: DataFrame) -> DataFrame:
    """Deliveries by batch: (batch_id, count); batch_id null: those that stand in none."""
    return deliveries.groupBy("batch_id").count()


def sends_by_moment(deliveries: DataFrame, unit: str) -> DataFrame:
    """Deliveries by channel, journey and moment, cut to whole units: (channel, at, count)."""
    return deliveries.groupBy("channel", F.date_trunc(unit, "send_at").alias("at")).count()


def within_caps(outcomes: DataFrame, instances: DataFrame) -> DataFrame:
    """Places taken in caps, by version, step, occurrence and minute: (…, occurrence, at, count)."""
    within = outcomes.where((F.col("step_type") == "profile_cap") & (F.col("path") == "within"))
    entered = instances.select("instance_id", "occurrence")
    joined = within.join(entered, on="instance_id", how="left")
    at = F.date_trunc("minute", "occurred_at").alias("at")
    return joined.groupBy(*VERSION, "step_id", "occurrence", at).count()


def _or_zero(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(0))
