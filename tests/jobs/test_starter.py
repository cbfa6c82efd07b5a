"""parcours init: a new project, and where the sample project comes from."""

import json
from pathlib import Path

import pytest

from parcours.definition.project import load_project
from parcours.jobs import samples
from parcours.jobs.starter import FIRST, SHARED
from tests.jobs.conftest import Parcours

ROOT = Path(__file__).parents[2]
FILES = [
    ".gitignore",
    "README.md",
    "channels.yaml",
    "data/audience_members.csv",
    "data/events.csv",
    "data/profiles.csv",
    "events.yaml",
    "journeys/welcome.test.yaml",
    "journeys/welcome.yaml",
    "parcours.yaml",
    "profiles.yaml",
    "templates/email/order_thanks.yaml",
    "templates/email/welcome.yaml",
    "templates/email/welcome_gold.yaml",
]


def test_init_makes_a_project_that_is_fine(parcours: Parcours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = parcours("init", "first")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "made 14 files in first; first/README.md has the next commands:",
        "",
        "  cd first",
        "  parcours validate",
        "  parcours load profiles data/profiles.csv",
        "  parcours load events data/events.csv",
        "  parcours publish welcome --at 2026-03-01",
        "  parcours tick --until 2026-03-08 --every 1d",
    ]
    project = load_project(tmp_path / "first")
    assert (project.name, list(project.journeys), project.warnings) == ("first", ["welcome"], ())


def test_init_lists_its_files_in_json(parcours: Parcours, tmp_path: Path) -> None:
    said = parcours("init", tmp_path / "first", "--json")
    made = json.loads(said.out)
    assert made == {"folder": str(tmp_path / "first"), "files": FILES}
    found = [file for file in (tmp_path / "first").rglob("*") if file.is_file()]
    assert sorted(file.relative_to(tmp_path / "first").as_posix() for file in found) == FILES


def test_init_writes_nothing_where_something_stands(parcours: Parcours, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    said = parcours("init", tmp_path)
    assert (said.status, said.out) == (2, "")
    assert said.err == f"{tmp_path} isn't empty; nothing was written (name a new folder)\n"
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_existing_empty_folder_will_do(parcours: Parcours, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    assert parcours("init", tmp_path / "first").status == 0


def test_the_readmes_own_journey_is_fine(parcours: Parcours, tmp_path: Path) -> None:
    """What the README of a new project says to write is checked as a user would."""
    parcours("init", tmp_path / "first")
    text = (tmp_path / "first" / "README.md").read_text()
    journey = text.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "first" / "journeys" / "news.yaml").write_text(journey)
    said = parcours("validate", "--project", tmp_path / "first")
    assert (said.status, said.out) == (
        0,
        "journeys/news.yaml:7: warning: entry.audience: audience 'newsletter' has neither a file nor a member "
        "(write audiences/newsletter.yaml, or load its members)\n"
        "2 journeys, 0 audiences, 3 templates, 2 test cases: fine, 1 warning\n",
    )


def test_the_sample_project_stands_at_the_root_once() -> None:
    assert samples.sample_folder() == ROOT
    assert all((ROOT / part).exists() for part in samples.PARTS)
    own = {file.relative_to(FIRST).as_posix() for file in FIRST.rglob("*") if file.is_file()}
    assert own.isdisjoint(SHARED)


def test_an_installed_package_brings_the_sample_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "parcours"
    (package / "jobs").mkdir(parents=True)
    (package / "sample").mkdir()
    monkeypatch.setattr(samples, "__file__", str(package / "jobs" / "samples.py"))
    assert samples.sample_folder() == package / "sample"
