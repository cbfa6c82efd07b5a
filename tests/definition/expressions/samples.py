"""A scope for the tests of expressions, and frames to run them on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from parcours.definition.expressions import Expected, ExpressionError, Scope, compile_expression

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PROFILE = {
    "profile_id": "string",
    "tier": "string",
    "note": "string",
    "age": "int",
    "points": "bigint",
    "spend": "double",
    "price": "decimal(10,2)",
    "huge": "decimal(38,0)",
    "is_vip": "boolean",
    "born_date": "date",
    "seen_at": "timestamp",
    "consents": "map<string,string>",
    "tags": "array<string>",
    "scores": "array<int>",
    "address": "struct<city:string,floor:int>",
}
EVENT = {
    "amount": "double",
    "count": "int",
    "sku": "string",
    "at": "timestamp",
    "day": "date",
    "items": "array<struct<sku:string,price:double>>",
}
SCOPE = Scope(PROFILE, EVENT, {"best": "string"})
PARIS = Scope(PROFILE, EVENT, {"best": "string"}, zone="Europe/Paris")

ADA = """named_struct('profile_id', 'ada', 'tier', 'gold', 'note', ' 12.5 ', 'age', 30, 'points', 9007199254740993L,
    'spend', 99.5D, 'price', 19.99BD, 'huge', CAST(5 AS DECIMAL(38,0)), 'is_vip', true, 'born_date', DATE '1990-02-28',
    'seen_at', TIMESTAMP '2026-02-27 23:30:00Z', 'consents', map('email', 'n', 'sms', 'y'), 'tags', array('a', 'b'),
    'scores', array(3, 1), 'address', named_struct('city', 'Paris', 'floor', 2))"""
ADA_EVENT = """map('amount', '50.5', 'count', '3', 'sku', 'x-1', 'at', '2026-03-01T08:00:00+02:00', 'day', '2026-03-01',
    'items', '[{"sku": "x", "price": 10.5}, {"sku": "y", "price": 2}]')"""
NOW = "TIMESTAMP '2026-03-01 22:30:00Z'"
LOCAL_NOW = "TIMESTAMP_NTZ '2026-03-01 23:30:00'"


def frame(spark: SparkSession, profile: str = ADA, event: str = ADA_EVENT) -> DataFrame:
    """One row with all that expressions read. It is kept from the optimiser, so that nothing is folded away."""
    types = ",".join(f"{name}:{kind}" for name, kind in PROFILE.items())
    row = spark.sql(
        f"""SELECT CAST({profile} AS struct<{types}>) AS profile, CAST({event} AS map<string,string>) AS event,
        map('best', '120') AS audience, {NOW} AS __now, {LOCAL_NOW} AS __local_now,
        named_struct('id', 'promo', 'version', 2, 'instance_id', 'i1', 'entered_at', {NOW}) AS journey"""
    )
    return spark.createDataFrame(row.rdd, row.schema)


def values(frame: DataFrame, texts: Iterable[str], scope: Scope = SCOPE, expect: Expected | None = None) -> list[Any]:
    """What the expressions are worth on the frame's only row."""
    columns = [f"{compile_expression(text, scope, expect).sql} AS c{n}" for n, text in enumerate(texts)]
    return list(frame.selectExpr(*columns).collect()[0])


def problems(text: str, scope: Scope = SCOPE, expect: Expected | None = None) -> str:
    """What is said of a wrong expression, a line each; nothing where it is right."""
    try:
        compile_expression(text, scope, expect)
    except ExpressionError as error:
        return "\n".join(what + (f" ({remedy})" if remedy else "") for what, remedy in error.problems)
    return ""
