"""What the tasks of a DAG around a tick find: inputs before it, batches and counts after it. None of it needs Spark."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from parcours.jobs import announce, check_batches, check_inputs
from parcours.jobs.gate import Asked, GateFailed
from parcours.jobs.places import read_places
from parcours.jobs.store import Store

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
LATER = NINE + timedelta(days=365)
CONTENT = b'{"address": "ada@example.com"}\n{"address": "bob@example.com"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(read_places(folder))  # type: ignore[arg-type]


def asked(folder: Path, until: datetime = NINE, since: datetime | None = None) -> Asked:
    return Asked(folder, until, since)


def stay(profile: str | None, entered: datetime = NINE, exited: datetime | None = None) -> dict[str, Any]:
    return {"audience_id": "vip", "profile_id": profile, "entered_at": entered, "exited_at": exited}


def profile(profile_id: str) -> dict[str, Any]:
    return {"profile_id": profile_id, "email": f"{profile_id}@example.com"}


# -------------------------------------------------------------------------------------------------------------- inputs
def test_inputs_without_rows_or_tables_are_fine(folder: Path, store: Store) -> None:
    store.ensure("profiles")
    assert check_inputs.check_inputs(asked(folder), LATER) == {"profiles": 0}


def test_rows_of_the_sources_are_counted(folder: Path, store: Store) -> None:
    store.ensure("profiles", "audience_members")
    store.append_small("profiles", [profile("ada"), profile("bob")])
    store.append_small("audience_members", [stay("ada")])
    assert check_inputs.check_inputs(asked(folder), LATER) == {"profiles": 2, "audience_members": 1}


def test_only_rows_since_the_last_tick_are_looked_at(folder: Path, store: Store) -> None:
    store.ensure("profiles", "ticks")
    store.append_small("profiles", [profile("ada"), profile("bob")])
    store.append_small("ticks", [tick(source_versions={"profiles": store.version("profiles")})])
    store.append_small("profiles", [profile("eve")])
    assert check_inputs.check_inputs(asked(folder), LATER) == {"profiles": 1}


def test_a_version_that_is_gone_from_the_log_lets_all_rows_be_looked_at(folder: Path, store: Store) -> None:
    store.ensure("profiles", "ticks")
    store.append_small("profiles", [profile("ada")])
    store.append_small("ticks", [tick(source_versions={"profiles": 4711})])
    assert check_inputs.check_inputs(asked(folder), LATER) == {"profiles": 1}


def test_a_stay_that_ends_before_it_starts_holds_the_tick_up(folder: Path, store: Store) -> None:
    store.ensure("audience_members")
    store.append_small("audience_members", [stay("ada", NINE, NINE), stay("bob", NINE, NINE + QUARTER)])
    with pytest.raises(GateFailed) as failed:
        check_inputs.check_inputs(asked(folder), LATER)
    assert str(failed.value) == "audience_members: exited_at is after entered_at: not so of 1"


def test_a_source_elsewhere_must_have_its_key_once(folder: Path) -> None:
    people = [{"customer_id": name, "email": None} for name in ("ada", "bob", "ada", None)]
    _elsewhere(folder, "profiles", people, {"profile_id": "customer_id"})
    with pytest.raises(GateFailed) as failed:
        check_inputs.check_inputs(asked(folder), LATER)
    assert str(failed.value) == (
        "profiles: profile_id is never null: not so of 1\nprofiles: profile_id: one row each: not so of 1"
    )


def test_a_source_elsewhere_must_have_the_columns_of_its_key(folder: Path) -> None:
    _elsewhere(folder, "profiles", [{"customer": "ada"}], {"profile_id": "customer_id"})
    with pytest.raises(GateFailed) as failed:
        check_inputs.check_inputs(asked(folder), LATER)
    assert str(failed.value) == f"parcours.yaml: sources.profiles: no column profile_id in {folder / 'lake'}"


def test_a_value_outside_of_its_closed_list_holds_the_tick_up(folder: Path) -> None:
    rows = [{"feedback_id": "1", "feedback": "lost"}, {"feedback_id": "2", "feedback": "opened"}]
    _elsewhere(folder, "message_feedback", rows, {})
    with pytest.raises(GateFailed) as failed:
        check_inputs.check_inputs(asked(folder), LATER)
    assert str(failed.value).startswith("message_feedback: feedback is one of delivered, bounced_hard")
    assert str(failed.value).endswith(": not so of 1")


def test_a_tick_that_would_end_in_the_future_is_held_up(folder: Path) -> None:
    with pytest.raises(GateFailed) as failed:
        check_inputs.check_inputs(asked(folder), NINE - timedelta(minutes=2))
    assert str(failed.value) == "the tick would end in the future: 2026-03-02T09:00:00Z (wait until then)"


def test_a_wrong_definition_is_said_with_its_place(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "parcours.yaml").write_text("name: shop\ntimezone: Paris\n")
    assert check_inputs.main(["--project", str(folder), "--until", "2026-03-02T09:00:00Z"]) == 2
    assert "parcours.yaml:2: timezone: unknown time zone: 'Paris'" in capfd.readouterr().err


def test_a_mistake_in_a_draft_holds_no_tick_up(folder: Path, store: Store) -> None:
    store.ensure("profiles")
    (folder / "journeys").mkdir(exist_ok=True)
    (folder / "journeys" / "draft.yaml").write_text("id: draft\n")
    assert check_inputs.check_inputs(asked(folder), LATER) == {"profiles": 0}


def test_a_gate_answers_in_json(folder: Path, store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    store.ensure("profiles")
    assert check_inputs.main(["--project", str(folder), "--until", "2026-03-02T09:00:00Z"]) == 0
    assert json.loads(capfd.readouterr().out) == {"profiles": 0}


def _elsewhere(folder: Path, table: str, rows: list[dict[str, Any]], columns: Mapping[str, str]) -> None:
    source = json.dumps({table: {"path": "lake", "columns": columns}})
    (folder / "parcours.yaml").write_text(f"name: shop\nsources: {source}\n")
    write_deltalake(str(folder / "lake"), pa.Table.from_pylist(rows))


# ------------------------------------------------------------------------------------------------- what a tick has left
def tick(until: datetime = NINE, **given: Any) -> dict[str, Any]:
    return {"from": until - QUARTER, "until": until, "committed_at": until, **given}


def outcome(journey: str, outcome: str, until: datetime, mode: str = "live") -> dict[str, Any]:
    where = {"step_id": "entry", "step_type": "entry", "journey_id": journey, "journey_version": 1}
    who = {"instance_id": "i", "profile_id": "ada", "sequence": 0, "mode": mode}
    when = {"occurred_at": until, "occurred_date": until.date(), "tick_until": until}
    return {**where, **who, **when, "outcome": outcome}


def delivery(delivery_id: str, batch: str | None, until: datetime = NINE, channel: str = "email") -> dict[str, Any]:
    where = {"step_id": "mail", "journey_id": "weekly", "journey_version": 1, "category": "marketing"}
    who = {"delivery_id": delivery_id, "profile_id": "ada", "instance_id": "i", "address": "ada@example.com"}
    when = {"send_at": until, "queued_at": until, "send_date": until.date(), "tick_until": until}
    return {**where, **who, **when, "batch_id": batch, "channel": channel}


def batch(
    folder: Path, batch_id: str, count: int = 2, until: datetime = NINE, channel: str = "email"
) -> dict[str, Any]:
    path = f"outbox/{channel}/{date(2026, 3, 2)}/{batch_id}.jsonl"
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(CONTENT)
    told = {"batch_id": batch_id, "channel": channel, "row_count": count, "path": path, "format": "jsonl"}
    when = {"first_send_at": until, "last_send_at": until, "tick_until": until}
    return {**told, **when, "sha256": hashlib.sha256(CONTENT).hexdigest(), "state": "sealed"}


def commit(store: Store, until: datetime = NINE, **rows: Any) -> None:
    """Writes rows of tables, then the row of `ticks`."""
    tables = ("step_outcomes", "deliveries", "delivery_batches")
    store.ensure(*tables, "ticks")
    counts = rows.pop("counts", {})
    for name, found in rows.items():
        store.append_small(name, found)
    versions = {name: store.version(name) for name in tables}
    store.append_small("ticks", [tick(until, counts=counts, table_versions=versions)])


# ------------------------------------------------------------------------------------------------------------- batches
def test_batches_as_their_rows_say_are_fine(folder: Path, store: Store) -> None:
    sends = [delivery("1", "b1"), delivery("2", "b1"), delivery("3", "b2"), delivery("4", "b2")]
    commit(store, deliveries=sends, delivery_batches=[batch(folder, "b1"), batch(folder, "b2")])
    assert check_batches.check_batches(asked(folder)) == {"batches": 2, "deliveries": 4}


def test_a_tick_without_batches_is_fine(folder: Path) -> None:
    assert check_batches.check_batches(asked(folder)) == {"batches": 0, "deliveries": 0}


def test_a_file_that_was_changed_is_found(folder: Path, store: Store) -> None:
    row = batch(folder, "b1")
    (folder / row["path"]).write_text("nothing")
    commit(store, deliveries=[delivery("1", "b1"), delivery("2", "b1")], delivery_batches=[row])
    assert _found(folder) == "the file of a batch is the one that was sealed: not so of 1"


def test_a_file_that_is_missing_is_found(folder: Path, store: Store) -> None:
    row = batch(folder, "b1")
    (folder / row["path"]).unlink()
    commit(store, deliveries=[delivery("1", "b1"), delivery("2", "b1")], delivery_batches=[row])
    assert _found(folder) == "the file of a batch is there: not so of 1"


def test_a_send_that_is_missing_or_in_no_batch_is_found(folder: Path, store: Store) -> None:
    sends = [delivery("1", "b1"), delivery("2", None), delivery("3", None)]
    commit(store, deliveries=sends, delivery_batches=[batch(folder, "b1")])
    assert _found(folder) == (
        "a batch has as many deliveries as its row says: not so of 1\na delivery stands in a batch: not so of 2"
    )


def test_a_send_that_stands_twice_is_found(folder: Path, store: Store) -> None:
    commit(store, deliveries=[delivery("1", "b1"), delivery("1", "b1")], delivery_batches=[batch(folder, "b1")])
    assert _found(folder) == "a delivery stands in one batch: not so of 1"


def _found(folder: Path) -> str:
    with pytest.raises(GateFailed) as failed:
        check_batches.check_batches(asked(folder))
    return str(failed.value)


# ------------------------------------------------------------------------------------------------------------ announce
def test_channels_with_new_batches_and_journeys_that_moved_are_told(folder: Path, store: Store) -> None:
    outcomes = [outcome("weekly", "entered", NINE), outcome("weekly", "entered", NINE), outcome("weekly", "sent", NINE)]
    batches = [batch(folder, "b1"), batch(folder, "b2", 3), batch(folder, "b3", 1, channel="push")]
    counts = {"entered": 2, "sent": 1, "inside:weekly|1": 2, "inside:welcome|1": 4, "inside:welcome|2": 5}
    commit(store, step_outcomes=outcomes, delivery_batches=batches, counts=counts)
    assert announce.announce(asked(folder)) == {
        "until": "2026-03-02T09:00:00Z",
        "channels": {
            "email": {"batch_ids": ["b1", "b2"], "sends": 5},
            "push": {"batch_ids": ["b3"], "sends": 1},
        },
        "journeys": [
            {"journey": "weekly", "inside": 2, "outcomes": {"entered": 2, "sent": 1}},
            {"journey": "welcome", "inside": 9, "outcomes": {}},
        ],
    }


def test_of_other_ticks_and_trial_runs_nothing_is_told(folder: Path, store: Store) -> None:
    before = NINE - QUARTER
    commit(
        store,
        before,
        step_outcomes=[outcome("old", "entered", before)],
        delivery_batches=[batch(folder, "b0", until=before)],
    )
    commit(store, step_outcomes=[outcome("weekly", "entered", NINE, mode="dry_run")])
    told = announce.announce(asked(folder))
    assert told == {"until": "2026-03-02T09:00:00Z", "channels": {}, "journeys": []}


def test_ticks_made_by_hand_since_the_run_before_are_told_too(folder: Path, store: Store) -> None:
    by_hand = NINE - timedelta(minutes=8)
    commit(store, NINE - QUARTER, step_outcomes=[outcome("old", "entered", NINE - QUARTER)])
    commit(store, by_hand, step_outcomes=[outcome("weekly", "entered", by_hand)])
    commit(store, NINE, step_outcomes=[outcome("weekly", "sent", NINE)])
    told = announce.announce(asked(folder, since=NINE - QUARTER))
    assert told["journeys"] == [{"journey": "weekly", "inside": 0, "outcomes": {"entered": 1, "sent": 1}}]


def test_a_tick_that_had_nothing_to_do_tells_nothing(folder: Path) -> None:
    assert announce.announce(asked(folder)) == {"until": "2026-03-02T09:00:00Z", "channels": {}, "journeys": []}


def test_gates_that_ask_for_places_alone_import_nothing_that_reads_expressions() -> None:
    names = ("announce", "check_batches", "submission")
    code = f"import sys, {', '.join(f'parcours.jobs.{name}' for name in names)}; print('sqlglot' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
