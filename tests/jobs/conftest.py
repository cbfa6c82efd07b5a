"""Running the command line inside the tests' own process."""

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from parcours.jobs.cli.app import run
from parcours.jobs.places import read_places
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
def parcours(capsys: pytest.CaptureFixture[str]) -> Iterator[Parcours]:
    """Carries out a command line; its exit status, and what it said."""
    logger = logging.getLogger("parcours")
    before = logger.level, logger.propagate, list(logger.handlers)

    def carry_out(*words: object) -> Said:
        capsys.readouterr()
        status = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    yield carry_out
    # Other tests of the same process read what is logged by other ways.
    logger.level, logger.propagate, logger.handlers[:] = before


@pytest.fixture(scope="session")
def story_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of tests/jobs/story.py, made once. Nobody writes to it."""
    folder = tmp_path_factory.mktemp("story")
    make_story(folder)
    return folder


@pytest.fixture
def store(story_folder: Path, tmp_path: Path) -> Store:
    """The tables of that story in the test's own folder; a test module may have others of this name."""
    shutil.copytree(story_folder, tmp_path, dirs_exist_ok=True)
    return Store(read_places(tmp_path))  # type: ignore[arg-type]  # a store uses places alone
