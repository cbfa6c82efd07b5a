"""The life of a journey: publish, close, stop (specification 2.8). Each change holds from a logical time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.definition.journeys import canonical_json, definition_hash
from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs.commit import settle, versions, write_versions
from parcours.jobs.store import Store

if TYPE_CHECKING:
    from parcours.definition.project import Project

Row = dict[str, Any]
ENGINE_TABLES = (
    "journey_versions",
    "journey_instances",
    "step_outcomes",
    "deliveries",
    "delivery_batches",
    "profile_updates",
    "ticks",
    "spread_entries",
    "journey_daily",
    "step_daily",
    "delivery_daily",
)


@dataclass(frozen=True)
class Change:
    """What a command did: nothing where `changed` is false (it had been done already)."""

    journey_id: str
    version: int
    change: str
    at: dt.datetime
    changed: bool = True

    def __str__(self) -> str:
        if not self.changed:
            return f"{self.journey_id} version {self.version} is published already: nothing changes"
        done = {"publish": "published", "close": "closed", "stop": "stopped"}[self.change]
        return f"{self.journey_id} version {self.version} is {done} from {iso(self.at)} on"


def last_until(store: Store) -> dt.datetime | None:
    """Where the last committed tick ended."""
    if not store.exists("ticks"):
        return None
    found = store.small("ticks", columns=["until"])["until"].to_pylist()
    return max(found) if found else None


def publish(store: Store, project: Project, journey_id: str, at: dt.datetime, insiders: str = "stay") -> Change:
    """Makes the version in the project's files live from `at` on; those before it take no more entries."""
    if insiders != "stay":
        raise UserError(f"--insiders {insiders} is not supported yet (stay is: those inside finish on their version)")
    loaded = project.journeys.get(journey_id)
    if loaded is None:
        known = ", ".join(sorted(project.journeys)) or "none"
        raise UserError(f"no journey {journey_id!r} in the project (there are: {known})")
    definition = canonical_json(loaded.journey, {name: t.fields for name, t in project.templates.items()})
    number, digest = loaded.journey.version, definition_hash(definition)
    with store.exclusive():
        store.ensure(*ENGINE_TABLES)
        settle(store)
        rows = versions(store)
        mine = [row for row in rows if row["journey_id"] == journey_id]
        same = next((row for row in mine if row["version"] == number), None)
        if same is not None and same["definition_hash"] == digest:
            if same["definition"] != definition:  # name, description and tags may change
                same["definition"] = definition
                write_versions(store, rows)
            return Change(journey_id, number, "publish", same["published_at"], changed=False)
        newest = max((row["version"] for row in mine), default=0)
        if same is not None:
            raise UserError(
                f"{journey_id} version {number} is published and differs from {loaded.file}: a published version never "
                f"changes (write version: {newest + 1} in the file, and publish that)"
            )
        if number < newest:
            raise UserError(
                f"{journey_id} version {number} isn't newer than version {newest}, which is published "
                f"(write version: {newest + 1})"
            )
        check_time(store, journey_id, "publish", at, mine)
        for row in mine:
            if row["state"] == "live":
                row.update(state="closed", closed_at=at)
        rows.append(
            {
                "journey_id": journey_id,
                "version": number,
                "state": "live",
                "definition": definition,
                "definition_hash": digest,
                "published_at": at,
                "closed_at": None,
                "ended_at": None,
            }
        )
        write_versions(store, rows)
    return Change(journey_id, number, "publish", at)


def close(store: Store, journey_id: str, at: dt.datetime) -> Change:
    """Nobody enters from `at` on; those inside go on."""
    return _change(store, journey_id, "close", at, ("live",))


def stop(store: Store, journey_id: str, at: dt.datetime) -> Change:
    """Nobody enters from `at` on, and all who are inside exit."""
    return _change(store, journey_id, "stop", at, ("live", "closed"))


def _change(store: Store, journey_id: str, change: str, at: dt.datetime, possible: tuple[str, ...]) -> Change:
    with store.exclusive():
        settle(store)
        rows = versions(store)
        mine = [row for row in rows if row["journey_id"] == journey_id]
        if not mine:
            known = ", ".join(sorted({row["journey_id"] for row in rows})) or "none"
            raise UserError(f"{journey_id} isn't published: it can't be changed (published are: {known})")
        newest = max(mine, key=lambda row: row["version"])
        if newest["state"] not in possible:
            raise UserError(f"{journey_id} is {newest['state']}: {_possible(newest['state'])}")
        check_time(store, journey_id, change, at, mine)
        for row in mine:
            if row["state"] == "live" or (change == "stop" and row["state"] == "closed"):
                row["closed_at"] = row["closed_at"] or at
                row["state"] = "closed" if change == "close" else "stopped"
                row["ended_at"] = at if change == "stop" else None
        write_versions(store, rows)
    return Change(journey_id, newest["version"], change, at)


def _possible(state: str) -> str:
    return {
        "closed": "it can be stopped, or a newer version published",
        "finished": "nobody is inside any more; a newer version can be published",
        "stopped": "everybody has left; a newer version can be published",
    }.get(state, "it can be closed, stopped, or a newer version published")


def check_time(store: Store, journey_id: str, change: str, at: dt.datetime, mine: list[Row]) -> None:
    """Refuses a time that a tick has passed, or that lies before the journey's last change (2.8)."""
    until = last_until(store)
    if until is not None and at <= until:
        raise UserError(
            f"can't {change} {journey_id} at {iso(at)}: ticks are committed until {iso(until)} "
            f"(give --at a later time than that)"
        )
    changes = [row[name] for row in mine for name in ("published_at", "closed_at", "ended_at")]
    last = max((found for found in changes if found is not None), default=None)
    if last is not None and at < last:
        raise UserError(
            f"can't {change} {journey_id} at {iso(at)}: its last change holds from {iso(last)} on "
            f"(give --at that time or a later one)"
        )
