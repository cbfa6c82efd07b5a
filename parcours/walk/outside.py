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

Signals = Mapping[int, Mapping[int, int]]
"""By atom the signals that reach it at one moment, each with what it `allows` (Happening)."""


class Outside:
    """The signals of a walk by moment, and where the atoms that they reach stand."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.at: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        self.late: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        """By their places among what was learnt late (2.1)."""
        self.is_reached = np.zeros(len(walk.atoms), dtype=bool)
        self.place: dict[int, Cell] = {}
        for atom, signal, at, late, allows in walk.task.happenings:
            own = (self.at[at] if late is None else self.late[late])[atom]
            own[signal] = own.get(signal, 0) | allows
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
            counting = self._counting(cell, atom, own, at)
            criterion = next((exit.id for exit in cell.version.exits if not counting.isdisjoint(exit.signals)), None)
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
            label = cell.move.heard(self._counting(cell, atom, own, at))
            if label is not None:
                found[id(cell), label].append(atom)
                cells[id(cell)] = cell
        for (number, label), atoms in found.items():
            woken = self._taken_out(cells[number], atoms)
            assert woken.move is not None
            woken.note(at, "passed", label, "late" if is_late else None)
            self.walk.advance(woken, woken.move.targets[label], at)

    def _counting(self, cell: Cell, atom: int, own: Mapping[int, int], at: int) -> set[int]:
        """Those of the signals whose `where` is true, with what the atom has received so far."""
        found = set()
        for signal, allows in own.items():
            received, place = cell.version.signals[signal].received, 0
            if received.journeys:
                places = self.walk.history.places(cell.part(cell.atoms == atom), received, at)
                if places is None:
                    continue  # asked: the walk is made again
                place = int(places[0])
            if allows >> place & 1:
                found.add(signal)
        return found

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
