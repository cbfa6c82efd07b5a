"""One tick over a few rows whose tables nobody reads afterwards: gathered and walked as always, and not written.

What a tick writes and counts for the ticks after it, its batches and its commit take half of its time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import ExitStack
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.definition.steps import Message
from parcours.jobs.inputs import Pinned
from parcours.jobs.plans import plan_tick, remembered
from parcours.jobs.sources import looked_up
from parcours.jobs.store import Store
from parcours.jobs.tick import walk_tick
from parcours.jobs.walking import Walked
from parcours.transforms import resolve
from parcours.walk import clock

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.walk.agenda import Agenda

Row = dict[str, Any]


def walk_once(store: Store, project: Project, until: dt.datetime, *, with_content: bool) -> tuple[list[Row], list[Row]]:
    """What the first tick of a warehouse would write: rows of step_outcomes and of deliveries, in order of time.

    Columns that tell of a row's tick and file are left out; what sends say is there where it is asked for.
    """
    former, pinned = remembered(store), Pinned.now(store)
    agenda = plan_tick(store, project, former, until, pinned)
    pinned = pinned.and_tables(store, looked_up(agenda))
    with ExitStack() as settings:
        _, walked = walk_tick(store, project, agenda, pinned, former, Path(project.folder, "staging"), settings)
        if walked.movers is None:
            return [], []
        outcomes = in_order(_outcomes(walked, agenda))
        sends = [row for row in outcomes if row["outcome"] == "sent"]
        if with_content and sends:
            frames = walked.as_frames(store.spark)
            made = resolve.deliveries(resolve.sends(frames.walked, frames.rows, agenda), agenda).drop("line")
            sends = in_order(made.toArrow().to_pylist())
        return outcomes, sends


def _outcomes(walked: Walked, agenda: Agenda) -> Iterable[Row]:
    """The rows of step_outcomes; those of sends have what `deliveries` says of them but the content."""
    assert walked.movers is not None
    columns = ("alike", "instance_id", "profile_id", "version", "addresses")
    movers = {row["alike"]: row for row in walked.movers.select(*columns).toArrow().to_pylist()}
    for name, number in zip(walked.names, walked.result.trail_of, strict=True):
        if number < 0:
            continue
        version, trail, _ = walked.result.trails[number]
        mover = movers[name]
        who = {"journey_id": version.journey.id, "journey_version": version.journey.version}
        who |= {"instance_id": mover["instance_id"], "profile_id": mover["profile_id"]}
        for sequence, row in enumerate(trail.rows() if trail else ()):
            at = clock.moment_of(row.at)
            found = {**who, **row._asdict(), "occurred_at": at, "sequence": sequence}
            if row.outcome == "sent":
                message = version.journey.step(row.step_id)
                assert isinstance(message, Message)
                address = mover["addresses"][version.send_of(row.step_id)]
                found |= {"send_at": at, "channel": message.channel, "category": message.category}
                found |= {"address": address, "variant": row.path, "content": None}
                found["delivery_id"] = md5(f"{mover['instance_id']}|{row.step_id}".encode()).hexdigest()  # (2.2)
            yield found


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Outcomes or sends in order of time."""
    return sorted(rows, key=lambda row: (row.get("occurred_at") or row["send_at"], row["instance_id"], _place(row)))


def _place(row: Row) -> tuple[int, str]:
    return row.get("sequence", 0), row["step_id"]
