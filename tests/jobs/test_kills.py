"""A tick that is stopped anywhere, and run again, leaves every table and file as one that was left alone.

`make test` stops it in this process at every boundary between two writes, and kills a few real ones. `make kills` kills
a hundred processes, at the boundaries and at random moments between.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs import boundaries, compaction
from parcours.jobs.commit import WRITTEN
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from tests.builders import at, event, events, load, members, profiles
from tests.engine import run
from tests.oracle.clock import instant
from tests.oracle.identity import delivery_id, instance_id

pytestmark = pytest.mark.spark

PEOPLE = [f"p{number}" for number in range(30)]
KILLS = int(os.environ.get("PARCOURS_KILLS", "3"))
PARTS = 1 if KILLS <= 3 else 4
"""The kills of a long run, and its boundaries, are so many tests, which workers share."""
UNTIL = at("3 12:00")
AUDIT = {"committed_at", "duration_s", "table_versions"}
"""Columns of `ticks` that tell of the run, not of the journeys."""

READ = {
    "id": "news",
    "version": 1,
    "entry": {
        "type": "read_audience",
        "audience": "all",
        "schedule": {"cron": "0 9 * * *"},
        "rate": {"max": 4, "per": "hour"},
    },
    "steps": [
        {"id": "cap", "type": "profile_cap", "limit": 25, "otherwise": "end"},
        {"id": "mail", "type": "message", "channel": "email"},
        {"id": "note", "type": "update_profile", "set": {"mails": "coalesce(profile.mails, 0) + 1"}},
        {"id": "join", "type": "update_audience", "audience": "mailed", "action": "add"},
        {"id": "pause", "type": "wait", "for": "P1D"},
        {"id": "again", "type": "message", "channel": "sms"},
    ],
}
ORDER = {
    "id": "order",
    "version": 1,
    "entry": {"type": "event", "event": "go"},
    "steps": [
        {
            "id": "arm",
            "type": "experiment",
            "arms": [{"label": "a", "weight": 1}, {"label": "b", "weight": 1}],
            "metric": {"event": "go"},
        },
        {"id": "thanks", "type": "message", "channel": "sms", "category": "transactional"},
    ],
}
MAILED = {
    "id": "mailed",
    "version": 1,
    "entry": {"type": "audience_qualification", "audience": "mailed"},
    "steps": [{"id": "leave", "type": "update_audience", "audience": "mailed", "action": "remove"}],
}


def _opened(person: str, number: int) -> dict[str, Any]:
    """The person's mail of the first day is opened in the afternoon."""
    mail = delivery_id(instance_id("news", 1, person, at("2 09:00")), "mail")
    return {"feedback_id": f"f{number}", "delivery_id": mail, "feedback": "opened", "feedback_at": at("2 15:00")}


STORY: dict[str, Any] = {
    "timezone": "UTC",
    "profiles": {"mails": "int"},
    "channels": {
        "email": {"limits": [{"max": 3, "per": "hour"}], "batch": {"max_rows": 5}},
        "sms": {"batch": {"format": "csv"}},
    },
    "script": [
        profiles(*PEOPLE, phone="+33612345678"),
        members("all", *PEOPLE),
        events(*(event(f"e{n}", "go", person, f"3 0{n % 9}:00") for n, person in enumerate(PEOPLE))),
        {"do": "publish", "journey": READ, "at": at("2 00:00"), "insiders": "stay"},
        {"do": "publish", "journey": ORDER, "at": at("2 00:00"), "insiders": "stay"},
        {"do": "publish", "journey": MAILED, "at": at("2 00:00"), "insiders": "stay"},
        {"do": "tick", "until": at("2 12:00"), "every": None},
        load("message_feedback", *(_opened(person, n) for n, person in enumerate(PEOPLE))),
        {"do": "close", "id": "order", "at": at("3 10:00")},
    ],
}


class Stopped(BaseException):
    """The process ended here, as far as the tick can tell."""


