"""A test of a journey: people with `is_test` go through it at once, and what they would get is kept to be looked at.

The engine's own tick runs over tables made for it, with the journey shortened (definition/shortened.py) and no other.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from parcours.definition.files import local_path
from parcours.definition.journeys import BusinessEvent, EventEntry
from parcours.definition.problems import UserError, did_you_mean
from parcours.definition.shortened import longest_run, shortened, unlimited
from parcours.definition.times import iso
from parcours.jobs import life
from parcours.jobs.clone import check_clonable, link, link_others, scratch
from parcours.jobs.committed import Row, rows_where
from parcours.jobs.stand_ins import Brought, make_tables
from parcours.jobs.telling import plural
from parcours.jobs.tick import run_tick
from parcours.jobs.trace import Happening, happenings
from parcours.jobs.trials import Trial, leave_rows, settled
from parcours.jobs.versions import versions

if TYPE_CHECKING:
    from parcours.definition.project import LoadedJourney, Project
    from parcours.jobs.store import Store

MODE = "test"
FOLDER = ".test"
"""Below the outbox: what was rendered, by journey, profile and step."""


@dataclass(frozen=True)
class Rehearsal:
    """What became of each profile. `messages` are files, by profile; `left_out` have `is_test` and aren't read."""

    journey_id: str
    version: int
    start: dt.datetime
    brought: Mapping[str, str]
    happenings: Mapping[str, Sequence[Happening]]
    messages: Mapping[str, Sequence[str]]
    left_out: Sequence[str]
    folder: str


def rehearse(
    store: Store, project: Project, journey_id: str, at: dt.datetime, attributes: Mapping[str, str] | None = None
) -> Rehearsal:
    """Sends the test profiles through the journey as its file says it, shortened, beginning at that moment.

    `attributes` are put into the event that brings each in. Rows of mode `test` take the place of the last test's, and
    so do the files of rendered messages. Busy where a tick is under way.
    """
    loaded = _loaded(project, journey_id)
    if attributes and not isinstance(loaded.journey.entry, EventEntry | BusinessEvent):
        raise UserError(f"--event: no event brings anybody into {journey_id} (leave it out)")
    if "://" in local_path(project.outbox):
        raise UserError(f"{project.outbox}: messages can be rendered only where the outbox is a local folder")
    check_clonable(store)
    settled(store)
    with scratch(store) as folder:
        own = _own_project(project, loaded, at, folder)
        clone, warehouse = store.beside(own), Path(own.warehouse)
        warehouse.mkdir()
        brought = make_tables(store, clone, loaded.journey.entry, at, attributes or {})
        if not store.is_elsewhere("suppressions") and store.exists("suppressions"):
            link(Path(store.path("suppressions")), warehouse / "suppressions")
        link_others(store, warehouse)
        life.publish(clone, own, journey_id, at)
        until = at + longest_run(loaded.journey)
        run_tick(clone, own, until, mode=MODE)
        leave_rows(store, Trial(clone, MODE, journey_id, life.last_until(store) or at, until))
        return _told(clone, project, loaded, at, brought)


def _loaded(project: Project, journey_id: str) -> LoadedJourney:
    loaded = project.journeys.get(journey_id)
    if loaded is None:
        known = ", ".join(sorted(project.journeys)) or "none"
        hint = did_you_mean(journey_id, project.journeys) or f"there are: {known}"
        raise UserError(f"no journey '{journey_id}' in {project.folder} ({hint})")
    return loaded


def _own_project(project: Project, loaded: LoadedJourney, at: dt.datetime, folder: Path) -> Project:
    """The project with this journey alone, shortened, with room for everybody, and with tables in the folder."""
    short = replace(loaded, journey=shortened(loaded.journey, at))
    return replace(
        project,
        warehouse=str(folder / "warehouse"),
        outbox=str(folder / "outbox"),
        sources={name: source for name, source in project.sources.items() if name == "suppressions"},
        journeys={loaded.journey.id: short},
        channels=unlimited(project.channels),
    )


def _told(clone: Store, project: Project, loaded: LoadedJourney, at: dt.datetime, brought: Brought) -> Rehearsal:
    names = ("step_outcomes", "journey_instances", "deliveries", "profile_updates")
    rows = {name: rows_where(clone.delta(name)) for name in names}
    folder = Path(local_path(project.outbox), FOLDER, loaded.journey.id)
    messages = _keep(rows["deliveries"], folder)
    told = {}
    for id in brought.by:
        mine = ([row for row in rows[name] if row["profile_id"] == id] for name in names)
        told[id] = list(happenings(*mine, versions(clone)))
    return Rehearsal(
        journey_id=loaded.journey.id,
        version=loaded.journey.version,
        start=at,
        brought=brought.by,
        happenings=told,
        messages=messages,
        left_out=brought.left_out,
        folder=str(folder),
    )


# -------------------------------------------------------------------------------------------------- rendered messages
def _keep(sends: Sequence[Row], folder: Path) -> dict[str, list[str]]:
    """Writes each send to files of its own, in the place of those of the last test; their names by profile."""
    made: dict[str, list[str]] = {}
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for send in sorted(sends, key=lambda row: (row["profile_id"], row["send_at"], row["step_id"])):
        place = Path(quote(send["profile_id"], safe="@ +"))
        (new / place).mkdir(exist_ok=True)
        for kind, text in _texts(send).items():
            name = place / f"{send['step_id']}.{kind}"
            (new / name).write_text(text, encoding="utf-8")
            made.setdefault(send["profile_id"], []).append(str(folder / name))
    shutil.rmtree(folder, ignore_errors=True)
    new.replace(folder)
    return made


def _texts(send: Row) -> dict[str, str]:
    """The send as JSON, and its HTML as a browser shows it."""
    content = dict(send["content"] or ())
    shown = {name: send[name] for name in SHOWN} | {"send_at": iso(send["send_at"]), "content": content}
    found = {"json": json.dumps(shown, ensure_ascii=False, indent=2) + "\n"}
    return found | ({"html": content["html"]} if "html" in content else {})


SHOWN = (
    *("delivery_id", "profile_id", "step_id", "channel", "address", "category", "template", "variant"),
    *("send_at", "unsubscribe_url"),
)


def as_json(found: Rehearsal) -> dict[str, Any]:
    """The whole of it for a program."""
    return {**vars(found), "happenings": {id: [vars(one) for one in each] for id, each in found.happenings.items()}}


def lines(found: Rehearsal) -> list[str]:
    """What is to be said beside the table."""
    told = [f"{id}: {by}" for id, by in found.brought.items()]
    if found.left_out:
        told.append(f"not brought in, though they have is_test: {', '.join(found.left_out)}")
    count = sum(name.endswith(".json") for files in found.messages.values() for name in files)
    kept = f"{plural(count, 'message')} rendered, not sent" + (f": {found.folder}" if count else "")
    return [
        *told,
        kept,
        "The rows stand in step_outcomes and journey_instances with mode = 'test', until the next test of "
        f"{found.journey_id}.",
    ]
