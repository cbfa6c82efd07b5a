"""Audiences: members from SQL and from files, at a logical time."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import SparkSession

from parcours.definition.audience_sql import sql_at, tables_of
from parcours.definition.files import Audience
from parcours.definition.problems import UserError
from parcours.jobs.audiences import Refreshed, RefreshRefused, load_snapshot, main, preview, refresh, summary
from parcours.jobs.columns import match
from parcours.jobs.files import Read
from parcours.jobs.snapshot import SNAPSHOT
from parcours.jobs.store import Store
from tests.projects import make_project

SPENDERS = "SELECT profile_id, max(amount) AS best FROM orders WHERE ordered_at < as_of() GROUP BY profile_id"


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


class House:
    """A project with an audience `spenders` over the table `orders`."""

    def __init__(self, folder: Path, spark: SparkSession) -> None:
        self.folder, self.spark = folder, spark
        self.sql(SPENDERS)

    def sql(self, sql: str, **settings: Any) -> None:
        audience = Audience(id="spenders", sql=sql, **settings)
        self.project = make_project(self.folder, audiences={"spenders": audience})
        self.store = Store(self.project, self.spark)

    def orders(self, *orders: tuple[str | None, float, datetime]) -> None:
        columns = zip(*orders, strict=True)
        profiles, amounts, moments = (list(column) for column in columns)
        table = {
            "profile_id": pa.array(profiles, pa.string()),
            "amount": amounts,
            "ordered_at": pa.array(moments, pa.timestamp("us", "UTC")),
        }
        write_deltalake(self.store.path("orders"), pa.table(table), mode="overwrite")

    def refresh(self, moment: datetime) -> tuple[int, int, int, int]:
        (done,) = refresh(self.project, ["spenders"], moment, self.spark)
        return done.members, done.entered, done.left, done.changed

    def stays(self) -> list[tuple[Any, ...]]:
        rows = self.store.small("audience_members").to_pylist(maps_as_pydicts="strict")
        found = [(row["profile_id"], row["entered_at"], row["exited_at"], row["attributes"]) for row in rows]
        return sorted(found, key=lambda stay: stay[:2])


@pytest.fixture
def house(tmp_path: Path, spark: SparkSession) -> House:
    return House(tmp_path, spark)


def test_a_refresh_starts_and_ends_stays_at_its_logical_time(house: House) -> None:
    house.orders(("ada", 5.0, at(1)), ("bob", 7.0, at(1)), ("eve", 9.0, at(9)))
    assert house.refresh(at(2)) == (2, 2, 0, 0)
    house.orders(("bob", 8.0, at(1)), ("eve", 9.0, at(3)))
    assert house.refresh(at(4)) == (2, 1, 1, 1)
    assert house.stays() == [
        ("ada", at(2), at(4), {"best": "5.0"}),
        ("bob", at(2), None, {"best": "8.0"}),
        ("eve", at(4), None, {"best": "9.0"}),
    ]


def test_the_same_refresh_again_makes_no_commit(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.refresh(at(2))
    version = house.store.version("audience_members")
    assert house.refresh(at(3)) == (1, 0, 0, 0)
    assert house.store.version("audience_members") == version


def test_a_refresh_run_again_for_its_moment_replaces_what_it_said(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.refresh(at(2))
    house.orders(("bob", 5.0, at(1)))
    assert house.refresh(at(3)) == (1, 1, 1, 0)
    house.orders(("ada", 5.0, at(1)))
    assert house.refresh(at(3)) == (1, 0, 1, 1)
    assert house.stays() == [("ada", at(2), None, {"best": "5.0"})]


def test_who_comes_back_has_another_stay(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.refresh(at(2))
    house.orders(("bob", 5.0, at(1)))
    house.refresh(at(3))
    house.orders(("ada", 5.0, at(1)), ("bob", 5.0, at(1)))
    house.refresh(at(4))
    assert [stay[:3] for stay in house.stays()] == [
        ("ada", at(2), at(3)),
        ("ada", at(4), None),
        ("bob", at(3), None),
    ]


def test_a_stay_that_starts_before_a_known_one_ends_where_that_begins(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.store.ensure("audience_members")
    later = {"audience_id": "spenders", "profile_id": "ada", "entered_at": at(5)}
    house.store.append_small("audience_members", [later, {**later, "audience_id": "others", "entered_at": at(1)}])
    assert house.refresh(at(2)) == (1, 1, 0, 0)
    assert [stay[:3] for stay in house.stays()] == [
        ("ada", at(1), None),
        ("ada", at(2), at(5)),
        ("ada", at(5), None),
    ]


def test_a_query_without_further_columns_may_name_a_profile_twice_or_nobody(house: House) -> None:
    house.sql("SELECT profile_id FROM orders")
    house.orders(("ada", 5.0, at(1)), ("ada", 6.0, at(1)), (None, 6.0, at(1)))
    assert house.refresh(at(2)) == (1, 1, 0, 0)
    assert house.stays() == [("ada", at(2), None, None)]


def test_a_preview_counts_and_changes_nothing(house: House) -> None:
    house.orders(("ada", 5.0, at(1)), ("bob", 7.0, at(3)))
    assert preview(house.project, "spenders", at(2), house.spark) == 1
    assert house.store.version("audience_members") is None


def refused(house: House) -> str:
    with pytest.raises(UserError) as raised:
        house.refresh(at(4))
    return str(raised.value)


def test_a_refresh_that_would_end_too_many_stays_is_stopped(house: House) -> None:
    house.orders(("ada", 5.0, at(1)), ("bob", 7.0, at(1)), ("eve", 9.0, at(1)))
    house.refresh(at(2))
    house.sql(SPENDERS, max_loss=Decimal(30))
    house.orders(("ada", 5.0, at(1)), ("bob", 7.0, at(1)))
    assert refused(house) == (
        "audience 'spenders': the refresh would end 1 of 3 stays, more than max_loss: 30; nothing was changed "
        "(look at what it selects, or raise max_loss)"
    )
    house.sql(SPENDERS, max_loss=Decimal("33.4"))
    assert house.refresh(at(4)) == (2, 0, 1, 0)


def test_a_profile_in_two_rows_with_further_columns_is_refused(house: House) -> None:
    house.sql("SELECT profile_id, amount FROM orders")
    house.orders(("ada", 5.0, at(1)), ("ada", 6.0, at(1)))
    assert refused(house) == (
        "audience 'spenders': sql: 1 profile stands in more than one row; nothing was changed "
        "(one row a member: GROUP BY profile_id)"
    )


def test_a_table_that_is_not_there_suggests_the_one_that_was_meant(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.sql("SELECT profile_id FROM order")
    house.sql("SELECT profile_id FROM ordrs")
    assert refused(house) == "audience 'spenders': sql: no table 'ordrs' in the warehouse (did you mean 'orders'?)"


def test_a_column_that_is_not_there_is_named(house: House) -> None:
    house.orders(("ada", 5.0, at(1)))
    house.sql("SELECT profile_id, amounts FROM orders")
    assert refused(house).startswith(
        "audience 'spenders': sql: line 1: A column, variable, or function parameter with "
    )


def test_a_query_that_fails_on_its_data_changes_nothing(house: House) -> None:
    house.orders(("ada", 0.0, at(1)))
    house.sql("SELECT profile_id, 1 / CAST(amount AS INT) AS share FROM orders")
    assert refused(house) == (
        "audience 'spenders': sql: line 1: Division by zero. Use `try_divide` to tolerate divisor being 0 and return "
        "NULL instead"
    )


def test_a_naive_time_is_utc_for_the_job_as_it_is_for_the_command(house: House, tmp_path: Path) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\ntimezone: Asia/Tokyo\n")
    file = house.folder / "members.csv"
    file.write_text("profile_id\nada\n")
    words = ["load", "vip", str(file), "--at", "2026-03-02T00:00:00", "--project", str(tmp_path)]
    assert main(words, house.spark) == 0
    assert house.stays() == [("ada", at(2), None, None)]


def test_an_audience_without_a_file_is_named(house: House) -> None:
    with pytest.raises(UserError) as raised:
        refresh(house.project, ["spender"], at(2), house.spark)
    assert str(raised.value) == "audience 'spender' has no SQL to refresh it by (did you mean 'spenders'?)"


def test_a_snapshot_makes_its_members_those_of_the_file(house: House) -> None:
    file = house.folder / "members.csv"
    file.write_text("profile_id,tier,attributes.city\nada,gold,Paris\nbob,,\nada,silver,Rome\n")
    done = load_snapshot(house.project, "vip", file, at(2), house.spark)
    assert (done.members, done.entered, done.left) == (2, 2, 0)
    file.write_text("profile_id\nbob\n")
    load_snapshot(house.project, "vip", file, at(3), house.spark)
    assert house.stays() == [
        ("ada", at(2), at(3), {"tier": "silver", "city": "Rome"}),
        ("bob", at(2), None, None),
    ]


def test_a_snapshot_with_a_nameless_row_is_refused(house: House) -> None:
    file = house.folder / "members.csv"
    file.write_text("profile_id,tier\nada,gold\n,silver\n")
    with pytest.raises(RefreshRefused) as raised:
        load_snapshot(house.project, "vip", file, at(2), house.spark)
    assert str(raised.value) == (
        f"{file}: 1 row without a profile_id that can be read; nothing was changed (mend the file)"
    )


def test_a_snapshot_without_the_column_is_told_what_helps() -> None:
    read = Read("vip.csv", None, {"id": "c0", "mail": "c1"})  # type: ignore[arg-type]  # by names alone
    with pytest.raises(UserError) as raised:
        match(read, SNAPSHOT, {"profile_id": "string", "attributes": "map<string,string>"}, {})
    assert str(raised.value) == "vip.csv: no column 'profile_id' (call it so in the file; the file has id, mail)"


def test_the_tables_of_a_query_are_those_that_it_does_not_name_itself() -> None:
    sql = "WITH o AS (SELECT * FROM orders) SELECT profile_id FROM o JOIN profiles USING (profile_id) JOIN orders"
    assert tables_of(sql) == ("orders", "profiles")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM orders", "sql: not one SELECT (write SELECT profile_id FROM ...)"),
        ("SELECT 1; SELECT 2", "sql: not one SELECT (write SELECT profile_id FROM ...)"),
        ("SELECT * FROM delta.`/etc/x`", "sql: delta.`/etc/x` is not a table of the warehouse (write its name alone)"),
    ],
)
def test_what_is_not_one_select_over_the_warehouse_is_refused(sql: str, message: str) -> None:
    with pytest.raises(UserError) as raised:
        tables_of(sql)
    assert str(raised.value) == message


def test_as_of_becomes_the_moment_and_all_else_stays() -> None:
    sql = "SELECT 'as_of() é' AS x -- as_of()\nFROM t WHERE a < AS_OF ( ) - INTERVAL 90 DAYS AND b > as_of()"
    assert sql_at(sql, at(2, 9)) == (
        "SELECT 'as_of() é' AS x -- as_of()\nFROM t WHERE a < TIMESTAMP'2026-03-02 09:00:00Z' - INTERVAL 90 DAYS "
        "AND b > TIMESTAMP'2026-03-02 09:00:00Z'"
    )


def test_a_summary_is_one_line() -> None:
    assert summary(Refreshed("vip", 1200, 30, 2, 0)) == "vip: 1,200 members, 30 entered, 2 left"
