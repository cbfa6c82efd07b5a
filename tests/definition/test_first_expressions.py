"""Expressions and templates of somebody who knows other languages, and the one line that is said about them."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said


def journey(step: str) -> str:
    return f"id: a\nversion: 1\nentry: {{type: event, event: order_placed}}\npriority: 50\nsteps:\n  - {step}\n"


WHEN = [
    ("profile.a = 1 && profile.b = 2", "not an SQL expression: near '&&' (character 16) (write AND)"),
    ("event.amount => 5", "not an SQL expression: near '=>' (character 15) (write >=)"),
    ("event.sku in 'a', 'b'", "not an SQL expression: near ',' (character 17) (write IN ('a', 'b'))"),
    (
        "event.sku = 'a' || event.amount = 3",
        "true or false can't be compared with a number (int) (|| joins texts: write OR)",
    ),
    (
        "event.amount > 5 items",
        "two values side by side can't be used in an expression (an operator is missing, or quotes: 'one two')",
    ),
    ("“event.amount > 5”", "two values side by side can't be used in an expression (write straight quotes)"),
    ("event.sku = ‘A’", "unknown name '‘A’' (write straight quotes)"),
    ("now() - journey.entered_at > 90", "an interval can't be compared with a number (int) (write INTERVAL 90 DAYS)"),
    ("audience = 'vip'", "audience alone is no value (write audience.<name>, or in_audience('<id>'))"),
    ("customer.tier = 'x'", "unknown name 'customer' (write profile.tier)"),
    ("days_since(journey.entered_at) > 3", "unknown function 'days_since' (write datediff(now(), x))"),
    ("event.sku = yes", "unknown name 'yes' (write true or false, or 'yes' for text)"),
    ("array('a', 'b') = 'a'", "an array can't be compared with text (write array_contains(array, value))"),
    (
        "now() > journey.entered_at + 2 days",
        "two values side by side can't be used in an expression (write INTERVAL 2 DAYS)",
    ),
    ("now() > journey.entered_at + '2 days'", "+ can't be used between an instant and text (write + INTERVAL 3 DAYS)"),
    ("event.amount > $x", "a parameter can't be used in an expression (names stand as they are, such as profile.tier)"),
    (
        "local_now() > '09:00'",
        'not a date or time: \'09:00\' (ask hour(local_now()), or a calendar test {from: "09:00", to: "17:00"})',
    ),
    # Warnings: they can be meant.
    ("event.sku = NULL", "compared with NULL nothing is ever true (write IS NULL, or IS NOT NULL)"),
    (
        "event.sku = '{{ profile.sku }}'",
        "'{{ profile.sku }}' is text as it stands: no name is put in "
        "(write the name itself, or concat('...', profile.first_name))",
    ),
    ("'a' in profile.tags", "IN takes values in brackets (write IN ('a', 'b'), or array_contains(array, value))"),
]


@pytest.mark.parametrize(("when", "message"), WHEN)
def test_an_expression_of_another_language_is_told(said: Said, when: str, message: str) -> None:
    step = f'{{id: s, type: condition, paths: [{{label: a, when: "{when}"}}]}}'
    assert said({"journeys/a.yaml": journey(step)}) == [f"journeys/a.yaml:6: steps[0].paths[0].when: {message}"]


TEXTS = [
    (
        "{{ profile.a | default: 'x' }}",
        "not a template: expected token 'end of print statement', got ':' "
        "(arguments of a filter stand in brackets: {{ x | default('you') }})",
    ),
    (
        "{% if profile.a %}x{% else if profile.b %}y{% endif %}",
        "not a template: expected token 'end of statement block', got 'if' (write {% elif ... %})",
    ),
    ("{% if profile.a && profile.b %}x{% endif %}", "not a template: unexpected char '&' at 16 (write and)"),
    ("{% if profile.a %}x", "not a template: {% if %} isn't closed (write {% endif %})"),
    ("{% assign x = 1 %}", "not a template: Encountered unknown tag 'assign'. (write {% set x = ... %})"),
    ("{{ event.amount | currency }}", "unknown filter 'currency' (write number)"),
    ("{{ event.sku | capfirst }}", "unknown filter 'capfirst' (write capitalize)"),
    ("{{ now }}", "unknown name 'now' (write now(), or local_now())"),
    ("{{ unsubscribe }}", "unknown name 'unsubscribe' (did you mean 'unsubscribe_url'?)"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS)
def test_a_template_of_another_language_is_told(said: Said, text: str, message: str) -> None:
    step = f'{{id: s, type: message, channel: push, category: transactional, content: {{title: x, body: "{text}"}}}}'
    assert said({"journeys/a.yaml": journey(step)}) == [f"journeys/a.yaml:6: steps[0].content.body: {message}"]
