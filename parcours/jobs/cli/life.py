"""Commands in the life of a journey: publish, close, stop, pause, resume. None of them starts Spark."""

from typing import TYPE_CHECKING, Annotated

import typer

from parcours.definition.problems import Problem, UserError, did_you_mean, one_of
from parcours.jobs.cli import output
from parcours.jobs.cli.app import Given, app, command
from parcours.jobs.cli.arguments import At, length, moment

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.life import Change
    from parcours.jobs.store import Store

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
    inside = [_tell_insiders(given, store, project, id, insiders) for id in ids]
    changes = life.publish_all(store, project, ids, when, insiders)
    for id in ids:
        for warning in _warnings_of(project, id):
            output.note(f"warning: {warning}")
    told = [{**_as_json(change), "inside": found} for change, found in zip(changes, inside, strict=True)]
    given.answer(told, *(str(change) for change in changes))


def _tell_insiders(given: Given, store: "Store", project: "Project", id: str, fate: str) -> list[dict[str, object]]:
    """Says beforehand what becomes of how many; what JSON holds of it."""
    from parcours.jobs.insiders import insiders, lines

    found = insiders(store, project.journeys[id].journey, fate)
    if found is not None and not given.as_json:
        for line in lines(id, found, fate):
            output.print_line(line)
    return [vars(each) for each in found or ()]


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


@command(app, "pause")
def pause(
    given: Given,
    id: Annotated[str, typer.Argument(metavar="ID")],
    discard: Annotated[
        bool, typer.Option("--discard", help="Whoever comes to a message leaves there, rather than being held.")
    ] = False,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="D", help="How long, such as 3d or PT12H; 14 days unless given.")
    ] = None,
    at: At = None,
) -> None:
    """Nobody enters the journey meanwhile; each who is inside stops at the next message. It ends by itself."""
    from parcours.jobs import life

    when, how_long = moment(at), length(for_, "--for")
    _answer(given, [life.pause(given.store(), id, when, discard=discard, length=how_long)])


@command(app, "resume")
def resume(given: Given, id: Annotated[str, typer.Argument(metavar="ID")], at: At = None) -> None:
    """Ends the journey's pause at that time; those who are held go on, in order."""
    from parcours.jobs import life

    _answer(given, [life.resume(given.store(), id, moment(at))])


def _answer(given: Given, changes: "list[Change]") -> None:
    given.answer([_as_json(change) for change in changes], *(str(change) for change in changes))


def _as_json(change: "Change") -> dict[str, object]:
    pause = change.pause
    about = {} if pause is None else {"from": pause.start, "until": pause.end, "mode": pause.mode}
    return {**{name: value for name, value in vars(change).items() if name != "pause"}, **about}
