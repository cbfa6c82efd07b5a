"""The life of a journey: publish, close, stop, pause, resume (specification 2.8).

Each change holds from a logical time. What is told of those inside stands in insiders.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from parcours.definition.journeys import canonical_json, definition_hash
from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs.commit import settle
from parcours.jobs.pauses import USUAL_LENGTH, Mode, Pause, pauses_of, read_pauses, write_pauses
from parcours.jobs.store import Store
from parcours.jobs.versions import versions, write_versions

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
    "experiment_daily",
)


@dataclass(frozen=True)
class Change:
    """What a command did: nothing where `changed` is false (it had been done already)."""

    journey_id: str
    version: int
    change: str
    at: dt.datetime
    changed: bool = True
    pause: Pause | None = None
    """What was made or ended, where it is about a pause: that is the journey's, whatever its version."""

    def __str__(self) -> str:
        if not self.changed:
            return f"{self.journey_id} version {self.version} is published already: nothing changes"
        if self.change == "resume":
            return f"{self.journey_id} is resumed at {iso(self.at)}"
        if self.pause is not None:
            return f"{self.journey_id} is paused ({self.pause.mode}) from {iso(self.at)} until {iso(self.pause.end)}"
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
    (change,) = publish_all(store, project, [journey_id], at, insiders)
    return change


def publish_all(
    store: Store, project: Project, journey_ids: Sequence[str], at: dt.datetime, insiders: str = "stay"
) -> list[Change]:
    """The same for several: all of them, or none where one is refused."""
    drafts = [_draft(project, id) for id in journey_ids]
    with store.exclusive():
        store.ensure(*ENGINE_TABLES)
        settle(store)
        former = versions(store)
        rows = [dict(row) for row in former]
        changes = [_published(store, rows, draft, at, insiders) for draft in drafts]
        if rows != former:
            write_versions(store, rows)
    return changes


@dataclass(frozen=True)
class _Draft:
    """A version as the project's files say it."""

    journey_id: str
    version: int
    file: str
    definition: str
    digest: str


def _draft(project: Project, journey_id: str) -> _Draft:
    loaded = project.journeys.get(journey_id)
    if loaded is None:
        known = ", ".join(sorted(project.journeys)) or "none"
        raise UserError(f"no journey {journey_id!r} in the project (there are: {known})")
    definition = canonical_json(loaded.journey, {name: t.fields for name, t in project.templates.items()})
    return _Draft(journey_id, loaded.journey.version, loaded.file, definition, definition_hash(definition))


def _published(store: Store, rows: list[Row], draft: _Draft, at: dt.datetime, insiders: str) -> Change:
    """Puts the version among the rows; UserError where it can't be published."""
    journey_id, number = draft.journey_id, draft.version
    mine = [row for row in rows if row["journey_id"] == journey_id]
    same = next((row for row in mine if row["version"] == number), None)
    if same is not None and same["definition_hash"] == draft.digest:
        same["definition"] = draft.definition  # name, description and tags may change
        return Change(journey_id, number, "publish", same["published_at"], changed=False)
    _check_newer(journey_id, number, draft.file, mine)
    check_time(store, journey_id, "publish", at, mine)
    for row in mine:
        if row["state"] == "live":
            row.update(state="closed", closed_at=at)
    rows.append(
        {
            "journey_id": journey_id,
            "version": number,
            "state": "live",
            "definition": draft.definition,
            "definition_hash": draft.digest,
            "published_at": at,
            "closed_at": None,
            "ended_at": None,
            "insiders": insiders if mine else None,
        }
    )
    return Change(journey_id, number, "publish", at)


def _check_newer(journey_id: str, number: int, file: str, mine: list[Row]) -> None:
    newest = max((row["version"] for row in mine), default=0)
    if any(row["version"] == number for row in mine):
        raise UserError(
            f"{journey_id} version {number} is published and differs from {file}: a published version never "
            f"changes (write version: {newest + 1} in the file, and publish that)"
        )
    if number < newest:
        raise UserError(
            f"{journey_id} version {number} isn't newer than version {newest}, which is published "
            f"(write version: {newest + 1})"
        )


def close(store: Store, journey_id: str, at: dt.datetime) -> Change:
    """Nobody enters from `at` on; those inside go on."""
    with _changing(store, journey_id, "close", at, ("live",)) as mine:
        for row in mine:
            if row["state"] == "live":
                row.update(state="closed", closed_at=at)
        return Change(journey_id, _newest(mine)["version"], "close", at)


def stop(store: Store, journey_id: str, at: dt.datetime) -> Change:
    """Nobody enters from `at` on, and all who are inside exit."""
    with _changing(store, journey_id, "stop", at, ("live", "closed")) as mine:
        for row in mine:
            if row["state"] in ("live", "closed"):
                row.update(state="stopped", closed_at=row["closed_at"] or at, ended_at=at)
        _cut_pause(mine, at)
        return Change(journey_id, _newest(mine)["version"], "stop", at)


