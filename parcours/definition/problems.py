"""What is said to the author of a file that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

# Keys that are words of Python, and so have a _ behind them as attributes.
PYTHON_WORDS = ("for", "from", "as")


class UserError(Exception):
    """Something asked for is wrong or can't be done; its text is for people and is shown without a traceback."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place. `file` is relative to the project's folder; an empty `path` is the whole file."""

    file: str
    line: int
    path: str
    what: str
    remedy: str | None = None
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        return where + self.what + (f" ({self.remedy})" if self.remedy else "")

    @property
    def told(self) -> str:
        """The line among others, where a warning says that it is one."""
        place = f"{self.file}:{self.line}: "
        return f"{place}warning: {str(self).removeprefix(place)}" if self.is_warning else str(self)


Loc = tuple[str | int, ...]
"""Where something stands in a file: keys, and places in lists counted from 0."""


@dataclass(frozen=True)
class Finding:
    """Something wrong at a place of one file; that file's `Source` knows its line.

    `on_key` points at the key rather than its value; `text_line` counts from 1 within the text of the value.
    """

    loc: Loc
    what: str
    remedy: str | None = None
    is_warning: bool = False
    on_key: bool = False
    text_line: int | None = None


class DefinitionError(UserError):
    """The only error that a bad file raises. Its text is one line a problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.told for problem in self.problems))


class Mistake(ValueError):
    """A value that can't be read: what is wrong with it, what to write instead, and where below the value it stands.

    `further` are others of the same value.
    """

    def __init__(self, what: str, remedy: str | None = None, *, at: Loc = (), further: Iterable[Mistake] = ()) -> None:
        self.further = tuple(further)
        self.what = what
        self.remedy = remedy
        self.at = at
        super().__init__(what + (f" ({remedy})" if remedy else ""))


def closest(word: str, known: Iterable[str], *, at_least: float = 0.6) -> str | None:
    """The known word that was probably meant, or None where none is so alike, from 0 to 1."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=at_least)), None)


def did_you_mean(word: str, known: Iterable[str], *, at_least: float = 0.6) -> str | None:
    """`did you mean 'steps'?`, or None where nothing known is close."""
    close = closest(word, known, at_least=at_least)
    return f"did you mean '{close}'?" if close else None


def exactly_one(model: object, *keys: str) -> None:
    """Raises a Mistake unless one of the keys, and only one, holds a value."""
    given = [key for key in keys if getattr(model, f"{key}_" if key in PYTHON_WORDS else key) is not None]
    if not given:
        raise Mistake(f"no {one_of(keys)}", "write one of them")
    if len(given) > 1:
        raise Mistake(
            f"{', '.join(given[:-1])} and {given[-1]} exclude each other", "write one of them", at=(given[-1],)
        )


def one_of(words: Iterable[str]) -> str:
    """`second, minute or hour`."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def shown(value: object) -> str:
    """A value as it is quoted in a message: the author's own spelling, cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..." + (text[-1] if isinstance(value, str) else "")
