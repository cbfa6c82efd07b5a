"""A case told in YAML and little text tables, and what must come of it.

    @spec
    def test_a_wait_ends_to_the_minute() -> Told:
        return Told(
            journey=\"\"\"
              entry: {type: event, event: order_placed}
              steps:
                - {id: pause, type: wait, for: 2h}
            \"\"\",
            profiles=\"\"\"
              profile_id
              ada
            \"\"\",
            events=\"\"\"
              event_time  | event_type   | profile_id
              03-02 09:00 | order_placed | ada
            \"\"\",
            outcomes=\"\"\"
              profile_id | occurred_at | step_id | outcome
              ada        | 03-02 09:00 | entry   | entered
              ada        | 03-02 09:00 | pause   | waiting
              ada        | 03-02 11:00 | pause   | passed
              ada        | 03-02 11:00 | end     | completed
            \"\"\",
        )

Each is run by the oracle and by the engine. Unless a case says otherwise: journeys are published on 03-01 at 00:00, one
tick runs until 03-10 at 00:00, people have the address <profile_id>@shop.example, and only email is there, without
limits. The rows of a table that is told are all there are, in any order; with a column `count` each stands for so many.
`only` names the outcomes that are told.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from tests.spec import tables

Case = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]

EMAIL = {"email": {"address": "profile.email", "consent": "profile.consents['email']"}}


class AsWritten(SafeConstructor):
    """Leaves instants and dates the text that they were."""


AsWritten.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


@dataclass(frozen=True)
class Later:
    """What is loaded, published or changed after a tick, and the end of the next one."""

    until: str
    every: str | None = None
    profiles: str = ""
    members: str = ""
    events: str = ""
    suppressions: str = ""
    journey: str = ""
    changes: str = ""


@dataclass(frozen=True, eq=False)
class Told:
    journey: str
    """YAML; several are parted by `---`. Without an id or a version it is version 1 of `promo`. A key of our own,
    `published`, says when it is published."""
    profiles: str = ""
    """profile_id and further columns; `consents.email` is an entry of the map `consents`."""
    members: str = ""
    """audience_id, profile_id, entered_at (03-01 00:00), exited_at; further columns are attributes."""
    events: str = ""
    """event_time, event_type, profile_id, event_id (e1, e2 ...); further columns are attributes."""
    suppressions: str = ""
    """channel, address, added_at, list (suppress)."""
    changes: str = ""
    """at, change (close, stop), id (promo)."""
    channels: str = ""
    timezone: str = "UTC"
    until: str = "03-10 00:00"
    every: str | None = None
    later: Sequence[Later] = ()
    outcomes: str = ""
    only: Sequence[str] = ()
    sends: str = ""
    instances: str = ""
    names_matter: bool = False
    """Ids of journeys and people stay as they are told, since buckets or the order of ids hang on them."""
    channels_matter: bool = False
    """Channels stay as they are told, since what is well-formed hangs on them."""
    rows: Sequence[Any] = field(default=())
    """Commands that load many rows, for tables too long to be told."""

    def case(self) -> Case:
        """The case as the oracle and the engine read it."""
        stages = [
            Later(
                self.until,
                self.every,
                self.profiles,
                self.members,
                self.events,
                self.suppressions,
                self.journey,
                self.changes,
            ),
            *self.later,
        ]
        script: list[Case] = list(self.rows)
        for number, stage in enumerate(stages):
            script += _commands(stage, number)
        return {
            "timezone": self.timezone,
            "channels": _yaml(self.channels)[0] if self.channels else EMAIL,
            "rules": {},
            "events": _event_types(stages),
            "profiles": _profile_types(stages),
            "script": script,
        }

    def problems(self, rows: Rows) -> str:
        """Where the rows aren't as told; '' where all are."""
        outcomes = [row for row in rows["step_outcomes"] if not self.only or row["outcome"] in self.only]
        parts = (
            ("outcomes", self.outcomes, outcomes),
            ("sends", self.sends, rows["deliveries"]),
            ("instances", self.instances, rows["journey_instances"]),
        )
        return "\n\n".join(found for name, told, rows in parts if told and (found := _difference(name, told, rows)))


# ------------------------------------------------------------------------------------------------------- told to case
def _commands(stage: Later, number: int) -> list[Case]:
    loads = [
        ("profiles", [_profile(row) for row in _rows(stage.profiles)]),
        ("audience_members", [_member(row) for row in _rows(stage.members)]),
        ("events", [_event(row, f"e{number or ''}{place}") for place, row in enumerate(_rows(stage.events), 1)]),
        ("suppressions", [{"list": "suppress", **row} for row in _rows(stage.suppressions)]),
    ]
    commands: list[Case] = [{"do": "load", "table": table, "rows": rows} for table, rows in loads if rows]
    commands += [_publication(journey) for journey in (_yaml(stage.journey) if stage.journey else [])]
    for row in _rows(stage.changes):
        commands.append({"do": row["change"], "id": row.get("id") or "promo", "at": row["at"]})
    return [*commands, {"do": "tick", "until": tables.moment(stage.until), "every": stage.every}]


