"""Commands that try journeys out, and send nothing: dry-run, forecast, test."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.definition.problems import UserError
from parcours.jobs.cli import output
from parcours.jobs.cli.app import Given, app, command
from parcours.jobs.cli.arguments import At, moment

if TYPE_CHECKING:
    from parcours.jobs.dry_run import DryRun


@command(app, "dry-run")
def dry_run(
    given: Given,
    id: Annotated[str, typer.Argument(metavar="ID")],
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="T", help="Until when, ISO 8601; UTC where it names no zone. Now unless given."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="T",
            help="From when on the file's version, if it isn't published, is taken as published; unless given where "
            "the last tick ended.",
        ),
    ] = None,
) -> None:
    """Runs the next tick on a clone of the tables, and says what would happen in one journey. Nothing is sent."""
    end, begin = moment(until, "--until"), None if at is None else moment(at)
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True)
    from parcours.jobs import dry_run as job
    from parcours.jobs.store import Store

    with output.working("dry-run"):
        found = job.dry_run(Store(project), project, id, end, begin)
    if given.as_json:
        output.print_json(vars(found))
        return
    _print_dry_run(found)


def _print_dry_run(found: "DryRun") -> None:
    from parcours.jobs.dry_run import lines

    names: tuple[str, ...] = ("step_id", "outcome", "path", "reason", "count")
    headers: tuple[str, ...] = ("step", "outcome", "path", "reason", "count")
    if len({row["journey_version"] for row in found.counts}) > 1:
        names, headers = ("journey_version", *names), ("version", *headers)
    for shown, columns, rows in (
        (headers, names, found.counts),
        (("channel", "day", "sends"), ("channel", "day", "count"), found.sends),
    ):
        if rows:
            output.print_table(shown, [tuple(_cell(row[name]) for name in columns) for row in rows])
            output.print_line()
    for line in lines(found):
        output.print_line(line)


def _cell(value: object) -> object:
    return str(value) if isinstance(value, dt.date) else value


@command(app, "forecast")
def forecast(
    given: Given,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=366, help="How many days to run forward.")],
) -> None:
    """Runs the engine so many days forward on a clone, with no new events: sends a day, waiting, ramp-ups."""
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True, runs_published=True)
    from parcours.jobs import forecast as job
    from parcours.jobs.store import Store
    from parcours.jobs.telling import told

    with output.working("forecast") as keep:
        found = job.forecast(Store(project), project, days, on_tick=lambda report: keep(told(report)))
    if given.as_json:
        output.print_json(job.as_json(found))
        return
    if found.days:
        rows = [(str(day.day), day.channel, day.sends, day.waiting, _by_journey(day.journeys)) for day in found.days]
        output.print_table(("day", "channel", "sends", "waiting", "sends by journey"), rows)
        output.print_line()
    for line in job.lines(found):
        output.print_line(line)


def _by_journey(counts: Mapping[str, int]) -> str | None:
    return ", ".join(f"{journey} {count:,}" for journey, count in sorted(counts.items())) or None


@command(app, "test")
def rehearse(
    given: Given,
    id: Annotated[str, typer.Argument(metavar="ID")],
    at: At = None,
    event: Annotated[
        list[str] | None,
        typer.Option("--event", metavar="NAME=VALUE", help="An attribute of the event that brings in. Repeatable."),
    ] = None,
) -> None:
    """Sends the profiles with is_test through a journey, with waits of 10 seconds; shows what they would get."""
    start, attributes = moment(at), _attributes(event or [])
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True)
    from parcours.definition.times import iso
    from parcours.jobs import rehearsal as job
    from parcours.jobs.store import Store

    with output.working("test"):
        found = job.rehearse(Store(project), project, id, start, attributes)
    if given.as_json:
        output.print_json(job.as_json(found))
        return
    rows = [(id, iso(one.occurred_at), one.step_id, one.words) for id, each in found.happenings.items() for one in each]
    output.print_table(("profile", "when", "step", "what happened"), rows)
    output.print_line()
    for line in job.lines(found):
        output.print_line(line)


def _attributes(written: list[str]) -> dict[str, str]:
    found = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise UserError(f"--event {each}: not NAME=VALUE (write --event amount=120)")
        found[name] = value
    return found
