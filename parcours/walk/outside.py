"""What happens to people from outside while they are inside: it ends them, or wakes those who listen for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from parcours.walk.atoms import Happening
from parcours.walk.cells import Cell
from parcours.walk.steps import Listen

if TYPE_CHECKING:
    from parcours.walk.walk import Walk

Signals = Mapping[int, Sequence[Happening]]
"""By atom what reaches it at one moment."""


class Outside:
    """The signals of a walk by moment, and where the atoms that they reach stand."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.at: dict[int, dict[int, list[Happening]]] = defaultdict(lambda: defaultdict(list))
        self.late: dict[int, dict[int, list[Happening]]] = defaultdict(lambda: defaultdict(list))
        """By their places among what was learnt late (2.1)."""
        self.is_reached = np.zeros(len(walk.atoms), dtype=bool)
        self.place: dict[int, Cell] = {}
        for each in walk.task.happenings:
            (self.at[each.at] if each.late is None else self.late[each.late])[each.atom].append(each)
            self.is_reached[each.atom] = True

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
        for atom, happenings in sorted(signals.items()):
            cell = self._standing(atom)
            if cell is None:
                continue
            counting = self._counting(cell, happenings, at)
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
        for atom, happenings in sorted(signals.items()):
            cell = self._standing(atom)
            if cell is None or not isinstance(cell.move, Listen) or not (is_late or cell.arrived_at < at):
                continue
            label = cell.move.heard(self._counting(cell, happenings, at))
            if label is not None:
                found[id(cell), label].append(atom)
                cells[id(cell)] = cell
        for (number, label), atoms in found.items():
            woken = self._taken_out(cells[number], atoms)
            assert woken.move is not None
            woken.note(at, "passed", label, "late" if is_late else None)
            self.walk.advance(woken, woken.move.targets[label], at)

    def _counting(self, cell: Cell, happenings: Sequence[Happening], at: int) -> set[int]:
        """The signals whose `where` is true, with what the atom has received and written so far.

        One that is asked for doesn't count until it is known: the walk is made again.
        """
        found = set()
        for each in happenings:
            signal, allows, place = cell.version.signals[each.signal], each.allows, 0
            if signal.question is not None and cell.version.questions[signal.question].is_changed_by(cell.layer):
                answers = self.walk.answers.of(_only(cell, each.atom), signal.question, at, each.place)
                allows = 0 if answers is None else max(0, int(answers[0]))
            if signal.received.journeys:
                places = self.walk.history.places(_only(cell, each.atom), signal.received, at)
                if places is None:
                    continue
                place = int(places[0])
            if allows >> place & 1:
                found.add(each.signal)
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


def _only(cell: Cell, atom: int) -> Cell:
    """A cell of one of a cell's atoms."""
    return cell.part(np.array([np.searchsorted(cell.atoms, atom)]))
