"""The tables of a test: the people with `is_test`, what is known of them, and what brings them in at its moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import write_deltalake

from parcours.definition.journeys import AnyEntry, BusinessEvent, EventEntry, Qualification, ReadAudience
from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.telling import plural
from parcours.tables import ALL
from parcours.transforms.dispatch import quoted

if TYPE_CHECKING:
    from parcours.jobs.store import Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Brought:
    """By what each profile comes in, in words, and which test profiles don't: they are in no audience that is read."""

    by: Mapping[str, str]
    left_out: Sequence[str] = ()


def make_tables(
    store: Store, target: Store, entry: AnyEntry, at: dt.datetime, attributes: Mapping[str, str]
) -> Brought:
    """Fills profiles, stays and events of another warehouse; `attributes` are put into the events that bring in.

    A read, or a business event, brings in those who are in its audience at that moment. An event, or a qualification,
    everybody: by the newest that there is of the kind, or by one that is made up.
    """
    people = store.read("profiles").where("is_test").toArrow()
    ids: list[str] = sorted(people["profile_id"].to_pylist())
    if not ids:
        raise UserError(
            "no profile has is_test = true: nobody to test with (load some: a CSV with the columns profile_id and "
            "is_test, a line such as ada,true, and parcours load profiles FILE)"
        )
    stays = _rows(store, "audience_members", f"profile_id IN ({_listed(ids)})")
    happened = f"event_time < '{iso(at)}' AND (profile_id IS NULL OR profile_id IN ({_listed(ids)}))"
    events = _rows(store, "events", happened)
    match entry:
        case EventEntry():
            events, by = _by_events(events, entry.event, ids, at, attributes)
            brought = Brought(by)
        case Qualification():
            stays, by = _by_stays(stays, entry, ids, at)
            brought = Brought(by)
        case ReadAudience() | BusinessEvent():
            brought = _members(stays, entry.audience, ids, at)
            if isinstance(entry, BusinessEvent):
                events, by = _by_events(events, entry.event, [None], at, attributes)
                brought = Brought(dict.fromkeys(brought.by, *by.values()), brought.left_out)
    write_deltalake(target.path("profiles"), people)
    for table, rows in (("audience_members", stays), ("events", events)):
        write_deltalake(target.path(table), pa.Table.from_pylist(rows, arrow_schema(ALL[table])))
    return brought


def _rows(store: Store, table: str, where: str) -> list[Row]:
    if not store.exists(table):
        return []
    found = store.read(table).where(where).select(*ALL[table].column_names).toArrow()
    rows: list[Row] = found.to_pylist()
    return rows


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(quoted(id) for id in ids)


def _members(stays: Sequence[Row], audience: str, ids: Sequence[str], at: dt.datetime) -> Brought:
    found = {
        row["profile_id"]
        for row in stays
        if row["audience_id"] == audience
        and row["entered_at"] <= at
        and (row["exited_at"] is None or row["exited_at"] > at)
    }
    if not found:
        raise UserError(
            f"none of the {plural(len(ids), 'profile')} with is_test is in the audience {audience} at {iso(at)} "
            "(parcours load audience_members FILE, or parcours audiences refresh)"
        )
    by = {id: f"is in {audience}" for id in ids if id in found}
    return Brought(by, [id for id in ids if id not in found])


def _by_events(
    events: Sequence[Row], kind: str, ids: Sequence[str | None], at: dt.datetime, attributes: Mapping[str, str]
) -> tuple[list[Row], dict[str, str]]:
    """The newest event of the type of each (None: of nobody), taken to that moment; made up where there is none."""
    kept, by = list(events), dict[str, str]()
    for id in ids:
        mine = [row for row in events if row["event_type"] == kind and row["profile_id"] == id]
        newest = max(mine, key=lambda row: (row["event_time"], row["event_id"]), default=None)
        if newest is None:
            made_up = {"event_id": f"test|{id}" if id else "test", "event_type": kind, "profile_id": id}
            row: Row = {**made_up, "attributes": []}
            by[id or ""] = f"{kind}, made up: there is none"
        else:
            row = newest
            kept.remove(newest)
            by[id or ""] = f"{kind} {newest['event_id']} of {iso(newest['event_time'])}, the newest"
        given = {**dict(row["attributes"] or ()), **attributes}
        kept.append({**row, "event_time": at, "attributes": list(given.items())})
    return kept, by


def _by_stays(
    stays: Sequence[Row], entry: Qualification, ids: Sequence[str], at: dt.datetime
) -> tuple[list[Row], dict[str, str]]:
    """Each one's newest stay, made to begin or end at that moment; made up for whoever has none."""
    kept, by = [row for row in stays if row["audience_id"] != entry.audience], dict[str, str]()
    for id in ids:
        mine = [row for row in stays if (row["audience_id"], row["profile_id"]) == (entry.audience, id)]
        newest: Row = max(mine, key=lambda row: row["entered_at"], default={"entered_at": at, "attributes": []})
        row = {**newest, "audience_id": entry.audience, "profile_id": id}
        if entry.on == "exit":
            kept.append({**row, "entered_at": min(newest["entered_at"], at - A_DAY), "exited_at": at})
            by[id] = f"leaves {entry.audience}"
        else:
            kept.append({**row, "entered_at": at, "exited_at": None})
            by[id] = f"enters {entry.audience}"
    return kept, by


A_DAY = dt.timedelta(days=1)
