"""What differs between two versions of a journey. Each case changes one thing in NEWS, and says what that is."""

from copy import deepcopy
from typing import Any

import pytest

from parcours.definition.differences import Difference, differences
from parcours.definition.journeys import Journey, read_journey
from parcours.jobs.diff import lines

NEWS: dict[str, Any] = {
    "id": "news",
    "version": 1,
    "entry": {"type": "event", "event": "bought"},
    "exit_when": [{"id": "left", "event": "gone"}, {"id": "sad", "event": "complained"}],
    "steps": [
        {"id": "kind", "type": "condition", "paths": [
            {"label": "big", "when": "event.n > 5", "next": "gift"},
            {"label": "small", "when": "event.n > 1", "next": "hi"},
        ]},
        {"id": "gift", "type": "message", "channel": "push", "content": {"title": "Yes"}},
        {"id": "rest", "type": "wait", "for": "2d"},
        {"id": "hi", "type": "message", "channel": "email", "template": "hi"},
    ],
}  # fmt: skip
TEMPLATES = {"email/hi": {"subject": "Hi", "html": "<p>one</p>\n<p>two</p>\n"}}


def changed(**keys: Any) -> Journey:
    """NEWS with other keys; `gift={"next": "hi"}` changes keys of the step."""
    data: dict[str, Any] = deepcopy(NEWS)
    for step in data["steps"]:
        step.update(keys.pop(step["id"], {}))
    return read_journey({**data, **keys})


def told(new: Journey, templates: Any = None) -> list[str]:
    """The lines for what NEWS is not, but the new one is."""
    found = differences((read_journey(NEWS), TEMPLATES), (new, TEMPLATES if templates is None else templates))
    return [line for difference in found for line in lines(difference)]


def steps(*ids: str, more: Any = ()) -> list[Any]:
    """Steps of NEWS in that order, those of `more` among them."""
    known = {step["id"]: step for step in [*NEWS["steps"], *more]}
    return [deepcopy(known[id]) for id in ids]


def test_a_version_is_no_difference_by_itself() -> None:
    assert told(changed(version=2)) == []


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        # A key that is written for the first time had its default before.
        ({"timeout": "30d"}, ["~ timeout: P91D -> P30D"]),
        ({"holdout": 5}, ["+ holdout: 5"]),
        ({"name": "The news"}, ['+ name: "The news"']),
        ({"tags": ["promo"]}, ["~ tags: [] -> [promo]"]),
        ({"entry": {"type": "event", "event": "bought", "where": "event.n > 0"}}, ['+ entry.where: "event.n > 0"']),
        ({"reentry": {"allowed": False}}, ["~ reentry.allowed: true -> false"]),
        ({"exit_when": NEWS["exit_when"][:1]}, ["- exit_when.sad: {event: complained}"]),
        ({"exit_when": NEWS["exit_when"][::-1]}, ["~ exit_when: order: [left, sad] -> [sad, left]"]),
    ],
)
def test_keys_of_the_journey(keys: Any, expected: list[str]) -> None:
    assert told(changed(**keys)) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"rest": {"for": "3d"}}, ["~ step rest: for: P2D -> P3D"]),
        ({"gift": {"category": "transactional"}}, ["~ step gift: category: marketing -> transactional"]),
        ({"gift": {"content": {"title": "No"}}}, ["~ step gift: content.title: Yes -> No"]),
        ({"gift": {"next": "end"}}, ["~ step gift: way next: rest -> end"]),
        ({"gift": {"on_excluded": "end"}}, ["~ step gift: way on_excluded: none -> end"]),
        # It goes there anyhow: what is written differs, and nothing else does.
        ({"gift": {"next": "rest"}}, ["+ step gift: next: rest"]),
        ({"kind": {"otherwise": "end"}}, ["~ step kind: way otherwise: none -> end"]),
        (
            {"kind": {"paths": NEWS["steps"][0]["paths"][::-1]}},
            ["~ step kind: paths: order: [big, small] -> [small, big]"],
        ),
        (
            {"kind": {"paths": [*NEWS["steps"][0]["paths"], {"label": "one", "when": "event.n = 1", "next": "end"}]}},
            ['+ step kind: paths.one: {when: "event.n = 1"}', "~ step kind: way one: none -> end"],
        ),
    ],
)
def test_keys_and_ways_of_a_step(keys: Any, expected: list[str]) -> None:
    assert told(changed(**keys)) == expected


def test_a_step_that_is_new_and_the_way_that_leads_there_without_being_written() -> None:
    bye = {"id": "bye", "type": "wait", "for": "1d"}
    assert told(changed(steps=steps("kind", "gift", "rest", "hi", "bye", more=[bye]))) == [
        "~ step hi: way next: end -> bye",
        "+ step bye (wait): for: P1D",
    ]


def test_a_step_that_is_gone() -> None:
    assert told(changed(steps=steps("kind", "gift", "hi"))) == [
        "- step rest (wait): for: P2D",
        "~ step gift: way next: rest -> hi",
    ]


def test_a_step_that_stands_elsewhere() -> None:
    moved = read_journey({**deepcopy(NEWS), "steps": steps("kind", "rest", "gift", "hi")})
    found = differences((read_journey(NEWS), TEMPLATES), (moved, TEMPLATES))
    # gift > rest > hi becomes rest > gift > hi; that one of the two moved is told once.
    assert [each.name for each in found if each.kind == "moved"] in (["gift"], ["rest"])
    assert {(each.name, each.old, each.new) for each in found if each.kind == "way"} == {
        ("gift", "rest", "hi"),
        ("rest", "hi", "gift"),
    }


def test_another_type_under_the_same_id() -> None:
    data = deepcopy(NEWS)
    data["steps"][2] = {"id": "rest", "type": "end"}
    assert told(read_journey(data)) == [
        "~ step rest: type: wait -> end",
        "- step rest: for: P2D",
        "~ step rest: way next: hi -> none",
    ]


def test_templates_field_by_field_and_long_texts_by_their_lines() -> None:
    new = {"email/hi": {"subject": "Hello", "html": "<p>one</p>\n<p>three</p>\n"}, "email/bye": {"subject": "Bye"}}
    assert told(changed(), new) == [
        "+ template email/bye: subject",
        "~ template email/hi: subject: Hi -> Hello",
        "~ template email/hi: html:",
        "    - <p>two</p>",
        "    + <p>three</p>",
    ]


def test_a_template_that_is_used_no_more() -> None:
    found = differences((read_journey(NEWS), TEMPLATES), (read_journey(NEWS), {}))
    assert found == [Difference("template", "email/hi", "gone", None, TEMPLATES["email/hi"], None)]
