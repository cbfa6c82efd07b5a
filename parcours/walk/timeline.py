"""What is still to happen in a walk, in order of time."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import Any

LIFE, ENDS, TIMEOUT, EXIT, FORCED, DUE, ENTRY = range(7)
"""What happens at one instant, in this order (2.1)."""


class Timeline:
    """A heap of things, each with its moment, phase and kind; of one phase they come as they were planned."""

    def __init__(self, until: int) -> None:
        self.until = until
        self.heap: list[tuple[int, int, int, str, Any]] = []
        self.pushed = 0

    def push(self, at: int, phase: int, kind: str, thing: Any) -> None:
        """Plans something; what lies after the tick is left to the tick that holds it."""
        if at <= self.until:
            self.pushed += 1
            heapq.heappush(self.heap, (at, phase, self.pushed, kind, thing))

    def holds_any(self, until: int) -> bool:
        """Whether anything is still to happen up to that moment."""
        return bool(self.heap) and self.heap[0][0] <= until

    def pop(self) -> tuple[int, int, dict[str, list[Any]]]:
        """The next moment and phase, and all that happens in it, by kind."""
        at, phase = self.heap[0][:2]
        things: dict[str, list[Any]] = defaultdict(list)
        while self.heap and self.heap[0][:2] == (at, phase):
            *_, kind, thing = heapq.heappop(self.heap)
            things[kind].append(thing)
        return at, phase, things
