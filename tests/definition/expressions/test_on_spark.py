"""What expressions are worth when Spark computes them, worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from parcours.definition.expressions import Scope
from tests.definition.expressions.samples import ADA, PARIS, SCOPE, frame, values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

# Ada: gold, note ' 12.5 ', age 30, points 2^53 + 1, spend 99.5, price 19.99, born on 1990-02-28, seen at 23:30Z on
# 2026-02-27, email n, sms y, tags a b, scores 3 1, in Paris on floor 2. Her event: amount 50.5, count 3, two items at
# 10.5 and 2. It is 2026-03-01 22:30Z, 23:30 where she is.


@pytest.fixture(scope="module")
def ada(spark: SparkSession) -> DataFrame:
    return frame(spark).cache()


def check(frame: DataFrame, expected: dict[str, Any], scope: Scope = SCOPE) -> None:
    """Each expression is worth what stands beside it."""
    assert dict(zip(expected, values(frame, expected, scope), strict=True)) == expected


def test_text_compared_with_a_number_is_read_as_a_number(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.note > 12": True,
            "profile.note = 12.5": True,
            "profile.tier > 12": None,
            "audience.best > 99": True,
            "profile.note IN (1, 12.5)": True,
            "profile.age BETWEEN '29' AND '31'": True,
            "profile.age = '30'": True,
            "'9' < profile.age": True,
            "profile.points = 9007199254740993": True,
        },
    )


def test_text_compared_with_text_is_compared_as_text(ada: DataFrame) -> None:
    check(ada, {"event.sku = 'x-1'": True, "audience.best < '99'": True, "profile.tier || '!' = 'gold!'": True})


def test_text_compared_with_a_date_is_read_as_a_date(ada: DataFrame) -> None:
    check(
        ada,
        {
            "event.day = '2026-03-01'": True,
            "profile.born_date < '1990-03-01'": True,
            "profile.tier < profile.born_date": None,
            "profile.seen_at < '2026-02-27T23:30:01Z'": True,
        },
    )


def test_logic_knows_null(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.tier > 12 OR profile.is_vip": True,
            "profile.tier > 12 AND profile.is_vip": None,
            "NOT (profile.tier > 12)": None,
            "(profile.tier > 12) IS NULL": True,
            "(profile.tier > 12) IS NOT TRUE": True,
            "profile.consents['push'] = 'n'": None,
            "profile.consents['push'] <=> NULL": True,
            "profile.consents['email'] IS DISTINCT FROM 'n'": False,
        },
    )


def test_what_cannot_be_computed_is_null(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.age / 0": None,
            "profile.age % 0": None,
            "profile.age div 0": None,
            "2147483647 + profile.age": None,
            "profile.points * profile.points": None,
            "CAST(profile.tier AS INT)": None,
            "CAST(99999999999 * profile.age AS INT)": None,
            "to_date(profile.tier)": None,
            "to_date(profile.tier, 'dd.MM.yyyy')": None,
            "to_timestamp(concat(profile.tier, '!'))": None,
            "profile.tags[7]": None,
            "profile.tags[-1]": None,
            "element_at(profile.tags, 9)": None,
            "make_date(2026, 2, profile.age)": None,
            "sqrt(-profile.age)": None,
            "ln(profile.age - 30)": None,
            "profile.born_date + 99999999 * profile.age": None,
            "add_months(profile.born_date, 2147483647)": None,
            "profile.seen_at + profile.points * INTERVAL 1 DAY": None,
        },
    )


def test_arithmetic_keeps_the_types_of_spark(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.age + 1": 31,
            "profile.age / 4": 7.5,
            "profile.age div 4": 7,
            "profile.age % 4": 2,
            "-7 % 4": -3,
            "pmod(-7, 4)": 1,
            "-profile.age": -30,
            "profile.price * 2": Decimal("39.98"),
            "profile.price + 0.01": Decimal("20.00"),
            "profile.spend * 2": 199.0,
            "profile.note + 1": 13.5,
            "round(profile.price, 1)": Decimal("20.0"),
            "round(2.5)": Decimal("3"),
            "floor(profile.spend)": 99,
            "ceil(-0.5)": Decimal("0"),
            "abs(-profile.age)": 30,
            "greatest(1, profile.age, '40')": 40.0,
            "-profile.huge": Decimal("-5"),
        },
    )


def test_dates_move_by_days_and_by_intervals(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.born_date + 1": dt.date(1990, 3, 1),
            "date_add(profile.born_date, 2)": dt.date(1990, 3, 2),
            "profile.born_date - INTERVAL 1 MONTH": dt.date(1990, 1, 28),
            "add_months(profile.born_date, 12)": dt.date(1991, 2, 28),
            "dateadd(WEEK, 1, profile.born_date)": dt.date(1990, 3, 7),
            "datediff(DATE '1990-03-02', profile.born_date)": 2,
            "datediff(MONTH, profile.born_date, DATE '1991-03-27')": 12,
            "now() - profile.seen_at > INTERVAL 46 HOURS": True,
            "now() - profile.seen_at > INTERVAL 47 HOURS": False,
            "to_date(local_now()) - event.day = INTERVAL 0 DAYS": True,
            "months_between(DATE '1990-04-28', profile.born_date)": 2.0,
            "last_day(profile.born_date)": dt.date(1990, 2, 28),
            "next_day(profile.born_date, 'mon')": dt.date(1990, 3, 5),
            "trunc(profile.born_date, 'year')": dt.date(1990, 1, 1),
        },
    )


def test_parts_of_dates_are_read(ada: DataFrame) -> None:
    check(
        ada,
        {
            "year(profile.born_date)": 1990,
            "month(event.day)": 3,
            "dayofweek(local_now())": 1,
            "hour(local_now())": 23,
            "extract(HOUR FROM now())": 22,
            "date_part('minute', now())": 30,
            "date_format(profile.born_date, 'dd.MM.yyyy')": "28.02.1990",
            "date_trunc('HOUR', local_now())": dt.datetime.fromisoformat("2026-03-01 23:00"),
            "unix_timestamp(event.at)": 1772344800,
            "to_date('31/12/2025', 'dd/MM/yyyy')": dt.date(2025, 12, 31),
            "dayname(profile.born_date)": "Wed",
        },
    )


def test_a_local_time_in_the_journeys_zone_becomes_an_instant(ada: DataFrame) -> None:
    check(
        ada,
        {
            # 23:30 in Paris is 22:30Z; midnight of 1 March in Paris is 23:00Z the day before.
            "CAST(local_now() AS TIMESTAMP) = now()": True,
            "now() < event.day": False,
            "event.day + INTERVAL 23 HOURS < now()": True,
            "event.day + INTERVAL 24 HOURS < now()": False,
            "timestampadd(HOUR, 23, event.day) < now()": True,
            "TIMESTAMP '2026-03-01 23:30:00' = now()": True,
            "CAST(now() AS TIMESTAMP_NTZ) = local_now()": True,
            "DATE '2026-03-02' > now()": True,
        },
        PARIS,
    )


def test_text_functions_do_as_in_spark(ada: DataFrame) -> None:
    check(
        ada,
        {
            "upper(profile.tier)": "GOLD",
            "substring(profile.tier, 2, 2)": "ol",
            "SUBSTRING(profile.tier FROM 2 FOR 2)": "ol",
            "trim(profile.note)": "12.5",
            "TRIM(BOTH 'g' FROM profile.tier)": "old",
            "concat(profile.tier, '-', profile.age)": "gold-30",
            "concat_ws(',', profile.tags, 'c')": "a,b,c",
            "split(event.sku, '-')[1]": "1",
            "replace(event.sku, '-', '+')": "x+1",
            r"regexp_replace(event.sku, '(\\w)-(\\d)', '$2-$1')": "1-x",
            r"regexp_extract(event.sku, '(\\d+)')": "1",
            "lpad(profile.age, 5, '0')": "00030",
            "position('l' IN profile.tier)": 3,
            "startswith(profile.tier, 'go')": True,
            "length(profile.tier)": 4,
            "coalesce(profile.consents['push'], 'none')": "none",
            "nvl(profile.consents['push'], profile.age)": "30",
            "md5('a')": "0cc175b9c0f1b6a831c399e269772661",
            "get_json_object('{\"a\": {\"b\": 5}}', '$.a.b')": "5",
        },
    )


def test_patterns_are_matched(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.tier LIKE 'g%d'": True,
            "profile.tier NOT LIKE 'G%'": True,
            "profile.tier ILIKE 'G%'": True,
            r"'50%' LIKE '%\\%'": True,
            "'50%' LIKE '50!%' ESCAPE '!'": True,
            "profile.tier RLIKE '^(go|si)l?[a-d]+$'": True,
            "profile.tier RLIKE '^[a-z]{4}$'": True,
            r"event.sku RLIKE r'^\w-\d$'": True,
        },
    )


def test_case_takes_the_first_branch_that_is_true(ada: DataFrame) -> None:
    check(
        ada,
        {
            "CASE WHEN profile.tier > 1 THEN 'a' WHEN profile.age > 1 THEN 'b' ELSE 'c' END": "b",
            "CASE profile.tier WHEN 'gold' THEN 1 ELSE 0.5 END": Decimal("1.0"),
            "CASE WHEN profile.age < 1 THEN 'a' END": None,
            "IF(profile.is_vip, profile.age, 'none')": "30",
            "nullif(profile.tier, 'gold')": None,
        },
    )


def test_arrays_and_maps_are_reached_into(ada: DataFrame) -> None:
    check(
        ada,
        {
            "profile.tags[1]": "b",
            "element_at(profile.tags, -1)": "b",
            "array_contains(profile.scores, '3')": True,
            "size(profile.tags)": 2,
            "profile.consents.sms": "y",
            "profile.address.city": "Paris",
            "map_contains_key(profile.consents, 'push')": False,
            "array_join(profile.scores, '+')": "3+1",
            "array_max(profile.scores) + 1": 4,
            "event.items[1].sku": "y",
            "array_join(event.items.sku, '')": "xy",
            "exists(event.items, item -> item.price > 10)": True,
            "size(filter(event.items, item -> item.price > 10))": 1,
            "aggregate(event.items, 0D, (sum, item) -> sum + item.price)": 12.5,
            "transform(profile.scores, (x, i) -> x * 10 + i)": [30, 11],
            "forall(profile.scores, x -> x > profile.age)": False,
            "array('a', 1)": ["a", "1"],
        },
    )


def test_nan_counts_as_null(spark: SparkSession) -> None:
    profile = ADA.replace("99.5D", "double('NaN')")
    nan = frame(spark, profile, "map('amount', 'NaN')")
    check(
        nan,
        {
            "profile.spend > 5": None,
            "event.amount > 5": None,
            "profile.spend IS NULL": True,
            "coalesce(event.amount, 0)": 0.0,
            "profile.note * 1 > 5": True,
        },
    )


def test_a_time_of_day_in_data_is_no_instant(spark: SparkSession) -> None:
    # Spark would complete it by the day on which the job runs.
    odd = frame(spark, ADA, "map('at', '10:00', 'day', 'today')")
    check(odd, {"event.at": None, "event.day": None, "to_timestamp(event.sku)": None})


def test_instants_are_told_as_such_and_local_times_apart(ada: DataFrame) -> None:
    texts = ["profile.seen_at", "profile.born_date", "'2026-05-01 09:00'", "profile.tier", "local_now()", "NULL"]
    assert values(ada, texts, PARIS, "instant") == [
        dt.datetime.fromisoformat("2026-02-27 23:30"),
        dt.datetime.fromisoformat("1990-02-28 00:00"),
        dt.datetime.fromisoformat("2026-05-01 09:00"),
        None,
        dt.datetime.fromisoformat("2026-03-01 23:30"),
        None,
    ]


def test_an_address_is_text_whatever_its_column_is(ada: DataFrame) -> None:
    assert values(ada, ["profile.points", "profile.tier", "NULL"], SCOPE, "string") == [
        "9007199254740993",
        "gold",
        None,
    ]


def test_spark_does_not_read_its_variables_into_a_text(ada: DataFrame) -> None:
    assert values(ada, ["'${env:PATH} ${spark.master}'"]) == ["${env:PATH} ${spark.master}"]


def test_a_thousand_alternatives_are_not_too_many(ada: DataFrame) -> None:
    text = " OR ".join(f"profile.age={n}" for n in range(-900, 31))
    assert values(ada, [text]) == [True]
