"""Runs the year through the project's own jobs, cut as asked, and gives its rows in the form of expected.py."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars
from polars import selectors

from parcours.definition.project import load_project
from parcours.jobs import life
from parcours.jobs.audiences import refresh
from parcours.jobs.load import LoadReport, load
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from tests.quick_load import quick_load
from tests.retail.expected import PUBLISHED_AT
from tests.retail.shop import Row, Shop, write_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("parcours.retail")

AUDIENCES = ("new_customers", "best_customers", "lapsed")
DAY = dt.timedelta(days=1)
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
COLUMNS = {
    "step_outcomes": (
        *("journey_id", "instance_id", "profile_id", "step_id", "step_type", "outcome", "path", "reason"),
        *("occurred_at", "sequence"),
    ),
    "deliveries": (
        *("delivery_id", "channel", "address", "profile_id", "journey_id", "instance_id", "step_id", "category"),
        *("send_at", "queued_at", "subject"),
    ),
    "journey_instances": (
        *("instance_id", "journey_id", "profile_id", "entry_key", "entered_at", "status", "reason", "step_id"),
        *("due_at", "ended_at"),
    ),
}
FIELDS = {"email": "subject", "push": "title"}
"""Of a delivery's content, by channel: what is compared."""


class ShopRun:
    """A copy of the project in a folder of its own, and what has been done with it."""

    def __init__(self, shop: Shop, folder: Path, spark: SparkSession) -> None:
        shutil.copytree(Path(__file__).parent / "project", folder)
        self.shop, self.folder, self.spark = shop, folder, spark
        self.project = load_project(folder)
        self.store = Store(self.project, spark)
        self.seconds: dict[str, float] = {"load": 0.0, "refresh": 0.0, "tick": 0.0}
        self.slowest: list[tuple[float, str]] = []

    def load_all(self) -> dict[str, LoadReport]:
        """Loads every row there will ever be, from files, as a user does."""
        started = time.monotonic()
        files = write_files(self.shop, self.folder / "files")
        reports = {table: load(self.project, table, [file], spark=self.spark) for table, file in files.items()}
        self.seconds["load"] += time.monotonic() - started
        return reports

    def publish(self) -> None:
        for journey_id in ("newsletter", "promo", "welcome"):
            life.publish(self.store, self.project, journey_id, PUBLISHED_AT)

    def refresh(self, at: dt.datetime) -> None:
        started = time.monotonic()
        refresh(self.project, AUDIENCES, at, self.spark)
        self.seconds["refresh"] += time.monotonic() - started

    def tick(self, until: dt.datetime) -> None:
        started = time.monotonic()
        run_tick(self.store, self.project, until)
        taken = time.monotonic() - started
        self.seconds["tick"] += taken
        self.slowest = sorted([*self.slowest, (round(taken, 1), f"{until:{INSTANT}}")], reverse=True)[:5]

    def in_one_go(self, refreshes: Sequence[dt.datetime], ends: Sequence[dt.datetime]) -> dict[str, LoadReport]:
        """All is known beforehand, and few ticks are run: the rows don't depend on how time is cut."""
        reports = self.load_all()
        self.publish()
        for at in refreshes:
            self.refresh(at)
        for until in ends:
            self.tick(until)
        self._say_how_long()
        return reports

    def day_by_day(self, refreshes: Sequence[dt.datetime], until: dt.datetime) -> None:
        """A tick a day, and before it what is known by then: the day's orders, and on Mondays the audiences."""
        quick_load(self.store, "profiles", self.shop.profiles)
        quick_load(self.store, "audience_members", self.shop.members)
        quick_load(self.store, "suppressions", self.shop.suppressions)
        events: dict[dt.date, list[Row]] = defaultdict(list)
        for event in self.shop.events:
            events[event["event_time"].date()].append(event)
        self.publish()
        begins = PUBLISHED_AT
        while begins < until:
            ends = begins + DAY
            started = time.monotonic()
            quick_load(self.store, "events", events[begins.date()])
            self.seconds["load"] += time.monotonic() - started
            for at in refreshes:
                if begins < at <= ends:
                    self.refresh(at)
            self.tick(ends)
            log.info("until %s: %s", ends.date(), {name: round(value) for name, value in self.seconds.items()})
            begins = ends
        self._say_how_long()

    def _say_how_long(self) -> None:
        log.info("seconds: %s; the slowest ticks: %s", self.seconds, self.slowest)

    # ------------------------------------------------------------------------------------------------------- rows
    def rows(self) -> Mapping[str, polars.DataFrame]:
        """The three tables with the columns of COLUMNS: instants as text."""
        frames = {}
        for table, columns in COLUMNS.items():
            read = [name if name != "subject" else "content" for name in columns]
            found = self.store.small(table, columns=read)
            frame = polars.from_arrow(found.drop(["content"]) if "content" in read else found)
            assert isinstance(frame, polars.DataFrame)
            if "content" in read:
                frame = frame.with_columns(_subject(frame["channel"].to_list(), found["content"].to_pylist()))
            is_instant = selectors.datetime()
            frames[table] = frame.with_columns(is_instant.dt.strftime(INSTANT)).select(columns)
        return frames

    def stays(self) -> list[Row]:
        """The rows of audience_members that the refreshes have made."""
        rows = self.store.small("audience_members").to_pylist()
        found = [row | {"attributes": dict(row["attributes"] or {}) or None} for row in rows]
        return [row for row in found if row["audience_id"] in AUDIENCES]


def _subject(channels: Sequence[str], contents: Sequence[Sequence[tuple[str, str]]]) -> polars.Series:
    values = [dict(content).get(FIELDS[channel]) for channel, content in zip(channels, contents, strict=True)]
    return polars.Series("subject", values, dtype=polars.String)


def differences(table: str, actual: polars.DataFrame, wanted: Sequence[tuple[Any, ...]]) -> str:
    """What is in one and not in the other, the earliest first; empty: the same rows, each as often."""
    columns = list(COLUMNS[table])
    counted = {
        "actual": actual.group_by(columns).len(),
        "wanted": polars.DataFrame(wanted, schema=actual.schema, orient="row").group_by(columns).len(),
    }
    key = [*columns, "len"]
    extra = counted["actual"].join(counted["wanted"], on=key, how="anti", nulls_equal=True)
    missing = counted["wanted"].join(counted["actual"], on=key, how="anti", nulls_equal=True)
    if extra.is_empty() and missing.is_empty():
        return ""
    when = {"step_outcomes": "occurred_at", "deliveries": "send_at", "journey_instances": "entered_at"}[table]
    lines = [f"{table}: {missing.height} rows of {len(wanted)} are missing, and {extra.height} are too many"]
    for name, frame in (("missing", missing), ("too many", extra)):
        lines += [f"  {name}: {row}" for row in frame.sort(when, *columns).head(5).iter_rows()]
    return "\n".join(lines)
