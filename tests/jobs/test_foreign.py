"""Tables that somebody else has made: other types, other features, other columns than ours would have."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import SparkSession

from parcours.definition.problems import UserError
from parcours.jobs.audiences import load_snapshot
from parcours.jobs.committed import is_there
from parcours.jobs.foreign import check_loadable, operation_of
from parcours.jobs.inputs import Pinned
from parcours.jobs.load import load
from parcours.jobs.pruning import Within, files_with
from parcours.jobs.sources import lists_of
from parcours.jobs.store import Store
from parcours.tables import ALL, SOURCES
from tests.jobs.conftest import Parcours
from tests.projects import Elsewhere, make_project

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
NAIVE = NOON.replace(tzinfo=None)
THIRD = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)


def their_events(place: str) -> None:
    """Events with instants without a zone, numbers for ids, attributes as JSON, and a column of their own first."""
    rows = {
        "shop": pa.array([7, 7, 7, 7], pa.int16()),
        "event_time": pa.array([NAIVE, NAIVE, NAIVE, None], pa.timestamp("us")),
        "attributes": ['{"amount": 12.5}', "none", None, None],
        "event_id": pa.array([1, 2, None, 4], pa.int32()),
    }
    write_deltalake(place, pa.table(rows))


def test_their_types_become_ours(tmp_path: Path, spark: SparkSession) -> None:
    store = Store(make_project(tmp_path), spark)
    their_events(store.path("events"))
    store.ensure("events")
    frame = store.read("events", store.version("events"))
    assert frame.dtypes == [*((c.name, c.type) for c in ALL["events"].columns), ("shop", "smallint")]
    columns = ("event_id", "event_type", "profile_id", "event_time", "attributes", "shop")
    assert [tuple(row[name] for name in columns) for row in frame.orderBy("event_id").collect()] == [
        ("1", None, None, NAIVE, {"amount": "12.5"}, 7),
        ("2", None, None, NAIVE, None, 7),
    ]  # a row without its key, or its time, costs itself alone


def test_their_columns_are_known_by_what_they_are_read_as(tmp_path: Path) -> None:
    store = Store(make_project(tmp_path))
    their_events(store.path("events"))
    assert store.column_types("events") == {
        "shop": "smallint",
        "event_time": "timestamp",
        "attributes": "map<string,string>",
        "event_id": "string",
    }


def test_an_instant_without_a_zone_is_utc_where_files_are_chosen(tmp_path: Path) -> None:
    store = Store(make_project(tmp_path))
    their_events(store.path("events"))
    delta = store.delta("events")
    assert files_with(delta, [Within("event_time", least=THIRD)]) == []
    assert len(files_with(delta, [Within("event_time", least=NOON)])) == 1


def test_a_text_in_place_of_an_instant_leaves_no_file_out(tmp_path: Path) -> None:
    store = Store(make_project(tmp_path))
    write_deltalake(store.path("events"), pa.table({"event_id": ["1"], "event_time": ["2026-03-02 12:00:00"]}))
    assert len(files_with(store.delta("events"), [Within("event_time", least=THIRD)])) == 1


def test_few_rows_of_theirs_are_as_ours(tmp_path: Path, spark: SparkSession) -> None:
    place = tmp_path / "lake"
    rows = {"address": ["a@x.com"], "mail": ["email"], "added_at": pa.array([NAIVE], pa.timestamp("us"))}
    write_deltalake(place, pa.table(rows))
    source = Elsewhere("lake", {"channel": "mail"})
    store = Store(make_project(tmp_path, sources={"suppressions": source}), spark)
    assert store.small("suppressions", 0, columns=["channel", "list", "added_at"]).to_pylist() == [
        {"channel": "email", "list": None, "added_at": NOON}
    ]
    _, allow_list_from = lists_of(store, Pinned({"suppressions": 0}))
    assert allow_list_from == {}


def test_rows_that_are_deleted_by_a_vector_are_not_read(tmp_path: Path, spark: SparkSession) -> None:
    store = Store(make_project(tmp_path), spark)
    table = f"delta.`{store.path('events')}`"
    on = "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"
    spark.sql(f"CREATE TABLE {table} (event_id STRING, event_time TIMESTAMP) USING delta {on}")
    spark.sql(f"INSERT INTO {table} SELECT /*+ COALESCE(1) */ string(id), timestamp_seconds(id) FROM range(3)")
    spark.sql(f"DELETE FROM {table} WHERE event_id = '1'")
    assert sorted(row.event_id for row in store.read("events", 2).collect()) == ["0", "2"]


@pytest.mark.parametrize("column", ["profile_id", "name"])
def test_a_value_is_looked_for_as_text(tmp_path: Path, column: str) -> None:
    store = Store(make_project(tmp_path))
    write_deltalake(
        store.path("profiles"), pa.table({"profile_id": pa.array([1, 2], pa.int64()), "name": ["1", "it's"]})
    )
    delta = store.delta("profiles")
    assert [is_there(delta, column, text) for text in ("1", "ada")] == [True, False]
    assert not is_there(delta, "nothing", "1")


def test_trace_of_somebody_unknown_where_ids_are_numbers(tmp_path: Path, parcours: Parcours) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    write_deltalake(tmp_path / "warehouse" / "profiles", pa.table({"profile_id": pa.array([1], pa.int64())}))
    known, unknown = (parcours("trace", who, "--project", tmp_path) for who in ("1", "ada"))
    assert (known.status, known.out) == (0, "nothing has happened to 1 yet\n")
    assert (unknown.status, unknown.err) == (2, "no profile 'ada', and nothing has happened to one\n")


def test_consents_as_text_are_a_map_for_expressions(tmp_path: Path, parcours: Parcours) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    (tmp_path / "channels.yaml").write_text("channels: {email: {consent: \"profile.consents['email']\"}}\n")
    write_deltalake(tmp_path / "warehouse" / "profiles", pa.table({"profile_id": ["ada"], "consents": ["{}"]}))
    said = parcours("validate", "--project", tmp_path)
    assert (said.status, said.out) == (0, "0 journeys, 0 audiences, 0 templates: fine\n")


# ------------------------------------------------------------------------------------------------------------- loading
def test_a_load_merges_into_a_table_of_theirs(tmp_path: Path, spark: SparkSession) -> None:
    project = make_project(tmp_path)
    rows = {
        "shop": pa.array([7], pa.int16()),
        "exited_at": pa.array([None], pa.timestamp("us")),
        "entered_at": pa.array([NAIVE], pa.timestamp("us")),
        "profile_id": ["ada"],
        "audience_id": ["vip"],
        "attributes": ['{"tier": "gold"}'],
    }
    store = Store(project, spark)
    write_deltalake(store.path("audience_members"), pa.table(rows))
    file = tmp_path / "stays.csv"
    file.write_text(
        "audience_id,profile_id,entered_at,exited_at,attributes.tier\n"
        "vip,ada,2026-03-02T12:00:00Z,2026-03-03,silver\n"
        "vip,ben,2026-03-02T13:00:00+01:00,,\n"
    )
    report = load(project, "audience_members", [file], spark=spark)
    assert (report.inserted, report.updated) == (1, 1)
    assert [tuple(row) for row in store.read("audience_members").orderBy("profile_id").collect()] == [
        ("vip", "ada", NAIVE, THIRD.replace(tzinfo=None), {"tier": "silver"}, 7),
        ("vip", "ben", NAIVE, None, None, None),
    ]
    again = load(project, "audience_members", [file], spark=spark)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)
    file.write_text("profile_id\nben\ncleo\n")
    load_snapshot(project, "vip", file, THIRD, spark)
    stays = store.read("audience_members").orderBy("profile_id").select("profile_id", "entered_at", "exited_at")
    assert [tuple(row) for row in stays.collect()][1:] == [
        ("ben", NAIVE, None),
        ("cleo", THIRD.replace(tzinfo=None), None),
    ]


def test_a_table_of_theirs_that_can_not_hold_what_is_loaded_is_named(tmp_path: Path) -> None:
    store = Store(make_project(tmp_path))
    their_events(store.path("events"))
    with pytest.raises(UserError) as raised:
        check_loadable(store.path("events"), SOURCES["events"])
    assert str(raised.value) == (
        f"{tmp_path}/warehouse/events can't be loaded into: event_id is int there, and must be string "
        "(write it anew with that type, or move it away)"
    )


# ------------------------------------------------------------------------------------------------------------ changes
def test_a_source_that_is_written_anew_with_a_feed_tells_what_is_new_alone(tmp_path: Path, spark: SparkSession) -> None:
    place = tmp_path / "lake"
    schema = pa.schema([("event_id", pa.string()), ("event_time", pa.timestamp("us", "UTC"))])

    def night(*ids: str, settings: dict[str, str | None] | None = None) -> None:
        rows = [{"event_id": id, "event_time": NOON} for id in ids]
        write_deltalake(place, pa.Table.from_pylist(rows, schema), mode="overwrite", configuration=settings)

    night("1", settings={"delta.enableChangeDataFeed": "true"})
    night("1", "2")
    store = Store(make_project(tmp_path, sources={"events": Elsewhere("lake")}), spark)
    rows = store.changes("events", 0, 1).select("event_id", "is_new").collect()
    assert sorted((row.event_id, row.is_new) for row in rows if row.is_new) == [("2", True)]


def test_a_write_is_an_append_or_replaces_all() -> None:
    assert operation_of({"operation": "WRITE", "operationParameters": {"mode": "Append"}}) == "WRITE"
    assert operation_of({"operation": "WRITE", "operationParameters": {"mode": "Overwrite"}}) == "OVERWRITE"
    assert operation_of({"operation": "MERGE"}) == "MERGE"
