"""The columns of `movers` that the walk needs, and nothing that it doesn't: what comes to the driver."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, comes_by_jump, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version

NARROW = (
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
    "signals",
    "is_apart",
    "jump",
    "person",
    "engaged",
    "moved_from",
)
"""See `walk.people.people_of`."""
OWN = ("late", "queue_order", "address_group", "coupled_profile", "signals", "is_apart", "jump", "person", "engaged")
"""Those that are a person's own: who has one that counts isn't alike anybody."""


def with_likeness(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Adds `alike`: the same text for movers that nothing tells apart in the walk, but for a shared address.

    Where places are contended, or answers depend on the moment, it is the instance's id, which gives the order.
    """
    told_apart = by_version([str(version.is_individual).lower() for version in agenda.versions])
    own = [F.col(name).isNotNull() for name in ("coupled_profile", "late", "signals", "jump", "person")]
    is_single = reduce(Column.__or__, [told_apart, F.col("is_apart"), *own])
    texts = [f"coalesce(CAST({name} AS STRING), '-')" for name in NARROW if name not in OWN]
    digest = F.expr(f"md5(concat_ws('|', {', '.join(texts)}))")
    # An instance's id is a digest as well: they are told apart by a letter.
    return movers.withColumn("alike", F.when(is_single, F.col("instance_id")).otherwise(F.concat(F.lit("="), digest)))


def shared_groups(movers: DataFrame) -> DataFrame:
    """`group`: the address groups in which more than one address stands; one of each kind of send of a mover counts."""
    each = movers.select(F.explode("address_group").alias("group")).where("group IS NOT NULL")
    return each.groupBy("group").agg(F.count("*").alias("addresses")).where("addresses > 1").select("group")


def told_apart(movers: DataFrame, groups: DataFrame) -> DataFrame:
    """The movers, of whom those in one of these address groups are alike nobody (2.5, 1)."""
    each = movers.select("instance_id", F.explode("address_group").alias("group"))
    singles = each.join(F.broadcast(groups), on="group", how="left_semi").select("instance_id").distinct()
    single = singles.withColumn("__is_single", F.lit(True))
    known = movers.join(F.broadcast(single), on="instance_id", how="left")  # one row an instance
    return known.withColumn("alike", F.when(F.col("__is_single"), F.col("instance_id")).otherwise(F.col("alike"))).drop(
        "__is_single"
    )


def atoms_of(movers: DataFrame) -> DataFrame:
    """One row for all movers that are alike: `alike`, the narrow columns, and `count`, how many they are."""
    is_single = F.col("alike") == F.col("instance_id")
    mine = {name: F.when(is_single, F.col(name)) for name in OWN}
    return movers.withColumns(mine).groupBy("alike", *NARROW).agg(F.count("*").alias("count"))


def with_groups(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Adds `coupled_profile`, and `address_group`, equal for one address of one occurrence (2.5)."""
    coupled_profile = F.when(F.col("is_coupled"), F.col("profile_id"))
    return movers.withColumns(
        {
            "address_group": address_group(agenda),
            "coupled_profile": coupled_profile,
            "person": F.when(_asks_or_is_asked(agenda) | F.col("engaged").isNotNull(), F.col("profile_id")),
            "jump": F.when(F.col("moment").isNotNull() & comes_by_jump(), F.col("entry_key")),
            "misfit_attributes": by_version([_misfits(version) for version in agenda.versions], "0"),
        }
    ).drop("address_keys", "is_coupled")


def address_group(agenda: Agenda) -> Column:
    """From `address_keys` a number for each kind of send: equal for one address of one occurrence."""
    is_read = by_version([str(version.enters_together).lower() for version in agenda.versions])
    return F.transform(
        "address_keys", lambda key: F.when(is_read & key.isNotNull(), F.xxhash64("version", "entry_key", key))
    )


def _asks_or_is_asked(agenda: Agenda) -> Column:
    """Whether anybody asks what the mover has received, the mover itself or another one of its profile."""
    asked = {journey for version in agenda.versions for journey in version.received_journeys}
    looking = [
        version.journey.id in asked or any(question.looks_back for question in version.questions)
        for version in agenda.versions
    ]
    return by_version([str(looks).lower() for looks in looking])


def _misfits(version: Version) -> str:
    """How many attributes of the event don't fit the type that events.yaml gives them: null, and counted (2.7)."""
    typed = [(name, kind) for name, kind in (version.scope.event or {}).items() if kind != "string"]
    asked = [f"event[{quoted(n)}] IS NOT NULL AND {_read(f'event[{quoted(n)}]', kind)} IS NULL" for n, kind in typed]
    return " + ".join(f"IF({text}, 1, 0)" for text in asked) or "0"


def _read(text: str, kind: str) -> str:
    return f"from_json({text}, {quoted(kind)})" if "<" in kind else f"try_cast({text} AS {kind})"
