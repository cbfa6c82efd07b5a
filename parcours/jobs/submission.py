"""What spark-submit must be given for a project's jobs: Delta's jars, settings, this machine's Java and Python.

Said as JSON to whoever submits: the DAG asks on the machine that submits, since jars lie where they lie.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from parcours.jobs.gate import answer
from parcours.jobs.jars import delta_jars, writable_cache
from parcours.jobs.java import provide_java
from parcours.jobs.leaving import leave
from parcours.jobs.places import Places, read_places
from parcours.jobs.session import session_settings


def submission(places: Places, master: str) -> dict[str, Any]:
    """`jars`, `packages`, `conf` and `env_vars` of the provider's operator, for a master such as local[2] or yarn."""
    is_local = master.split("[")[0] == "local"
    conf = session_settings(places, master=master)
    packages = conf.pop("spark.jars.packages", "")
    jars = list(places.spark.jars)
    if "io.delta:delta-spark_" not in packages:
        jars = delta_jars(jars, ivy_settings=conf.get("spark.jars.ivySettings"))
    return {"jars": ",".join(jars), "packages": packages, "conf": conf, "env_vars": _environment(is_local)}


def _environment(is_local: bool) -> dict[str, str]:
    """Variables without which spark-submit finds another Python, no Java, or isn't found itself."""
    found: dict[str, str] = {}
    if is_local or shutil.which("java"):
        before = os.environ.get("JAVA_HOME")
        provide_java(writable_cache())
        if os.environ.get("JAVA_HOME") != before:
            found["JAVA_HOME"] = os.environ["JAVA_HOME"]
    if is_local and "PYSPARK_PYTHON" not in os.environ:
        found["PYSPARK_PYTHON"] = sys.executable
    if shutil.which("spark-submit") is None:
        # An Airflow that was started by its path, with no environment activated.
        found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point: prints the submission of `--project` for `--master`."""
    parser = argparse.ArgumentParser(prog="submission", description=main.__doc__)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--master", required=True)
    given = parser.parse_args(argv)
    return answer(lambda: submission(read_places(given.project), given.master))


if __name__ == "__main__":
    leave(main())
