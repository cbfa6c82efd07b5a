"""A limit that is new counts what was sent before it in the same window (specification 2.5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from tests.builders import EMAIL, GO, at, case, event, events, mail, profiles, publish
from tests.engine import read_rows, run
from tests.oracle.clock import instant

pytestmark = pytest.mark.spark

PEOPLE = [f"p{number}" for number in range(15)]


def test_a_limit_added_within_a_day_counts_the_sends_of_that_day(spark: Any, tmp_path: Path) -> None:
    early = (event(f"e{n}", "go", p, "2 09:30") for n, p in enumerate(PEOPLE[:10]))
    late = (event(f"l{n}", "go", p, "2 10:00") for n, p in enumerate(PEOPLE[10:]))
    ticked = {"do": "tick", "until": at("2 09:40"), "every": None}
    began = case(profiles(*PEOPLE), events(*early, *late), publish("2 00:00", entry=GO, steps=[mail()]), ticked)
    run(began, tmp_path, spark)

    channel = {**EMAIL["email"], "limits": [{"max": 12, "per": "day"}], "unsubscribe_url": "https://shop.example/u"}
    (tmp_path / "channels.yaml").write_text(json.dumps({"channels": {"email": channel}}))
    project = load_project(tmp_path)
    run_tick(Store(project, spark), project, instant(at("2 10:30")))

    rows = read_rows(Store(project))
    # Ten went at 09:30, so two more have room on that day, and three of the five wait.
    assert [row["send_at"] for row in rows["deliveries"]].count(at("2 09:30")) == 10
    assert [row["send_at"] for row in rows["deliveries"]].count(at("2 10:00")) == 2
    assert sum(row["outcome"] == "deferred" for row in rows["step_outcomes"]) == 3
