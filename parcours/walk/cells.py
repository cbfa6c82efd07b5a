"""Cells: atoms that have done the same so far, and the trail of what they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from parcours.walk.atoms import Booleans, Integers
from parcours.walk.channels import Prefix, Sender
from parcours.walk.layers import BARE, Layer

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.steps import Move


class Row(NamedTuple):
    """One row of `step_outcomes` but for who, and for `sequence`, which follows from its place in the trail."""

    step_id: str
    step_type: str
    outcome: str
    path: str | None
    reason: str | None
    at: int
    queued_at: int | None = None
    """Of a send: when it first came to the message."""
    layer: Layer = BARE
    """What whoever it happened to had written before it in the tick."""


class Trail:
    """A row and all those before it."""

    __slots__ = ("before", "length", "row")

    def __init__(self, before: Trail | None, row: Row) -> None:
        self.before, self.row = before, row
        self.length: int = 1 + (before.length if before else 0)

    def rows(self) -> list[Row]:
        """From the first to the last."""
        found: list[Row] = []
        node: Trail | None = self
        while node:
            found.append(node.row)
            node = node.before
        return found[::-1]


class Cell:
    """Atoms (sorted) of one version that stand at the same place and have the same trail behind them in this tick."""

    __slots__ = (
        "arrived_at",
        "atoms",
        "held",
        "is_deferred",
        "layer",
        "move",
        "prefix",
        "rows_before",
        "sender",
        "timer",
        "trail",
        "version",
        "wakes_at",
    )

    def __init__(self, version: Version, atoms: Integers) -> None:
        self.version, self.atoms = version, atoms
        self.move: Move | None = None
        self.trail: Trail | None = None
        self.layer: Layer = BARE
        """What it has written in this tick."""
        self.arrived_at = 0
        self.wakes_at: int | None = None
        self.is_deferred = False
        self.held: str | None = None
        self.rows_before = 0
        """Of the tick: those of the version from which it moved here."""
        self.sender: Sender | None = None
        self.prefix: Prefix | None = None
        self.timer = 0
        """Counts up whenever the cell goes on, so that what was planned for it before is void."""

    def part(self, which: Booleans | Integers | slice) -> Cell:
        """A new cell of some of the atoms, with the same past."""
        cell = Cell(self.version, self.atoms[which])
        for name in ("move", "trail", "layer", "arrived_at", "wakes_at", "is_deferred", "held", "rows_before"):
            setattr(cell, name, getattr(self, name))
        return cell

    def divide(self, true: Booleans) -> tuple[Cell | None, Cell | None]:
        """Its atoms for which it is true, and the others."""
        if len(true) == 1:  # of many people with a way of their own, nearly all cells are such
            return (self, None) if true[0] else (None, self)
        if true.all():
            return self, None
        if not true.any():
            return None, self
        return self.part(true), self.part(~true)

    def add(self, row: Row) -> None:
        self.trail = Trail(self.trail, row if self.layer is BARE else row._replace(layer=self.layer))

    def note(
        self, at: int, outcome: str, path: str | None = None, reason: str | None = None, queued_at: int | None = None
    ) -> None:
        """Adds a row at the step where the cell stands."""
        assert self.move is not None
        self.add(Row(self.move.id, self.move.type, outcome, path, reason, at, queued_at))


@dataclass(frozen=True)
class Ending:
    """How a trail stands when the tick ends.

    Without a status there is no instance of it: it was never let in, or goes on in another version.
    """

    status: str | None
    reason: str | None = None
    step_id: str | None = None
    ended_at: int | None = None
    arrived_at: int | None = None
    wakes_at: int | None = None
    """When it goes on by itself, timeouts and `ends_at` of the journey left aside."""
    is_deferred: bool = False
    held: str | None = None
    queue: str | None = None
    rows_before: int = 0
    """Of the tick: those of the instance that aren't in the trail, but in that of another version."""

    @staticmethod
    def standing(cell: Cell) -> Ending:
        """Of a cell that stands somewhere."""
        assert cell.move is not None
        return Ending(
            "active",
            None,
            cell.move.id,
            None,
            cell.arrived_at,
            cell.wakes_at,
            cell.is_deferred,
            cell.held,
            cell.sender.channel.name if cell.sender else None,
            cell.rows_before,
        )
