"""What people have received, and opened, within a walk: has_received and the best time to send see it at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from parcours.walk.atoms import NEVER, NONE, Integers
from parcours.walk.cells import Cell
from parcours.walk.received import Received

if TYPE_CHECKING:
    from parcours.walk.questions import Question
    from parcours.walk.walk import Walk

Moments = tuple[int, ...]


class History:
    """The sends of a walk by person, as far as somebody asks for them. A send of a moment isn't before that moment."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.person = walk, walk.atoms.person
        journeys = {journey for version in walk.task.versions for journey in version.received_journeys}
        people = int(self.person.max()) + 1 if len(self.person) else 0
        self.first_sent = {journey: np.full(people, NEVER) for journey in sorted(journeys)}
        self.engaged: dict[tuple[int, str], list[int]] = defaultdict(list)
        """By person and channel when sends of this tick were opened."""

    def sent(self, cell: Cell, channel: str, at: int) -> None:
        """Notes a send to the atoms of a cell, which stands at its message."""
        assert cell.move is not None
        first = self.first_sent.get(cell.version.journey.id)
        if first is not None:
            people = self.person[cell.atoms]
            first[people] = np.minimum(first[people], at)
        if not self.walk.task.engagements:
            return
        for atom in cell.atoms:
            opened = self.walk.task.engagements.get((int(atom), cell.move.id), ())
            # What is dated before its send says nothing.
            self.engaged[int(self.person[atom]), channel] += [moment for moment in opened if moment >= at]

    def places(self, cell: Cell, received: Received, at: int) -> Integers | None:
        """Which variant holds for each atom; None while that isn't known."""
        places = np.zeros(len(cell.atoms), dtype=np.int64)
        for bit, (journey, number) in enumerate(zip(received.journeys, received.firsts, strict=True)):
            before = self.walk.answers.of(cell, number, at)
            if before is None:
                return None
            first = np.minimum(
                np.where(before == NONE, NEVER, before), self.first_sent[journey][self.person[cell.atoms]]
            )
            places |= (first < at).astype(np.int64) << bit
        return places

    def answers(self, cell: Cell, question: Question, at: int) -> Integers | None:
        """The answers to a question that has a variant for everything that may have been received."""
        places = self.places(cell, question.received, at)
        if places is None:
            return None
        found = np.full(len(cell.atoms), NONE)
        is_known = True
        for place in np.unique(places):
            mine = places == place
            answers = self.walk.answers.of(cell.part(mine), question.variants[int(place)], at)
            if answers is None:
                is_known = False
            else:
                found[mine] = answers
        return found if is_known else None

    def opened(self, cell: Cell, channel: str, at: int) -> dict[int, Moments]:
        """By atom when sends of this tick were opened before the moment; whoever opened none isn't there."""
        if not self.engaged:
            return {}
        found = {}
        for atom in cell.atoms:
            moments = self.engaged.get((int(self.person[atom]), channel), ())
            before = tuple(sorted(moment for moment in moments if moment < at))
            if before:
                found[int(atom)] = before
        return found
