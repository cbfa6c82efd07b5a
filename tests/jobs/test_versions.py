"""`parcours diff`: which versions there are to compare, and what it says. No Spark."""

import json
from pathlib import Path

import pytest

from tests.jobs.conftest import Parcours

JOURNEY = """id: hello
version: 1
entry: {type: event, event: order_placed}
steps:
  - {id: two_days, type: wait, for: 2d}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parcours: Parcours) -> Path:
    """Version 1 of a journey is published; its file says version 2, with another wait."""
    (tmp_path / "journeys").mkdir()
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    (tmp_path / "events.yaml").write_text("events: {order_placed: {amount: double}}\n")
    file = tmp_path / "journeys" / "hello.yaml"
    file.write_text(JOURNEY)
    monkeypatch.chdir(tmp_path)
    assert parcours("publish", "hello", "--at", "2026-03-01").status == 0
    file.write_text(JOURNEY.replace("version: 1", "version: 2").replace("for: 2d", "for: 3d"))
    return tmp_path


def test_diff_of_what_is_published_and_the_file(parcours: Parcours, project: Path) -> None:
    said = parcours("diff", "hello", "1", "draft")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "hello: version 1 -> draft (version 2 in journeys/hello.yaml)",
        "~ step two_days: for: P2D -> P3D",
    ]


def test_diff_of_published_versions_reads_no_file(parcours: Parcours, project: Path) -> None:
    parcours("publish", "hello", "--at", "2026-03-02")
    (project / "journeys" / "hello.yaml").write_text("nonsense")
    said = parcours("diff", "hello", "2", "1")
    assert said.out.splitlines() == ["hello: version 2 -> version 1", "~ step two_days: for: P3D -> P2D"]


def test_diff_says_that_nothing_differs(parcours: Parcours, project: Path) -> None:
    said = parcours("diff", "hello", "1", "1")
    assert (said.status, said.out) == (0, "hello: version 1 -> version 1\nno difference\n")


def test_diff_in_json(parcours: Parcours, project: Path) -> None:
    said = parcours("diff", "hello", "1", "draft", "--json")
    step = {"part": "step", "name": "two_days", "kind": "changed", "key": "for", "old": "P2D", "new": "P3D"}
    assert json.loads(said.out) == {"journey_id": "hello", "old": "1", "new": "draft", "differences": [step]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("hello 1 2", "hello has no version 2 (published are: 1; draft is the journey's file)"),
        ("helo 1 2", "helo isn't published (did you mean 'hello'?)"),
        ("other 1 2", "other isn't published (published are: hello)"),
        ("hello one 2", "not a version: 'one' (write its number, or draft for the journey's file)"),
        ("helo draft 1", "no journey 'helo' in FOLDER (did you mean 'hello'?)"),
    ],
)
def test_a_version_that_there_is_not(parcours: Parcours, project: Path, words: str, message: str) -> None:
    said = parcours("diff", *words.split())
    assert (said.status, said.out, said.err) == (2, "", message.replace("FOLDER", str(project)) + "\n")


def test_a_draft_that_is_wrong_is_told_in_the_words_of_validate(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(JOURNEY.replace("2d", "soon"))
    said = parcours("diff", "hello", "1", "draft")
    assert (said.status, said.out) == (2, "")
    assert said.err == "journeys/hello.yaml:5: steps[0].for: not a duration: 'soon' (write 2d or PT6H)\n"
