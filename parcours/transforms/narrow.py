"""The columns of `movers` that the walk needs, and nothing that it doesn't: what comes to the driver."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version

NARROW = (
    "instance_id",
    "version",
    "moment",
    "late",
    "step_id",
    "arrived_at",
    "wakes_at",
    "is_deferred",
    "held",
    "queue",
    "queue_order",
    "entered_at",
    "occurrence",
    "zone",
    "answers",
    "eligibility",
    "suppressed_at",
    "allowed_at",
    "address_group",
    "member",
    "flips",
    "has_profile",
    "is_inside",
    "last_entry_at",
    "coupled_profile",
    "unknown_zone",
    "misfit_attributes",
)
"""See `walk.people.people_of`."""


def with_groups(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Adds `coupled_profile`, and `address_group`, equal for one address of one occurrence (2.5)."""
    is_read = by_version([str(version.is_read).lower() for version in agenda.versions])
    address_group = F.transform(
        "address_keys", lambda key: F.when(is_read & key.isNotNull(), F.xxhash64("version", "entry_key", key))
    )
    coupled_profile = F.when(F.col("is_coupled"), F.col("profile_id"))
    return movers.withColumns(
        {
            "address_group": address_group,
            "coupled_profile": coupled_profile,
            "misfit_attributes": by_version([_misfits(version) for version in agenda.versions], "0"),
        }
    ).drop("address_keys", "is_coupled")


def _misfits(version: Version) -> str:
    """How many attributes of the event don't fit the type that events.yaml gives them: null, and counted (2.7)."""
    typed = [(name, kind) for name, kind in (version.scope.event or {}).items() if kind != "string"]
    asked = [f"event[{quoted(n)}] IS NOT NULL AND try_cast(event[{quoted(n)}] AS {kind}) IS NULL" for n, kind in typed]
    return " + ".join(f"IF({text}, 1, 0)" for text in asked) or "0"
