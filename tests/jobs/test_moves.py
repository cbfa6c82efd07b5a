"""A move where rows are many: people who are alike are one atom, and apart again by what the new version asks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from parcours.jobs import inputs, life, write
from parcours.jobs.check import check_everything
from parcours.jobs.dry_run import dry_run
from parcours.jobs.places import open_project
from parcours.jobs.status import status
from parcours.jobs.store import Store
from parcours.jobs.trace import trace
from tests import oracle
from tests.builders import at, case, load, members
from tests.comparing import compare
from tests.engine import run, write_journey
from tests.oracle.clock import instant
from tests.oracle.identity import digest

pytestmark = pytest.mark.spark

PEOPLE = [f"p{number:02d}" for number in range(24)]
CHANNELS = {
    "email": {"address": "profile.email", "limits": [{"max": 3, "per": "day"}]},
    "push": {"address": "profile.profile_id"},
}
READ = {"type": "read_audience", "audience": "all", "schedule": {"at": at("2 09:00")}}
NOTE = {"id": "note", "type": "message", "channel": "push"}
REST = {"id": "rest", "type": "wait", "for": "3d"}


def condition(id: str, when: str, then: str, otherwise: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": "condition",
        "paths": [{"label": "yes", "when": when, "next": then}],
        "otherwise": otherwise,
    }


def version(id: str, number: int, when: str, *steps: dict[str, Any], insiders: str = "move") -> dict[str, Any]:
    journey = {"id": id, "version": number, "entry": READ, "steps": list(steps)}
    return {"do": "publish", "journey": journey, "at": at(when), "insiders": insiders}


def tick(until: str) -> dict[str, Any]:
    return {"do": "tick", "until": at(until), "every": None}


CASE = case(
    load(
        "profiles",
        *(
            {"profile_id": p, "email": f"{p}@x.com", "letter": "ab"[n % 2], "colour": ("red", "blue", "grey")[n % 3]}
            for n, p in enumerate(PEOPLE)
        ),
    ),
    members("all", *PEOPLE),
    version(
        *("calm", 1, "2 00:00"),
        NOTE,
        condition("which", "profile.letter = 'a'", "rest", "other"),
        {**REST, "next": "end"},
        {"id": "other", "type": "wait", "for": "2d"},
        insiders="stay",
    ),
    version("queue", 1, "2 00:00", {"id": "mail", "type": "message", "channel": "email"}, REST, insiders="stay"),
    tick("2 12:00"),
    # Of those who are alike some are red, some grey; there is no `other` any more.
    version("calm", 2, "3 10:00", REST, condition("grey", "profile.colour = 'grey'", "note", "end"), NOTE),
    version("calm", 3, "3 11:00", REST, condition("red", "profile.colour = 'red'", "note", "end"), NOTE),
    version("queue", 2, "3 10:00", {"id": "mail", "type": "message", "channel": "email"}),
    tick("6 00:00"),
    channels=CHANNELS,
)


@pytest.fixture(scope="module")
def store(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The warehouse after the case, as it is made where rows are many."""
    folder = tmp_path_factory.mktemp("moves")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "FEW", -1)
        patch.setattr(write, "FEW", 0)
        ours = run(CASE, folder, spark)
    assert compare(ours, oracle.run(CASE)) == ""
    return Store(open_project(folder), spark)


def test_who_moves_is_counted_as_leaving_and_coming(store: Store) -> None:
    days = store.small("journey_daily").to_pylist()
    names = ("entered", "moved_in", "moved_out", "exited", "completed", "inside")
    found = {(d["journey_id"], d["journey_version"], d["day"].day): tuple(d[name] for name in names) for d in days}
    # Of the 24 of `calm` 12 stand at `rest`. Six of 24 have left the queue, and stand where there is no step any more.
    assert {place: found[place] for place in found if place[2] == 3} == {
        ("calm", 1, 3): (0, 0, 12, 12, 0, 0),
        ("calm", 2, 3): (0, 12, 12, 0, 0, 0),
        ("calm", 3, 3): (0, 12, 0, 0, 0, 12),
        ("queue", 1, 3): (0, 0, 18, 6, 0, 0),
        ("queue", 2, 3): (0, 18, 0, 0, 0, 18),
    }


def test_everything_adds_up_over_moves(store: Store) -> None:
    found = check_everything(store, open_project(Path(store.project.folder)))
    assert {each.name: list(each.details) for each in found if not each.is_ok} == {}
    assert [(v.journey_id, v.version, v.state, v.inside) for v in status(store).versions] == [
        ("calm", 3, "live", 0),
        ("queue", 2, "live", 9),
    ]
    assert {
        (row["journey_id"], row["version"]): row["state"] for row in store.small("journey_versions").to_pylist()
    } == {
        ("calm", 1): "finished",
        ("calm", 2): "finished",
        ("calm", 3): "live",
        ("queue", 1): "finished",
        ("queue", 2): "live",
    }


def test_a_trace_tells_of_the_move(store: Store) -> None:
    assert [happening.words for happening in trace(store, "p00", "calm")] == [
        "entered version 1 (2026-03-02T09:00:00Z)",
        "sent by push to p00: Hello",
        "took the path yes",
        "waits until 2026-03-05T09:00:00Z",
        "moved from version 1 to version 2, where it stood",
        "moved from version 2 to version 3, where it stood",
        "the wait is over",
        "took the path yes",
        "not sent: it had been sent before, in the version from which it moved",
        "completed the journey",
    ]


def test_in_a_dry_run_too_who_moves_keeps_the_id_of_the_version_that_it_entered(
    store: Store, spark: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(store.project.folder, folder)
    write_journey(
        version("queue", 3, "6 06:00", {"id": "mail", "type": "message", "channel": "push"})["journey"], folder
    )
    project = open_project(folder)
    own = Store(project, spark)
    life.publish(own, project, "queue", instant(at("6 06:00")), "move")
    assert dry_run(own, project, "queue", instant(at("6 12:00"))).inside == 0
    rows = [row for row in own.small("step_outcomes").to_pylist() if row["mode"] == "dry_run"]
    assert {(row["journey_version"], row["outcome"]) for row in rows} == {
        *((3, outcome) for outcome in ("moved", "sent", "completed")),
    }
    assert {row["instance_id"] for row in rows} == {
        digest("queue", 1, row["profile_id"], "2026-03-02T09:00:00Z", "dry_run") for row in rows
    }
    assert len({row["instance_id"] for row in rows}) == 9
