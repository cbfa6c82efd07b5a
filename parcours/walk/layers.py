"""What an instance has written in the tick, and sees at once, while others see it from the next tick on (2.1).

Once the tick is committed it is merged into profiles and audiences, so that a layer never outlasts a tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Passed(NamedTuple):
    """A step that the instance has passed in the tick, and that changes what it sees: an update, or a lookup by one."""

    step: str
    at: int


class StayChange(NamedTuple):
    """A membership that a journey starts (or ends) at a moment."""

    at: int
    is_added: bool


@dataclass(frozen=True)
class Layer:
    """The steps, in their order, and the names of what they changed (`profile.<column>`, `audience.<id>`, …)."""

    passed: tuple[Passed, ...] = ()
    changed: frozenset[str] = frozenset()
    brought: tuple[tuple[str, StayChange], ...] = ()
    """Changes of memberships, by audience, that were made in another version, before a move."""

    def after(self, step: str, at: int, changed: frozenset[str]) -> Layer:
        """The layer once another such step has been passed."""
        return Layer((*self.passed, Passed(step, at)), self.changed | changed, self.brought)


BARE = Layer()
"""Of who has written nothing yet."""


def is_member(at_start: bool, flips: tuple[int, ...], changes: tuple[StayChange, ...], instant: int) -> bool:
    """Membership at the instant, from that at the tick's start, the moments at which it flips, and own changes.

    One who is a member already stays one as before, and who isn't one can't leave; a stay that is started lasts until
    the next one begins, and one that is ended leaves the next one as it is.
    """
    inside = is_known = at_start  # is_known: the stay that holds is the one that flips
    is_start = not at_start
    timeline = [(at, 0, True) for at in flips] + [(change.at, 1, change.is_added) for change in changes]
    for at, own, is_added in sorted(timeline, key=lambda one: one[:2]):  # stable: of one moment as they came
        if at > instant:
            break
        if own:
            is_known = is_known and is_added
            inside = is_added
            continue
        if is_start:
            inside = is_known = True
        elif is_known:
            inside = is_known = False
        is_start = not is_start
    return inside
