"""The journeys of docs/samples are right, and show what they are said to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcours.definition.entries import BusinessEvent, Qualification
from parcours.definition.project import Project, load_project
from parcours.definition.steps import Experiment, Listen

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


@pytest.fixture(scope="module")
def project() -> Project:
    """Nobody has filled an audience: each has a file."""
    return load_project(SAMPLES, known_audiences=set())


def test_the_samples_are_fine(project: Project) -> None:
    assert [str(warning) for warning in project.warnings] == []
    assert sorted(project.journeys) == ["back_in_stock", "first_subject", "new_collection", "win_back"]


def test_every_template_of_the_samples_is_used(project: Project) -> None:
    used = {name for loaded in project.journeys.values() for name in loaded.templates}
    files = (SAMPLES / "templates").rglob("*.yaml")
    assert used == {f"{file.parent.name}/{file.stem}" for file in files}


def test_the_page_of_the_samples_names_them_all(project: Project) -> None:
    page = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for name in project.journeys:
        assert f"[{name}](journeys/{name}.yaml)" in page


def test_the_samples_show_what_happens_from_outside(project: Project) -> None:
    journeys = {name: loaded.journey for name, loaded in project.journeys.items()}
    assert isinstance(journeys["win_back"].entry, Qualification)
    assert isinstance(journeys["back_in_stock"].entry, BusinessEvent)
    assert [criterion.id for criterion in journeys["win_back"].exit_when] == ["bought", "closed"]
    listens = [step for step in journeys["new_collection"].steps if isinstance(step, Listen)]
    assert [path.reaction for step in listens for path in step.paths] == ["unsubscribed", "clicked"]
    tests = [step for step in journeys["first_subject"].steps if isinstance(step, Experiment)]
    assert [step.holdout for step in tests] == [10]
