"""The rows of trails as numbers: where nearly each of many people has a trail of their own, few rows differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.walk.atoms import Integers
from parcours.walk.cells import Row, Trail

if TYPE_CHECKING:
    from parcours.walk.plan import Version


@dataclass(frozen=True)
class Laid:
    """Each row that differs from all others once, with its version; and which of them each trail has, in order.

    Those of trail t are `rows[k]` for k in `order[starts[t] : starts[t + 1]]`.
    """

    rows: list[tuple[Version, Row]]
    order: Integers
    starts: Integers

    def of(self, trail: int) -> list[int]:
        """The numbers of a trail's rows."""
        numbers: list[int] = self.order[self.starts[trail] : self.starts[trail + 1]].tolist()
        return numbers

    def counted(self, people: Integers) -> Integers:
        """How many have each row, `people` being how many have each trail."""
        each = np.repeat(people, np.diff(self.starts))
        return np.bincount(self.order, weights=each, minlength=len(self.rows)).astype(np.int64)


def lay(trails: Iterable[tuple[Version, Trail | None, Any]]) -> Laid:
    """The rows of these trails as numbers."""
    numbers: dict[tuple[int, Row], int] = {}
    rows: list[tuple[Version, Row]] = []
    # Trails share the objects of what they have in common; all are alive meanwhile, so that an object is known by its
    # address, which is found sooner than a row of eight fields.
    seen: dict[int, int] = {}
    order: list[int] = []
    starts = [0]
    for version, trail, _ in trails:
        for row in trail.rows() if trail else ():
            number = seen.get(id(row))
            if number is None:
                key = (version.index, row)
                number = numbers.get(key)
                if number is None:
                    number = numbers[key] = len(rows)
                    rows.append((version, row))
                seen[id(row)] = number
            order.append(number)
        starts.append(len(order))
    return Laid(rows, np.array(order, dtype=np.int64), np.array(starts, dtype=np.int64))
