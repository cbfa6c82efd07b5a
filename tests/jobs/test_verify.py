"""parcours verify: test cases of journeys, carried out by the engine (specification 1.9)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from parcours.definition.case_files import read_cases
from parcours.definition.project import load_project
from parcours.jobs import life
from parcours.jobs.store import Store
from parcours.jobs.tick import run_tick
from parcours.jobs.verifying.given import fill
from parcours.jobs.verifying.once import in_order, walk_once
from tests.jobs.conftest import Parcours

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[2]

FILES = {
    "parcours.yaml": "{name: shop, timezone: Europe/Paris}",
    "channels.yaml": """
        channels:
          push: {address: profile.push_token, consent: "profile.consents['push']", limits: [{max: 2, per: hour}]}
    """,
    "events.yaml": "events: {order_placed: {}, bought: {amount: double, sku: string}}",
    "profiles.yaml": "profiles: {first_name: string, score: int}",
    # A VIP gets a message on a Monday, and after two days a reminder; an order ends it.
    "journeys/vips.yaml": """
        id: vips
        version: 1
        entry: {type: read_audience, audience: vip, schedule: {at: "2026-03-02T09:00:00"}}
        exit_when: [{id: bought, event: order_placed}]
        steps:
          - id: vip_mail
            type: message
            channel: push
            content: {title: "Hello {{ profile.first_name | default('you') }}", body: "{{ audience.points }} points"}
          - {id: two_days, type: wait, for: 2d}
          - {id: reminder, type: message, channel: push, content: {title: Again}}
    """,
    # As specification 1.9 shows it, here with a token in place of an address.
    "journeys/vips.test.yaml": """
        - case: a VIP who buys during the wait gets no reminder
          given: {profiles: [{profile_id: ada, push_token: t1}], audience_members: {vip: [ada]},
                  events: [{event_type: order_placed, profile_id: ada, event_time: 2026-03-03T10:00:00Z}]}
          until: 2026-03-10T00:00:00Z
          expect: {sends: [{profile_id: ada, step: vip_mail, send_at: 2026-03-02T08:00:00Z}], status: {ada: exited}}
        - case: all goes wrong
          from: 2026-03-01
          until: 2026-03-05
          given:
            profiles:
              - {profile_id: ada, push_token: t1, first_name: Ada}
              - {profile_id: bob, push_token: t2, consents: {push: n}}
            audience_members: {vip: [{profile_id: ada, attributes: {points: 7}}, bob, cleo]}
          expect:
            sends:
              - {profile_id: ada, step: vip_mail, send_at: 2026-03-02T08:00:01Z, content: {title: Hello}}
              - {profile_id: ada, step: reminder, contains: {title: gain}}
              - {profile_id: bob, step: vip_mail}
              - {profile_id: cleo, step: vip_mail}
            outcomes:
              - {profile_id: ada, step: vip_mail, outcome: sent, path: null}
              - {profile_id: ada, step: two_days, outcome: passed, at: 2026-03-04T09:00:00Z}
            status: {ada: active, bob: completed, cleo: none}
            entered: 3
            rejected: 1
    """,
    "journeys/clicks.yaml": """
        id: clicks
        version: 1
        entry: {type: event, event: bought, where: "event.amount > 0"}
        steps:
          - {id: find, type: lookup, table: products, key: {sku: event.sku}, select: [name, price], as: product}
          - {id: ask, type: message, channel: push, content: {title: "{{ product.name }} at {{ product.price }}"}}
          - id: heard
            type: listen
            paths: [{label: clicked, reaction: clicked, of: ask, next: end}]
            timeout: 1d
          - {id: again, type: message, channel: push, content: {title: Again}}
    """,
    "journeys/clicks.test.yaml": """
        - case: who clicks in time isn't asked again
          given:
            profiles: [{profile_id: ada, push_token: t1}, {profile_id: bob, push_token: t2}, {profile_id: cleo}]
            tables: {products: [{sku: a, name: Aubergine, price: 2.5}]}
            events:
              - {event_type: bought, profile_id: ada, event_time: 2026-03-02T10:00:00Z, attributes: {amount: 5, sku: a}}
              - {event_type: bought, profile_id: bob, event_time: 2026-03-02T10:00:00Z, attributes: {amount: 5, sku: a}}
              - {event_type: bought, profile_id: cleo, event_time: 2026-03-02T11:00:00Z, attributes: {amount: 5}}
            message_feedback:
              - {profile_id: ada, step: ask, feedback: clicked, feedback_at: 2026-03-03T10:00:00Z}
          until: 2026-03-05T00:00:00Z
          expect:
            sends:
              - {profile_id: ada, step: ask, send_at: 2026-03-02T10:00:00Z, content: {title: Aubergine at 2.5}}
              - {profile_id: bob, step: ask, address: t2, channel: push, category: marketing}
              - {profile_id: bob, step: again, send_at: 2026-03-03T10:00:00Z}
            outcomes:
              - {profile_id: ada, step: heard, outcome: passed, path: clicked, at: 2026-03-03T10:00:00Z}
              - {profile_id: bob, step: heard, path: timeout}
              - {profile_id: cleo, step: find, outcome: failed, reason: no_row}
            status: {ada: completed, bob: completed, cleo: failed}
            entered: 3
            rejected: 0
        - case: nobody has been sent what they click on
          given:
            profiles: [{profile_id: ada}]
            events: [{event_type: bought, profile_id: ada, event_time: 2026-03-02T10:00:00Z, attributes: {amount: 0}}]
            message_feedback:
              - {profile_id: ada, step: ask, feedback: clicked, feedback_at: 2026-03-03T10:00:00Z}
          until: 2026-03-05T00:00:00Z
          expect: {entered: 1}
    """,
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("verify"), FILES)


SAID = """\
ok      clicks: who clicks in time isn't asked again
FAILED  clicks: nobody has been sent what they click on (journeys/clicks.test.yaml:24)
        expected             came
        to be carried out    given.message_feedback[0]: ada was sent nothing at ask before 2026-03-03T10:00:00Z
