"""`parcours test`: people with `is_test` go through a journey at once. Worked by hand: specification 2.8."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.journeys import read_journey
from parcours.definition.problems import UserError
from parcours.definition.project import load_project
from parcours.jobs.rehearsal import lines, rehearse
from parcours.jobs.stand_ins import make_tables
from parcours.jobs.store import Store
from tests.builders import at, case, event, events, listen, load, mail, members, wait
from tests.engine import run, write_journey
from tests.jobs.conftest import Parcours
from tests.oracle.clock import instant
from tests.oracle.identity import digest

NOW = instant(at("5 09:00"))
JOURNEY: dict[str, Any] = {
    "id": "j",
    "version": 4,
    "starts_at": "2027-01-01",
    "holdout": 100,
    "entry": {"type": "event", "event": "bought", "where": "event.amount > 1000"},
    "steps": [
        {"id": "half", "type": "split", "paths": [{"label": "a", "percent": 0.01}, {"label": "b", "percent": 99.99}]},
        {"id": "one", "type": "profile_cap", "limit": 1, "otherwise": "end"},
        wait("30d"),
        listen({"label": "again", "event": "bought"}, timeout="2d", on_timeout="shop"),
        {
            "id": "shop",
            "type": "lookup",
            "table": "shops",
            "key": {"name": "event.shop"},
            "select": ["city"],
            "as": "shop",
        },
        mail(content={"subject": "{{ event.amount }} in {{ shop.city }}", "html": "<a href='{{ unsubscribe_url }}'>"}),
    ],
}
SHOPS = [{"name": "one", "city": "Rome"}, {"name": "here", "city": "Lyon"}]
STORY = case(
    load(
        "profiles",
        {"profile_id": "ada", "email": "ada@x.com", "is_test": True},
        {"profile_id": "ben", "email": "ben@@x.com", "is_test": True},
        {"profile_id": "c/leo", "email": "cleo@x.com", "is_test": True},
        {"profile_id": "dan", "email": "dan@x.com", "is_test": False},
        {"profile_id": "eve", "email": "eve@x.com", "is_test": None},
    ),
    members("vip", "ada", "dan", ("ben", "1 00:00", "4 00:00"), ("c/leo", "6 00:00")),
    events(
        event("e1", "bought", "ada", "2 10:00", amount="5", shop="one"),
        event("e2", "bought", "ada", "3 10:00", amount="7", shop="two"),
        event("e3", "bought", "ada", "6 10:00", amount="9"),  # still to come
        event("e4", "bought", "dan", "3 10:00", amount="2000"),
        event("b1", "restocked", None, "4 10:00", sku="hat"),
    ),
    {"do": "replace", "table": "shops", "columns": {"name": "string", "city": "string"}, "rows": SHOPS},
    channels={"email": {"limits": [{"max": 1, "per": "day"}], "ramp_up": {"starts_on": "2030-01-01", "per_day": [1]}}},
    events={"bought": {"amount": "double", "shop": "string"}, "restocked": {"sku": "string"}},
)


@pytest.fixture(scope="module")
def folder(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which nothing was published; only the first test writes to it."""
    made = tmp_path_factory.mktemp("rehearsal")
    run(STORY, made, spark)
    write_journey(JOURNEY, made)
    return made


@pytest.mark.spark
def test_test_profiles_go_through_the_whole_journey_and_nobody_else(spark: Any, folder: Path) -> None:
    project = load_project(folder)
    store = Store(project, spark)
    before = {path.name for path in (folder / "warehouse").iterdir()}
    found = rehearse(store, project, "j", NOW, {"shop": "here"})
    of_ada = [(each.occurred_at, each.step_id, each.outcome, each.path) for each in found.happenings["ada"]]
    later, last = NOW + dt.timedelta(seconds=10), NOW + dt.timedelta(seconds=20)
    assert of_ada == [
        (NOW, "entry", "entered", None),
        (NOW, "half", "passed", "a"),
        (NOW, "one", "passed", "within"),
        (NOW, "w", "waiting", None),
        (later, "w", "passed", None),
        (later, "l", "waiting", None),
        (last, "l", "passed", "timeout"),
        (last, "shop", "passed", None),
        (last, "m", "sent", None),
        (last, "end", "completed", None),
    ]
    assert [each.outcome for each in found.happenings["c/leo"]] == [outcome for _, _, outcome, _ in of_ada]
    assert [(each.outcome, each.reason) for each in found.happenings["ben"]][-2:] == [
        ("excluded", "malformed_address"),
        ("completed", None),
    ]
    kept = folder / "outbox" / ".test" / "j"
    assert lines(found) == [
        "ada: bought e2 of 2026-03-03T10:00:00Z, the newest",
        "ben: bought, made up: there is none",
        "c/leo: bought, made up: there is none",
        f"2 messages rendered, not sent: {kept}",
        "The rows stand in step_outcomes and journey_instances with mode = 'test', until the next test of j.",
    ]
    # Kept apart: the rows with ids and a mode of their own, the messages in files that no batch knows of.
    rows = store.small("step_outcomes").to_pylist()
    assert {row["mode"] for row in rows} == {"test"}
    keys = {"ada": "e2", "ben": "test|ben", "c/leo": "test|c/leo"}
    ids = {profile: digest("j", 4, profile, key, "test") for profile, key in keys.items()}
    assert {row["profile_id"]: row["instance_id"] for row in rows} == ids
    assert {path.name for path in (folder / "warehouse").iterdir()} - before == {
        "step_outcomes",
        "journey_instances",
        ".locks",
    }
    assert [path.name for path in (folder / "outbox").iterdir()] == [".test"]
    assert sorted(str(file.relative_to(kept)) for file in kept.rglob("*.*")) == [
        "ada/m.html", "ada/m.json", "c%2Fleo/m.html", "c%2Fleo/m.json",
    ]  # fmt: skip
    link = f"https://shop.example/u/{digest(ids['ada'], 'm')}"
    assert (kept / "ada" / "m.html").read_text() == f"<a href='{link}'>"
    told = json.loads((kept / "ada" / "m.json").read_text())
    assert (told["content"]["subject"], told["address"], told["unsubscribe_url"]) == (
        "7.0 in Lyon",
        "ada@x.com",
        link,
    )


