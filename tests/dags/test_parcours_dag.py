"""The DAG `parcours` as Airflow finds it: its tasks, their order, and what every DAG of ours keeps to."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tests.dags.conftest import DAGS, WEEKLY, WELCOME, write_project

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import DAG

# What a DAG file must not import: each takes seconds, or is for workers.
HEAVY = ("pyspark", "delta", "deltalake", "great_expectations", "sqlglot", "pyarrow", "pandas", "parcours.jobs")


def test_airflow_imports_the_file_without_error(dagbag: "DagBag") -> None:
    assert dagbag.import_errors == {}
    assert list(dagbag.dags) == ["parcours"]


def test_only_the_dag_file_is_looked_at(dagbag: "DagBag") -> None:
    assert [Path(stat.file).name for stat in dagbag.dagbag_stats] == ["parcours_dag.py"]


def test_inputs_are_checked_before_the_tick_and_batches_before_they_are_announced(dag: "DAG") -> None:
    assert {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks} == {
        "check_inputs": ["tick"],
        "tick": ["check_batches"],
        "check_batches": ["announce"],
        "announce": ["show_counts"],
        "show_counts": [],
    }


def test_the_tick_is_submitted_by_the_operator_of_the_spark_provider(dag: "DAG") -> None:
    from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

    tick = dag.task_dict["tick"]
    assert isinstance(tick, SparkSubmitOperator)
    assert (tick.application, tick._conn_id) == (str(DAGS.parent / "jobs" / "tick.py"), "spark_default")
    assert [part for part in tick.application_args or () if part.startswith("--")] == ["--project", "--until"]


def test_one_run_at_a_time_each_after_the_one_before_and_none_left_out(dag: "DAG") -> None:
    assert (dag.max_active_runs, dag.catchup) == (1, True)
    waiting = {task.task_id for task in dag.tasks if task.depends_on_past}
    assert waiting == {"check_inputs", "tick", "check_batches", "announce"}


def test_every_dag_says_whose_it_is_and_what_it_does(dagbag: "DagBag") -> None:
    for dag in dagbag.dags.values():
        assert dag.max_active_runs == 1, dag.dag_id
        assert dag.tags, dag.dag_id
        assert dag.doc_md, dag.dag_id
        assert dag.owner == "parcours", dag.dag_id
        assert all(task.retries == 3 for task in dag.tasks), dag.dag_id


def test_the_page_of_the_dag_lists_the_reads(dag: "DAG") -> None:
    assert "| `weekly` | 0 9 * * MON, Europe/Paris |" in (dag.doc_md or "")
    assert dag.tags == {"parcours", "shop"}


def test_airflow_stores_the_dag_and_reads_it_back(dag: "DAG") -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    read = DagSerialization.from_dict(stored)
    assert read.timetable == dag.timetable
    assert sorted(read.task_dict) == sorted(dag.task_dict)


def test_what_is_stored_is_the_same_each_time(tmp_path: Path) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from parcours.dags.factory import make_parcours_dag

    folder = write_project(tmp_path, weekly=WEEKLY, welcome=WELCOME, other=WEEKLY.replace("weekly", "other"))
    first, second = (DagSerialization.to_dict(make_parcours_dag(folder)) for _ in range(2))
    assert first == second


def test_parsing_imports_nothing_heavy_and_takes_less_than_a_second(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path,
        **{f"weekly_{number}": WEEKLY.replace("weekly", f"weekly_{number}") for number in range(20)},
        **{f"welcome_{number}": WELCOME.replace("welcome", f"welcome_{number}") for number in range(20)},
    )
    script = f"""
import os, sys, time
os.environ["PARCOURS_PROJECT"] = {str(folder)!r}
import airflow.sdk, airflow.timetables.base, pydantic
import airflow.providers.apache.spark.operators.spark_submit
began = time.process_time()
import parcours.dags.parcours_dag as module
took = time.process_time() - began
loaded = [name for name in {HEAVY!r} if name in sys.modules]
print(module.dag.dag_id, loaded, took < 1.0, took)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("parcours [] True"), done.stdout


NINE, QUARTER_PAST = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def rendered(template: str, dag: "DAG", *, until: str | None = None, **run: object) -> str:
    """What a template says in a run."""
    context = {"params": {"until": until}, "dag_run": SimpleNamespace(**run)}
    return dag.get_template_env().from_string(template).render(context)


def test_a_scheduled_run_ticks_until_its_interval_ends_and_tells_of_all_since_it_began(dag: "DAG") -> None:
    from parcours.dags.factory import SINCE, UNTIL

    run = {"data_interval_start": NINE, "data_interval_end": QUARTER_PAST, "run_type": "scheduled"}
    assert rendered(UNTIL, dag, **run) == "2026-03-02T09:15:00+00:00"
    assert rendered(SINCE, dag, **run) == "2026-03-02T09:00:00+00:00"


def test_a_run_by_hand_ticks_until_it_was_asked_for_and_tells_of_that_tick_alone(dag: "DAG") -> None:
    from parcours.dags.factory import SINCE, UNTIL

    run = {"data_interval_start": NINE, "data_interval_end": QUARTER_PAST, "run_type": "manual"}
    assert rendered(UNTIL, dag, **run) == "2026-03-02T09:15:00+00:00"
    assert rendered(SINCE, dag, **run) == ""


def test_a_run_without_logical_date_ticks_until_it_may_start(dag: "DAG") -> None:
    from parcours.dags.factory import SINCE, UNTIL

    run = {
        "data_interval_start": None,
        "data_interval_end": None,
        "run_after": QUARTER_PAST,
        "run_type": "asset_triggered",
    }
    assert rendered(UNTIL, dag, **run) == "2026-03-02T09:15:00+00:00"
    assert rendered(SINCE, dag, **run) == ""


def test_a_run_may_name_its_tick(dag: "DAG") -> None:
    from parcours.dags.factory import SINCE, UNTIL

    run = {"data_interval_start": NINE, "data_interval_end": QUARTER_PAST, "run_type": "scheduled"}
    assert rendered(UNTIL, dag, until="2026-03-02T08:00:00Z", **run) == "2026-03-02T08:00:00Z"
    assert rendered(SINCE, dag, until="2026-03-02T08:00:00Z", **run) == ""
