"""Commands that fill the input tables: load, audiences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.definition.problems import UserError
from parcours.jobs.cli import output
from parcours.jobs.cli.app import DONE, FAILED, Failed, Given, app, command, group_command
from parcours.jobs.cli.arguments import At, moment
from parcours.jobs.telling import plural

if TYPE_CHECKING:
    from parcours.jobs.load import LoadReport

audiences = typer.Typer()
app.add_typer(audiences, name="audiences")


@command(app, "load")
def load(
    given: Given,
    table: Annotated[str, typer.Argument(help="profiles, audience_members, events, message_feedback or suppressions.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="CSV, JSON lines or Parquet.")],
    map: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NEW=OLD", help="The column OLD of the files is NEW. Repeatable."),
    ] = None,
) -> int:
    """Merges files into an input table by its key; all of it, or nothing where a row breaks a rule."""
    renames = _renames(map or [])
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse)
    from parcours.jobs import load as job

    try:
        with output.working(f"load {table}"):
            report = job.load(project, table, files, renames=renames)
    except job.LoadRefused as refused:
        output.note(str(refused))
        if given.as_json:
            output.print_json(vars(refused.report))
        return FAILED
    given.answer(vars(report), *_told(report))
    return DONE


def _renames(written: list[str]) -> dict[str, str]:
    renames = {}
    for each in written:
        new, equals, old = each.partition("=")
        if not (new and equals and old):
            raise UserError(f"--map {each}: not NEW=OLD (write --map profile_id=customer_id)")
        if new in renames:
            raise UserError(f"--map {each}: {new} is {renames[new]} already (name it once)")
        renames[new] = old
    return renames


def _told(report: "LoadReport") -> list[str]:
    counts = f"{report.inserted:,} inserted, {report.updated:,} updated, {report.unchanged:,} unchanged"
    lines = [f"{report.table}: {plural(report.rows_read, 'row')} read, {counts}"]
    lines += [f"  warning: {note}" for note in report.notes]
    return lines + [f"  warning: {reason}: {plural(count, 'row')}" for reason, count in report.warnings.items()]


@group_command(audiences)
def audiences_alone(given: Given) -> None:
    """Audiences: refresh from SQL, count, take from a file."""
    raise UserError("parcours audiences: no command is named (write refresh, preview or load)")


@command(audiences, "refresh")
def refresh(
    given: Given,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="All that have a file unless given.")
    ] = None,
    at: At = None,
) -> None:
    """Runs the audiences' SQL, and records who entered and who left at that logical time."""
    when = moment(at)
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True)
    from parcours.jobs import audiences as job

    with output.working("audiences refresh"), _refusal_fails():
        done = job.refresh(project, ids or [], when)
    given.answer([vars(each) for each in done], *(job.summary(each) for each in done))


@command(audiences, "preview")
def preview(given: Given, id: Annotated[str, typer.Argument(metavar="ID")], at: At = None) -> None:
    """Says how many members the audience's SQL selects, and changes nothing."""
    when = moment(at)
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True)
    from parcours.jobs import audiences as job

    with output.working("audiences preview"), _refusal_fails():
        count = job.preview(project, id, when)
    given.answer({"audience_id": id, "members": count}, f"{id}: {plural(count, 'member')}")


@command(audiences, "load")
def load_audience(
    given: Given,
    id: Annotated[str, typer.Argument(metavar="ID")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, JSON lines or Parquet with a column profile_id.")],
    at: At = None,
) -> None:
    """Takes a file as the audience's members at that logical time: who isn't in it has left."""
    when = moment(at)
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse)
    from parcours.jobs import audiences as job

    with output.working("audiences load"), _refusal_fails():
        done = job.load_snapshot(project, id, file, when)
    given.answer(vars(done), job.summary(done))


@contextmanager
def _refusal_fails() -> Iterator[None]:
    """What the data refuses is no mistake in what was asked."""
    from parcours.jobs.audiences import RefreshRefused

    try:
        yield
    except RefreshRefused as refused:
        raise Failed(str(refused)) from refused
