"""Airflow in a folder of its own, and the DAG file parsed for a small project. All of it needs the airflow extra."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import DAG

DAGS = Path(__file__).resolve().parents[2] / "parcours" / "dags"

# Airflow reads its settings when it is first imported: nothing in this folder may import it before.
_home = tempfile.TemporaryDirectory(prefix="parcours-airflow-")
SETTINGS = {
    "AIRFLOW_HOME": _home.name,
    "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__SCHEDULER__ENABLE_JOB_HEARTBEAT": "False",
    "AIRFLOW_CONN_SPARK_DEFAULT": '{"conn_type": "spark", "host": "local[2]"}',
}
os.environ.update(SETTINGS)

WEEKLY = """
id: weekly
version: 1
timezone: Europe/Paris
entry: {type: read_audience, audience: newsletter, schedule: {cron: "0 9 * * MON"}}
steps:
  - {id: mail, type: message, channel: email, template: weekly}
"""
WELCOME = """
id: welcome
version: 1
entry: {type: event, event: order_placed}
steps:
  - {id: pause, type: wait, for: 1d}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.airflow)


def write_project(folder: Path, settings: str = "name: shop\ncadence: PT15M\n", **journeys: str) -> Path:
    """A project whose DAG can be made: parcours.yaml, and journeys by the names of their files."""
    (folder / "journeys").mkdir(parents=True, exist_ok=True)
    (folder / "parcours.yaml").write_text(settings)
    for name, text in journeys.items():
        (folder / "journeys" / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def dagbag(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[DagBag]":
    """What Airflow finds in `parcours/dags` for a project of two journeys."""
    folder = write_project(tmp_path_factory.mktemp("shop"), weekly=WEEKLY, welcome=WELCOME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARCOURS_PROJECT", str(folder))
        from airflow.dag_processing.dagbag import DagBag

        yield DagBag(str(DAGS))


@pytest.fixture(scope="session")
def dag(dagbag: "DagBag") -> "DAG":
    """The DAG `parcours`."""
    return dagbag.dags["parcours"]
