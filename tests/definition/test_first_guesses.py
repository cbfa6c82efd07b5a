"""What somebody writes who knows other tools and not this one yet, and the one line that is said about it."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

ENTRY = "{type: event, event: order_placed}"
READ = "{type: read_audience, audience: vip, schedule: {cron: '0 9 * * MON'}}"
LAST = "{id: last, type: end}"


def journey(step: str = LAST, entry: str = ENTRY, more: str = "priority: 50") -> str:
    return f"id: a\nversion: 1\nentry: {entry}\n{more}\nsteps:\n  - {step}\n"


def split(path: str) -> str:
    return f"{{id: s, type: split, paths: [{path}]}}"


def condition(path: str) -> str:
    return f"{{id: s, type: condition, paths: [{path}]}}"


def listen(path: str) -> str:
    return f"{{id: s, type: listen, timeout: 2d, paths: [{path}]}}"


KEYS = [
    (condition("{label: a, when: {date_from: 2026-06-01}}"), "paths[0].when.date_from", "did you mean 'from_date'?"),
    (condition("{label: a, when: {end_date: 2026-06-01}}"), "paths[0].when.end_date", "did you mean 'to_date'?"),
    (condition("{label: a, when: {sql: 'true'}}"), "paths[0].when.sql", "write the expression itself behind when:"),
    (condition("{name: a, when: 'true'}"), "paths[0].name", "did you mean 'label'?"),
    (condition("{label: a, if: 'true'}"), "paths[0].if", "did you mean 'when'?"),
    (split("{label: a, share: 100}"), "paths[0].share", "did you mean 'percent'?"),
    (split("{label: a, percent: 100, goto: end}"), "paths[0].goto", "did you mean 'next'?"),
    (listen("{label: a, reaction: opened, message: m}"), "paths[0].message", "did you mean 'of'?"),
    (listen("{label: a, event: page_viewed, within: 2d}"), "paths[0].within", "write timeout beside paths"),
    ("{id: s, type: listen, event: x, timeout: 2d}", "event", "write paths: [{label: ..., event: ...}]"),
    ("{id: s, type: condition, if: 'true'}", "if", "write paths: [{label: ..., when: ..., next: ...}]"),
    ("{id: s, type: end, next: s}", "next", "nothing comes after an end"),
    (
        "{id: s, type: message, channel: push, content: {title: x}, consent: ignored}",
        "consent",
        "the channel's is asked, unless category: transactional",
    ),
    (
        "{id: s, type: message, channel: push, content: {title: x}, send_at: '09:00'}",
        "send_at",
        "let a wait step come before it",
    ),
    ("{id: s, type: profile_cap, max: 3}", "max", "did you mean 'limit'?"),
    ("{id: s, type: profile_cap, limit: 3, default: end}", "default", "did you mean 'otherwise'?"),
    ("{id: s, type: wait, duration: 2d}", "duration", "did you mean 'for'?"),
    ("{id: s, type: wait, time: '09:00'}", "time", 'write until: {time: "09:00"}, or for: 2d'),
    (
        "{id: s, type: wait, best_send_time: push}",
        "best_send_time",
        "write until: {best_send_time: email, within: 24h}",
    ),
    ("{id: s, type: wait, until: {at: '09:00'}}", "until.at", "did you mean 'time'?"),
    ("{id: s, type: update_profile, attributes: {tier: x}}", "attributes", "did you mean 'set'?"),
    ("{id: s, type: jump, to: b}", "to", "did you mean 'journey'?"),
    ("{id: s, type: lookup, dataset: t, key: {a: event.sku}, select: [b], as: c}", "dataset", "did you mean 'table'?"),
    ("{id: s, type: lookup, table: t, key: {a: event.sku}, fields: [b], as: c}", "fields", "did you mean 'select'?"),
]


@pytest.mark.parametrize(("step", "path", "remedy"), KEYS)
def test_a_key_of_another_tool_is_told_by_ours(said: Said, step: str, path: str, remedy: str) -> None:
    key = path.rpartition(".")[2]
    message = f"journeys/a.yaml:6: steps[0].{path}: unknown key '{key}' ({remedy})"
    assert said({"journeys/a.yaml": journey(step)}) == [message]


TYPES = [
    ("ab_test", "did you mean 'experiment'?"),
    ("random_split", "did you mean 'split'?"),
    ("branch", "did you mean 'condition'?"),
    ("delay", "did you mean 'wait'?"),
    ("best_send_time", "write type: wait, until: {best_send_time: email, within: 24h}"),
]


@pytest.mark.parametrize(("written", "remedy"), TYPES)
def test_a_step_of_another_tool_is_told_by_ours(said: Said, written: str, remedy: str) -> None:
    message = f"journeys/a.yaml:6: steps[0].type: unknown type '{written}' ({remedy})"
    assert said({"journeys/a.yaml": journey(f"{{id: s, type: {written}}}")}) == [message]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{type: read_segment, audience: vip}", "type: unknown type 'read_segment' (did you mean 'read_audience'?)"),
        ("{type: event, event: page_viewed, filter: x}", "filter: unknown key 'filter' (did you mean 'where'?)"),
        ("{type: event, name: page_viewed}", "name: unknown key 'name' (did you mean 'event'?)"),
        (
            "{type: read_audience, audience: vip, schedule: {at: 2026-03-01}, where: x}",
            "where: unknown key 'where' (ask it in a condition step)",
        ),
        ("{type: audience_qualification, segment: vip}", "segment: unknown key 'segment' (did you mean 'audience'?)"),
        (
            "{type: read_audience, audience: vip, schedule: {cron: '0 9 * * MON', timezone: UTC}}",
            "schedule.timezone: unknown key 'timezone' (it is in the timezone of the journey, or of the project)",
        ),
    ],
)
def test_an_entry_of_another_tool_is_told_by_ours(said: Said, entry: str, message: str) -> None:
    assert said({"journeys/a.yaml": journey(entry=entry)}) == [f"journeys/a.yaml:3: entry.{message}"]


VALUES = [
    (
        "{id: s, type: split, paths: {a: 50}}",
        "paths: not a list: a mapping (write [{label: ..., percent: 50, next: ...}])",
    ),
    (
        "{id: s, type: message, channel: [push, sms], template: x}",
        "channel: not text: a list (write one; another message step sends by another)",
    ),
    (
        "{id: s, type: message, channel: push, template: {title: x}}",
        "template: not text: a mapping (write its name; fields stand in content)",
    ),
    (
        "{id: s, type: message, channel: push, content: {title: x, body: null}}",
        "content.body: no value (write one, or leave the key out)",
    ),
    ("{id: s, type: profile_cap, limits: 100}", "limits: not a list: 100 (write [100])"),
    ("{id: s, type: profile_cap, limit: [1, 2]}", "limit: not a whole number: a list (write limits: [..] for several)"),
    (
        condition("{label: a, when: {days: fri}}"),
        "paths[0].when.days: not a list: 'fri' (write a list, such as [mon, tue])",
    ),
    (
        condition("{label: a, when: {from: '22:00', to: '26:00'}}"),
        "paths[0].when.to: not a local time: '26:00' (a day has 24 hours: write \"02:00\")",
    ),
    (
        listen("{label: a, reaction: [opened], of: m}"),
        "paths[0].reaction: not one word: a list (write opened, clicked, bounced or unsubscribed)",
    ),
    ("{wait: 2d}", ": missing key 'type' (write type: wait)"),
    (
        "{id: s, type: lookup, table: t, key: profile.profile_id, select: [b], as: c}",
        "key: a key of 'profile.profile_id' alone (write {profile_id: profile.profile_id}: column and expression)",
    ),
    ("{id: s, type: wait, until: 2d}", "until: a duration, where an SQL expression stands: '2d' (write for: 2d)"),
    (
        "{id: s, type: wait, until: 2026-03-01T09:00}",
        "until: an instant, where an SQL expression stands: '2026-03-01T09:00' "
        "(write \"TIMESTAMP '2026-03-01T09:00'\")",
    ),
    (
        "{id: s, type: wait, until: best_send_time}",
        "until: a word, where an SQL expression stands: 'best_send_time' (write {best_send_time: email, within: 24h})",
    ),
    (
        "{id: s, type: message, channel: webhook, category: transactional, address: \"'x'\", content: {body: {a: b}}}",
        "content.body: not text: a mapping (write it as text, JSON for instance, behind |)",
    ),
]


@pytest.mark.parametrize(("step", "message"), VALUES)
def test_a_value_of_another_kind_is_told_with_one_that_fits(said: Said, step: str, message: str) -> None:
    dot = "" if message.startswith(":") else "."
    assert said({"journeys/a.yaml": journey(step)}) == [f"journeys/a.yaml:6: steps[0]{dot}{message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("email: {address: profile.email}", "1: email: unknown key 'email' (write it below channels:)"),
        ("channels: [email]", "1: channels: not a mapping: a list (write {email: {limits: ...}})"),
        ("channels: {sms: {url: x}}", "1: channels.sms.url: unknown key 'url' (did you mean 'address'?)"),
        (
            "channels: {sms: {throttle: 2}}",
            "1: channels.sms.throttle: unknown key 'throttle' (write limits: [{max: 100, per: second}])",
        ),
        (
            "channels: {sms: {ramp_up: {starts_on: 2026-03-01, days: [1]}}}",
            "1: channels.sms.ramp_up.days: unknown key 'days' (did you mean 'per_day'?)",
        ),
        (
            "channels: {sms: {consent: \"profile.consents['sms'] = 'y'\"}}",
            "1: channels.sms.consent: 'n' is wanted here of who has refused, and this is true or false: "
            "it would refuse nobody (write profile.consents['sms'], or if(..., 'y', 'n'))",
        ),
        (
            'channels: {email: {address: "{{ profile.email }}"}}',
            "1: channels.email.address: not an SQL expression: near '}' (character 18) "
            "(names stand as they are: write profile.email)",
        ),
        (
            'channels: {webhook: {address: "https://x.example/{{ profile.profile_id }}"}}',
            "1: channels.webhook.address: not an SQL expression: near ':' (character 6) "
            "(names stand as they are: write concat('https://x.example/', profile.profile_id))",
        ),
    ],
)
def test_a_channel_of_another_tool_is_told(said: Said, text: str, message: str) -> None:
    assert said({"channels.yaml": text}) == [f"channels.yaml:{message}"]


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        ("number", "write double"),
        ("datetime", "write timestamp"),
        ("list", "write array<string>"),
        ("'decimal(10'", 'put a type that has commas in quotes: "decimal(10,2)"'),
    ],
)
def test_a_type_of_another_language_is_told_by_ours(said: Said, kind: str, remedy: str) -> None:
    name = kind.strip("'")
    message = f"events.yaml:1: events.paid.amount: unknown type: '{name}' ({remedy})"
    assert said({"events.yaml": f"events: {{paid: {{amount: {kind}}}}}"}) == [message]


def test_an_array_of_another_language_is_told_by_ours(said: Said) -> None:
    message = "profiles.yaml:1: profiles.tags: unknown type: 'string[]' (write array<string>)"
    assert said({"profiles.yaml": 'profiles: {tags: "string[]"}'}) == [message]


def test_what_is_not_indented_below_its_key_is_told(said: Said) -> None:
    text = "id: a\nversion: 1\nentry:\ntype: event\nevent: order_placed\nsteps:\n  - {id: last, type: end}\n"
    assert said({"journeys/a.yaml": text}) == [
        "journeys/a.yaml:3: entry: not a mapping: nothing (write {type: ...})",
        "journeys/a.yaml:4: type: unknown key 'type' (indent it below entry:)",
        "journeys/a.yaml:5: event: unknown key 'event' (indent it below entry:)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "steps:\n  - id: x\n  type: wait\n",
            "3: not YAML: a key among list items (indent it as far as the first key of its item)",
        ),
        (
            "a:\n  - id: x\n - id: y\n",
            "3: not YAML: a list item in the wrong column (begin all items of a list in the same one)",
        ),
        ("id:a\nversion: 1\n", "1: not YAML: no space behind a : (write one behind ':')"),
        ("steps:\n  -id: x\n   type: wait\n", "2: not YAML: no space behind a - (write one behind '-')"),
    ],
)
def test_a_slip_of_the_pen_is_told(said: Said, text: str, message: str) -> None:
    assert said({"journeys/a.yaml": text}) == [f"journeys/a.yaml:{message}"]


def test_files_that_stand_elsewhere_are_told(said: Said) -> None:
    assert said({"templates/hello.yaml": "subject: x"}) == [
        "templates/hello.yaml:1: not read (move it to templates/<channel>/hello.yaml)"
    ]
    assert said({"journeys/a_test.yaml": "- case: x"}) == [
        "journeys/a_test.yaml:1: not a mapping: a list (test cases stand in journeys/<id>.test.yaml)",
        "templates/hello.yaml:1: warning: not read (move it to templates/<channel>/hello.yaml)",
    ]


def test_a_warning_among_errors_says_that_it_is_one(said: Said) -> None:
    step = '{id: s, type: message, channel: whatsapp, content: {body: "{{ event.amont }}"}}'
    assert said({"journeys/a.yaml": journey(step)}) == [
        "journeys/a.yaml:6: steps[0].content.body: event has no attribute 'amont' (did you mean 'amount'?)",
        "journeys/a.yaml:6: warning: steps[0].channel: marketing by channel 'whatsapp', which has no consent: it goes "
        "to who has refused, too (write consent: profile.consents['whatsapp'] in channels.yaml)",
    ]


@pytest.mark.parametrize(
    ("step", "more", "message"),
    [
        (LAST, "holdout: 0.05", "4: holdout: 0.05 percent are 5 of 10,000 people (write 5 for a share of 0.05)"),
        (
            "{id: s, type: experiment, holdout: 0.1, arms: [{label: a, weight: 1}]}",
            "priority: 50",
            "6: steps[0].holdout: 0.1 percent are 10 of 10,000 people (write 10 for a share of 0.1)",
        ),
        (LAST, "holdout: 1", None),
        (LAST, "holdout: 0", None),
    ],
)
def test_a_share_of_one_in_place_of_percents_is_warned_of(
    said: Said, step: str, more: str, message: str | None
) -> None:
    expected = [f"journeys/a.yaml:{message}"] if message else []
    assert said({"journeys/a.yaml": journey(step, more=more)}) == expected
