"""What is said to the author of a template that is wrong, in itself or in a journey that uses it."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

CHANNELS = """
    channels:
      email:
        consent: profile.consents['email']
        unsubscribe_url: "https://shop.example/u/{{ delivery_id }}"
"""
ON_ORDER = "{type: event, event: order_placed}"
ON_VIEW = "{type: event, event: page_viewed}"


def journey(
    name: str = "a", *, entry: str = ON_ORDER, step: str = "channel: email, template: spring"
) -> dict[str, str]:
    """A journey with one message."""
    text = f"id: {name}\nversion: 1\nentry: {entry}\nsteps: [{{id: m, type: message, {step}}}]\n"
    return {f"journeys/{name}.yaml": text}


def email(text: str) -> dict[str, str]:
    return {"templates/email/spring.yaml": text, "channels.yaml": CHANNELS}


SHAPE = [
    ("", "1: an empty file"),
    ("hello", "1: not a mapping: 'hello' (write key: value)"),
    ("subject: 5\ntext: '{{ unsubscribe_url }}'", "1: subject: not text: 5 (put it in quotes)"),
    ("subject: {{ profile.x }}", None),
    ("subject: x\nheaders: y", "2: headers: not a mapping: 'y' (write names and values)"),
    ("subject: x\nheaders: {X-A: 5}", "2: headers.X-A: not text: 5 (put it in quotes)"),
    (
        "subject: x\nbody: y\ntext: z",
        "2: body: unknown field 'body' (email has subject, preheader, html, text, from, reply_to, headers)",
    ),
    (
        "subjct: x\ntext: z",
        "1: subjct: unknown field 'subjct' (did you mean 'subject'?)\n1: warning: no subject",
    ),
    ("subject: x", "1: no html or text: the message says nothing"),
]


@pytest.mark.parametrize(("text", "message"), SHAPE)
def test_a_template_of_a_wrong_shape_is_told(said: Said, text: str, message: str | None) -> None:
    message = message or ('1: subject: a key that isn\'t text (put text that begins with { or [ in quotes: "{{ }}")')
    assert sorted(said(email(text))) == sorted(f"templates/email/spring.yaml:{line}" for line in message.splitlines())


def test_a_template_of_no_channel_is_told(said: Said) -> None:
    assert said({"templates/emial/spring.yaml": "subject: x"}) == [
        "templates/emial/spring.yaml:1: a template of no channel: 'emial' (did you mean 'email'?)"
    ]


def test_a_problem_inside_a_block_has_its_own_line(said: Said) -> None:
    text = """
        subject: Spring
        html: |
          <p>Spring</p>
          <p>{{ profile.nme }}</p>
    """
    assert said({**email(text), "profiles.yaml": "profiles: {name: string}"}) == [
        "templates/email/spring.yaml:4: html: profile has no column 'nme' (did you mean 'name'?)"
    ]


def test_a_syntax_error_of_jinja_is_told_once(said: Said) -> None:
    text = "subject: Spring\nhtml: |\n  <p>\n  {% if profile.x %}\n  {{ unsubscribe_url }}\n"
    lines = said({**email(text), **journey()})
    assert len(lines) == 1
    assert lines[0].startswith("templates/email/spring.yaml:")


def test_a_template_is_checked_though_nobody_uses_it(said: Said) -> None:
    assert said(email("subject: '{{ event.amout }}'\ntext: x")) == [
        "templates/email/spring.yaml:1: subject: event has no attribute 'amout' (did you mean 'amount'?)"
    ]


def test_a_name_that_only_some_journeys_have_is_told_with_the_journey(said: Said) -> None:
    files = {
        **email("subject: '{{ event.amount }}'\ntext: '{{ unsubscribe_url }}'"),
        **journey(),
        **journey("b", entry=ON_VIEW),
    }
    assert said(files) == ["templates/email/spring.yaml:1: subject: event has no attribute 'amount', in journey 'b'"]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ("subject: x\nhtml: <p>\ntext: '{{ unsubscribe_url }}'", ["2: html"]),
        ("subject: x\nhtml: <p>{{ unsubscribe_url }}\ntext: y", ["3: text"]),
        ("subject: x\nhtml: '<p>{# {{ unsubscribe_url }} #}'", ["2: html"]),
        ("subject: x\nhtml: <p>{{ unsubscribe_url }}", []),
        ("subject: x\ntext: '{{ unsubscribe_url }}'", []),
        ("subject: x\nhtml: <a href='{{ unsubscribe_url | urlencode }}'>{{ profile.n | number(2) }}</a>", []),
    ],
)
def test_a_marketing_email_lets_one_unsubscribe(said: Said, fields: str, lines: list[str]) -> None:
    assert said({**email(fields), **journey()}) == [
        f"templates/email/spring.yaml:{line}: a marketing email without unsubscribe_url "
        "(link to {{ unsubscribe_url }})"
        for line in lines
    ]


def test_a_transactional_email_needs_no_unsubscribe_url(said: Said) -> None:
    step = "channel: email, template: spring, category: transactional"
    assert said({**email("subject: x\ntext: y"), "channels.yaml": "channels: {}", **journey(step=step)}) == []


def test_a_marketing_email_needs_a_channel_with_unsubscribe_url(said: Said) -> None:
    consent = "channels:\n  email:\n    consent: profile.consents['email']"
    files = {**email("subject: x\ntext: '{{ unsubscribe_url }}'"), "channels.yaml": consent, **journey()}
    assert said(files) == [
        "journeys/a.yaml:4: steps[0].channel: channel 'email' has no unsubscribe_url, which a marketing email needs "
        "(write unsubscribe_url in channels.yaml)"
    ]


def test_unsubscribe_url_is_unknown_where_the_channel_has_none(said: Said) -> None:
    files = {"templates/sms/s.yaml": "body: '{{ unsubscribe_url }}'", **journey(step="channel: sms, template: s")}
    assert said(files) == [
        "templates/sms/s.yaml:1: body: unsubscribe_url is unknown: channel 'sms' has none "
        "(write unsubscribe_url in channels.yaml)"
    ]


def test_the_unsubscribe_url_of_a_channel_sees_the_profile_and_the_delivery(said: Said) -> None:
    channels = "channels:\n  email:\n    unsubscribe_url: https://x/{{ delivery_id }}/{{ event.sku }}\n"
    assert said({"channels.yaml": channels}) == [
        "channels.yaml:3: channels.email.unsubscribe_url: event.sku is only there in journeys that an event starts"
    ]


def test_the_fields_of_a_step_are_templates_too(said: Said) -> None:
    step = "channel: sms, content: {body: 'Hello {{ event.skuu }}'}"
    assert said(journey(step=step)) == [
        "journeys/a.yaml:4: steps[0].content.body: event has no attribute 'skuu' (did you mean 'sku'?)"
    ]
