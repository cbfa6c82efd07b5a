"""What a tick adds to `experiment_daily` of what people did after they took an arm: of the events that it takes.

An event belongs to the tick whose interval holds its moment, and to the next one where it is learnt later (2.1). Who
had done already what the metric names isn't counted again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from parcours.definition.columns import KnownOrText
from parcours.definition.expressions import ANY_TEXT, Scope, compile_expression
from parcours.definition.journeys import journey_from_json
from parcours.definition.steps import Experiment
from parcours.jobs.findings import Finding, finding
from parcours.jobs.pruning import Within
from parcours.jobs.session import lean_queries
from parcours.jobs.sources import interval_of, taken
from parcours.jobs.store import Store
from parcours.jobs.versions import versions
from parcours.transforms.experiments import WINDOW, Metric, by_day, entrants, successes
from parcours.walk import clock

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from parcours.definition.project import Project
    from parcours.jobs.committed import Committed
    from parcours.jobs.inputs import Pinned
    from parcours.jobs.plans import Remembered
    from parcours.walk.agenda import Agenda

TABLE = "experiment_daily"
KEY = ("journey_id", "journey_version", "step_id", "arm", "day")
QUICK = 1_000_000
"""Rows that are read sooner than a query is compiled for them."""
LONGEST = dt.timedelta(microseconds=WINDOW)


def metrics_of(store: Store, project: Project, since: dt.datetime | None = None) -> list[Metric]:
    """What the experiments of all published versions count; without those over for so long that nothing counts."""
    found = []
    for row in versions(store):
        ended = row["ended_at"]
        if '"metric":{' not in row["definition"] or (since is not None and ended is not None and ended < since):
            continue
        journey, _ = journey_from_json(row["definition"])
        zone = journey.timezone or project.timezone
        for step in journey.steps:
            if isinstance(step, Experiment) and step.metric is not None:
                event, where = step.metric.event, step.metric.where
                scope = Scope(None, KnownOrText(project.events.get(event, ANY_TEXT)), None, zone=zone)
                text = compile_expression(where, scope, "boolean").sql if where is not None else None
                found.append(Metric(journey.id, journey.version, step.id, event, text))
    return found


def count_successes(
    store: Store, project: Project, agenda: Agenda, pinned: Pinned, former: Remembered
) -> list[dict[str, Any]]:
    """(journey_id, journey_version, step_id, arm, day, count) of those of whom the tick is the first to know a success.

    The tick's own outcomes must have been written. Nothing is read where no event is new, and none of the interval.
    """
    start, until = interval_of(agenda)
    metrics = metrics_of(store, project, start - LONGEST)
    before, now = former.source_versions.get("events"), pinned.versions.get("events")
    if not metrics or now is None or not _is_any_new(store, before, now, (start, until)):
        return []
    events = taken(store, agenda, pinned, former, "events", "event_time", 0, "event_id")
    assert events is not None
    with ExitStack() as using:
        if store.most_rows("events", now) + store.most_rows("step_outcomes") <= QUICK:
            using.enter_context(lean_queries(store.spark))
        new = events.where(F.col("event_type").isin(sorted({metric.event for metric in metrics}))).persist()
        using.callback(new.unpersist)
        least = new.agg(F.min("event_time")).collect()[0][0]
        if least is None:
            return []
        since = least.astimezone(dt.UTC) - LONGEST
        recent = store.read("step_outcomes", within=[Within("occurred_at", least=since)])
        found = successes(entrants(recent), new, metrics).persist()
        using.callback(found.unpersist)
        if before is not None:
            known = store.read("events", before, within=[Within("event_time", least=since, most=start)])
            known = known.where(F.col("event_time") <= F.timestamp_micros(F.lit(agenda.start)))
            theirs = known.join(found.select("profile_id"), on="profile_id", how="left_semi")
            former_ones = successes(found, theirs, metrics).select("instance_id", "step_id")
            found = found.join(former_ones, on=["instance_id", "step_id"], how="left_anti")
        return [row.asDict() for row in by_day(found).collect()]


def _is_any_new(store: Store, before: int | None, now: int, interval: tuple[dt.datetime, dt.datetime]) -> bool:
    return before != now or store.most_rows("events", now, within=[Within("event_time", *interval)]) > 0


def check_experiments(store: Store, project: Project, committed: Committed, outcomes: DataFrame) -> list[Finding]:
    """What experiment_daily says is what the outcomes and the events say."""
    if committed.until is None:
        return []
    counted: dict[tuple[Any, ...], dict[str, int]] = {}
    took = entrants(outcomes)
    _add(counted, "entrants", [row.asDict() for row in by_day(took).collect()])
    metrics = metrics_of(store, project)
    pinned = dict((committed.tick or {}).get("source_versions") or ()).get("events")
    if metrics and pinned is not None:
        until = F.timestamp_micros(F.lit(clock.micros(committed.until)))
        events = store.read("events", int(pinned)).where(F.col("event_time") <= until)
        _add(counted, "converted", [row.asDict() for row in by_day(successes(took, events, metrics)).collect()])
    stated = {tuple(row[name] for name in KEY): row for row in committed.rows(TABLE)}
    if not stated and not counted:
        return []
    wrong = [
        f"{' '.join(map(str, place))}: {said:,} {name} in {TABLE}, {found:,} by the rows"
        for place in sorted({*stated, *counted}, key=str)
        for name in ("entrants", "converted")
        if (said := stated.get(place, {}).get(name, 0)) != (found := counted.get(place, {}).get(name, 0))
    ]
    total = {name: sum(row[name] for row in stated.values()) for name in ("entrants", "converted")}
    figures = f"{total['entrants']:,} entrants, {total['converted']:,} converted"
    return [finding("experiment_daily adds up", figures, wrong)]


def _add(counted: dict[tuple[Any, ...], dict[str, int]], name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        counted.setdefault(tuple(row[column] for column in KEY), {})[name] = row["count"]
