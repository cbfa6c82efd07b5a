"""A warehouse made by hand: what five people met with in one journey over three ticks, without the engine.

ada goes through it all, ben has no consent and comes second, cleo waits for room, dan isn't let in, eve waits.
"""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from deltalake import write_deltalake

from parcours.definition.journeys import canonical_json, definition_hash, read_journey
from parcours.jobs.places import read_places
from parcours.jobs.store import Store
from parcours.tables import ALL

PROJECT = "name: shop\n"
CHANNELS = "channels:\n  email: {limits: [{max: 1, per: day}]}\n  push: {batch: {format: csv}}\n"
JOURNEY = {
    "id": "news",
    "version": 1,
    "timezone": "UTC",
    "entry": {"type": "read_audience", "audience": "readers", "schedule": {"cron": "0 9 * * *"}},
    "steps": [
        {"id": "hi", "type": "message", "channel": "email", "content": {"subject": "Hi"}},
        {"id": "rest", "type": "wait", "for": "2d"},
        {"id": "first", "type": "profile_cap", "limit": 1, "next": "gift"},
        {"id": "gift", "type": "message", "channel": "push", "content": {"title": "A gift"}},
    ],
}
TYPES = {"entry": "entry", "end": "end", "hi": "message", "rest": "wait", "first": "profile_cap", "gift": "message"}
HAPPENED = """
ada  0 2T09 entry entered
ada  1 2T09 hi    sent
ada  2 2T09 rest  waiting
ben  0 2T09 entry entered
ben  1 2T09 hi    excluded  -      no_consent
ben  2 2T09 rest  waiting
cleo 0 3T09 entry entered
cleo 1 3T09 hi    deferred  -      limit
dan  0 3T09 entry rejected  -      not_in_profiles
ada  3 4T09 rest  passed
ada  4 4T09 first passed    within
ada  5 4T09 gift  sent
ada  6 4T09 end   completed
ben  3 4T09 rest  passed
ben  4 4T09 first passed    over
ben  5 4T09 end   completed
eve  0 4T09 entry entered   -      late
eve  1 4T09 hi    sent
eve  2 4T09 rest  waiting
"""
SENDS = {("ada", "hi"): "2T09", ("ada", "gift"): "4T09", ("eve", "hi"): "4T09"}


def day(text: str) -> dt.datetime:
    """2026-03-02T09:00:00Z of "2T09"."""
    number, _, hour = text.partition("T")
    return dt.datetime(2026, 3, int(number), int(hour or 0), tzinfo=dt.UTC)


def end_of_day(at: dt.datetime) -> dt.datetime:
    """Ticks end at midnight."""
    return at.replace(hour=0) + dt.timedelta(days=1)


def outcomes() -> list[dict[str, Any]]:
    rows = []
    for line in HAPPENED.strip().splitlines():
        profile, sequence, when, step, outcome, *rest = line.split()
        path, reason = ([None if part == "-" else part for part in rest] + [None, None])[:2]
        at = day(when)
        rows.append(
            {
                "journey_id": "news",
                "journey_version": 1,
                "instance_id": f"i-{profile}",
                "profile_id": profile,
                "step_id": step,
                "step_type": TYPES[step],
                "outcome": outcome,
                "path": path,
                "reason": reason,
                "occurred_at": at,
                "sequence": int(sequence),
                "mode": "live",
                "tick_until": end_of_day(at),
                "occurred_date": at.date(),
            }
        )
    return rows


def instance(profile: str, entered: str, status: str, step: str, **more: Any) -> dict[str, Any]:
    """One row of journey_instances; its columns that nothing here looks at are null."""
    columns = {column.name: None for column in ALL["journey_instances"].columns}
    return {
        **columns,
        "instance_id": f"i-{profile}",
        "journey_id": "news",
        "journey_version": 1,
        "profile_id": profile,
        "entry_key": f"2026-03-0{entered[0]}T09:00:00Z",
        "entered_at": day(entered),
        "status": status,
        "step_id": step,
        "mode": "live",
        "tick_until": day("5"),
        "sequence": 9,
        **more,
    }


def instances() -> list[dict[str, Any]]:
    return [
        instance("ada", "2T09", "completed", "end", ended_at=day("4T09"), occurrence=1),
        instance("ben", "2T09", "completed", "end", ended_at=day("4T09"), occurrence=1),
        instance("cleo", "3T09", "active", "hi", due_at=day("10T09"), queue="email", held="limit", is_deferred=True),
        instance("eve", "4T09", "active", "rest", due_at=day("6T09"), wakes_at=day("6T09")),
    ]


def deliveries() -> list[dict[str, Any]]:
    rows = []
    for (profile, step), when in SENDS.items():
        columns = {column.name: None for column in ALL["deliveries"].columns}
        subject = [("subject", "Hi")] if step == "hi" else [("title", "A gift")]
        rows.append(
            {
                **columns,
                "delivery_id": f"d-{profile}-{step}",
                "batch_id": f"b-{profile}-{step}",
                "channel": "email" if step == "hi" else "push",
                "address": f"{profile}@x.com" if step == "hi" else f"token-{profile}",
                "profile_id": profile,
                "journey_id": "news",
                "journey_version": 1,
                "instance_id": f"i-{profile}",
                "step_id": step,
                "category": "marketing",
                "content": subject,
                "send_at": day(when),
                "queued_at": day(when),
                "send_date": day(when).date(),
                "tick_until": end_of_day(day(when)),
            }
        )
    return rows


