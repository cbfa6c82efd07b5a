"""What trials leave, and what their commands say to a mistake. No Spark."""

import logging
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs import boundaries
from parcours.jobs.clone import cloned
from parcours.jobs.commit import settle
from parcours.jobs.store import Store
from parcours.jobs.trials import KEPT, Trial, leave_rows
from tests.jobs.conftest import Parcours
from tests.jobs.story import day, instance, outcomes
from tests.jobs.test_kills import Stopped

UNTIL = day("6")


def rows_of(mode: str, *profiles: str) -> dict[str, list[dict[str, Any]]]:
    """What a tick in that mode would write of some people's first row, in the story's journey."""
    first = [row for row in outcomes() if row["profile_id"] in profiles and row["sequence"] == 0]
    more = {"mode": mode, "tick_until": UNTIL}
    return {
        "step_outcomes": [{**row, **more, "instance_id": f"{mode}-{row['profile_id']}"} for row in first],
        "journey_instances": [
            {**instance(profile, "2T09", "active", "rest", **more), "instance_id": f"{mode}-{profile}"}
            for profile in profiles
        ],
    }


def leave(store: Store, mode: str, *profiles: str) -> None:
    """Carries out a trial that comes to these rows."""
    with cloned(store, store.project) as (clone, _):
        for table, rows in rows_of(mode, *profiles).items():
            clone.append_small(table, rows)
        leave_rows(store, Trial(clone, mode, "news", day("5"), UNTIL))


@pytest.fixture
def opened(store: Store, tmp_path: Path) -> Store:
    """The story's tables, opened with its project."""
    return Store(load_project(tmp_path))


def told(store: Store) -> dict[str, list[str]]:
    """The ids in both tables, by mode."""
    found: dict[str, list[str]] = {}
    for table in KEPT:
        for row in store.small(table).to_pylist():
            found.setdefault(f"{row['mode']} {table}", []).append(row["instance_id"])
    return {key: sorted(ids) for key, ids in found.items() if not key.startswith("live")}


def live(store: Store) -> list[Any]:
    return [sorted((row for row in store.small(table).to_pylist() if row["mode"] == "live"), key=str) for table in KEPT]


def test_a_trial_takes_the_place_of_the_one_before_and_of_no_other_rows(opened: Store) -> None:
    before = live(opened)
    leave(opened, "dry_run", "ada", "ben")
    leave(opened, "test", "eve")
    leave(opened, "dry_run", "cleo")
    assert told(opened) == {
        "dry_run step_outcomes": ["dry_run-cleo"],
        "dry_run journey_instances": ["dry_run-cleo"],
        "test step_outcomes": ["test-eve"],
        "test journey_instances": ["test-eve"],
    }
    assert live(opened) == before
    # Its tick counts as committed: the rows are nothing of a tick that is still to come.
    untils = {row["tick_until"] for row in opened.small("step_outcomes").to_pylist() if row["mode"] != "live"}
    assert untils == {day("5")}
    leave(opened, "dry_run")
    assert told(opened).keys() == {"test step_outcomes", "test journey_instances"}


def test_a_trial_that_was_killed_while_it_wrote_is_undone(opened: Store, caplog: pytest.LogCaptureFixture) -> None:
    leave(opened, "dry_run", "ada")
    before = told(opened), live(opened)
    names: list[str] = []
    boundaries.watchers.append(names.append)
    try:
        leave(opened, "dry_run", "ada")
    finally:
        boundaries.watchers.clear()
    assert len(names) == 8
    for number in range(len(names)):
        left = [number]

        def stop(name: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Stopped(name)

        boundaries.watchers.append(stop)
        try:
            with pytest.raises(Stopped):
                leave(opened, "dry_run", "ben", "cleo")
        finally:
            boundaries.watchers.clear()
        with caplog.at_level(logging.WARNING, "parcours"):
            settle(opened)
        assert (told(opened), live(opened)) == before, f"stopped at boundary {number}"
    assert caplog.messages[-1] == "undid the dry run of news, which was stopped before its commit"


# ------------------------------------------------------------------------------------------------------------ mistakes
@pytest.fixture
def project(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The story's folder, which ticks until the fifth of March, with files of two journeys, one not yet published."""
    (tmp_path / "journeys").mkdir()
    for id, version in (("news", 1), ("fresh", 1)):
        steps = "steps: [{id: w, type: wait, for: 1d}]\n"
        entry = 'entry: {type: read_audience, audience: readers, schedule: {cron: "0 9 * * *"}}\n'
        (tmp_path / "journeys" / f"{id}.yaml").write_text(f"id: {id}\nversion: {version}\n{entry}{steps}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("dry-run", "newz", "--until", "2026-03-06"),
            "no journey 'newz' in {folder}, and none is published (did you mean 'news'?)",
        ),
        (
            ("dry-run", "news", "--until", "2026-03-05"),
            "--until 2026-03-05T00:00:00Z: ticks are committed until 2026-03-05T00:00:00Z (give a later --until)",
        ),
        (
            ("dry-run", "news", "--until", "2026-03-06", "--at", "2026-03-05T09:00:00"),
            "--at 2026-03-05T09:00:00Z: news version 1 is published from 2026-03-01T00:00:00Z on; --at is for what "
            "isn't published yet (leave it out)",
        ),
        (
            ("dry-run", "fresh", "--until", "2026-03-06", "--at", "2026-03-07"),
            "--until 2026-03-06T00:00:00Z: fresh version 1 isn't published, and would be from 2026-03-07T00:00:00Z on "
            "(give a later --until, or --at for an earlier beginning)",
        ),
        (
            ("dry-run", "fresh", "--until", "2026-03-06", "--at", "2026-03-04"),
            "can't publish fresh at 2026-03-04T00:00:00Z: ticks are committed until 2026-03-05T00:00:00Z (give --at a "
            "later time than that)",
        ),
        (
            ("dry-run", "news", "--warehouse", "elsewhere", "--until", "2026-03-06"),
            "no table profiles in {folder}/elsewhere yet (parcours load profiles FILE; --warehouse is another)",
        ),
    ],
)
def test_what_cant_be_tried_is_refused_with_what_can(
    parcours: Parcours, project: Path, words: tuple[str, ...], says: str
) -> None:
    said = parcours(*words)
    assert (said.status, said.out) == (2, "")
    assert says.format(folder=project) in said.err


def test_a_trial_beside_a_running_tick_stops_at_once(parcours: Parcours, project: Path, store: Store) -> None:
    with store.exclusive():
        said = parcours("dry-run", "news", "--until", "2026-03-06")
    assert said.status == 1
    assert "a tick or a change of a journey's life is under way already" in said.err
    assert not Path(store.project.warehouse, ".trials").exists()
