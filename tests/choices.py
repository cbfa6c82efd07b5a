"""Where random cases get their choices from: Hypothesis, which shrinks them, or a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """Of every choice the first, or the lowest, is the simplest: what Hypothesis shrinks to."""

    def number(self, lowest: int, highest: int) -> int: ...

    def pick(self, options: Sequence[T]) -> T: ...

    def chance(self, percent: int) -> bool:
        """True that often."""
        ...


@dataclass(frozen=True)
class Drawn:
    """Choices that Hypothesis draws."""

    draw: Callable[[st.SearchStrategy[Any]], Any]

    def number(self, lowest: int, highest: int) -> int:
        return int(self.draw(st.integers(lowest, highest)))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent


@dataclass(frozen=True)
class Seeded:
    """Choices that follow from a seed."""

    random: random.Random

    def number(self, lowest: int, highest: int) -> int:
        return self.random.randint(lowest, highest)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent
