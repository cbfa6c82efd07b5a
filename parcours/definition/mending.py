"""What is wrong in a part of a file stood in for by something that would be right there, so that all else is checked.

Nothing that was mended is ever used but to look for further mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from parcours.definition.messages import is_key, written_loc
from parcours.definition.problems import Finding, Loc, Mistake

Part = TypeVar("Part")

NOTHING = object()
"""Stands for a key left out."""
STAND_INS = ("stood_in_for", 1, "1d", "true", True, "0 9 * * *", "2026-01-01T00:00:00Z", "2026-01-01", "09:00", "mon")
MOST_TRIES = 500
GOVERNING = frozenset({"channel", "category", "event", "audience", "table", "journey"})
"""Keys by which everything beside them is judged."""


@dataclass(frozen=True)
class Mended(Generic[Part]):
    """A part of a file that can be read now, and the places below it of which nothing can be said."""

    part: Part
    doubtful: frozenset[Loc] = frozenset()

    def certain(self, findings: Iterable[Finding], at: Loc) -> Iterator[Finding]:
        """The findings that don't follow from what was mended in the part, which stands at that place of its file.

        Warnings are left for when there are no errors: many of them hang on what stands beside them.
        """
        for finding in findings:
            is_doubtful = any(_touch(finding.loc, (*at, *place)) for place in self.doubtful)
            if not is_doubtful and not (self.doubtful and finding.is_warning):
                yield finding


def _touch(one: Loc, other: Loc) -> bool:
    """Whether one place is the other, or holds it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def mended(read: Callable[[Any], Part], written: Any) -> Mended[Part] | None:
    """The part as far as it can be read: `read` raises pydantic's ValidationError. None where that is nowhere."""
    try:
        return Mended(read(written))
    except ValidationError as error:
        wrong = _wrong_places(error)
    if () in wrong:
        return None
    choices = [
        [value for value in _values(words) if place not in _left(read, _with(written, [place], [value]))]
        for place, words in wrong.items()
    ]
    for values in islice(product(*choices), MOST_TRIES):
        try:
            part = read(_with(written, list(wrong), list(values)))
        except ValidationError:
            continue
        return Mended(part, frozenset(place[:-1] if place[-1] in GOVERNING else place for place in wrong))
    return None


def _wrong_places(error: ValidationError) -> dict[Loc, list[str]]:
    """Where something is wrong, as the file has it, and the words that are known there, if it takes but some."""
    found: dict[Loc, list[str]] = {}
    for item in error.errors(include_url=False):
        place, context = written_loc(item["loc"]), item.get("ctx", {})
        if isinstance(mistake := context.get("error"), Mistake):
            found |= {(*place, *one.at): [] for one in (mistake, *mistake.further)}
            continue
        words = str(context.get("expected", "")).split("'")[1::2]
        found[place[:-1] if is_key(place[-1:]) else place] = words
    return found


def _left(read: Callable[[Any], Any], written: Any) -> dict[Loc, list[str]]:
    try:
        read(written)
    except ValidationError as error:
        return _wrong_places(error)
    return {}


def _values(words: list[str]) -> list[object]:
    return [NOTHING, *words, *STAND_INS]


def _with(written: Any, places: list[Loc], values: list[object]) -> Any:
    """A copy with these values at these places, as far as there are such places."""
    changed = deepcopy(written)
    for place, value in zip(places, values, strict=True):
        holder = changed
        try:
            for part in place[:-1]:
                holder = holder[part]
            if value is not NOTHING:
                holder[place[-1]] = value
            elif isinstance(holder, dict):
                holder.pop(place[-1], None)
        except (LookupError, TypeError):  # its holder is stood in for itself
            continue
    return changed
