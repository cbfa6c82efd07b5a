"""Rows against rules: each row keeps the reasons for which it is refused, and those for which it is only counted."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from parcours.transforms.shape import TEXT

REFUSALS, WARNINGS = "__refusals", "__warnings"


def judged(rows: DataFrame, errors: Mapping[str, str], warnings: Mapping[str, str], *, keeps_text: bool) -> DataFrame:
    """The rows with REFUSALS and WARNINGS: the reasons of the rules that they break, conditions in SQL.

    Unless it keeps them all, TEXT stays only where a row is refused: nobody reads it otherwise.
    """
    marked = rows.withColumns({REFUSALS: _reasons(errors), WARNINGS: _reasons(warnings)})
    return marked if keeps_text else marked.withColumn(TEXT, F.when(F.size(REFUSALS) > 0, F.col(TEXT)))


def _reasons(rules: Mapping[str, str]) -> Column:
    broken = [F.when(F.expr(breaks), F.lit(reason)) for reason, breaks in rules.items()]
    return F.array_compact(F.array(*broken)) if broken else F.array().cast("array<string>")


def figures(rows: DataFrame, key: Sequence[str], reasons: Sequence[str]) -> DataFrame:
    """One row: how many rows there are, how many of them repeat a key, then how many bear each reason, in their order.

    One pass: first by key, then over all.
    """
    borne = F.concat(REFUSALS, WARNINGS)
    is_sound = F.size(REFUSALS) == 0
    names = [f"n{number}" for number in range(len(reasons))]
    counts = [
        F.count_if(F.array_contains(borne, reason)).alias(name) for name, reason in zip(names, reasons, strict=True)
    ]
    of_keys = rows.groupBy(*key).agg(F.count(F.lit(1)).alias("rows"), F.count_if(is_sound).alias("sound"), *counts)
    repeated = F.sum(F.greatest(F.col("sound") - 1, F.lit(0))).alias("repeated")
    sums = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in ("rows", *names)]
    return of_keys.agg(sums[0], F.coalesce(repeated, F.lit(0)).alias("repeated"), *sums[1:])


def overlapping(stays: DataFrame) -> DataFrame:
    """The stays that overlap another one of the same profile in the same audience, without exited_at."""
    of_one = Window.partitionBy("audience_id", "profile_id").orderBy("entered_at")
    before = of_one.rowsBetween(Window.unboundedPreceding, -1)
    # A stay that goes on ends after all others.
    end = F.coalesce("exited_at", F.lit("9999-12-31 23:59:59").cast("timestamp"))
    starts_inside = F.max(end).over(before) > F.col("entered_at")
    is_crossed = F.lead("entered_at").over(of_one) < end
    overlaps = F.coalesce(starts_inside, F.lit(False)) | F.coalesce(is_crossed, F.lit(False))
    marked = stays.withColumn("__overlaps", overlaps)
    return marked.where("__overlaps").drop("__overlaps", "exited_at")
