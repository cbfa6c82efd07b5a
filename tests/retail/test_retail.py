"""A year of a real shop, run by the engine and worked out beside it, row by row (docs/retail.md says what it showed).

`make test` refreshes the audiences nine times and runs the year in few ticks. `make retail` does what a shop would do:
it refreshes them every week, and runs a tick a day, with the orders of that day.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars
import pytest

from parcours.jobs.check import check_everything
from tests.retail.expected import UNTIL, expected
from tests.retail.membership import expected_stays, mondays
from tests.retail.running import ShopRun, differences
from tests.retail.sender import MAX_PER_HOUR
from tests.retail.shop import DATA, NOWHERE, Row, Shop, read_shop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.jobs.load import LoadReport

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}: the project never contains it"),
]

IS_DAILY = os.environ.get("PARCOURS_RETAIL") == "daily"
LAST = dt.datetime.fromisoformat(os.environ.get("PARCOURS_RETAIL_UNTIL", f"{UNTIL:%Y-%m-%d}")).replace(tzinfo=dt.UTC)
"""Where the year ends, for who wants less of it."""
ENDS = [
    # At moments that matter, and at ones that don't: an occurrence, the hour after, a clock change, an end.
    *("2010-12-20T07:30", "2011-01-31T09:00", "2011-03-27T01:00", "2011-04-10T07:00", "2011-06-13T08:00:01"),
    *("2011-08-31T23:59:59", "2011-10-30T00:30", "2011-11-12T00:00"),
]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return read_shop()


@pytest.fixture(scope="module")
def refreshes() -> Sequence[dt.datetime]:
    return [at for at in (mondays() if IS_DAILY else mondays()[::6]) if at <= LAST]


@pytest.fixture(scope="module")
def run(shop: Shop, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> ShopRun:
    return ShopRun(shop, tmp_path_factory.mktemp("retail") / "project", spark)


@pytest.fixture(scope="module")
def reports(run: ShopRun, refreshes: Sequence[dt.datetime]) -> Mapping[str, LoadReport]:
    """The year, run; what was said of its files where it was loaded from them."""
    if IS_DAILY:
        run.day_by_day(refreshes, LAST)
        return {}
    ends = [dt.datetime.fromisoformat(end).replace(tzinfo=dt.UTC) for end in ENDS]
    return run.in_one_go(refreshes, [*(end for end in ends if end < LAST), LAST])


@pytest.fixture(scope="module")
def stays(shop: Shop, refreshes: Sequence[dt.datetime]) -> list[Row]:
    return expected_stays(shop, refreshes)


@pytest.fixture(scope="module")
def wanted(shop: Shop, stays: list[Row]) -> Mapping[str, list[tuple[Any, ...]]]:
    return expected(shop, stays, LAST)


@pytest.fixture(scope="module")
def actual(run: ShopRun, reports: object) -> Mapping[str, polars.DataFrame]:
    return run.rows()


@pytest.mark.skipif(IS_DAILY, reason="the daily run loads rows without files")
def test_every_row_of_the_files_is_loaded_and_the_odd_ones_are_counted(
    shop: Shop, reports: Mapping[str, LoadReport]
) -> None:
    people = {row["profile_id"] for row in shop.profiles}
    odd_amounts = [row for row in shop.events if row["attributes"]["amount"] == "unknown"]
    cancelled = sum(row["event_type"] == "order_cancelled" for row in odd_amounts)
    assert {table: (report.inserted, report.warnings, report.refused) for table, report in reports.items()} == {
        "profiles": (
            len(shop.profiles),
            {
                "email is malformed": sum(" " in (row["email"] or "") for row in shop.profiles),
                "timezone is unknown": sum(row["timezone"] == NOWHERE for row in shop.profiles),
            },
            {},
        ),
        "events": (
            len(shop.events),
            {
                "order_placed.amount is not a decimal(12,2)": len(odd_amounts) - cancelled,
                "order_cancelled.amount is not a decimal(12,2)": cancelled,
            },
            {},
        ),
        "audience_members": (
            len(shop.members),
            {"no profile of that id": sum(row["profile_id"] not in people for row in shop.members)},
            {},
        ),
        "suppressions": (len(shop.suppressions), {}, {}),
    }


def test_each_refresh_finds_the_members_that_duckdb_finds(run: ShopRun, reports: object, stays: list[Row]) -> None:
    def key(stay: Row) -> tuple[Any, ...]:
        return stay["audience_id"], stay["profile_id"], stay["entered_at"]

    assert sorted(run.stays(), key=key) == sorted(stays, key=key)


@pytest.mark.parametrize("table", ["step_outcomes", "deliveries", "journey_instances"])
def test_the_engine_writes_the_rows_that_were_worked_out_beside_it(
    table: str, actual: Mapping[str, polars.DataFrame], wanted: Mapping[str, list[tuple[Any, ...]]]
) -> None:
    assert differences(table, actual[table], wanted[table]) == ""


def test_no_hour_has_more_emails_than_its_limit(actual: Mapping[str, polars.DataFrame]) -> None:
    emails = actual["deliveries"].filter(polars.col("channel") == "email")
    hours = emails.group_by(polars.col("send_at").str.head(13)).len()
    assert hours["len"].max() == MAX_PER_HOUR


def test_every_reconciliation_holds(run: ShopRun, reports: object) -> None:
    findings = check_everything(run.store, run.project)
    assert [finding for finding in findings if not finding.is_ok] == []