def _rows(table: str) -> list[tables.Row]:
    return tables.read(table) if table.strip() else []


def _yaml(text: str) -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = AsWritten
    return list(reader.load_all(textwrap.dedent(text)))


def _publication(journey: Case) -> Case:
    at = tables.moment(str(journey.pop("published", "03-01 00:00")))
    return {"do": "publish", "journey": {"id": "promo", "version": 1, **journey}, "at": at, "insiders": "stay"}


def _profile(row: tables.Row) -> tables.Row:
    """With an address, unless the table tells addresses; `consents.x` in the map."""
    consents = {name.removeprefix("consents."): value for name, value in row.items() if name.startswith("consents.")}
    plain = {name: value for name, value in row.items() if not name.startswith("consents.")}
    given = {name: value for name, value in consents.items() if value is not None}
    return {"email": f"{row['profile_id']}@shop.example", **plain, **({"consents": given} if consents else {})}


def _member(row: tables.Row) -> tables.Row:
    known = ("audience_id", "profile_id", "entered_at", "exited_at")
    stay = {"entered_at": tables.moment("03-01 00:00"), "exited_at": None, **_only(row, known)}
    return {**stay, "attributes": _attributes(row, known)}


def _event(row: tables.Row, id: str) -> tables.Row:
    known = ("event_id", "event_time", "event_type", "profile_id")
    return {"event_id": id, **_only(row, known), "attributes": _attributes(row, known)}


def _only(row: tables.Row, names: Sequence[str]) -> tables.Row:
    return {name: value for name, value in row.items() if name in names}


def _attributes(row: tables.Row, known: Sequence[str]) -> tables.Row:
    return {name: value for name, value in row.items() if name not in known and value is not None}


def _event_types(stages: Sequence[Later]) -> dict[str, dict[str, str]]:
    """Every event that is told or named, with its attributes' types; those that say none are strings."""
    found: dict[str, dict[str, str]] = {}
    for stage in stages:
        for journey in _yaml(stage.journey) if stage.journey else []:
            if "event" in journey["entry"]:
                found.setdefault(journey["entry"]["event"], {})
    for stage in stages:
        if stage.events.strip():
            known = ("event_id", "event_time", "event_type", "profile_id")
            names = [name for name in tables.columns(stage.events) if name not in known]
            for kind in {row["event_type"] for row in _rows(stage.events)}:
                given = {name: tables.types(stage.events).get(name, "string") for name in names}
                found.setdefault(kind, {}).update(given)
    return found


def _profile_types(stages: Sequence[Later]) -> dict[str, str]:
    known = ("profile_id", "email", "phone", "push_token", "timezone", "locale", "is_test")
    found: dict[str, str] = {}
    for stage in stages:
        if stage.profiles.strip():
            names = [name for name in tables.columns(stage.profiles) if name not in known and "." not in name]
            found |= {name: tables.types(stage.profiles).get(name, "string") for name in names}
    return found


# -------------------------------------------------------------------------------------------------------- difference
def _difference(name: str, told: str, rows: Sequence[tables.Row]) -> str:
    """Both tables, with their differing rows marked; '' where they are the same."""
    names, expected = tables.columns(told), tables.read(told)
    found = _counted(names, rows) if "count" in names else [{column: row[column] for column in names} for row in rows]
    expected, found = (
        sorted(several, key=lambda row: [str(row[column]) for column in names]) for several in (expected, found)
    )
    wanted = [{column: None if value is None else str(value) for column, value in row.items()} for row in expected]
    got = [{column: None if value is None else str(value) for column, value in row.items()} for row in found]
    if wanted == got:
        return ""
    missing, surplus = _left_over(wanted, got), _left_over(got, wanted)
    return "\n".join(
        [f"{name} told:", tables.write(names, wanted, missing), f"{name} found:", tables.write(names, got, surplus)]
    )


def _counted(names: Sequence[str], rows: Sequence[tables.Row]) -> list[tables.Row]:
    """One row for all that are alike in the other columns, with how many they are."""
    alike = Counter(tuple(row[name] for name in names if name != "count") for row in rows)
    columns = [name for name in names if name != "count"]
    return [{**dict(zip(columns, values, strict=True)), "count": count} for values, count in alike.items()]


def _left_over(rows: Sequence[tables.Row], others: Sequence[tables.Row]) -> list[bool]:
    """Which rows have no match of their own among the others."""
    remaining = list(others)
    marks = []
    for row in rows:
        marks.append(row not in remaining)
        if row in remaining:
            remaining.remove(row)
    return marks
