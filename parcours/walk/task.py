"""What a walk is given, and what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from parcours.definition.channels import Channel
from parcours.walk.agenda import Change, Pause
from parcours.walk.atoms import Arrival, Atoms, Happening, Integers
from parcours.walk.cells import Ending, Trail
from parcours.walk.channels import Prefix
from parcours.walk.history import Moments
from parcours.walk.jumps import Jumping
from parcours.walk.laid import Laid, lay
from parcours.walk.layers import Passed
from parcours.walk.moves import Moving
from parcours.walk.plan import Version


class Asked(NamedTuple):
    """A question whose answer depends on the moment, or on what who is asked has written in the tick."""

    version: int
    question: int
    moment: int
    """The tick's start where the moment doesn't count."""
    passed: tuple[Passed, ...] = ()
    happening: int = -1
    """Of a question about something that happened: its place among what reaches who is asked."""


@dataclass(frozen=True)
class Counters:
    """What is remembered from tick to tick to hold caps and limits."""

    cap_counts: Mapping[str, int] = field(default_factory=dict)
    window_counts: Mapping[str, int] = field(default_factory=dict)
    days_sent: Mapping[str, tuple[int, dt.date | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Everything that a walk needs. Instants are microseconds.

    `answers` are those of earlier questions: the atoms, sorted, and what each answers.
    `queue_ends` names, for each channel of which only the head of the queue is here, the last that is: (prefix, atom).
    """

    start: int
    until: int
    versions: Sequence[Version]
    atoms: Atoms
    arrivals: Sequence[Arrival]
    channels: Mapping[str, Channel]
    project_zone: str
    zone_names: Sequence[str]
    counters: Counters = Counters()
    changes: Sequence[Change] = ()
    """What befalls all who are inside a journey, in order."""
    forced: Sequence[tuple[int, str]] = ()
    """(moment, journey) of the occurrences that make everybody inside leave first."""
    allow_list_from: Mapping[str, int] = field(default_factory=dict)
    queue_ends: Mapping[str, tuple[Prefix, int]] = field(default_factory=dict)
    answers: Mapping[Asked, tuple[Integers, Integers]] = field(default_factory=dict)
    opened: Mapping[tuple[Asked, int], Moments] = field(default_factory=dict)
    """What of this tick an answer took into account, by question and atom, where there was anything."""
    happenings: Sequence[Happening] = ()
    engagements: Mapping[tuple[int, str], Sequence[int]] = field(default_factory=dict)
    """(atom, message step) -> when a send that the tick may make was opened."""
    pauses: Sequence[Pause] = ()
    names: Sequence[str] = ()
    """Of the atoms: an instance's is its id."""
    bodies: Mapping[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    """(atom, version) -> the atoms that are the same people, once they have moved into the version."""
    jump_reasons: Mapping[str, str | None] = field(default_factory=dict)
    """By entry key what the walk before this one found of those who jump."""


@dataclass(frozen=True)
class Result:
    """`trail_of` gives each atom the number of its trail, -1 where nothing of it is to be written.

    With `asked`, `queues`, `jumping` or `moving` the walk isn't finished: it is to be made again with the answers, more
    of these queues, or these people.
    """

    trail_of: Integers
    trails: list[tuple[Version, Trail | None, Ending]]
    cap_counts: dict[str, int]
    window_counts: dict[str, int]
    days_sent: dict[str, tuple[int, dt.date | None]]
    asked: dict[Asked, Integers]
    opened: Mapping[tuple[Asked, int], Moments]
    """What is to be taken into account besides, where there is anything."""
    queues: frozenset[str]
    jumping: frozenset[Jumping] = frozenset()
    """Entrants that are asked for."""
    moving: frozenset[Moving] = frozenset()
    """Those who move into another version, and are asked for as they are there."""
    jump_reasons: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def laid(self) -> Laid:
        """The rows of the trails."""
        return lay(self.trails)
