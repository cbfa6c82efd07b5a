"""One test case carried out by the engine itself, in a temporary warehouse that goes away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from parcours.definition.cases import Case, GivenFeedback
from parcours.definition.checks.cases import published_at, running_journeys
from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs import life
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from parcours.jobs.verifying.given import add_feedback, fill
from parcours.jobs.verifying.once import Row, in_order, walk_once

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.definition.journeys import Journey
    from parcours.definition.project import Project

INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Came:
    """What came of a case, in order of time: rows of step_outcomes and of deliveries."""

    start: dt.datetime
    outcomes: Sequence[Row] = ()
    sends: Sequence[Row] = ()
    troubles: Sequence[str] = field(default_factory=list)
    """What kept the case from being carried out as it is written."""


def run_case(project: Project, journey: Journey, case: Case, spark: SparkSession) -> Came:
    """Publishes the case's journeys, ticks until its end, and reads what came of it."""
    start = published_at(case, journey)
    assert start is not None, "a case that names no instant has been refused"
    names = running_journeys(case, journey, project)
    with TemporaryDirectory(prefix="parcours-verify-") as folder:
        own = replace(
            project,
            folder=Path(folder),
            warehouse=str(Path(folder, "warehouse")),
            outbox=str(Path(folder, "outbox")),
            sources={},
        )
        store = Store(own, spark)
        try:
            fill(store, case, start, [project.journeys[name].journey for name in names])
            for name in names:
                life.publish(store, own, name, start)
            return _run(store, own, case, journey.id, start)
        except UserError as error:
            return Came(start, troubles=str(error).splitlines())


def _run(store: Store, project: Project, case: Case, journey_id: str, start: dt.datetime) -> Came:
    """Goes until the end, and before each feedback so far that the send is known that it is about."""
    is_asked = any(send.model_fields_set & {"address", "content", "contains"} for send in case.expect.sends or ())
    troubles = []
    listed = sorted(enumerate(case.given.message_feedback), key=lambda each: each[1].feedback_at)
    for place, feedback in listed:
        before = max(feedback.feedback_at - INSTANT, start)
        _, sends = _until(store, project, case, before, is_rendered=False)
        found = _send_of(sends, feedback, feedback.journey or journey_id)
        if found is None:
            what = f"{feedback.profile_id} was sent nothing at {feedback.step} before {iso(feedback.feedback_at)}"
            troubles.append(f"given.message_feedback[{place}]: {what}")
        else:
            add_feedback(store, feedback, found, place)
    return Came(start, *_until(store, project, case, case.until, is_rendered=is_asked), troubles)


def _until(
    store: Store, project: Project, case: Case, until: dt.datetime, *, is_rendered: bool
) -> tuple[list[Row], list[Row]]:
    """Outcomes and sends until a moment: of a walk from the beginning, or of ticks where the case asks for several."""
    if case.every is None:
        return walk_once(store, project, until, is_rendered=is_rendered)
    run_tick(store, project, until, case.every)
    return _stored(store, "step_outcomes"), _stored(store, "deliveries")


def _send_of(sends: Sequence[Row], feedback: GivenFeedback, journey_id: str) -> str | None:
    """The last send to the profile at the step so far."""
    wanted = (journey_id, feedback.step, feedback.profile_id)
    mine = [row for row in sends if (row["journey_id"], row["step_id"], row["profile_id"]) == wanted]
    return str(mine[-1]["delivery_id"]) if mine else None


def _stored(store: Store, table: str) -> list[Row]:
    return in_order(store.small(table).to_pylist())
