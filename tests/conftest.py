"""One Spark session for all tests, and projects in temporary folders."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Before anything reads the clock's zone: `collect` gives instants in the process's own.
os.environ["TZ"] = "UTC"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the session is marked `spark`: `make test-fast` leaves it out."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """The only session of a test run: two cores, two shuffle partitions, no UI, UTC, ANSI, Delta."""
    from parcours.jobs.session import start_session
    from tests.projects import make_project

    conf = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    session = start_session(make_project("unused", conf=conf), master="local[2]")
    yield session
    session.stop()
