"""Many random cases as one, so that the engine's seconds for a tick are spent once: each keeps to names of its own."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

Case = dict[str, Any]


def together(cases: Sequence[Case]) -> Case:
    """One case that holds all of them, side by side. Their ticks must end at the same moments.

    Journeys, people, audiences, events and channels get a prefix; a channel with a prefix takes any address that isn't empty.
    """
    renamed = [rename(case, f"c{number}_") for number, case in enumerate(cases)]
    merged: Case = {"timezone": cases[0]["timezone"], "channels": {}, "rules": {}, "events": {}, "profiles": {}, "script": []}
    for case in renamed:
        for part in ("channels", "events", "profiles"):
            merged[part] |= case.get(part, {})
    parts = [_by_tick(case["script"]) for case in renamed]
    for number in range(max(len(found) for found in parts)):
        ticks = [found[number][1] for found in parts]
        assert all(tick == ticks[0] for tick in ticks), f"ticks differ: {ticks}"
        merged["script"] += _joined([command for found in parts for command in found[number][0]])
        if ticks[0] is not None:
            merged["script"].append(ticks[0])
    return merged


def _by_tick(script: Sequence[Case]) -> list[tuple[list[Case], Case | None]]:
    found: list[tuple[list[Case], Case | None]] = []
    before: list[Case] = []
    for command in script:
        if command["do"] == "tick":
            found.append((before, command))
            before = []
        else:
            before.append(command)
    return [*found, (before, None)]


def _joined(commands: Sequence[Case]) -> list[Case]:
    """Loads of one table as one, where the order of loads doesn't matter: no two are of the same people."""
    loads: dict[tuple[str, tuple[str, ...], int], Case] = {}
    others: list[Case] = []
    seen: dict[tuple[str, str], int] = {}
    for command in commands:
        if command["do"] != "load":
            others.append(command)
            continue
        if not command["rows"]:
            continue
        columns = tuple(sorted({key for row in command["rows"] for key in row}))
        owner = _owner(command["rows"][0])
        turn = seen[command["table"], owner] = seen.get((command["table"], owner), -1) + 1
        key = (command["table"], columns, turn)
        if key in loads:
            loads[key]["rows"] += command["rows"]
        else:
            loads[key] = copy.deepcopy(command)
    return [load for _, load in sorted(loads.items(), key=lambda item: item[0][2])] + others


def _owner(row: Case) -> str:
    name = str(row.get("event_id") or row.get("audience_id") or row.get("channel") or row.get("profile_id"))
    return name.split("_")[0]


def rename(case: Case, prefix: str) -> Case:
    """The case with a prefix before every name that cases could share."""
    found = json.loads(json.dumps(case, default=str))
    for command in found["script"]:
        for step in command.get("journey", {}).get("steps", []):
            if "channel" in step:  # a built-in one that the case doesn't describe
                found["channels"].setdefault(step["channel"], {"address": "profile.phone"})
    found["channels"] = {prefix + name: channel for name, channel in found["channels"].items()}
    found["events"] = {prefix + name: types for name, types in found.get("events", {}).items()}
    for command in found["script"]:
        if command["do"] == "load":
            for row in command["rows"]:
                _prefix(row, prefix, "profile_id", "audience_id", "event_id", "event_type", "channel")
        elif command["do"] == "publish":
            _rename_journey(command["journey"], prefix)
        elif command["do"] != "tick":
            _prefix(command, prefix, "id")
    return found


def _prefix(row: Case, prefix: str, *names: str) -> None:
    for name in names:
        if row.get(name) is not None:
            row[name] = prefix + row[name]


def _rename_journey(journey: Case, prefix: str) -> None:
    _prefix(journey, prefix, "id")
    _prefix(journey["entry"], prefix, "audience", "event")
    for step in journey["steps"]:
        _prefix(step, prefix, "channel")
        for path in step.get("paths", []):
            if isinstance(path.get("when"), dict):
                _prefix(path["when"], prefix, "audience")
