"""One Spark session for all tests, and projects in temporary folders."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Before anything reads the clock's zone: `collect` gives instants in the process's own.
os.environ["TZ"] = "UTC"

# How long an example takes is the machine's affair.
settings.register_profile("parcours", deadline=None)
settings.load_profile("parcours")


@pytest.hookimpl(tryfirst=True)  # before the workers read what group an item is of
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the session is marked `spark`: `make test-fast` leaves it out."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item: pytest.Item) -> str:
    """What one worker runs: a file, since its tests share what they set up; told cases, which share runs of the engine;
    and by itself each test in which engine and oracle must agree, since they are long.
    """
    file = item.nodeid.partition("::")[0]
    if file.startswith("tests/spec/"):
        return "tests/spec"
    return item.nodeid if file == "tests/test_agreement.py" else file


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """The only session of a test run: two cores, two shuffle partitions, no UI, UTC, ANSI, Delta."""
    from parcours.jobs.session import start_session
    from tests.projects import make_project

    conf = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    session = start_session(make_project("unused", conf=conf), master="local[2]")
    yield session
    session.stop()
