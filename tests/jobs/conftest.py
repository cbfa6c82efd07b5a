"""Running the command line inside the tests' own process."""

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from parcours.jobs.cli.app import run
from parcours.jobs.places import read_places
from parcours.jobs.store import Store
from tests.jobs.houses import House
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


JOURNEY = """id: hello
version: 1
entry: {type: event, event: order_placed}
steps:
  - {id: two_days, type: wait, for: 2d}
"""
EVENTS = "events: {order_placed: {amount: double}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one journey, and the folder in which commands are typed."""
    (tmp_path / "journeys").mkdir()
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    (tmp_path / "events.yaml").write_text(EVENTS)
    (tmp_path / "journeys" / "hello.yaml").write_text(JOURNEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def house(tmp_path: Path, spark: SparkSession) -> House:
    """A project of nothing but its name, in the test's own folder."""
    return House(tmp_path, spark)
