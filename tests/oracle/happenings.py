"""What happens to profiles at a moment, and what of it is learnt late (2.1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from tests.oracle.clock import iso
from tests.oracle.tables import Row


class Happening(NamedTuple):
    """What happens to one profile at one moment."""

    events: list[Row]
    starts: list[Row]
    """Stays that start."""
    ends: list[Row]
    feedback: list[Row]
    """What became of sends to the profile."""

    @classmethod
    def nothing(cls) -> Happening:
        return cls([], [], [], [])

    def rows(self, word: str) -> list[Row]:
        """The part that a word means: event, enter, exit or feedback."""
        return {"event": self.events, "enter": self.starts, "exit": self.ends, "feedback": self.feedback}[word]


class Change(NamedTuple):
    """A stay that starts (`enter`) or ends (`exit`): what is taken once, however often the stay is loaded."""

    audience_id: str
    profile_id: str
    entered_at: dt.datetime
    word: str
    exited_at: dt.datetime | None


@dataclass(frozen=True)
class Late:
    """An event, the start or end of a stay, or a feedback, that is learnt after the tick that held its moment."""

    happened_at: dt.datetime
    word: str
    row: Row

    def order(self) -> tuple[dt.datetime, int, str, str]:
        """By their moments, then events before stays, then by id (2.1); feedback, of which 2.1 is silent, last."""
        if self.word == "event":
            return (self.happened_at, 0, self.row["event_id"], "")
        if self.word == "feedback":
            return (self.happened_at, 2, self.row["feedback_id"], "")
        return (self.happened_at, 1, stay_key(self.row, self.word), self.row["profile_id"])


def moment_of(stay: Row, word: str) -> dt.datetime | None:
    at: dt.datetime | None = stay["entered_at"] if word == "enter" else stay["exited_at"]
    return at


def stay_key(stay: Row, word: str) -> str:
    """The entry key of a qualification."""
    at = moment_of(stay, word)
    assert at is not None
    return f"{stay['audience_id']}|{word}|{iso(at)}"


def change_of(stay: Row, word: str) -> Change:
    exited_at = stay["exited_at"] if word == "exit" else None
    return Change(stay["audience_id"], stay["profile_id"], stay["entered_at"], word, exited_at)


def is_member_at(stay: Row, moment: dt.datetime) -> bool:
    return stay["entered_at"] <= moment and (stay["exited_at"] is None or moment < stay["exited_at"])
