"""Few rows and many make the same of a table, and of its change feed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from parcours.jobs import upsert
from parcours.jobs.store import Store
from parcours.tables import ALL
from tests.projects import make_project

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = "profile_id string, audience_id string, entered_at timestamp, exited_at timestamp, __is_gone boolean"


@pytest.mark.parametrize("few", [0, 100])
def test_merging_updates_inserts_and_deletes_in_one_commit(
    few: int, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upsert, "FEW_ROWS", few)
    store = Store(make_project(tmp_path), spark)
    store.ensure("audience_members")
    stays = [{"audience_id": "a", "profile_id": name, "entered_at": NOON} for name in ("ada", "bob", "eve")]
    store.append_small("audience_members", stays)
    rows = [("ada", "a", NOON, NOON, False), ("bob", "a", NOON, None, True), ("dan", "a", NOON, None, False)]
    upsert.merge_rows(store, "audience_members", spark.createDataFrame(rows, ROWS), 3)
    found = {row["profile_id"]: row["exited_at"] for row in store.small("audience_members").to_pylist()}
    assert found == {"ada": NOON, "eve": None, "dan": None}
    assert store.version("audience_members") == 2
    changed = store.changes("audience_members", 1, 2).select("profile_id", "is_new", "exited_at", "former.exited_at")
    assert [(name, new, was) for name, new, _, was in sorted(map(tuple, changed.collect()))] == [
        ("ada", False, None),
        ("dan", True, None),
    ]


@pytest.mark.parametrize("few", [0, 100])
def test_appending_keeps_what_is_there(
    few: int, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upsert, "FEW_ROWS", few)
    store = Store(make_project(tmp_path), spark)
    store.ensure("audience_members")
    columns = ALL["audience_members"].ddl.replace(" NOT NULL", "")
    for name in ("ada", "bob"):
        frame = spark.createDataFrame([("a", name, NOON, None, {"tier": "gold"})], columns)
        upsert.append_rows(store, "audience_members", frame, 1)
    found = sorted(
        (row["profile_id"], row["entered_at"], row["attributes"]) for row in store.small("audience_members").to_pylist()
    )
    assert found == [("ada", NOON, [("tier", "gold")]), ("bob", NOON, [("tier", "gold")])]
