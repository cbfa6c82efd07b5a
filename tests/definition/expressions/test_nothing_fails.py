"""Whatever is let through never fails, whatever the data are, and has the type that was said."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from parcours.definition.expressions import Compiled, Expected, ExpressionError, Scope, compile_expression
from parcours.definition.expressions.functions import FUNCTIONS
from tests.definition.expressions.nasty import NAMES, PARIS, SCOPE, nasty_frame, run

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

LITERALS = (
    *("'5'", "3", "-1", "0", "1.5", "2e3", "true", "NULL", "now()", "local_now()", "'2026-03-01'", "'^a(.)'", "256"),
    *(
        "INTERVAL 3 DAYS",
        "INTERVAL 2 HOURS",
        "INTERVAL 5 MONTHS",
        "DATE '2026-03-01'",
        "TIMESTAMP '2026-03-01 00:00:00'",
    ),
    *("'yyyy-MM-dd'", "'month'", "'Europe/Paris'", "'HOST'", "'MON'", "'$.a.b'", "9223372036854775807L"),
)
UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
MOMENTS = ("profile.day", "profile.at", "profile.local", "profile.text", "event.at", "now()")
CLAUSES = (
    *(
        "profile.text LIKE 'a!%' ESCAPE '!'",
        "profile.text RLIKE '(x|y){0,100}z'",
        "profile.text IN (1, event.whole, 'a')",
    ),
    *("profile.day BETWEEN event.text AND now()", "CASE profile.text WHEN 1 THEN 'a' WHEN 5 THEN now() END"),
    *("transform(profile.items, x -> x.price / x.n)", "aggregate(profile.nums, 0, (sum, x) -> sum + x)"),
    *("filter(profile.nums, (x, i) -> x * x + i > 1)", "exists(event.items, x -> x.price > x.sku)"),
    *(
        "transform(profile.days, d -> d + INTERVAL 1 DAY)",
        "profile.items[0].n - 1",
        "profile.items.price",
        "profile.map.a",
    ),
    *("profile.days[profile.long]", "element_at(profile.tags, profile.int)", "array('a', 1, now())", "-profile.tiny"),
    *("coalesce(profile.fine, profile.long)", "profile.fine * profile.huge", "profile.huge / profile.fine"),
)


@pytest.fixture(scope="module")
def frame(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> DataFrame:
    return nasty_frame(spark, tmp_path_factory.mktemp("nasty"))


def let_through(texts: Iterable[str], scope: Scope, expect: Expected | None = None) -> Iterator[tuple[str, Compiled]]:
    """Those of the texts that are expressions."""
    for text in texts:
        try:
            yield text, compile_expression(text, scope, expect)
        except ExpressionError:
            continue


def calls(name: str, chance: random.Random) -> Iterator[str]:
    """Calls of a function with anything in them, without end."""
    function = FUNCTIONS[name]
    most = function.least + 2 if function.most is None else function.most
    while True:
        arguments = [
            chance.choice(NAMES if chance.random() < 0.6 else LITERALS) for _ in range(chance.randint(0, most))
        ]
        yield f"{name}({', '.join(arguments)})"


def test_no_function_fails(frame: DataFrame) -> None:
    compiled: dict[str, Compiled] = {}
    for name in FUNCTIONS:
        some = (text for text, _ in zip(calls(name, random.Random(name)), range(30_000), strict=False))
        for (text, one), _ in zip(let_through(some, SCOPE), range(3), strict=False):
            compiled[text] = one
    called = {text.partition("(")[0] for text in compiled}
    assert set(FUNCTIONS) - called == {"isnan", "nanvl"}, "each was tried, but for those that are always refused"
    assert run(frame, compiled) == []


@pytest.mark.parametrize("operator", ["=", "<", "<=>", "+", "-", "*", "/", "%", "div", "||"])
def test_no_operator_fails(frame: DataFrame, operator: str) -> None:
    chance = random.Random(operator)
    pairs = [f"{left} {operator} {right}" for left in NAMES for right in (*NAMES, *LITERALS)]
    chance.shuffle(pairs)
    assert run(frame, dict(let_through(pairs[:300], SCOPE))) == []


def test_no_cast_and_no_clause_fails(frame: DataFrame) -> None:
    kinds = ("int", "double", "decimal(5,2)", "string", "date", "timestamp", "timestamp_ntz", "boolean", "tinyint")
    casts = [f"CAST({name} AS {kind})" for name in NAMES for kind in kinds]
    assert run(frame, dict(let_through([*casts, *CLAUSES], SCOPE))) == []


def test_no_reckoning_with_time_fails(frame: DataFrame) -> None:
    texts = [f"date_trunc('{unit}', {moment})" for unit in UNITS for moment in MOMENTS]
    texts += [f"datediff({unit}, {moment}, profile.day)" for unit in UNITS for moment in MOMENTS]
    texts += [f"dateadd({unit}, profile.long, {moment})" for unit in UNITS for moment in MOMENTS]
    texts += [f"EXTRACT({unit} FROM {moment})" for unit in UNITS for moment in MOMENTS]
    texts += [f"{left} < {right}" for left in MOMENTS for right in MOMENTS]
    assert run(frame, dict(let_through(texts, PARIS))) == []


def test_no_format_fails(frame: DataFrame) -> None:
    printing = (
        "yyyy",
        "yy",
        "MMMM",
        "LLL",
        "dd",
        "DDD",
        "EEEE",
        "a hh",
        "k",
        "K",
        "mm:ss.SSSSSS",
        "Q",
        "qqqq",
        "z",
        "XXX",
        "Z",
    )
    reading = (
        "y",
        "yyyy",
        "MMM d",
        "D yyyy",
        "hh a",
        "yyyyMMdd",
        "dd-MM-yyyyHHmmss",
        "yyyy-MM-dd HH:mm:ssXXX",
        "S",
        "Z",
    )
    texts = [f"date_format({moment}, '{form}')" for form in printing for moment in MOMENTS]
    texts += [
        f"to_timestamp({text}, '{form}')" for form in reading for text in ("profile.text", "event.text", "event.day")
    ]
    compiled = dict(let_through(texts, SCOPE))
    assert len(compiled) == len(texts)
    assert run(frame, compiled) == []


@pytest.mark.parametrize("expect", ["boolean", "string", "instant"])
def test_no_expected_kind_fails(frame: DataFrame, expect: Expected) -> None:
    texts = (*NAMES, "profile.at + INTERVAL 9000 YEARS", "profile.day + 3", "dateadd(DAY, profile.long, profile.at)")
    assert run(frame, dict(let_through(texts, PARIS, expect))) == []
