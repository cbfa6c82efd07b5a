"""Jumps between journeys: they lead to journeys that events start, and in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from parcours.definition.checks.known import Known
from parcours.definition.drafts import Draft
from parcours.definition.entries import EventEntry
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.steps import Jump


def check_jump(step: Jump, loc: Loc, known: Known) -> Iterator[Finding]:
    """What is wrong with where a jump leads."""
    here, journey = (*loc, "journey"), step.journey
    if known.journeys is None:
        return
    if journey not in known.journeys:
        remedy = did_you_mean(journey, known.journeys) or f"write journeys/{journey}.yaml"
        yield Finding(here, f"no journey '{journey}'", remedy)
        return
    entry = known.journeys[journey]
    if entry is not None and not isinstance(entry, EventEntry):
        what = f"journey '{journey}' is entered by {entry.type}"
        yield Finding(here, what, "a jump leads to a journey whose entry is of type event")


def check_circles(drafts: Sequence[Draft]) -> Iterator[tuple[str, Finding]]:
    """Each circle of jumps once, with the id of its first journey."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.id, draft)
    jumps = {id: _jumps(draft) for id, draft in first.items()}
    told: set[str] = set()
    for id, targets in jumps.items():
        circle = [] if id in told else _way_back(id, jumps)
        if circle:
            told |= set(circle)
            what = f"journeys in a circle: {' -> '.join(circle)}"
            yield id, Finding(targets[circle[1]], what, "let one of them jump elsewhere, or nowhere")


def _jumps(draft: Draft) -> dict[str, Loc]:
    """The journeys to which a journey jumps, each with where it says so first."""
    found: dict[str, Loc] = {}
    for place, step in draft.steps:
        if isinstance(step, Jump):
            found.setdefault(step.journey, ("steps", place, "journey"))
    return found


def _way_back(start: str, jumps: Mapping[str, Mapping[str, Loc]]) -> list[str]:
    """The shortest way from a journey to itself, both ends included; empty where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for target in jumps.get(way[-1], ()):
            if target == start:
                return [*way, start]
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []
