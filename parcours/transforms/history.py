"""What people were sent before the tick, and what they did with it: read for those who ask, and for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.happen import KINDS
from parcours.walk.agenda import Agenda

RECEIVED, ENGAGED = "map<string,bigint>", "map<string,array<bigint>>"


@dataclass(frozen=True)
class Past:
    """`deliveries` as they were before the tick, and all feedback that is known; None for nothing."""

    deliveries: DataFrame | None
    feedback: DataFrame | None


def with_past(people: DataFrame, agenda: Agenda, past: Past) -> DataFrame:
    """Adds `__received`, by journey the first send, and `__engaged`, by channel when messages were opened (micros)."""
    journeys = sorted({journey for version in agenda.versions for journey in version.received_journeys})
    channels = sorted({channel for version in agenda.versions for channel in version.timed_channels})
    nothing = {"__received": F.lit(None).cast(RECEIVED), "__engaged": F.lit(None).cast(ENGAGED)}
    if past.deliveries is None:
        return people.withColumns(nothing)
    theirs = F.broadcast(people.select("profile_id").distinct())
    sends = past.deliveries.join(theirs, on="profile_id", how="left_semi")
    found = people
    if journeys:
        found = found.join(_received(sends, journeys), on="profile_id", how="left")  # one row a profile
    if channels and past.feedback is not None:
        found = found.join(_engaged(sends, past.feedback, channels), on="profile_id", how="left")  # one row a profile
    return found.withColumns({name: value for name, value in nothing.items() if name not in found.columns})


def _received(sends: DataFrame, journeys: Sequence[str]) -> DataFrame:
    mine = sends.where(F.col("journey_id").isin(journeys)).select("profile_id", "journey_id", "send_at")
    first = mine.groupBy("profile_id", "journey_id").agg(F.unix_micros(F.min("send_at")).alias("first"))
    return first.groupBy("profile_id").agg(_map("journey_id", "first").alias("__received"))


def _engaged(sends: DataFrame, feedback: DataFrame, channels: Sequence[str]) -> DataFrame:
    mine = sends.where(F.col("channel").isin(channels)).select("delivery_id", "profile_id", "channel", "send_at")
    opened = feedback.where(F.col("feedback").isin(*KINDS["engaged"])).select("delivery_id", "feedback_at")
    # A row a feedback, which is known by its id. What is dated before its send says nothing.
    said = opened.join(F.broadcast(mine), on="delivery_id", how="inner").where("feedback_at >= send_at")
    moments = F.collect_list(F.unix_micros("feedback_at")).alias("moments")
    by_channel = said.groupBy("profile_id", "channel").agg(moments)
    return by_channel.groupBy("profile_id").agg(_map("channel", "moments").alias("__engaged"))


def _map(key: str, value: str) -> Column:
    return F.map_from_entries(F.collect_list(F.struct(key, value)))
