"""The project that `parcours init` makes, run by the commands of its README, with Spark."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.conftest import Parcours, Said

COMMANDS = (
    "validate",
    "load profiles data/profiles.csv",
    "load events data/events.csv",
    "publish welcome --at 2026-03-01",
    "tick --until 2026-03-08 --every 1d",
)


@pytest.fixture
def first(parcours: Parcours, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> dict[str, Said]:
    """What each of the commands said."""
    monkeypatch.chdir(tmp_path)
    parcours("init", "first")
    readme = (tmp_path / "first" / "README.md").read_text()
    assert all(f"    parcours {command}\n" in readme for command in COMMANDS)
    monkeypatch.chdir(tmp_path / "first")
    return {command: parcours(*command.split()) for command in COMMANDS}


def test_the_commands_of_the_readme_run_a_week(first: dict[str, Said], parcours: Parcours) -> None:
    assert {command: (said.status, said.out.splitlines()) for command, said in first.items()} == {
        "validate": (0, ["1 journey, 0 audiences, 3 templates, 2 test cases: fine"]),
        "load profiles data/profiles.csv": (
            0,
            [
                "profiles: 7 rows read, 7 inserted, 0 updated, 0 unchanged",
                "  warning: email is malformed: 1 row",
                "  warning: timezone is unknown: 1 row",
            ],
        ),
        "load events data/events.csv": (0, ["events: 9 rows read, 9 inserted, 0 updated, 0 unchanged"]),
        "publish welcome --at 2026-03-01": (0, ["welcome version 1 is published from 2026-03-01T00:00:00Z on"]),
        "tick --until 2026-03-08 --every 1d": (
            0,
            [
                "7 ticks until 2026-03-08T00:00:00Z: 6 entered, 1 rejected, 9 sent, 3 excluded, 6 completed, 4 batches",
            ],
        ),
    }
    again = parcours("tick", "--until", "2026-03-08", "--json")
    assert (again.status, json.loads(again.out)) == (0, [])
    nothing = parcours("tick", "--until", "2026-03-07")
    assert nothing.out == "nothing to do: ticks are committed until 2026-03-08T00:00:00Z\n"
    assert _told(parcours("trace", "ada")) == [
        "2026-03-02T08:15:00Z entered version 1 (e1)",
        "2026-03-02T08:15:00Z sent by email to ada@example.com: Thank you for your order A-1001",
        "2026-03-02T08:15:00Z waits until 2026-03-04T09:00:00Z",
        "2026-03-04T09:00:00Z the wait is over",
        "2026-03-04T09:00:00Z took the path otherwise",
        "2026-03-04T09:00:00Z sent by email to ada@example.com: Welcome, Ada",
        "2026-03-04T09:00:00Z completed the journey",
        "2026-03-04T12:00:00Z not let in: was in the journey before, and re-entry isn't allowed",
    ]
    assert _told(parcours("trace", "ben"))[4:6] == [
        "2026-03-04T15:00:00Z took the path large",
        "2026-03-04T15:00:00Z sent by email to ben@example.com: Ben, this deserves more than a thank you",
    ]
    assert _told(parcours("trace", "dan"))[-2] == "2026-03-05T09:00:00Z not sent: no consent"
    assert _told(parcours("trace", "eve"))[1] == "2026-03-03T09:00:00Z not sent: the address is malformed"
    assert _told(parcours("trace", "gus"))[2] == "2026-03-03T11:45:00Z waits until 2026-03-05T09:00:00Z"
    assert parcours("trace", "fay").out == "nothing has happened to fay yet\n"
    assert parcours("check").status == 0


def _told(said: Said) -> list[str]:
    """When, and what, of each line of a trace."""
    assert said.status == 0
    rows = [line.split("  ") for line in said.out.splitlines()[1:]]
    return [f"{row[0].strip()} {row[-1].strip()}" for row in rows]


def test_a_load_that_is_refused_fails(
    parcours: Parcours, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parcours("init", "first")
    monkeypatch.chdir(tmp_path / "first")
    Path("events.csv").write_text("event_id,event_type,profile_id,event_time\ne1,order_placed,ada,yesterday\n")
    said = parcours("load", "events", "events.csv", "--json")
    assert said.status == 1
    assert json.loads(said.out) == {
        "table": "events",
        "rows_read": 1,
        "inserted": 0,
        "updated": 0,
        "unchanged": 0,
        "warnings": {},
        "refused": {"event_time is not an instant": 1},
        "notes": {},
    }
    assert "events" in said.err


def test_a_file_that_is_not_there_is_wrong(
    parcours: Parcours, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parcours("init", "first")
    assert parcours("load", "events", "nowhere.csv", "--project", "first").status == 2
    assert parcours("load", "event", "nowhere.csv", "--project", "first").status == 2
    assert parcours("load", "events", "x.csv", "--map", "id", "--project", "first").err == (
        "--map id: not NEW=OLD (write --map profile_id=customer_id)\n"
    )
