"""Pauses of a journey, and what is told of those inside: specification 2.8, as far as commands go. No Spark."""

import datetime as dt
import json
from pathlib import Path

import pytest
from deltalake import write_deltalake

from parcours.jobs.pauses import Pause, pauses_of
from parcours.jobs.places import read_places
from parcours.jobs.store import Store
from parcours.jobs.versions import versions
from tests.jobs.conftest import Parcours
from tests.jobs.story import day

JOURNEY = """id: hello
version: 1
entry: {type: event, event: order_placed}
steps:
  - {id: two_days, type: wait, for: 2d}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parcours: Parcours) -> Path:
    """A project whose journey is live from the first of March on."""
    (tmp_path / "journeys").mkdir()
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    (tmp_path / "events.yaml").write_text("events: {order_placed: {amount: double}}\n")
    (tmp_path / "journeys" / "hello.yaml").write_text(JOURNEY)
    monkeypatch.chdir(tmp_path)
    assert parcours("publish", "hello", "--at", "2026-03-01").status == 0
    return tmp_path


def pauses(folder: Path) -> list[Pause]:
    """Those of the journey `hello`, as the tables hold them."""
    store = Store(read_places(folder))  # type: ignore[arg-type]  # a store uses places alone
    return pauses_of(versions(store)).get("hello", [])


def newer(folder: Path) -> None:
    """The journey's file says version 2."""
    (folder / "journeys" / "hello.yaml").write_text(JOURNEY.replace("version: 1", "version: 2"))


# ------------------------------------------------------------------------------------------------------------- pausing
def test_a_pause_lasts_14_days_and_holds_unless_said(parcours: Parcours, project: Path) -> None:
    said = parcours("pause", "hello", "--at", "2026-03-02T09:00:00")
    assert (said.status, said.err) == (0, "")
    assert said.out == "hello is paused (hold) from 2026-03-02T09:00:00Z until 2026-03-16T09:00:00Z\n"
    assert pauses(project) == [Pause(day("2T09"), day("16T09"), "hold")]


def test_a_pause_may_discard_and_last_as_long_as_is_said(parcours: Parcours, project: Path) -> None:
    said = parcours("pause", "hello", "--discard", "--for", "30d", "--at", "2026-03-02", "--json")
    assert json.loads(said.out) == [
        {
            "journey_id": "hello",
            "version": 1,
            "change": "pause",
            "at": "2026-03-02T00:00:00Z",
            "changed": True,
            "from": "2026-03-02T00:00:00Z",
            "until": "2026-04-01T00:00:00Z",
            "mode": "discard",
        }
    ]


def test_a_resumed_journey_is_itself_again_from_that_moment(parcours: Parcours, project: Path) -> None:
    parcours("pause", "hello", "--at", "2026-03-02")
    said = parcours("resume", "hello", "--at", "2026-03-05")
    assert (said.status, said.out, said.err) == (0, "hello is resumed at 2026-03-05T00:00:00Z\n", "")
    assert pauses(project) == [Pause(day("2"), day("5"), "hold", is_cut=True)]


def test_pauses_follow_one_another_in_order_of_time(parcours: Parcours, project: Path) -> None:
    parcours("pause", "hello", "--for", "1d", "--at", "2026-03-02")
    parcours("pause", "hello", "--for", "2d", "--discard", "--at", "2026-03-03")
    assert pauses(project) == [Pause(day("2"), day("3"), "hold"), Pause(day("3"), day("5"), "discard")]


def test_a_pause_goes_on_over_a_new_version_and_is_ended_there(parcours: Parcours, project: Path) -> None:
    parcours("pause", "hello", "--at", "2026-03-02")
    newer(project)
    assert parcours("publish", "hello", "--at", "2026-03-03").status == 0
    assert pauses(project) == [Pause(day("2"), day("16"), "hold")]
    assert parcours("resume", "hello", "--at", "2026-03-04").status == 0
    assert parcours("pause", "hello", "--for", "1d", "--at", "2026-03-06").status == 0
    assert pauses(project) == [Pause(day("2"), day("4"), "hold", is_cut=True), Pause(day("6"), day("7"), "hold")]


def test_a_closed_journey_can_be_paused_for_those_inside(parcours: Parcours, project: Path) -> None:
    parcours("close", "hello", "--at", "2026-03-02")
    assert parcours("pause", "hello", "--at", "2026-03-03").status == 0


def test_a_stop_ends_the_pause(parcours: Parcours, project: Path) -> None:
    parcours("pause", "hello", "--at", "2026-03-02")
    assert parcours("stop", "hello", "--at", "2026-03-04").status == 0
    newer(project)
    parcours("publish", "hello", "--at", "2026-03-05")
    assert pauses(project) == [Pause(day("2"), day("4"), "hold", is_cut=True)]


