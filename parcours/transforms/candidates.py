"""Candidates: the rows of who can move, before any profile is read, and the frames in which they are found.

One row a person and version (`CANDIDATE`): who, how they come, and where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import quoted
from parcours.walk.agenda import Agenda, version_key

CANDIDATE = (
    "version int, journey_id string, instance_id string, profile_id string, entry_key string, moment bigint, "
    "late string, "
    "occurrence int, context map<string,string>, entered_at timestamp, step_id string, arrived_at timestamp, "
    "wakes_at timestamp, is_deferred boolean, held string, queue string, queue_order string, sequence int, "
    "is_apart boolean, is_coupled boolean, moved_from string"
)
"""`moment` (microseconds) is null for who is inside. `late` orders what was learnt late; null otherwise.

`is_apart` are the instances that aren't due, and are there for what reaches them from outside. `moved_from` is null but
for who moves into the version in the tick: `version|alike` of the mover that they were before, who stands somewhere, or
comes. `is_coupled` is null where it isn't known yet.
"""
NAMES = tuple(column.split()[0] for column in CANDIDATE.split(", "))
ENTRANT = {
    "entered_at": "timestamp",
    "step_id": "string",
    "arrived_at": "timestamp",
    "wakes_at": "timestamp",
    "is_deferred": "boolean",
    "held": "string",
    "queue": "string",
    "queue_order": "string",
    "is_coupled": "boolean",
    "moved_from": "string",
}


@dataclass(frozen=True)
class Sources:
    """The frames that a tick reads, each at its pinned version.

    `instances` those that are due, at the head of a queue, of a journey that empties, or reached from outside;
    `events` of the interval, and those learnt late; `stays` the changes of membership likewise; both have `happened`,
    `at` (when it is taken) and `late`; `learnt_stays` the keys of stays learnt since the
    occurrence named (`version`, `moment`); `spread` the entrants of earlier occurrences whose moment has come.
    """

    instances: DataFrame | None
    members: DataFrame | None = None
    learnt_stays: DataFrame | None = None
    events: DataFrame | None = None
    stays: DataFrame | None = None
    spread: DataFrame | None = None


def version_index(agenda: Agenda) -> Column:
    """The index of a row's version; null for one that isn't on the agenda."""
    pairs = ", ".join(f"{quoted(version_key(v))}, {v.index}" for v in agenda.versions)
    return F.expr(f"try_element_at(map({pairs}), concat(journey_id, '|', journey_version))")


def instance_id(version_number: Column) -> Column:
    """The published digest of 2.2."""
    return F.md5(F.concat_ws("|", "journey_id", version_number, "profile_id", "entry_key"))


def as_candidates(frame: DataFrame) -> DataFrame:
    """Fills what only an instance has, and puts the columns in their order."""
    empty = {name: F.lit(None).cast(kind) for name, kind in ENTRANT.items()}
    return frame.withColumns(
        {**empty, "is_deferred": F.lit(False), "sequence": F.lit(0), "is_apart": F.lit(False)}
    ).select(*NAMES)


def called(prefix: str, attributes: str) -> Column:
    """The attributes as the context has them: `event.sku`, `audience.best_order`; null where there are none."""
    return F.transform_keys(F.col(attributes), lambda name, _: F.concat(F.lit(prefix), name))
