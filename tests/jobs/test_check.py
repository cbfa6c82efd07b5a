"""parcours check: what adds up, and what it says where something doesn't. Each test breaks one thing by hand."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import SparkSession

from parcours.jobs.check import OF_ROWS, check_everything, main
from parcours.jobs.check_files import check_files
from parcours.jobs.check_rows import (
    check_batches,
    check_feedback,
    check_journey_daily,
    check_messages,
    check_ticks,
    check_updates,
    check_versions,
    read_tables,
)
from parcours.jobs.committed import Committed
from parcours.jobs.findings import Finding, finding
from parcours.jobs.outbox import batches
from parcours.jobs.places import open_project
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL
from tests.jobs.story import day, deliveries, instance, make_story, opened, outcomes, recommit

Check = Callable[..., dict[str, Finding]]


@pytest.fixture
def check(store: Store, tmp_path: Path, spark: SparkSession) -> Check:
    """Carries out some of the checks, or all, on the story's tables as they stand now."""

    def carry_out(*wanted: Any) -> dict[str, Finding]:
        recommit(store)
        project = open_project(tmp_path)
        opened = Store(project, spark)
        if not wanted:
            return {each.name: each for each in check_everything(opened, project)}
        tables = read_tables(opened, Committed(opened))
        return {each.name: each for one in wanted for each in one(tables)}

    return carry_out


def failed(found: dict[str, Finding]) -> dict[str, list[str]]:
    """What is wrong, by check."""
    return {name: list(each.details) for name, each in found.items() if not each.is_ok}


def repeat(store: Store, table: str, row: dict[str, Any]) -> None:
    store.append_small(table, [row])


def test_a_story_that_adds_up_is_fine(check: Check) -> None:
    found = check()
    assert failed(found) == {}
    assert {name: each.figures for name, each in found.items()} == {
        "ticks follow one another": "3 ticks",
        "nobody lost in a journey": "4 came = 2 ended + 2 inside",
        "nobody lost at a message": "5 asked = 3 sent + 1 excluded + 0 left while held + 1 held",
        "deliveries are what was sent": "3 deliveries, 3 sent",
        "profile updates are what was passed": "0 columns set, 0 updates passed",
        "no delivery twice": "3 deliveries",
        "no outcome twice": "19 outcomes of 5 instances",
        "every delivery in one batch": "3 deliveries in 3 batches",
        "journey_daily adds up": "4 entered in 3 rows",
        "step_daily adds up": "19 outcomes in 15 rows",
        "delivery_daily adds up": "3 sent",
        "feedback adds up": "1 counted",
        "batch files are whole": "3 rows in 3 files",
        "limits of email": "2 windows, the fullest 1 of 1",
        "cap first of news version 1": "1 of 1",
    }


def test_an_instance_that_is_gone_is_lost(check: Check, store: Store) -> None:
    store.delta("journey_instances").delete("profile_id = 'eve'")
    assert failed(check(check_versions)) == {
        "nobody lost in a journey": ["news version 1: 4 came, 2 ended, 1 inside"],
    }


def test_an_instance_that_ended_without_a_word_is_found(check: Check, store: Store) -> None:
    store.delta("journey_instances").delete("profile_id = 'eve'")
    repeat(store, "journey_instances", instance("eve", "4T09", "exited", "rest", ended_at=day("4T12")))
    assert failed(check(check_versions)) == {
        "nobody lost in a journey": [
            "news version 1: 4 came, 2 ended, 1 inside",
            "news version 1: 0 exited in step_outcomes, 1 in journey_instances",
        ],
    }


def test_an_instance_that_stands_twice_is_found(check: Check, store: Store) -> None:
    repeat(store, "journey_instances", instance("ada", "2T09", "completed", "end", occurrence=1))
    assert (
        failed(check(check_versions))["nobody lost in a journey"][-1]
        == "1 row too many in journey_instances: an instance_id stands more than once"
    )