@pytest.mark.spark
def test_who_comes_in_and_by_what(spark: Any, folder: Path, tmp_path: Path) -> None:
    project = load_project(folder)
    store = Store(project, spark)
    about = {"id": "x", "version": 1, "steps": [wait("1d")]}

    def made(number: int, **entry: Any) -> tuple[dict[str, str], list[str], list[Any], list[Any]]:
        from dataclasses import replace

        target = store.beside(replace(project, warehouse=str(tmp_path / str(number))))
        brought = make_tables(store, target, read_journey({**about, "entry": entry}).entry, NOW, {"sku": "cap"})
        stays = [
            (row["audience_id"], row["profile_id"], row["entered_at"], row["exited_at"])
            for row in target.small("audience_members").to_pylist()
        ]
        moved = [
            (row["event_id"], row["profile_id"], dict(row["attributes"]))
            for row in target.small("events").to_pylist()
            if row["event_time"] == NOW
        ]
        assert target.small("profiles").num_rows == 3
        return dict(brought.by), list(brought.left_out), sorted(stays, key=str), moved

    first, ago = instant(at("1 00:00")), NOW - dt.timedelta(days=1)
    read = {"type": "read_audience", "audience": "vip", "schedule": {"cron": "0 9 * * *"}}
    assert made(1, **read)[:2] == ({"ada": "is in vip"}, ["ben", "c/leo"])
    by, left_out, _, moved = made(2, type="business_event", event="restocked", audience="vip")
    assert (by, left_out) == ({"ada": "restocked b1 of 2026-03-04T10:00:00Z, the newest"}, ["ben", "c/leo"])
    assert moved == [("b1", None, {"sku": "cap"})]
    by, _, stays, _ = made(3, type="audience_qualification", audience="vip", on="enter")
    assert by == {"ada": "enters vip", "ben": "enters vip", "c/leo": "enters vip"}
    assert stays == [("vip", profile, NOW, None) for profile in ("ada", "ben", "c/leo")]
    by, _, stays, _ = made(4, type="audience_qualification", audience="vip", on="exit")
    assert by == {"ada": "leaves vip", "ben": "leaves vip", "c/leo": "leaves vip"}
    assert stays == [("vip", "ada", first, NOW), ("vip", "ben", first, NOW), ("vip", "c/leo", ago, NOW)]
    with pytest.raises(UserError) as refused:
        made(5, **{**read, "audience": "others"})
    assert str(refused.value) == (
        "none of the 3 profiles with is_test is in the audience others at 2026-03-05T09:00:00Z "
        "(parcours load audience_members FILE, or parcours audiences refresh)"
    )


@pytest.mark.spark
def test_without_a_test_profile_it_says_how_to_have_one(spark: Any, tmp_path: Path) -> None:
    run(case(load("profiles", {"profile_id": "dan", "email": "d@x.com", "is_test": False})), tmp_path, spark)
    write_journey({**JOURNEY, "entry": {"type": "event", "event": "go"}}, tmp_path)
    (tmp_path / "events.yaml").write_text("events: {go: {amount: double, shop: string}, bought: {}}")
    project = load_project(tmp_path)
    with pytest.raises(UserError) as refused:
        rehearse(Store(project, spark), project, "j", NOW)
    assert str(refused.value) == (
        "no profile has is_test = true: nobody to test with (load some: a CSV with the columns profile_id and is_test, "
        "a line such as ada,true, and parcours load profiles FILE)"
    )


def test_what_cant_be_tested_is_refused(parcours: Parcours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parcours.yaml").write_text("name: shop\n")
    (tmp_path / "journeys").mkdir()
    entry = 'entry: {type: read_audience, audience: vip, schedule: {cron: "0 9 * * *"}}'
    (tmp_path / "journeys" / "j.yaml").write_text(
        f"id: j\nversion: 1\n{entry}\nsteps: [{{id: w, type: wait, for: 1d}}]\n"
    )
    monkeypatch.chdir(tmp_path)
    for words, says in {
        ("k",): f"no journey 'k' in {tmp_path} (there are: j)",
        ("j", "--event", "amount"): "--event amount: not NAME=VALUE (write --event amount=120)",
        ("j", "--event", "amount=1"): "--event: no event brings anybody into j (leave it out)",
        ("j",): f"no table profiles in {tmp_path}/warehouse yet (parcours load profiles FILE; --warehouse is another)",
    }.items():
        said = parcours("test", *words)
        assert (said.status, said.out, said.err.splitlines()[-1]) == (2, "", says)
