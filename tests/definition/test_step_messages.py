"""What is said to the author of a step that is wrong: the step beside the whole line."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Load, Said

JOURNEY = """\
id: a
version: 1
entry: {{type: event, event: order_placed}}
steps:
  - {step}
  - {{id: later, type: wait, for: 1h}}
"""
READ_JOURNEY = JOURNEY.replace(
    "{{type: event, event: order_placed}}", "{{type: read_audience, audience: a, schedule: {{cron: 0 9 * * *}}}}"
)

TYPES = (
    "(write condition, split, profile_cap, wait, listen, experiment, message, update_profile, update_audience, jump, "
    "lookup or end)"
)

SHAPE = [
    ("wait", "steps[0]: not a mapping: 'wait' (write {id: ..., type: ...})"),
    (
        "{id: w, for: 1h}",
        f"steps[0]: missing key 'type' {TYPES}",
    ),
    ("{id: w, type: wiat, for: 1h}", "steps[0].type: unknown type 'wiat' (did you mean 'wait'?)"),
    (
        "{id: w, type: 5}",
        f"steps[0].type: unknown type 5 {TYPES}",
    ),
    (
        "{id: w, type: [webhook]}",
        f"steps[0].type: unknown type a list {TYPES}",
    ),
    ("{type: wait, for: 1h}", "steps[0]: missing key 'id'"),
    (
        "{id: a|b, type: wait, for: 1h}",
        "steps[0].id: not a name: 'a|b' (write letters, digits, _, - or . without spaces)",
    ),
    (f"{{id: {'x' * 201}, type: wait, for: 1h}}", "steps[0].id: too long: 201 characters (200 at most)"),
    ("{id: 7, type: wait, for: 1h}", "steps[0].id: not text: 7 (put it in quotes)"),
    ("{id: w, type: wait, fro: 1h, for: 1h}", "steps[0].fro: unknown key 'fro' (did you mean 'for'?)"),
    (
        "{id: w, type: wait, for: 1h, colour: red}",
        "steps[0].colour: unknown key 'colour' (known here: id, next, type, for, until)",
    ),
    ("{id: w, type: wait, for: 1h, next: }", None),
    ("{id: w, type: wait, for: soon}", "steps[0].for: not a duration: 'soon' (write 2d or PT6H)"),
    ("{id: w, type: wait, for: 5}", "steps[0].for: not a duration: 5 (write the unit too: 5d, 5h or 5m)"),
    ("{id: w, type: wait}", "steps[0]: no for or until (write one of them)"),
    (
        "{id: w, type: wait, for: 1h, until: profile.x}",
        "steps[0].until: for and until exclude each other (write one of them)",
    ),
    ("{id: w, type: wait, until: 5}", "steps[0].until: not text: 5 (put it in quotes)"),
    ("{id: w, type: wait, until: {days: [mon]}}", "steps[0].until: missing key 'time'"),
    (
        "{id: w, type: wait, until: {time: 9:00}}",
        "steps[0].until.time: not a local time: '9:00' (write \"09:00\")",
    ),
    (
        "{id: w, type: wait, until: {time: 09:00, days: [monday]}}",
        "steps[0].until.days[0]: unknown value 'monday' (write mon, tue, wed, thu, fri, sat or sun)",
    ),
    ("{id: w, type: wait, until: {time: 09:00, days: []}}", "steps[0].until.days: an empty list (write one at least)"),
    (
        "{id: w, type: wait, until: {time: 09:00, days: mon}}",
        "steps[0].until.days: not a list: 'mon' (write a list, such as [mon, tue])",
    ),
    ("{id: w, type: wait, until: {time: 09:00, in_days: -1}}", "steps[0].until.in_days: too small: -1 (0 at least)"),
    (
        "{id: w, type: wait, until: {time: 09:00, in_days: 1.5}}",
        "steps[0].until.in_days: not a whole number: 1.5",
    ),
    ("{id: w, type: wait, until: {best_send_time: email}}", "steps[0].until: missing key 'within'"),
    ("{id: w, type: wait, until: {within: 24h}}", "steps[0].until: missing key 'best_send_time'"),
    (
        "{id: w, type: wait, until: {best_send_time: email, within: day}}",
        "steps[0].until.within: not a duration: 'day' (write 2d or PT6H)",
    ),
    (
        "{id: w, type: wait, until: {best_send_time: email, within: 24h, days: [mon]}}",
        "steps[0].until.days: unknown key 'days' (known here: best_send_time, within)",
    ),
    ("{id: c, type: condition, paths: []}", "steps[0].paths: an empty list (write one at least)"),
    ("{id: c, type: condition}", "steps[0]: missing key 'paths'"),
    (
        "{id: c, type: condition, paths: yes}",
        "steps[0].paths: not a list: 'yes' (write [{label: ..., when: ..., next: ...}])",
    ),
    ("{id: c, type: condition, paths: [yes]}", "steps[0].paths[0]: not a mapping: 'yes' (write {key: value})"),
    ("{id: c, type: condition, paths: [{when: true}]}", "steps[0].paths[0]: missing key 'label'"),
    ("{id: c, type: condition, paths: [{label: x}]}", "steps[0].paths[0]: missing key 'when'"),
    ('{id: c, type: condition, paths: [{label: "", when: true}]}', "steps[0].paths[0].label: empty text"),
    (
        "{id: c, type: condition, paths: [{label: x, when: }]}",
        "steps[0].paths[0].when: no value (write one, or leave the key out)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: [a]}]}",
        "steps[0].paths[0].when: not text: a list (write text)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {audience: a, days: [mon]}}]}",
        "steps[0].paths[0].when.days: unknown key 'days' (write it below audience:)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {form: 09:00}}]}",
        "steps[0].paths[0].when.form: unknown key 'form' (did you mean 'from'?)",
    ),
    (  # as JSON it has no key at all, and couldn't be read again
        '{id: c, type: condition, paths: [{label: x, when: {to: "24:00"}}]}',
        "steps[0].paths[0].when: an empty calendar test (write days, from, to, from_date or to_date)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {}}]}",
        "steps[0].paths[0].when: an empty calendar test (write days, from, to, from_date or to_date)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {from: 09:00, to: 09:00}}]}",
        "steps[0].paths[0].when.to: from and to are the same time: never true",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {from_date: 2026-06-02, to_date: 2026-06-01}}]}",
        "steps[0].paths[0].when.to_date: to_date is before from_date: never true",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: {from_date: 1 June}}]}",
        "steps[0].paths[0].when.from_date: not a date: '1 June' (write 2026-03-01)",
    ),
    (
        "{id: s, type: split, paths: [{label: x, percent: 33.333}, {label: y, percent: 66.667}]}",
        "steps[0].paths[0].percent: too fine a percent: 33.333 (two decimals at most)\n"
        "steps[0].paths[1].percent: too fine a percent: 66.667 (two decimals at most)",
    ),
    (
        "{id: s, type: split, paths: [{label: x, percent: 101}]}",
        "steps[0].paths[0].percent: not a percent: 101 (write a number from 0 to 100)",
    ),
    (
        '{id: s, type: split, paths: [{label: x, percent: "100"}]}',
        "steps[0].paths[0].percent: not a number: '100' (write 100)",
    ),
    ("{id: s, type: split, paths: [{label: x, percent: .nan}]}", "steps[0].paths[0].percent: not a number: nan"),
    ("{id: p, type: profile_cap}", "steps[0]: no limit or limits (write one of them)"),
    (
        "{id: p, type: profile_cap, limit: 5, limits: [1]}",
        "steps[0].limits: limit and limits exclude each other (write one of them)",
    ),
    ("{id: p, type: profile_cap, limit: -1}", "steps[0].limit: too small: -1 (0 at least)"),
    ('{id: p, type: profile_cap, limit: "5"}', "steps[0].limit: not a whole number: '5' (write 5 without quotes)"),
    ("{id: p, type: profile_cap, limit: true}", "steps[0].limit: not a whole number: true"),
    (
        "{id: p, type: profile_cap, limit: 5, per: week}",
        "steps[0].per: unknown value 'week' (write version, occurrence or day)",
    ),
    ("{id: m, type: message, channel: sms}", "steps[0]: no template or content (write one of them)"),
    (
        "{id: m, type: message, channel: sms, template: said, content: {body: x}}",
        "steps[0].content: template and content exclude each other (write one of them)",
    ),
    ("{id: m, type: message, channel: sms, content: {}}", "steps[0].content: a message without fields"),
    (
        "{id: m, type: message, channel: sms, content: hello}",
        "steps[0].content: not a mapping: 'hello' (write fields, such as {subject: \"...\"})",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: 5}}",
        "steps[0].content.body: not text: 5 (put it in quotes)",
    ),
    (
        "{id: m, type: message, channel: push, content: {title: x, data: 5}}",
        "steps[0].content.data: not a mapping: 5 (write names and values)",
    ),
    (
        "{id: m, type: message, channel: push, content: {title: x, data: {a: 5}}}",
        "steps[0].content.data.a: not text: 5 (put it in quotes)",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: x}, category: news}",
        "steps[0].category: unknown value 'news' (write marketing or transactional)",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: x}, variants: []}",
        "steps[0].variants: not supported yet: 'variants'",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: x}, route: a}",
        "steps[0].route: not supported yet: 'route'",
    ),
]

SENSE = [
    ("{id: end, type: wait, for: 1h}", "steps[0].id: 'end' is reserved (give the step another id)"),
    ("{id: entry, type: wait, for: 1h}", "steps[0].id: 'entry' is reserved (give the step another id)"),
    ("{id: w, type: wait, for: 1h, next: latr}", "steps[0].next: no step 'latr' (did you mean 'later'?)"),
    ("{id: w, type: wait, for: 1h, next: x}", "steps[0].next: no step 'x' (write the id of a step, or end)"),
    (
        "{id: w, type: wait, for: 1h, next: end}",
        "6: steps[1]: step 'later' can't be reached (let a step before it go there)",
    ),
    (
        "{id: w, type: wait, for: 1h, next: w}",
        "steps[0]: steps in a circle: w -> w (let one of them go elsewhere; a journey is entered anew to repeat it)\n"
        "6: steps[1]: step 'later' can't be reached (let a step before it go there)",
    ),
    (
        "{id: w, type: wait, for: 91d}",
        "steps[0].for: not shorter than the journey's timeout, P91D: nobody gets past it (write a longer timeout)",
    ),
    (
        "{id: w, type: wait, until: {best_send_time: emial, within: 24h}}",
        "steps[0].until.best_send_time: no channel 'emial' (did you mean 'email'?)",
    ),
    (
        "{id: w, type: wait, until: {best_send_time: fax, within: 24h}}",
        "steps[0].until.best_send_time: no channel 'fax' (declare it in channels.yaml)",
    ),
    (
        "{id: w, type: wait, until: {best_send_time: email, within: 0h}}",
        "steps[0].until.within: no time to wait within (write 24h)",
    ),
    ("{id: w, type: wait, until: {best_send_time: email, within: 24h}}", None),
    (
        "{id: c, type: condition, paths: [{label: x, when: true}, {label: x, when: true}]}",
        "steps[0].paths[1].label: label 'x' stands twice (give each path its own)",
    ),
    (
        "{id: c, type: condition, paths: [{label: otherwise, when: true}]}",
        "steps[0].paths[0].label: 'otherwise' is reserved (give the path another label)",
    ),
    (
        "{id: c, type: condition, paths: [{label: x, when: true, next: y}], otherwise: z}",
        "steps[0].otherwise: no step 'z' (write the id of a step, or end)\n"
        "steps[0].paths[0].next: no step 'y' (write the id of a step, or end)",
    ),
    (
        "{id: s, type: split, paths: [{label: x, percent: 50}, {label: x, percent: 49.9}]}",
        "steps[0].paths[1].label: label 'x' stands twice (give each path its own)\n"
        "steps[0].paths: the percents add up to 99.9 (they have to make 100)",
    ),
    (
        "{id: p, type: profile_cap, limit: 5, per: occurrence}",
        "steps[0].per: only a read_audience has occurrences (write version or day)",
    ),
    (
        "{id: p, type: profile_cap, limits: [5, 6]}",
        "steps[0].limits: per version there is one number: only the first of limits counts "
        "(write limit, or per: occurrence or day)",
    ),
    ("{id: p, type: profile_cap, limits: [5, 6], per: day}", None),
    (
        "{id: m, type: message, channel: smss, content: {body: x}}",
        "steps[0].channel: no channel 'smss' (did you mean 'sms'?)",
    ),
    (
        "{id: m, type: message, channel: fax, content: {body: x}}",
        "steps[0].channel: no channel 'fax' (declare it in channels.yaml)",
    ),
    (
        "{id: m, type: message, channel: webhook, content: {body: x}}",
        "steps[0].channel: channel 'webhook' has no address: everybody is excluded, no_address "
        "(write address in channels.yaml, or here)",
    ),
    (
        "{id: m, type: message, channel: sms, template: x}",
        "steps[0].template: no template 'x' of channel 'sms' (write templates/sms/x.yaml)",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: x, subject: y}}",
        "steps[0].content.subject: unknown field 'subject' (sms has body, from)",
    ),
    (
        "{id: m, type: message, channel: sms, content: {boddy: x}}",
        "steps[0].content.boddy: unknown field 'boddy' (did you mean 'body'?)\n"
        "5: warning: steps[0].content: no body: the message says nothing",
    ),
    (
        "{id: m, type: message, channel: email, category: transactional, content: {subject: x}}",
        "steps[0].content: no html or text: the message says nothing",
    ),
    (
        "{id: m, type: message, channel: email, category: transactional, content: {text: x}}",
        "steps[0].content: no subject",
    ),
    (  # an app wakes up by such a push, and shows nothing
        "{id: m, type: message, channel: push, content: {data: {wake: cart}}}",
        "steps[0].content: no title or body: the message says nothing",
    ),
    (
        "{id: m, type: message, channel: email, content: {subject: x}}",
        "steps[0].channel: channel 'email' has no unsubscribe_url, which a marketing email needs "
        "(write unsubscribe_url in channels.yaml)\n"
        "5: warning: steps[0].content: no html or text: the message says nothing\n"
        "steps[0].content: a marketing email without unsubscribe_url (write html with a link to it)",
    ),
    (
        "{id: m, type: message, channel: email, content: {subject: x, html: x, text: '{{ unsubscribe_url }}'}}",
        "steps[0].channel: channel 'email' has no unsubscribe_url, which a marketing email needs "
        "(write unsubscribe_url in channels.yaml)\n"
        "steps[0].content.html: a marketing email without unsubscribe_url (link to {{ unsubscribe_url }})",
    ),
    (
        "{id: m, type: message, channel: sms, content: {body: '{{ unsubscribe_url }}'}}",
        "steps[0].content.body: unsubscribe_url is unknown: channel 'sms' has none "
        "(write unsubscribe_url in channels.yaml)",
    ),
]


def lines(message: str | None) -> list[str]:
    """In a file where the step is line 5, unless a line says another."""
    told = (message or "").splitlines()
    return [f"journeys/a.yaml:{line if line[0].isdigit() else f'5: {line}'}" for line in told]


@pytest.mark.parametrize(("step", "message"), SHAPE)
def test_a_step_of_a_wrong_shape_is_told(said: Said, step: str, message: str | None) -> None:
    files = {"journeys/a.yaml": JOURNEY.format(step=step), "templates/sms/said.yaml": "body: Hello"}
    assert said(files) == lines(message)


@pytest.mark.parametrize(("step", "message"), SENSE)
def test_a_step_that_makes_no_sense_is_told(said: Said, step: str, message: str | None) -> None:
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}) == lines(message)


def test_a_message_that_says_nothing_is_only_warned_of(load: Load) -> None:
    step = "{id: m, type: message, channel: push, content: {data: {wake: cart}}}"
    assert [str(warning) for warning in load({"journeys/a.yaml": JOURNEY.format(step=step)}).warnings] == [
        "journeys/a.yaml:5: steps[0].content: no title or body: the message says nothing"
    ]


def test_a_read_has_occurrences(said: Said) -> None:
    step = "{id: p, type: profile_cap, limits: [5, 6], per: occurrence}"
    assert said({"journeys/a.yaml": READ_JOURNEY.format(step=step)}) == []


def test_a_step_that_stands_twice_is_told(said: Said) -> None:
    step = "{id: later, type: wait, for: 1h}"
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}) == [
        "journeys/a.yaml:6: steps[1].id: step 'later' stands twice (also the id of steps[0])"
    ]


def test_a_circle_is_told_with_all_its_steps(said: Said) -> None:
    assert said(
        {
            "journeys/a.yaml": """
                id: a
                version: 1
                entry: {type: event, event: order_placed}
                steps:
                  - {id: first, type: wait, for: 1h}
                  - id: ask
                    type: condition
                    paths:
                      - {label: again, when: true, next: pause}
                    otherwise: end
                  - {id: pause, type: wait, for: 1h}
                  - {id: back, type: wait, for: 1h, next: ask}
            """
        }
    ) == [
        "journeys/a.yaml:6: steps[1]: steps in a circle: ask -> pause -> back -> ask "
        "(let one of them go elsewhere; a journey is entered anew to repeat it)"
    ]


def test_a_wrong_step_hides_neither_its_neighbours_nor_the_targets(said: Said) -> None:
    assert said(
        {
            "journeys/a.yaml": """
                id: a
                version: 1
                entry: {type: event, event: order_paid}
                steps:
                  - {id: first, type: wait, for: soon}
                  - {id: second, type: wait, for: 1h, next: frist}
                  - {id: third, type: message, channel: smss, content: {body: x}, next: first}
            """
        }
    ) == [
        "journeys/a.yaml:3: entry.event: no event 'order_paid' (did you mean 'order_placed'?)",
        "journeys/a.yaml:5: steps[0].for: not a duration: 'soon' (write 2d or PT6H)",
        "journeys/a.yaml:6: steps[1].next: no step 'frist' (did you mean 'first'?)",
        "journeys/a.yaml:7: steps[2].channel: no channel 'smss' (did you mean 'sms'?)",
    ]


MARKETING = """
    id: a
    version: 1
    entry: {type: event, event: order_placed}
    steps:
      - {id: bill, type: message, channel: sms, category: transactional, content: {body: x}}
      - {id: first, type: message, channel: sms, content: {body: x}}
      - {id: second, type: message, channel: sms, content: {body: x}}
      - {id: asked, type: message, channel: push, content: {title: x}}
"""


def test_marketing_without_consent_is_warned_of_once_a_channel(load: Load) -> None:
    channels = "channels:\n  push:\n    consent: profile.consents['push']\n"
    project = load({"journeys/a.yaml": MARKETING, "channels.yaml": channels})
    assert [str(problem) for problem in project.warnings] == [
        "journeys/a.yaml:6: steps[1].channel: marketing by channel 'sms', which has no consent: it goes to who has "
        "refused, too (write consent: profile.consents['sms'] in channels.yaml)"
    ]