ok      vips: a VIP who buys during the wait gets no reminder
FAILED  vips: all goes wrong (journeys/vips.test.yaml:6)
        expected                                                           came
        ada: vip_mail sent at 2026-03-02T08:00:01Z; title 'Hello'          ada: vip_mail sent at 2026-03-02T08:00:00Z; title 'Hello Ada'
        bob: vip_mail sent                                                 bob: vip_mail excluded (no_consent: no consent) at 2026-03-02T08:00:00Z
        cleo: vip_mail sent                                                cleo: entry rejected (not_in_profiles: there is no such profile) at 2026-03-02T08:00:00Z
        ada: two_days passed at 2026-03-04T09:00:00Z                       ada: two_days passed at 2026-03-04T08:00:00Z
        ada: active                                                        ada: completed (end completed at 2026-03-04T08:00:00Z)
        3 entered                                                          2 entered (ada, bob)
4 cases: 2 ok, 2 failed
"""  # noqa: E501 - what stands side by side is long


def test_verify_tells_what_came_beside_what_was_expected_and_why(
    shop: Path, parcours: Parcours, spark: SparkSession
) -> None:
    said = parcours("verify", "--project", shop)
    assert said.status == 1
    assert [" ".join(line.split()) for line in said.out.splitlines()] == [
        " ".join(line.split()) for line in SAID.splitlines()
    ]
    assert said.err == ""
    assert sorted(path.name for path in shop.iterdir()) == sorted({name.split("/")[0] for name in FILES})


def test_what_is_only_walked_is_what_a_tick_writes(shop: Path, tmp_path: Path, spark: SparkSession) -> None:
    from dataclasses import replace

    project = load_project(shop)
    own = replace(project, folder=tmp_path, warehouse=str(tmp_path / "w"), outbox=str(tmp_path / "o"))
    case = read_cases(shop, project).cases[3].case
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    store = Store(own, spark)
    fill(store, case, start, [project.journeys["vips"].journey])
    life.publish(store, own, "vips", start)
    outcomes, sends = walk_once(store, own, case.until, is_rendered=True)
    _, plain_sends = walk_once(store, own, case.until, is_rendered=False)
    run_tick(store, own, case.until)
    for walked, table in ((outcomes, "step_outcomes"), (sends, "deliveries"), (plain_sends, "deliveries")):
        written = in_order(store.small(table).to_pylist())
        assert len(walked) == len(written) > 0
        for row, stored in zip(walked, written, strict=True):
            shared = (row.keys() & stored.keys()) - {"batch_id", "queued_at", "content"}
            assert {name: row[name] for name in shared} == {name: stored[name] for name in shared}
    assert [row["content"] for row in sends] == [
        row["content"] for row in in_order(store.small("deliveries").to_pylist())
    ]


def test_the_sample_journeys_keep_their_test_cases(parcours: Parcours, spark: SparkSession) -> None:
    said = parcours("verify", "--project", ROOT, "--json")
    verdicts = json.loads(said.out)
    assert [verdict for verdict in verdicts if not verdict["is_ok"]] == []
    tested = {verdict["journey_id"] for verdict in verdicts}
    assert tested == {path.stem for path in (ROOT / "journeys").glob("*.yaml") if ".test" not in path.name}
    assert said.status == 0


# ------------------------------------------------------------------------------------------------------- asked wrongly
def test_a_journey_that_there_is_not_is_wrong(parcours: Parcours, shop: Path) -> None:
    said = parcours("verify", "vip", "--project", shop)
    assert (said.status, said.out) == (2, "")
    assert said.err == f"no journey 'vip' in {shop.resolve()} (did you mean 'vips'?)\n"


def test_a_journey_without_test_cases_is_wrong_where_it_is_named(parcours: Parcours, tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in FILES.items() if name != "journeys/vips.test.yaml"})
    said = parcours("verify", "vips", "--project", tmp_path)
    assert (said.status, said.out) == (2, "")
    assert said.err == "journey 'vips' has no test case (write journeys/vips.test.yaml)\n"


def test_a_project_without_test_cases_is_fine(parcours: Parcours, tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in FILES.items() if ".test." not in name})
    said = parcours("verify", "--project", tmp_path)
    assert (said.status, said.out) == (0, "no test cases (write journeys/<id>.test.yaml)\n")


def test_a_wrong_test_file_is_told_by_validate_and_by_verify(parcours: Parcours, tmp_path: Path) -> None:
    wrong = "- {case: one, given: {}, until: soon, expect: {entered: 0}}\n"
    write(tmp_path, {**FILES, "journeys/vips.test.yaml": wrong, "journeys/clicks.test.yaml": "[]"})
    problem = "journeys/vips.test.yaml:1: [0].until: not an instant: 'soon' (write 2026-03-01T09:00:00Z)\n"
    verified, validated = parcours("verify", "--project", tmp_path), parcours("validate", "--project", tmp_path)
    assert (verified.status, verified.out, verified.err) == (2, "", problem)
    assert validated.status == 2
    assert problem in validated.out


def test_validate_counts_the_test_cases(parcours: Parcours, shop: Path) -> None:
    said = parcours("validate", "--project", shop)
    assert said.out.splitlines()[-1].startswith("2 journeys, 0 audiences, 0 templates, 4 test cases: fine")
