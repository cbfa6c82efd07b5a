"""The tables that are loaded (3): merged by key, indexed by moment, and what of them is learnt late (2.1)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.oracle.addresses import comparable, domain
from tests.oracle.clock import UTC
from tests.oracle.happenings import Change, Happening, Late, change_of, is_member_at, moment_of
from tests.oracle.tables import FIRST_STANDS, KEYS, KNOWN, Refused, Row, read_row, refuse_overlaps
from tests.oracle.values import cast

ALWAYS = dt.datetime.min.replace(tzinfo=UTC)


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
        self.delivered: dict[str, Row] = {}
        """The deliveries made so far, by id: whose a feedback is, it tells by them."""
        self.others: dict[str, list[Row]] = {}
        """The tables that only lookups read."""
        self._new: dict[str, list[Row]] = {table: [] for table in FIRST_STANDS}
        self._new_stays: set[tuple[Any, ...]] = set()
        self._taken: set[Change] = set()
        self._index()

    # ---------------------------------------------------------------------------------------------------------- load
    def load(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Merges by the key. A column that the whole load lacks stays as it was; refused as a whole, if at all."""
        rows, stored, new = list(rows), self.tables[table], {}
        columns = {column for row in rows for column in row}
        for raw in rows:
            row = read_row(table, raw, columns)
            if table == "profiles":
                row |= {name: cast(row[name], kind) for name, kind in self.profile_types.items() if name in row}
            key = tuple(row.get(column) for column in KEYS[table])
            if None in key:
                raise Refused(f"null key {key} in {table}")
            if table in FIRST_STANDS:
                if key not in stored and key not in new:
                    new[key] = {**dict.fromkeys(KNOWN[table]), **row}
            else:
                new[key] = {**(stored.get(key) or dict.fromkeys(KNOWN[table])), **row}
        if table == "audience_members":
            refuse_overlaps({**stored, **new}.values())
            self._new_stays |= set(new)
        if table in FIRST_STANDS:
            self._new[table] += new.values()
        stored.update(new)
        self._index()

    def replace(self, table: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
        """The whole content of a table that lookups read; what doesn't fit its column is null."""
        self.others[table] = [{name: cast(row.get(name), kind) for name, kind in columns.items()} for row in rows]

    def restay(self, stays: Iterable[Row], gone: Iterable[Row]) -> None:
        """Stays that journeys started or ended (and those that thereby have no length): learnt by the next tick."""
        for stay in gone:
            key = tuple(stay[column] for column in KEYS["audience_members"])
            self.tables["audience_members"].pop(key, None)
            self._new_stays.discard(key)
        for stay in stays:
            key = tuple(stay[column] for column in KEYS["audience_members"])
            self.tables["audience_members"][key] = stay
            self._new_stays.add(key)
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
        self._feedback_at = defaultdict(list)
        for feedback in self.tables["message_feedback"].values():
            if feedback["feedback_at"] is not None:
                self._feedback_at[feedback["feedback_at"]].append(feedback)
        self._moments = sorted({*self._events_at, *self._starts_at, *self._ends_at, *self._feedback_at})

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
        found = [Late(event["event_time"], "event", event) for event in self._new["events"]]
        found += [Late(row["feedback_at"], "feedback", row) for row in self._new["message_feedback"]]
        found = [late for late in found if late.happened_at is not None and late.happened_at <= start]
        for stay in (self.tables["audience_members"][key] for key in self._new_stays):
            for word in ("enter", "exit"):
                at, change = moment_of(stay, word), change_of(stay, word)
                if at is not None and at <= start and change not in self._taken:
                    self._taken.add(change)
                    found.append(Late(at, word, stay))
        self._new, self._new_stays = {table: [] for table in FIRST_STANDS}, set()
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
        found: dict[str, Happening] = defaultdict(Happening.nothing)
        for event in self.events_at(moment):
            if event["profile_id"] is not None:
                found[event["profile_id"]].events.append(event)
        for stay in self.stays_at(moment, "enter"):
            found[stay["profile_id"]].starts.append(stay)
        for stay in self.stays_at(moment, "exit"):
            found[stay["profile_id"]].ends.append(stay)
        for feedback in self._feedback_at.get(moment, ()):
            if feedback["delivery_id"] in self.delivered:
                found[self.delivered[feedback["delivery_id"]]["profile_id"]].feedback.append(feedback)
        return found

    def concerned(self, late: Late) -> str | None:
        """The profile to which it happened; None: to nobody."""
        if late.word != "feedback":
            return late.row["profile_id"]  # type: ignore[no-any-return]
        delivery = self.delivered.get(late.row["delivery_id"])
        return delivery["profile_id"] if delivery else None

    # ----------------------------------------------------------------------------------------------------- questions
    def attributes(self, event: Row) -> Row:
        """The attributes of an event, typed by events.yaml; what doesn't fit is null (1)."""
        types = self.event_types.get(event["event_type"]) or {}
        return {name: cast(value, types.get(name, "string")) for name, value in (event["attributes"] or {}).items()}

    def members(self, audience: str, moment: dt.datetime) -> dict[str, Row]:
        """The stay of each member at the moment, by profile; stays don't overlap, so there is one."""
        of_audience = self._stays[audience].items()
        return {profile: stay for profile, stays in of_audience for stay in stays if is_member_at(stay, moment)}

    def stays(self, audience: str, profile_id: str) -> list[Row]:
        return self._stays[audience].get(profile_id, [])

    def engagements(self, profile_id: str, channel: str, moment: dt.datetime) -> list[dt.datetime]:
        """When the profile opened or clicked a message of the channel, before the moment."""
        return [
            row["feedback_at"]
            for row in self.tables["message_feedback"].values()
            if row["feedback"] in ("opened", "clicked") and row["feedback_at"] is not None
            if row["feedback_at"] < moment and self._is_about(row, profile_id, channel)
        ]

    def _is_about(self, feedback: Row, profile_id: str, channel: str) -> bool:
        """Whether it is of a send of the channel to the profile; what is dated before its send says nothing."""
        delivery = self.delivered.get(feedback["delivery_id"])
        if delivery is None or dt.datetime.fromisoformat(delivery["send_at"]) > feedback["feedback_at"]:
            return False
        return (delivery["profile_id"], delivery["channel"]) == (profile_id, channel)

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
