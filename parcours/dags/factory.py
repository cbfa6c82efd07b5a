"""The DAG `parcours`, made from a project's files (specification 4.3).

check_inputs ─► tick ─► check_batches ─► announce ─► show_counts (one a journey)
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, Param

from parcours.dags.assets import announced, prefix
from parcours.dags.outline import Outline, read_outline
from parcours.dags.submit import SubmitJob
from parcours.dags.tasks import announce, check_batches, check_inputs, show_counts
from parcours.dags.timetable import UNSTATED, TickTimetable
from parcours.definition.problems import UserError

OWNER = "parcours"
# A run that was asked for by hand may name its tick; one that an asset began has no data interval.
UNTIL = "{{ params.until or (dag_run.data_interval_end or dag_run.run_after).isoformat() }}"
# Scheduled runs tell of all ticks since the one before them, those that somebody made by hand among them.
SINCE = "{{ '' if params.until or dag_run.run_type == 'manual' or not dag_run.data_interval_start \
else dag_run.data_interval_start.isoformat() }}"
# An input may be late, and another tick may be under way: tries after 2, 4 and 8 minutes.
DEFAULTS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": 2.0,
    "depends_on_past": True,
}


def project_folder() -> Path:
    """The project that this Airflow runs: PARCOURS_PROJECT, else the working folder, else the repository's root."""
    named = os.environ.get("PARCOURS_PROJECT")
    places = [Path(named)] if named else [Path.cwd(), Path(__file__).resolve().parents[2]]
    for place in places:
        if (place / "parcours.yaml").is_file():
            return place
    raise UserError(f"no parcours.yaml in {' or '.join(map(str, places))} (PARCOURS_PROJECT names a project's folder)")


def make_parcours_dag(folder: Path | str, *, dag_id: str = "parcours", start_date: datetime = UNSTATED) -> DAG:
    """The DAG that runs a project's ticks. DefinitionError where its parcours.yaml can't be used.

    Without a start date the first run is the one due last: its tick begins with the earliest publication all the same.
    """
    outline = read_outline(Path(folder))
    with DAG(
        dag_id,
        description=f"Audience journeys of {outline.name}, one run a tick",
        schedule=TickTimetable(outline.moments),
        start_date=start_date,
        catchup=True,
        max_active_runs=1,
        default_args=DEFAULTS,
        params={"until": Param(None, "End of the tick; now.", type=["null", "string"], format="date-time")},
        tags=["parcours", outline.name],
        doc_md=documentation(outline),
    ) as dag:
        _tasks(str(outline.folder), outline.name)
    return dag


def _tasks(folder: str, project: str) -> None:
    inputs = check_inputs(folder, UNTIL)
    tick = SubmitJob(
        task_id="tick",
        doc_md="Enter, advance, settle, batch, commit: `parcours tick`.",
        job="tick",
        project=folder,
        conn_id="spark_default",
        application_args=["--project", folder, "--until", UNTIL],
    )
    batches = check_batches(folder, UNTIL, SINCE)
    journeys = announce.override(outlets=[announced(project)])(folder, project, UNTIL, SINCE)
    inputs >> tick >> batches >> journeys
    show_counts.expand(counts=journeys)


def documentation(outline: Outline) -> str:
    """What the DAG's page says, in Markdown."""
    schedules = [f"| `{journey}` | {words} |" for journey, words in outline.schedules.items()]
    table = ["", "| journey | reads its audience |", "| --- | --- |", *schedules, ""] if schedules else []
    return "\n".join(
        [
            f"# Journeys of {outline.name}",
            "",
            f"One run a tick of the project in `{outline.folder}`, {outline.cadence_in_words}.",
            "A run's data interval ends where its tick does. A run waits for the one before; one that failed holds up",
            "those after it until it is cleared. Nothing is lost meanwhile, and nothing is sent twice.",
            *table,
            "By hand: *Trigger* ticks until now, or until the time that is named.",
            "",
            f"Other DAGs can follow `{prefix(outline.name)}/batches/<channel>` and `…/journeys/<journey>`.",
        ]
    )
