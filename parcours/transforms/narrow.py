"""The columns of `movers` that the walk needs, and nothing that it doesn't: what comes to the driver."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version
from parcours.walk.agenda import Agenda


def narrow(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """One row a mover: see `walk.people.people_of`. Instants as microseconds."""
    # Only those whom one occurrence brought in share an address (2.5); equal numbers are one address of one occurrence.
    is_read = by_version([str(version.is_read).lower() for version in agenda.versions])
    address_group = F.transform(
        "address_keys", lambda key: F.when(is_read & key.isNotNull(), F.xxhash64("version", "entry_key", key))
    )
    return movers.select(
        "instance_id",
        "version",
        "moment",
        "late",
        "step_id",
        F.unix_micros("arrived_at").alias("arrived_at"),
        F.unix_micros("wakes_at").alias("wakes_at"),
        "is_deferred",
        "held",
        "queue",
        "queue_order",
        F.unix_micros("entered_at").alias("entered_at"),
        "occurrence",
        "zone",
        "answers",
        F.col("eligibility").cast("array<bigint>").alias("eligibility"),
        "suppressed_at",
        "allowed_at",
        address_group.alias("address_group"),
        "member",
        "flips",
        "has_profile",
        "is_inside",
        "last_entry_at",
        F.when(F.col("is_coupled"), F.col("profile_id")).alias("coupled_profile"),
    )
