"""parcours verify: the journeys' own test cases, run by the engine over a few rows, without a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from parcours.definition.case_files import ENDING, FiledCase, read_cases
from parcours.definition.problems import DefinitionError, Problem, UserError, did_you_mean
from parcours.jobs.verifying.comparing import Difference, differences, late_start
from parcours.jobs.verifying.running import run_case

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.definition.project import Project

# Cases are over before the JVM's second compiler has earned what it costs: half of the time (two cores).
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@dataclass(frozen=True)
class Verdict:
    """A case that has been run, and where something else came than was expected."""

    filed: FiledCase
    differences: Sequence[Difference]
    hint: str | None
    seconds: float

    @property
    def is_ok(self) -> bool:
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        filed = self.filed
        return {
            **{"journey_id": filed.journey_id, "case": filed.case.case, "file": filed.file, "line": filed.line},
            **{"is_ok": self.is_ok, "differences": [asdict(each) for each in self.differences], "hint": self.hint},
            "duration_s": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Chosen:
    """The cases that were asked for, and what their files are warned of."""

    project: Project
    cases: Sequence[FiledCase]
    warnings: Sequence[Problem]


def choose(folder: Path, ids: Sequence[str]) -> Chosen:
    """The cases of these journeys, of all where none is named; DefinitionError for all that is wrong in any file."""
    from parcours.definition.project import load_project

    try:
        project = load_project(folder)
    except DefinitionError as error:
        raise DefinitionError([*error.problems, *read_cases(folder, None).problems]) from None
    found = read_cases(folder, project)
    if any(not problem.is_warning for problem in found.problems):
        raise DefinitionError(found.problems)
    for name in ids:
        if name not in project.journeys:
            hint = did_you_mean(name, project.journeys) or f"there are: {', '.join(sorted(project.journeys)) or 'none'}"
            raise UserError(f"no journey '{name}' in {project.folder} ({hint})")
        if not any(case.journey_id == name for case in found.cases):
            raise UserError(f"journey '{name}' has no test case (write journeys/{name}{ENDING})")
    cases = [case for case in found.cases if not ids or case.journey_id in ids]
    return Chosen(project, cases, found.problems)


def verify(chosen: Chosen, spark: SparkSession | None = None) -> Iterator[Verdict]:
    """Runs the cases, one after another, in the order of their files."""
    for filed in chosen.cases:
        spark = spark or _session(chosen.project)
        began = monotonic()
        journey = chosen.project.journeys[filed.journey_id].journey
        came = run_case(chosen.project, journey, filed.case, spark)
        found = differences(filed.case, came, journey.id)
        hint = late_start(filed.case, came, journey.id) if found else None
        yield Verdict(filed, found, hint, monotonic() - began)


def _session(project: Project) -> SparkSession:
    """One that is quick to start and small, on this machine, whatever the project's own Spark is."""
    from parcours.jobs.session import start_session

    conf = {**project.spark.conf, "spark.driver.memory": "1g"}
    conf["spark.driver.extraJavaOptions"] = f"{QUICK} {conf.get('spark.driver.extraJavaOptions', '')}".strip()
    settings = project.spark.model_copy(update={"conf": conf, "packages": ()})  # a folder is all it reads
    return start_session(replace(project, spark=settings), master="local[1]")
