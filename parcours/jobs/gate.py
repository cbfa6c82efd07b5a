"""How the jobs without Spark, the gates of a DAG, are asked and answer: one line of JSON on standard output."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from parcours.definition.problems import UserError
from parcours.definition.times import parse_instant
from parcours.expectations.suites import figures_suite

DONE, FAILED, WRONG = 0, 1, 2


class GateFailed(UserError):
    """What a gate looks at isn't as it must be: nothing wrong with the question, and a later look may find it right."""


@dataclass(frozen=True)
class Asked:
    """The project, and the tick in question: the one that ends at `until`, or all after `since` up to it."""

    folder: Path
    until: datetime
    since: datetime | None


def asked(name: str, argv: Sequence[str] | None) -> Asked:
    """The arguments of a gate."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--project", type=Path, required=True, help="the project's folder")
    parser.add_argument("--until", required=True, help="end of the tick, ISO 8601")
    parser.add_argument("--since", default="", help="ticks that ended after this count too; only that one unless given")
    given = parser.parse_args(argv)
    since = parse_instant(given.since, "UTC") if given.since else None
    return Asked(given.project, parse_instant(given.until, "UTC"), since)


def judge(name: str, figures: Mapping[str, int]) -> None:
    """GateFailed with every figure that isn't 0, each the number of rows that break what it is called by.

    Great Expectations says so; its seconds are spent only where there is something to judge.
    """
    if not figures:
        return
    from parcours.expectations.check import failures_of_figures

    failed = failures_of_figures(figures, figures_suite(name, dict.fromkeys(figures, 0.0)))
    if failed:
        raise GateFailed("\n".join(f"{each.says}: not so of {figures[each.says]}" for each in failed))


def answer(work: Callable[[], Any]) -> int:
    """Prints what the work returns as JSON, its log on standard error; returns the exit status."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    try:
        found = work()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED if isinstance(error, GateFailed) else WRONG
    sys.stdout.write(json.dumps(found, default=str) + "\n")
    return DONE
