"""Journeys: what is read, where steps lead, and the text in which a version is stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from parcours.definition.journeys import (
    Journey,
    canonical_json,
    definition_hash,
    journey_from_json,
    read_journey,
)
from parcours.definition.steps import CalendarTest, Condition, LocalMoment, Message, Split, Wait

MAIL = {"id": "mail", "type": "message", "channel": "email", "template": "spring"}


def journey(*steps: dict[str, Any], zone: str = "UTC", **keys: Any) -> Journey:
    entry = {"type": "event", "event": "order_placed"}
    return read_journey({"id": "spring", "version": 1, "entry": entry, "steps": list(steps or [MAIL])} | keys, zone)


def test_a_journey_has_defaults() -> None:
    read = journey()
    assert read.priority == 50
    assert read.timezone == "UTC"
    assert read.use_profile_timezone is False
    assert read.timeout == timedelta(days=91)
    assert read.holdout is None
    assert (read.reentry.allowed, read.reentry.after) == (True, timedelta(minutes=5))


def test_a_journey_without_a_zone_has_the_projects() -> None:
    assert journey(zone="Europe/Paris").timezone == "Europe/Paris"
    assert journey(zone="Europe/Paris", timezone="Asia/Tokyo").timezone == "Asia/Tokyo"


def test_naive_instants_are_in_the_journeys_zone() -> None:
    read = journey(
        zone="Europe/Paris", timezone="Asia/Tokyo", starts_at="2026-03-01T09:00", ends_at="2026-06-01T09:00:00Z"
    )
    assert read.starts_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert read.ends_at == datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_naive_instants_of_an_entry_are_in_the_journeys_zone() -> None:
    waves = {"count": 2, "starts": ["2026-03-02T12:00"]}
    read = journey(
        entry={"type": "read_audience", "audience": "a", "schedule": {"at": "2026-03-02T09:00"}, "waves": waves},
        timezone="Asia/Tokyo",
    )
    assert read.entry.schedule.at == datetime(2026, 3, 2, tzinfo=UTC)  # type: ignore[union-attr]
    assert read.entry.waves.starts == (datetime(2026, 3, 2, 3, tzinfo=UTC),)  # type: ignore[union-attr]


def test_yaml_keys_that_are_python_words_have_an_underscore() -> None:
    wait = journey({"id": "w", "type": "wait", "for": "2d"}).steps[0]
    assert isinstance(wait, Wait)
    assert wait.for_ == timedelta(days=2)


def test_when_true_is_an_expression() -> None:
    step = journey({"id": "c", "type": "condition", "paths": [{"label": "all", "when": True}]}).steps[0]
    assert isinstance(step, Condition)
    assert step.paths[0].when == "true"


def test_a_period_that_ends_at_24_has_no_end() -> None:
    when = {"from": "18:00", "to": "24:00"}
    step = journey({"id": "c", "type": "condition", "paths": [{"label": "late", "when": when}]}).steps[0]
    assert isinstance(step, Condition)
    test = step.paths[0].when
    assert isinstance(test, CalendarTest)
    assert (test.from_, test.to) == (time(18), None)


def test_a_wait_until_a_local_moment() -> None:
    step = journey({"id": "w", "type": "wait", "until": {"time": "09:00", "days": ["mon"], "in_days": 2}}).steps[0]
    assert isinstance(step, Wait)
    assert isinstance(step.until, LocalMoment)
    assert (step.until.time, step.until.days, step.until.in_days) == (time(9), ("mon",), 2)


def test_percents_are_exact() -> None:
    paths = [{"label": "a", "percent": 33.33}, {"label": "b", "percent": 66.67}]
    step = journey({"id": "s", "type": "split", "paths": paths}).steps[0]
    assert isinstance(step, Split)
    assert [path.percent for path in step.paths] == [Decimal("33.33"), Decimal("66.67")]


def test_a_seed_may_be_a_number() -> None:
    step = journey({"id": "s", "type": "split", "seed": 7, "paths": [{"label": "a", "percent": 100}]}).steps[0]
    assert isinstance(step, Split)
    assert step.seed == "7"


def test_headers_of_a_content_are_fields() -> None:
    content = {"subject": "Hi", "headers": {"X-Campaign": "spring"}}
    step = journey({"id": "m", "type": "message", "channel": "email", "content": content}).steps[0]
    assert isinstance(step, Message)
    assert step.content == {"subject": "Hi", "headers.X-Campaign": "spring"}


def test_a_step_leads_to_the_following_one_and_the_last_to_the_end() -> None:
    read = journey({"id": "w", "type": "wait", "for": "1d"}, MAIL)
    assert read.targets(read.step("w")) == {"next": "mail"}
    assert read.targets(read.step("mail")) == {"next": "end", "on_excluded": "end"}


def test_next_takes_the_place_of_the_following_step() -> None:
    read = journey({"id": "w", "type": "wait", "for": "1d", "next": "last"}, MAIL, {"id": "last", "type": "end"})
    assert read.targets(read.step("w")) == {"next": "last"}


def test_paths_without_a_next_go_on_with_the_steps_next() -> None:
    paths = [{"label": "a", "when": "true", "next": "mail"}, {"label": "b", "when": "true"}]
    last = {"id": "last", "type": "end"}
    read = journey({"id": "c", "type": "condition", "paths": paths, "next": "last"}, MAIL, last)
    assert read.targets(read.step("c")) == {"a": "mail", "b": "last"}


def test_otherwise_is_a_way_out_of_a_condition_where_it_is_written() -> None:
    condition = {"id": "c", "type": "condition", "paths": [{"label": "a", "when": "true"}], "otherwise": "end"}
    read = journey(condition, MAIL)
    assert read.targets(read.step("c")) == {"a": "mail", "otherwise": "end"}


def test_whoever_is_over_a_cap_goes_to_otherwise_or_to_the_end() -> None:
    read = journey({"id": "p", "type": "profile_cap", "limit": 3}, MAIL)
    assert read.targets(read.step("p")) == {"next": "mail", "otherwise": "end"}


def test_whoever_is_excluded_goes_on_unless_it_is_said_where() -> None:
    read = journey(
        {**MAIL, "on_excluded": "last"}, {"id": "w", "type": "wait", "for": "1d"}, {"id": "last", "type": "end"}
    )
    assert read.targets(read.step("mail")) == {"next": "w", "on_excluded": "last"}


def test_an_end_leads_nowhere() -> None:
    read = journey(MAIL, {"id": "last", "type": "end"})
    assert read.targets(read.step("last")) == {}


def test_next_of_is_the_target_or_the_next_or_the_following() -> None:
    read = journey({"id": "w", "type": "wait", "for": "1d"}, {**MAIL, "next": "end"}, {"id": "last", "type": "end"})
    assert read.next_of(read.step("w"), "last") == "last"
    assert read.next_of(read.step("w")) == "mail"
    assert read.next_of(read.step("mail")) == "end"


WHOLE: dict[str, Any] = {
    "id": "spring",
    "version": 2,
    "name": "Spring",
    "description": "…",
    "tags": ["promo", "mail"],
    "priority": 60,
    "timezone": "Asia/Tokyo",
    "use_profile_timezone": True,
    "starts_at": "2026-03-01T00:00:00.5Z",
    "ends_at": "2026-06-01T00:00:00Z",
    "timeout": "P30D",
    "holdout": 2.5,
    "entry": {
        "type": "read_audience",
        "audience": "newsletter",
        "schedule": {"at": "2026-03-02T09:00:00Z"},
        "incremental": True,
        "force_reentry": True,
        "rate": {"max": 5000, "per": "second"},
        "waves": {"percents": [15, 20, 25, 39.5, 0.5], "interval": "PT2H"},
    },
    "steps": [
        {
            "id": "who",
            "type": "condition",
            "paths": [
                {"label": "vip", "when": {"audience": "vip"}, "next": "share"},
                {"label": "night", "when": {"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}},
                {"label": "summer", "when": {"from_date": "2026-06-01", "to_date": "2026-08-31"}},
                {"label": "new", "when": "profile.tier = 'new'"},
            ],
            "otherwise": "end",
        },
        {
            "id": "share",
            "type": "split",
            "seed": "b",
            "paths": [{"label": "a", "percent": 12.34}, {"label": "b", "percent": 87.66}],
        },
        {"id": "cap", "type": "profile_cap", "limits": [10, 20], "per": "occurrence", "otherwise": "later"},
        {"id": "later", "type": "wait", "for": "PT1H30M"},
        {"id": "morning", "type": "wait", "until": {"time": "09:00", "days": ["mon"], "in_days": 2}},
        {"id": "moment", "type": "wait", "until": "profile.next_visit"},
        {
            "id": "mail",
            "type": "message",
            "channel": "email",
            "template": "spring",
            "category": "transactional",
            "address": "profile.other_email",
            "rule_sets": ["promo"],
            "on_excluded": "end",
        },
        {
            "id": "push",
            "type": "message",
            "channel": "push",
            "content": {"title": "Hi", "data": {"a": "b"}},
            "next": "last",
        },
        {"id": "best", "type": "wait", "until": {"best_send_time": "email", "within": "P1D"}},
        {
            "id": "product",
            "type": "lookup",
            "table": "products",
            "key": {"sku": "event.sku"},
            "select": ["name", "price"],
            "as": "product",
            "many": True,
            "on_error": "last",
        },
        {"id": "promote", "type": "update_profile", "set": {"tier": "'gold'", "score": "5"}},
        {"id": "join", "type": "update_audience", "audience": "vip", "action": "add"},
        {"id": "on", "type": "jump", "journey": "other"},
        {"id": "last", "type": "end"},
    ],
}
TEMPLATES = {"email/spring": {"subject": "Hi", "html": "<p>ü</p>"}, "email/other": {"subject": "No"}}


def test_a_stored_version_is_what_its_author_wrote() -> None:
    text = canonical_json(read_journey(WHOLE), TEMPLATES)
    assert json.loads(text) == {**WHOLE, "templates": {"email/spring": TEMPLATES["email/spring"]}}


def test_a_stored_version_reads_as_the_same_journey() -> None:
    text = canonical_json(read_journey(WHOLE), TEMPLATES)
    read, templates = journey_from_json(text)
    assert read == read_journey(WHOLE)
    assert templates == {"email/spring": TEMPLATES["email/spring"]}
    assert canonical_json(read, templates) == text


def test_a_stored_version_names_its_zone_and_leaves_defaults_out() -> None:
    text = canonical_json(journey(zone="Europe/Paris", priority=50, timeout="13w"), TEMPLATES)
    assert text == (
        '{"entry":{"event":"order_placed","type":"event"},"id":"spring",'
        '"steps":[{"channel":"email","id":"mail","template":"spring","type":"message"}],'
        '"templates":{"email/spring":{"html":"<p>ü</p>","subject":"Hi"}},"timezone":"Europe/Paris","version":1}'
    )


def hash_of(**keys: Any) -> str:
    return definition_hash(canonical_json(journey(**keys), TEMPLATES))


def test_name_description_and_tags_are_no_part_of_the_hash() -> None:
    assert hash_of(name="a", description="b", tags=["c"]) == hash_of(name="d", tags=["e"]) == hash_of()


def test_all_else_is_part_of_the_hash() -> None:
    assert hash_of(priority=51) != hash_of()
    other = {"email/spring": {"subject": "Bye"}}
    assert definition_hash(canonical_json(journey(), other)) != hash_of()
