"""What is said of entries by qualification and business event, and of exit_when, that are wrong."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

BY_ORDER = "{type: event, event: order_placed}"
WAIT = "{id: w, type: wait, for: 1h}"

ENTRIES = [
    ("{type: audience_qualification}", "entry: missing key 'audience'"),
    (
        "{type: audience_qualification, audience: vip, on: entered}",
        "entry.on: unknown value 'entered' (write enter, exit or both)",
    ),
    (
        "{type: audience_qualification, audience: vip, where: profile.x = 1}",
        "entry.where: unknown key 'where' (known here: type, audience, on)",
    ),
    (
        "{type: qualification, audience: vip}",
        "entry.type: unknown type 'qualification' (did you mean 'audience_qualification'?)",
    ),
    ("{type: business_event, audience: vip}", "entry: missing key 'event'"),
    ("{type: business_event, event: order_placed}", "entry: missing key 'audience'"),
    (
        "{type: business_event, event: order_plced, audience: vip}",
        "entry.event: no event 'order_plced' (did you mean 'order_placed'?)",
    ),
    (
        "{type: business_event, event: restocked, audience: vip}",
        "entry.event: no event 'restocked' (declare it in events.yaml)",
    ),
    (
        "{type: business_event, event: order_placed, audience: vip, where: event.amout > 1}",
        "entry.where: event has no attribute 'amout' (did you mean 'amount'?)",
    ),
    (
        "{type: business_event, event: order_placed, audience: vip, where: profile.tier = 'gold'}",
        "entry.where: profile.tier: there is no profile here yet (ask it in a condition step)",
    ),
    (
        "{type: business_event, event: order_placed, audience: vip, where: colour = 'red'}",
        "entry.where: unknown name 'colour' (write event.colour for an attribute, or 'colour' for text)",
    ),
    (
        "{type: business_event, event: order_placed, audience: vip, rate: {max: 5, per: second}}",
        "entry.rate: unknown key 'rate' (known here: type, event, audience, where)",
    ),
]

EXITS = [
    ("", "exit_when: no value (write one, or leave the key out)"),
    ("{id: bought, event: order_placed}", "exit_when: not a list: a mapping (write [{id: ..., event: ...}])"),
    ("[bought]", "exit_when[0]: not a mapping: 'bought' (write {id: ..., event: ...})"),
    ("[{event: order_placed}]", "exit_when[0]: missing key 'id'"),
    (
        "[{id: it bought, event: order_placed}]",
        "exit_when[0].id: not a name: 'it bought' (write letters, digits, _, - or . without spaces)",
    ),
    ("[{id: bought}]", "exit_when[0]: no event, audience or condition (write one of them)"),
    (
        "[{id: bought, event: order_placed, audience: buyers}]",
        "exit_when[0].audience: event and audience exclude each other (write one of them)",
    ),
    (
        "[{id: bought, event: order_placed, condition: profile.tier = 'gold'}]",
        "exit_when[0].condition: event and condition exclude each other (beside an event write where)",
    ),
    (
        "[{id: bought, event: order_placed, audience: buyers, condition: true}]",
        "exit_when[0].condition: event, audience and condition exclude each other (write one of them)",
    ),
    (
        "[{id: lost, audience: churned, where: profile.tier = 'gold'}]",
        "exit_when[0].where: where goes with event only",
    ),
    ("[{id: lost, condition: true, where: true}]", "exit_when[0].where: where goes with event only"),
    ("[{id: bought, event: order_placed, on: enter}]", "exit_when[0].on: on goes with audience only"),
    (
        "[{id: lost, audience: churned, on: entered}]",
        "exit_when[0].on: unknown value 'entered' (write enter or exit)",
    ),
    ("[{id: lost, audience: churned, on: both}]", "exit_when[0].on: unknown value 'both' (write enter or exit)"),
    (
        "[{id: lost, condition: {audience: churned}}]",
        "exit_when[0].condition: not an SQL expression: a mapping "
        "(write in_audience('vip'), or audience: vip in its place)",
    ),
    *[
        (f"[{{id: {own}, event: order_placed}}]", f"exit_when[0].id: '{own}' is a reason of the engine's own {remedy}")
        for remedy in ["(give it another id)"]
        for own in (
            "forced_reentry",
            "ends_at",
            "stopped",
            "quiet_hours",
            "journey_paused",
            "new_version",
            "step_gone",
        )
    ],
    (
        "[{id: bought, event: order_placed}, {id: lost, audience: churned}, {id: bought, event: page_viewed}]",
        "exit_when[2].id: criterion 'bought' stands twice (also the id of exit_when[0])",
    ),
    (
        "[{id: bought, event: order_plced}]",
        "exit_when[0].event: no event 'order_plced' (did you mean 'order_placed'?)",
    ),
    (
        "[{id: saw, event: page_viewed, where: event.amount > 1}]",
        "exit_when[0].where: event has no attribute 'amount'",
    ),
    (
        "[{id: lost, condition: event.amout > 1}]",
        "exit_when[0].condition: event has no attribute 'amout' (did you mean 'amount'?)",
    ),
    (
        "[{id: lost, condition: audience.score > 1}]",
        "exit_when[0].condition: audience.score is only there in journeys that an audience brings people into",
    ),
]


def journey(entry: str, *, exit_when: str = "[]", steps: tuple[str, ...] = (WAIT,)) -> str:
    """The entry is line 3, exit_when line 4, the first step line 6."""
    listed = "\n".join(f"  - {step}" for step in steps)
    return f"id: a\nversion: 1\nentry: {entry}\nexit_when: {exit_when}\nsteps:\n{listed}\n"


def lines(number: int, message: str | None) -> list[str]:
    """The whole lines that are said of one line of the file."""
    return [f"journeys/a.yaml:{number}: {line}" for line in (message or "").splitlines()]


@pytest.mark.parametrize(("entry", "message"), ENTRIES)
def test_a_wrong_entry_is_told(said: Said, entry: str, message: str) -> None:
    assert said({"journeys/a.yaml": journey(entry)}) == lines(3, message)


@pytest.mark.parametrize(("exit_when", "message"), EXITS)
def test_a_wrong_exit_is_told(said: Said, exit_when: str, message: str) -> None:
    assert said({"journeys/a.yaml": journey(BY_ORDER, exit_when=exit_when)}) == lines(4, message)


def test_what_is_wrong_with_exits_is_told_beside_other_mistakes(said: Said) -> None:
    exits = "[{id: lost, audience: churned, where: true}, {id: bought, event: order_plced}]"
    assert said({"journeys/a.yaml": journey(BY_ORDER, exit_when=exits, steps=("{id: w, type: wait, for: soon}",))}) == [
        "journeys/a.yaml:4: exit_when[0].where: where goes with event only",
        "journeys/a.yaml:4: exit_when[1].event: no event 'order_plced' (did you mean 'order_placed'?)",
        "journeys/a.yaml:6: steps[0].for: not a duration: 'soon' (write 2d or PT6H)",
    ]


def test_reentry_says_nothing_of_a_business_event(said: Said) -> None:
    entry = "{type: business_event, event: order_placed, audience: vip}\nreentry: {allowed: false}"
    assert said({"journeys/a.yaml": journey(entry)}) == [
        "journeys/a.yaml:4: reentry: reentry says nothing of a business event: each brings in every member, once "
        "(leave it out)"
    ]


def test_audiences_that_nobody_fills_are_warned_of_wherever_they_are_named(said: Said) -> None:
    text = journey(
        "{type: audience_qualification, audience: vp}",
        exit_when="[{id: lost, audience: churned}]",
        steps=("{id: ear, type: listen, paths: [{label: a, audience: lapsd}]}",),
    )
    files = {"journeys/a.yaml": text, "audiences/lapsed.yaml": "id: lapsed\nsql: SELECT profile_id FROM profiles\n"}
    assert said(files, known_audiences={"vip"}) == [
        "journeys/a.yaml:3: entry.audience: audience 'vp' has neither a file nor a member "
        "(write audiences/vp.yaml, or load its members)",
        "journeys/a.yaml:4: exit_when[0].audience: audience 'churned' has neither a file nor a member "
        "(write audiences/churned.yaml, or load its members)",
        "journeys/a.yaml:6: steps[0].paths[0].audience: audience 'lapsd' has neither a file nor a member "
        "(did you mean 'lapsed'?)",
    ]


def test_the_audience_of_a_business_event_is_warned_of(said: Said) -> None:
    entry = "{type: business_event, event: order_placed, audience: waiting}"
    assert said({"journeys/a.yaml": journey(entry)}, known_audiences={"vip"}) == [
        "journeys/a.yaml:3: entry.audience: audience 'waiting' has neither a file nor a member "
        "(write audiences/waiting.yaml, or load its members)"
    ]


def test_in_a_where_event_is_the_one_in_question_and_elsewhere_the_one_that_brought_it_in(said: Said) -> None:
    files = {
        "events.yaml": "events:\n  order_placed: {amount: double}\n  page_viewed: {url: string}\n",
        "journeys/a.yaml": journey(
            BY_ORDER,
            exit_when="[{id: saw, event: page_viewed, where: event.url = 'x'}]",
            steps=(
                "{id: ear, type: listen, paths: [{label: a, event: page_viewed, where: event.url = 'y'}]}",
                "{id: c, type: condition, paths: [{label: a, when: event.url = 'x'}]}",
            ),
        ),
    }
    assert said(files) == ["journeys/a.yaml:7: steps[1].paths[0].when: event has no attribute 'url' (it has amount)"]
