"""Random lookups, the table that they read, and what is asked of their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.choices import Choices
from tests.random_cases.surroundings import Step, Surroundings

COLUMNS = {"sku": "string", "n": "double", "word": "string"}
ONE_TESTS = ("p.n > 1", "p.word = profile.t OR p.n IS NULL", "p.n * profile.score >= 5")
MANY_TESTS = ("size(ps) > 1", "ps[0].n > 2", "ps[1].word IS NULL")


def table(choices: Choices) -> dict[str, Any]:
    """A table in which keys are missing, null, or there several times."""
    rows = [_row(choices) for _ in range(choices.number(0, 6))]
    return {"do": "replace", "table": "products", "columns": COLUMNS, "rows": rows}


def _row(choices: Choices) -> dict[str, Any]:
    return {
        "sku": choices.pick(("a", "b", "soon", "", None)),
        "n": choices.pick(("1", "5", "0", "many", None)),
        "word": choices.pick(("a", "z", None)),
    }


def lookup(around: Surroundings) -> Step:
    choices, is_many = around.choices, around.choices.chance(40)
    keys = [{"sku": "profile.t"}, {"n": "profile.score"}, {"sku": "profile.t", "n": "profile.score"}]
    keys += [{"sku": "event.word"}, {"n": "event.n"}] if around.has_event else []
    step: Step = {"table": "products", "key": choices.pick(keys), "select": ["n", "word"]}
    step |= {"as": "ps", "many": True} if is_many else {"as": "p"}
    if choices.chance(60):
        step["on_error"] = choices.pick(around.later)
    return {**step, **around.target()}


def found_tests(earlier: Iterable[Step]) -> tuple[str, ...]:
    """What may be asked after these steps."""
    found = {step["as"] for step in earlier if step["type"] == "lookup"}
    return (ONE_TESTS if "p" in found else ()) + (MANY_TESTS if "ps" in found else ())


def without_strangers(made: list[Step]) -> list[Step]:
    """The steps without what names a lookup or a message that isn't there any more; no two lookups share a name."""
    made = _apart(made)
    known, messages = found_tests(made), {step["id"] for step in made if step["type"] == "message"}
    return [_without(step, set(ONE_TESTS + MANY_TESTS) - set(known), messages) for step in made]


def _apart(made: list[Step]) -> list[Step]:
    names: list[str] = []
    found = []
    for step in made:
        if step["type"] == "lookup":
            again = names.count(step["as"])
            names.append(step["as"])
            step = {**step, "as": f"{step['as']}{again + 1}"} if again else step
        found.append(step)
    return found


def _without(step: Step, strange: set[str], messages: set[str]) -> Step:
    if step["type"] not in ("condition", "listen"):
        return step
    paths = [path for path in step["paths"] if path.get("of", "") == "" or path["of"] in messages]
    is_strange = [isinstance(path.get("when"), str) and path["when"] in strange for path in paths]
    return {
        **step,
        "paths": [
            {**path, "when": "profile.t = 'a'"} if strange_one else path
            for path, strange_one in zip(paths, is_strange, strict=True)
        ],
    }
