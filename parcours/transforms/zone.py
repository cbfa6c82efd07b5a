"""The instance's zone (specification 1.1)."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, quoted
from parcours.walk.agenda import Agenda


def with_zone(movers: DataFrame, agenda: Agenda, zones: DataFrame | None) -> DataFrame:
    """Adds the instance's zone (1.1): `zone_name`, and `zone`, its number in `zones` or -1 for the journey's.

    `zones` has (zone_name, zone) of all known zones, unique on the name.
    """
    uses = [str(v.journey.use_profile_timezone).lower() for v in agenda.versions]
    own = by_version([quoted(version.zone) for version in agenda.versions])
    if zones is None or "true" not in uses:
        return movers.withColumns({"zone": F.lit(-1), "zone_name": own, "unknown_zone": F.lit(False)})
    asked = movers.withColumn("zone_name", F.when(by_version(uses), F.col("profile.timezone")))
    known = asked.join(F.broadcast(zones), on="zone_name", how="left")
    return known.withColumns(
        {
            "unknown_zone": F.col("zone_name").isNotNull() & F.col("zone").isNull(),
            "zone_name": F.when(F.col("zone").isNull(), own).otherwise(F.col("zone_name")),
            "zone": F.coalesce("zone", F.lit(-1)),
        }
    )