@pytest.fixture(scope="module")
def before(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project just before the tick that will be stopped."""
    folder = tmp_path_factory.mktemp("before") / "project"
    run(STORY, folder, spark)
    return folder


def compact_always() -> None:
    """Whoever is inside is laid out anew in each tick, as few as they are."""
    compaction.MOST_FILES, compaction.ROWS_A_FILE = 0, 5


@pytest.fixture(scope="module", autouse=True)
def compacting() -> Iterator[None]:
    former = compaction.MOST_FILES, compaction.ROWS_A_FILE
    compact_always()
    yield
    compaction.MOST_FILES, compaction.ROWS_A_FILE = former


@pytest.fixture(scope="module")
def left_alone(spark: Any, before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the tick leaves where nobody stops it."""
    folder = tmp_path_factory.mktemp("alone") / "project"
    shutil.copytree(before, folder)
    tick(folder, spark)
    return contents(folder)


def tick(folder: Path, spark: Any) -> None:
    project = load_project(folder)
    run_tick(Store(project, spark), project, instant(UNTIL))


def contents(folder: Path) -> dict[str, Any]:
    """Every row of every table, and the bytes of every file of the outbox."""
    store = Store(load_project(folder))
    found: dict[str, Any] = {}
    for table in (*WRITTEN, "profiles", "audience_members", "delivery_batches", "journey_versions", "ticks"):
        rows = [{k: v for k, v in row.items() if k not in AUDIT} for row in store.small(table).to_pylist()]
        found[table] = sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)
    outbox = folder / "outbox"
    found["files"] = {str(f.relative_to(outbox)): f.read_bytes() for f in sorted(outbox.rglob("*")) if f.is_file()}
    found["left over"] = (folder / "warehouse" / ".staging").exists()
    return found


def boundaries_of(folder: Path, spark: Any) -> list[str]:
    seen: list[str] = []
    boundaries.watchers.append(seen.append)
    try:
        tick(folder, spark)
    finally:
        boundaries.watchers.clear()
    return seen


def test_the_story_writes_everything(left_alone: dict[str, Any]) -> None:
    assert all(left_alone[table] for table in (*WRITTEN, "delivery_batches"))
    assert not left_alone["left over"]
    assert sum(json.loads(row)["opened"] for row in left_alone["delivery_daily"]) > 0
    assert {json.loads(row)["mails"] for row in left_alone["profiles"]} == {1, None}
    assert any(json.loads(row)["exited_at"] for row in left_alone["audience_members"])


@pytest.mark.parametrize("part", range(PARTS))
def test_a_tick_stopped_at_any_boundary_and_run_again_is_as_one_left_alone(
    part: int, spark: Any, before: Path, left_alone: dict[str, Any], tmp_path: Path
) -> None:
    shutil.copytree(before, tmp_path / "count")
    names = boundaries_of(tmp_path / "count", spark)
    assert len(names) > 20
    assert "after compaction of journey_instances" in names
    # `make kills` takes each boundary; a test run a sample of them, the last ones included.
    step = PARTS if KILLS > 3 else 5
    for number, name in list(enumerate(names))[::-1][part::step]:
        folder = tmp_path / f"stop{number}"
        shutil.copytree(before, folder)
        with stopping_at(number):
            tick(folder, spark)
        tick(folder, spark)
        assert contents(folder) == left_alone, f"stopped {name}, boundary {number}"


class stopping_at:
    """Stops the tick inside at its boundary of that number."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __enter__(self) -> None:
        boundaries.watchers.append(self)

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise Stopped(name)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        boundaries.watchers.clear()
        assert kind is Stopped, "the tick went past its last boundary"
        return True


KILLED = """
import os, signal, sys
from parcours.jobs import boundaries
left = int(sys.argv[2])
def kill(name):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
boundaries.watchers.append(kill)
print("ready", flush=True)
from pathlib import Path
from tests.jobs.test_kills import compact_always, tick
compact_always()
tick(Path(sys.argv[1]), None)
"""


def moments(count: int) -> Iterator[tuple[str, float]]:
    """How each process is killed: at a boundary of that number, or so many seconds after it opened its staging."""
    draw = random.Random(7)
    for number in range(count):
        yield ("boundary", number % 40) if number % 2 == 0 else ("seconds", draw.uniform(0.0, 8.0))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_process_leaves_what_the_next_one_mends(
    part: int, spark: Any, before: Path, left_alone: dict[str, Any], tmp_path: Path
) -> None:
    for number, (how, moment) in list(enumerate(moments(KILLS)))[part::PARTS]:
        folder = tmp_path / f"kill{number}"
        shutil.copytree(before, folder)
        last = str(int(moment)) if how == "boundary" else "1000"
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder), last], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if how == "seconds":
            opened = folder / "warehouse" / ".staging" / "pending.json"
            while process.poll() is None and not opened.exists():
                time.sleep(0.02)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=300)
        tick(folder, spark)
        assert contents(folder) == left_alone, f"killed at {how} {moment}"
        shutil.rmtree(folder)
