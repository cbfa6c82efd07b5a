"""The test files of a project, journeys/<id>.test.yaml, read and checked. Only `validate` and `verify` look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from parcours.definition.cases import Case
from parcours.definition.checks.cases import check_case
from parcours.definition.loading import Source, read_source
from parcours.definition.messages import findings_of
from parcours.definition.problems import Finding, Problem, did_you_mean, shown

if TYPE_CHECKING:
    from parcours.definition.project import Project

ENDING = ".test.yaml"


@dataclass(frozen=True)
class FiledCase:
    """A test case, and where it stands."""

    journey_id: str
    file: str
    line: int
    case: Case


@dataclass(frozen=True)
class CaseFiles:
    """The cases of all journeys, in the order of files and in them of the list; and what is wrong with any."""

    cases: tuple[FiledCase, ...]
    problems: tuple[Problem, ...]


def read_cases(folder: Path, project: Project | None) -> CaseFiles:
    """All test cases below the folder. Without a project, which is wrong then, only their shape is judged."""
    cases: list[FiledCase] = []
    problems: list[Problem] = []
    folder = folder.resolve()
    for path in sorted((folder / "journeys").glob(f"*{ENDING}")):
        source = read_source(folder, path)
        problems += source.problems
        if source.data is not None:
            found, findings = _read(source, path.name.removesuffix(ENDING), project)
            cases += found
            problems += source.found(findings)
    problems.sort(key=lambda problem: (problem.file, problem.line))
    return CaseFiles(tuple(cases), tuple(dict.fromkeys(problems)))


def _read(source: Source, journey_id: str, project: Project | None) -> tuple[list[FiledCase], list[Finding]]:
    cases: list[FiledCase] = []
    if not isinstance(source.data, list):
        return cases, [Finding((), f"not a list: {shown(source.data)}", "write - case: ... for each test case")]
    findings: list[Finding] = []
    if project is not None and journey_id not in project.journeys:
        remedy = did_you_mean(journey_id, project.journeys) or "a test file is called <id of the journey>.test.yaml"
        findings.append(Finding((), f"no journey '{journey_id}'", remedy))
        project = None
    journey = project.journeys[journey_id].journey if project else None
    zone = journey.timezone if journey else "UTC"
    for place, data in enumerate(source.data):
        case = _case(data, place, zone, findings)
        if case is not None and project is not None and journey is not None:
            findings += check_case(case, journey, project, (place,))
        if case is not None:
            cases.append(FiledCase(journey_id, source.file, source.places[place,].line, case))
    return cases, [*findings, *_twice(source.data)]


def _case(data: Any, place: int, zone: str, findings: list[Finding]) -> Case | None:
    if not isinstance(data, Mapping):
        findings.append(Finding((place,), f"not a mapping: {shown(data)}", "write case: ..., given, until and expect"))
        return None
    try:
        return Case.model_validate(data, context={"zone": zone})
    except ValidationError as error:
        findings += findings_of(error, Case, data, (place,))
        return None


def _twice(written: list[Any]) -> Iterator[Finding]:
    """Two cases of one name can't be told apart."""
    first: dict[str, int] = {}
    for place, data in enumerate(written):
        name = data.get("case") if isinstance(data, Mapping) else None
        if isinstance(name, str) and name in first:
            yield Finding((place, "case"), f"case {shown(name)} stands twice", f"also [{first[name]}]")
        elif isinstance(name, str):
            first[name] = place
