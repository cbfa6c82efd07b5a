"""What is said about test files that are wrong (specification 1.9)."""

from __future__ import annotations

from textwrap import dedent

import pytest

from parcours.definition.case_files import read_cases
from parcours.definition.problems import DefinitionError
from parcours.definition.project import load_project
from parcours.definition.schemas import json_schema
from tests.definition.conftest import Write

JOURNEY = """
    id: promo
    version: 1
    timezone: Europe/Paris
    entry: {type: event, event: order_placed}
    exit_when: [{id: left, audience: vip, on: exit}]
    steps:
      - {id: wait_a_day, type: wait, for: 1d}
      - {id: find, type: lookup, table: products, key: {sku: event.sku}, select: [name], as: product, on_error: end}
      - {id: mail, type: message, channel: push, content: {title: Hello}}
"""
FILES = {"journeys/promo.yaml": JOURNEY, "profiles.yaml": "profiles: {tier: string, score: int, born_on: date}"}
RIGHT = """
    - case: as the specification shows it
      given:
        profiles: [{profile_id: ada, push_token: t, score: 3, born_on: 1980-02-29}, {profile_id: bob}]
        audience_members: {vip: [ada, {profile_id: bob, entered_at: 2026-03-01, attributes: {spent: 12.5}}]}
        events: [{event_type: order_placed, profile_id: ada, event_time: 2026-03-02T10:00:00, attributes: {amount: 7}}]
        message_feedback: [{profile_id: ada, step: mail, feedback: clicked, feedback_at: 2026-03-04T10:00:00}]
        suppressions: [{channel: push, address: u}]
        tables: {products: [{sku: a, name: Aubergine}]}
      until: 2026-03-10
      expect:
        sends: [{profile_id: ada, step: mail, send_at: 2026-03-03T10:00:00, content: {title: Hello}}]
        outcomes: [{profile_id: ada, step: entry, outcome: entered, path: null, at: 2026-03-02T09:00:00Z}]
        status: {ada: completed, bob: none}
        entered: 1
"""


@pytest.fixture
def said_of(write: Write):
    """Every line that is said about a test file of the journey `promo`, or of another one."""

    def said(text: str, name: str = "promo", **files: str) -> list[str]:
        folder = write({**FILES, **files, f"journeys/{name}.test.yaml": text})
        try:
            project = load_project(folder)
        except DefinitionError:
            project = None
        return [str(problem) for problem in read_cases(folder, project).problems]

    return said


def case(given: str = "", expect: str = "{entered: 0}", rest: str = "") -> str:
    return f"- case: one\n  from: 2026-03-01\n  until: 2026-03-10\n  given: {{{given}}}\n  expect: {expect}\n{rest}"


def test_attributes_that_are_lists_or_mappings_stand_in_the_table_as_json(write: Write) -> None:
    given = "profiles: [{profile_id: a}], audience_members: {vip: [{profile_id: a, attributes: {likes: [é, {n: 1}]}}]}"
    folder = write({**FILES, "journeys/promo.test.yaml": case(given)})
    (filed,) = read_cases(folder, load_project(folder)).cases
    assert filed.case.given.audience_members["vip"][0].attributes == {"likes": '["é", {"n": 1}]'}


def test_a_right_file_is_read_with_instants_in_the_journeys_zone(said_of, write: Write) -> None:
    assert said_of(RIGHT) == []
    folder = write({**FILES, "journeys/promo.test.yaml": RIGHT})
    (filed,) = read_cases(folder, load_project(folder)).cases
    assert (filed.journey_id, filed.file, filed.line) == ("promo", "journeys/promo.test.yaml", 1)
    assert filed.case.given.events[0].event_time.isoformat() == "2026-03-02T09:00:00+00:00"
    assert filed.case.given.audience_members["vip"][1].attributes == {"spent": "12.5"}


def test_the_schema_of_tests_accepts_a_right_file_and_refuses_an_unknown_key() -> None:
    from tests.definition.test_schemas import complaints

    assert complaints("test", RIGHT) == []
    assert complaints("test", RIGHT.replace("until:", "til:")) != []
    assert json_schema("test")["type"] == "array"


