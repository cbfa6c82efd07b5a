"""What a random step of a random journey may name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.choices import Choices
from tests.random_cases.scope import Scope

Step = dict[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """What a step of the journey may name."""

    choices: Choices
    scope: Scope
    has_event: bool
    is_read: bool
    channels: tuple[str, ...]
    later: tuple[str, ...] = ("end",)
    """Targets that make no circle."""
    targets: tuple[str, ...] = ()
    """Event journeys to which one may jump."""
    earlier: tuple[Step, ...] = ()
    """The steps before it in the list."""

    def target(self) -> Step:
        """A `next`, or none: then it is the following step."""
        return {"next": self.choices.pick(self.later)} if self.choices.chance(30) else {}
