"""Questions about a person, whose answers decide where they go."""

from __future__ import annotations

from dataclasses import dataclass

from parcours.walk.layers import Layer
from parcours.walk.received import NOTHING, Received


@dataclass(frozen=True)
class Question:
    """Something about a person that decides where they go: Spark SQL text of a BIGINT; null is the answer «none».

    Most are asked of everybody at once. With `uses_now` the answer depends on the moment (`__now`), and it is asked
    when that is known; with `looks_back` on what a profile was sent before the tick, read only of those who ask.
    Who has changed in the tick what it `reads` (`profile.<column>`, `audience.<id>`, the column of a lookup) is asked
    anew; some questions are for nobody else (`is_of_changed`).
    """

    sql: str
    uses_now: bool = False
    looks_back: bool = False
    channel: str | None = None
    """Whose messages that were opened in this very tick count besides."""
    variants: tuple[int, ...] = ()
    """In place of a text: the questions of which `received` says which one is to be asked."""
    received: Received = NOTHING
    reads: frozenset[str] = frozenset()
    is_of_changed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is asked in the midst of the walk."""
        return self.uses_now or self.looks_back or self.is_of_changed

    def is_changed_by(self, layer: Layer) -> bool:
        """Whether those of the layer may answer otherwise than as they stood when the tick began."""
        return not self.reads.isdisjoint(layer.changed)
