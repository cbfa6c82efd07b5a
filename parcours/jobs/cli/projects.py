"""Commands about a project's files: validate, schema, init, demo."""

from pathlib import Path
from typing import Annotated

import typer

from parcours.definition.problems import DefinitionError, Problem, UserError
from parcours.jobs.cli import output
from parcours.jobs.cli.app import DONE, WRONG, Given, app, command
from parcours.jobs.telling import plural


@command(app, "demo")
def demo(
    given: Given,
    profiles: Annotated[int, typer.Option(min=1, help="How many people.")] = 20_000,
    days: Annotated[int, typer.Option(min=1, help="How many days, a tick each.")] = 30,
) -> None:
    """Makes a project and a population in demo/, runs a month of journeys, and prints what happened."""
    from parcours.jobs.demo import run_demo

    with output.working("demo") as keep:
        shown = run_demo(given.folder / "demo", profiles, days, on_tick=keep)
    if given.as_json:
        output.print_json(shown.as_json())
        return
    for table in shown.tables:
        output.print_table(table.headers, table.rows, title=table.title)
        output.print_line()
    for line in shown.closing:
        output.print_line(line)


@command(app, "init")
def init(given: Given, folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> None:
    """Makes a new project with one journey, ready to run."""
    from parcours.jobs.starter import make_project

    made = make_project(given.folder / folder)
    given.answer(
        {"folder": str(made.folder), "files": made.files},
        f"made {plural(len(made.files), 'file')} in {made.folder}; {made.folder / 'README.md'} has the next commands:",
        "",
        *(f"  {line}" for line in made.commands),
    )


@command(app, "validate")
def validate(
    given: Given,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; the whole project unless given.")
    ] = None,
) -> int:
    """Checks definitions, and lists every problem. Starts no Spark."""
    problems: list[Problem] = []
    counts: dict[str, int] = {}
    for folder, asked in _by_project(given.folder, paths or []).items():
        found, sizes = _problems_of(folder, given.warehouse)
        problems += [problem for problem in found if not asked or _is_asked(folder, problem, asked)]
        for name, size in sizes.items():
            counts[name] = counts.get(name, 0) + size
    errors = [problem for problem in problems if not problem.is_warning]
    told = [problem.told for problem in problems]
    warned = len(problems) - len(errors)
    warnings = f", {plural(warned, 'warning')}" if warned else ""
    if errors:
        told.append(f"{plural(len(errors), 'problem')}{warnings}")
    else:
        held = (plural(size, name.replace("_", " ")) for name, size in counts.items())
        told.append(f"{', '.join(held)}: fine{warnings}")
    given.answer({"problems": [vars(problem) for problem in problems], **counts, "is_fine": not errors}, *told)
    return WRONG if errors else DONE


def _problems_of(folder: Path, warehouse: str | None) -> tuple[tuple[Problem, ...], dict[str, int]]:
    """What is wrong in a project, or what it holds."""
    from parcours.definition.case_files import read_cases
    from parcours.jobs.places import open_project

    try:
        project = open_project(folder, warehouse)
    except DefinitionError as error:
        return (*error.problems, *read_cases(folder, None).problems), {}
    tests = read_cases(folder, project)
    sizes = {"journey": len(project.journeys), "audience": len(project.audiences), "template": len(project.templates)}
    sizes |= {"test_case": len(tests.cases)} if tests.cases else {}
    return (*project.warnings, *tests.problems), sizes


def _by_project(default: Path, paths: list[Path]) -> dict[Path, list[Path]]:
    """The paths by the project's folder in which they lie; no paths: the whole of the project."""
    if not paths:
        return {default.resolve(): []}
    found: dict[Path, list[Path]] = {}
    for path in paths:
        if not path.exists():
            raise UserError(f"no such file or folder: {path}")
        above = [path.resolve(), *path.resolve().parents]
        folder = next((each for each in above if (each / "parcours.yaml").is_file()), default.resolve())
        asked = found.setdefault(folder, [])
        if path.resolve() != folder:
            asked.append(path.resolve())
    return found


def _is_asked(folder: Path, problem: Problem, asked: list[Path]) -> bool:
    file = (folder / problem.file).resolve()
    return any(file == path or path in file.parents for path in asked)


@command(app, "schema")
def schema(
    given: Given,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="project, journey, audience, channels, events, profiles, test or template."
        ),
    ],
) -> None:
    """Prints the JSON Schema of one kind of file, for editors that complete it."""
    from parcours.definition.schemas import json_schema

    output.print_json(json_schema(name))
