"""Whoever is due together lies together, however they came. Compaction changes no row, and is undone with its tick."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from parcours.jobs import compaction
from parcours.jobs.commit import MARK, undo
from parcours.jobs.pruning import file_entries
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL
from tests.jobs.houses import House

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
UNTIL = "2026-03-02T00:00:00.000000Z"
MODEL = ALL["journey_instances"]


@pytest.fixture
def store(house: House, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(compaction, "MOST_FILES", 4)
    monkeypatch.setattr(compaction, "ROWS_A_FILE", 10)
    monkeypatch.setattr(compaction, "SMALL", 5)
    monkeypatch.setattr(compaction, "SHARE", 2)
    house.store.ensure("journey_instances")
    return house.store


def add(store: Store, first: int, days: list[int], *, status: str = "active", mode: str = "live") -> None:
    """One file of instances that are due on these days of March."""
    rows = []
    for number, day in enumerate(days, first):
        row: dict[str, Any] = dict.fromkeys(MODEL.column_names)
        row |= {"instance_id": f"{number:032x}", "journey_id": "news", "journey_version": 1, "profile_id": f"p{number}"}
        row |= {"entry_key": "k", "entered_at": START, "status": status, "step_id": "pause", "sequence": 2}
        row |= {"due_at": START + dt.timedelta(days=day), "mode": mode, "tick_until": START, "context": []}
        rows.append(row)
    write_deltalake(store.path("journey_instances"), pa.Table.from_pylist(rows, arrow_schema(MODEL)), mode="append")


def compact(store: Store) -> None:
    compaction.compact(store, {MARK: UNTIL})


def rows(store: Store) -> Counter[str]:
    return Counter(str(row) for row in store.delta("journey_instances").to_pyarrow_table().to_pylist())


def spans(store: Store) -> list[tuple[int, int, int]]:
    """Of each file of who is inside the first and the last day that somebody is due, and how many they are."""
    files = [f for f in file_entries(store.delta("journey_instances")) if f["partition.status"] == "active"]
    found = [(day(f["min.due_at"]), day(f["max.due_at"]), f["num_records"]) for f in files]
    return sorted(found)


def day(instant: dt.datetime) -> int:
    return (instant.replace(tzinfo=dt.UTC) - START).days


def test_few_files_stay_as_they_are(store: Store) -> None:
    for file in range(4):
        add(store, file * 2, [1, 9])
    version = store.version("journey_instances")
    compact(store)
    assert store.version("journey_instances") == version


def test_many_small_files_of_few_rows_become_one(store: Store) -> None:
    for file in range(5):
        add(store, file * 2, [1, 9])
    before = rows(store)
    compact(store)
    assert spans(store) == [(1, 9, 10)]
    assert rows(store) == before


def test_where_small_files_hold_many_of_the_rows_all_are_laid_out_by_when_they_are_due(store: Store) -> None:
    for file in range(9):
        add(store, file * 4, [file, file + 9, file + 18, file + 27])
    add(store, 36, [3, 20], mode="test")
    add(store, 38, [5], status="completed")
    before = rows(store)
    compact(store)
    found = spans(store)
    assert len(found) == 4
    assert sum(count for *_, count in found) == 38
    assert all(last <= first for (_, last, _), (first, _, _) in pairwise(found)), found
    assert rows(store) == before
    undo(store, "journey_instances", UNTIL)
    assert len(spans(store)) == 10
    assert rows(store) == before


def test_where_small_files_hold_few_of_the_rows_only_they_are_brought_together(store: Store) -> None:
    add(store, 0, list(range(10)) * 500)
    add(store, 5000, list(range(10, 20)) * 500)
    for file in range(5):
        add(store, 10_000 + file, [file * 3])
    before = rows(store)
    compact(store)
    assert spans(store) == [(0, 9, 5000), (0, 12, 5), (10, 19, 5000)]
    assert rows(store) == before