def batch(folder: Path, delivery: dict[str, Any]) -> dict[str, Any]:
    """The file of one delivery, and its row."""
    kind = "jsonl" if delivery["channel"] == "email" else "csv"
    path = f"outbox/{delivery['channel']}/{delivery['send_date']}/{delivery['batch_id']}.{kind}"
    text = json.dumps({"delivery_id": delivery["delivery_id"]}) + "\n"
    if kind == "csv":
        text = f'delivery_id,content\n{delivery["delivery_id"]},"two\nlines"\n'
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    return {
        "batch_id": delivery["batch_id"],
        "channel": delivery["channel"],
        "route": None,
        "row_count": 1,
        "first_send_at": delivery["send_at"],
        "last_send_at": delivery["send_at"],
        "path": path,
        "format": kind,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "state": "sealed",
        "tick_until": delivery["tick_until"],
    }


def version() -> dict[str, Any]:
    definition = canonical_json(read_journey(JOURNEY), {})
    return {
        "journey_id": "news",
        "version": 1,
        "state": "live",
        "definition": definition,
        "definition_hash": definition_hash(definition),
        "published_at": day("1"),
        "closed_at": None,
        "ended_at": None,
    }


def ticks(channels_hash: str, table_versions: dict[str, int], feedback: int) -> list[dict[str, Any]]:
    rows = []
    for number in (2, 3, 4):
        columns = {column.name: None for column in ALL["ticks"].columns}
        counts = {"inside:news|1": 2, "queued:email": 1} if number == 4 else {}
        rows.append(
            {
                **columns,
                "from": day(str(number)),
                "until": day(str(number + 1)),
                "counts": list(counts.items()),
                "source_versions": [("message_feedback", feedback)],
                "definition_hashes": [("channels.yaml", channels_hash)],
                "table_versions": list(table_versions.items()),
                "committed_at": day(str(number + 1)),
                "duration_s": 1.5,
            }
        )
    return rows


def make_story(folder: Path) -> Store:
    """The project's folder with its tables and outbox, as three ticks would have left them."""
    (folder / "parcours.yaml").write_text(PROJECT)
    (folder / "channels.yaml").write_text(CHANNELS)
    store = Store(read_places(folder))  # type: ignore[arg-type]  # a store uses places alone
    store.ensure()
    rows = outcomes()
    sends = deliveries()
    store.append_small("profiles", [{"profile_id": profile} for profile in ("ada", "ben", "cleo", "eve", "fay")])
    store.append_small("journey_versions", [version()])
    store.append_small("step_outcomes", rows)
    store.append_small("journey_instances", instances())
    store.append_small("deliveries", sends)
    store.append_small("delivery_batches", [batch(folder, delivery) for delivery in sends])
    store.append_small("message_feedback", [opened()])
    store.append_small("journey_daily", _journey_daily())
    store.append_small("step_daily", _step_daily(rows))
    store.append_small("delivery_daily", _delivery_daily(sends))
    commit(store)
    return store


def opened() -> dict[str, Any]:
    """ada opens her first mail."""
    about = {"feedback_id": "f1", "delivery_id": "d-ada-hi", "detail": None}
    return {**about, "feedback": "opened", "feedback_at": day("3T10")}


def commit(store: Store) -> None:
    """Writes the rows of ticks, which say that the tables as they stand are committed."""
    digest = hashlib.sha256(CHANNELS.encode()).hexdigest()
    daily = ("journey_daily", "step_daily", "delivery_daily")
    written = ("step_outcomes", "journey_instances", "deliveries", "profile_updates", *daily)
    feedback = store.version("message_feedback") or 0
    store.append_small("ticks", ticks(digest, {name: store.version(name) or 0 for name in written}, feedback))


def recommit(store: Store) -> None:
    """Says anew that the tables as they stand are committed."""
    write_deltalake(store.path("ticks"), store.delta("ticks").to_pyarrow_table().slice(0, 0), mode="overwrite")
    commit(store)


def _journey_daily() -> list[dict[str, Any]]:
    """Of each day what HAPPENED says; ada and ben, who came on the 2nd, are through on the 4th."""
    days = {2: {"entered": 2, "inside": 2}, 3: {"entered": 1, "rejected": 1, "inside": 3}}
    days[4] = {"entered": 1, "completed": 2, "inside": 2}
    zeros = {column.name: 0 for column in ALL["journey_daily"].columns if column.type == "bigint"}
    news = {"journey_id": "news", "journey_version": 1}
    return [{**zeros, **news, "day": dt.date(2026, 3, number), **counts} for number, counts in days.items()]


def _step_daily(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("journey_id", "journey_version", "step_id", "outcome", "path", "reason")
    counted: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (*(row[name] for name in names), row["occurred_date"])
        counted[key] = counted.get(key, 0) + 1
    return [dict(zip((*names, "day", "count"), (*key, count), strict=True)) for key, count in counted.items()]


def _delivery_daily(sends: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = {column.name: 0 for column in ALL["delivery_daily"].columns if column.type == "bigint"}
    return [
        {
            **columns,
            "channel": send["channel"],
            "route": None,
            "journey_id": "news",
            "day": send["send_date"],
            "excluded_by_reason": [],
            "sent": 1,
            "opened": 1 if send["delivery_id"] == "d-ada-hi" else 0,
        }
        for send in sends
    ]
