"""The main job: one tick, from the pinned sources to the commit. The only place that calls the stages in order.

enter ─► advance ⇄ settle ─► batch ─► commit
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.definition.problems import UserError
from parcours.jobs import life
from parcours.jobs.boundaries import boundary
from parcours.jobs.commit import (
    After,
    TickWriter,
    commit,
    complete,
    settle,
    staging_of,
    table_versions,
)
from parcours.jobs.daily import write_daily
from parcours.jobs.experiments import count_successes
from parcours.jobs.feedback import count_feedback
from parcours.jobs.inputs import Inputs, Pinned, read_inputs
from parcours.jobs.leaving import leave
from parcours.jobs.plans import Remembered, plan_tick, remembered, with_known_windows
from parcours.jobs.session import lean_queries
from parcours.jobs.sources import looked_up
from parcours.jobs.store import Store
from parcours.jobs.telling import told
from parcours.jobs.versions import versions
from parcours.jobs.walking import MoreQueue, Walked, walk_all
from parcours.jobs.write import write_tables
from parcours.jobs.written import written_in
from parcours.walk import clock
from parcours.walk.agenda import Agenda, version_key
from parcours.walk.tally import Tally, tally

if TYPE_CHECKING:
    from parcours.definition.project import Project

log = logging.getLogger("parcours.tick")


@dataclass(frozen=True)
class TickReport:
    """What a tick did. `counts` as in `ticks.counts`."""

    start: dt.datetime
    until: dt.datetime
    counts: Mapping[str, int]
    seconds: float


def run_tick(
    store: Store,
    project: Project,
    until: dt.datetime,
    every: dt.timedelta | None = None,
    *,
    on_tick: Callable[[TickReport], None] | None = None,
    mode: str = "live",
) -> list[TickReport]:
    """Runs what is missing until that instant: one tick, or one after another of the length `every`.

    Nothing where the instant is committed already, or nothing has been published. Busy where another tick runs.
    Another `mode` than live is for a single tick on a clone of the tables (jobs/clone.py): no tick reads its rows.
    """
    if every is not None and every <= dt.timedelta(0):
        raise UserError("--every must be longer than nothing (write PT15M or 1d)")
    with store.exclusive():
        store.ensure(*life.ENGINE_TABLES, "profiles", "audience_members", "events", "message_feedback", "suppressions")
        settle(store)
        reports = []
        for end in ends_of_ticks(store, until, every):
            report = _one_tick(store, project, end, mode)
            reports.append(report)
            if on_tick:
                on_tick(report)
        return reports


def ends_of_ticks(store: Store, until: dt.datetime, every: dt.timedelta | None) -> list[dt.datetime]:
    """Where each tick ends: at every multiple of `every` after the last committed one, and at `until`."""
    committed = life.last_until(store)
    published = [row["published_at"] for row in versions(store)]
    start = committed if committed is not None else min(published, default=None)
    if start is None or until < start or (committed is not None and until <= committed):
        return []
    ends = []
    end = start + every if every else until
    while every and end < until:
        ends.append(end)
        end += every
    return [*ends, until]


def _one_tick(store: Store, project: Project, until: dt.datetime, mode: str) -> TickReport:
    began = time.monotonic()
    former = with_known_windows(store, project, remembered(store))
    pinned = Pinned.now(store)
    agenda = replace(plan_tick(store, project, former, until, pinned), mode=mode)
    pinned = pinned.and_tables(store, looked_up(agenda))
    name = stamp(until)
    staging = staging_of(store)
    staging.open(name)
    boundary("after opening")
    with ExitStack() as settings:
        inputs, walked = walk_tick(store, project, agenda, pinned, former, staging.folder, settings)
        figures = tally(walked.result, walked.atoms)
        writer = TickWriter(store, name)
        batches = write_tables(store, project, agenda, pinned, inputs, walked, figures, writer, staging)
    feedback = count_feedback(store, agenda, pinned, former)
    successes = count_successes(store, project, agenda, pinned, former)
    write_daily(store, TickWriter(store, name), agenda, figures, former.inside, feedback, successes)
    row = _tick_row(store, project, agenda, pinned, former, walked, figures, batches, began)
    written = written_in(agenda, figures, pinned.versions)
    after = After(batches, _finished(agenda, walked, row["counts"]), written)
    staging.seal(name, after)
    commit(store, row)
    complete(store, name, after)
    staging.close()
    report = TickReport(row["from"], row["until"], row["counts"], row["duration_s"])
    log.info("%s", told(report))
    return report


def walk_tick(
    store: Store,
    project: Project,
    agenda: Agenda,
    pinned: Pinned,
    former: Remembered,
    folder: Path,
    settings: ExitStack,
) -> tuple[Inputs, Walked]:
    """Gathers and walks; again with more of a queue where many at its head couldn't be sent to."""
    more: dict[str, int] = {}
    while True:
        inputs = read_inputs(store, project, agenda, pinned, former, more)
        if inputs.are_quick:
            settings.enter_context(lean_queries(store.spark))
        try:
            return inputs, walk_all(store, project, agenda, inputs, former, folder)
        except MoreQueue as wanted:
            more |= {name: 4 * inputs.queue_heads[name] for name in wanted.channels}