def test_all_that_is_wrong_is_told_at_once(said_of) -> None:
    text = """
        - case: typing mistakes
          given: {profile: [ada], events: [{event_type: order_placed, event_time: soon}]}
          until: 2026-03-10
          expect: {send: []}
        - case: typing mistakes
          given: {profiles: [{email: a@b.example}]}
          expect: {status: {ada: gone}, outcomes: [{profile_id: 7}]}
        - just text
    """
    at = "journeys/promo.test.yaml"
    assert said_of(text) == [
        f"{at}:2: [0].given.events[0].event_time: not an instant: 'soon' (write 2026-03-01T09:00:00Z)",
        f"{at}:2: [0].given.profile: unknown key 'profile' (did you mean 'profiles'?)",
        f"{at}:4: [0].expect.send: unknown key 'send' (did you mean 'sends'?)",
        f"{at}:5: [1]: missing key 'until'",
        f"{at}:5: [1].case: case 'typing mistakes' stands twice (also [0])",
        f"{at}:6: [1].given.profiles[0]: missing key 'profile_id'",
        f"{at}:7: [1].expect.outcomes[0].profile_id: not text: 7 (put it in quotes)",
        f"{at}:7: [1].expect.status.ada: unknown value 'gone' "
        "(write active, completed, exited, timed_out, failed or none)",
        f"{at}:8: [2]: not a mapping: 'just text' (write case: ..., given, until and expect)",
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "events: [{event_type: order_placd, event_time: 2026-03-02}]",
            "4: [0].given.events[0].event_type: no event 'order_placd' (did you mean 'order_placed'?)",
        ),
        (
            "events: [{event_type: order_placed, event_time: 2026-03-02, attributes: {amuont: 3}}]",
            "4: [0].given.events[0].attributes.amuont: order_placed has no attribute 'amuont' (did you mean 'amount'?)",
        ),
        (
            "events: [{event_type: order_placed, event_time: 2026-03-11}]",
            "4: [0].given.events[0].event_time: later than until, 2026-03-09T23:00:00Z (write a later until)",
        ),
        (
            "profiles: [{profile_id: ada, tire: gold}]",
            "4: [0].given.profiles[0].tire: profile has no column 'tire' (did you mean 'tier'?)",
        ),
        (
            "profiles: [{profile_id: ada, score: many}]",
            "4: [0].given.profiles[0].score: not a number (int): 'many'",
        ),
        (
            "profiles: [{profile_id: ada, score: 1.5, born_on: soon}]",
            "4: [0].given.profiles[0].score: not a whole number (int): 1.5\n"
            "4: [0].given.profiles[0].born_on: not a date: 'soon' (write 2026-03-01)",
        ),
        (
            "profiles: [{profile_id: ada}, {profile_id: ada}]",
            "4: [0].given.profiles[1].profile_id: profile 'ada' stands twice (also profiles[0])",
        ),
        (
            "profiles: [{profile_id: ada, consents: {push: {}}}]",
            "4: [0].given.profiles[0].consents.push: not text: a mapping",
        ),
        (
            "audience_members: {vpi: [ada]}",
            "4: [0].given.audience_members.vpi: the journey doesn't ask for audience 'vpi' (did you mean 'vip'?)",
        ),
        (
            "tables: {product: [], events: [], deliveries: []}",
            "4: [0].given.tables.product: the journey doesn't ask for table 'product' (did you mean 'products'?)\n"
            "4: [0].given.tables.events: events is a table of the engine's own (write its rows in given.events)\n"
            "4: [0].given.tables.deliveries: deliveries is a table of the engine's own (journeys fill it)",
        ),
        (
            "tables: {products: [{sku: a}, {sku: [b]}]}",
            "4: [0].given.tables.products[1].sku: not text: a list",
        ),
        (
            "suppressions: [{channel: pusch, address: a}]",
            "4: [0].given.suppressions[0].channel: no channel 'pusch' (did you mean 'push'?)",
        ),
        (
            "message_feedback: [{profile_id: ada, step: wait_a_day, feedback: clicked, feedback_at: 2026-03-02}], "
            "profiles: [{profile_id: ada}]",
            "4: [0].given.message_feedback[0].step: 'wait_a_day' is no message: its type is wait (messages: mail)",
        ),
        (
            "audience_members: {vip: [{profile_id: ada, entered_at: 2026-03-02, exited_at: 2026-03-01}]}",
            "4: [0].given.audience_members.vip[0].exited_at: exited_at is not after entered_at",
        ),
    ],
)
def test_what_is_given_wrongly_is_told(said_of, given: str, message: str) -> None:
    lines = [f"journeys/promo.test.yaml:{line}" for line in message.splitlines()]
    assert said_of(case(given)) == lines


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        (
            "{sends: [{profile_id: adda, step: mail}], status: {bob: active}}",
            "[0].expect.sends[0].profile_id: nobody called 'adda' is given (did you mean 'ada'?)\n"
            "[0].expect.status.bob: nobody called 'bob' is given (give it in given.profiles)",
        ),
        (
            "{sends: [{profile_id: ada, step: mial}]}",
            "[0].expect.sends[0].step: journey 'promo' has no step 'mial' (did you mean 'mail'?)",
        ),
        (
            "{outcomes: [{profile_id: ada, step: there}]}",
            "[0].expect.outcomes[0].step: journey 'promo' has no step 'there' "
            "(write wait_a_day, find, mail, entry or end)",
        ),
        (
            "{sends: [{profile_id: ada, step: mail, send_at: 2026-02-27}]}",
            "[0].expect.sends[0].send_at: earlier than from, 2026-02-28T23:00:00Z (write an earlier from)",
        ),
        (
            "{sends: [{profile_id: ada, step: mail, journey: other}]}",
            "[0].expect.sends[0].journey: journey 'other' doesn't run in this case (write journeys: [other])",
        ),
        ("{}", "[0].expect: nothing is expected (write sends, outcomes or status)"),
    ],
)
def test_what_is_expected_wrongly_is_told(said_of, expect: str, message: str) -> None:
    other = {"journeys/other.yaml": JOURNEY.replace("id: promo", "id: other")}
    lines = [f"journeys/promo.test.yaml:5: {line}" for line in message.splitlines()]
    assert said_of(case("profiles: [{profile_id: ada}]", expect), **other) == lines


