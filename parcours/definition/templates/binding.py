"""What a filter is, and how it comes by its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.definition.expressions.terms import Term
from parcours.definition.problems import Mistake, did_you_mean
from parcours.definition.templates.context import Context

Arguments = Mapping[str, Term]
Build = Callable[[Term, Arguments, Context], Term]


@dataclass(frozen=True)
class Filter:
    """One filter: its parameters, by name, with what they are when not given (None: they must be)."""

    parameters: Mapping[str, Term | None]
    build: Build

    def bind(self, name: str, arguments: Sequence[Term], named: Mapping[str, Term]) -> Arguments:
        """The arguments by name; Mistake where one is missing or too many."""
        if len(arguments) > len(self.parameters):
            raise Mistake(f"{name} takes {len(self.parameters)} arguments at most, not {len(arguments)}")
        given = dict(zip(self.parameters, arguments, strict=False))
        for key in named:
            if key not in self.parameters or key in given:
                raise Mistake(f"{name} has no argument {key!r}", did_you_mean(key, self.parameters))
        bound = {**self.parameters, **given, **named}
        missing = [key for key, term in bound.items() if term is None]
        if missing:
            raise Mistake(f"{name} lacks its argument {missing[0]!r}")
        return {key: term for key, term in bound.items() if term is not None}


def written(arguments: Arguments, name: str, kind: type | tuple[type, ...]) -> Any:
    """The value of an argument that must be written out: the text of the message depends on it, not on data."""
    found = arguments[name].literal
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is int):
        raise Mistake(f"{name} must be written out here")
    return found
