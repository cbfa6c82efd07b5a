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
from parcours.transforms import resolve
from parcours.transforms.sends import deliveries, sends_of
from parcours.transforms.unfold import OF_MOVER

if TYPE_CHECKING:
    from parcours.definition.journeys import Journey
    from parcours.definition.project import Project

Row = dict[str, Any]


def walk_once(store: Store, project: Project, until: dt.datetime, *, is_rendered: bool) -> tuple[list[Row], list[Row]]:
    """What the first tick of a warehouse would write: rows of step_outcomes and of deliveries, in order of time.

    Where sends aren't rendered, their addresses and contents are left out.
    """
    former, pinned = remembered(store), Pinned.now(store)
    agenda = plan_tick(store, project, former, until, pinned)
    pinned = pinned.and_tables(store, looked_up(agenda))
    with ExitStack() as settings:
        inputs, walked = walk_tick(store, project, agenda, pinned, former, Path(project.folder, "staging"), settings)
        if walked.movers is None:
            return [], []
        assert inputs.people is not None
        frames = walked.as_frames(store.spark, agenda, inputs.people)
        movers = frames.walked.select("trail", *OF_MOVER).toArrow()
        outcomes = in_order(resolve.unfolding(frames.trails, agenda)(movers).to_pylist())
        if not is_rendered:
            journeys = {version.journey.id: version.journey for version in agenda.versions}
            sent = [row for row in outcomes if row["outcome"] == "sent"]
            return outcomes, [_send(row, journeys[row["journey_id"]]) for row in sent]
        sends = sends_of(frames.walked, frames.rows, agenda)
        return outcomes, in_order(deliveries(sends, agenda, frames.seen).drop("line").toArrow().to_pylist())


def _send(outcome: Row, journey: Journey) -> Row:
    """What `deliveries` says of a send, as far as its outcome tells."""
    message = journey.step(outcome["step_id"])
    assert isinstance(message, Message)
    delivery_id = md5(f"{outcome['instance_id']}|{outcome['step_id']}".encode()).hexdigest()  # (2.2)
    told = {name: outcome[name] for name in ("journey_id", "journey_version", "instance_id", "profile_id", "step_id")}
    told |= {"delivery_id": delivery_id, "send_at": outcome["occurred_at"], "variant": outcome["path"]}
    return {**told, "channel": message.channel, "category": message.category}


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Outcomes or sends in order of time."""
    return sorted(rows, key=lambda row: (row.get("occurred_at") or row["send_at"], row["instance_id"], _place(row)))


def _place(row: Row) -> tuple[int, str]:
    return row.get("sequence", 0), row["step_id"]
