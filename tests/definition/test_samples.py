"""The sample journeys, at the root of the repository, are right, and show what they are said to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcours.definition.case_files import read_cases
from parcours.definition.entries import BusinessEvent, Qualification
from parcours.definition.project import Project, load_project
from parcours.definition.steps import Experiment, Listen

ROOT = Path(__file__).parents[2]
SAMPLES = {
    "welcome": "welcome",
    "happy_hour": "weekdays",
    "whatsapp_launch": "ramp-up",
    "new_collection": "multichannel",
    "win_back": "win-back",
    "back_in_stock": "back-in-stock",
    "first_subject": "experiment",
    "loyalty_sync": "webhook",
}
"""The journeys that have a page in docs/guide/samples, and what it is called."""


@pytest.fixture(scope="module")
def project() -> Project:
    """Nobody has filled an audience: each has a file, but that of the newsletter."""
    return load_project(ROOT, known_audiences={"newsletter"})


def test_the_samples_are_fine(project: Project) -> None:
    assert [str(warning) for warning in project.warnings] == []
    assert [str(problem) for problem in read_cases(ROOT, project).problems] == []


def test_every_template_of_the_samples_is_used(project: Project) -> None:
    used = {name for loaded in project.journeys.values() for name in loaded.templates}
    files = (ROOT / "templates").rglob("*.yaml")
    assert used == {f"{file.parent.name}/{file.stem}" for file in files}


def test_every_sample_has_test_cases_and_a_page_that_shows_it_as_it_is(project: Project) -> None:
    assert set(project.journeys) == {*SAMPLES, "weekly_newsletter", "spring_promo"}
    tested = {case.journey_id for case in read_cases(ROOT, project).cases}
    assert tested == set(project.journeys)
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    for journey, page in SAMPLES.items():
        told = (ROOT / "docs" / "guide" / "samples" / f"{page}.md").read_text(encoding="utf-8")
        assert (ROOT / "journeys" / f"{journey}.yaml").read_text(encoding="utf-8") in told
        assert f"(guide/samples/{page}.md)" in guide


def test_the_samples_show_what_happens_from_outside(project: Project) -> None:
    journeys = {name: loaded.journey for name, loaded in project.journeys.items()}
    assert isinstance(journeys["win_back"].entry, Qualification)
    assert isinstance(journeys["back_in_stock"].entry, BusinessEvent)
    assert [criterion.id for criterion in journeys["win_back"].exit_when] == ["bought", "refused"]
    listens = [step for step in journeys["new_collection"].steps if isinstance(step, Listen)]
    assert [path.reaction for step in listens for path in step.paths] == ["unsubscribed", "clicked"]
    tests = [step for step in journeys["first_subject"].steps if isinstance(step, Experiment)]
    assert [step.holdout for step in tests] == [10]
