"""Random cases in batches: many in one run of the engine, and which of them went another way than the oracle's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests import engine, oracle
from tests.batching import Case, Rows, merged, renamed, rows_of
from tests.cases import NARROW, Scope, random_case
from tests.comparing import compare
from tests.random_cases.times import hours_after

# The hours at which the ticks of a batch end; the last is the end of a case.
CUTS = ((120,), (30, 60, 120), (9, 10, 73, 74, 120), (48, 49, 120), (24, 48, 72, 96, 120))


def batch_of(number: int, size: int, scope: Scope = NARROW) -> dict[int, Case]:
    """So many cases by their seeds, all with the same ticks and time zone."""
    cuts, zone = CUTS[number % len(CUTS)], ("UTC", "Europe/Paris")[number % 2]
    found: dict[int, Case] = {}
    for seed in range(number * 1000, (number + 1) * 1000):
        case = random_case(seed, scope, cuts=cuts)
        if case["timezone"] == zone and oracle.run(case)["step_outcomes"]:
            found[seed] = case
        if len(found) == size:
            break
    return found


def known_batch_of(number: int, size: int, scope: Scope) -> dict[int, Case]:
    """The same of cases in which all is known beforehand, with one tick each: cut anyhow they leave the same rows."""
    zone = ("UTC", "Europe/Paris")[number % 2]
    found: dict[int, Case] = {}
    for seed in range(number * 1000, (number + 1) * 1000):
        case = random_case(seed, scope, is_known=True)
        if case["timezone"] == zone and oracle.run(case)["step_outcomes"]:
            found[seed] = case
        if len(found) == size:
            break
    return found


def cut_at(case: Case, hours: Sequence[int]) -> Case:
    """A case of one tick with ticks that end at these hours besides."""
    *before, last = case["script"]
    return {**case, "script": [*before, *({**last, "until": hours_after(hour)} for hour in hours), last]}


def side_by_side(cases: Sequence[Case]) -> Case:
    """One case of them all. The first keeps its channels, so that addresses are judged by their kind."""
    return merged([_apart(place, case) for place, case in enumerate(cases)])


def _apart(place: int, case: Case) -> Case:
    channels = {name: f"c{place}_{name}" for name in case["channels"]} if place else {}
    return renamed(case, f"c{place}_", channels)


def differences(
    cases: dict[int, Case], folder: Path, spark: Any, *, hours: Sequence[int] = ()
) -> Iterator[tuple[int, str]]:
    """The seeds of the cases on which the engine and the oracle differ, and where.

    `hours`: the engine's one tick is cut there.
    """
    whole = side_by_side(list(cases.values()))
    ours, theirs = engine.run(cut_at(whole, hours), folder, spark), oracle.run(whole)
    if hours:  # what another instance set is seen from the next tick on (2.1)
        for row in (*ours["profile_updates"], *theirs["profile_updates"]):
            del row["former_value"]
    for place, seed in enumerate(cases):
        found = compare(_part(ours, place), _part(theirs, place))
        if found:
            yield seed, found


def _part(rows: Rows, place: int) -> Rows:
    return rows_of(rows, f"c{place}_")
