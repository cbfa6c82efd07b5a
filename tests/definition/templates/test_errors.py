"""What is said to the author of a template that is wrong."""

from __future__ import annotations

import pytest

from parcours.definition.expressions import Scope
from parcours.definition.templates import TemplateError, compile_template
from tests.definition.expressions.samples import SCOPE


def problems(text: str, scope: Scope = SCOPE) -> str:
    """What is said of a wrong template, a line each; nothing where it is right."""
    try:
        compile_template(text, scope, html=True)
    except TemplateError as error:
        return "\n".join(f"{line}: {what}" + (f" ({rest})" if rest else "") for line, what, rest in error.problems)
    return ""


NAMES = [
    ("Hi {{ profile.teir }}", "1: profile has no column 'teir' (did you mean 'tier'?)"),
    ("\n\n{{ tier }}", "3: unknown name 'tier' (write profile.tier)"),
    ("{{ event.amuont }}", "1: event has no attribute 'amuont' (did you mean 'amount'?)"),
    ("{{ journey.name }}", "1: journey has no 'name' (write journey.id, version, instance_id or entered_at)"),
    ("{{ profile }}", "1: profile alone is no value (write profile.<name>)"),
    ("{{ profile.address.ctiy }}", "1: there is no field 'ctiy' (did you mean 'city'?)"),
    (
        "{{ unsubscribe_url }}",
        "1: unknown name 'unsubscribe_url' (write profile.unsubscribe_url for a column, or 'unsubscribe_url' for text)",
    ),
    ("{% for x in event.items %}{{ x.prize }}{% endfor %}", "1: there is no field 'prize' (did you mean 'price'?)"),
    ("{{ loop.index }}", "1: unknown name 'loop' (names begin with profile, event, audience or journey)"),
]


@pytest.mark.parametrize(("text", "said"), NAMES)
def test_an_unknown_name_is_told_with_its_line(text: str, said: str) -> None:
    assert problems(text) == said


CONSTRUCTS = [
    (
        "{% macro m() %}x{% endmacro %}",
        "1: {% macro %} can't be used in a template (write its text where it is needed)",
    ),
    ("\n{% include 'x' %}", "2: {% include %} can't be used in a template (write its text here)"),
    ("{% extends 'x' %}", "1: {% extends %} can't be used in a template (write the whole text here)"),
    ("{% import 'x' as y %}", "1: {% import %} can't be used in a template (write its text here)"),
    ("{% block b %}{% endblock %}", "1: {% block %} can't be used in a template (write its text here)"),
    (
        "{% autoescape false %}x{% endautoescape %}",
        "1: {% autoescape %} can't be used in a template (use the filters safe and escape)",
    ),
    ("{{ profile.tier | uper }}", "1: unknown filter 'uper' (did you mean 'upper'?)"),
    ("{{ profile.tags | groupby('x') }}", "1: unknown filter 'groupby' (see docs/templates.md for those there are)"),
    ("{{ profile.tier is lovely }}", "1: unknown test: is lovely (write is defined, is none, or a comparison)"),
    ("{{ profile.tier.upper() }}", "1: .upper(...) can't be called in a template (write | upper)"),
    ("{{ range(3) }}", "1: range(...) can't be called in a template (use filters: {{ x | upper }})"),
    ("{{ upper(profile.tier) }}", "1: upper(...) can't be called in a template (write | upper)"),
    ("{{ {'a': 1} }}", "1: {...} can't be used in a template (use conditions: {% if x == 'a' %}...{% endif %})"),
    ("{{ profile.age ** 2 }}", "1: ** can't be used in a template (multiply)"),
    (
        "{% for k, v in profile.consents %}{% endfor %}",
        "1: one name can be bound at a time (write {% for x in ... %} or {% set x = ... %})",
    ),
    ("{% for profile in profile.tags %}{% endfor %}", "1: 'profile' already means something (take another name)"),
    ("{% for x in profile.age %}{% endfor %}", "1: for goes over arrays, and this is a number (int)"),
    ("{% for x in profile.tags recursive %}{% endfor %}", "1: a recursive for can't be used in a template"),
    ("{{ now(1) }}", "1: now takes no arguments"),
]


@pytest.mark.parametrize(("text", "said"), CONSTRUCTS)
def test_what_cannot_be_compiled_is_named_with_its_line_and_what_to_write(text: str, said: str) -> None:
    assert problems(text) == said


VALUES = [
    ("{{ profile.tags }}", "1: an array can't be printed (print its parts one by one, with {% for %} or join)"),
    ("{{ profile.address }}", "1: a struct can't be printed (print its parts one by one, with {% for %} or join)"),
    ("{{ profile.is_vip + 1 }}", "1: + can't be used between true or false and a number (int)"),
    ("{% if profile.age > 'x' %}{% endif %}", "1: not a number: 'x'"),
    ("{{ profile.age | date }}", "1: a number (int) isn't a date"),
    (
        "{{ profile.born_date | date('%Q') }}",
        "1: a format with %Q in it (letters are %d %m %Y %H %M %S %B %b %A %a %p and so on)",
    ),
    ("{{ profile.is_vip | number }}", "1: true or false isn't a number"),
    ("{{ profile.tier | truncate(profile.age) }}", "1: length must be written out here"),
    ("{{ profile.tier | truncate(2) }}", "1: truncate can't cut to 2 (its end alone has 3 characters)"),
    ("{{ profile.tier | truncate(lenght=5) }}", "1: truncate has no argument 'lenght' (did you mean 'length'?)"),
    ("{{ profile.tier | replace('a') }}", "1: replace lacks its argument 'new'"),
    ("{{ profile.tier | upper(1) }}", "1: upper takes 0 arguments at most, not 1"),
]


@pytest.mark.parametrize(("text", "said"), VALUES)
def test_values_that_do_not_fit_are_told(text: str, said: str) -> None:
    assert problems(text) == said


SYNTAX = [
    ("{% if %}x{% endif %}", "1: not a template: Expected an expression, got 'end of statement block'"),
    ("a\n{{ profile.tier", "2: not a template: unexpected end of template, expected 'end of print statement'."),
    (
        "{% if profile.is_vip %}x",
        "1: not a template: {% if %} isn't closed (write {% endif %})",
    ),
    ("{% trans %}x{% endtrans %}", "1: not a template: Encountered unknown tag 'trans'."),
]


@pytest.mark.parametrize(("text", "said"), SYNTAX)
def test_what_jinja_cannot_read_is_told_in_its_words(text: str, said: str) -> None:
    assert problems(text) == said


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    assert problems("{{ profile.a }}\n{% if profile.b %}{{ profile.c | uper }}{% else %}{{ d }}{% endif %}") == (
        "1: profile has no column 'a' (declare it in profiles.yaml; without that file, load profiles that have it)\n"
        "2: profile has no column 'b' (declare it in profiles.yaml; without that file, load profiles that have it)\n"
        "2: profile has no column 'c' (declare it in profiles.yaml; without that file, load profiles that have it)\n"
        "2: unknown filter 'uper' (did you mean 'upper'?)\n"
        "2: unknown name 'd' (write profile.d for a column, or 'd' for text)"
    )


def test_a_set_that_doubles_itself_is_stopped() -> None:
    doubling = "{% set a = profile.tier %}" + "{% set a = a ~ a %}" * 30 + "{{ a }}"
    assert problems(doubling) == "1: too large a template (say less with set, which repeats what it names)"
