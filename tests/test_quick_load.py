"""The tests' own fast load does to the tables what a load does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.oracle.clock import optional_iso
from tests.projects import make_project
from tests.quick_load import quick_load


@pytest.fixture
def store(tmp_path: Path) -> Any:
    from parcours.jobs.store import Store

    return Store(make_project(tmp_path, profiles={"score": "int"}))


def people(store: Any) -> dict[str, tuple[Any, ...]]:
    rows = store.small("profiles").to_pylist()
    return {row["profile_id"]: (row["email"], row.get("t"), row.get("score")) for row in rows}


def test_a_column_that_a_load_lacks_stays_as_it_was(store: Any) -> None:
    quick_load(store, "profiles", [{"profile_id": "a", "email": "a@x.com"}, {"profile_id": "b", "email": "b@x.com"}])
    quick_load(store, "profiles", [{"profile_id": "a", "t": "1", "score": 3}, {"profile_id": "c", "t": "2"}])
    assert people(store) == {"a": ("a@x.com", "1", 3), "b": ("b@x.com", None, None), "c": (None, "2", None)}


def test_the_first_row_ever_loaded_of_an_event_stands(store: Any) -> None:
    event = {"event_id": "e", "event_type": "go", "profile_id": "a", "event_time": "2026-03-02T09:00:00Z"}
    quick_load(store, "events", [{**event, "attributes": {"n": "1"}}, {**event, "attributes": {"n": "2"}}])
    quick_load(store, "events", [{**event, "attributes": {"n": "3"}}])
    assert [row["attributes"] for row in store.small("events").to_pylist()] == [[("n", "1")]]


def test_a_stay_is_ended_by_a_later_load_and_the_change_is_in_the_feed(store: Any) -> None:
    stay = {"audience_id": "a", "profile_id": "p", "entered_at": "2026-03-02T09:00:00Z", "exited_at": None}
    quick_load(store, "audience_members", [stay])
    before = store.version("audience_members")
    quick_load(store, "audience_members", [{**stay, "exited_at": "2026-03-03T09:00:00Z"}])
    quick_load(store, "audience_members", [{**stay, "exited_at": "2026-03-03T09:00:00Z"}])
    assert store.version("audience_members") == before + 1
    feed = store.delta("audience_members").load_cdf(starting_version=before + 1)
    changes = {row["_change_type"]: optional_iso(row["exited_at"]) for row in _rows(feed)}
    assert changes == {"update_preimage": None, "update_postimage": "2026-03-03T09:00:00Z"}


def _rows(feed: Any) -> list[dict[str, Any]]:
    import pyarrow as pa

    return pa.table(feed).to_pylist()
