"""Airflow itself runs the DAG: inputs, a tick submitted through the Spark provider, batches, events."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import DAGS

PROJECT = {
    "parcours.yaml": 'name: tiny\nspark: {master: "local[2]", conf: {spark.driver.memory: 1g}}\n',
    "channels.yaml": (
        'channels:\n  email: {address: profile.email, unsubscribe_url: "https://shop.example/u/{{ delivery_id }}"}\n'
    ),
    "journeys/weekly.yaml": (
        "id: weekly\n"
        "version: 1\n"
        'entry: {type: read_audience, audience: newsletter, schedule: {cron: "0 9 * * MON"}}\n'
        "steps:\n"
        "  - id: mail\n"
        "    type: message\n"
        "    channel: email\n"
        "    content: {subject: Hello, html: \"<a href='{{ unsubscribe_url }}'>unsubscribe</a>\"}\n"
        "  - {id: pause, type: wait, for: 1d}\n"
    ),
}
# What Airflow is told to do, in a process of its own: as its command line would, with what became of it as JSON.
SCRIPT = """
import json, sys
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import timezone
dag = DagBag(sys.argv[1]).dags["parcours"]
found = []
for options in json.loads(sys.argv[2]):
    at = options.pop("logical_date")
    run = dag.test(logical_date=timezone.parse(at) if at else None, **options)
    found.append({"state": str(run.state), "tasks": sorted(
        [ti.task_id, ti.map_index, str(ti.state), ti.rendered_map_index] for ti in run.get_task_instances())})
from sqlalchemy import select
from airflow.models.asset import AssetEvent, AssetModel
from airflow.utils.session import create_session
with create_session() as session:
    query = select(AssetModel.uri, AssetEvent.extra).join(AssetModel, AssetModel.id == AssetEvent.asset_id)
    rows = session.execute(query)
    events = sorted([uri, extra] for uri, extra in rows)
with open("answer.json", "w") as file:
    json.dump({"runs": found, "events": events}, file)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose newsletter goes to two people on Mondays at nine; its tables are loaded, and it is published."""
    from datetime import UTC, datetime

    from parcours.jobs.life import publish
    from parcours.jobs.places import open_project
    from parcours.jobs.store import Store

    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    project = open_project(tmp_path)
    store = Store(project)
    store.ensure("profiles", "audience_members")
    store.append_small("profiles", [{"profile_id": name, "email": f"{name}@example.com"} for name in ("ada", "bob")])
    since = datetime(2026, 1, 1, tzinfo=UTC)
    members = [{"audience_id": "newsletter", "profile_id": name, "entered_at": since} for name in ("ada", "bob")]
    store.append_small("audience_members", members)
    publish(store, project, "weekly", datetime(2026, 3, 1, tzinfo=UTC))
    return tmp_path


def airflow_runs(folder: Path, *runs: dict[str, str | None]) -> dict[str, Any]:
    """The DAG run with these options of `dag.test`, one after another: states of runs and tasks; all asset events."""
    environment = {**os.environ, "AIRFLOW_HOME": str(folder / "airflow"), "PARCOURS_PROJECT": str(folder)}
    command = [sys.executable, "-c", SCRIPT, str(DAGS), json.dumps(runs)]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads((folder / "answer.json").read_text())
    answer["log"] = done.stdout + done.stderr
    return answer


def succeeded(*last: list[Any]) -> dict[str, Any]:
    """A run in which all went well, the last task as given."""
    gates = ("announce", "check_batches", "check_inputs")
    tasks = [*([name, -1, "success", None] for name in gates), *last, ["tick", -1, "success", None]]
    return {"state": "success", "tasks": tasks}


@pytest.mark.slow
@pytest.mark.spark
def test_airflow_runs_a_tick_through_the_spark_provider_and_tells_of_it(folder: Path) -> None:
    monday_at_nine: dict[str, str | None] = {"logical_date": "2026-03-02T09:00:00+00:00"}
    # As an asset or a click would begin it: no logical date, and so no data interval. Its tick isn't run again.
    at_any_time: dict[str, str | None] = {"logical_date": None, "mark_success_pattern": "tick"}
    answer = airflow_runs(folder, monday_at_nine, at_any_time)
    assert answer["runs"] == [
        succeeded(["show_counts", 0, "success", "weekly"]),
        succeeded(["show_counts", -1, "skipped", None]),
    ], answer["log"]

    until = "2026-03-02T09:00:00Z"
    (batches_uri, batches), (journey_uri, journey) = answer["events"]
    assert (batches_uri, journey_uri) == ("parcours://tiny/batches/email", "parcours://tiny/journeys/weekly")
    assert (len(batches["batch_ids"]), batches["sends"], batches["until"]) == (1, 2, until)
    assert journey == {"outcomes": {"entered": 2, "sent": 2, "waiting": 2}, "inside": 2, "until": until}
    assert len(list((folder / "outbox" / "email" / "2026-03-02").glob("*.jsonl"))) == 1