def stamp(until: dt.datetime) -> str:
    """A tick's name: its end."""
    return until.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _tick_row(
    store: Store,
    project: Project,
    agenda: Agenda,
    pinned: Pinned,
    former: Remembered,
    walked: Walked,
    figures: Tally,
    batches: list[dict[str, Any]],
    began: float,
) -> dict[str, Any]:
    inside = dict(former.inside)
    counts: dict[str, int] = {}
    for (_, _, _, outcome, _, reason, _), count in figures.steps.items():
        counts[outcome] = counts.get(outcome, 0) + count
        if outcome in ("excluded", "rejected"):
            counts[f"{outcome}:{reason}"] = counts.get(f"{outcome}:{reason}", 0) + count
    for version in agenda.versions:
        key = version_key(version)
        inside[key] = inside.get(key, 0) + figures.inside_changes(version)
    counts |= {f"inside:{key}": count for key, count in inside.items() if count}
    counts |= {f"queued:{channel}": count for channel, count in walked.queued(figures, former).items() if count}
    counts |= walked.oddities()
    counts["batches"] = len(batches)
    versions = table_versions(store)
    shown = store.version("delivery_batches")
    if shown is not None:  # written after the commit, by one commit where there is anything to hand over
        versions["delivery_batches"] = shown + (1 if batches else 0)
    ended = dt.datetime.now(dt.UTC)
    return {
        "from": clock.moment_of(agenda.start),
        "until": clock.moment_of(agenda.until),
        "source_versions": pinned.versions,
        "counts": counts,
        "definition_hashes": dict(project.hashes),
        "table_versions": versions,
        "committed_at": ended,
        "duration_s": round(time.monotonic() - began, 3),
        "parcours_version": _version(),
        **walked.remembered(agenda, former),
    }


def _version() -> str:
    from importlib.metadata import version

    return version("parcours")


def _finished(agenda: Agenda, walked: Walked, counts: Mapping[str, int]) -> dict[str, str]:
    """The closed versions that nobody is inside of any more, and since when (2.8)."""
    ends = walked.last_ends()
    found = {}
    for version in agenda.versions:
        key = version_key(version)
        if version.closed_at is not None and version.closed_at <= agenda.until and not counts.get(f"inside:{key}"):
            closed = clock.moment_of(version.closed_at)
            found[key] = max(closed, ends.get(key, closed)).isoformat()
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The spark-submit entry point: `parcours tick` with these arguments; returns its exit status."""
    from parcours.jobs.cli.app import run

    return run(["tick", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    leave(main())