def test_a_case_of_which_no_instant_is_known_is_told(said_of) -> None:
    text = case("profiles: [{profile_id: ada}]").replace("  from: 2026-03-01\n", "")
    what = "nothing says when the journey is published: no instant is named (write from: 2026-03-01T00:00:00Z)"
    assert said_of(text) == [f"journeys/promo.test.yaml:1: [0]: {what}"]


def test_a_case_that_ends_before_it_begins_is_told(said_of) -> None:
    text = case().replace("until: 2026-03-10", "until: 2026-03-01")
    what = "not after 2026-02-28T23:00:00Z, when the journey is published (write a later one)"
    assert said_of(text) == [f"journeys/promo.test.yaml:3: [0].until: {what}"]


def test_a_file_of_no_journey_is_told(said_of) -> None:
    said = said_of(case(), "prom")
    assert said == ["journeys/prom.test.yaml:1: no journey 'prom' (did you mean 'promo'?)"]


def test_a_file_that_is_no_list_is_told(said_of) -> None:
    said = said_of("case: one")
    assert said == ["journeys/promo.test.yaml:1: not a list: a mapping (write - case: ... for each test case)"]


def test_the_shape_of_tests_is_told_although_the_project_is_wrong(said_of) -> None:
    said = said_of(dedent(case("profile: []")), **{"journeys/promo.yaml": "id: promo"})
    assert said == ["journeys/promo.test.yaml:4: [0].given.profile: unknown key 'profile' (did you mean 'profiles'?)"]


def test_a_further_journey_that_there_is_not_is_told(said_of) -> None:
    text = case("", "{entered: 0}", "  journeys: [promos]\n")
    said = said_of(text)
    assert said == ["journeys/promo.test.yaml:6: [0].journeys[0]: no journey 'promos' (did you mean 'promo'?)"]


@pytest.mark.parametrize(
    ("given", "expect", "message"),
    [
        (
            "events: [{type: order_placed, event_time: 2026-03-02}]",
            "{entered: 0}",
            "4: [0].given.events[0].type: unknown key 'type' (did you mean 'event_type'?)",
        ),
        (
            "events: [{event_type: order_placed, time: 2026-03-02}]",
            "{entered: 0}",
            "4: [0].given.events[0].time: unknown key 'time' (did you mean 'event_time'?)",
        ),
        (
            "events: [{event_type: order_placed, event_time: 2026-03-02, amount: 3}]",
            "{entered: 0}",
            "4: [0].given.events[0].amount: unknown key 'amount' (write attributes: {amount: ...})",
        ),
        (
            "profiles: {ada: {email: a@b.example}}",
            "{entered: 0}",
            "4: [0].given.profiles: not a list: a mapping (write [{profile_id: ada, email: ...}])",
        ),
        (
            "audience_members: [ada]",
            "{entered: 0}",
            "4: [0].given.audience_members: not a mapping: a list (write {vip: [ada]})",
        ),
        (
            "",
            "{sends: [{profile_id: ada, step: mail, at: 2026-03-02}]}",
            "5: [0].expect.sends[0].at: unknown key 'at' (did you mean 'send_at'?)",
        ),
        (
            "",
            "{sends: 1}",
            "5: [0].expect.sends: not a list: 1 (write [{profile_id: ada, step: ...}], or [] for none)",
        ),
        (
            "",
            "{status: completed}",
            "5: [0].expect.status: not a mapping: 'completed' (write {ada: completed})",
        ),
    ],
)
def test_what_somebody_guesses_is_told_as_it_is_written(said_of, given: str, expect: str, message: str) -> None:
    assert said_of(case(given, expect)) == [f"journeys/promo.test.yaml:{message}"]
