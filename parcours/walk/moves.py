"""Moving from one version of a journey into another (2.8): they stand there as they stood.

What decides where people go is known by version, so that who moves is somebody else from then on: another atom, or
several, for the same people. Nobody knows before where they stand then. The walk asks for them at that moment, goes no
further, and is made again with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parcours.walk.cells import Cell, Ending
from parcours.walk.layers import Layer, Passed
from parcours.walk.queues import line_up, look_later
from parcours.walk.steps import Message

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


class Moving(NamedTuple):
    """One that is asked for as it is in another version: an atom by its name and version, and what it brings along."""

    alike: str
    version: int
    into: int
    stands_at: str
    passed: tuple[Passed, ...]
    """What it has written in the tick: its layer."""
    looked_up: tuple[str, ...]
    """The lookups that it has passed in the tick, by step."""
    sent: tuple[str, ...]
    """The messages that it has had in the tick, by step."""


class Moves:
    """Who moves in a walk."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.asked: set[Moving] = set()

    def all_into(self, version: Version, at: int) -> None:
        """Everybody inside the journey moves into the version, or leaves where their step isn't there any more."""
        for cell in list(self.walk.standing_by[version.journey.id].values()):
            assert cell.move is not None
            queue = cell.sender
            self.walk.leave(cell)
            new = version.moves.get(cell.move.id)
            if new is None or new.type != cell.move.type:
                self.walk.finish(cell, at, "exited", "step_gone")
                continue
            moved = self._moved(cell, version, at)
            if moved is not None:
                self._stand(moved, at, is_queued=queue is not None, former=cell)

    def _moved(self, cell: Cell, version: Version, at: int) -> Cell | None:
        """The cell as it is in the version; None, and it is asked for, while that isn't known."""
        bodies = [self.walk.task.bodies.get((int(atom), version.index)) for atom in cell.atoms]
        if None in bodies:
            self._ask(cell, version)
            return None
        moved = Cell(version, np.sort(np.concatenate([np.asarray(body, dtype=np.int64) for body in bodies])))
        assert cell.move is not None
        moved.move = version.moves[cell.move.id]
        for name in ("arrived_at", "wakes_at", "is_deferred", "held"):
            setattr(moved, name, getattr(cell, name))
        moved.layer = self._layer(cell)
        moved.rows_before = cell.rows_before + (cell.trail.length if cell.trail else 0)
        moved.note(at, "moved", None, str(cell.version.journey.version))
        self.walk.finished.append((cell, Ending(None, ended_at=at, rows_before=cell.rows_before)))
        return moved

    def _layer(self, cell: Cell) -> Layer:
        """The profile as they have written it is the moved atoms' own; their memberships in the tick come along."""
        brought = cell.version.all_changes_of(cell.layer)
        return Layer(changed=frozenset(f"audience.{audience}" for audience, _ in brought), brought=brought)

    def _ask(self, cell: Cell, version: Version) -> None:
        assert cell.move is not None
        rows = cell.trail.rows() if cell.trail else []
        looked_up = tuple(row.step_id for row in rows if row.step_type == "lookup" and row.outcome == "passed")
        sent = tuple(row.step_id for row in rows if row.outcome == "sent")
        for atom in cell.atoms:
            name = self.walk.task.names[int(atom)]
            self.asked.add(
                Moving(name, cell.version.index, version.index, cell.move.id, cell.layer.passed, looked_up, sent)
            )

    def _stand(self, cell: Cell, at: int, *, is_queued: bool, former: Cell) -> None:
        """A wait keeps its end, and who was held is held, by the time of the first arrival."""
        walk, move = self.walk, cell.move
        walk.plan_timeouts(cell, earliest=at)
        if cell.version.ends_at is not None and cell.version.ends_at <= at:
            walk.end_at_dates(cell.version, at)
        if not isinstance(move, Message):
            walk.go_on_waiting(cell)
        elif is_queued:
            assert isinstance(former.move, Message)
            sender = walk.senders[move.step.channel]
            if move.step.channel == former.move.step.channel:
                line_up(walk, cell, sender)
                look_later(walk, sender, at)
            else:  # the limits that it waited for aren't its own any more
                walk.release_later(cell, at)
        else:
            pause = walk.pause_of(cell, at)
            walk.release_later(cell, at if pause is None else pause.end)
