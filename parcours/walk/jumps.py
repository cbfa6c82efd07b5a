"""Entering another journey from within one (1.3).

An entrant is made by its jump, so that nobody knows it before: the walk asks for it, and is made again with it. Whether
the other journey lets it in stands in the row of the jump, which comes first: known when the walk is made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from parcours.walk.cells import Cell

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.steps import Jump
    from parcours.walk.walk import Walk

CLOSED = "journey_closed"


class Jumping(NamedTuple):
    """An entrant that is asked for: of whom (the name of an atom), by which key, into which version, and when."""

    name: str
    entry_key: str
    version: int
    moment: int


class Jumps:
    """Who jumps in a walk, and what became of them."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.waiting: dict[str, Cell] = {}
        """By entry key those who are known, and haven't jumped yet."""
        self.key_of: dict[int, str] = {}
        self.asked: set[Jumping] = set()
        self.reasons: dict[str, str | None] = {}
        """By entry key why the other journey didn't let them in; None: it did."""

    def expect(self, key: str, cell: Cell) -> None:
        """One who is known to jump at some moment of the walk."""
        self.waiting[key] = cell
        self.key_of[int(cell.atoms[0])] = key

    def into(self, cell: Cell, move: Jump, at: int) -> list[str | None]:
        """Lets a cell's atoms jump; the reason for which each is rejected, as far as it is known."""
        target = self._target(move.journey, at)
        found: list[str | None] = []
        for atom in cell.atoms:
            name = self.walk.task.names[int(atom)]
            key = f"jump|{name}|{move.id}"
            if target is None:
                found.append(CLOSED)
                continue
            if key in self.waiting:
                self.walk.enter_now(self.waiting.pop(key), at)
            else:
                self.asked.add(Jumping(name, key, target.index, at))
            found.append(self.walk.task.jump_reasons.get(key))
        return found

    def _target(self, journey: str, at: int) -> Version | None:
        """The version that is live at the moment, else the newest that has been published (2.3)."""
        published = [v for v in self.walk.task.versions if v.journey.id == journey and v.published_at <= at]
        live = [version for version in published if version.is_live(at)]
        return max(live or published, key=lambda version: version.journey.version, default=None)

    def judged(self, cell: Cell, reason: str | None) -> None:
        """Notes what became of those of a cell who have jumped."""
        for atom in cell.atoms:
            if int(atom) in self.key_of:
                self.reasons[self.key_of[int(atom)]] = reason
