"""What lookups find: rows of tables beside the movers, by key (specification 1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.definition.checks.graph import steps_before
from parcours.transforms.dispatch import choose, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.findings import Found
from parcours.walk.plan import Version

PREFIX = "lookup."
"""Before the name of a lookup in an instance's context, where what it found stays as JSON."""


def with_lookups(movers: DataFrame, agenda: Agenda, tables: Mapping[str, DataFrame]) -> DataFrame:
    """Adds a column for each lookup of each version: what is there now for whoever still comes to it, else what it
    found when it was passed."""
    found = movers
    for version in agenda.versions:
        for step, lookup in version.lookups.items():
            found = _looked_up(found, version, step, lookup, tables.get(lookup.table))
    return found


def _looked_up(movers: DataFrame, version: Version, step: str, lookup: Found, table: DataFrame | None) -> DataFrame:
    kept = f"context[{quoted(PREFIX + lookup.name)}]"
    was = f"from_json({kept}, {quoted(lookup.type)})"
    if table is None or lookup.is_uncertain:  # who passes it in the tick sees it by its layer
        return movers.withColumn(lookup.column, F.expr(was))
    found = with_finding(movers, lookup, table, f"version = {version.index}")
    before = ", ".join(quoted(other) for other in sorted(steps_before(step, version.journey)))
    is_to_come = f"step_id IS NULL OR step_id IN ({before})" if before else "step_id IS NULL"
    value = f"IF({is_to_come}, {FINDING}, {was})"
    return found.withColumn(lookup.column, F.expr(value)).drop(FINDING)


FINDING = "__finding"


def with_finding(movers: DataFrame, lookup: Found, table: DataFrame, wanted: str) -> DataFrame:
    """Adds what the lookup finds in the table now, for the movers that are wanted (SQL text); null for others."""
    present = {name.lower(): name for name in table.columns}
    row = ", ".join(
        f"{quoted(name)}, try_cast({_column(present, name)} AS {kind})" for name, kind in lookup.columns.items()
    )
    keys = [f"__key_{number}" for number in range(len(lookup.key))]
    texts = [f"{_column(present, name)} AS {key}" for name, key in zip(lookup.key, keys, strict=True)]
    is_whole = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    rows = table.selectExpr(*texts, f"named_struct({row}) AS __row").where(is_whole)
    one = "sort_array(collect_list(__row))" if lookup.is_many else "min(__row)"
    by_key = rows.groupBy(*keys).agg(F.expr(f"CAST({one} AS {lookup.type}) AS {FINDING}"))
    kinds = dict(by_key.dtypes)
    # A key that doesn't fit the column's type finds nothing. Unique on the key, so the join adds no rows.
    same = [f"try_cast(({text}) AS {kinds[key]}) = {key}" for text, key in zip(lookup.key.values(), keys, strict=True)]
    return movers.join(by_key, on=F.expr(f"{wanted} AND {' AND '.join(same)}"), how="left").drop(*keys)


def _column(present: Mapping[str, str], name: str) -> str:
    known = present.get(name.lower())
    return f"`{known}`" if known else "CAST(NULL AS STRING)"


def with_findings(agenda: Agenda) -> Column:
    """The instance's context with what its lookups in `looked_up` have found in the tick."""
    if not any(version.lookups for version in agenda.versions):
        return F.col("context")
    passed = f"filter({kept_of(agenda)}, kept -> array_contains(looked_up, kept.step))"
    added = f"transform({passed}, kept -> struct(kept.name, kept.value))"
    names = f"transform({passed}, kept -> kept.name)"
    # What it had found by the same name in another version is no more.
    kept = f"map_filter(coalesce(context, map()), (name, value) -> NOT array_contains({names}, name))"
    return F.expr(f"IF(size(looked_up) = 0, context, map_concat({kept}, map_from_entries({added})))")


def kept_of(agenda: Agenda) -> str:
    """Spark SQL text of what is added to the context: the findings of the lookups in `looked_up` (ids of steps)."""
    texts = []
    for version in agenda.versions:
        entries = [
            f"named_struct('step', {quoted(step)}, 'name', {quoted(PREFIX + found.name)}, "
            f"'value', coalesce(to_json({found.column}), ''))"
            for step, found in version.lookups.items()
        ]
        texts.append(f"array({', '.join(entries)})" if entries else "")
    none = "CAST(array() AS ARRAY<STRUCT<step:STRING,name:STRING,value:STRING>>)"
    return choose(texts, none)
