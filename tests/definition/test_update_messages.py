"""What is said to the author of a step that writes to profiles or audiences."""

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

SHAPE = [
    ("{id: u, type: update_profile}", "steps[0]: missing key 'set'"),
    (
        "{id: u, type: update_profile, set: tier}",
        "steps[0].set: not a mapping: 'tier' (write {column: expression})",
    ),
    ("{id: u, type: update_profile, set: {}}", "steps[0].set: an empty mapping (write one at least)"),
    (
        "{id: u, type: update_profile, set: {profile_id: event.sku}}",
        "steps[0].set.profile_id: profile_id says who it is, and can't be set (set another column)",
    ),
    (
        "{id: u, type: update_profile, set: {Profile_ID: event.sku}}",
        "steps[0].set.Profile_ID: profile_id says who it is, and can't be set (set another column)",
    ),
    (
        "{id: u, type: update_profile, set: {profile.tier: \"'gold'\"}}",
        "steps[0].set.profile.tier: not a name: 'profile.tier' (write letters, digits and _, a letter first)",
    ),
    (
        "{id: u, type: update_profile, set: {tags: [a, b]}}",
        "steps[0].set.tags: not text: a list (write text)",
    ),
    ("{id: u, type: update_profile, set: {tier: ''}}", "steps[0].set.tier: empty text"),
    (
        "{id: u, type: update_audience}",
        "steps[0]: missing key 'audience'\nsteps[0]: missing key 'action'",
    ),
    (
        "{id: u, type: update_audience, audience: vip, action: ad}",
        "steps[0].action: unknown value 'ad' (write add or remove)",
    ),
    (
        "{id: u, type: update_audience, audience: my vips, action: add}",
        "steps[0].audience: not a name: 'my vips' (write letters, digits, _, - or . without spaces)",
    ),
]


def lines(message: str | None) -> list[str]:
    """In a file where the step is line 5, unless a line says another."""
    told = (message or "").splitlines()
    return [f"journeys/a.yaml:{line if line[0].isdigit() else f'5: {line}'}" for line in told]


@pytest.mark.parametrize(("step", "message"), SHAPE)
def test_an_update_of_a_wrong_shape_is_told(said: Said, step: str, message: str) -> None:
    assert said({"journeys/a.yaml": JOURNEY.format(step=step)}) == lines(message)


def setting(assigned: str) -> str:
    return JOURNEY.format(step=f"{{id: u, type: update_profile, set: {{{assigned}}}}}")


@pytest.mark.parametrize(
    ("assigned", "message"),
    [
        ("tier: \"'gold'\", score: profile.score + 1, is_vip: true, seen: now(), tags: \"array('a')\"", None),
        # a number is text to a column of text, and text that isn't a number is null to a column of numbers
        ("tier: 5, score: event.sku, email: null", None),
        ("teir: \"'gold'\"", "steps[0].set.teir: profile has no column 'teir' (did you mean 'tier'?)"),
        ("colour: \"'red'\"", "steps[0].set.colour: profile has no column 'colour' (declare it in profiles.yaml)"),
        ("tier: gold", "steps[0].set.tier: unknown name 'gold' (write profile.gold for a column, or 'gold' for text)"),
        ("score: \"'much'\"", "steps[0].set.score: not a number: 'much'"),
        (
            "score: event.amount",
            "steps[0].set.score: a number (double) can't be used as a whole number (write CAST(... AS INT))",
        ),
        ("is_vip: event.amount", "steps[0].set.is_vip: a number (double) can't be used as true or false"),
        ("seen: 5", "steps[0].set.seen: a number (int) can't be used as an instant"),
        ("tags: \"'a'\"", "steps[0].set.tags: the text 'a' can't be used as an array"),
        (
            "is_test: \"'perhaps'\"",
            "steps[0].set.is_test: the text 'perhaps' can't be used as true or false (write true or false)",
        ),
        (
            "tier: foo(1), score: event.amuont",
            "steps[0].set.tier: unknown function 'foo' (did you mean 'floor'?)\n"
            "steps[0].set.score: event has no attribute 'amuont' (did you mean 'amount'?)",
        ),
    ],
)
def test_what_a_column_is_set_to_fits_it(said: Said, assigned: str, message: str | None) -> None:
    profiles = "profiles: {tier: string, score: int, is_vip: boolean, seen: timestamp, tags: array<string>}"
    assert said({"journeys/a.yaml": setting(assigned), "profiles.yaml": profiles}) == lines(message)


def test_without_known_columns_any_may_be_set(said: Said) -> None:
    assert said({"journeys/a.yaml": setting("anything: event.amount, tags: \"array('a')\"")}) == []


def test_a_column_that_is_always_there_has_its_type_all_the_same(said: Said) -> None:
    assert said({"journeys/a.yaml": setting("is_test: \"'perhaps'\"")}) == lines(
        "steps[0].set.is_test: the text 'perhaps' can't be used as true or false (write true or false)"
    )


def test_numbers_truths_and_nothing_are_expressions_of_themselves(load: Load) -> None:
    project = load({"journeys/a.yaml": setting("a: 5, b: 0.5, c: true, d: null, e: \"'x'\"")})
    step = project.journeys["a"].journey.step("u")
    assert getattr(step, "set") == {"a": "5", "b": "0.5", "c": "true", "d": "null", "e": "'x'"}  # noqa: B009


def writing(audience: str, action: str) -> str:
    return JOURNEY.format(step=f"{{id: u, type: update_audience, audience: {audience}, action: {action}}}")


def test_anybody_may_begin_an_audience_and_others_may_name_it_then(said: Said) -> None:
    reader = (
        "id: b\nversion: 1\nentry: {type: audience_qualification, audience: vip}\n"
        "steps: [{id: w, type: wait, for: 1h}]\n"
    )
    files = {"journeys/a.yaml": writing("vip", "add"), "journeys/b.yaml": reader}
    assert said(files, known_audiences=[]) == []


def test_who_leaves_an_audience_that_nobody_fills_is_told(said: Said) -> None:
    assert said({"journeys/a.yaml": writing("vip", "remove")}, known_audiences=[]) == lines(
        "steps[0].audience: audience 'vip' has neither a file nor a member "
        "(write audiences/vip.yaml, or load its members)"
    )


@pytest.mark.parametrize(
    ("action", "done"),
    [("add", "ends the stays of whom its query doesn't give"), ("remove", "starts them again")],
)
def test_a_refresh_of_an_audience_of_sql_undoes_it(said: Said, action: str, done: str) -> None:
    files = {
        "journeys/a.yaml": writing("vip", action),
        "audiences/vip.yaml": "id: vip\nsql: SELECT profile_id FROM x\n",
    }
    assert said(files) == lines(
        f"steps[0].audience: audience 'vip' is defined by SQL: its next refresh {done} "
        "(write to an audience of another id)"
    )


def test_an_expression_that_asks_for_an_audience_nobody_fills_is_told(said: Said) -> None:
    step = "{id: c, type: condition, paths: [{label: x, when: \"in_audience('vip')\"}]}"
    files = {"journeys/a.yaml": JOURNEY.format(step=step)}
    assert said(files, known_audiences=["vip"]) == []
    assert said(files) == []
    assert said(files, known_audiences=[]) == lines(
        "steps[0].paths[0].when: audience 'vip' has neither a file nor a member "
        "(write audiences/vip.yaml, or load its members)"
    )
