"""parcours trace: what happened to a profile, in words."""

import datetime as dt
import json
from pathlib import Path

from parcours.jobs.commit import TickWriter
from parcours.jobs.store import Store
from parcours.jobs.versions import versions, write_versions
from tests.jobs.conftest import Parcours
from tests.jobs.story import day, outcomes, recommit


def told(parcours: Parcours, folder: Path, *words: str) -> list[str]:
    """The lines below the header, without the year."""
    said = parcours("trace", *words, "--project", folder)
    assert (said.status, said.err) == (0, "")
    return [line.removeprefix("2026-03-").replace(":00:00Z  news     ", " ") for line in said.out.splitlines()[1:]]


def test_everything_is_told_in_order(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    assert told(parcours, tmp_path, "ada") == [
        "02T09 entry  entered version 1 (2026-03-02T09:00:00Z)",
        "02T09 hi     sent by email to ada@x.com: Hi",
        "02T09 rest   waits until 2026-03-04T09:00:00Z",
        "04T09 rest   the wait is over",
        "04T09 first  within the cap",
        "04T09 gift   sent by push to token-ada: A gift",
        "04T09 end    completed the journey",
    ]


def test_exclusions_say_why(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    assert told(parcours, tmp_path, "ben")[1] == "02T09 hi     not sent: no consent"


def test_who_is_held_is_told_until_when_at_the_latest(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    assert told(parcours, tmp_path, "cleo")[1] == (
        "03T09 hi     held, until 2026-03-10T09:00:00Z at the latest: no room within the channel's limits"
    )


def test_who_was_not_let_in_is_told_why(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    assert told(parcours, tmp_path, "dan") == ["03T09 entry  not let in: there is no such profile"]


def test_who_still_waits_is_told_until_when(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    assert told(parcours, tmp_path, "eve")[::2] == [
        "04T09 entry  entered version 1 (2026-03-04T09:00:00Z): learnt late",
        "04T09 rest   waits until 2026-03-06T09:00:00Z",
    ]


def test_a_wait_that_is_over_at_once_is_none(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    rows = store.delta("step_outcomes")
    rows.update(
        {"occurred_at": "CAST('2026-03-02T09:00:00Z' AS TIMESTAMP)"}, predicate="profile_id = 'ada' AND sequence = 3"
    )
    recommit(store)
    assert told(parcours, tmp_path, "ada")[2] == "02T09 rest   has nothing to wait for"


def leaves(store: Store, profile: str, sequence: int, step: str) -> None:
    """The instance exits on March 5th by the criterion `bought`."""
    row = {**outcomes()[0], "profile_id": profile, "instance_id": f"i-{profile}", "sequence": sequence}
    row |= {"step_id": step, "outcome": "exited", "reason": "bought", "occurred_at": day("5T09")}
    store.append_small("step_outcomes", [{**row, "occurred_date": dt.date(2026, 3, 5)}])
    recommit(store)


def test_an_exit_is_not_the_end_of_a_wait(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    leaves(store, "eve", 3, "rest")
    assert told(parcours, tmp_path, "eve")[2:] == ["04T09 rest   waits", "05T09 rest   left the journey: bought"]


def test_an_exit_is_not_the_end_of_a_hold(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    leaves(store, "cleo", 2, "hi")
    assert told(parcours, tmp_path, "cleo")[1:] == [
        "03T09 hi     held: no room within the channel's limits",
        "05T09 hi     left the journey: bought",
    ]


def test_a_profile_that_nobody_knows_is_wrong(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("trace", "gus", "--project", tmp_path)
    assert (said.status, said.err) == (2, "no profile 'gus', and nothing has happened to one\n")


def test_an_apostrophe_is_no_mistake(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("trace", "o'neil", "--project", tmp_path)
    assert (said.status, said.err) == (2, "no profile 'o'neil', and nothing has happened to one\n")


def test_a_profile_to_whom_nothing_happened_is_fine(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("trace", "fay", "--journey", "news", "--project", tmp_path)
    assert (said.status, said.out) == (0, "nothing has happened to fay yet in news\n")


def test_what_an_uncommitted_tick_wrote_is_left_out(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    import pyarrow as pa

    from parcours.jobs.schemas import arrow_schema
    from parcours.tables import ALL

    row = {**outcomes()[0], "sequence": 7, "occurred_at": day("5T09"), "tick_until": day("6")}
    rows = pa.Table.from_pylist([{**row, "occurred_date": dt.date(2026, 3, 5)}], arrow_schema(ALL["step_outcomes"]))
    TickWriter(store, "2026-03-06T00:00:00.000000Z").append("step_outcomes", rows)
    assert len(told(parcours, tmp_path, "ada")) == 7


def test_what_updates_set_is_told_with_what_stood_there_before(
    parcours: Parcours, store: Store, tmp_path: Path
) -> None:
    rows = store.delta("step_outcomes")
    rows.update({"step_type": "'update_profile'"}, predicate="profile_id = 'ada' AND step_id = 'first'")
    (row,) = (one for one in store.small("step_outcomes").to_pylist() if one["step_type"] == "update_profile")
    of_step = {name: row[name] for name in ("profile_id", "instance_id", "step_id", "tick_until", "sequence")}
    sets = {"updated_at": row["occurred_at"], "source_value": None, **of_step}
    tier = {**sets, "column": "tier", "value": "gold", "former_value": "basic"}
    store.append_small("profile_updates", [tier, {**sets, "column": "mark", "value": None, "former_value": "x"}])
    recommit(store)
    expected = "04T09 first  set mark to nothing (it was x), set tier to gold (it was basic)"
    assert told(parcours, tmp_path, "ada")[4] == expected


def test_what_updates_did_to_an_audience_is_told(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    rows = versions(store)
    definition = json.loads(rows[0]["definition"])
    first = next(step for step in definition["steps"] if step["id"] == "first")
    first |= {"type": "update_audience", "audience": "vip", "action": "add"}
    write_versions(store, [{**rows[0], "definition": json.dumps(definition)}])
    store.delta("step_outcomes").update({"step_type": "'update_audience'"}, predicate="step_id = 'first'")
    recommit(store)
    assert told(parcours, tmp_path, "ada")[4] == "04T09 first  added to vip"
