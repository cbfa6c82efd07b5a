"""What is told of an expression besides its text: its type, and what it reads."""

from __future__ import annotations

import pytest

from parcours.definition.expressions import ANY_TEXT, Scope, compile_expression
from tests.definition.expressions.samples import PARIS, SCOPE


def test_what_an_expression_reads_is_told() -> None:
    compiled = compile_expression("profile.age > event.amount AND profile.consents['sms'] = audience.best", SCOPE)
    assert compiled.profile_columns == {"age", "consents"}
    assert compiled.event_attributes == {"amount"}
    assert compiled.audience_attributes == {"best"}
    assert compiled.audiences == frozenset()
    assert not compiled.uses_now


@pytest.mark.parametrize("text", ["now() > journey.entered_at", "hour(local_now()) > 8"])
def test_use_of_the_instances_clock_is_told(text: str) -> None:
    assert compile_expression(text, SCOPE).uses_now


def test_names_without_a_prefix_read_columns_with_two_underscores() -> None:
    compiled = compile_expression("delivery_id", Scope({}, None, None, {"delivery_id": "string"}))
    assert (compiled.sql, compiled.type) == ("`__delivery_id`", "string")
    assert compiled.extra_names == {"delivery_id"}


def test_profile_columns_are_read_from_a_struct() -> None:
    assert compile_expression("profile.tier = 'gold'", SCOPE).sql == "(profile.`tier` = 'gold')"


@pytest.mark.parametrize(
    ("interval", "sql"),
    [
        ("INTERVAL '1 12:00:00' DAY TO SECOND", "INTERVAL '1 12:00:00.000000' DAY TO SECOND"),
        ("INTERVAL '-1 12:30' DAY TO MINUTE", "INTERVAL '-1 12:30:00.000000' DAY TO SECOND"),
        ("INTERVAL -'30:15' HOUR TO MINUTE", "INTERVAL '-1 06:15:00.000000' DAY TO SECOND"),
        ("INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '1-2' YEAR TO MONTH"),
        ("INTERVAL '2 weeks 1 day'", "INTERVAL '15' DAY"),
        ("INTERVAL '1 year 2 months'", "INTERVAL '1-2' YEAR TO MONTH"),
        ("INTERVAL 0 HOURS", "INTERVAL '0 00:00:00.000000' DAY TO SECOND"),
        ("INTERVAL -3 DAYS", "INTERVAL '-3' DAY"),
    ],
)
def test_an_interval_may_be_written_in_any_form(interval: str, sql: str) -> None:
    assert compile_expression(f"now() + {interval}", SCOPE).sql == f"try_add(__now, {sql})"


def test_hours_are_added_to_a_date_at_its_midnight_in_the_journeys_zone() -> None:
    # Midnight of 5 April in Paris is 22:00Z of the 4th.
    compiled = compile_expression("DATE '2026-04-05' + INTERVAL 9 HOURS", PARIS)
    assert compiled.sql == "try_add(TIMESTAMP '2026-04-04 22:00:00Z', INTERVAL '0 09:00:00.000000' DAY TO SECOND)"
    assert compiled.type == "timestamp"
    column = compile_expression("profile.born_date - INTERVAL 9 HOURS", PARIS)
    assert "to_utc_timestamp(" in column.sql
    assert compile_expression("profile.born_date - INTERVAL 9 DAYS", PARIS).type == "date"


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("CAST('soon' AS INT)", "try_cast('soon' AS int)"),
        ("TRY_CAST('12.5' AS INT)", "try_cast('12.5' AS int)"),
        ("'yes'::boolean", "try_cast('yes' AS boolean)"),
        ("int('12')", "CAST(12 AS int)"),
        ("CAST('2026-03-01' AS DATE)", "DATE '2026-03-01'"),
    ],
)
def test_text_that_is_cast_and_does_not_fit_is_null_as_it_is_in_data(text: str, sql: str) -> None:
    assert compile_expression(text, SCOPE).sql == sql


def test_a_date_that_is_cast_and_does_not_parse_is_null() -> None:
    for text in ("CAST('2026-02-30' AS DATE)", "to_date('2026-02-30')", "DATE('2026-02-30')"):
        assert compile_expression(text, SCOPE).sql.startswith("try_cast(regexp_extract('2026-02-30', ")


def test_fields_are_called_as_their_type_calls_them() -> None:
    scope = Scope({"home": "STRUCT<firstLine: STRING, `Zip Code`: Int>"}, None, None)
    assert compile_expression("profile.home.firstLine = 'x'", scope).sql == "(profile.`home`.`firstLine` = 'x')"
    assert compile_expression("profile.home.`Zip Code`", scope).type == "int"


def test_event_attributes_are_read_from_a_map_as_their_declared_type() -> None:
    assert compile_expression("event.sku", SCOPE).sql == "event['sku']"
    assert compile_expression("event.count", SCOPE).sql == "try_cast(event['count'] AS int)"


def test_attributes_that_nobody_declared_are_text() -> None:
    compiled = compile_expression("audience.anything", Scope({}, None, ANY_TEXT))
    assert (compiled.sql, compiled.type) == ("audience['anything']", "string")


def test_a_profile_column_of_no_known_type_is_text() -> None:
    compiled = compile_expression("profile.anything", Scope(None, None, None))
    assert (compiled.sql, compiled.type) == ("profile.`anything`", "string")


def test_variables_of_spark_in_quotes_are_left_alone() -> None:
    # Spark would put the environment's value in place of ${env:HOME}, in literals too.
    assert compile_expression("profile.tier = '${env:HOME}'", SCOPE).sql == r"(profile.`tier` = '\u0024{env:HOME}')"


def test_a_timestamp_without_a_zone_is_read_in_the_journeys_zone() -> None:
    text = "now() > TIMESTAMP '2026-07-01 09:00:00'"
    assert compile_expression(text, SCOPE).sql == "(__now > TIMESTAMP '2026-07-01 09:00:00Z')"
    assert compile_expression(text, PARIS).sql == "(__now > TIMESTAMP '2026-07-01 07:00:00Z')"


def test_a_timestamp_without_a_zone_beside_a_local_time_is_local_time() -> None:
    sql = compile_expression("local_now() > TIMESTAMP '2026-07-01 09:00:00'", PARIS).sql
    assert sql == "(__local_now > TIMESTAMP_NTZ '2026-07-01 09:00:00')"


def test_a_timestamp_with_a_zone_is_that_instant() -> None:
    sql = compile_expression("now() > '2026-07-01T09:00:00+02:00'", PARIS).sql
    assert sql == "(__now > TIMESTAMP '2026-07-01 07:00:00Z')"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("profile.seen_at", "timestamp"),
        ("profile.born_date", "timestamp_ntz"),
        ("profile.note", "timestamp_ntz"),
        ("local_now()", "timestamp_ntz"),
    ],
)
def test_an_instant_is_a_timestamp_and_all_else_local_time(text: str, kind: str) -> None:
    assert compile_expression(text, SCOPE, "instant").type == kind


@pytest.mark.parametrize("name", ["list", "map", "array", "date", "order", "end", "type", "case", "interval"])
def test_columns_may_have_names_that_mean_something_to_sql(name: str) -> None:
    scope = Scope({name: "array<string>"}, None, None)
    assert compile_expression(f"profile.{name}[0]", scope).sql == f"get(profile.`{name}`, 0)"
