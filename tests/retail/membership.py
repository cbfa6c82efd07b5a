"""The stays that the three audiences must have: each query written again for DuckDB, and compared from week to week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import polars

from tests.retail.shop import LONDON, Row, Shop

FIRST_MONDAY, LAST_MONDAY = dt.datetime(2011, 1, 3, 4, tzinfo=LONDON), dt.datetime(2011, 12, 5, 4, tzinfo=LONDON)
# All orders of one minute are of one row here: who spent how much is asked of the invoices themselves.
QUERIES = {
    "new_customers": """
        SELECT profile_id, MAP {'first_order_at': strftime(min(happened_at), '%Y-%m-%d %H:%M:%S'),
                                'order_count': CAST(count(*) AS VARCHAR)}
        FROM orders WHERE kind = 'order_placed' AND happened_at < $at
        GROUP BY profile_id HAVING min(happened_at) >= $at - INTERVAL 30 DAY
    """,
    "best_customers": """
        SELECT profile_id, MAP {'spent': CAST(sum(amount) AS VARCHAR)}
        FROM orders WHERE happened_at >= $at - INTERVAL 60 DAY AND happened_at < $at
        GROUP BY profile_id HAVING sum(amount) >= 1500
    """,
    "lapsed": """
        SELECT profile_id, NULL
        FROM orders WHERE kind = 'order_placed' AND happened_at < $at
        GROUP BY profile_id HAVING max(happened_at) < $at - INTERVAL 90 DAY
    """,
}


def mondays() -> list[dt.datetime]:
    """Every Monday of 2011 that the year of the shop holds, at four in London."""
    found, monday = [], FIRST_MONDAY
    while monday <= LAST_MONDAY:
        found.append(monday.astimezone(dt.UTC))
        monday += dt.timedelta(days=7)
    return found


def expected_stays(shop: Shop, refreshes: Sequence[dt.datetime]) -> list[Row]:
    """The stays after a refresh of each audience at each of the moments; what is told of a member is the latest."""
    stays: list[Row] = []
    with _orders(shop) as database:
        for audience_id, query in QUERIES.items():
            inside: dict[str, Row] = {}
            for at in refreshes:
                members = dict(database.execute(query, {"at": at.replace(tzinfo=None)}).fetchall())
                for profile_id in [each for each in inside if each not in members]:
                    inside.pop(profile_id)["exited_at"] = at
                for profile_id, told in members.items():
                    if profile_id not in inside:
                        stay = {"audience_id": audience_id, "profile_id": profile_id, "entered_at": at}
                        inside[profile_id] = stay | {"exited_at": None}
                        stays.append(inside[profile_id])
                    inside[profile_id]["attributes"] = told
    return stays


def _orders(shop: Shop) -> duckdb.DuckDBPyConnection:
    orders = polars.DataFrame(
        [
            {
                "kind": event["event_type"],
                "profile_id": event["profile_id"],
                "happened_at": event["event_time"].replace(tzinfo=None),
                "amount": event["attributes"]["amount"],
            }
            for event in shop.events
            if event["profile_id"] is not None
        ]
    )
    database = duckdb.connect()
    database.register("given", orders)
    database.execute(
        "CREATE TABLE orders AS SELECT * REPLACE (TRY_CAST(amount AS DECIMAL(12, 2)) AS amount) FROM given"
    )
    return database
