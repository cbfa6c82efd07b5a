"""The rows of `journey_instances` that a tick reads: those whom it concerns, and earlier passages of who may enter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.definition.times import iso
from parcours.jobs.pruning import Within
from parcours.jobs.store import LIVE, Store
from parcours.transforms.candidates import version_index
from parcours.transforms.happen import reached
from parcours.transforms.passages import reads_back_to
from parcours.transforms.union import union
from parcours.walk import clock
from parcours.walk.agenda import Agenda
from parcours.walk.channels import Prefix, Sender
from parcours.walk.tally import ENDED

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.plans import Remembered

MARGIN = 100
"""So many more of a queue are loaded than can leave it, for those at its head who can't be sent to."""
ACTIVE = {"status": ["active"]}
"""The partition of who is inside."""


def queue_heads(project: Project, agenda: Agenda, former: Remembered) -> dict[str, int]:
    """How many of each queue can leave it in the tick at most, one more to know whether there are others; -1: all."""
    found = {}
    for name, queued in former.queued.items():
        channel = project.channels.get(name)
        if channel is None or queued == 0:
            continue
        days = former.counters.days_sent.get(name, (0, None))
        room = Sender(channel, project.timezone, {}, days).most_room(agenda.start, agenda.until)
        found[name] = -1 if room is None or room + MARGIN >= queued else room + room // 10 + MARGIN
    return found


def instances_of(
    store: Store,
    agenda: Agenda,
    former: Remembered,
    heads: Mapping[str, int],
    heard: DataFrame | None,
    feedback: DataFrame | None,
) -> tuple[DataFrame | None, list[str]]:
    """The instances that the tick concerns, and the predicates that name exactly those that aren't `is_apart`."""
    if not former.inside:
        return None, []
    is_apart = bool(agenda.emptied or heads)  # then others are concerned besides those who are due
    due = () if is_apart else due_within(agenda)
    active = store.read("journey_instances", within=due, partitions=ACTIVE).where(F.col("status") == "active")
    until = iso(clock.moment_of(agenda.until))
    concerned = f"due_at <= '{until}'"
    if agenda.emptied:
        ids = ", ".join(f"'{journey}'" for journey in sorted(agenda.emptied))
        concerned = f"({concerned} OR journey_id IN ({ids}))"
    parts = [concerned]
    for name, most in heads.items():
        queue = f"queue = '{name}'"
        if most >= 0:
            head = active.where(queue).select("queue_order").orderBy("queue_order").limit(most)
            last = head.agg(F.max("queue_order")).first()
            if last is None or last[0] is None:
                continue
            queue += f" AND queue_order <= '{last[0]}'"
        parts.append(f"({queue})")
    predicate = " OR ".join(parts)
    due_now = active.where(predicate).withColumn("is_apart", F.lit(False))
    apart = _reached(store, agenda, predicate, heard, feedback)
    return union(due_now, apart), [f"status = 'active' AND {LIVE} AND ({predicate})"]


def _reached(
    store: Store, agenda: Agenda, predicate: str, heard: DataFrame | None, feedback: DataFrame | None
) -> DataFrame | None:
    """The instances that aren't due, and that something from outside may reach."""
    hearing = sorted({version.journey.id for version in agenda.versions if version.signals})
    if not hearing or (heard is None and feedback is None):
        return None
    active = store.read("journey_instances", partitions=ACTIVE).where(F.col("status") == "active")
    waiting = active.where(F.col("journey_id").isin(hearing) & ~F.coalesce(F.expr(predicate), F.lit(False)))
    ids = reached(waiting.withColumn("version", version_index(agenda)), heard, feedback, agenda)
    found = waiting.join(ids, on="instance_id", how="left_semi")
    return found.withColumn("is_apart", F.lit(True)).select(*active.columns, "is_apart")


def due_within(agenda: Agenda) -> tuple[Within, ...]:
    """Leaves out the files in which nobody is due in the tick."""
    return (Within("due_at", most=clock.moment_of(agenda.until)),)


def passages_of(store: Store, agenda: Agenda, former: Remembered) -> DataFrame | None:
    """All passages, of which `gather` reads few columns of the journeys that somebody may enter."""
    if former.until is None:
        return None
    back_to = reads_back_to(agenda)
    if back_to is None:
        return store.read("journey_instances")
    # Whoever has ended counts only where a re-entry rule may still ask for the last entry.
    recent = (Within("entered_at", least=clock.moment_of(back_to)),)
    return union(
        store.read("journey_instances", partitions=ACTIVE),
        store.read("journey_instances", within=recent, partitions={"status": ENDED})
        if back_to < agenda.start
        else None,
    )


def holdouts_of(store: Store, agenda: Agenda, former: Remembered) -> DataFrame | None:
    """Who was kept out of event journeys by their holdout: it counts as an entry (2.3)."""
    journeys = [v.journey.id for v in agenda.versions if v.has_reentry and v.journey.holdout is not None]
    if former.until is None or not journeys:
        return None
    rejected = (F.col("outcome") == "rejected") & (F.col("reason") == "holdout") & F.col("journey_id").isin(journeys)
    return (
        store.read("step_outcomes")
        .where(rejected)
        .select("profile_id", "journey_id", F.unix_micros("occurred_at").alias("entry_at"))
    )


def queue_ends(table: pa.Table, heads: Mapping[str, int]) -> dict[str, tuple[Prefix, int]]:
    """The last loaded of each queue of which only the head was loaded, as (prefix, atom)."""
    ends: dict[str, tuple[Prefix, int]] = {}
    partial = {name: most for name, most in heads.items() if most >= 0}
    if not partial:
        return ends
    queues, orders = table["queue"].to_pylist(), table["queue_order"].to_pylist()
    for name, most in partial.items():
        mine = [(order, atom) for atom, (queue, order) in enumerate(zip(queues, orders, strict=True)) if queue == name]
        if len(mine) < most:
            continue
        # Those loaded for another reason (their time is over) may stand further back: the head is the first `most`.
        order, atom = sorted(mine)[most - 1]
        marketing, priority, arrived, _ = order.split("|")
        ends[name] = (int(marketing), int(priority) - 100, int(arrived)), atom
    return ends
