"""The store: what tables look like to their readers, versions, changes, the lock."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars
import pytest
from pyspark.sql import SparkSession

from parcours.definition.problems import UserError
from parcours.jobs.lock import Busy
from parcours.jobs.store import Store
from parcours.tables import ALL, SOURCES
from tests.projects import Elsewhere, make_project

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 13, tzinfo=UTC)


def event(event_id: str, **columns: object) -> dict[str, object]:
    return {"event_id": event_id, "event_type": "go", "profile_id": "ada", "event_time": NOON, **columns}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(make_project(tmp_path))


@pytest.fixture
def spark_store(tmp_path: Path, spark: SparkSession) -> Store:
    return Store(make_project(tmp_path), spark)


def test_ensure_makes_every_table(store: Store) -> None:
    store.ensure()
    assert {name: store.version(name) for name in ALL} == dict.fromkeys(ALL, 0)


def test_ensure_again_changes_nothing(store: Store) -> None:
    store.ensure("events")
    store.ensure("events")
    assert store.version("events") == 0


def test_ensure_adds_the_columns_that_an_older_table_lacks(store: Store) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    write_deltalake(store.path("suppressions"), pa.table({"channel": ["email"], "address": ["a@x.com"]}))
    store.ensure("suppressions")
    row = store.small("suppressions").to_pylist()[0]
    assert row == {"channel": "email", "address": "a@x.com", "reason": None, "added_at": None, "list": None}


def test_a_missing_table_has_no_version(store: Store) -> None:
    assert store.version("events") is None


def test_only_sources_keep_a_change_feed_and_no_table_needs_a_new_reader(store: Store) -> None:
    store.ensure()
    fed = [
        name for name in ALL if store.delta(name).metadata().configuration.get("delta.enableChangeDataFeed") == "true"
    ]
    assert fed == list(SOURCES)
    assert {store.delta(name).protocol().min_reader_version for name in ALL} == {1}


def test_small_rows_come_back_as_they_were_appended(store: Store) -> None:
    store.ensure("events")
    store.append_small("events", [event("1", attributes={"amount": "5"})])
    expected = event("1", attributes=[("amount", "5")])
    assert store.small("events").to_pylist() == [expected]


def test_appending_no_rows_makes_no_version(store: Store) -> None:
    store.ensure("events")
    store.append_small("events", [])
    assert store.version("events") == 0


def test_restore_brings_a_version_back_as_a_new_one(store: Store) -> None:
    store.ensure("ticks", "events")
    store.append_small("events", [event("1")])
    store.append_small("events", [event("2")])
    store.restore("events", 1)
    assert store.small("events", columns=["event_id"]).to_pylist() == [{"event_id": "1"}]
    assert store.version("events") == 3


def test_duckdb_and_polars_read_what_spark_appended(spark_store: Store) -> None:
    spark_store.ensure("events")
    frame = spark_store.spark.createDataFrame([event("1", attributes={"amount": "5"})], ALL["events"].ddl)
    spark_store.append("events", frame)
    dataset = spark_store.delta("events").to_pyarrow_dataset()
    connection = duckdb.connect()
    connection.register("dataset", dataset)
    rows = connection.execute("SELECT event_id, epoch(event_time), attributes['amount'] FROM dataset").fetchall()
    assert rows == [("1", NOON.timestamp(), "5")]
    assert polars.scan_delta(spark_store.path("events")).select("event_time").collect().rows() == [(NOON,)]


def test_spark_shows_the_comments_of_table_and_columns(spark_store: Store) -> None:
    spark_store.ensure("events")
    path = spark_store.path("events")
    fields = spark_store.spark.read.format("delta").load(path).schema.fields
    assert [field.metadata["comment"] for field in fields] == [column.comment for column in ALL["events"].columns]
    detail = spark_store.spark.sql(f"DESCRIBE DETAIL delta.`{path}`").collect()[0]
    assert (
        detail["description"] == "One row is something that happened. The first row ever loaded of an event_id stands."
    )


def test_spark_merges_into_a_table_that_delta_rs_made(spark_store: Store) -> None:
    spark_store.ensure("suppressions")
    spark_store.append_small("suppressions", [{"channel": "email", "address": "a@x.com", "list": "suppress"}])
    spark_store.spark.sql(
        f"MERGE INTO delta.`{spark_store.path('suppressions')}` t USING (SELECT 'a@x.com' AS address) s "
        "ON t.address = s.address WHEN MATCHED THEN UPDATE SET reason = 'asked'"
    )
    assert spark_store.small("suppressions", columns=["address", "reason"]).to_pylist() == [
        {"address": "a@x.com", "reason": "asked"}
    ]


def test_a_source_elsewhere_is_read_by_its_own_column_names(tmp_path: Path, spark: SparkSession) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    write_deltalake(
        tmp_path / "lake" / "customers", pa.table({"customer_id": ["ada"], "is_test": ["yes!"], "tier": ["gold"]})
    )
    source = Elsewhere("lake/customers", {"profile_id": "customer_id"})
    store = Store(make_project(tmp_path, sources={"profiles": source}), spark)
    row = store.read("profiles", 0).collect()[0].asDict()
    known = dict.fromkeys(ALL["profiles"].column_names)
    assert row == {**known, "profile_id": "ada", "tier": "gold"}
    assert store.small("profiles", columns=["profile_id"]).to_pylist() == [{"profile_id": "ada"}]


def test_a_source_elsewhere_is_never_written(tmp_path: Path) -> None:
    store = Store(make_project(tmp_path, sources={"profiles": Elsewhere("lake/customers")}))
    message = f"profiles stands elsewhere and is only read (parcours.yaml: sources.profiles: {tmp_path}/lake/customers)"
    with pytest.raises(UserError) as raised, store.writing("profiles"):
        pass
    assert str(raised.value) == message


def test_changes_are_the_rows_after_a_version(spark_store: Store) -> None:
    spark_store.ensure("events")
    spark_store.append_small("events", [event("1")])
    spark_store.append_small("events", [event("2")])
    spark_store.append_small("events", [event("3")])
    rows = spark_store.changes("events", 1, 2).select("event_id", "is_new", "former").collect()
    assert [tuple(row) for row in rows] == [("2", True, None)]


def test_changes_of_no_versions_are_no_rows(spark_store: Store) -> None:
    spark_store.ensure("events")
    spark_store.append_small("events", [event("1")])
    assert spark_store.changes("events", 1, 1).count() == 0


def test_changes_since_ever_are_all_rows(spark_store: Store) -> None:
    spark_store.ensure("events")
    spark_store.append_small("events", [event("1")])
    assert [row.event_id for row in spark_store.changes("events", None, 1).collect()] == ["1"]


def test_changes_tell_an_updated_row_once_with_what_it_was(spark_store: Store) -> None:
    stay = {"audience_id": "vip", "profile_id": "ada", "entered_at": NOON}
    spark_store.ensure("audience_members")
    spark_store.append_small("audience_members", [stay])
    merge = f"UPDATE delta.`{spark_store.path('audience_members')}` SET"
    spark_store.spark.sql(f"{merge} attributes = map('tier', 'gold')")
    spark_store.spark.sql(f"{merge} exited_at = TIMESTAMP'2026-03-02 13:00:00Z'")
    rows = spark_store.changes("audience_members", 1, 3).select("exited_at", "is_new", "former.exited_at").collect()
    assert [(row[0].timestamp(), row[1], row[2]) for row in rows] == [(LATER.timestamp(), False, None)]
    both = spark_store.changes("audience_members", 0, 3).select("exited_at", "is_new", "former").collect()
    assert [(row[0].timestamp(), row[1], row[2]) for row in both] == [(LATER.timestamp(), True, None)]


def test_changes_leave_out_a_row_that_was_deleted(spark_store: Store) -> None:
    spark_store.ensure("events")
    spark_store.append_small("events", [event("1"), event("2")])
    spark_store.spark.sql(f"DELETE FROM delta.`{spark_store.path('events')}` WHERE event_id = '1'")
    assert [row.event_id for row in spark_store.changes("events", 0, 2).collect()] == ["2"]


def test_changes_of_a_table_without_a_feed_come_from_its_versions(tmp_path: Path, spark: SparkSession) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake

    place = tmp_path / "lake"
    schema = pa.schema([("profile_id", pa.string()), ("consents", pa.map_(pa.string(), pa.string()))])
    ada, bob, eve = [{"profile_id": name, "consents": [("email", "y"), ("sms", "n")]} for name in ("ada", "bob", "eve")]
    write_deltalake(place, pa.Table.from_pylist([ada, bob], schema))
    turned = {**bob, "consents": [("sms", "n"), ("email", "y")]}
    refused = {**ada, "consents": [("email", "n")]}
    write_deltalake(place, pa.Table.from_pylist([refused, turned, eve], schema), mode="overwrite")
    store = Store(make_project(tmp_path, sources={"profiles": Elsewhere("lake")}), spark)
    rows = store.changes("profiles", 0, 1).select("profile_id", "is_new", "former.consents").collect()
    assert sorted(map(tuple, rows)) == [("ada", False, {"email": "y", "sms": "n"}), ("eve", True, None)]


def test_a_second_writer_is_busy_and_says_with_whom(store: Store) -> None:
    import os

    message = (
        f"a tick or a change of a journey's life is under way already in process {os.getpid()}; "
        "nothing was changed (try again later)"
    )
    with store.exclusive(), pytest.raises(Busy) as raised, store.exclusive():
        pass
    assert str(raised.value) == message


def test_the_lock_is_free_again_afterwards(store: Store) -> None:
    with store.exclusive():
        pass
    with store.exclusive():
        pass
