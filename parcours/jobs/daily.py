"""The tables for analysts, kept up by each tick at the cost of the days that it touches."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.definition.steps import Experiment
from parcours.jobs.commit import TickWriter
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL
from parcours.walk import clock
from parcours.walk.agenda import Agenda, version_key
from parcours.walk.tally import ENDED, Tally

Key = tuple[Any, ...]
Row = dict[str, Any]


def days_of(agenda: Agenda) -> list[dt.date]:
    """The UTC days that the interval touches."""
    first, last = clock.moment_of(agenda.start).date(), clock.moment_of(agenda.until).date()
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def write_daily(
    store: Store,
    writer: TickWriter,
    agenda: Agenda,
    tally: Tally,
    inside: Mapping[str, int],
    feedback: Iterable[Row],
    successes: Iterable[Row],
) -> None:
    """Adds what the tick did to the tables.

    `inside` is how many were inside each version before it, `feedback` what sends have come to (jobs/feedback.py),
    `successes` what entrants of experiments have done (jobs/experiments.py).
    """
    days = days_of(agenda)
    _merge(store, writer, "step_daily", _step_rows(tally))
    _merge(store, writer, "journey_daily", _journey_rows(tally, agenda, days, inside), replaced=("inside",))
    _merge(store, writer, "delivery_daily", _delivery_rows(tally, feedback))
    _merge(store, writer, "experiment_daily", _experiment_rows(tally, agenda, successes))


def _step_rows(tally: Tally) -> Iterable[Row]:
    for (journey_id, version, step_id, outcome, path, reason, day), count in tally.steps.items():
        yield {
            "journey_id": journey_id,
            "journey_version": version,
            "step_id": step_id,
            "outcome": outcome,
            "path": path,
            "reason": reason,
            "day": day,
            "count": count,
        }


def _journey_rows(tally: Tally, agenda: Agenda, days: Sequence[dt.date], inside: Mapping[str, int]) -> Iterable[Row]:
    """A row for each day on which a version was there: live, or with somebody inside."""
    for version in agenda.versions:
        key = (version.journey.id, version.journey.version)
        now = inside.get(version_key(version), 0)
        published = clock.moment_of(version.published_at).date()
        for day in days:
            was, now = now, now + tally.inside_change(version, day)
            counts = {
                name: tally.journeys[*key, day, name]
                for name in ("entered", "rejected", "moved_in", "moved_out", *ENDED)
            }
            is_open = published <= day and (
                version.closed_at is None or day <= clock.moment_of(version.closed_at).date()
            )
            if is_open or was or any(counts.values()):
                yield {"journey_id": key[0], "journey_version": key[1], "day": day, **counts, "inside": now}


def _delivery_rows(tally: Tally, feedback: Iterable[Row]) -> Iterable[Row]:
    found: dict[Key, Row] = {}

    def row_of(*key: Any) -> Row:
        names = zip(("channel", "route", "journey_id", "day"), key, strict=True)
        return found.setdefault(key, {**dict(names), "excluded_by_reason": {}})

    for said in feedback:
        row_of(said["channel"], said["route"], said["journey_id"], said["day"])[said["said"]] = said["count"]
    for (channel, journey_id, day, outcome, reason), count in tally.sends.items():
        row = row_of(channel, None, journey_id, day)
        row[outcome] = row.get(outcome, 0) + count
        if outcome == "excluded":
            row["excluded_by_reason"][reason] = row["excluded_by_reason"].get(reason, 0) + count
    return found.values()


def _experiment_rows(tally: Tally, agenda: Agenda, successes: Iterable[Row]) -> Iterable[Row]:
    experiments = {
        (version.journey.id, version.journey.version, step.id)
        for version in agenda.versions
        for step in version.journey.steps
        if isinstance(step, Experiment)
    }
    counts: Counter[tuple[Any, ...]] = Counter()
    for (journey_id, version, step_id, outcome, path, _, day), count in tally.steps.items():
        if outcome == "passed" and (journey_id, version, step_id) in experiments:
            counts[journey_id, version, step_id, path, day, "entrants"] += count
    names = ("journey_id", "journey_version", "step_id", "arm", "day")
    for row in successes:
        counts[(*(row[name] for name in names), "converted")] += row["count"]
    for place in {key[:-1] for key in counts}:
        added = {name: counts[(*place, name)] for name in ("entrants", "converted")}
        yield {**dict(zip(names, place, strict=True)), **added}


def _merge(store: Store, writer: TickWriter, name: str, rows: Iterable[Row], *, replaced: Sequence[str] = ()) -> None:
    """Adds counts to the table, or sets the columns in `replaced`. Rewrites the days that it touches."""
    table = ALL[name]
    added = {tuple(row[column] for column in table.key): row for row in rows}
    if not added:
        return
    days = sorted({row["day"] for row in added.values()})
    former = _rows_of(store, name, days)
    merged = {tuple(row[column] for column in table.key): row for row in former}
    for key, row in added.items():
        known = merged.setdefault(key, {})
        for column in table.columns:
            if column.type == "bigint":
                known[column.name] = row.get(column.name, 0) + (
                    0 if column.name in replaced else known.get(column.name, 0)
                )
            elif column.type == "map<string,bigint>":
                known[column.name] = dict(Counter(dict(known.get(column.name) or {})) + Counter(row[column.name]))
            else:
                known[column.name] = row[column.name]
    if former:
        writer.remove(name, " OR ".join(f"day = '{day}'" for day in days))
    ordered = sorted(merged.values(), key=lambda row: tuple(str(row[column]) for column in table.key))
    writer.append(name, pa.Table.from_pylist(ordered, schema=arrow_schema(table)))


def _rows_of(store: Store, name: str, days: Sequence[dt.date]) -> list[Row]:
    wanted = pc.field("day").isin(days)
    rows: list[Row] = store.delta(name).to_pyarrow_dataset().to_table(filter=wanted).to_pylist()
    return rows
