"""Who is inside the earlier versions of a journey, told before a newer one is published (specification 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parcours.definition.journeys import Journey, journey_from_json
from parcours.jobs.committed import Committed, literal
from parcours.jobs.store import Store
from parcours.jobs.telling import plural
from parcours.jobs.versions import versions

FATE = {"stay": "they finish there", "move": "they move to the new one", "exit": "they exit"}


@dataclass(frozen=True)
class Inside:
    """How many stand at a step of a version, and what becomes of them."""

    version: int
    step_id: str
    count: int
    fate: str
    """`stay`, `move` or `exit`."""
    why: str | None = None
    """Of who exits though the others move."""


def insiders(store: Store, journey: Journey, fate: str) -> list[Inside] | None:
    """Those who are inside versions before this one; None where there is none, or where it is published already."""
    published = {row["version"]: row for row in versions(store) if row["journey_id"] == journey.id}
    if not published or journey.version <= max(published):
        return None
    where = f"status = 'active' AND mode = 'live' AND journey_id = {literal(journey.id)}"
    rows = Committed(store).counts("journey_instances", where, ("journey_version", "step_id"))
    new, found = _types(journey), []
    for row in rows:
        number, step = row["journey_version"], row["step_id"]
        why = None
        if fate == "move":
            old = _types(journey_from_json(published[number]["definition"])[0])
            why = _why_gone(old[step], new.get(step))
        found.append(Inside(number, step, row["count"], "exit" if why else fate, why))
    return found


def _types(journey: Journey) -> dict[str, str]:
    return {step.id: step.type for step in journey.steps}


def _why_gone(old: str, new: str | None) -> str | None:
    """Why nobody can stand in the new version at the step; None: they can."""
    if new is None:
        return "the new version has no such step"
    return None if old == new else f"the step is a {old} there, and a {new} in the new version"


def lines(journey_id: str, found: Sequence[Inside], fate: str) -> list[str]:
    """The same in words: one line, and one for each step where somebody stands."""
    if not found:
        return [f"nobody is inside an earlier version of {journey_id}"]
    total, gone = sum(each.count for each in found), sum(each.count for each in found if each.why)
    but = f", {gone:,} of them {_exits(gone)}: the step is gone" if gone else ""
    told = [f"{plural(total, 'instance')} inside earlier versions of {journey_id}: {FATE[fate]}{but}"]
    return told + [f"  version {each.version}, {each.step_id}: {each.count:,}{_told(each)}" for each in found]


def _told(each: Inside) -> str:
    return f" {_exits(each.count)}: {each.why}" if each.why else ""


def _exits(count: int) -> str:
    return "exits" if count == 1 else "exit"