def test_who_asked_and_was_neither_sent_excluded_nor_held_is_lost(check: Check, store: Store) -> None:
    store.delta("journey_instances").update({"step_id": "'rest'"}, predicate="profile_id = 'cleo'")
    assert failed(check(check_messages)) == {
        "nobody lost at a message": [
            "news version 1, hi: 4 asked = 2 sent + 1 excluded + 0 left while held + 0 held",
        ],
    }


def test_a_second_send_at_a_message_is_found_everywhere(check: Check, store: Store) -> None:
    repeat(store, "step_outcomes", outcomes()[1])
    wrong = failed(check(*OF_ROWS))
    assert wrong == {
        "nobody lost at a message": [
            "news version 1, hi: 4 asked = 3 sent + 1 excluded + 0 left while held + 1 held",
            "news version 1, hi: 1 instance decided or held more than once",
        ],
        "deliveries are what was sent": ["1 without a match"],
        "no outcome twice": ["not numbered 0, 1, 2, …: 1 instance"],
        "step_daily adds up": ["news 1 hi sent 2026-03-02: 1 in step_daily, 2 in step_outcomes"],
        "delivery_daily adds up": ["3 sent in delivery_daily, 4 in step_outcomes"],
    }


def test_an_update_that_set_no_column_is_found(check: Check, store: Store) -> None:
    rows = store.delta("step_outcomes")
    rows.update({"step_type": "'update_profile'"}, predicate="profile_id = 'ada' AND step_id = 'first'")
    assert failed(check(check_updates)) == {"profile updates are what was passed": ["1 without a match"]}


def test_a_day_of_a_journey_that_says_something_else_is_found(check: Check, store: Store) -> None:
    store.delta("journey_daily").update({"rejected": "0", "inside": "4"}, predicate="day = '2026-03-03'")
    assert failed(check(check_journey_daily)) == {
        "journey_daily adds up": [
            "news version 1, 2026-03-03: 0 rejected in journey_daily, 1 in step_outcomes",
            "news version 1, 2026-03-03: 4 inside in journey_daily, 3 in step_outcomes",
        ],
    }


def test_feedback_that_is_not_counted_is_found(check: Check, store: Store) -> None:
    store.append_small("message_feedback", [{**opened(), "feedback_id": "f2", "delivery_id": "d-eve-hi"}])
    later = {"feedback_id": "f3", "delivery_id": "d-eve-hi", "feedback_at": day("4T10")}
    store.append_small("message_feedback", [{**opened(), **later, "feedback": "bounced_soft"}])
    assert failed(check(check_feedback)) == {
        "feedback adds up": ["email news 2026-03-04 bounced: 0 in delivery_daily, 1 in message_feedback"],
    }


def test_a_day_of_a_journey_that_is_gone_is_found(check: Check, store: Store) -> None:
    store.delta("journey_daily").delete("day = '2026-03-03'")
    assert failed(check(check_journey_daily)) == {
        "journey_daily adds up": ["news version 1, 2026-03-03: no row in journey_daily"],
    }


def test_a_delivery_that_stands_twice_is_found(check: Check, store: Store) -> None:
    repeat(store, "deliveries", deliveries()[0])
    assert failed(check()) == {
        "deliveries are what was sent": ["1 without a match"],
        "no delivery twice": ["more than once: 1 delivery id"],
        "every delivery in one batch": ["batch b-ada-hi says 1 row, and is named by 2 deliveries"],
        "limits of email": ["the day (UTC) that begins at 2026-03-02T00:00:00Z: 2 sends, 1 at most"],
    }


def test_a_delivery_of_no_batch_is_found(check: Check, store: Store) -> None:
    store.delta("deliveries").update({"batch_id": "NULL"}, predicate="delivery_id = 'd-ada-hi'")
    assert failed(check(check_batches)) == {
        "every delivery in one batch": [
            "in no batch: 1 delivery",
            "batch b-ada-hi says 1 row, and is named by 0 deliveries",
        ],
    }


