"""The people of a tick as narrow columns: what decides where they go, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parcours.walk.layers import StayChange, is_member

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max
"""An instant later than all others: what never happens."""
ALWAYS = np.iinfo(np.int64).min
NONE = np.iinfo(np.int64).min
"""No answer: SQL's null in a column of integers."""


@dataclass(frozen=True)
class Atoms:
    """Columns over atoms, in the order of `instance_id`; an atom of several people has none and is never cut.

    Instants are microseconds; `NONE` is null. A matrix has a second dimension, numbered by the plan of the version.
    """

    count: Integers
    """How many people the atom stands for."""
    entered_at: Integers
    """Moment of entry; of entrants set when they are admitted."""
    occurrence: Integers
    """Number of the occurrence by which the instance entered; 0 for none."""
    zone: Integers
    """Index into the names of known zones; -1: the journey's."""
    answers: Integers
    """Matrix: the answer to each question of the plan."""
    eligibility: Integers
    """Matrix: index into `ELIGIBILITY` for each kind of send of the plan, as the profile stands."""
    suppressed_at: Integers
    """Matrix: the instant from which the address of that kind of send is suppressed."""
    allowed_at: Integers
    """Matrix: the instant from which it stands on the allow-list."""
    address_group: Integers
    """Matrix: equal numbers share an address within one occurrence; NONE: nobody shares it."""
    member: Booleans
    """Matrix: whether the profile is a member of each audience of the plan at the tick's start."""
    flips: dict[tuple[int, int], tuple[int, ...]]
    """(atom, audience) -> moments in the tick at which that membership starts or ends."""
    has_profile: Booleans
    is_inside: Booleans
    """Whether the profile is inside this journey when the tick begins."""
    last_entry_at: Integers
    """The profile's last entry into this journey before the tick."""
    pair: Integers
    """Number of the (journey, profile) where more than one atom of the tick belongs to it; else -1."""
    person: Integers
    """Number of the profile where somebody asks what it has received; else -1."""

    def __len__(self) -> int:
        return len(self.count)

    def is_member(self, atoms: Integers, audience: int, instant: int, changes: tuple[StayChange, ...] = ()) -> Booleans:
        """Membership of each of these atoms at the instant (entered_at <= instant < exited_at).

        `changes` are those that they themselves have made in the tick, in order.
        """
        found: Booleans = self.member[atoms, audience].copy()
        if self.flips or changes:
            for position, atom in enumerate(atoms):
                flips = self.flips.get((int(atom), audience), ())
                found[position] = is_member(bool(found[position]), flips, changes, instant)
        return found


ELIGIBILITY = ("", "no_address", "malformed_address", "no_consent")
"""Reasons of specification 2.5, 1, that follow from the profile alone; the first is none."""


class Happening(NamedTuple):
    """A signal that reaches an atom."""

    atom: int
    signal: int
    at: int
    late: int | None = None
    """Its place among what was learnt late, all at the tick's start, one after another."""
    allows: int = 1
    """Bit k: it counts where variant k of the signal's `received` holds, for the profile as the tick found it."""
    place: int = 0
    """Its place among the signals that reach the atom."""


@dataclass(frozen=True)
class Arrival:
    """Atoms of one version that come in, or stand somewhere, alike when the tick begins."""

    version: int
    atoms: Integers
    moment: int | None = None
    """When they would enter; None: they are inside."""
    late: int | None = None
    """Their place among what was learnt late, all at the tick's start, one after another."""
    step_id: str | None = None
    arrived_at: int | None = None
    wakes_at: int | None = None
    is_deferred: bool = False
    held: str | None = None
    jump: str | None = None
    """The entry key of one that jumps in from another journey: when it does is known once it does."""
