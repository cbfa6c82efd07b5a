"""The small tasks of the DAG `parcours`: each asks a job that needs no Spark."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import get_current_context, task

from parcours.dags.assets import announced, batches_asset, journey_asset
from parcours.dags.gates import run_job

LOG = logging.getLogger(__name__)


@task(multiple_outputs=False)
def check_inputs(project: str, until: str) -> dict[str, int]:
    """Checks the project's files as a whole, and with Great Expectations the rows that its sources have gained.

    Returns how many rows each source has gained since the last tick.
    """
    looked: dict[str, int] = run_job("check_inputs", project=project, until=until)
    return looked


@task(multiple_outputs=False)
def check_batches(project: str, until: str, since: str) -> dict[str, int]:
    """Checks that each new batch is the file that its row tells of, and that each send stands in one.

    Returns how many batches and deliveries there are.
    """
    looked: dict[str, int] = run_job("check_batches", project=project, until=until, since=since)
    return looked


@task(multiple_outputs=False)
def announce(folder: str, project: str, until: str, since: str) -> list[dict[str, Any]]:
    """Makes an asset event for each channel with new batches, and for each journey in which something happened.

    Returns the counts of each journey.
    """
    told = run_job("announce", project=folder, until=until, since=since)
    events = get_current_context()["outlet_events"][announced(project)]
    for channel, batches in told["channels"].items():
        LOG.info("%s: %d batches, %d sends", channel, len(batches["batch_ids"]), batches["sends"])
        events.add(batches_asset(project, channel), extra={**batches, "until": told["until"]})
    for journey in told["journeys"]:
        if journey["outcomes"]:
            extra = {"outcomes": journey["outcomes"], "inside": journey["inside"], "until": told["until"]}
            events.add(journey_asset(project, journey["journey"]), extra=extra)
    journeys: list[dict[str, Any]] = told["journeys"]
    return journeys


@task(multiple_outputs=False, map_index_template="{{ journey }}", depends_on_past=False, max_active_tis_per_dagrun=4)
def show_counts(counts: dict[str, Any]) -> str:
    """Shows what happened in one journey, and how many are inside."""
    get_current_context()["journey"] = counts["journey"]  # type: ignore[typeddict-unknown-key]  # as Airflow documents it
    happened = [f"{count:,} {outcome}" for outcome, count in sorted(counts["outcomes"].items())]
    line = f"{counts['journey']}: {', '.join(happened) or 'nothing happened'}; {counts['inside']:,} inside"
    LOG.info("%s", line)
    return line
