"""parcours load: what it refuses, warns of and can't use, and how it says so."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from parcours.definition.problems import UserError
from parcours.jobs.load import LoadRefused, LoadReport, load_rows, main, renames_of, summary
from tests.jobs.houses import House, at, counts, row

# ---------------------------------------------------------------- refusals


STAY = row(audience_id="a", profile_id="p", entered_at="2026-03-02", exited_at="2026-03-03")
EVENT = row(event_id="1", event_time="2026-03-02T00:00:00Z")
REFUSED: list[tuple[str, list[dict[str, Any]], dict[str, int]]] = [
    (
        "profiles",
        [row(profile_id=None), row(profile_id="a", consents={"email": "yes"}), row(profile_id="b")],
        {"profile_id is missing": 1, "a consent is neither y nor n": 1},
    ),
    (
        "events",
        [{**EVENT, "event_id": None}, {**EVENT, "event_time": None}, {**EVENT, "event_time": "soon"}, EVENT],
        {"event_id is missing": 1, "event_time is missing": 1, "event_time is not an instant": 1},
    ),
    (
        "audience_members",
        [
            {**STAY, "entered_at": None},
            {**STAY, "exited_at": "soon"},
            {**STAY, "exited_at": "2026-03-02"},
            {**STAY, "profile_id": "q"},
        ],
        {"entered_at is missing": 1, "exited_at is not an instant": 1, "exited_at is not after entered_at": 1},
    ),
    (
        "message_feedback",
        [row(feedback_id="1", feedback="lost"), row(feedback_id="2", feedback="opened")],
        {"feedback is not one of delivered, bounced_hard, bounced_soft, opened, clicked, unsubscribed, complained": 1},
    ),
    (
        "suppressions",
        [
            row(channel="email", address="x@x.com", list="deny"),
            row(channel="email", address="x@x.com", added_at="soon"),
            row(channel="email", address="y@x.com"),
        ],
        {"added_at is not an instant": 1, "list is not one of suppress, allow": 1},
    ),
]


@pytest.mark.parametrize(("table", "rows", "reasons"), REFUSED, ids=[table for table, _, _ in REFUSED])
def test_a_load_with_bad_rows_is_refused_as_a_whole(
    table: str, rows: Sequence[Mapping[str, Any]], reasons: Mapping[str, int], house: House
) -> None:
    with pytest.raises(LoadRefused) as raised:
        load_rows(house.store, table, rows)
    assert raised.value.report.refused == reasons
    assert house.store.version(table) is None


def test_a_refusal_says_how_many_where_and_what_to_do_and_keeps_the_rows(house: House) -> None:
    house.load("events", house.file("good.csv", "event_id,event_time\n1,2026-03-02\n"))
    bad = house.file("bad.csv", "event_id,event_time,event_type\n2,2026-03-02,a\n3,soon,b\n\n,later,c\n")
    with pytest.raises(LoadRefused) as raised:
        house.load("events", bad)
    place = f"{house.store.project.warehouse}/quarantine/events"
    assert str(raised.value) == (
        "load events: nothing was loaded, 2 of 3 rows can't be:\n"
        f"  event_id is missing: 1 row, {bad}:5\n"
        f"  event_time is not an instant: 2 rows, the first {bad}:3\n"
        f"They stand in {place} with the reason (mend the file, and load it again)"
    )
    assert house.rows("events", "event_id") == ["1"]
    kept = house.store.spark.read.format("delta").load(place).orderBy("event_type")
    assert [
        tuple(each) for each in kept.select("event_id", "event_time", "event_type", "reason", "file").collect()
    ] == [
        ("3", "soon", "b", "event_time is not an instant", str(bad)),
        (None, "later", "c", "event_id is missing; event_time is not an instant", str(bad)),
    ]


def test_a_row_that_can_not_be_read_is_refused_with_its_text(house: House) -> None:
    bad = house.file("bad.csv", "profile_id,email\nada,a@x.com\nbob\neve,e@x.com,more\n")
    with pytest.raises(LoadRefused) as raised:
        house.load("profiles", bad)
    assert raised.value.report.refused == {"the row can't be read": 2}
    kept = house.store.spark.read.format("delta").load(f"{house.store.project.warehouse}/quarantine/profiles")
    assert sorted(each.unreadable_row for each in kept.collect()) == ["bob", "eve,e@x.com,more"]


def test_a_line_that_is_no_json_object_is_refused(house: House) -> None:
    bad = house.file("bad.jsonl", '{"profile_id": "ada"}\n[1]\n{"profile_id": "bob"\n')
    with pytest.raises(LoadRefused) as raised:
        house.load("profiles", bad)
    assert str(raised.value).splitlines()[1] == f"  the row can't be read: 2 rows, the first {bad}:2"


OVERLAP = {"the stay overlaps another of the same profile": 1}


@pytest.mark.parametrize(
    ("entered", "exited"),
    [("2026-03-02T12:00:00Z", "2026-03-04"), ("2026-03-01", None), ("2026-03-01", "2026-03-02T00:00:01Z")],
)
def test_a_stay_that_overlaps_a_stored_one_is_refused(entered: str, exited: str | None, house: House) -> None:
    load_rows(house.store, "audience_members", [STAY])
    with pytest.raises(LoadRefused) as raised:
        load_rows(house.store, "audience_members", [{**STAY, "entered_at": entered, "exited_at": exited}])
    assert raised.value.report.refused == OVERLAP
    kept = house.store.spark.read.format("delta").load(f"{house.store.project.warehouse}/quarantine/audience_members")
    assert [(each.entered_at, each.reason) for each in kept.collect()] == [(entered, next(iter(OVERLAP)))]


def test_stays_may_touch_and_a_load_may_mend_what_would_overlap(house: House) -> None:
    load_rows(house.store, "audience_members", [{**STAY, "exited_at": None}])
    again = {**STAY, "entered_at": "2026-03-03", "exited_at": None}
    report = load_rows(house.store, "audience_members", [STAY, again])
    assert counts(report) == (2, 1, 1, 0)
    assert house.rows("audience_members", "entered_at", "exited_at") == [(at(2), at(3)), (at(3), None)]


# ---------------------------------------------------------------- warnings


def test_what_is_odd_in_profiles_loads_and_is_counted(house: House) -> None:
    people = [
        row(profile_id="a", email="a@@x", phone="0611", timezone="Mars/Base", is_test="perhaps"),
        row(profile_id="b", email="b@x.com", phone="+33611111111", timezone="Europe/Paris", is_test="no"),
    ]
    report = load_rows(house.store, "profiles", people)
    assert report.warnings == {
        "is_test is not a boolean": 1,
        "email is malformed": 1,
        "phone is malformed": 1,
        "timezone is unknown": 1,
    }
    assert house.rows("profiles", "profile_id", "email", "is_test") == [("a", "a@@x", None), ("b", "b@x.com", False)]


def test_a_member_without_a_profile_loads_and_is_counted(house: House) -> None:
    load_rows(house.store, "profiles", [row(profile_id="p")])
    report = load_rows(house.store, "audience_members", [STAY, {**STAY, "profile_id": "q"}])
    assert (report.inserted, report.warnings) == (2, {"no profile of that id": 1})


def test_an_attribute_that_does_not_fit_its_type_loads_as_it_is_and_is_counted(
    tmp_path: Path, spark: SparkSession
) -> None:
    house = House(tmp_path, spark, events={"order_placed": {"amount": "double", "sku": "string"}})
    bad = {**EVENT, "event_type": "order_placed", "attributes": {"amount": "lots", "sku": "1"}}
    report = load_rows(
        house.store, "events", [bad, {**EVENT, "event_id": "2", "event_type": "lost", "attributes": None}]
    )
    assert report.warnings == {"event_type is not in events.yaml": 1, "order_placed.amount is not a double": 1}
    assert house.rows("events", "event_id", "attributes")[0] == ("1", {"amount": "lots", "sku": "1"})


# ---------------------------------------------------------------- what is asked wrongly


MISTAKES: list[tuple[str, str, str]] = [
    ("x.csv", "", "{file}:1: no header line (write the names of the columns in the first line)"),
    ("x.csv", "profile_id,,b\n", "{file}:1: column 2 has no name (write one, or take the column out)"),
    ("x.csv", "profile_id,b,b\n", "{file}:1: column 'b' stands twice (rename one of them)"),
    (
        "x.csv",
        "profile_id,first name\n",
        "{file}: 'first name' can't be a column, which has letters, digits and _ only (--map new_name='first name')",
    ),
    ("x.csv", "id,b\n", "{file}: no column 'profile_id' (--map profile_id=<its name in the file>; the file has id, b)"),
    (
        "x.csv",
        "profile_id,Email,email\n",
        "{file}: 'email' is email a second time (rename one of them: --map new='email')",
    ),
    ("x.xlsx", "", "{file}: not a format that is read (save it as .csv, .jsonl or .parquet)"),
    ("x.jsonl", "\n", "{file}: no rows (write one JSON object a line)"),
]


@pytest.mark.parametrize(("name", "text", "message"), MISTAKES)
def test_a_file_that_can_not_be_used_is_named_with_what_to_do(name: str, text: str, message: str, house: House) -> None:
    file = house.file(name, text)
    with pytest.raises(UserError) as raised:
        house.load("profiles", file)
    assert str(raised.value) == message.format(file=file)


def test_a_text_that_is_not_utf_8_is_named_with_its_line(house: House) -> None:
    file = house.folder / "x.csv"
    file.write_bytes("profile_id,city\nada,Orléans\n".encode("latin-1"))
    with pytest.raises(UserError) as raised:
        house.load("profiles", file)
    assert str(raised.value) == f"{file}:2: not UTF-8 text (save the file as UTF-8)"


def test_a_file_that_is_not_there_is_named(house: House) -> None:
    with pytest.raises(UserError) as raised:
        house.load("profiles", "nowhere.csv")
    assert str(raised.value) == "nowhere.csv: no such file"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_uri_where_nothing_can_be_read_is_named(house: House, ending: str) -> None:
    name = f"nowhere://bucket/events.{ending}"
    with pytest.raises(UserError) as raised:
        house.load("events", name)
    assert str(raised.value).startswith(f"{name}: ")


def test_a_broken_parquet_file_is_named(house: House) -> None:
    file = house.file("x.parquet", "no parquet")
    with pytest.raises(UserError) as raised:
        house.load("profiles", file)
    assert str(raised.value).startswith(f"{file}: not a Parquet file that can be read (")


def test_a_renaming_of_no_column_suggests_the_one_that_was_meant(house: House) -> None:
    file = house.file("x.csv", "customer_id\nada\n")
    with pytest.raises(UserError) as raised:
        house.load("profiles", file, profile_id="customerid")
    assert str(raised.value) == (
        f"{file}: --map profile_id=customerid: no column 'customerid' (did you mean 'customer_id'?)"
    )


def test_a_table_that_is_not_loaded_suggests_the_one_that_was_meant(house: House) -> None:
    with pytest.raises(UserError) as raised:
        house.load("event", "x.csv")
    assert str(raised.value) == "event is not a table that is loaded (did you mean 'events'?)"


def test_renames_are_words_of_new_and_old() -> None:
    assert renames_of(["profile_id=id", "attributes.amount=total"]) == {
        "profile_id": "id",
        "attributes.amount": "total",
    }
    with pytest.raises(UserError) as raised:
        renames_of(["id"])
    assert str(raised.value) == "--map id: not a renaming (write --map new=old: the table's name, then the file's)"


def test_a_summary_is_one_line_and_one_for_each_warning() -> None:
    report = LoadReport("events", 1200, 1000, 0, 200, {"email is malformed": 3})
    assert summary(report) == (
        "events: 1,200 rows read, 1,000 inserted, 0 updated, 200 unchanged\n  warning: email is malformed: 3"
    )


def test_the_entry_point_loads_and_says_so(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.file("parcours.yaml", "name: shop\n")
    file = house.file("people.csv", "id\nada\n")
    words = ["profiles", str(file), "--project", str(house.folder), "--map", "profile_id=id"]
    assert main(words, house.store.spark) == 0
    assert capsys.readouterr().out == "profiles: 1 row read, 1 inserted, 0 updated, 0 unchanged\n"
    assert main(["profiles", "nowhere.csv", "--project", str(house.folder)], house.store.spark) == 2
    assert capsys.readouterr().err == "nowhere.csv: no such file\n"
