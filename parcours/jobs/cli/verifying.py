"""The command that runs the journeys' own test cases: verify."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.jobs.cli import output
from parcours.jobs.cli.app import DONE, FAILED, Given, app, command
from parcours.jobs.telling import plural

if TYPE_CHECKING:
    from parcours.jobs.verify import Verdict


@command(app, "verify")
def verify(
    given: Given,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Journeys; all that have test cases unless given.")
    ] = None,
) -> int:
    """Runs the journeys' own test cases, journeys/<id>.test.yaml. Needs no warehouse."""
    from parcours.jobs import verify as job

    chosen = job.choose(given.folder, ids or [])
    for warning in chosen.warnings:
        output.note(f"warning: {warning}")
    verdicts = []
    with output.working("verify"), _quiet_ticks():
        for verdict in job.verify(chosen):
            verdicts.append(verdict)
            if not given.as_json:
                for line in _lines(verdict):
                    output.print_line(line)
    given.answer([verdict.as_json() for verdict in verdicts], _summary(verdicts))
    return DONE if all(verdict.is_ok for verdict in verdicts) else FAILED


@contextmanager
def _quiet_ticks() -> Iterator[None]:
    """What ticks log isn't shown: what matters of a case is its verdict."""
    logger = logging.getLogger("parcours.tick")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _lines(verdict: "Verdict") -> list[str]:
    filed = verdict.filed
    if verdict.is_ok:
        return [f"ok      {filed.journey_id}: {filed.case.case}"]
    lines = [f"FAILED  {filed.journey_id}: {filed.case.case} ({filed.file}:{filed.line})"]
    pairs = [("expected", "came"), *((each.expected, each.came) for each in verdict.differences)]
    width = max(len(expected) for expected, _ in pairs)
    lines += [f"        {expected.ljust(width)}   {came}" for expected, came in pairs]
    return lines + ([f"        {verdict.hint}"] if verdict.hint else [])


def _summary(verdicts: "list[Verdict]") -> str:
    if not verdicts:
        return "no test cases (write journeys/<id>.test.yaml)"
    counts = Counter(verdict.is_ok for verdict in verdicts)
    failed = f", {counts[False]} failed" if counts[False] else ""
    return f"{plural(len(verdicts), 'case')}: {counts[True]} ok{failed}"
