"""What is said of a listen or an experiment that is wrong: the step beside the whole line."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Load, Said
from tests.definition.test_happening_messages import BY_ORDER, journey, lines


def listen(path: str, more: str = "") -> str:
    """A step that listens for one thing."""
    return f"{{id: ear, type: listen, paths: [{{{path}}}]{more}}}"


LISTENS = [
    ("{id: ear, type: listen}", "steps[1]: missing key 'paths'"),
    ("{id: ear, type: listen, paths: []}", "steps[1].paths: an empty list (write one at least)"),
    (listen("event: order_placed"), "steps[1].paths[0]: missing key 'label'"),
    (listen("label: a"), "steps[1].paths[0]: no event, reaction or audience (write one of them)"),
    (
        listen("label: a, event: order_placed, audience: vip"),
        "steps[1].paths[0].audience: event and audience exclude each other (write one of them)",
    ),
    (
        listen("label: a, event: order_placed, reaction: opened, of: mail"),
        "steps[1].paths[0].reaction: event and reaction exclude each other (write one of them)",
    ),
    (
        listen("label: a, reaction: opened"),
        "steps[1].paths[0].reaction: reaction without of (write of: the id of a message before it)",
    ),
    (
        listen("label: a, reaction: open, of: mail"),
        "steps[1].paths[0].reaction: unknown value 'open' (write opened, clicked, bounced or unsubscribed)",
    ),
    (listen("label: a, event: order_placed, of: mail"), "steps[1].paths[0].of: of goes with reaction only"),
    (listen("label: a, event: order_placed, on: enter"), "steps[1].paths[0].on: on goes with audience only"),
    (
        listen("label: a, audience: vip, on: entered"),
        "steps[1].paths[0].on: unknown value 'entered' (write enter, exit or both)",
    ),
    (
        listen("label: a, event: order_placed", ", on_timeout: end"),
        "steps[1].on_timeout: on_timeout without timeout (write timeout: 2d)",
    ),
    (
        listen("label: a, event: order_placed", ", timeout: soon"),
        "steps[1].timeout: not a duration: 'soon' (write 2d or PT6H)",
    ),
    (
        listen("label: a, event: order_placed", ", timeout: 0s"),
        "steps[1].timeout: a time-out of no time: nothing is ever heard",
    ),
    (
        listen("label: a, event: order_placed", ", timeout: 91d"),
        "steps[1].timeout: not shorter than the journey's timeout, P91D: whoever hears nothing ends there "
        "(write a longer timeout for the journey)",
    ),
    (listen("label: a, event: order_placed", ", timeout: 90d"), None),
    (
        listen("label: a, event: order_placed}, {label: a, event: page_viewed, next: last"),
        "steps[1].paths[1].label: label 'a' stands twice (give each path its own)",
    ),
    (
        listen("label: timeout, event: order_placed"),
        "steps[1].paths[0].label: 'timeout' is reserved (give the path another label)",
    ),
    (
        listen("label: a, event: order_plced"),
        "steps[1].paths[0].event: no event 'order_plced' (did you mean 'order_placed'?)",
    ),
    (
        listen("label: a, event: page_viewed, where: event.amount > 1"),
        "steps[1].paths[0].where: event has no attribute 'amount'",
    ),
    (
        listen("label: a, event: order_placed, next: lst", ", timeout: 1d, on_timeout: nowhere"),
        "steps[1].on_timeout: no step 'nowhere' (write the id of a step, or end)\n"
        "steps[1].paths[0].next: no step 'lst' (did you mean 'last'?)",
    ),
    (listen("label: a, reaction: clicked, of: mail"), None),
    (
        listen("label: a, reaction: clicked, of: mial"),
        "steps[1].paths[0].of: no message 'mial' (did you mean 'mail'?)",
    ),
    (
        listen("label: a, reaction: clicked, of: letter"),
        "steps[1].paths[0].of: no message 'letter' (before it: mail)",
    ),
    (
        listen("label: a, reaction: clicked, of: last"),
        "steps[1].paths[0].of: no way leads here from message 'last': nobody has had it (before it: mail)",
    ),
    (
        listen("label: a, reaction: clicked, of: ear"),
        "steps[1].paths[0].of: 'ear' is no message: its type is listen (before it: mail)",
    ),
]


def experiment(arms: str, more: str = "") -> str:
    """A step with some arms."""
    return f"{{id: test, type: experiment, arms: [{arms}]{more}}}"


EXPERIMENTS = [
    ("{id: test, type: experiment}", "steps[1]: missing key 'arms'"),
    (experiment(""), "steps[1].arms: an empty list (write one at least)"),
    (experiment("{weight: 1}"), "steps[1].arms[0]: missing key 'label'"),
    (experiment("{label: a}"), "steps[1].arms[0]: missing key 'weight'"),
    (experiment("{label: a, weight: 0}"), "steps[1].arms[0].weight: too small: 0 (1 at least)"),
    (
        experiment("{label: a, weight: 33.3}"),
        "steps[1].arms[0].weight: not a whole number: 33.3 (write whole numbers, such as 1 and 2)",
    ),
    (
        experiment("{label: a, percent: 50, weight: 1}"),
        "steps[1].arms[0].percent: unknown key 'percent' (did you mean 'weight'?)",
    ),
    (
        experiment("{label: a, weight: 1}, {label: a, weight: 1}"),
        "steps[1].arms[1].label: label 'a' stands twice (give each arm its own)",
    ),
    (
        experiment("{label: holdout, weight: 1}", ", holdout: 10"),
        "steps[1].arms[0].label: 'holdout' is reserved (give the arm another label)",
    ),
    (
        experiment("{label: a, weight: 1}", ", holdout: 101"),
        "steps[1].holdout: not a percent: 101 (write a number from 0 to 100)",
    ),
    (
        experiment("{label: a, weight: 1}", ", holdout: 100"),
        "steps[1].holdout: all are held out: nobody takes an arm",
    ),
    (
        experiment("{label: a, weight: 1}", ", otherwise: last"),
        "steps[1].otherwise: otherwise without holdout: nobody is held out (write holdout: 10)",
    ),
    (
        experiment("{label: a, weight: 1}", ", holdout: 0, otherwise: last"),
        "steps[1].otherwise: otherwise without holdout: nobody is held out (write holdout: 10)",
    ),
    (
        experiment("{label: a, weight: 1, next: lst}", ", holdout: 10, otherwise: nowhere"),
        "steps[1].otherwise: no step 'nowhere' (write the id of a step, or end)\n"
        "steps[1].arms[0].next: no step 'lst' (did you mean 'last'?)",
    ),
    (
        experiment("{label: a, weight: 1}", ", metric: order_placed"),
        "steps[1].metric: not a mapping: 'order_placed' (write {event: order_placed})",
    ),
    (
        experiment("{label: a, weight: 1}", ", metric: {where: event.amount > 1}"),
        "steps[1].metric: missing key 'event'",
    ),
    (
        experiment("{label: a, weight: 1}", ", metric: {event: order_plced}"),
        "steps[1].metric.event: no event 'order_plced' (did you mean 'order_placed'?)",
    ),
    (
        experiment("{label: a, weight: 1}", ", metric: {event: order_placed, where: event.amout > 1}"),
        "steps[1].metric.where: event has no attribute 'amout' (did you mean 'amount'?)",
    ),
    *(
        (
            experiment(
                "{label: a, weight: 1}", f', metric: {{event: order_placed, where: "event.amount > 1 AND {more}"}}'
            ),
            "steps[1].metric.where: asks more than the event itself (write event.<attribute> only)",
        )
        for more in ("profile.tier = 'a'", "journey.id = 'a'", "in_audience('vip')", "has_received('a')")
    ),
]


def among_messages(step: str) -> str:
    """A journey with the step on line 7, between two messages."""
    mail = "{id: mail, type: message, channel: sms, content: {body: x}}"
    return journey(BY_ORDER, steps=(mail, step, mail.replace("mail", "last")))


@pytest.mark.parametrize(("step", "message"), [*LISTENS, *EXPERIMENTS])
def test_a_wrong_listen_or_experiment_is_told(said: Said, step: str, message: str | None) -> None:
    assert said({"journeys/a.yaml": among_messages(step)}) == lines(7, message)


def test_whoever_keeps_nobody_out_for_a_while_may_leave_otherwise_standing(load: Load) -> None:
    step = experiment("{label: a, weight: 1}", ", holdout: 0, otherwise: last")
    (warning,) = load({"journeys/a.yaml": among_messages(step)}).warnings
    assert warning.path == "steps[1].otherwise"


def test_a_reaction_needs_some_message_before_it(said: Said) -> None:
    ear = "{id: ear, type: listen, paths: [{label: a, reaction: clicked, of: mail}]}"
    mail = "{id: mail, type: message, channel: sms, content: {body: x}}"
    assert said({"journeys/a.yaml": journey(BY_ORDER, steps=(ear, mail))}) == [
        "journeys/a.yaml:6: steps[0].paths[0].of: no way leads here from message 'mail': nobody has had it "
        "(let a message step come before it)"
    ]


def test_a_message_on_another_way_is_not_before_it(said: Said) -> None:
    ways = "{id: s, type: split, paths: [{label: x, percent: 50, next: mail}, {label: y, percent: 50, next: ear}]}"
    mail = "{id: mail, type: message, channel: sms, content: {body: x}, next: end}"
    ear = "{id: ear, type: listen, paths: [{label: a, reaction: clicked, of: mail}]}"
    assert said({"journeys/a.yaml": journey(BY_ORDER, steps=(ways, mail, ear))}) == [
        "journeys/a.yaml:8: steps[2].paths[0].of: no way leads here from message 'mail': nobody has had it "
        "(let a message step come before it)"
    ]
