"""Who is inside the earlier versions of a journey, told before a newer one is published (specification 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from parcours.jobs.commit import versions
from parcours.jobs.committed import Committed, literal
from parcours.jobs.store import Store
from parcours.jobs.telling import plural

FATE = {"stay": "they finish there", "move": "they move to the new one", "exit": "they exit"}


@dataclass(frozen=True)
class Inside:
    """How many stand at a step of a version."""

    version: int
    step_id: str
    count: int


def insiders(store: Store, journey_id: str, version: int) -> list[Inside] | None:
    """Those who are inside versions before this one; None where there is none, or where it is published already."""
    published = [row["version"] for row in versions(store) if row["journey_id"] == journey_id]
    if not published or version <= max(published):
        return None
    where = f"status = 'active' AND mode = 'live' AND journey_id = {literal(journey_id)}"
    rows = Committed(store).counts("journey_instances", where, ("journey_version", "step_id"))
    return [Inside(row["journey_version"], row["step_id"], row["count"]) for row in rows]


def lines(journey_id: str, found: Sequence[Inside], fate: str) -> list[str]:
    """The same in words: one line, and one for each step where somebody stands."""
    if not found:
        return [f"nobody is inside an earlier version of {journey_id}"]
    total = sum(each.count for each in found)
    told = [f"{plural(total, 'instance')} inside earlier versions of {journey_id}: {FATE[fate]}"]
    return told + [f"  version {each.version}, {each.step_id}: {each.count:,}" for each in found]
