"""Who is let in: all who come at one moment, admitted or rejected together, then taking their first steps."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from parcours.definition.journeys import BusinessEvent
from parcours.walk import clock
from parcours.walk.atoms import NONE, Integers
from parcours.walk.cells import Cell, Ending, Row

if TYPE_CHECKING:
    from parcours.walk.walk import Walk

REJECTIONS = (
    "not_in_profiles",
    "journey_closed",
    "outside_dates",
    "journey_paused",
    "already_in_journey",
    "reentry_not_allowed",
    "reentry_too_soon",
    "holdout",
)
"""Reasons of specification 2.3, in the order in which they are looked at."""
HOLDOUT = REJECTIONS.index("holdout")


class Entries:
    """Admission, and who is inside meanwhile of the profiles with several atoms that concern a journey."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        atoms = walk.atoms
        pairs = int(atoms.pair.max()) + 1 if len(atoms) and atoms.pair.max() >= 0 else 0
        self.is_inside = np.zeros(pairs, dtype=bool)
        self.last_entry_at = np.full(pairs, NONE)
        known = atoms.pair >= 0
        np.logical_or.at(self.is_inside, atoms.pair[known], atoms.is_inside[known])
        np.maximum.at(self.last_entry_at, atoms.pair[known], atoms.last_entry_at[known])

    def enter(self, cells: list[Cell], at: int) -> None:
        """Judges all who come at the moment, in order of their ids; then those let in take their first steps."""
        admitted: list[Cell] = []
        wanted = [part for cell in cells if (part := self._wanted(cell, at))]
        for group in self._by_turn(wanted) if wanted else ():
            for cell in group:
                admitted += self._judge(cell, at)
        for cell in admitted:
            self.walk.plan_timeouts(cell)
            self.walk.advance(cell, cell.version.first_step, at)
        self.walk.rounds(at)

    def _wanted(self, cell: Cell, at: int) -> Cell | None:
        """Those whose event satisfies the `where` of the entry, as far as Spark alone couldn't tell."""
        if cell.version.entry_question is None:
            return cell
        answers = self.walk.answers.of(cell, cell.version.entry_question, at)
        if answers is None:
            return None  # asked: the walk is made again
        has_jumped = np.array([int(atom) in self.walk.jumps.key_of for atom in cell.atoms], dtype=bool)
        return cell.divide(has_jumped | (answers == 1))[0]

    def left(self, cell: Cell) -> None:
        """Notes that the instances of a cell are over."""
        pairs = self.walk.atoms.pair[cell.atoms]
        self.is_inside[pairs[pairs >= 0]] = False

    def _by_turn(self, cells: list[Cell]) -> list[list[Cell]]:
        """The cells, cut so that no group has a profile twice for one journey; first those who are first by id."""
        atoms = np.concatenate([cell.atoms for cell in cells])
        pairs = self.walk.atoms.pair[atoms]
        order = np.lexsort((atoms, pairs))
        sorted_pairs = pairs[order]
        starts = np.flatnonzero(np.r_[True, sorted_pairs[1:] != sorted_pairs[:-1]])
        turns = np.empty(len(atoms), dtype=np.int64)
        turns[order] = np.arange(len(atoms)) - np.repeat(starts, np.diff(np.r_[starts, len(atoms)]))
        turns[pairs < 0] = 0
        if not turns.any():
            return [cells]
        groups: dict[int, list[Cell]] = defaultdict(list)
        position = 0
        for cell in cells:
            own = turns[position : position + len(cell.atoms)]
            position += len(cell.atoms)
            for turn in np.unique(own):
                groups[int(turn)].append(cell.part(own == turn))
        return [groups[turn] for turn in sorted(groups)]

    def _judge(self, cell: Cell, at: int) -> list[Cell]:
        """The part of the cell that is let in; the rest is rejected, each with the first reason that applies."""
        reasons = self._reasons(cell, at)
        atoms, pairs = self.walk.atoms, self.walk.atoms.pair[cell.atoms]
        counted = (reasons < 0) | (reasons == HOLDOUT)
        self.last_entry_at[pairs[counted & (pairs >= 0)]] = at
        self.is_inside[pairs[(reasons < 0) & (pairs >= 0)]] = True
        found = []
        for reason in np.unique(reasons):
            part = cell.part(reasons == reason)
            if reason >= 0:
                part.add(Row("entry", "entry", "rejected", None, REJECTIONS[int(reason)], at))
                self.walk.finished.append((part, Ending(None)))
                self.walk.jumps.judged(part, REJECTIONS[int(reason)])
            else:
                atoms.entered_at[part.atoms] = at
                part.add(Row("entry", "entry", "entered", None, "late" if self.walk.is_late else None, at))
                found.append(part)
                self.walk.jumps.judged(part, None)
        return found

    def _reasons(self, cell: Cell, at: int) -> Integers:
        """Index of the reason for each atom; -1 for none."""
        version, atoms = cell.version, self.walk.atoms
        pairs = atoms.pair[cell.atoms]
        coupled = pairs >= 0
        inside = atoms.is_inside[cell.atoms].copy()
        inside[coupled] = self.is_inside[pairs[coupled]]
        last = atoms.last_entry_at[cell.atoms].copy()
        last[coupled] = self.last_entry_at[pairs[coupled]]
        reasons = np.full(len(cell.atoms), -1, dtype=np.int64)

        def reject(name: str, which: np.typing.NDArray[np.bool_] | bool) -> None:
            reasons[(reasons < 0) & which] = REJECTIONS.index(name)

        reject("not_in_profiles", ~atoms.has_profile[cell.atoms])
        reject("journey_closed", not version.is_live(at))
        reject("outside_dates", version.is_outside_dates(at))
        reject("journey_paused", self.walk.pause_of(cell, at) is not None)
        if not isinstance(version.journey.entry, BusinessEvent):  # inside once for each of them, whose ids differ
            reject("already_in_journey", inside)
        if version.has_reentry:
            reentry = version.journey.reentry
            reject("reentry_not_allowed", (last != NONE) & (not reentry.allowed))
            reject("reentry_too_soon", (last != NONE) & (last > at - clock.micros(reentry.after)))
        if version.holdout is not None:
            answers = self.walk.answers.of(cell, version.holdout, at)
            assert answers is not None, "a bucket doesn't depend on the moment"
            reject("holdout", answers == 1)
        return reasons
