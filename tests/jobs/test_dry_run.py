"""A dry run says what the real run does, and leaves everything but its own rows as it was: specification 2.8."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs import life
from parcours.jobs.check import check_everything
from parcours.jobs.dry_run import DryRun, dry_run
from parcours.jobs.status import status
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from parcours.jobs.trace import trace
from tests.builders import at, mail, members, profiles, read, tick, wait
from tests.engine import run, write_journey
from tests.jobs.test_kills import contents
from tests.oracle.clock import instant, iso
from tests.oracle.identity import digest

PEOPLE = [f"p{number}" for number in range(12)]
NOON, PUBLISHED, UNTIL, LATER = (instant(at(text)) for text in ("2 12:00", "2 13:00", "3 10:00", "4 11:00"))
BY = ("journey_version", "step_id", "outcome", "path", "reason")


def journey(version: int, places: int) -> dict[str, Any]:
    """A cap, a split, a mail that waits for room or a text, a day's wait, and a text for all."""
    halves = [{"label": "mail", "percent": 50}, {"label": "text", "percent": 50, "next": "wait"}]
    steps = [
        {"id": "places", "type": "profile_cap", "limit": places},
        {"id": "halves", "type": "split", "paths": halves},
        mail("mail"),
        wait("1d", "wait"),
        {"id": "text", "type": "message", "channel": "sms"},
    ]
    return {"id": "j", "version": version, "entry": read("0 9 * * *"), "steps": steps}


RIVAL = {"id": "k", "version": 1, "priority": 90, "entry": read("0 9 * * *"), "steps": [mail("first")]}
STORY: dict[str, Any] = {
    "timezone": "UTC",
    "channels": {"email": {"limits": [{"max": 3, "per": "hour"}]}, "sms": {}},
    "script": [
        profiles(*PEOPLE, phone="+33612345678"),
        members("a", *PEOPLE),
        {"do": "publish", "journey": journey(1, 8), "at": at("2 00:00"), "insiders": "stay"},
        {"do": "publish", "journey": RIVAL, "at": at("2 00:00"), "insiders": "stay"},
        tick("2 12:00"),
    ],
}


@dataclass(frozen=True)
class Tried:
    """A project in which two journeys were dry-run before their real tick, and one in which none was."""

    folder: Path
    of_j: DryRun
    of_k: DryRun
    touched: set[str]
    """Tables and folders that the dry runs changed."""
    live_alone: Mapping[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = Store(load_project(self.folder)).small("step_outcomes").to_pylist()
        return found


@pytest.fixture(scope="module")
def tried(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    alone = tmp_path_factory.mktemp("dry") / "alone"
    run(STORY, alone, spark)
    write_journey(journey(2, 5), alone)
    folder = alone.parent / "tried"
    shutil.copytree(alone, folder)
    _publish_and_tick(alone, spark)
    project = load_project(folder)
    store = Store(project, spark)
    before = _files(folder)
    of_j = dry_run(store, project, "j", UNTIL, PUBLISHED)
    of_k = dry_run(store, project, "k", UNTIL)
    touched = {path.relative_to(folder).parts[1] for path in before ^ _files(folder)}
    _publish_and_tick(folder, spark)
    return Tried(folder, of_j, of_k, touched, live(contents(alone)))


def _publish_and_tick(folder: Path, spark: Any) -> None:
    project = load_project(folder)
    store = Store(project, spark)
    life.publish(store, project, "j", PUBLISHED)
    run_tick(store, project, LATER)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def live(found: Mapping[str, Any]) -> dict[str, Any]:
    """The contents without rows of trials."""
    rows = {name: [row for row in each if '"mode": "dry_run"' not in str(row)] for name, each in found.items()
            if isinstance(each, list)}  # fmt: skip
    return {**found, **rows}


def in_interval(row: Mapping[str, Any]) -> bool:
    return bool(NOON < row["occurred_at"] <= UNTIL)


@pytest.mark.spark
def test_the_dry_run_and_the_real_run_give_equal_counts_by_step_path_and_reason(tried: Tried) -> None:
    for journey_id, found in (("j", tried.of_j), ("k", tried.of_k)):
        real = Counter(
            tuple(row[name] for name in BY)
            for row in tried.rows
            if row["mode"] == "live" and row["journey_id"] == journey_id and in_interval(row)
        )
        assert {tuple(row[name] for name in BY): row["count"] for row in found.counts} == dict(real)
    # By hand: the rival's twelve come on the third at 09:00, and three an hour have room: 09:00 and 10:00 are over.
    outcomes = Counter(row["outcome"] for row in tried.rows if row["mode"] == "dry_run" and row["journey_id"] == "k")
    assert outcomes == {"entered": 12, "deferred": 9, "sent": 6, "completed": 6}
    assert [(str(row["day"]), row["count"]) for row in tried.of_k.sends] == [("2026-03-03", 6)]
    assert (tried.of_k.start, tried.of_k.until, tried.of_k.inside) == (NOON, UNTIL, 6)


@pytest.mark.spark
def test_the_rows_of_a_dry_run_are_those_of_the_real_run_under_ids_of_their_own(tried: Tried) -> None:
    names = ("profile_id", "step_id", "step_type", "outcome", "path", "reason", "occurred_at", "sequence")

    def told(mode: str) -> list[tuple[Any, ...]]:
        mine = [row for row in tried.rows if row["mode"] == mode and row["journey_id"] == "j" and in_interval(row)]
        return sorted((tuple(row[name] for name in names) for row in mine), key=str)

    assert told("dry_run") == told("live")
    reads = {1: "2026-03-02T09:00:00Z", 2: "2026-03-03T09:00:00Z"}
    for row in tried.rows:
        if row["mode"] == "dry_run" and row["journey_id"] == "j":
            version = row["journey_version"]
            assert row["instance_id"] == digest("j", version, row["profile_id"], reads[version], "dry_run")
            # Else they would be rows of a tick that hasn't committed (specification 3).
            assert iso(row["tick_until"]) == iso(NOON)


@pytest.mark.spark
def test_the_real_run_is_the_same_with_a_dry_run_before_it(tried: Tried, spark: Any) -> None:
    assert tried.touched == {"step_outcomes", "journey_instances"}
    assert live(contents(tried.folder)) == tried.live_alone
    project = load_project(tried.folder)
    assert [each for each in check_everything(Store(project, spark), project) if not each.is_ok] == []


@pytest.mark.spark
def test_nobody_who_looks_at_the_tables_meets_with_a_dry_run(tried: Tried) -> None:
    store = Store(load_project(tried.folder))
    assert {row["mode"] for row in tried.rows} == {"live", "dry_run"}
    mine = [row for row in tried.rows if row["profile_id"] == "p1" and row["mode"] == "live"]
    assert len(trace(store, "p1")) == len(mine)
    instances = store.small("journey_instances").to_pylist()
    due = [row["due_at"] for row in instances if row["mode"] == "live" and row["due_at"]]
    # Those of the dry run were due by the end of the real one, and nothing has moved them.
    assert any(row["due_at"] and row["due_at"] <= LATER for row in instances if row["mode"] == "dry_run")
    assert status(store).next_due == min(due) > LATER
