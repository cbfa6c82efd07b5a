"""The command line: the life of a journey, and what is looked at. None of these commands starts Spark."""

import json
from pathlib import Path

from parcours.jobs.places import read_places
from parcours.jobs.store import Store
from tests.jobs.conftest import JOURNEY, Parcours


# -------------------------------------------------------------------------------------------------------------- life
def test_publish_says_from_when_on_it_holds(parcours: Parcours, project: Path) -> None:
    said = parcours("publish", "hello", "--at", "2026-03-01T09:00:00")
    assert (said.status, said.err) == (0, "")
    assert said.out == "hello version 1 is published from 2026-03-01T09:00:00Z on\n"


def test_to_publish_again_changes_nothing_and_succeeds(parcours: Parcours, project: Path) -> None:
    parcours("publish", "hello", "--at", "2026-03-01")
    said = parcours("publish", "hello", "--at", "2026-03-02")
    assert (said.status, said.out) == (0, "hello version 1 is published already: nothing changes\n")


def test_publish_answers_in_json(parcours: Parcours, project: Path) -> None:
    said = parcours("publish", "hello", "--at", "2026-03-01", "--json")
    change = {
        "journey_id": "hello",
        "version": 1,
        "change": "publish",
        "at": "2026-03-01T00:00:00Z",
        "changed": True,
        "inside": [],
    }
    assert json.loads(said.out) == [change]


def test_publish_of_several_publishes_none_where_one_is_unknown(parcours: Parcours, project: Path) -> None:
    said = parcours("publish", "hello", "helo", "--at", "2026-03-01")
    assert (said.status, said.err) == (2, f"no journey 'helo' in {project} (did you mean 'hello'?)\n")
    assert not (project / "warehouse").exists()


def test_publish_of_several_publishes_none_where_one_is_refused(parcours: Parcours, project: Path) -> None:
    other = JOURNEY.replace("hello", "other")
    (project / "journeys" / "other.yaml").write_text(other)
    assert parcours("publish", "other", "--at", "2026-03-01").status == 0
    (project / "journeys" / "other.yaml").write_text(other.replace("2d", "3d"))
    said = parcours("publish", "hello", "other", "--at", "2026-03-02")
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "other version 1 is published and differs from journeys/other.yaml: a published version never changes "
        "(write version: 2 in the file, and publish that)\n"
    )
    versions = json.loads(parcours("status", "--json").out)["versions"]
    assert [version["journey_id"] for version in versions] == ["other"]


def test_publish_of_several_is_one_commit(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "other.yaml").write_text(JOURNEY.replace("hello", "other"))
    said = parcours("publish", "hello", "other", "hello", "--at", "2026-03-01", "--json")
    assert [(change["journey_id"], change["changed"]) for change in json.loads(said.out)] == [
        ("hello", True),
        ("other", True),
        ("hello", False),
    ]
    opened = Store(read_places(project))  # type: ignore[arg-type]  # a store uses places alone
    assert opened.version("journey_versions") == 1


def test_publish_refuses_a_project_with_mistakes_in_the_words_of_validate(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "other.yaml").write_text(JOURNEY.replace("hello", "other").replace("2d", "soon"))
    said = parcours("publish", "hello")
    assert (said.status, said.out) == (2, "")
    assert said.err == "journeys/other.yaml:5: steps[0].for: not a duration: 'soon' (write 2d or PT6H)\n"


def test_publish_warns_of_an_audience_without_a_member(parcours: Parcours, project: Path) -> None:
    read = "{type: read_audience, audience: readers, schedule: {at: 2026-03-02T09:00:00Z}}"
    text = JOURNEY.replace("{type: event, event: order_placed}", read)
    (project / "journeys" / "hello.yaml").write_text(text)
    said = parcours("publish", "hello", "--at", "2026-03-01")
    assert (said.status, said.out) == (0, "hello version 1 is published from 2026-03-01T00:00:00Z on\n")
    assert said.err == (
        "warning: journeys/hello.yaml:3: entry.audience: audience 'readers' has neither a file nor a member "
        "(write audiences/readers.yaml, or load its members)\n"
    )


def test_close_and_stop_follow_one_another(parcours: Parcours, project: Path) -> None:
    parcours("publish", "hello", "--at", "2026-03-01")
    closed = parcours("close", "hello", "--at", "2026-03-02")
    stopped = parcours("stop", "hello", "--at", "2026-03-03")
    assert (closed.status, closed.out) == (0, "hello version 1 is closed from 2026-03-02T00:00:00Z on\n")
    assert (stopped.status, stopped.out) == (0, "hello version 1 is stopped from 2026-03-03T00:00:00Z on\n")