def test_a_batch_that_nobody_knows_is_found(check: Check, store: Store) -> None:
    store.delta("deliveries").update({"batch_id": "'b-else'"}, predicate="delivery_id = 'd-ada-hi'")
    assert failed(check(check_batches))["every delivery in one batch"][1] == (
        "batch b-else has no row in delivery_batches, and is named by 1 delivery"
    )


def test_a_file_that_was_changed_is_found(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "outbox" / "email" / "2026-03-02" / "b-ada-hi.jsonl"
    file.write_text(file.read_text() + "\n")
    assert list(check_files(open_project(tmp_path), batches(store)).details) == [
        "batch b-ada-hi: outbox/email/2026-03-02/b-ada-hi.jsonl isn't what was sealed: its SHA-256 differs"
    ]


def test_a_file_with_another_number_of_rows_is_found(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "outbox" / "email" / "2026-03-02" / "b-ada-hi.jsonl"
    file.write_text("{}\n{}\n")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    store.delta("delivery_batches").update({"sha256": f"'{digest}'"}, predicate="batch_id = 'b-ada-hi'")
    assert list(check_files(open_project(tmp_path), batches(store)).details) == [
        "batch b-ada-hi: outbox/email/2026-03-02/b-ada-hi.jsonl has 2 rows, not 1"
    ]


def test_a_file_may_be_taken_away_once_it_is_acknowledged(store: Store, tmp_path: Path) -> None:
    for file in tmp_path.glob("outbox/*/*/b-ada-*"):
        file.unlink()
    store.delta("delivery_batches").update({"state": "'acknowledged'"}, predicate="batch_id = 'b-ada-hi'")
    found = check_files(open_project(tmp_path), batches(store))
    assert (found.figures, list(found.details)) == (
        "1 row in 2 files, 1 taken away",
        ["batch b-ada-gift: no file outbox/push/2026-03-04/b-ada-gift.csv"],
    )


def test_limits_are_judged_as_long_as_channels_yaml_has_been_the_same(check: Check, tmp_path: Path) -> None:
    (tmp_path / "channels.yaml").write_text("channels:\n  email: {limits: [{max: 5, per: day}]}\n")
    found = check()["limits of email"]
    assert (found.is_ok, found.figures) == (
        True,
        "channels.yaml has been changed since the last tick: nothing to judge",
    )


def test_a_cap_that_let_one_more_through_is_found(check: Check, store: Store) -> None:
    store.delta("step_outcomes").update({"path": "'within'"}, predicate="profile_id = 'ben' AND path = 'over'")
    assert failed(check())["cap first of news version 1"] == ["version 1: 2 went through, 1 at most"]


def test_a_tick_that_is_missing_is_found(store: Store, spark: SparkSession) -> None:
    ticks = store.delta("ticks").to_pyarrow_table().sort_by("until").to_pylist()
    without = pa.Table.from_pylist([ticks[0], ticks[2]], arrow_schema(ALL["ticks"]))
    write_deltalake(store.path("ticks"), without, mode="overwrite")
    opened = Store(store.project, spark)
    (found,) = check_ticks(read_tables(opened, Committed(opened)))
    assert list(found.details) == [
        "the tick until 2026-03-05T00:00:00Z begins at 2026-03-04T00:00:00Z, "
        "the one before ends at 2026-03-03T00:00:00Z"
    ]


def test_before_the_first_tick_there_is_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    project = open_project(tmp_path)
    assert check_everything(Store(project), project) == [Finding("ticks", "none has run yet", True)]


def test_only_the_first_of_many_mistakes_are_shown() -> None:
    found = finding("everything", "30 of them", [str(number) for number in range(30)])
    assert list(found.details) == [*(str(number) for number in range(20)), "and 10 more"]


def test_the_job_prints_what_it_found(tmp_path: Path, spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    make_story(tmp_path)
    assert main(["--project", str(tmp_path)], spark) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "ok     ticks follow one another: 3 ticks",
        "ok     nobody lost in a journey: 4 came = 2 ended + 2 inside",
    ]
