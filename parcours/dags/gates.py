"""Jobs that need no Spark, named by their path and run by plain Python: the small tasks of the DAGs.

A job of its own, since Airflow's process imports nothing of what a job needs, and may be another environment than it
(PARCOURS_PYTHON names the Python of that one).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

LOG = logging.getLogger(__name__)

JOBS = Path(__file__).resolve().parents[1] / "jobs"
ASKED_WRONGLY = 2


def job_path(job: str) -> str:
    """The file of a job, as spark-submit and Python take it."""
    return str(JOBS / f"{job}.py")


def run_job(job: str, **options: str) -> Any:
    """What the job answers: the JSON on its standard output. What it logs goes to the task's log as it comes.

    Fails the task where the job fails; without another try where what it was asked is wrong.
    """
    python = os.environ.get("PARCOURS_PYTHON", sys.executable)
    arguments = [part for name, value in options.items() if value for part in (f"--{name}", value)]
    # -P: a job's neighbours, such as store.py, are no modules that others could mean by their names.
    command = [python, "-P", job_path(job), *arguments]
    # Not a pipe: a long answer would fill it while nobody reads.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        with subprocess.Popen(command, stdout=answer, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None, "it was asked for"
            told = [line.rstrip() for line in _logged(process.stderr)]
        answer.seek(0)
        if process.returncode == 0:
            return json.load(answer)
    failure = AirflowFailException if process.returncode == ASKED_WRONGLY else AirflowException
    raise failure(f"{job} failed with status {process.returncode}: " + "\n".join(told[-20:]))


def _logged(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        LOG.info("%s", line.rstrip())
        yield line
