"""What journeys wrote, merged into profiles and audiences after the commit, or kept beside sources elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from parcours.definition.project import load_project
from parcours.jobs import boundaries, life
from parcours.jobs.beside import as_read
from parcours.jobs.commit import Written, settle
from parcours.jobs.store import OWN_STAYS, Store
from parcours.jobs.tick import run_tick
from parcours.jobs.written import merge_written
from tests.builders import GO, at, case, event, events, load, publish
from tests.engine import SPARK, run, write_journey
from tests.oracle.clock import instant
from tests.quick_load import quick_load

pytestmark = pytest.mark.spark

PROMOTES = {
    "entry": GO,
    "steps": [
        {"id": "promote", "type": "update_profile", "set": {"tier": "'gold'", "mark": "'seen'"}},
        {"id": "join", "type": "update_audience", "audience": "gold", "action": "add"},
        {"id": "leave", "type": "update_audience", "audience": "basic", "action": "remove"},
        {"id": "pause", "type": "wait", "for": "P1D"},
        {
            "id": "which",
            "type": "condition",
            "paths": [{"label": "gold", "when": "profile.tier = 'gold' AND in_audience('gold')"}],
            "otherwise": "end",
        },
    ],
}
PEOPLE = [{"profile_id": who, "tier": "basic"} for who in ("ada", "bob")]
STAYS = [{"audience_id": "basic", "profile_id": who, "entered_at": at("1 00:00")} for who in ("ada", "bob")]
GOES = [event(f"e-{who}", "go", who, "2 09:00") for who in ("ada", "bob")]
FIRST, SECOND = instant(at("2 12:00")), instant(at("4 00:00"))


class Stopped(BaseException):
    """The process ended here, as far as the tick can tell."""


def stop_before_merging(name: str) -> None:
    if name == "before merging into profiles":
        raise Stopped


def stays(frame: Any) -> set[tuple[str, ...]]:
    rows = frame.selectExpr("audience_id", "profile_id", "string(entered_at)", "string(exited_at)").collect()
    return {tuple(str(value)[:16] for value in row) for row in rows}


AFTER = {("basic", who, "2026-03-01 00:00", "2026-03-02 09:00") for who in ("ada", "bob")} | {
    ("gold", who, "2026-03-02 09:00", "None") for who in ("ada", "bob")
}


def paths(store: Store) -> dict[str, str]:
    rows = store.small("step_outcomes").to_pylist()
    return {row["profile_id"]: row["path"] for row in rows if row["step_id"] == "which"}


def test_a_load_after_the_commit_wins_and_a_second_merge_changes_nothing(spark: Any, tmp_path: Path) -> None:
    told = case(
        load("profiles", *PEOPLE), load("audience_members", *STAYS), events(*GOES), publish("2 00:00", **PROMOTES)
    )
    run({**told, "profiles": {"tier": "string", "mark": "string"}}, tmp_path, spark)
    store = Store(load_project(tmp_path), spark)
    boundaries.watchers.append(stop_before_merging)
    with pytest.raises(Stopped):
        run_tick(store, store.project, FIRST)
    boundaries.watchers.clear()

    # mark isn't in the load, which comes after the commit and before the merge
    quick_load(store, "profiles", [{"profile_id": "ada", "tier": "silver"}])
    pinned = dict(store.small("ticks")["source_versions"].to_pylist()[0])
    settle(store)

    def tiers() -> dict[str, tuple[str, str]]:
        return {row["profile_id"]: (row["tier"], row["mark"]) for row in store.small("profiles").to_pylist()}

    assert tiers() == {"ada": ("silver", "seen"), "bob": ("gold", "seen")}
    assert stays(store.read("audience_members")) == AFTER

    quick_load(store, "profiles", [{"profile_id": "bob", "tier": "bronze"}])
    steps = {"j|1|join": ("gold", True), "j|1|leave": ("basic", False)}
    written = Written({"tier": "string", "mark": "string"}, steps, pinned)
    before = {table: store.version(table) for table in ("profiles", "audience_members")}
    merge_written(store, "2026-03-02T12:00:00.000000Z", written)
    assert {table: store.version(table) for table in before} == before
    assert tiers() == {"ada": ("silver", "seen"), "bob": ("bronze", "seen")}


@pytest.fixture
def elsewhere(spark: Any, tmp_path: Path) -> Store:
    """A project whose profiles and stays stand in a lake, under other names, with its journey published."""
    told = {**case(events(*GOES)), "profiles": {"tier": "string", "mark": "string"}}
    run(told, tmp_path, spark)
    store = Store(load_project(tmp_path), spark)
    quick_load(store, "profiles", PEOPLE)
    quick_load(store, "audience_members", STAYS)
    for table in ("profiles", "audience_members"):
        (tmp_path / "lake").mkdir(exist_ok=True)
        shutil.move(tmp_path / "warehouse" / table, tmp_path / "lake" / table)
    sources = {table: {"path": f"lake/{table}"} for table in ("profiles", "audience_members")}
    (tmp_path / "parcours.yaml").write_text(yaml.safe_dump({"name": "case", "spark": SPARK, "sources": sources}))
    journey = {"id": "j", "version": 1, **PROMOTES}
    write_journey(journey, tmp_path)
    project = load_project(tmp_path)
    life.publish(Store(project, spark), project, "j", instant(at("2 00:00")))
    return Store(project, spark)


def test_over_a_source_elsewhere_it_is_laid_at_reading(elsewhere: Store) -> None:
    store, versions = elsewhere, {}
    versions = {table: store.version(table) for table in ("profiles", "audience_members")}
    run_tick(store, store.project, FIRST)
    assert {table: store.version(table) for table in versions} == versions
    assert stays(as_read(store, "audience_members")) == AFTER

    # the lake says something else of bob: that counts
    store.delta("profiles").update({"tier": "'silver'"}, predicate="profile_id = 'bob'")
    run_tick(store, store.project, SECOND)
    assert paths(store) == {"ada": "gold", "bob": "otherwise"}
    rows = as_read(store, "profiles").select("profile_id", "tier", "mark").collect()
    assert {tuple(row) for row in rows} == {("ada", "gold", "seen"), ("bob", "silver", "seen")}
    assert store.version(OWN_STAYS) is not None
