"""The steps of a journey as a graph: every target is there, every step can be reached, nothing goes in a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from parcours.definition.drafts import Draft
from parcours.definition.journeys import Journey
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.steps import AnyStep

# `end` is a target; `entry` is where outcomes say that an instance entered.
RESERVED = ("end", "entry")


def check_graph(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the steps as a whole. Ways are followed only where all of them could be read."""
    before = 0
    for finding in (*_check_ids(draft), *_check_targets(draft)):
        before += 1
        yield finding
    if draft.whole is not None and not before:
        yield from _check_ways({step.id: _ways(step, draft.whole) for step in draft.whole.steps})


def _check_ids(draft: Draft) -> Iterator[Finding]:
    places: dict[str, int] = {}
    for place, name in enumerate(draft.step_ids):
        if name in RESERVED:
            yield Finding(("steps", place, "id"), f"'{name}' is reserved", "give the step another id")
        elif name is not None and name in places:
            first = f"also the id of steps[{places[name]}]"
            yield Finding(("steps", place, "id"), f"step '{name}' stands twice", first)
        elif name is not None:
            places[name] = place


def _check_targets(draft: Draft) -> Iterator[Finding]:
    for place, step in draft.steps:
        yield from check_targets(step, ("steps", place), draft)


def check_targets(step: AnyStep, at: Loc, draft: Draft) -> Iterator[Finding]:
    """Where a step leads and there is nothing."""
    targets = {name for name in draft.step_ids if name is not None} | {"end"}
    for loc, target in written_targets(step):
        if target not in targets:
            remedy = did_you_mean(target, targets) or "write the id of a step, or end"
            yield Finding((*at, *loc), f"no step '{target}'", remedy)


def written_targets(step: AnyStep) -> Iterator[tuple[Loc, str]]:
    """The targets that the author wrote, each with where it stands in the step."""
    for key in ("next", "otherwise", "on_excluded", "on_timeout", "on_error"):
        if (target := getattr(step, key, None)) is not None:
            yield (key,), target
    for key in ("paths", "arms"):
        for place, path in enumerate(getattr(step, key, ())):
            if path.next is not None:
                yield (key, place, "next"), path.next


def _ways(step: AnyStep, journey: Journey) -> set[str]:
    """All targets, those of a label that stands twice included: that has been told, and hides no way."""
    labelled = (path.next for key in ("paths", "arms") for path in getattr(step, key, ()))
    return {*journey.targets(step).values(), *(journey.next_of(step, target) for target in labelled)}


def steps_before(step_id: str, journey: Journey) -> set[str]:
    """The steps from which some way leads to the step."""
    ways = {step.id: set(journey.targets(step).values()) for step in journey.steps}
    found, ahead = set[str](), [step_id]
    while ahead:
        target = ahead.pop()
        sources = {source for source, targets in ways.items() if target in targets} - found
        found |= sources
        ahead += sources
    return found


def steps_around(step_id: str, journey: Journey) -> set[str]:
    """The steps to which some way leads that doesn't pass the step."""
    ways = {step.id: set(journey.targets(step).values()) for step in journey.steps}
    found, ahead = set[str](), [journey.steps[0].id]
    while ahead:
        here = ahead.pop()
        if here != step_id and here not in found:
            found.add(here)
            ahead += ways.get(here, ())
    return found - {"end"}


def _check_ways(ways: dict[str, set[str]]) -> Iterator[Finding]:
    """Steps in the order of the file, the first one being where everybody starts."""
    names = list(ways)
    circle = _circle(ways)
    if circle:
        remedy = "let one of them go elsewhere; a journey is entered anew to repeat it"
        yield Finding(("steps", names.index(circle[0])), f"steps in a circle: {' -> '.join(circle)}", remedy)
    reached, ahead = {names[0]}, [names[0]]
    while ahead:
        found = ways[ahead.pop()] - reached - {"end"}
        reached |= found
        ahead += found
    for place, name in enumerate(names):
        if name not in reached:
            yield Finding(("steps", place), f"step '{name}' can't be reached", "let a step before it go there")


def _circle(ways: dict[str, set[str]]) -> list[str]:
    """One circle, beginning and ending with its first step in the file; empty where there is none."""
    order = list(ways)
    incoming = Counter(target for targets in ways.values() for target in targets)
    free = [name for name in order if not incoming[name]]
    rest = dict(ways)
    while free:
        for target in rest.pop(free.pop()):
            incoming[target] -= 1
            if target in rest and not incoming[target]:
                free.append(target)
    # Whoever is left stands in a circle, or behind one: going back from it leads into the circle.
    ends_nowhere = [name for name in rest if not ways[name] & rest.keys()]
    while ends_nowhere:
        rest = {name: targets for name, targets in rest.items() if name not in ends_nowhere}
        ends_nowhere = [name for name in rest if not ways[name] & rest.keys()]
    if not rest:
        return []
    trail = [next(iter(rest))]
    while trail[-1] not in trail[:-1]:
        trail.append(min(ways[trail[-1]] & rest.keys(), key=order.index))
    circle = trail[trail.index(trail[-1]) : -1]
    first = circle.index(min(circle, key=order.index))
    circle = circle[first:] + circle[:first]
    return [*circle, circle[0]]
