"""The Spark provider's operator, for a project's jobs."""

from __future__ import annotations

from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Connection, Context

from parcours.dags.gates import job_path, run_job


class SubmitJob(SparkSubmitOperator):
    """Submits a job of the project to the Spark of the connection.

    What to submit it with is asked for on the worker, right before: Delta's jars lie there, and Java does. What
    parcours.yaml says under `spark` goes along; the master is the connection's.
    """

    def __init__(self, *, job: str, project: str, **options: Any) -> None:
        super().__init__(application=job_path(job), name=f"parcours {job}", **options)
        self.project = project

    def execute(self, context: Context) -> None:
        """Asks, then submits, and follows the job to its end."""
        told = run_job("submission", project=self.project, master=Connection.get(self._conn_id).host or "yarn")
        self.jars, self.packages = told["jars"] or None, told["packages"] or None
        self.conf = {**told["conf"], **(self.conf or {})}
        self.env_vars = {**told["env_vars"], **(self.env_vars or {})}
        super().execute(context)
