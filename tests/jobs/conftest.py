"""Running the command line inside the tests' own process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from parcours.jobs.cli.app import run
from parcours.jobs.store import Store
from tests.jobs.story import make_story


@dataclass(frozen=True)
class Said:
    """What a command line came to."""

    status: int
    out: str
    err: str


Parcours = Callable[..., Said]


@pytest.fixture
def parcours(capsys: pytest.CaptureFixture[str]) -> Parcours:
    """Carries out a command line; its exit status, and what it said."""

    def carry_out(*words: object) -> Said:
        capsys.readouterr()
        status = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return carry_out


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The tables of the story that tests/jobs/story.py tells; a test module may have its own."""
    return make_story(tmp_path)
