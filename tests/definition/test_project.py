"""A project as a whole: what is read from which file, and what expressions may name."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from parcours.definition.expressions import ANY_TEXT
from parcours.definition.journeys import canonical_json, journey_from_json
from parcours.tables.sources import PROFILES
from tests.definition.conftest import Load, Said
from tests.definition.samples import SAMPLE

STEPS = "steps: [{id: w, type: wait, for: 1h}]"
KNOWN_COLUMNS = {column.name: column.type for column in PROFILES.columns}


def condition(when: str, entry: str = "{type: event, event: order_placed}") -> dict[str, str]:
    """A project with one journey that asks one question."""
    journey = f"""
        id: a
        version: 1
        entry: {entry}
        steps:
          - id: c
            type: condition
            paths:
              - label: x
                when: {when}
    """
    return {"journeys/a.yaml": journey}


def test_nothing_is_said_of_a_project_without_mistakes(said: Said) -> None:
    assert said(SAMPLE) == []


def test_only_the_name_of_a_project_is_needed(load: Load, tmp_path: Path) -> None:
    project = load({})
    assert project.name == "shop"
    assert project.folder == tmp_path
    assert project.timezone == "UTC"
    assert project.warehouse == str(tmp_path / "warehouse")
    assert project.outbox == str(tmp_path / "outbox")
    assert project.cadence == timedelta(minutes=15)
    assert (project.spark.master, project.spark.conf) == ("local[*]", {})
    assert (project.sources, project.journeys, project.audiences, project.templates) == ({}, {}, {}, {})


def test_places_are_beside_the_project_or_uris(load: Load, tmp_path: Path) -> None:
    project = load(SAMPLE)
    assert project.warehouse == str(tmp_path / "lake")
    assert project.outbox == "s3a://shop/outbox"


def test_another_warehouse_may_take_its_place(load: Load) -> None:
    assert load(SAMPLE, warehouse="s3a://other/lake").warehouse == "s3a://other/lake"


def test_spark_settings_are_text(load: Load) -> None:
    assert load(SAMPLE).spark.conf == {
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.enabled": "false",
    }


def test_sources_may_stand_elsewhere(load: Load) -> None:
    source = load(SAMPLE).sources["profiles"]
    assert (source.path, source.columns) == ("s3a://lake/customers", {"profile_id": "customer_id"})


def test_journeys_are_known_by_their_ids(load: Load) -> None:
    journeys = load(SAMPLE).journeys
    assert sorted(journeys) == ["back_in_stock", "launch", "launch_again", "news", "tools", "welcome", "win_back"]
    assert journeys["news"].file == "journeys/news.yaml"
    assert (journeys["news"].journey.timezone, journeys["launch"].journey.timezone) == ("Europe/Berlin", "Europe/Paris")


def test_a_journey_has_the_templates_that_it_uses(load: Load) -> None:
    journeys = load(SAMPLE).journeys
    assert journeys["launch"].templates == {}
    assert journeys["news"].templates == {
        "email/spring": {
            "subject": "{{ profile.first_name | default('Hello') }}, spring is here",
            "preheader": "News",
            "html": "<p>Spring</p>\n<a href='{{ unsubscribe_url }}'>unsubscribe</a>\n",
            "text": "Spring. {{ unsubscribe_url }}",
            "headers.X-Campaign": "spring",
        }
    }


def test_every_journey_of_a_project_can_be_stored_and_read_again(load: Load) -> None:
    for loaded in load(SAMPLE).journeys.values():
        text = canonical_json(loaded.journey, loaded.templates)
        assert journey_from_json(text) == (loaded.journey, loaded.templates)


def test_event_types_are_in_sparks_spelling(load: Load) -> None:
    assert load(SAMPLE).events == {
        "order_placed": {"amount": "double", "sku": "string", "placed": "timestamp", "count": "bigint"},
        "page_viewed": {},
    }


def test_an_attribute_of_an_event_may_be_a_list_or_a_struct(load: Load) -> None:
    items = "ARRAY<STRUCT<sku: STRING, unitPrice: DOUBLE>>"
    events = f"events: {{order_placed: {{items: '{items}', gift: 'map<string,long>'}}}}"
    asked = {**condition("exists(event.items, item -> item.unitPrice > event.gift['least'])"), "events.yaml": events}
    assert load(asked).events == {
        "order_placed": {"items": "array<struct<sku:string,unitPrice:double>>", "gift": "map<string,bigint>"}
    }


def test_audiences_are_known_by_their_ids(load: Load) -> None:
    audience = load(SAMPLE).audiences["lapsed"]
    assert audience.schedule is not None
    assert audience.schedule.cron == "0 4 * * *"
    assert audience.max_loss == 30
    assert audience.sql.startswith("SELECT profile_id, CAST(")


def test_the_columns_of_an_audience_have_the_types_that_its_query_tells(load: Load) -> None:
    assert load(SAMPLE).audience_columns["lapsed"] == {"best_order": "double", "orders": "bigint", "last_sku": "string"}


def test_an_audience_that_selects_everything_has_any_column(load: Load) -> None:
    files = {"audiences/a.yaml": "id: a\nsql: SELECT * FROM orders"}
    assert load(files).audience_columns["a"] is ANY_TEXT


def test_every_file_is_recorded_with_its_hash(load: Load, tmp_path: Path) -> None:
    hashes = load(SAMPLE).hashes
    assert sorted(hashes) == sorted(SAMPLE)
    assert hashes["events.yaml"] == hashlib.sha256((tmp_path / "events.yaml").read_bytes()).hexdigest()


def test_profile_columns_are_those_of_profiles_yaml_and_those_known_by_name(load: Load) -> None:
    project = load({"profiles.yaml": "profiles: {tier: string}"}, profile_columns={"other": "int"})
    assert project.profiles == {"tier": "string"}
    assert project.profile_columns == {**KNOWN_COLUMNS, "tier": "string"}


def test_without_profiles_yaml_profile_columns_are_those_of_the_table(load: Load) -> None:
    project = load({}, profile_columns={"profile_id": "string", "score": "integer"})
    assert project.profiles is None
    assert project.profile_columns == {**KNOWN_COLUMNS, "score": "int"}


def test_a_column_that_stands_in_the_table_has_its_type_there(load: Load) -> None:
    files = {"profiles.yaml": "profiles: {score: double}"}
    columns = load(files, profile_columns={"score": "string"}).profile_columns
    assert columns is not None
    assert columns["score"] == "string"


def test_without_profiles_yaml_and_table_any_column_may_be_named(said: Said) -> None:
    assert said(condition("profile.anything = 'x'")) == []


def test_an_unknown_profile_column_is_told(said: Said) -> None:
    files = {**condition("profile.teir = 'x'"), "profiles.yaml": "profiles: {tier: string}"}
    assert said(files) == [
        "journeys/a.yaml:9: steps[0].paths[0].when: profile has no column 'teir' (did you mean 'tier'?)"
    ]


def test_an_unknown_event_attribute_is_told(said: Said) -> None:
    assert said(condition("event.amout > 5")) == [
        "journeys/a.yaml:9: steps[0].paths[0].when: event has no attribute 'amout' (did you mean 'amount'?)"
    ]


def test_event_attributes_are_only_there_in_journeys_of_an_event(said: Said) -> None:
    read = "{type: read_audience, audience: lapsed, schedule: {cron: 0 9 * * *}}"
    assert said(condition("event.amount > 5", read)) == [
        "journeys/a.yaml:9: steps[0].paths[0].when: event.amount is only there in journeys that an event starts"
    ]


def test_an_unknown_column_of_an_audience_is_told(said: Said) -> None:
    read = "{type: read_audience, audience: lapsed, schedule: {cron: 0 9 * * *}}"
    files = {**condition("audience.best_ordr > 5", read), "audiences/lapsed.yaml": SAMPLE["audiences/lapsed.yaml"]}
    assert said(files) == [
        "journeys/a.yaml:9: steps[0].paths[0].when: audience has no attribute 'best_ordr' (did you mean 'best_order'?)"
    ]


def test_an_audience_without_a_file_may_have_any_attribute(said: Said) -> None:
    read = "{type: read_audience, audience: vip, schedule: {cron: 0 9 * * *}}"
    assert said(condition("audience.score > 5", read)) == []


def test_every_problem_of_an_expression_is_told(said: Said) -> None:
    assert said(condition("foo(profile.x) > 1 AND rand() > 1")) == [
        "journeys/a.yaml:9: steps[0].paths[0].when: unknown function 'foo' (did you mean 'floor'?)",
        "journeys/a.yaml:9: steps[0].paths[0].when: rand differs from run to run "
        "(use a split, or pmod(xxhash64(profile.profile_id), 100))",
    ]


def test_an_expression_with_an_undeclared_event_is_still_checked(said: Said) -> None:
    assert said(condition("foo(event.x)", "{type: event, event: order}")) == [
        "journeys/a.yaml:3: entry.event: no event 'order' (declare it in events.yaml)",
        "journeys/a.yaml:9: steps[0].paths[0].when: unknown function 'foo' (did you mean 'floor'?)",
    ]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            "entry: {type: event, event: order_placed, where: event.sku}\n" + STEPS,
            "3: entry.where: true or false is wanted here, and this is text (compare it with something, such as = 'x')",
        ),
        (
            "entry: {type: event, event: order_placed}\nsteps: [{id: w, type: wait, until: event.amount}]",
            "4: steps[0].until: a date or time is wanted here, and this is a number (double)",
        ),
        (
            "entry: {type: event, event: order_placed}\n"
            "steps: [{id: m, type: message, channel: sms, content: {body: x}, address: foo()}]",
            "4: steps[0].address: unknown function 'foo' (did you mean 'floor'?)",
        ),
    ],
)
def test_an_expression_of_the_wrong_kind_is_told(said: Said, keys: str, line: str) -> None:
    assert said({"journeys/a.yaml": f"id: a\nversion: 1\n{keys}\n"}) == [f"journeys/a.yaml:{line}"]


def test_address_and_consent_of_a_channel_see_the_profile_alone(said: Said) -> None:
    channels = "channels:\n  sms:\n    address: profile.fone\n    consent: event.consent\n"
    assert said({"channels.yaml": channels, "profiles.yaml": "profiles: {}"}) == [
        "channels.yaml:3: channels.sms.address: profile has no column 'fone' (did you mean 'phone'?)",
        "channels.yaml:4: channels.sms.consent: event.consent is only there in journeys that an event starts",
    ]


def test_a_scope_of_a_journey_of_an_event(load: Load) -> None:
    project = load(SAMPLE)
    scope = project.scope(project.journeys["welcome"].journey)
    assert scope.event == {"amount": "double", "sku": "string", "placed": "timestamp", "count": "bigint"}
    assert (scope.audience, scope.zone) == (None, "Europe/Paris")
    assert scope.profile == project.profile_columns


def test_a_scope_of_a_journey_of_an_audience(load: Load) -> None:
    project = load(SAMPLE)
    scope = project.scope(project.journeys["news"].journey)
    assert scope.event is None
    assert scope.audience == {"best_order": "double", "orders": "bigint", "last_sku": "string"}
