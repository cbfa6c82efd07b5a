"""Carries a case out through our own jobs, in this process: the same shape of rows as the oracle gives.

rows = run(case, folder, spark)
assert compare(rows, oracle.run(case)) == ""
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.comparing import compare
from tests.oracle.clock import duration, instant, iso
from tests.oracle.identity import described_delivery
from tests.quick_load import quick_load, replace_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["compare", "run", "write_project"]

Case = Mapping[str, Any]
Rows = dict[str, list[dict[str, Any]]]

COLUMNS = {
    "step_outcomes": (
        *("journey_id", "journey_version", "instance_id", "profile_id", "step_id", "step_type"),
        *("outcome", "path", "reason", "occurred_at", "sequence"),
    ),
    "deliveries": (
        *("delivery_id", "channel", "address", "profile_id", "journey_id", "journey_version"),
        *("instance_id", "step_id", "category", "send_at", "queued_at"),
    ),
    "journey_instances": (
        *("instance_id", "journey_id", "journey_version", "profile_id", "entry_key", "entered_at"),
        *("status", "reason", "step_id", "due_at", "ended_at"),
    ),
    "profile_updates": (*("profile_id", "column", "value", "former_value", "updated_at", "instance_id", "step_id"),),
    "audience_members": ("audience_id", "profile_id", "entered_at", "exited_at"),
}
CONTENT = {
    "email": {"subject": "Hello", "html": "<a href='{{ unsubscribe_url }}'>unsubscribe</a>"},
    "push": {"title": "Hello"},
    "sms": {"body": "Hello"},
}
SPARK = {"master": "local[2]", "conf": {"spark.sql.shuffle.partitions": "2"}}


def run(case: Case, folder: Path, spark: SparkSession | None = None, *, loads_for_real: bool = False) -> Rows:
    """The rows after the case's script. `loads_for_real`: by `parcours load`, with its checks, which take seconds."""
    from parcours.definition.project import load_project
    from parcours.jobs import life
    from parcours.jobs.load import load_rows
    from parcours.jobs.store import Store
    from parcours.jobs.tick import run_tick

    zone = case.get("timezone") or "UTC"
    write_project(case, folder)
    for command in reversed(case["script"]):  # the first version of each stands last: jumps need all journeys there
        if command["do"] == "publish":
            write_journey(command["journey"], folder)
    store = Store(load_project(folder), spark)
    for commands in together(case["script"]):
        command = commands[0]
        if command["do"] == "load":
            load = load_rows if loads_for_real else quick_load
            load(store, command["table"], [with_delivery(row) for row in command["rows"]])
        elif command["do"] == "replace":
            replace_table(store, command["table"], command["columns"], command["rows"])
        elif command["do"] == "publish":
            for each in commands:
                write_journey(each["journey"], folder)
            journeys, at = [each["journey"]["id"] for each in commands], instant(command["at"], zone)
            life.publish_all(store, load_project(folder), journeys, at, command.get("insiders") or "stay")
        elif command["do"] == "tick":
            every = duration(command["every"]) if command.get("every") else None
            run_tick(store, load_project(folder), instant(command["until"], zone), every)
        else:
            change_life(store, command, instant(command["at"], zone))
    return read_rows(store)


def together(script: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """The commands in their order; neighbours that publish several journeys at one moment are one command."""
    for (does, *_), commands in groupby(script, lambda each: (each["do"], each.get("at"), each.get("insiders"))):
        several = list(commands)
        ids = [each["journey"]["id"] for each in several] if does == "publish" else []
        if ids and len(ids) == len(set(ids)):
            yield several
        else:
            yield from ([each] for each in several)


def change_life(store: Any, command: Mapping[str, Any], at: dt.datetime) -> None:
    from parcours.jobs import life

    if command["do"] == "pause":
        length = duration(command["for"]) if command.get("for") else None
        life.pause(store, command["id"], at, discard=bool(command.get("discard")), length=length)
    else:
        getattr(life, command["do"])(store, command["id"], at)


def with_delivery(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A feedback whose delivery is described has its id."""
    if "delivery" not in row:
        return row
    plain = {name: value for name, value in row.items() if name != "delivery"}
    return {**plain, "delivery_id": described_delivery(row["delivery"])}


# ------------------------------------------------------------------------------------------------------------- project
def write_project(case: Case, folder: Path) -> None:
    """The project's files but for its journeys, which come one by one. (JSON is YAML too.)"""
    channels = {name: dict(given or {}) for name, given in (case.get("channels") or {}).items()}
    if "email" in channels:
        channels["email"].setdefault("unsubscribe_url", "https://shop.example/u/{{ delivery_id }}")
    _write(folder / "parcours.yaml", {"name": "case", "timezone": case.get("timezone") or "UTC", "spark": SPARK})
    _write(folder / "channels.yaml", {"channels": channels})
    _write(folder / "events.yaml", {"events": case.get("events") or event_types(case)})
    if case.get("profiles"):
        _write(folder / "profiles.yaml", {"profiles": case["profiles"]})
    if any((case.get("rules") or {}).values()):
        _write(folder / "rules.yaml", case["rules"])
    (folder / "journeys").mkdir(parents=True, exist_ok=True)


def write_journey(journey: Mapping[str, Any], folder: Path) -> None:
    """The journey's file, with a content for each message that has none."""
    steps = [with_content(step) for step in journey["steps"]]
    _write(folder / "journeys" / f"{journey['id']}.yaml", {**journey, "steps": steps})


def with_content(step: Mapping[str, Any]) -> Mapping[str, Any]:
    if step["type"] != "message" or "content" in step or "template" in step:
        return step
    return {**step, "content": CONTENT.get(step["channel"], {"body": "Hello"})}


def event_types(case: Case) -> dict[str, dict[str, str]]:
    """The types of the events that a case loads or names without saying them: numbers are doubles."""
    found: dict[str, dict[str, str]] = {}
    for command in case["script"]:
        if command["do"] == "publish":
            found.setdefault(command["journey"]["entry"].get("event"), {})
        for row in command.get("rows", []) if command.get("table") == "events" else []:
            types = found.setdefault(row["event_type"], {})
            for name, value in (row.get("attributes") or {}).items():
                types[name] = "double" if is_number(value) and types.get(name) != "string" else "string"
    found.pop(None, None)  # type: ignore[call-overload]
    return found


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _write(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")


# ---------------------------------------------------------------------------------------------------------------- rows
def read_rows(store: Any) -> Rows:
    """The three tables in the oracle's form: its columns, instants as ISO text; live rows only."""
    return {table: _read(store, table, columns) for table, columns in COLUMNS.items()}


def _read(store: Any, table: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    if not store.exists(table):
        return []
    rows = store.small(table).to_pylist()
    live = [row for row in rows if row.get("mode") in (None, "live")]
    return [{name: _text(row[name]) for name in columns} for row in live]


def _text(value: Any) -> Any:
    return iso(value.astimezone(dt.UTC)) if isinstance(value, dt.datetime) else value
