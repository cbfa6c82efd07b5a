"""What is said to the author of a jump, and of has_received, which names journeys too."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

SHAPE = [
    ("{id: j, type: jump}", "steps[0]: missing key 'journey'"),
    (
        "{id: j, type: jump, journey: Other}",
        "steps[0].journey: not a name: 'Other' (write a small letter, then small letters, digits or _)",
    ),
    (
        "{id: j, type: jump, journey: b, on_error: end}",
        "steps[0].on_error: unknown key 'on_error' (known here: id, next, type, journey)",
    ),
]


def journey(id: str, *steps: str, entry: str = "{type: event, event: order_placed}") -> str:
    """Its steps from line 5 on, and an end."""
    listed = "".join(f"  - {step}\n" for step in (*steps, "{id: last, type: end}"))
    return f"id: {id}\nversion: 1\nentry: {entry}\nsteps:\n{listed}"


def jump(target: str, id: str = "j") -> str:
    return f"{{id: {id}, type: jump, journey: {target}}}"


@pytest.mark.parametrize(("step", "message"), SHAPE)
def test_a_jump_of_a_wrong_shape_is_told(said: Said, step: str, message: str) -> None:
    files = {"journeys/a.yaml": journey("a", step), "journeys/b.yaml": journey("b")}
    assert said(files) == [f"journeys/a.yaml:5: {message}"]


def test_a_jump_leads_to_another_journey_of_an_event(said: Said) -> None:
    assert said({"journeys/a.yaml": journey("a", jump("b")), "journeys/b.yaml": journey("b")}) == []


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("welcom", "no journey 'welcom' (did you mean 'welcome'?)"),
        ("xyz", "no journey 'xyz' (write journeys/xyz.yaml)"),
        (
            "news",
            "journey 'news' is entered by read_audience (a jump leads to a journey whose entry is of type event)",
        ),
        (
            "vips",
            "journey 'vips' is entered by audience_qualification "
            "(a jump leads to a journey whose entry is of type event)",
        ),
    ],
)
def test_a_jump_elsewhere_is_told(said: Said, target: str, message: str) -> None:
    files = {
        "journeys/a.yaml": journey("a", jump(target)),
        "journeys/news.yaml": journey(
            "news", entry="{type: read_audience, audience: x, schedule: {at: 2026-03-02T09:00:00Z}}"
        ),
        "journeys/vips.yaml": journey("vips", entry="{type: audience_qualification, audience: x}"),
        "journeys/welcome.yaml": journey("welcome"),
    }
    assert said(files) == [f"journeys/a.yaml:5: steps[0].journey: {message}"]


REMEDY = "(let one of them jump elsewhere, or nowhere)"


def test_journeys_that_jump_in_a_circle_are_told_once(said: Said) -> None:
    files = {
        "journeys/a.yaml": journey("a", jump("b")),
        "journeys/b.yaml": journey("b", "{id: w, type: wait, for: 1h}", jump("d", "k"), jump("c")),
        "journeys/c.yaml": journey("c", jump("a")),
        "journeys/d.yaml": journey("d"),
    }
    assert said(files) == [f"journeys/a.yaml:5: steps[0].journey: journeys in a circle: a -> b -> c -> a {REMEDY}"]


def test_each_circle_is_told_where_it_begins(said: Said) -> None:
    files = {
        # a only leads to a circle, and stands in none
        "journeys/a.yaml": journey("a", jump("b")),
        "journeys/b.yaml": journey("b", jump("c")),
        "journeys/c.yaml": journey("c", "{id: w, type: wait, for: 1h}", jump("b")),
        "journeys/d.yaml": journey("d", jump("d")),
    }
    assert said(files) == [
        f"journeys/b.yaml:5: steps[0].journey: journeys in a circle: b -> c -> b {REMEDY}",
        f"journeys/d.yaml:5: steps[0].journey: journeys in a circle: d -> d {REMEDY}",
    ]


def test_a_journey_whose_file_is_wrong_is_there_all_the_same(said: Said) -> None:
    files = {"journeys/a.yaml": journey("a", jump("b")), "journeys/b.yaml": journey("b", "{id: w, type: wait}")}
    assert said(files) == ["journeys/b.yaml:5: steps[0]: no for or until (write one of them)"]


def test_where_a_file_cannot_be_read_no_journey_is_missed(said: Said) -> None:
    files = {"journeys/a.yaml": journey("a", jump("b")), "journeys/b.yaml": "- b\n"}
    assert said(files) == ["journeys/b.yaml:1: not a mapping: a list (write key: value)"]


def asking(expression: str) -> str:
    return journey("a", f'{{id: c, type: condition, paths: [{{label: x, when: "{expression}"}}]}}')


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("has_received('welcome') OR NOT has_received('a')", None),
        ("has_received('welcom')", "no journey 'welcom' (did you mean 'welcome'?)"),
        ("has_received('xyz')", "no journey 'xyz' (write the id of a journey)"),
        ("has_received(event.sku)", "the name is written out in quotes (write has_received('welcome'))"),
        (
            " OR ".join(f"has_received('{name}')" for name in ("a", "welcome", "b1", "b2", "b3")),
            "has_received of 5 journeys in one expression (4 at most; make several paths of it)",
        ),
        ("has_received()", "the name is written out in quotes (write has_received('welcome'))"),
    ],
)
def test_has_received_names_a_journey(said: Said, expression: str, message: str | None) -> None:
    files = {"journeys/a.yaml": asking(expression)}
    files |= {f"journeys/{name}.yaml": journey(name) for name in ("welcome", "b1", "b2", "b3")}
    assert said(files) == ([f"journeys/a.yaml:5: steps[0].paths[0].when: {message}"] if message else [])


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("has_received('b')", "has_received can't be asked here"),
        ("now()", "what depends on the moment (now(), in_audience, event_count) can't be asked here"),
    ],
)
def test_what_is_read_before_anybody_comes_asks_for_no_moment(said: Said, key: str, message: str) -> None:
    step = f'{{id: l, type: lookup, table: t, key: {{a: "{key}"}}, select: [b], as: c}}'
    files = {"journeys/a.yaml": journey("a", step), "journeys/b.yaml": journey("b")}
    assert said(files)[-1:] == [f"journeys/a.yaml:5: steps[0].key.a: {message} (ask it in a condition step before)"]
