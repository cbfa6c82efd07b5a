"""Who can move in a tick: one narrow frame of instances that are inside and of entrants, before any profile is read.

Besides, who comes while the walk is made: those who move into another version, or jump into another journey.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.bring_in import entrants_of_events, entrants_qualified
from parcours.transforms.candidates import ENTRANT, NAMES, Sources, as_candidates, instance_id, version_index
from parcours.transforms.dispatch import by_version, quoted
from parcours.transforms.lookup import with_findings
from parcours.transforms.spread import entrants_spread
from parcours.transforms.union import union
from parcours.walk.agenda import Agenda
from parcours.walk.sends import SENT


def candidates(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """All who can move, unique on (version, instance_id); None where nothing can."""
    return union(
        inside(sources.instances, agenda) if sources.instances is not None else None,
        entrants_of_events(sources, agenda),
        entrants_qualified(sources.stays, agenda),
        entrants_spread(sources.spread, agenda) if sources.spread is not None else None,
    )


def inside(instances: DataFrame, agenda: Agenda) -> DataFrame:
    """The instances that are loaded, as candidates."""
    return instances.withColumns({"version": version_index(agenda), "moment": F.lit(None).cast("bigint")}).select(
        "version",
        "journey_id",
        "instance_id",
        "profile_id",
        "entry_key",
        "moment",
        F.lit(None).cast("string").alias("late"),
        F.coalesce("occurrence", F.lit(0)).alias("occurrence"),
        "context",
        "entered_at",
        "step_id",
        "arrived_at",
        "wakes_at",
        F.coalesce("is_deferred", F.lit(False)).alias("is_deferred"),
        "held",
        "queue",
        "queue_order",
        "sequence",
        "is_apart",
        F.lit(None).cast("boolean").alias("is_coupled"),
        F.lit(None).cast("string").alias("moved_from"),
    )


OWN_VIEW = ("profile", "has_profile", "__stays", "__events")
"""What those who move have of before: their profile and stays as they have written them in the tick."""


def who_move(movers: DataFrame, sent: DataFrame, agenda: Agenda) -> DataFrame:
    """Those who move into another version, as they are there: candidates that have OWN_VIEW besides.

    The movers see what they have written. They have `into` and `stands_at`, where they move and stand, and `looked_up`
    and `sent`, which lookups they have passed and messages they have had in the tick. `sent` are the rows of
    `deliveries`.
    """
    before = sent.groupBy("instance_id").agg(F.collect_set("step_id").alias("sent_before"))
    found = movers.join(before, on="instance_id", how="left")  # one row an instance
    became = {
        "version": F.col("into"),
        "moment": F.lit(None).cast("bigint"),
        "entered_at": F.coalesce("entered_at", F.timestamp_micros("moment")),
        "late": F.lit(None).cast("string"),
        "context": _with_sent(with_findings(agenda)),
        "step_id": F.col("stands_at"),
        "is_apart": F.lit(False),
        "is_coupled": F.col("coupled_profile").isNotNull(),
        "moved_from": F.concat_ws("|", "version", "alike"),
    }
    stands = {name: kind for name, kind in ENTRANT.items() if name not in became}
    became |= {name: F.lit(None).cast(kind) for name, kind in stands.items()}
    became["is_deferred"] = F.lit(False)
    return found.select(*(became.get(name, F.col(name)).alias(name) for name in NAMES), *OWN_VIEW)


def _with_sent(context: Column) -> Column:
    """The context with the messages that it has had (`sent_before`, `sent`)."""
    steps = F.array_union(F.coalesce("sent_before", F.array().cast("array<string>")), "sent")
    had = F.transform(steps, lambda step: F.concat(F.lit(SENT), step))
    known = F.coalesce(context, F.create_map().cast("map<string,string>"))
    others = F.map_filter(known, lambda name, _: ~F.startswith(name, F.lit(SENT)))
    return F.map_concat(others, F.map_from_arrays(had, F.transform(had, lambda _: F.lit(""))))


def entrants_by_jump(movers: DataFrame, asked: DataFrame, agenda: Agenda) -> DataFrame:
    """Those who jump from one journey into another, as candidates.

    `asked` has (instance_id, entry_key, version, moment), unique on the key: of whom, and into which version.
    """
    who = movers.select("instance_id", "profile_id").distinct()
    found = asked.join(who, on="instance_id", how="inner").drop("instance_id")  # one profile an instance
    number = by_version([str(version.journey.version) for version in agenda.versions])
    return as_candidates(
        found.withColumns(
            {
                "journey_id": by_version([quoted(version.journey.id) for version in agenda.versions]),
                "late": F.lit(None).cast("string"),
                "occurrence": F.lit(0),
                "context": F.lit(None).cast("map<string,string>"),
            }
        ).withColumn("instance_id", instance_id(number.cast("string")))
    )
