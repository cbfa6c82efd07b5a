"""One mistake hides no other one, in whatever they stand together, and makes up none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parcours.definition.loading import path_of
from parcours.definition.problems import DefinitionError
from parcours.definition.project import load_project
from tests.definition.conftest import Said
from tests.definition.test_mutilated import PLACES, mutilated

HEAD = """id: a
version: 1
entry: {type: event, event: order_placed}
steps:
"""
TOGETHER = [
    (
        "{id: s, type: wait, for: abc, next: gone}",
        [
            "5: steps[0].for: not a duration: 'abc' (write 2d or PT6H)",
            "5: steps[0].next: no step 'gone' (write the id of a step, or end)",
        ],
    ),
    (
        "{id: s, type: condition, colour: red, paths: [{label: x, when: 'event.wrong = 1', next: gone}]}",
        [
            "5: steps[0].colour: unknown key 'colour' (known here: id, next, type, paths, otherwise)",
            "5: steps[0].paths[0].next: no step 'gone' (write the id of a step, or end)",
            "5: steps[0].paths[0].when: event has no attribute 'wrong' (it has amount and sku)",
        ],
    ),
    (
        "{id: s, type: update_profile, set: {note: 'nope(1)'}, on_error: 5}",
        [
            "5: steps[0].on_error: unknown key 'on_error' (known here: id, next, type, set)",
            "5: steps[0].set.note: unknown function 'nope' (see docs/expressions.md for those there are)",
        ],
    ),
    (
        "{id: s, type: message, channel: sms, content: {body: '{{ profile.tier | foo }}', from: 5, media: }, next: no}",
        [
            "5: steps[0].content.body: unknown filter 'foo' (see docs/templates.md for those there are)",
            "5: steps[0].content.from: not text: 5 (put it in quotes)",
            "5: steps[0].content.media: no value (write one, or leave the key out)",
            "5: steps[0].next: no step 'no' (write the id of a step, or end)",
        ],
    ),
    (
        "{id: s, type: message, channel: sms, category: [], content: {body: '{{ profile.x | foo }}'}, next: gone}",
        [
            "5: steps[0].category: not one word: a list (write marketing or transactional)"
        ],  # by which all else is judged
    ),
]


@pytest.mark.parametrize(("step", "lines"), TOGETHER)
def test_what_is_wrong_in_one_step_is_told_at_once(said: Said, step: str, lines: list[str]) -> None:
    found = said({"journeys/a.yaml": f"{HEAD}  - {step}\n"})
    assert sorted(found) == [f"journeys/a.yaml:{line}" for line in lines]


def test_an_entry_and_a_criterion_of_which_something_is_wrong_are_judged_by_the_rest(said: Said) -> None:
    entry = "entry: {type: event, event: order_placed, where: event.wrong = 1, often: yes}"
    exits = "exit_when:\n  - {id: 5, event: order_plced}\n"
    text = HEAD.replace("entry: {type: event, event: order_placed}\n", f"{entry}\n{exits}")
    assert said({"journeys/a.yaml": text + "  - {id: last, type: end}\n"}) == [
        "journeys/a.yaml:3: entry.often: unknown key 'often' (known here: type, event, where)",
        "journeys/a.yaml:3: entry.where: event has no attribute 'wrong' (it has amount and sku)",
        "journeys/a.yaml:5: exit_when[0].id: not text: 5 (put it in quotes)",
        "journeys/a.yaml:5: exit_when[0].event: no event 'order_plced' (did you mean 'order_placed'?)",
    ]


def test_a_channel_an_audience_and_a_template_are_judged_by_the_rest(said: Said) -> None:
    channels = (
        "channels:\n  sms:\n    address: nope(1)\n    consent: profile.consents['sms']\n    batch: {format: xml}\n"
    )
    files = {
        "channels.yaml": channels,
        "audiences/late.yaml": "id: late\nschedule: {cron: never}\nsql: DELETE FROM orders\n",
        "templates/sms/said.yaml": "body: '{{ profile.x | foo }}'\nfrom: 5\nbodi: x\nmedia:\n",
    }
    assert said(files) == [
        "audiences/late.yaml:2: schedule.cron: not a cron expression: 'never' "
        '(write five fields, such as "0 9 * * MON")',
        "audiences/late.yaml:3: sql: not one SELECT (write SELECT profile_id FROM ...)",
        "channels.yaml:3: channels.sms.address: unknown function 'nope' (see docs/expressions.md for those there are)",
        "channels.yaml:5: channels.sms.batch.format: unknown value 'xml' (write jsonl, csv or parquet)",
        "templates/sms/said.yaml:1: body: unknown filter 'foo' (see docs/templates.md for those there are)",
        "templates/sms/said.yaml:2: from: not text: 5 (put it in quotes)",
        "templates/sms/said.yaml:3: bodi: unknown field 'bodi' (did you mean 'body'?)",
        "templates/sms/said.yaml:4: media: no value (write one, or leave the key out)",
    ]


# Others name a step by its id, and what a lookup finds by what it is called.
INSIDE = [
    (name, place)
    for name, place in PLACES
    if name.startswith("journeys/") and len(place) > 2 and place[-1] not in ("id", "as")
]


@pytest.mark.parametrize(("name", "place"), INSIDE, ids=lambda part: part if isinstance(part, str) else path_of(part))
def test_a_mistake_is_told_where_it_is_and_nowhere_else(name: str, place: tuple[Any, ...], tmp_path: Path) -> None:
    for file, data in mutilated(name, place, 7.5, False).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(json.dumps(data), encoding="utf-8")
    try:
        problems = load_project(tmp_path).warnings
    except DefinitionError as error:
        problems = error.problems
    here = path_of(place)
    elsewhere = [str(p) for p in problems if not (p.path.startswith(here) or here.startswith(p.path))]
    assert elsewhere == []
