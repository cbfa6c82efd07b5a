"""Commands in the life of a journey: publish, close, stop. None of them starts Spark."""

from typing import TYPE_CHECKING, Annotated

import typer

from parcours.definition.problems import Problem, UserError, did_you_mean, one_of
from parcours.jobs.cli import output
from parcours.jobs.cli.app import Given, app, command
from parcours.jobs.cli.arguments import At, moment

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.life import Change

INSIDERS = ("stay", "move", "exit")


@command(app, "publish")
def publish(
    given: Given,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Journeys of the project.")],
    at: At = None,
    insiders: Annotated[
        str, typer.Option(metavar="stay|move|exit", help="What becomes of those inside an earlier version.")
    ] = "stay",
) -> None:
    """Makes the journeys as their files say them live from that time on."""
    if insiders not in INSIDERS:
        hint = did_you_mean(insiders, INSIDERS) or f"write {one_of(INSIDERS)}"
        raise UserError(f"--insiders {insiders}: unknown ({hint})")
    from parcours.jobs import life
    from parcours.jobs.places import open_project
    from parcours.jobs.store import Store

    project = open_project(given.folder, given.warehouse)
    _check_known(project, ids)
    store, when = Store(project), moment(at)
    changes = []
    for id in ids:
        changes.append(life.publish(store, project, id, when, insiders))
        for warning in _warnings_of(project, id):
            output.note(f"warning: {warning}")
    _answer(given, changes)


def _check_known(project: "Project", ids: list[str]) -> None:
    """All of the ids before any of them is published."""
    for id in ids:
        if id not in project.journeys:
            hint = did_you_mean(id, project.journeys) or f"there are: {', '.join(sorted(project.journeys)) or 'none'}"
            raise UserError(f"no journey '{id}' in {project.folder} ({hint})")


def _warnings_of(project: "Project", id: str) -> list[Problem]:
    journey = project.journeys[id]
    files = {journey.file, *(project.templates[name].file for name in journey.templates)}
    return [problem for problem in project.warnings if problem.file in files]


@command(app, "close")
def close(given: Given, id: Annotated[str, typer.Argument(metavar="ID")], at: At = None) -> None:
    """Nobody enters the journey from that time on; those inside go on."""
    from parcours.jobs import life

    _answer(given, [life.close(given.store(), id, moment(at))])


@command(app, "stop")
def stop(given: Given, id: Annotated[str, typer.Argument(metavar="ID")], at: At = None) -> None:
    """Everybody inside the journey leaves at that time, and nobody enters any more."""
    from parcours.jobs import life

    _answer(given, [life.stop(given.store(), id, moment(at))])


def _answer(given: Given, changes: "list[Change]") -> None:
    given.answer([vars(change) for change in changes], *(str(change) for change in changes))
