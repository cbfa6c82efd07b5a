"""parcours load: what a load makes of files."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyspark.sql import SparkSession

from parcours.jobs.commit import staging_of
from parcours.jobs.load import LoadRefused, load_rows
from tests.jobs.houses import House, at, counts, row

PROFILE = {
    "email": None,
    "phone": None,
    "push_token": None,
    "timezone": None,
    "locale": None,
    "is_test": None,
    "consents": None,
}


# ---------------------------------------------------------------- what is read


def test_a_csv_file_makes_profiles_with_maps_from_dotted_columns(house: House) -> None:
    file = house.file(
        "people.csv",
        "profile_id,email,consents.email,consents.sms,tier\nada,ada@x.com,y,,gold\nbob,bob@x.com,,,\n",
    )
    assert counts(house.load("profiles", file)) == (2, 2, 0, 0)
    assert house.store.small("profiles").to_pylist(maps_as_pydicts="strict") == [
        {**PROFILE, "profile_id": "ada", "email": "ada@x.com", "consents": {"email": "y"}, "tier": "gold"},
        {**PROFILE, "profile_id": "bob", "email": "bob@x.com", "tier": None},
    ]


def test_a_map_in_csv_is_a_json_object_and_dotted_columns_add_to_it(house: House) -> None:
    text = 'profile_id,consents,consents.sms\nada,"{""email"": ""n"", ""sms"": ""y""}",n\nbob,"{""email"": ""y""}",\n'
    house.load("profiles", house.file("people.csv", text))
    assert house.rows("profiles", "profile_id", "consents") == [
        ("ada", {"email": "n", "sms": "n"}),
        ("bob", {"email": "y"}),
    ]


def test_cells_of_csv_may_hold_separators_quotes_and_line_ends(house: House) -> None:
    text = 'profile_id,note\nada,"a, ""b""\nc"\n\nbob,plain\n'
    house.load("profiles", house.file("people.csv", text))
    assert house.rows("profiles", "profile_id", "note") == [("ada", 'a, "b"\nc'), ("bob", "plain")]


def test_a_file_is_read_as_a_spreadsheet_saves_it_under_any_name(house: House) -> None:
    house.load("profiles", house.file("people [1] é.csv", "\ufeffprofile_id;city\nada;Paris, France\n"))
    assert house.rows("profiles", "profile_id", "city") == [("ada", "Paris, France")]


def test_json_lines_make_events_with_attributes_as_text(house: House) -> None:
    event = {
        "event_id": "1",
        "event_type": "order_placed",
        "profile_id": "ada",
        "event_time": "2026-03-02T09:00:00+01:00",
        "attributes": {"amount": 12.5, "items": 3, "gift": True, "code": "007", "note": None},
    }
    house.load("events", house.file("events.jsonl", json.dumps(event) + "\n\n"))
    assert house.rows("events", "event_id", "event_type", "profile_id", "event_time", "attributes") == [
        ("1", "order_placed", "ada", at(2, 8), {"amount": "12.5", "items": "3", "gift": "true", "code": "007"})
    ]


def test_parquet_keeps_its_instants_maps_and_numbers(house: House) -> None:
    file = house.folder / "events.parquet"
    table = pa.table(
        {
            "event_id": pa.array([7], pa.int32()),
            "event_type": ["go"],
            "event_time": pa.array([at(2, 9)], pa.timestamp("us", "UTC")),
            "attributes": pa.array([[("amount", 5.0)]], pa.map_(pa.string(), pa.float64())),
        }
    )
    parquet.write_table(table, file)
    house.load("events", file)
    assert house.rows("events", "event_id", "event_time", "profile_id", "attributes") == [
        ("7", at(2, 9), None, {"amount": "5.0"})
    ]


def test_parquet_may_hold_nanoseconds_as_pandas_writes_them(house: House) -> None:
    file = house.folder / "profiles.parquet"
    last_day, before_1970 = 1772409600_000000_999, -1_500
    table = pa.table(
        {
            "profile_id": ["ada", "ben", "cleo"],
            "seen_at": pa.array([last_day, before_1970, None], pa.timestamp("ns", "UTC")),
            "born_at": pa.array([last_day, before_1970, None], pa.timestamp("ns")),
        }
    )
    parquet.write_table(table, file)
    house.load("profiles", file)
    first, second = at(2), datetime(1969, 12, 31, 23, 59, 59, 999998, tzinfo=UTC)
    assert house.rows("profiles", "profile_id", "seen_at", "born_at") == [
        ("ada", first, first),
        ("ben", second, second),
        ("cleo", None, None),
    ]


def test_a_struct_in_parquet_is_a_map_for_whoever_reads_it(house: House) -> None:
    file = house.folder / "events.parquet"
    parquet.write_table(
        pa.table({"event_id": ["1"], "event_time": ["2026-03-02"], "attributes": [{"amount": 5, "sku": "x"}]}), file
    )
    house.load("events", file)
    assert house.rows("events", "event_id", "event_time", "attributes") == [("1", at(2), {"amount": "5", "sku": "x"})]


INSTANTS = {
    "2026-03-02": at(2),
    "2026-03-02T09:00": at(2, 9),
    "2026-03-02 09:00:00": at(2, 9),
    "2026-03-02T09:00:00Z": at(2, 9),
    "2026-03-02T09:00:00z": at(2, 9),
    "2026-03-02T09:00:00.250000Z": at(2, 9).replace(microsecond=250000),
    "2026-03-02T09:00:00,25Z": at(2, 9).replace(microsecond=250000),
    "2026-03-02T10:00:00+01:00": at(2, 9),
    "2026-03-02T10:00:00+0100": at(2, 9),
    "2026-03-02T10:00:00+01": at(2, 9),
    "2026-03-02 06:00:00 -03:00": at(2, 9),
    "20260302T090000Z": at(2, 9),
}


def test_instants_are_iso_8601_and_utc_without_a_zone(spark: SparkSession) -> None:
    assert dict(zip(INSTANTS, instants(spark, list(INSTANTS)), strict=True)) == INSTANTS


def test_what_is_not_iso_8601_is_no_instant(spark: SparkSession) -> None:
    wrong = ["soon", "02/03/2026", "2026-13-02", "2026-03-02T25:00:00Z", "1772442000", "2026-03", "2026-03-02T09", ""]
    assert instants(spark, wrong) == [None] * len(wrong)


def instants(spark: SparkSession, texts: Sequence[str]) -> list[datetime | None]:
    from pyspark.sql import functions as F

    from parcours.transforms.shape import instant

    rows = spark.createDataFrame([(text,) for text in texts], "t string").select(instant(F.col("t"))).collect()
    return [row[0] and row[0].astimezone(UTC) for row in rows]


# ---------------------------------------------------------------- names


def test_map_renames_a_column_of_the_file(house: House) -> None:
    file = house.file("orders.csv", "id,kind,when,total\n1,go,2026-03-02,5\n")
    house.load("events", file, event_id="id", event_type="kind", event_time="when", attributes__amount="total")
    assert house.rows("events", "event_id", "event_type", "attributes") == [("1", "go", {"amount": "5"})]


def test_case_does_not_tell_columns_apart(house: House) -> None:
    house.load("profiles", house.file("a.csv", "Profile_ID,EMAIL,Tier\nada,a@x.com,gold\n"))
    house.load("profiles", house.file("b.csv", "profile_id,tier\nada,silver\n"))
    assert house.rows("profiles", "profile_id", "email", "Tier") == [("ada", "a@x.com", "silver")]


def test_a_column_that_events_lack_is_left_out_and_counted(house: House) -> None:
    report = house.load("events", house.file("e.csv", "event_id,event_time,amount\n1,2026-03-02,5\n"))
    assert report.notes == {
        "column 'amount' is left out: events has none of that name; --map attributes.amount=amount keeps it": 1
    }
    assert report.warnings == {}


def test_a_refusal_tells_of_columns_that_are_left_out_too(house: House) -> None:
    with pytest.raises(LoadRefused) as raised:
        house.load("events", house.file("e.csv", "event_id,event_time,amount\n1,soon,5\n"))
    assert str(raised.value).splitlines()[-1] == (
        "  warning: column 'amount' is left out: events has none of that name; --map attributes.amount=amount keeps it"
    )


# ---------------------------------------------------------------- types of profile columns


def test_a_new_profile_column_has_the_type_of_its_values(house: House) -> None:
    text = (
        "profile_id,whole,number,flag,day,moment,zip,long_id,mixed,empty\n"
        "ada,1,1.5,true,2026-03-02,2026-03-02T09:00:00Z,01234,12345678901234567890,1,\n"
        "bob,-20,2,False,2026-03-03,2026-03-03,5,1,x,\n"
    )
    house.load("profiles", house.file("people.csv", text))
    schema = {field.name: field.type.type for field in house.store.delta("profiles").schema().fields}
    assert {name: schema[name] for name in text.splitlines()[0].split(",")[1:]} == {
        "whole": "long",
        "number": "double",
        "flag": "boolean",
        "day": "date",
        "moment": "timestamp",
        "zip": "string",
        "long_id": "string",
        "mixed": "string",
        "empty": "string",
    }
    assert house.rows("profiles", "profile_id", "whole", "number", "flag", "day", "moment") == [
        ("ada", 1, 1.5, True, date(2026, 3, 2), at(2, 9)),
        ("bob", -20, 2.0, False, date(2026, 3, 3), at(3)),
    ]


def test_json_tells_numbers_from_texts_of_digits(house: House) -> None:
    lines = [{"profile_id": "ada", "code": "12", "n": 12, "x": 1.5, "tags": ["a"], "since": "2026-03-02"}]
    house.load("profiles", house.file("people.jsonl", "\n".join(map(json.dumps, lines))))
    assert house.rows("profiles", "profile_id", "code", "n", "x", "tags", "since") == [
        ("ada", "12", 12, 1.5, '["a"]', date(2026, 3, 2))
    ]


def test_profiles_yaml_types_a_new_column_and_what_does_not_fit_is_null_and_counted(
    tmp_path: Path, spark: SparkSession
) -> None:
    house = House(tmp_path, spark, profiles={"tier": "string", "lifetime_value": "double"})
    report = house.load("profiles", house.file("p.csv", "profile_id,tier,lifetime_value\nada,1,5\nbob,2,much\n"))
    assert report.warnings == {"lifetime_value is not a double": 1}
    assert house.rows("profiles", "profile_id", "tier", "lifetime_value") == [("ada", "1", 5.0), ("bob", "2", None)]


def test_a_column_keeps_its_type_in_later_loads(house: House) -> None:
    house.load("profiles", house.file("a.csv", "profile_id,age\nada,36\n"))
    report = house.load("profiles", house.file("b.csv", "profile_id,age\nada,37.0\nbob,old\n"))
    assert report.warnings == {"age is not a bigint": 1}
    assert house.rows("profiles", "profile_id", "age") == [("ada", 37), ("bob", None)]


def test_a_new_column_says_where_its_type_comes_from(house: House) -> None:
    house.load("profiles", house.file("a.csv", "profile_id,age\nada,36\n"))
    comments = {field.name: field.metadata["comment"] for field in house.store.delta("profiles").schema().fields}
    assert comments["age"] == "A column of the project's own, typed by its values: profile.age."


# ---------------------------------------------------------------- merging


def test_the_same_load_again_changes_nothing(house: House) -> None:
    text = 'profile_id,consents,age\nada,"{""sms"": ""n"", ""email"": ""y""}",36\n'
    file = house.file("people.csv", text)
    house.load("profiles", file)
    version = house.store.version("profiles")
    assert counts(house.load("profiles", file)) == (1, 0, 0, 1)
    assert house.store.version("profiles") == version


def test_a_load_settles_a_tick_that_was_killed(house: House) -> None:
    staging_of(house.store).open("2026-03-03T00:00:00.000000Z")
    house.load("profiles", house.file("p.csv", "profile_id\nada\n"))
    assert not staging_of(house.store).folder.exists()


def test_a_column_that_a_file_lacks_is_null_in_new_rows_and_stays_in_others(house: House) -> None:
    load_rows(
        house.store,
        "profiles",
        [row(profile_id="a", email="a@x.com", t="1"), row(profile_id="b", email="b@x.com", t=None)],
    )
    load_rows(house.store, "profiles", [row(profile_id="a", phone="+33611111111"), row(profile_id="c", phone=None)])
    assert house.rows("profiles", "profile_id", "email", "phone", "t") == [
        ("a", "a@x.com", "+33611111111", "1"),
        ("b", "b@x.com", None, None),
        ("c", None, None, None),
    ]


def test_a_column_that_a_file_has_is_what_the_file_says_null_included(house: House) -> None:
    load_rows(house.store, "profiles", [row(profile_id="a", email="a@x.com")])
    assert counts(load_rows(house.store, "profiles", [row(profile_id="a", email=None)])) == (1, 0, 1, 0)
    assert house.rows("profiles", "profile_id", "email") == [("a", None)]


def test_a_stay_keeps_its_end_where_a_file_says_nothing_of_it(house: House) -> None:
    stay = row(audience_id="vip", profile_id="a", entered_at="2026-03-02")
    load_rows(house.store, "audience_members", [{**stay, "exited_at": "2026-03-03"}])
    load_rows(house.store, "audience_members", [stay])
    assert house.rows("audience_members", "profile_id", "exited_at") == [("a", at(3))]


def test_of_events_the_first_row_ever_loaded_stands(house: House) -> None:
    first = row(event_id="1", event_type="a", event_time="2026-03-02")
    again = row(event_id="1", event_type="b", event_time="2026-03-03")
    report = load_rows(house.store, "events", [first, again])
    assert counts(report) == (2, 1, 0, 0)
    assert report.warnings == {"the key stands more than once in the load": 1}
    assert counts(load_rows(house.store, "events", [again])) == (1, 0, 0, 1)
    assert house.rows("events", "event_id", "event_type") == [("1", "a")]


def test_of_profiles_the_last_row_of_a_load_stands(house: House) -> None:
    rows = [row(profile_id="a", email="1@x.com", tier="x"), row(profile_id="a", email="2@x.com", tier=None)]
    assert load_rows(house.store, "profiles", rows).warnings == {"the key stands more than once in the load": 1}
    assert house.rows("profiles", "profile_id", "email", "tier") == [("a", "2@x.com", None)]


def test_files_of_one_load_merge_as_if_one_after_another(house: House) -> None:
    first = house.file("1.csv", "profile_id,email,tier\na,1@x.com,gold\nb,b@x.com,gold\n")
    second = house.file("2.csv", "profile_id,email\na,2@x.com\n")
    house.load("profiles", first, second)
    assert house.rows("profiles", "profile_id", "email", "tier") == [("a", "2@x.com", "gold"), ("b", "b@x.com", "gold")]


def test_an_update_is_one_commit_that_the_change_feed_tells(house: House) -> None:
    load_rows(house.store, "profiles", [row(profile_id="a", tier="x"), row(profile_id="b", tier="x")])
    version = house.store.version("profiles")
    assert version is not None
    report = load_rows(house.store, "profiles", [row(profile_id="a", tier="y"), row(profile_id="c", tier="y")])
    assert counts(report) == (2, 1, 1, 0)
    assert house.store.version("profiles") == version + 1
    changed = house.store.changes("profiles", version, version + 1).select("profile_id", "is_new").collect()
    assert sorted(map(tuple, changed)) == [("a", False), ("c", True)]


def test_an_address_is_suppressed_where_the_list_is_not_named(house: House) -> None:
    house.load("suppressions", house.file("s.csv", "channel,address\nemail,a@x.com\n"))
    assert house.rows("suppressions", "channel", "address", "list") == [("email", "a@x.com", "suppress")]
