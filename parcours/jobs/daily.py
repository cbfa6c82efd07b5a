"""The tables for analysts, kept up by each tick at the cost of the days that it touches."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.jobs.commit import TickWriter
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL
from parcours.walk import clock
from parcours.walk.agenda import Agenda, version_key
from parcours.walk.tally import Tally

Key = tuple[Any, ...]
Row = dict[str, Any]


def days_of(agenda: Agenda) -> list[dt.date]:
    """The UTC days that the interval touches."""
    first, last = clock.moment_of(agenda.start).date(), clock.moment_of(agenda.until).date()
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def write_daily(store: Store, writer: TickWriter, agenda: Agenda, tally: Tally, inside: Mapping[str, int]) -> None:
    """Adds what the tick did to the three tables. `inside` is how many were inside each version before it."""
    days = days_of(agenda)
    _merge(store, writer, "step_daily", _step_rows(tally))
    _merge(store, writer, "journey_daily", _journey_rows(tally, agenda, days, inside), replaced=("inside",))
    _merge(store, writer, "delivery_daily", _delivery_rows(tally))


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
                for name in ("entered", "rejected", "completed", "exited", "failed", "timed_out")
            }
            is_open = published <= day and (
                version.closed_at is None or day <= clock.moment_of(version.closed_at).date()
            )
            if is_open or was or any(counts.values()):
                yield {"journey_id": key[0], "journey_version": key[1], "day": day, **counts, "inside": now}


def _delivery_rows(tally: Tally) -> Iterable[Row]:
    found: dict[Key, Row] = {}
    for (channel, journey_id, day, outcome, reason), count in tally.sends.items():
        row = found.setdefault(
            (channel, journey_id, day),
            {"channel": channel, "route": None, "journey_id": journey_id, "day": day, "excluded_by_reason": {}},
        )
        row[outcome] = row.get(outcome, 0) + count
        if outcome == "excluded":
            row["excluded_by_reason"][reason] = row["excluded_by_reason"].get(reason, 0) + count
    return found.values()


def _merge(store: Store, writer: TickWriter, name: str, rows: Iterable[Row], *, replaced: Sequence[str] = ()) -> None:
    """Adds counts to the table, or sets the columns in `replaced`. Rewrites the days from the first to the last."""
    table = ALL[name]
    added = {tuple(row[column] for column in table.key): row for row in rows}
    if not added:
        return
    first, last = min(row["day"] for row in added.values()), max(row["day"] for row in added.values())
    former = _rows_between(store, name, first, last)
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
        writer.remove(name, f"day >= '{first}' AND day <= '{last}'")
    ordered = sorted(merged.values(), key=lambda row: tuple(str(row[column]) for column in table.key))
    writer.append(name, pa.Table.from_pylist(ordered, schema=arrow_schema(table)))


def _rows_between(store: Store, name: str, first: dt.date, last: dt.date) -> list[Row]:
    days = (pc.field("day") >= pa.scalar(first)) & (pc.field("day") <= pa.scalar(last))
    rows: list[Row] = store.delta(name).to_pyarrow_dataset().to_table(filter=days).to_pylist()
    return rows
