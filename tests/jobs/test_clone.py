"""A clone of the tables: what the last tick left, apart from the original, gone afterwards. No Spark."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from parcours.definition.problems import UserError
from parcours.definition.project import load_project
from parcours.jobs.clone import cloned, scratch
from parcours.jobs.commit import WRITTEN, TickWriter
from parcours.jobs.lock import locked
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL
from tests.jobs.story import deliveries


@pytest.fixture
def opened(store: Store, tmp_path: Path) -> Store:
    """The story's tables, opened with its project."""
    return Store(load_project(tmp_path))


def count(store: Store, table: str) -> int:
    return len(store.small(table))


def a_delivery() -> pa.Table:
    return pa.Table.from_pylist([{**deliveries()[0], "delivery_id": "another"}], arrow_schema(ALL["deliveries"]))


def test_a_clone_holds_what_the_last_tick_left_and_nothing_of_one_under_way(opened: Store) -> None:
    committed = {table: count(opened, table) for table in ALL}
    TickWriter(opened, "2026-03-06T00:00:00.000000Z").append("deliveries", a_delivery())
    opened.append_small("profiles", [{"profile_id": "gus"}])
    with cloned(opened, opened.project) as (clone, project):
        assert {table: count(clone, table) for table in ALL} == committed | {"profiles": committed["profiles"] + 1}
        assert clone.version("deliveries") == (opened.version("deliveries") or 0) - 1
        assert (project.warehouse, project.outbox) != (opened.project.warehouse, opened.project.outbox)


def test_before_the_first_commit_a_clone_has_nothing_that_a_tick_writes(opened: Store) -> None:
    opened.delta("ticks").delete()
    with cloned(opened, opened.project) as (clone, _):
        assert [table for table in ALL if clone.exists(table)] == [t for t in ALL if t not in WRITTEN]


def test_what_is_written_to_a_clone_isnt_written_to_the_tables(opened: Store) -> None:
    def bytes_of() -> dict[Path, bytes]:
        warehouse = Path(opened.project.warehouse)
        return {file: file.read_bytes() for file in warehouse.rglob("*") if file.is_file()}

    before = bytes_of()
    with cloned(opened, opened.project) as (clone, _):
        writer = TickWriter(clone, "2026-03-06T00:00:00.000000Z")
        writer.append("deliveries", a_delivery())
        writer.remove("journey_instances", "status = 'active'")
        clone.delta("step_outcomes").optimize.compact()
        clone.delta("profiles").create_checkpoint()
        clone.delta("profiles").vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        assert count(clone, "deliveries") == count(opened, "deliveries") + 1
    assert bytes_of() == before


def test_a_table_with_checkpoints_is_cloned_at_an_older_version_too(opened: Store) -> None:
    committed = count(opened, "deliveries")
    opened.append_small("deliveries", a_delivery())
    opened.delta("deliveries").create_checkpoint()
    with cloned(opened, opened.project) as (clone, _):
        assert count(clone, "deliveries") == committed
    opened.delta("profiles").create_checkpoint()
    opened.append_small("profiles", [{"profile_id": "gus"}])
    with cloned(opened, opened.project) as (clone, _):
        assert count(clone, "profiles") == count(opened, "profiles")


def test_tables_that_lookups_read_are_there_as_they_stand(opened: Store) -> None:
    shutil.copytree(opened.path("profiles"), opened.path("shops"))
    with cloned(opened, opened.project) as (clone, _):
        assert clone.delta("shops").to_pyarrow_table() == opened.delta("profiles").to_pyarrow_table()
    assert opened.delta("shops").count() == 5


def test_a_place_is_gone_after_the_block_and_those_of_killed_processes_go_with_it(opened: Store) -> None:
    trials = Path(opened.project.warehouse, ".trials")
    (trials / "killed" / "warehouse").mkdir(parents=True)
    with locked(trials / "alive.lock", "a trial"):
        (trials / "alive").mkdir()
        with scratch(opened) as folder:
            assert {path.name for path in trials.iterdir() if path.is_dir()} == {"alive", folder.name}
    shutil.rmtree(trials / "alive")
    (trials / "alive.lock").unlink()
    with pytest.raises(ValueError, match="stopped"), scratch(opened):
        raise ValueError("stopped")
    assert not trials.exists()


def test_a_warehouse_elsewhere_cant_be_cloned(opened: Store) -> None:
    from dataclasses import replace

    from parcours.jobs.clone import check_clonable

    with pytest.raises(UserError) as refused:
        check_clonable(opened.beside(replace(opened.project, warehouse="s3a://lake/shop")))
    assert str(refused.value) == "s3a://lake/shop: tables can be cloned only where the warehouse is a local folder"
