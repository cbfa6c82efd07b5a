"""What a told case is made of: its stages as the commands of a script, and the types of what they load."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from tests.spec import tables

Case = dict[str, Any]
COUNTED = re.compile(r"\bevent_count\('(\w+)'")


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
    feedback: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)


def commands_of(stage: Later, number: int) -> list[Case]:
    loads = [
        ("profiles", [_profile(row) for row in _rows(stage.profiles)]),
        ("audience_members", [_member(row) for row in _rows(stage.members)]),
        ("events", [_event(row, f"e{number or ''}{place}") for place, row in _numbered(stage.events)]),
        ("suppressions", [{"list": "suppress", **row} for row in _rows(stage.suppressions)]),
        ("message_feedback", [_feedback(row, f"f{number or ''}{place}") for place, row in _numbered(stage.feedback)]),
    ]
    commands: list[Case] = [{"do": "load", "table": table, "rows": rows} for table, rows in loads if rows]
    commands += [_table(name, told) for name, told in stage.tables.items()]
    commands += [_publication(journey) for journey in (read_yaml(stage.journey) if stage.journey else [])]
    commands += [_change(row) for row in _rows(stage.changes)]
    return [*commands, {"do": "tick", "until": tables.moment(stage.until), "every": stage.every}]


def _numbered(table: str) -> Iterator[tuple[int, tables.Row]]:
    return enumerate(_rows(table), 1)


def _rows(table: str) -> list[tables.Row]:
    return tables.read(table) if table.strip() else []


def read_yaml(text: str) -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = AsWritten
    return list(reader.load_all(textwrap.dedent(text)))


def _publication(journey: Case) -> Case:
    at, insiders = tables.moment(str(journey.pop("published", "03-01 00:00"))), journey.pop("insiders", "stay")
    return {"do": "publish", "journey": {"id": "promo", "version": 1, **journey}, "at": at, "insiders": insiders}


def _change(row: tables.Row) -> Case:
    command = {"do": row["change"], "id": row.get("id") or "promo", "at": row["at"]}
    if row["change"] != "pause":
        return command
    return {**command, "discard": row.get("discard") == "yes", "for": row.get("for")}


def _table(name: str, told: str) -> Case:
    """A table that lookups read; columns that say no type are strings."""
    columns = {column: tables.types(told).get(column, "string") for column in tables.columns(told)}
    return {"do": "replace", "table": name, "columns": columns, "rows": _rows(told)}


def _feedback(row: tables.Row, id: str) -> tables.Row:
    """Of a delivery that is told by its instance and step: nobody writes digests by hand."""
    delivery = {
        "journey_id": row.get("journey_id") or "promo",
        "version": int(row.get("version") or 1),
        **_only(row, ("profile_id", "entry_key", "step_id")),
    }
    known = {"feedback_id": row.get("feedback_id") or id, **_only(row, ("feedback", "feedback_at"))}
    return {**known, "delivery": delivery}


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


def event_types(stages: Sequence[Later]) -> dict[str, dict[str, str]]:
    """Every event that is told or named, with its attributes' types; those that say none are strings."""
    found: dict[str, dict[str, str]] = {}
    for stage in stages:
        for journey in read_yaml(stage.journey) if stage.journey else []:
            for name in _named_events(journey):
                found.setdefault(name, {})
    for stage in stages:
        if stage.events.strip():
            known = ("event_id", "event_time", "event_type", "profile_id")
            names = [name for name in tables.columns(stage.events) if name not in known]
            for kind in {row["event_type"] for row in _rows(stage.events)}:
                given = {name: tables.types(stage.events).get(name, "string") for name in names}
                found.setdefault(kind, {}).update(given)
    return found


def _named_events(part: Any) -> Iterator[str]:
    """Those of entries, exits and listens, and those that event_count counts."""
    if isinstance(part, str):
        yield from COUNTED.findall(part)
    elif isinstance(part, list):
        for item in part:
            yield from _named_events(item)
    elif isinstance(part, Mapping):
        if isinstance(part.get("event"), str):
            yield part["event"]
        for item in part.values():
            yield from _named_events(item)


def profile_types(stages: Sequence[Later]) -> dict[str, str]:
    known = ("profile_id", "email", "phone", "push_token", "timezone", "locale", "is_test")
    found: dict[str, str] = {}
    for stage in stages:
        if stage.profiles.strip():
            names = [name for name in tables.columns(stage.profiles) if name not in known and "." not in name]
            found |= {name: tables.types(stage.profiles).get(name, "string") for name in names}
    return found
