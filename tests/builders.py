"""Short ways to write a small case by hand, and to read the rows that come out of one.

A moment is written as "2 09:00": the second of March 2026, a Monday, at nine in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.oracle.identity import instance_id

Command = dict[str, Any]
Definition = dict[str, Any]
Rows = Mapping[str, list[dict[str, Any]]]

EMAIL: dict[str, Definition] = {"email": {"address": "profile.email", "consent": "profile.consents['email']"}}
GO: Definition = {"type": "event", "event": "go"}


def at(text: str) -> str:
    """2026-03-02T09:00:00Z of "2 09:00"; ISO text stays as it is."""
    if "T" in text:
        return text
    day, clock = text.split()
    return f"2026-03-{int(day):02d}T{clock}{':00' if clock.count(':') == 1 else ''}Z"


def short(moment: str) -> str:
    """2 09:00 of "2026-03-02T09:00:00Z"; another month stays ISO text."""
    if not moment.startswith("2026-03-"):
        return moment
    clock = moment[11:-1]
    return f"{int(moment[8:10])} {clock[:5] if clock.endswith(':00') and len(clock) == 8 else clock}"


# ------------------------------------------------------------------------------------------------------------ scripts
def case(
    *script: Command,
    channels: Mapping[str, Any] = EMAIL,
    rules: Mapping[str, Any] | None = None,
    timezone: str = "UTC",
    events: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "timezone": timezone,
        "channels": dict(channels),
        "rules": dict(rules or {}),
        "events": dict(events or {}),
        "script": list(script),
    }


def load(table: str, *rows: Mapping[str, Any]) -> Command:
    return {"do": "load", "table": table, "rows": [dict(row) for row in rows]}


def profiles(*ids: str, **columns: Any) -> Command:
    """People with an email of their own, who share the other columns."""
    return load("profiles", *({"profile_id": id, "email": f"{id}@x.com", **columns} for id in ids))


def members(audience: str, *stays: str | tuple[str, ...], since: str = "1 00:00") -> Command:
    """Stays: (profile, start), (profile, start, end), or a profile since the first of March."""
    rows = []
    for stay in stays:
        profile, start, *end = stay if isinstance(stay, tuple) else (stay, since)
        row = {"audience_id": audience, "profile_id": profile, "entered_at": at(start)}
        rows.append({**row, "exited_at": at(end[0]) if end else None})
    return load("audience_members", *rows)


def event(id: str, kind: str, profile: str | None, when: str, **attributes: str) -> Definition:
    row = {"event_id": id, "event_type": kind, "profile_id": profile}
    return {**row, "event_time": at(when), "attributes": attributes}


def events(*happened: Definition) -> Command:
    return load("events", *happened)


def suppressed(address: str, since: str, name: str = "suppress", channel: str = "email") -> Definition:
    return {"channel": channel, "address": address, "list": name, "added_at": at(since)}


def suppressions(*listed: Definition) -> Command:
    return load("suppressions", *listed)


def publish(when: str, *, insiders: str = "stay", **journey: Any) -> Command:
    """Publishes version 1 of journey `j`, unless its keys say otherwise."""
    return {"do": "publish", "journey": {"id": "j", "version": 1, **journey}, "at": at(when), "insiders": insiders}


def close(when: str, id: str = "j") -> Command:
    return {"do": "close", "id": id, "at": at(when)}


def stop(when: str, id: str = "j") -> Command:
    return {"do": "stop", "id": id, "at": at(when)}


def pause(when: str, length: str | None = None, *, discard: bool = False, id: str = "j") -> Command:
    return {"do": "pause", "id": id, "at": at(when), "discard": discard, "for": length}


def resume(when: str, id: str = "j") -> Command:
    return {"do": "resume", "id": id, "at": at(when)}


def tick(until: str, every: str | None = None) -> Command:
    return {"do": "tick", "until": at(until), "every": every}


# ----------------------------------------------------------------------------------------------------------- journeys
def read(when: str, audience: str = "a", **more: Any) -> Definition:
    """A read once, at an instant, or again and again, by cron."""
    is_cron = len(when.split()) == 5
    schedule = {"cron": when} if is_cron else {"at": at(when)}
    return {"type": "read_audience", "audience": audience, "schedule": schedule, **more}


def mail(id: str = "m", **more: Any) -> Definition:
    return {"id": id, "type": "message", "channel": "email", **more}


def wait(length: str, id: str = "w") -> Definition:
    return {"id": id, "type": "wait", "for": length}


def wait_until(time: str, id: str = "w", **more: Any) -> Definition:
    return {"id": id, "type": "wait", "until": {"time": time, **more}}


def condition(when: Any, *, yes: str | None = None, otherwise: str | None = None, id: str = "c") -> Definition:
    """One path, `yes`, to the step given or the following one."""
    path = {"label": "yes", "when": when, **({"next": yes} if yes else {})}
    return {"id": id, "type": "condition", "paths": [path], **({"otherwise": otherwise} if otherwise else {})}


def cap(*limits: int, per: str = "version", otherwise: str = "end", id: str = "c") -> Definition:
    """A profile_cap of one limit, or of one for each occurrence or day."""
    numbers: Definition = {"limit": limits[0]} if len(limits) == 1 else {"limits": list(limits)}
    return {"id": id, "type": "profile_cap", **numbers, "per": per, "otherwise": otherwise}


def listen(*paths: Definition, id: str = "l", **more: Any) -> Definition:
    return {"id": id, "type": "listen", "paths": list(paths), **more}


def linear(entry: Definition, *steps: Definition, **journey: Any) -> Definition:
    """The keys of a journey that goes through the steps one after another; equal ids are numbered."""
    seen: dict[str, int] = {}
    named = []
    for step in steps:
        seen[step["id"]] = count = seen.get(step["id"], 0) + 1
        named.append({**step, "id": step["id"] if count == 1 else f"{step['id']}{count}"})
    return {"entry": entry, "steps": named, **journey}


# --------------------------------------------------------------------------------------------------- reading rows
def told(rows: Rows, profile: str | None = None, outcome: str | None = None) -> list[str]:
    """What happened, a line each: "2 10:00 m deferred (limit)", "2 10:00 c passed yes"; `entry` and `end` unnamed."""
    lines = []
    for row in rows["step_outcomes"]:
        if profile in (None, row["profile_id"]) and outcome in (None, row["outcome"]):
            step = "" if row["step_id"] in ("entry", "end") else f" {row['step_id']}"
            path = f" {row['path']}" if row["path"] else ""
            reason = f" ({row['reason']})" if row["reason"] else ""
            lines.append(f"{short(row['occurred_at'])}{step} {row['outcome']}{path}{reason}")
    return lines


def sends(rows: Rows) -> dict[str, str]:
    """When each message was sent: {"a m": "2 09:00"}."""
    return {f"{row['profile_id']} {row['step_id']}": short(row["send_at"]) for row in rows["deliveries"]}


def send_times(rows: Rows, order: Sequence[str], step: str = "m") -> list[str | None]:
    """When each of the profiles was sent the message, in their order."""
    sent = sends(rows)
    return [sent.get(f"{profile} {step}") for profile in order]


def paths(rows: Rows, step: str = "c") -> dict[str, str | None]:
    """The path that each profile took at a step."""
    passed = [row for row in rows["step_outcomes"] if row["step_id"] == step and row["outcome"] == "passed"]
    return {row["profile_id"]: row["path"] for row in passed}


def reasons(rows: Rows, outcome: str) -> list[str | None]:
    return [row["reason"] for row in rows["step_outcomes"] if row["outcome"] == outcome]


def where(rows: Rows) -> dict[str, str]:
    """Where each profile's instance is or ended: {"a": "exited at w (stopped)"}."""
    places = {}
    for row in rows["journey_instances"]:
        reason = f" ({row['reason']})" if row["reason"] else ""
        places[row["profile_id"]] = f"{row['status']} at {row['step_id']}{reason}"
    return places


def in_order(profile_ids: Sequence[str], entry_key: str, *, journey: str = "j", version: int = 1) -> list[str]:
    """The profiles in the order of their instances' ids (2.2)."""
    return sorted(profile_ids, key=lambda profile: instance_id(journey, version, profile, entry_key))
