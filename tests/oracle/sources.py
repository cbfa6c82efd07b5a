"""The tables that are loaded (3): merged by key, indexed by moment, and what of them is learnt late (2.1)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from tests.oracle.addresses import comparable, domain
from tests.oracle.clock import UTC, instant, iso
from tests.oracle.values import cast

Row = dict[str, Any]
ALWAYS = dt.datetime.min.replace(tzinfo=UTC)

KEYS = {
    "profiles": ("profile_id",),
    "audience_members": ("audience_id", "profile_id", "entered_at"),
    "events": ("event_id",),
    "suppressions": ("channel", "address", "list"),
}
KNOWN = {
    "profiles": ("email", "phone", "push_token", "timezone", "locale", "is_test", "consents"),
    "audience_members": ("exited_at", "attributes"),
    "events": ("event_type", "profile_id", "event_time", "attributes"),
    "suppressions": ("reason", "added_at"),
}
INSTANTS = ("entered_at", "exited_at", "event_time", "added_at")


class Refused(Exception):
    """A load or a change of life that is refused, and changes nothing."""


class Happening(NamedTuple):
    """What happens to one profile at one moment."""

    events: list[Row]
    starts: list[Row]
    """Stays that start."""
    ends: list[Row]


class Change(NamedTuple):
    """A stay that starts (`enter`) or ends (`exit`): what is taken once, however often the stay is loaded."""

    audience_id: str
    profile_id: str
    entered_at: dt.datetime
    word: str
    exited_at: dt.datetime | None


@dataclass(frozen=True)
class Late:
    """An event, or the start or end of a stay, that is learnt after the tick that held its moment."""

    happened_at: dt.datetime
    word: str
    row: Row

    def order(self) -> tuple[dt.datetime, int, str, str]:
        """By their moments, then events before stays, then by id (2.1)."""
        if self.word == "event":
            return (self.happened_at, 0, self.row["event_id"], "")
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


class Sources:
    def __init__(
        self, event_types: Mapping[str, Mapping[str, str]], profile_types: Mapping[str, str] | None = None
    ) -> None:
        self.event_types = event_types
        self.profile_types = profile_types or {}
        self.tables: dict[str, dict[tuple[Any, ...], Row]] = {table: {} for table in KEYS}
        self.profiles: dict[str, Row] = {}
        self.learnt_at: dict[tuple[str, str, dt.datetime], dt.datetime] = {}
        """By (audience, profile, start) of a stay learnt late: the `from` of the tick that learnt it."""
        self._new_events: list[Row] = []
        self._new_stays: set[tuple[Any, ...]] = set()
        self._taken: set[Change] = set()
        self._index()

    # ---------------------------------------------------------------------------------------------------------- load
    def load(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Merges by the key. A column that the whole load lacks stays as it was; refused as a whole, if at all."""
        rows, stored, new = list(rows), self.tables[table], {}
        columns = {column for row in rows for column in row}
        for raw in rows:
            row = _read(table, raw, columns)
            if table == "profiles":
                row |= {name: cast(row[name], kind) for name, kind in self.profile_types.items() if name in row}
            key = tuple(row.get(column) for column in KEYS[table])
            if None in key:
                raise Refused(f"null key {key} in {table}")
            if table == "events":  # the first row ever loaded stands
                if key not in stored and key not in new:
                    new[key] = {**dict.fromkeys(KNOWN[table]), **row}
            else:  # the last
                new[key] = {**(stored.get(key) or dict.fromkeys(KNOWN[table])), **row}
        if table == "audience_members":
            _refuse_overlaps({**stored, **new}.values())
            self._new_stays |= set(new)
        if table == "events":
            self._new_events += new.values()
        stored.update(new)
        self._index()

    def _index(self) -> None:
        self.profiles = {key[0]: row for key, row in self.tables["profiles"].items()}
        self._events_at, self._starts_at, self._ends_at = defaultdict(list), defaultdict(list), defaultdict(list)
        self._event_times: dict[tuple[str | None, str], list[dt.datetime]] = defaultdict(list)
        self._stays: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self._listed: dict[tuple[str, str], dict[str, dt.datetime]] = defaultdict(dict)
        for event in self.tables["events"].values():
            if event["event_time"] is not None:
                self._events_at[event["event_time"]].append(event)
                self._event_times[event["profile_id"], event["event_type"]].append(event["event_time"])
        for times in self._event_times.values():
            times.sort()
        for stay in self.tables["audience_members"].values():
            self._starts_at[stay["entered_at"]].append(stay)
            if stay["exited_at"] is not None:
                self._ends_at[stay["exited_at"]].append(stay)
            self._stays[stay["audience_id"]][stay["profile_id"]].append(stay)
        for (channel, address, name), row in self.tables["suppressions"].items():
            listed, address = self._listed[channel, name], comparable(channel, address)
            added_at = row["added_at"] or ALWAYS
            listed[address] = min(added_at, listed.get(address, added_at))
        self._moments = sorted({*self._events_at, *self._starts_at, *self._ends_at})

    # ------------------------------------------------------------------------------------------------------- moments
    def moments(self, start: dt.datetime, until: dt.datetime, includes_start: bool) -> list[dt.datetime]:
        """When something happens in (start, until]; from then on it is taken."""
        first = (bisect_left if includes_start else bisect_right)(self._moments, start)
        found = self._moments[first : bisect_right(self._moments, until)]
        for moment in found:
            self._taken.update(change_of(stay, "enter") for stay in self._starts_at.get(moment, ()))
            self._taken.update(change_of(stay, "exit") for stay in self._ends_at.get(moment, ()))
        return found

    def late(self, start: dt.datetime, is_first: bool) -> list[Late]:
        """What was learnt since the last tick, which ended at the start, of moments up to it; in the order of 2.1.

        Before the first tick of all everything is history: taken, and nobody's affair.
        """
        found = [Late(event["event_time"], "event", event) for event in self._new_events if event["event_time"]]
        found = [late for late in found if late.happened_at <= start]
        for stay in (self.tables["audience_members"][key] for key in self._new_stays):
            for word in ("enter", "exit"):
                at, change = moment_of(stay, word), change_of(stay, word)
                if at is not None and at <= start and change not in self._taken:
                    self._taken.add(change)
                    found.append(Late(at, word, stay))
        self._new_events, self._new_stays = [], set()
        if is_first:
            return []
        for late in found:
            if late.word == "enter":
                stay = late.row
                self.learnt_at[stay["audience_id"], stay["profile_id"], stay["entered_at"]] = start
        return sorted(found, key=Late.order)

    def events_at(self, moment: dt.datetime) -> list[Row]:
        return self._events_at.get(moment, [])

    def stays_at(self, moment: dt.datetime, word: str) -> list[Row]:
        return (self._starts_at if word == "enter" else self._ends_at).get(moment, [])

    def happenings(self, moment: dt.datetime) -> dict[str, Happening]:
        """What happens at the moment, by profile."""
        found: dict[str, Happening] = defaultdict(lambda: Happening([], [], []))
        for event in self.events_at(moment):
            if event["profile_id"] is not None:
                found[event["profile_id"]].events.append(event)
        for stay in self.stays_at(moment, "enter"):
            found[stay["profile_id"]].starts.append(stay)
        for stay in self.stays_at(moment, "exit"):
            found[stay["profile_id"]].ends.append(stay)
        return found

    # ----------------------------------------------------------------------------------------------------- questions
    def attributes(self, event: Row) -> Row:
        """The attributes of an event, typed by events.yaml; what doesn't fit is null (1)."""
        types = self.event_types.get(event["event_type"]) or {}
        return {name: cast(value, types.get(name, "string")) for name, value in (event["attributes"] or {}).items()}

    def members(self, audience: str, moment: dt.datetime) -> dict[str, Row]:
        """The stay of each member at the moment, by profile; stays don't overlap, so there is one."""
        of_audience = self._stays[audience].items()
        return {profile: stay for profile, stays in of_audience for stay in stays if is_member_at(stay, moment)}

    def is_member(self, audience: str, profile_id: str, moment: dt.datetime) -> bool:
        return any(is_member_at(stay, moment) for stay in self._stays[audience].get(profile_id, ()))

    def event_count(self, profile_id: str, event_type: str, moment: dt.datetime, length: dt.timedelta) -> int:
        """Events in (moment - length, moment]."""
        times = self._event_times.get((profile_id, event_type), [])
        return bisect_right(times, moment) - bisect_right(times, moment - length)

    def is_listed(self, channel: str, name: str, address: str, moment: dt.datetime) -> bool:
        """Whether the address or its domain stands on the channel's `suppress` or `allow` list at the moment."""
        listed, address = self._listed[channel, name], comparable(channel, address)
        return any(listed[entry] <= moment for entry in (address, domain(address)) if entry in listed)

    def has_allow_list(self, channel: str, moment: dt.datetime) -> bool:
        return any(added_at <= moment for added_at in self._listed[channel, "allow"].values())


