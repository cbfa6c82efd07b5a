"""Commands that look at the tables and change nothing: status, trace, batches. Only `batches ack` writes."""

from typing import Annotated

import typer

from parcours.jobs.cli import output
from parcours.jobs.cli.app import Given, app, command, group_command
from parcours.jobs.telling import plural

outbox = typer.Typer()
app.add_typer(outbox, name="batches")


@command(app, "status")
def status(given: Given) -> None:
    """Shows what is live, how many are inside, who waits for room, and what comes next."""
    from parcours.definition.times import iso
    from parcours.jobs import status as job

    found = job.status(given.store())
    if given.as_json:
        output.print_json({**vars(found), "versions": [job.as_json(version) for version in found.versions]})
        return
    if found.versions:
        rows = [
            (
                version.journey_id,
                version.version,
                version.shown_state,
                version.inside,
                iso(version.next_read) if version.next_read else None,
            )
            for version in found.versions
        ]
        output.print_table(("journey", "version", "state", "inside", "next read"), rows)
    else:
        output.print_line("no journey is published (parcours publish ID)")
    for line in job.lines(found):
        output.print_line(line)


@command(app, "trace")
def trace(
    given: Given,
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="A profile_id.")],
    journey: Annotated[str | None, typer.Option(metavar="ID", help="Of this journey only.")] = None,
) -> None:
    """Shows all that happened to a profile, and why."""
    from parcours.definition.times import iso
    from parcours.jobs import trace as job

    found = job.trace(given.store(), profile, journey)
    if given.as_json:
        output.print_json([vars(happening) for happening in found])
    elif found:
        rows = [(iso(each.occurred_at), each.journey_id, each.step_id, each.words) for each in found]
        output.print_table(("when", "journey", "step", "what happened"), rows)
    else:
        output.print_line(f"nothing has happened to {profile} yet" + (f" in {journey}" if journey else ""))


@group_command(outbox)
def batches(
    given: Given,
    state: Annotated[
        str | None, typer.Option(metavar="S", help="Only those in this state: sealed or acknowledged.")
    ] = None,
) -> None:
    """Lists the delivery batches in the outbox; `batches ack` notes that some have been taken."""
    from parcours.definition.times import iso
    from parcours.jobs import outbox as job

    found = job.batches(given.store(), state)
    if given.as_json:
        output.print_json(found)
        return
    rows = [
        (row["batch_id"], row["channel"], row["row_count"], iso(row["first_send_at"]), row["state"], row["path"])
        for row in found
    ]
    if rows:
        output.print_table(("batch", "channel", "rows", "first send", "state", "file"), rows)
    sends = sum(row["row_count"] for row in found)
    output.print_line(f"{plural(len(rows), 'batch', 'batches')}, {plural(sends, 'send')}")


@command(outbox, "ack")
def ack(
    given: Given, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Batches that were taken.")]
) -> None:
    """Notes that batches have been taken from the outbox."""
    from parcours.jobs.outbox import acknowledge

    done = acknowledge(given.store(), ids)
    lines = [f"{id}: acknowledged" for id in done.changed] + [
        f"{id}: was acknowledged already" for id in done.unchanged
    ]
    given.answer(vars(done), *lines)
