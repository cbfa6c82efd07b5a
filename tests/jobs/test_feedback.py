"""Feedback in delivery_daily: counted once, on the day of its send, whatever the ticks were that learnt of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs import feedback as job
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from tests.builders import GO, at, case, event, events, linear, load, mail, profiles, publish, tick
from tests.engine import run
from tests.oracle.identity import delivery_id, instance_id

pytestmark = pytest.mark.spark

# ada and bob are sent their mail on the second, cleo hers on the third.
STORY = (
    profiles("ada", "bob", "cleo"),
    events(
        event("e-ada", "go", "ada", "2 09:00"),
        event("e-bob", "go", "bob", "2 10:00"),
        event("e-cleo", "go", "cleo", "3 09:00"),
    ),
    publish("2 00:00", **linear(GO, mail())),
)
NONE = dict.fromkeys(("delivered", "opened", "clicked", "bounced", "unsubscribed", "complained"), 0)


def said(id: str, profile: str, feedback: str, when: str | None) -> dict[str, Any]:
    about = delivery_id(instance_id("j", 1, profile, f"e-{profile}"), "m")
    return {"feedback_id": id, "delivery_id": about, "feedback": feedback, "feedback_at": when and at(when)}


SAID = (
    said("1", "ada", "opened", "2 20:00"),
    said("2", "ada", "opened", "3 20:00"),
    said("3", "ada", "clicked", "4 08:00"),
    said("4", "bob", "bounced_soft", "2 11:00"),
    said("5", "bob", "bounced_hard", "3 01:00"),
    said("6", "cleo", "delivered", "3 09:00"),
    said("7", "cleo", "unsubscribed", "3 10:00"),
    said("8", "bob", "opened", "2 09:59"),  # before its send
    said("9", "ada", "delivered", None),
    {**said("10", "ada", "opened", "3 00:00"), "delivery_id": "of another program"},
)
SECOND = {**NONE, "sent": 2, "opened": 1, "clicked": 1, "bounced": 1}
THIRD = {**NONE, "sent": 1, "delivered": 1, "unsubscribed": 1}


def counted(spark: Any, folder: Path, *script: dict[str, Any]) -> dict[int, dict[str, int]]:
    """The counts of each day of March, after the story and what follows it."""
    run(case(*STORY, *script), folder, spark)
    rows = Store(load_project(folder), spark).small("delivery_daily").to_pylist()
    names = (*NONE, "sent")
    assert {(row["channel"], row["route"], row["journey_id"]) for row in rows} == {("email", None, "j")}
    return {row["day"].day: {name: row[name] for name in names} for row in rows}


def test_a_send_counts_once_in_each_column_on_the_day_of_the_send(spark: Any, tmp_path: Path) -> None:
    script = (tick("3 12:00"), load("message_feedback", *SAID), tick("4 12:00"))
    assert counted(spark, tmp_path, *script) == {2: SECOND, 3: THIRD}


@pytest.mark.parametrize("every", [None, "PT12H"])
def test_feedback_that_is_there_before_its_send_is_counted_however_time_is_cut(
    spark: Any, tmp_path: Path, every: str | None
) -> None:
    assert counted(spark, tmp_path, load("message_feedback", *SAID), tick("4 12:00", every)) == {2: SECOND, 3: THIRD}


def test_feedback_is_counted_by_the_tick_that_holds_its_moment(spark: Any, tmp_path: Path) -> None:
    script = (tick("2 12:00"), load("message_feedback", *SAID), tick("3 09:00"))
    assert counted(spark, tmp_path, *script) == {
        2: {**NONE, "sent": 2, "opened": 1, "bounced": 1},
        3: {**NONE, "sent": 1, "delivered": 1},
    }


@pytest.mark.parametrize("recent", [dt.timedelta(days=8), dt.timedelta(0)])
def test_what_a_send_has_come_to_already_is_not_counted_again(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recent: dt.timedelta
) -> None:
    monkeypatch.setattr(job, "RECENT", recent)
    script = (tick("3 12:00"), load("message_feedback", *SAID), tick("4 12:00"))
    again = load("message_feedback", said("11", "ada", "opened", "2 10:00"), said("12", "bob", "opened", "4 13:00"))
    assert counted(spark, tmp_path, *script, again, tick("5 12:00")) == {2: {**SECOND, "opened": 2}, 3: THIRD}


def test_where_no_feedback_is_new_none_is_read(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(spark, tmp_path, tick("3 12:00"), load("message_feedback", *SAID), tick("4 12:00"))

    def none(*_: Any, **__: Any) -> None:
        raise AssertionError("feedback was read")

    monkeypatch.setattr(Store, "changes", none)
    store = Store(load_project(tmp_path), spark)
    assert len(run_tick(store, store.project, dt.datetime(2026, 3, 5, tzinfo=dt.UTC))) == 1
