"""What the atoms of a cell answer, as far as it is known: what isn't, is asked for, and the walk made again with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from parcours.walk.atoms import NEVER, NONE, Booleans, Integers
from parcours.walk.cells import Cell
from parcours.walk.history import Moments
from parcours.walk.layers import BARE, StayChange
from parcours.walk.task import Asked

if TYPE_CHECKING:
    from parcours.walk.walk import Walk


class Judged(NamedTuple):
    """Columns of `Atoms` for one kind of send."""

    eligibility: Integers
    suppressed_at: Integers
    allowed_at: Integers
    address_group: Integers


class Answers:
    """What is known of who stands where they stand, with what they have written; and what is asked for."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.asked: dict[Asked, list[Integers]] = defaultdict(list)
        """The questions whose answers aren't known yet, and to whom they are put."""
        self.opened: dict[tuple[Asked, int], Moments] = {}
        """What is to be taken into account besides, where there is anything."""

    def of(self, cell: Cell, question: int, at: int, happening: int = -1) -> Integers | None:
        """The answers of a cell's atoms; None, and the question is noted, while they aren't known."""
        what = cell.version.questions[question]
        if what.variants:
            return self.walk.history.answers(cell, what, at)
        is_changed = cell.layer is not BARE and what.is_changed_by(cell.layer)
        if not what.is_open and not is_changed:
            found: Integers = self.walk.atoms.answers[cell.atoms, question]
            return found
        moment, passed = at if what.uses_now else self.walk.task.start, cell.layer.passed if is_changed else ()
        asked = Asked(cell.version.index, question, moment, passed, happening)
        opened = self.walk.history.opened(cell, what.channel, at) if what.channel else {}
        if asked in self.walk.task.answers:
            atoms, answers = self.walk.task.answers[asked]
            places = np.searchsorted(atoms, cell.atoms)
            places = np.minimum(places, len(atoms) - 1)
            if (atoms[places] == cell.atoms).all() and self._took(asked, cell, opened):
                known: Integers = answers[places]
                return known
        self.asked[asked].append(cell.atoms)
        self.opened |= {(asked, atom): moments for atom, moments in opened.items()}
        return None

    def _took(self, asked: Asked, cell: Cell, opened: Mapping[int, Moments]) -> bool:
        """Whether the answers took into account what was opened, no more and no less."""
        if not opened and not self.walk.task.opened:
            return True
        return all(
            self.walk.task.opened.get((asked, atom), ()) == opened.get(atom, ()) for atom in map(int, cell.atoms)
        )

    def judged(self, cell: Cell, send: int) -> Judged | None:
        """What decides whether a cell's atoms may be sent to; None while it isn't known."""
        asked = cell.version.judgings.get(send)
        if asked is None or not cell.version.questions[asked.eligibility].is_changed_by(cell.layer):
            matrices = (getattr(self.walk.atoms, name) for name in Judged._fields)
            return Judged(*(matrix[cell.atoms, send] for matrix in matrices))
        found = [self.of(cell, getattr(asked, name), 0) for name in Judged._fields]
        known = [answers for answers in found if answers is not None]
        if len(known) < len(found):
            return None
        judged = Judged(*known)
        never = {name: np.where(at == NONE, NEVER, at) for name, at in zip(Judged._fields, judged, strict=True)}
        return judged._replace(suppressed_at=never["suppressed_at"], allowed_at=never["allowed_at"])

    def is_member(self, cell: Cell, audience: int, at: int) -> Booleans:
        """Membership of a cell's atoms, with what they have started and ended themselves."""
        changes: tuple[StayChange, ...] = ()
        name = cell.version.audiences[audience]
        if f"audience.{name}" in cell.layer.changed:
            changes = cell.version.changes_of(name, cell.layer)
        return self.walk.atoms.is_member(cell.atoms, audience, at, changes)

    def by_zone(self, cell: Cell, compute: Callable[[str], Any]) -> Any:
        """What `compute` gives for the zone of each atom (1.1: the journey's, or the profile's where it is known).

        None while the zone that they have given themselves isn't known.
        """
        zones, question = self.walk.atoms.zone[cell.atoms], cell.version.zone_question
        if question is not None and cell.version.questions[question].is_changed_by(cell.layer):
            answers = self.of(cell, question, 0)
            if answers is None:
                return None
            zones = answers
        found = np.unique(zones)
        names = [self.walk.task.zone_names[z] if z >= 0 else cell.version.zone for z in found]
        return np.array([compute(name) for name in names])[np.searchsorted(found, zones)]