# ------------------------------------------------------------------------------------------------------------ refusals
@pytest.mark.parametrize(
    ("before", "words", "message"),
    [
        (
            ["pause --at 2026-03-02"],
            "pause --at 2026-03-15",
            "hello is paused until 2026-03-16T00:00:00Z: it can be resumed, closed, stopped, "
            "or a newer version published",
        ),
        (
            ["close --at 2026-03-02", "pause --at 2026-03-02"],
            "close --at 2026-03-03",
            "hello is closed: it can be resumed, stopped, or a newer version published",
        ),
        (
            ["stop --at 2026-03-02"],
            "pause --at 2026-03-03",
            "hello is stopped: everybody has left; a newer version can be published",
        ),
        (
            ["pause --at 2026-03-02", "stop --at 2026-03-03"],
            "resume --at 2026-03-04",
            "hello is stopped: everybody has left; a newer version can be published",
        ),
        (
            [],
            "resume --at 2026-03-02",
            "hello isn't paused: it can be paused, closed, stopped, or a newer version published",
        ),
        (
            ["pause --for 1d --at 2026-03-02"],
            "resume --at 2026-03-03",
            "hello isn't paused at 2026-03-03T00:00:00Z, its last pause ended at 2026-03-03T00:00:00Z: "
            "it can be paused, closed, stopped, or a newer version published",
        ),
        (
            ["pause --at 2026-03-05"],
            "resume --at 2026-03-04",
            "can't resume hello at 2026-03-04T00:00:00Z: its last change holds from 2026-03-05T00:00:00Z on "
            "(give --at that time or a later one)",
        ),
        (
            ["pause --at 2026-03-02", "resume --at 2026-03-05"],
            "close --at 2026-03-04",
            "can't close hello at 2026-03-04T00:00:00Z: its last change holds from 2026-03-05T00:00:00Z on "
            "(give --at that time or a later one)",
        ),
        ([], "pause --for 0d", "a pause of no length (leave --for out for 14 days, or write one such as 3d)"),
        ([], "pause --for soon", "--for: not a duration: 'soon' (write 2d or PT6H)"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_with_what_is_possible(
    parcours: Parcours, project: Path, before: list[str], words: str, message: str
) -> None:
    for change in before:
        name, *options = change.split()
        assert parcours(name, "hello", *options).status == 0
    stood = pauses(project)
    name, *options = words.split()
    said = parcours(name, "hello", *options)
    assert (said.status, said.out, said.err) == (2, "", message + "\n")
    assert pauses(project) == stood


def test_the_length_of_a_pause_is_no_change_that_others_must_wait_for(parcours: Parcours, project: Path) -> None:
    parcours("pause", "hello", "--at", "2026-03-02")
    assert parcours("close", "hello", "--at", "2026-03-03").status == 0


def test_a_pause_is_later_than_what_is_committed(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("pause", "news", "--at", "2026-03-05", "--project", tmp_path)
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "can't pause news at 2026-03-05T00:00:00Z: ticks are committed until 2026-03-05T00:00:00Z "
        "(give --at a later time than that)\n"
    )


def test_a_journey_that_is_not_published_is_not_paused(parcours: Parcours, project: Path) -> None:
    said = parcours("pause", "helo")
    assert (said.status, said.err) == (2, "helo isn't published: it can't be changed (published are: hello)\n")


def test_a_table_of_an_earlier_parcours_takes_a_pause(parcours: Parcours, project: Path) -> None:
    old = Store(read_places(project))  # type: ignore[arg-type]  # a store uses places alone
    rows = old.small("journey_versions").drop_columns(["insiders", "pauses"])
    write_deltalake(old.path("journey_versions"), rows, mode="overwrite", schema_mode="overwrite")
    assert parcours("pause", "hello", "--for", "1d", "--at", "2026-03-02").status == 0
    assert pauses(project) == [Pause(day("2"), day("3"), "hold")]


# -------------------------------------------------------------------------------------------------------------- status
def test_status_tells_of_a_pause_and_reads_after_it(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    parcours("pause", "news", "--for", "3d", "--at", "2026-03-05T09:00:00", "--project", tmp_path)
    said = parcours("status", "--project", tmp_path)
    # The read at nine of the 8th, when the pause is over, runs.
    assert said.out.splitlines() == [
        "journey  version  state   inside  next read",
        "news           1  paused       2  2026-03-08T09:00:00Z",
        "last tick: until 2026-03-05T00:00:00Z, in 1.5 s",
        "waiting for room in email: 1",
        "next read of an audience: 2026-03-08T09:00:00Z",
        "news: paused (hold) from 2026-03-05T09:00:00Z until 2026-03-08T09:00:00Z",
        "next instance that goes on by itself: 2026-03-06T09:00:00Z",
    ]
    told = json.loads(parcours("status", "--json", "--project", tmp_path).out)["versions"][0]
    assert (told["state"], told["pause"]) == (
        "live",
        {"from": "2026-03-05T09:00:00Z", "until": "2026-03-08T09:00:00Z", "mode": "hold"},
    )


def test_status_shows_that_a_closed_journey_is_paused(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    parcours("close", "news", "--at", "2026-03-06", "--project", tmp_path)
    parcours("pause", "news", "--at", "2026-03-06", "--project", tmp_path)
    row = parcours("status", "--project", tmp_path).out.splitlines()[1]
    assert row.split() == ["news", "1", "closed,", "paused", "2", "-"]


# ------------------------------------------------------------------------------------------------------------ insiders
def write_news(folder: Path) -> None:
    """Version 2 of the story's journey."""
    (folder / "journeys").mkdir()
    (folder / "journeys" / "news.yaml").write_text(
        "{id: news, version: 2, entry: {type: read_audience, audience: readers, schedule: {cron: 0 9 * * *}},"
        " steps: [{id: rest, type: wait, for: 2d}]}\n"
    )


def test_publish_says_beforehand_who_is_inside(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    write_news(tmp_path)
    said = parcours("publish", "news", "--at", "2026-03-06", "--project", tmp_path)
    assert said.out.splitlines() == [
        "2 instances inside earlier versions of news: they finish there",
        "  version 1, hi: 1",
        "  version 1, rest: 1",
        "news version 2 is published from 2026-03-06T00:00:00Z on",
    ]
    assert [(row["version"], row["insiders"]) for row in versions(store)] == [(1, None), (2, "stay")]


def test_publish_has_those_inside_in_json(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    write_news(tmp_path)
    said = parcours("publish", "news", "--at", "2026-03-06", "--json", "--project", tmp_path)
    assert json.loads(said.out)[0]["inside"] == [
        {"version": 1, "step_id": "hi", "count": 1, "fate": "stay", "why": None},
        {"version": 1, "step_id": "rest", "count": 1, "fate": "stay", "why": None},
    ]


def test_publish_says_that_nobody_is_inside(parcours: Parcours, project: Path) -> None:
    newer(project)
    said = parcours("publish", "hello", "--at", "2026-03-02")
    assert said.out.splitlines() == [
        "nobody is inside an earlier version of hello",
        "hello version 2 is published from 2026-03-02T00:00:00Z on",
    ]


def test_publish_says_beforehand_who_moves_and_whose_step_is_gone(
    parcours: Parcours, store: Store, tmp_path: Path
) -> None:
    write_news(tmp_path)
    said = parcours("publish", "news", "--insiders", "move", "--at", "2026-03-06", "--project", tmp_path)
    assert said.out.splitlines() == [
        "2 instances inside earlier versions of news: they move to the new one, 1 of them exits: the step is gone",
        "  version 1, hi: 1 exits: the new version has no such step",
        "  version 1, rest: 1",
        "news version 2 is published from 2026-03-06T00:00:00Z on",
    ]
    assert [(row["version"], row["insiders"]) for row in versions(store)] == [(1, None), (2, "move")]


def test_publish_says_of_a_step_of_another_type_that_it_is_gone(
    parcours: Parcours, store: Store, tmp_path: Path
) -> None:
    write_news(tmp_path)
    file = tmp_path / "journeys" / "news.yaml"
    file.write_text(
        file.read_text().replace("type: wait, for: 2d", "type: listen, paths: [{label: vip, audience: vip}]")
    )
    said = parcours("publish", "news", "--insiders", "move", "--at", "2026-03-06", "--json", "--project", tmp_path)
    assert [(each["step_id"], each["fate"], each["why"]) for each in json.loads(said.out)[0]["inside"]] == [
        ("hi", "exit", "the new version has no such step"),
        ("rest", "exit", "the step is a wait there, and a listen in the new version"),
    ]


def test_a_row_without_a_pause_has_none() -> None:
    pause = '[{"from": "2026-03-02T00:00:00Z", "until": "2026-03-02T00:00:00Z", "mode": "hold", "cut": true}]'
    rows = [{"journey_id": "a", "pauses": None}, {"journey_id": "b"}, {"journey_id": "c", "pauses": pause}]
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert pauses_of(rows) == {"c": [Pause(start, start, "hold", is_cut=True)]}
