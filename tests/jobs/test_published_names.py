"""What was published is compiled by today's files and tables, whatever has gone since: without Spark."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

from parcours.definition.journeys import canonical_json, read_journey
from parcours.definition.loading import parse_source
from parcours.definition.project import load_project
from parcours.jobs.inputs import Pinned
from parcours.jobs.plans import live_versions
from parcours.jobs.store import Store
from parcours.walk.plan import Version

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


class Columns:
    """A warehouse of which only the columns of its tables are known."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        self.tables = tables

    def column_types(self, table: str, version: int | None = None) -> dict[str, str]:
        return self.tables.get(table, {})


def compiled(folder: Path, journey: str, tables: dict[str, dict[str, str]]) -> Version:
    """The journey, published before, in a project that declares no event."""
    (folder / "parcours.yaml").write_text("name: shop\n")
    read = read_journey(parse_source("file", dedent(journey)).data)
    row: dict[str, Any] = {
        "journey_id": read.id,
        "definition": canonical_json(read, {}),
        "published_at": NINE,
        "closed_at": None,
        "ended_at": None,
        "state": "live",
    }
    store = cast(Store, Columns(tables))
    until = NINE + dt.timedelta(hours=1)
    [version] = live_versions(store, load_project(folder), [row], NINE, until, Pinned({}))
    return version


def test_an_event_type_that_is_declared_no_more_is_counted_all_the_same(tmp_path: Path) -> None:
    journey = """
        id: a
        version: 1
        entry: {type: event, event: gone}
        steps:
          - id: c
            type: condition
            paths: [{label: x, when: "event_count('gone', INTERVAL 1 DAY) > 1"}]
    """
    version = compiled(tmp_path, journey, {})
    assert version.asked_events == {"gone": 86_400_000_000}


LOOKUP = """
    id: a
    version: 1
    entry: {type: event, event: e}
    steps:
      - {id: p, type: lookup, table: products, key: {sku: event.sku}, select: [price], as: product}
      - {id: c, type: condition, paths: [{label: x, when: "product.price > 5"}]}
"""


def sql_of(version: Version) -> str:
    """What the condition asks."""
    return version.questions[-1].sql


def test_what_is_looked_up_has_the_types_of_the_table(tmp_path: Path) -> None:
    version = compiled(tmp_path, LOOKUP, {"products": {"sku": "string", "Price": "double"}})
    assert "> 5.0D" in sql_of(version)
    assert "try_cast(" not in sql_of(version)


def test_of_a_table_that_is_not_there_what_is_looked_up_is_read_as_what_is_wanted(tmp_path: Path) -> None:
    assert "try_cast(`__lookup_0_product`.`price` AS double)" in sql_of(compiled(tmp_path, LOOKUP, {}))
