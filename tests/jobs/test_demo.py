"""parcours demo: a small one, and what it never touches."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from parcours.jobs.check import check_everything
from parcours.jobs.demo import MARK, run_demo
from parcours.jobs.places import open_project
from parcours.jobs.store import Store
from tests.jobs.conftest import Parcours


def test_a_folder_that_no_demo_has_made_is_left_alone(
    parcours: Parcours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    said = parcours("demo")
    assert (said.status, said.out) == (2, "")
    assert said.err == "demo is there and no demo has made it; nothing was changed (run the demo elsewhere)\n"
    assert [file.name for file in (tmp_path / "demo").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("option", "value"), [("--profiles", "0"), ("--days", "-1")])
def test_a_demo_of_nobody_is_wrong(parcours: Parcours, tmp_path: Path, option: str, value: str) -> None:
    said = parcours("demo", option, value, "--project", tmp_path)
    assert said.status == 2
    assert said.err.startswith(f"parcours demo: Invalid value for '{option}': ")  # the rest is Typer's


def test_a_demo_adds_up_and_takes_the_place_of_the_one_before(tmp_path: Path, spark: SparkSession) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / MARK).write_text("")
    (folder / "left_over.txt").write_text("of the demo before")
    done = run_demo(folder, people=200, days=3)
    assert not (folder / "left_over.txt").exists()
    assert done.ticks == 3
    assert [table.title for table in done.tables] == [
        "What happened",
        "Who wasn't let in, or wasn't sent to, and why",
        "The ramp-up of email",
    ]
    assert [row[:2] for row in done.tables[2].rows] == [("2026-03-01", 200), ("2026-03-02", 500), ("2026-03-03", 500)]
    json.dumps(done.as_json())
    project = open_project(folder)
    findings = check_everything(Store(project, spark), project)
    assert [finding for finding in findings if not finding.is_ok] == []
