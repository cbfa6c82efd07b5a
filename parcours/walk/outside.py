"""What happens to people from outside while they are inside: it ends them, or wakes those who listen for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from parcours.walk.cells import Cell
from parcours.walk.steps import Listen

if TYPE_CHECKING:
    from parcours.walk.walk import Walk

Signals = Mapping[int, set[int]]
"""By atom the signals that reach it at one moment."""


class Outside:
    """The signals of a walk by moment, and where the atoms that they reach stand."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.at: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.late: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        """By their places among what was learnt late (2.1)."""
        self.is_reached = np.zeros(len(walk.atoms), dtype=bool)
        self.place: dict[int, Cell] = {}
        for atom, signal, at, late in walk.task.happenings:
            (self.at[at] if late is None else self.late[late])[atom].add(signal)
            self.is_reached[atom] = True

    def note(self, cell: Cell) -> None:
        """Keeps where those stand whom a signal reaches."""
        for atom in cell.atoms[self.is_reached[cell.atoms]]:
            self.place[int(atom)] = cell

    def take_late(self, number: int, at: int) -> None:
        """What was learnt late: it ends, then wakes, as if it happened at the tick's start."""
        if number in self.late:
            self.end(self.late[number], at)
            self.wake(self.late[number], at, is_late=True)
            self.walk.rounds(at)

    def end(self, signals: Signals, at: int) -> None:
        """Ends whoever meets a criterion of exit_when, by the first listed."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        cells: dict[int, Cell] = {}
        for atom, own in sorted(signals.items()):
            cell = self._standing(atom)
            if cell is None:
                continue
            criterion = next((exit.id for exit in cell.version.exits if not own.isdisjoint(exit.signals)), None)
            if criterion is not None:
                found[id(cell), criterion].append(atom)
                cells[id(cell)] = cell
        for (number, criterion), atoms in found.items():
            self.walk.finish(self._taken_out(cells[number], atoms), at, "exited", criterion)

    def wake(self, signals: Signals, at: int, *, is_late: bool = False) -> None:
        """Takes whoever listens on, by the first listed path; a listen hears what happens after the arrival (2.3)."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        cells: dict[int, Cell] = {}
        for atom, own in sorted(signals.items()):
            cell = self._standing(atom)
            if cell is None or not isinstance(cell.move, Listen) or not (is_late or cell.arrived_at < at):
                continue
            label = cell.move.heard(own)
            if label is not None:
                found[id(cell), label].append(atom)
                cells[id(cell)] = cell
        for (number, label), atoms in found.items():
            woken = self._taken_out(cells[number], atoms)
            assert woken.move is not None
            woken.note(at, "passed", label, "late" if is_late else None)
            self.walk.advance(woken, woken.move.targets[label], at)

    def _standing(self, atom: int) -> Cell | None:
        cell = self.place.get(atom)
        if cell is None or id(cell) not in self.walk.standing_by[cell.version.journey.id]:
            return None
        position = int(np.searchsorted(cell.atoms, atom))
        return cell if position < len(cell.atoms) and cell.atoms[position] == atom else None

    def _taken_out(self, cell: Cell, atoms: list[int]) -> Cell:
        """These atoms of a cell that stands somewhere, standing nowhere any more."""
        which = np.isin(cell.atoms, atoms)
        part = cell.part(which)
        self.walk.shrink(cell, ~which)
        return part
