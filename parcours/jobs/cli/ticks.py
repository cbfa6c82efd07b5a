"""Commands over the main job: tick, check."""

from typing import TYPE_CHECKING, Annotated

import typer

from parcours.jobs.cli import output
from parcours.jobs.cli.app import DONE, FAILED, Given, app, command
from parcours.jobs.cli.arguments import Until, length, moment
from parcours.jobs.telling import plural, shown_counts, told

if TYPE_CHECKING:
    from parcours.jobs.store import Store
    from parcours.jobs.tick import TickReport


@command(app, "tick")
def tick(
    given: Given,
    until: Until = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="D", help="Ticks of that length one after another, such as PT15M or 1d; else one."),
    ] = None,
) -> None:
    """Runs the journeys from where the last tick ended until that time."""
    end, step = moment(until, "--until"), length(every, "--every")
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True, runs_published=True)
    from parcours.jobs.store import Store
    from parcours.jobs.tick import run_tick

    store = Store(project)
    with output.working("tick") as keep:
        reports = run_tick(store, project, end, step, on_tick=lambda report: keep(told(report)))
    given.answer([as_json(report) for report in reports], _summary(store, reports))


def as_json(report: "TickReport") -> dict[str, object]:
    return {
        "from": report.start,
        "until": report.until,
        "counts": dict(report.counts),
        "duration_s": report.seconds,
    }


def _summary(store: "Store", reports: "list[TickReport]") -> str:
    from parcours.definition.times import iso
    from parcours.jobs.life import last_until

    if not reports:
        until = last_until(store)
        if until is None:
            return "nothing to do: no journey is published by then (parcours publish ID)"
        return f"nothing to do: ticks are committed until {iso(until)}"
    total: dict[str, int] = {}
    for report in reports:
        for name, count in report.counts.items():
            total[name] = total.get(name, 0) + count
    return f"{plural(len(reports), 'tick')} until {iso(reports[-1].until)}: {shown_counts(total)}"


@command(app, "check")
def check(given: Given) -> int:
    """Checks that everything adds up: nobody lost, nobody twice, batches whole, limits and caps kept."""
    from parcours.jobs.places import open_project

    project = open_project(given.folder, given.warehouse, for_spark=True, runs_published=True)
    from parcours.jobs.check import check_everything
    from parcours.jobs.store import Store

    with output.working("check"):
        findings = check_everything(Store(project), project)
    if given.as_json:
        output.print_json([vars(finding) for finding in findings])
    else:
        output.print_table(
            ("check", "figures", "result"),
            [(finding.name, finding.figures, "ok" if finding.is_ok else "FAILED") for finding in findings],
        )
        for finding in findings:
            for line in finding.details:
                output.print_line(f"FAILED {finding.name}: {line}")
    return DONE if all(finding.is_ok for finding in findings) else FAILED