def pause(
    store: Store, journey_id: str, at: dt.datetime, *, discard: bool = False, length: dt.timedelta | None = None
) -> Change:
    """Nobody enters from `at` on, and whoever comes to a message is held there, or leaves; for 14 days unless said."""
    if length is not None and not length:
        raise UserError("a pause of no length (leave --for out for 14 days, or write one such as 3d)")
    mode: Mode = "discard" if discard else "hold"
    made = Pause(at, at + (length or USUAL_LENGTH), mode)
    with _changing(store, journey_id, "pause", at, ("live", "closed")) as mine:
        if (now := _pause_at(mine, at)) is not None:
            raise UserError(f"{journey_id} is paused until {iso(now.end)}: it can be {_possible(mine, at)}")
        newest = _newest(mine)
        newest["pauses"] = write_pauses([*read_pauses(newest.get("pauses")), made])
        return Change(journey_id, newest["version"], "pause", at, pause=made)


def resume(store: Store, journey_id: str, at: dt.datetime) -> Change:
    """Ends the pause of the journey at `at`."""
    with _changing(store, journey_id, "resume", at, ("live", "closed")) as mine:
        found = _cut_pause(mine, at)
        if found is None:
            former = pauses_of(mine).get(journey_id)
            since = f" at {iso(at)}, its last pause ended at {iso(former[-1].end)}" if former else ""
            raise UserError(f"{journey_id} isn't paused{since}: it can be {_possible(mine, at)}")
        return Change(journey_id, _newest(mine)["version"], "resume", at, pause=found)


def _pause_at(mine: list[Row], at: dt.datetime) -> Pause | None:
    """The pause in which the journey is at that moment."""
    return next((each for pauses in pauses_of(mine).values() for each in pauses if each.holds_at(at)), None)


def _cut_pause(mine: list[Row], at: dt.datetime) -> Pause | None:
    """Ends the pause in which the journey is, and returns it; None where it is in none."""
    found = _pause_at(mine, at)
    if found is None:
        return None
    cut = replace(found, end=at, is_cut=True)
    for row in mine:
        pauses = read_pauses(row.get("pauses"))
        if found in pauses:
            row["pauses"] = write_pauses(cut if each == found else each for each in pauses)
    return cut


@contextmanager
def _changing(
    store: Store, journey_id: str, change: str, at: dt.datetime, possible: tuple[str, ...]
) -> Iterator[list[Row]]:
    """The rows of the journey's versions, to be changed: they are written where the block ends well."""
    with store.exclusive():
        settle(store)
        if store.exists("journey_versions"):
            store.ensure("journey_versions")
        rows = versions(store)
        mine = [row for row in rows if row["journey_id"] == journey_id]
        if not mine:
            known = ", ".join(sorted({row["journey_id"] for row in rows})) or "none"
            raise UserError(f"{journey_id} isn't published: it can't be changed (published are: {known})")
        state = state_of(mine)
        if state not in possible:
            raise UserError(f"{journey_id} is {state}: {OVER.get(state) or f'it can be {_possible(mine, at)}'}")
        check_time(store, journey_id, change, at, mine)
        yield mine
        write_versions(store, rows)


def _newest(mine: list[Row]) -> Row:
    return max(mine, key=lambda row: row["version"])


def state_of(mine: list[Row]) -> str:
    """Where the journey stands: it isn't over as long as one of its versions isn't."""
    states = {row["state"] for row in mine}
    return next((state for state in ("live", "closed") if state in states), _newest(mine)["state"])


OVER = {
    "finished": "nobody is inside any more; a newer version can be published",
    "stopped": "everybody has left; a newer version can be published",
}


def _possible(mine: list[Row], at: dt.datetime) -> str:
    """What can be done with a journey that is live or closed: `paused, stopped, or a newer version published`."""
    changes = ["resumed" if _pause_at(mine, at) else "paused"]
    changes += ["closed"] if state_of(mine) == "live" else []
    return ", ".join([*changes, "stopped, or a newer version published"])


def check_time(store: Store, journey_id: str, change: str, at: dt.datetime, mine: list[Row]) -> None:
    """Refuses a time that a tick has passed, or that lies before the journey's last change (2.8)."""
    until = last_until(store)
    if until is not None and at <= until:
        raise UserError(
            f"can't {change} {journey_id} at {iso(at)}: ticks are committed until {iso(until)} "
            f"(give --at a later time than that)"
        )
    last = last_change(mine)
    if last is not None and at < last:
        raise UserError(
            f"can't {change} {journey_id} at {iso(at)}: its last change holds from {iso(last)} on "
            f"(give --at that time or a later one)"
        )


def last_change(mine: list[Row]) -> dt.datetime | None:
    """From when on the last change in the life of a journey holds; None for one that isn't published."""
    changes = [row[name] for row in mine for name in ("published_at", "closed_at", "ended_at")]
    for pauses in pauses_of(mine).values():
        changes += [each.start for each in pauses] + [each.end for each in pauses if each.is_cut]
    return max((found for found in changes if found is not None), default=None)
