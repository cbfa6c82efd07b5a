"""Several cases as one, so that an engine spends its seconds for a tick once. Each keeps to names of its own."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

Case = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]
Segment = tuple[list[Case], Case]
"""The commands before a tick, and the tick."""

ROW_NAMES = ("profile_id", "audience_id", "event_id", "event_type", "feedback_id")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
IN_SQL = re.compile(r"\b(in_audience|event_count|has_received)\('(\w+)'")


class Conflict(Exception):
    """Cases that can't stand side by side."""


# ------------------------------------------------------------------------------------------------------------ renaming
def renamed(case: Case, prefix: str, channels: Mapping[str, str] | None = None) -> Case:
    """The case with the prefix before the ids of profiles, journeys, audiences, events, feedback and the names of
    tables that lookups read; channels as mapped.

    A channel that is not in the mapping keeps its name.
    """
    names = channels or {}
    return {
        **case,
        "channels": {names.get(name, name): given for name, given in (case.get("channels") or {}).items()},
        "events": {prefix + kind: types for kind, types in (case.get("events") or {}).items()},
        "script": [_renamed_command(command, prefix, names) for command in case["script"]],
    }


def _renamed_command(command: Case, prefix: str, channels: Mapping[str, str]) -> Case:
    if command["do"] == "replace":
        rows = [_renamed_row(row, prefix, channels) for row in command["rows"]]
        return {**command, "table": prefix + command["table"], "rows": rows}
    if command["do"] == "load":
        return {**command, "rows": [_renamed_row(row, prefix, channels) for row in command["rows"]]}
    if command["do"] == "publish":
        journey = _renamed_definition(command["journey"], prefix, channels)
        return {**command, "journey": {**journey, "id": prefix + journey["id"]}}
    return command if command["do"] == "tick" else {**command, "id": prefix + command["id"]}


def _renamed_row(row: Case, prefix: str, channels: Mapping[str, str]) -> Case:
    new = {name: prefix + row[name] for name in ROW_NAMES if row.get(name) is not None}
    if "channel" in row:
        new["channel"] = channels.get(row["channel"], row["channel"])
    if "delivery" in row:
        new["delivery"] = _renamed_delivery(row["delivery"], prefix)
    return {**row, **new}


def _renamed_delivery(said: Case, prefix: str) -> Case:
    """Its instance's names; the entry key of a read is an instant, of all else it begins with a name."""
    new = {name: prefix + said[name] for name in ("journey_id", "profile_id")}
    is_instant = INSTANT.fullmatch(said["entry_key"])
    return {**said, **new, "entry_key": said["entry_key"] if is_instant else prefix + said["entry_key"]}


def _renamed_definition(part: Any, prefix: str, channels: Mapping[str, str]) -> Any:
    """Every `audience`, `event`, `channel`, other `journey` and `table`, and the names in the expressions."""
    if isinstance(part, str):
        return IN_SQL.sub(lambda found: f"{found[1]}('{prefix}{found[2]}'", part)
    if isinstance(part, list | tuple):
        return [_renamed_definition(item, prefix, channels) for item in part]
    if not isinstance(part, Mapping):
        return part
    new = {key: _renamed_definition(value, prefix, channels) for key, value in part.items()}
    for key in ("audience", "event", "journey", "table"):
        if isinstance(part.get(key), str):
            new[key] = prefix + part[key]
    for key in ("channel", "best_send_time"):
        if key in part:
            new[key] = channels.get(part[key], part[key])
    return new


def rows_of(rows: Rows, prefix: str) -> Rows:
    """The rows of the case with the prefix, without it. Instance ids stay as they came out."""
    found: Rows = {}
    for table, all_rows in rows.items():
        mine = [row for row in all_rows if (row.get("journey_id") or row["profile_id"]).startswith(prefix)]
        found[table] = [
            {key: _bare(value, prefix) if key in BARE else value for key, value in row.items()} for row in mine
        ]
    return found


BARE = ("journey_id", "profile_id", "entry_key", "audience_id")


def _bare(value: str, prefix: str) -> str:
    return value.removeprefix(prefix)


# ------------------------------------------------------------------------------------------------------------- merging
def merged(cases: Sequence[Case]) -> Case:
    """One case that holds all of them. Their ticks must be the same; names that they share must mean the same."""
    first = cases[0]
    whole: Case = {"timezone": first.get("timezone") or "UTC", "rules": {}, "script": []}
    if any((case.get("timezone") or "UTC") != whole["timezone"] for case in cases):
        raise Conflict("project time zones differ")
    if len(cases) > 1 and any(case.get("rules") for case in cases):
        raise Conflict("rules hold for the whole project")
    whole["rules"] = first.get("rules") or {}
    for part in ("channels", "events", "profiles"):
        whole[part] = _united(part, [case.get(part) or {} for case in cases])
    parted = [segments(case) for case in cases]
    for several in zip(*parted, strict=True):
        whole["script"] += _joined([commands for commands, _ in several])
        whole["script"].append(several[0][1])
    return whole


def tick_plan(case: Case) -> tuple[Any, ...]:
    """What cases must have in common to be merged: their time zone and ticks."""
    ticks = [(command["until"], command.get("every")) for command in case["script"] if command["do"] == "tick"]
    return (case.get("timezone") or "UTC", *ticks)


def _united(part: str, several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    united: dict[str, Any] = {}
    for given in several:
        for name, value in given.items():
            if united.setdefault(name, value) != value:
                raise Conflict(f"{part}: {name} has several meanings")
    return united


def segments(case: Case) -> list[Segment]:
    """The script by its ticks; what comes after the last of them changes no row."""
    found, before = [], []
    for command in case["script"]:
        if command["do"] == "tick":
            found.append((before, command))
            before = []
        else:
            before.append(command)
    return found


def _joined(several: Sequence[Sequence[Case]]) -> list[Case]:
    """Loads that are alike as one, each case's in its order; then the changes of life.

    Alike are those of the same table and columns: a column that the whole load lacks stays as it was.
    """
    pending = [[command for command in commands if command["do"] == "load"] for commands in several]
    joined: list[Case] = []
    while any(pending):
        kind = _kind(next(loads for loads in pending if loads)[0])
        rows: list[Any] = []
        for loads in pending:
            if loads and _kind(loads[0]) == kind:
                rows += copy.deepcopy(loads.pop(0)["rows"])
        joined.append({"do": "load", "table": kind[0], "rows": rows})
    return joined + [command for commands in several for command in commands if command["do"] != "load"]


def _kind(load: Case) -> tuple[str, frozenset[str]]:
    return load["table"], frozenset(column for row in load["rows"] for column in row)
