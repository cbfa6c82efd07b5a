"""What became of sends, as `delivery_daily` counts it: once in each column, on the UTC day of the send."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

COUNTED = ("delivered", "opened", "clicked", "unsubscribed", "complained")
"""Feedback that has a column of its own name; both kinds of bounces are `bounced`."""
SEND = ("delivery_id", "channel", "route", "journey_id", "send_at", "send_date", "tick_until")


def said_until(feedback: DataFrame, until: int) -> DataFrame:
    """(delivery_id, said, feedback_at) of the feedback up to that moment; `said` is the column that counts it.

    A row may say what another one says. Feedback without a moment says nothing.
    """
    kind = F.col("feedback")
    said = F.when(kind.isin("bounced_hard", "bounced_soft"), "bounced").when(kind.isin(*COUNTED), kind)
    in_time = F.col("feedback_at") <= at(until)
    known = feedback.where(in_time).select("delivery_id", said.alias("said"), "feedback_at")
    return known.where(F.col("delivery_id").isNotNull() & F.col("said").isNotNull())


def with_sends(said: DataFrame, sends: DataFrame) -> DataFrame:
    """What is said of sends that there are, with the columns of each. delivery_id is unique in `sends`."""
    return said.join(sends.select(*SEND), on="delivery_id", how="inner")


def said_first(found: DataFrame, former: DataFrame | None = None, start: int = 0) -> DataFrame:
    """What the sends hadn't come to when the tick began, at `start`: (delivery_id, said, …), once each.

    `former` is what was known then; None for nothing. What is dated before its send never counts, so that a tick counts
    what it would have counted whatever ticks were before it.
    """
    counts = found.where(F.col("feedback_at") >= F.col("send_at"))
    if former is not None:
        was, now = former.alias("was"), counts.alias("now")
        is_same = (F.col("was.delivery_id") == F.col("now.delivery_id")) & (F.col("was.said") == F.col("now.said"))
        was_counted = F.col("was.feedback_at") >= F.col("now.send_at")
        was_sent = F.col("now.tick_until") <= at(start)
        counts = now.join(was, on=is_same & was_counted & was_sent, how="left_anti")
    # A delivery's columns are the same in all of its rows.
    return counts.drop("feedback_at").distinct()


def by_day(first: DataFrame) -> DataFrame:
    """(channel, route, journey_id, day, said, count)."""
    day = F.col("send_date").alias("day")
    return first.groupBy("channel", "route", "journey_id", day, "said").count()


def at(moment: int) -> Column:
    """The instant of that many microseconds."""
    return F.timestamp_micros(F.lit(moment))
