"""What lookups find: rows of tables beside the movers, by key (specification 1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import choose, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Found, Version

PREFIX = "lookup."
"""Before the name of a lookup in an instance's context, where what it found stays as JSON."""


def with_lookups(movers: DataFrame, agenda: Agenda, tables: Mapping[str, DataFrame]) -> DataFrame:
    """Adds a column for each lookup of each version: what was found when it was passed, else what is there now."""
    found = movers
    for version in agenda.versions:
        for lookup in version.lookups.values():
            found = _looked_up(found, version, lookup, tables.get(lookup.table))
    return found


def _looked_up(movers: DataFrame, version: Version, lookup: Found, table: DataFrame | None) -> DataFrame:
    kept = f"context[{quoted(PREFIX + lookup.name)}]"
    was = f"from_json({kept}, {quoted(lookup.type)})"
    if table is None:
        return movers.withColumn(lookup.column, F.expr(was))
    found = with_finding(movers, lookup, table, f"version = {version.index}")
    value = f"IF({kept} IS NOT NULL, {was}, {FINDING})"
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
