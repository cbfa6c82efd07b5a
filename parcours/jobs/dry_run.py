"""A dry run: what the next tick would do to a journey, with everybody and everything as they are, and nothing sent.

The engine's own tick runs on a clone of the tables, all live journeys in it; of its rows those of the one journey stay.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition.journeys import canonical_json, definition_hash, journey_from_json
from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs import life
from parcours.jobs.clone import check_clonable, cloned
from parcours.jobs.telling import shown_counts
from parcours.jobs.tick import run_tick
from parcours.jobs.trials import Row, Trial, check_known, leave_rows, settled
from parcours.jobs.versions import versions

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.store import Store

MODE = "dry_run"
JUST_AFTER = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class DryRun:
    """What would happen to the journey after `start` up to `until`.

    `counts` by step, outcome, path and reason; `sends` by channel and UTC day; `inside` those of whom there are rows.
    """

    journey_id: str
    version: int
    start: dt.datetime
    until: dt.datetime
    counts: Sequence[Row]
    sends: Sequence[Row]
    inside: int
    note: str | None = None
    """What of the journey's file wasn't run."""


@dataclass(frozen=True)
class _Plan:
    """What is to be run: `publish_at` is when the file's version is taken as published; None: what is published."""

    version: int
    publish_at: dt.datetime | None
    note: str | None = None


def dry_run(
    store: Store, project: Project, journey_id: str, until: dt.datetime, at: dt.datetime | None = None
) -> DryRun:
    """Runs the tick until that instant on a clone, and leaves its rows of the journey with mode `dry_run`.

    A journey that isn't published, or whose file has a newer version, runs as its file says, as if published at `at`
    (None: where the last tick ended). Busy where a tick is under way.
    """
    check_known(store, project, journey_id)
    check_clonable(store)
    settled(store)
    plan = _plan(store, project, journey_id, until, at)
    with cloned(store, project) as (clone, there):
        if plan.publish_at is not None:
            life.publish(clone, there, journey_id, plan.publish_at)
        (report,) = run_tick(clone, there, until, mode=MODE)
        trial = Trial(clone, MODE, journey_id, report.start, until)
        steps = _step_ids(clone, journey_id)
        leave_rows(store, trial)
        counts, sends, inside = trial.counts(steps), trial.sends(), trial.inside()
    return DryRun(journey_id, plan.version, report.start, until, counts, sends, inside, plan.note)


def _plan(store: Store, project: Project, journey_id: str, until: dt.datetime, at: dt.datetime | None) -> _Plan:
    """UserError where there is nothing to run by then."""
    committed, rows = life.last_until(store), versions(store)
    if committed is not None and until <= committed:
        raise UserError(f"--until {iso(until)}: ticks are committed until {iso(committed)} (give a later --until)")
    mine = [row for row in rows if row["journey_id"] == journey_id]
    newest = max((row["version"] for row in mine), default=0)
    loaded = project.journeys.get(journey_id)
    if loaded is None or loaded.journey.version <= newest:
        return _as_published(project, journey_id, until, at, mine)
    first = min((row["published_at"] for row in rows), default=dt.datetime.now(dt.UTC).replace(microsecond=0))
    begin = first if committed is None else committed + JUST_AFTER
    publish_at = at or max(begin, life.last_change(mine) or begin)
    if until < publish_at:
        raise UserError(
            f"--until {iso(until)}: {journey_id} version {loaded.journey.version} isn't published, and would be from "
            f"{iso(publish_at)} on (give a later --until, or --at for an earlier beginning)"
        )
    return _Plan(loaded.journey.version, publish_at)


def _as_published(
    project: Project, journey_id: str, until: dt.datetime, at: dt.datetime | None, mine: Sequence[Row]
) -> _Plan:
    """What is published runs as it is: its file can't be run, for it can't be published either."""
    newest = max(mine, key=lambda row: row["version"])
    version, loaded = newest["version"], project.journeys.get(journey_id)
    first = min(row["published_at"] for row in mine)
    if until < first:
        raise UserError(f"--until {iso(until)}: {journey_id} is published from {iso(first)} on (give a later --until)")
    if at is not None:
        raise UserError(
            f"--at {iso(at)}: {journey_id} version {version} is published from {iso(newest['published_at'])} on; --at "
            "is for what isn't published yet (leave it out)"
        )
    if loaded is None or definition_hash(_written(project, journey_id)) == newest["definition_hash"]:
        return _Plan(version, None)
    return _Plan(
        version,
        None,
        f"{loaded.file} differs from version {version}, which is published and was run "
        f"(write version: {version + 1} in the file to run that)",
    )


def _written(project: Project, journey_id: str) -> str:
    templates = {name: template.fields for name, template in project.templates.items()}
    return canonical_json(project.journeys[journey_id].journey, templates)


def _step_ids(store: Store, journey_id: str) -> list[str]:
    """The steps of the journey, those of its newest version first."""
    mine = [row for row in versions(store) if row["journey_id"] == journey_id]
    journeys = [journey_from_json(row["definition"])[0] for row in reversed(mine)]
    return list(dict.fromkeys(step.id for journey in journeys for step in journey.steps))


def lines(found: DryRun) -> list[str]:
    """What is to be said beside the tables."""
    counts: Counter[str] = Counter()
    for row in found.counts:
        counts[row["outcome"]] += row["count"]
    what = f"{found.journey_id} version {found.version}, from {iso(found.start)} until {iso(found.until)}"
    if not counts:
        told = [f"{what}: nothing would happen"]
    else:
        told = [
            f"{what}: {shown_counts(counts)}; {found.inside:,} of them inside at the end",
            "Nothing was sent. The rows stand in step_outcomes and journey_instances with mode = 'dry_run', "
            f"until the next dry run of {found.journey_id}.",
        ]
    return told if found.note is None else [*told, f"note: {found.note}"]
