"""The JSON Schemas accept what the loader accepts, and refuse what no file may say."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent
from typing import Any

import pytest

from parcours.definition.loading import parse_source
from parcours.definition.problems import UserError
from parcours.definition.schemas import NAMES, json_schema
from tests.definition.samples import SAMPLE
from tests.definition.test_happening_messages import ENTRIES, EXITS
from tests.definition.test_jump_messages import SHAPE as JUMP_SHAPE
from tests.definition.test_listen_messages import EXPERIMENTS, LISTENS
from tests.definition.test_lookup_messages import SHAPE as LOOKUP_SHAPE
from tests.definition.test_step_messages import SHAPE
from tests.definition.test_update_messages import SHAPE as UPDATE_SHAPE

jsonschema = pytest.importorskip("jsonschema")

KINDS = {
    "parcours.yaml": "project",
    "events.yaml": "events",
    "profiles.yaml": "profiles",
    "channels.yaml": "channels",
    "audiences": "audience",
    "templates": "template",
    "journeys": "journey",
}


def complaints(kind: str, text: str) -> list[str]:
    """What a validator says of a file's text."""
    schema = json_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    data: Any = parse_source("file", dedent(text)).data
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]


@pytest.mark.parametrize("file", SAMPLE)
def test_a_schema_accepts_what_the_loader_accepts(file: str) -> None:
    assert complaints(KINDS[file.partition("/")[0]], SAMPLE[file]) == []


def test_a_schema_accepts_an_email_with_headers() -> None:
    assert complaints("template", "{subject: Hi, headers: {X-A: b}, own_field: x}") == []


STEP = "id: a\nversion: 1\nentry: {{type: event, event: x}}\nsteps:\n  - {}\n"
BETWEEN_KEYS = ("write one of them", "never true", "an empty calendar test", "too fine", "not a number: nan")
BETWEEN_KEYS += ("stands twice", "means something already", "can't be set")


@pytest.mark.parametrize(
    "step",
    [
        step
        for step, message in SHAPE + UPDATE_SHAPE + JUMP_SHAPE + LOOKUP_SHAPE
        if message and not any(part in message for part in BETWEEN_KEYS)
    ],
)
def test_a_schema_refuses_a_step_of_a_wrong_shape(step: str) -> None:
    assert complaints("journey", STEP.format(step)) != []


OF_SHAPE = ("missing key", "unknown value", "unknown key", "not a ", "empty list", "too small", "no value", "mapping")


def of_shape(cases: Sequence[tuple[str, str | None]]) -> list[str]:
    """Those whose keys and values by themselves are wrong."""
    return [text for text, message in cases if message and any(part in message for part in OF_SHAPE)]


@pytest.mark.parametrize("step", of_shape([*LISTENS, *EXPERIMENTS]))
def test_a_schema_refuses_a_listen_or_an_experiment_of_a_wrong_shape(step: str) -> None:
    assert complaints("journey", STEP.format(step)) != []


@pytest.mark.parametrize("entry", of_shape(ENTRIES))
def test_a_schema_refuses_an_entry_of_a_wrong_shape(entry: str) -> None:
    assert complaints("journey", STEP.format("{id: last, type: end}").replace("{type: event, event: x}", entry)) != []


@pytest.mark.parametrize("criteria", of_shape(EXITS))
def test_a_schema_refuses_exits_of_a_wrong_shape(criteria: str) -> None:
    assert complaints("journey", f"exit_when: {criteria}\n" + STEP.format("{id: last, type: end}")) != []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("project", "name: shop\ncadense: 5m"),
        ("project", "name: shop\ncadence: soon"),
        ("project", "name: shop\nsources: {profils: {path: x}}"),
        ("channels", "channels: {email: {limits: [{max: 0, per: hour}]}}"),
        ("channels", "channels: {email: {batch: {format: xml}}}"),
        ("events", "events: [a]"),
        ("audience", "id: a"),
        ("template", "subject: 5"),
        ("journey", "id: Spring\nversion: 1\nentry: {type: event, event: x}\nsteps: [{id: w, type: wait, for: 1h}]"),
    ],
)
def test_a_schema_refuses_what_no_file_may_say(kind: str, text: str) -> None:
    assert complaints(kind, text) != []


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_says_what_it_is_of(name: str) -> None:
    schema = json_schema(name)
    assert schema["title"].startswith("Parcours: ")
    assert schema["description"]


def is_described(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether an editor shows something beside this key."""
    if "$ref" in value:
        return "description" in schema["$defs"][value["$ref"].rpartition("/")[2]]
    several = [*value.get("anyOf", []), *value.get("oneOf", [])]
    return "description" in value or any(is_described(each, schema) for each in several)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described(name: str) -> None:
    """`type` alone isn't: it is the mapping with that type that says what it does."""
    schema = json_schema(name)
    parts = {name: schema} | schema.get("$defs", {})
    assert [
        f"{part}.{key}"
        for part, content in parts.items()
        for key, value in content.get("properties", {}).items()
        if key != "type" and not is_described(value, schema)
    ] == []


@pytest.mark.parametrize(
    "model",
    ["Qualification", "BusinessEvent", "Criterion", "Listen", "ListenPath", "Experiment", "Arm", "Metric"],
)
def test_every_key_of_what_happens_from_outside_is_described(model: str) -> None:
    described = json_schema("journey")["$defs"][model]
    bare = {key for key, value in described["properties"].items() if "description" not in value}
    assert described["description"]
    assert bare <= {"type", "next"}  # `next` is described where it stands for itself


def test_an_unknown_schema_is_told() -> None:
    with pytest.raises(UserError) as raised:
        json_schema("journeys")
    assert str(raised.value) == "no schema 'journeys' (did you mean 'journey'?)"


@pytest.mark.parametrize(
    ("kind", "text", "is_accepted"),
    [
        ("journey", "timeout: ' 2d '", True),
        ("journey", "starts_at: ' 2026-03-01 '", True),
        ("journey", "entry: {type: read_audience, audience: a, schedule: {cron: ' 0 9 * * MON '}}", True),
        ("journey", "entry: {type: read_audience, audience: a, schedule: {cron: '@daily'}}", False),
        ("journey", "entry: {type: read_audience, audience: a, schedule: {cron: '0 0 9 * * MON'}}", False),
        ("test", "profiles: [{profile_id: ada, tier: null}]", True),
        ("test", "profiles: [{id: ada}]", False),
        ("test", "events: [{event_type: x, event_time: 2026-03-01, attributes: {amount: null}}]", True),
    ],
)
def test_a_schema_judges_a_value_as_the_loader_does(kind: str, text: str, is_accepted: bool) -> None:
    if kind == "test":
        written = f"- {{case: a, until: 2026-03-10, given: {{{text}}}, expect: {{entered: 0}}}}"
    else:
        entry = "" if text.startswith("entry") else "\nentry: {type: event, event: x}"
        written = f"id: a\nversion: 1{entry}\n{text}\nsteps: [{{id: last, type: end}}]"
    assert (complaints(kind, written) == []) is is_accepted