def _read(table: str, raw: Mapping[str, Any], columns: set[str]) -> Row:
    """The row with its instants read, and null in the columns that only other rows have."""
    row: Row = {column: raw.get(column) for column in columns}
    for column in columns.intersection(INSTANTS):
        try:
            row[column] = None if row[column] is None else instant(row[column])
        except ValueError as error:
            raise Refused(f"unreadable instant: {error}") from error
    if table == "suppressions":
        row["list"] = row.get("list") or "suppress"
        if row["list"] not in ("suppress", "allow"):
            raise Refused(f"unknown list {row['list']}")
    if table == "events" and row.get("event_id") is not None and row.get("event_time") is None:
        raise Refused("null event_time")
    exited_at = row.get("exited_at")
    if exited_at and row.get("entered_at") and exited_at <= row["entered_at"]:
        raise Refused("exited_at not after entered_at")
    return row


def _refuse_overlaps(stays: Iterable[Row]) -> None:
    of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for stay in stays:
        of[stay["audience_id"], stay["profile_id"]].append(stay)
    for several in of.values():
        several.sort(key=lambda stay: stay["entered_at"])
        for stay, following in pairwise(several):
            if stay["exited_at"] is None or following["entered_at"] < stay["exited_at"]:
                raise Refused("overlapping stays")