def test_a_change_that_makes_no_sense_says_what_is_possible(parcours: Parcours, project: Path) -> None:
    parcours("publish", "hello", "--at", "2026-03-01")
    parcours("close", "hello", "--at", "2026-03-02")
    said = parcours("close", "hello", "--at", "2026-03-03")
    assert (said.status, said.err) == (2, "hello is closed: it can be paused, stopped, or a newer version published\n")


def test_a_second_writer_is_turned_away(parcours: Parcours, project: Path) -> None:
    from parcours.jobs.lock import locked

    with locked(project / "warehouse" / ".locks" / "tick.lock", "a tick"):
        said = parcours("publish", "hello", "--at", "2026-03-01")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("a tick or a change of a journey's life is under way already in process ")


# ------------------------------------------------------------------------------------------------------------- looks
def test_status_before_anything_says_what_to_do(parcours: Parcours, project: Path) -> None:
    said = parcours("status")
    assert (said.status, said.err) == (0, "")
    assert said.out == "no journey is published (parcours publish ID)\nno tick has run yet (parcours tick)\n"


def test_status_shows_versions_waiting_and_what_comes_next(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("status", "--project", tmp_path)
    assert said.out.splitlines() == [
        "journey  version  state  inside  next read",
        "news           1  live        2  2026-03-05T09:00:00Z",
        "last tick: until 2026-03-05T00:00:00Z, in 1.5 s",
        "waiting for room in email: 1",
        "next read of an audience: 2026-03-05T09:00:00Z",
        "next instance that goes on by itself: 2026-03-06T09:00:00Z",
    ]


def test_status_in_json_holds_the_same(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = json.loads(parcours("status", "--json", "--project", tmp_path).out)
    assert said == {
        "until": "2026-03-05T00:00:00Z",
        "committed_at": "2026-03-05T00:00:00Z",
        "duration_s": 1.5,
        "versions": [
            {
                "journey_id": "news",
                "version": 1,
                "state": "live",
                "since": "2026-03-01T00:00:00Z",
                "inside": 2,
                "next_read": "2026-03-05T09:00:00Z",
                "pause": None,
            }
        ],
        "waiting": {"email": 1},
        "next_due": "2026-03-06T09:00:00Z",
        "is_unsettled": False,
    }


def test_status_tells_of_a_tick_that_was_stopped(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    from parcours.jobs.commit import staging_of

    staging_of(store).open("2026-03-06T00:00:00.000000Z")
    said = parcours("status", "--project", tmp_path)
    assert said.out.splitlines()[-1] == ("a tick is under way, or was stopped: the next command that writes settles it")


def test_batches_lists_files_in_order_of_their_sends(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("batches", "--project", tmp_path)
    assert said.out.splitlines() == [
        "batch       channel  rows  first send            state   file",
        "b-ada-hi    email       1  2026-03-02T09:00:00Z  sealed  outbox/email/2026-03-02/b-ada-hi.jsonl",
        "b-eve-hi    email       1  2026-03-04T09:00:00Z  sealed  outbox/email/2026-03-04/b-eve-hi.jsonl",
        "b-ada-gift  push        1  2026-03-04T09:00:00Z  sealed  outbox/push/2026-03-04/b-ada-gift.csv",
        "3 batches, 3 sends",
    ]


def test_an_acknowledged_batch_is_listed_as_one(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    done = parcours("batches", "ack", "b-ada-hi", "--project", tmp_path)
    assert (done.status, done.out) == (0, "b-ada-hi: acknowledged\n")
    again = parcours("batches", "ack", "b-ada-hi", "--project", tmp_path)
    assert (again.status, again.out) == (0, "b-ada-hi: was acknowledged already\n")
    sealed = json.loads(parcours("batches", "--state", "sealed", "--json", "--project", tmp_path).out)
    taken = json.loads(parcours("batches", "--state", "acknowledged", "--json", "--project", tmp_path).out)
    assert [[row["batch_id"] for row in rows] for rows in (sealed, taken)] == [["b-eve-hi", "b-ada-gift"], ["b-ada-hi"]]


def test_to_acknowledge_a_batch_that_is_not_there_changes_none(
    parcours: Parcours, store: Store, tmp_path: Path
) -> None:
    said = parcours("batches", "ack", "b-ada-hi", "b-nobody", "--project", tmp_path)
    assert (said.status, said.err) == (2, "no batch b-nobody (parcours batches lists them); nothing was changed\n")
    assert {row["state"] for row in store.small("delivery_batches").to_pylist()} == {"sealed"}


def test_a_state_that_there_is_not_is_wrong(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("batches", "--state", "sent", "--project", tmp_path)
    assert (said.status, said.err) == (2, "--state sent: no such state (write sealed or acknowledged)\n")
