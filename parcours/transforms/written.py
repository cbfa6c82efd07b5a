"""What journeys have written in a tick, as it comes to stand in profiles and audiences once the tick is committed."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

from parcours.transforms.dispatch import quoted
from parcours.transforms.stays import STAYS, stays_after

NESTED = ("map<", "array<", "struct<")


# --------------------------------------------------------------------------------------------------- profile columns
def text_of(value: str, kind: str) -> str:
    """Spark SQL text of a value as text, from which `value_of` makes it again: nested ones are JSON."""
    return f"to_json({value})" if kind.startswith(NESTED) else f"CAST({value} AS STRING)"


def value_of(text: str, kind: str) -> str:
    """Spark SQL text of the value that stands there as text; null where it doesn't fit the type."""
    return f"from_json({text}, {quoted(kind)})" if kind.startswith(NESTED) else f"try_cast({text} AS {kind})"


def last_values(updates: DataFrame, columns: Mapping[str, str], *others: str) -> DataFrame:
    """One row a profile: for each column a struct (`value`, and others) of what was set last, null where nothing was.

    `columns` has their types. Last in order of time, then of instances, then as each did it (2.2).
    """
    ordered = updates.withColumn("__order", F.struct("tick_until", "updated_at", "instance_id", "sequence"))
    chosen = ", ".join(("value", *others))
    set_last = {name: f"max_by(struct({chosen}), __order) FILTER (WHERE `column` = {quoted(name)})" for name in columns}
    by_profile = ordered.groupBy("profile_id").agg(*(F.expr(text).alias(name) for name, text in set_last.items()))
    typed = {
        name: F.expr(
            f"IF(`{name}` IS NULL, NULL, named_struct('value', {value_of(f'`{name}`.value', kind)}"
            + "".join(f", {quoted(other)}, `{name}`.{other}" for other in others)
            + "))"
        )
        for name, kind in columns.items()
    }
    return by_profile.select("profile_id", *(value.alias(name) for name, value in typed.items()))


def with_updates(source: DataFrame, updates: DataFrame, columns: Mapping[str, str]) -> DataFrame:
    """The profiles of a source that is never written, with what was set last laid over them.

    Where the source says something else than it did when a column was set, that counts: a later load wins.
    """
    last = last_values(updates, columns, "source_value")
    laid = source.join(last.select("profile_id", F.struct(*columns).alias("__set")), on="profile_id", how="left")
    values = {}
    for name, kind in columns.items():
        there = f"`{name}`" if name in source.columns else f"CAST(NULL AS {kind})"
        is_as_it_was = f"__set.`{name}` IS NOT NULL AND {text_of(there, kind)} <=> __set.`{name}`.source_value"
        values[name] = F.expr(f"IF({is_as_it_was}, __set.`{name}`.value, {there})")
    return laid.withColumns(values).drop("__set")


def with_source_values(updates: DataFrame, source: DataFrame) -> DataFrame:
    """The updates with what the source says of their columns."""
    kinds = dict(source.dtypes)
    names = sorted(set(source.columns) - {"profile_id"})
    entries = ", ".join(f"{quoted(name)}, {text_of(f'`{name}`', kinds[name])}" for name in names)
    told = source.select("profile_id", F.expr(f"map({entries})" if entries else "map('', '')").alias("__said"))
    joined = updates.drop("source_value").join(told, on="profile_id", how="left")  # one row a profile
    said = F.expr("__said[`column`]").alias("source_value")
    return joined.select(*(said if name == "source_value" else F.col(f"`{name}`") for name in updates.columns))


def changed_profiles(last: DataFrame, stored: DataFrame, pinned: DataFrame | None) -> DataFrame:
    """The profiles that change, with all columns that anybody set: as they will stand.

    `pinned` are the profiles as the tick read them, where they have changed since: a column that a load has changed
    stays as it was loaded.
    """
    names, kinds = [name for name in last.columns if name != "profile_id"], dict(stored.dtypes)
    joined = last.join(_apart(stored, names, "stored", kinds), on="profile_id", how="inner")  # one row a profile
    if pinned is not None:
        joined = joined.join(_apart(pinned, names, "pinned", kinds), on="profile_id", how="left")
    columns, differs = [], F.lit(False)
    for name in names:
        now = F.col(f"stored.`{name}`")
        counts = F.col(f"`{name}`").isNotNull()
        if pinned is not None:
            counts = counts & _comparable(stored, now, name).eqNullSafe(
                _comparable(stored, F.col(f"pinned.`{name}`"), name)
            )
        value = F.when(counts, F.col(f"`{name}`.value")).otherwise(now)
        columns.append(value.alias(name))
        differs = differs | ~_comparable(stored, value, name).eqNullSafe(_comparable(stored, now, name))
    return joined.where(differs).select("profile_id", *columns)


def _apart(profiles: DataFrame, names: list[str], alias: str, kinds: Mapping[str, str]) -> DataFrame:
    """One row a profile: its columns of these names, null where there is none, as a struct."""
    known = [F.col(f"`{n}`") if n in profiles.columns else F.lit(None).cast(kinds[n]).alias(n) for n in names]
    return profiles.select("profile_id", F.struct(*known).alias(alias))


def _comparable(frame: DataFrame, column: Column, name: str) -> Column:
    """A map, which Spark doesn't compare, as its sorted entries."""
    return F.array_sort(F.map_entries(column)) if isinstance(frame.schema[name].dataType, MapType) else column


# ------------------------------------------------------------------------------------------------------------- stays
def changed_stays(changes: DataFrame, stays: DataFrame) -> DataFrame:
    """The stays that change, as they will stand: (audience_id, profile_id, entered_at, exited_at, is_gone).

    `changes` has (audience_id, profile_id, at, instance_id, sequence, is_added): what instances did, `at` in
    microseconds. Who is a member already, or isn't one, stays as they are; a stay of no length was never there.
    """
    key = ["audience_id", "profile_id"]
    in_order = F.sort_array(F.collect_list(F.struct("at", "instance_id", "sequence", "is_added"))).alias("changes")
    by_member = changes.groupBy(*key).agg(in_order)
    times = F.struct(F.unix_micros("entered_at").alias("entered_at"), F.unix_micros("exited_at").alias("exited_at"))
    concerned = stays.join(by_member.select(*key), on=key, how="left_semi")
    before = concerned.groupBy(*key).agg(F.collect_list(times).cast(STAYS).alias("before"))
    joined = by_member.join(before, on=key, how="left").withColumn(  # one row an audience and profile
        "before", F.coalesce("before", F.array().cast(STAYS))
    )
    started, ended = (stays_after("known", "change.at", is_added=is_added) for is_added in (True, False))
    after = F.expr(f"aggregate(changes, before, (known, change) -> IF(change.is_added, {started}, {ended}))")
    found = joined.withColumn("after", after)
    kept = found.select(*key, "before", F.explode("after").alias("stay"), F.lit(False).alias("is_gone"))
    gone = found.select(
        *key,
        "before",
        F.explode(F.expr("filter(before, was -> NOT exists(after, is -> is.entered_at = was.entered_at))")).alias(
            "stay"
        ),
        F.lit(True).alias("is_gone"),
    )
    changed = kept.where("NOT exists(before, was -> was = stay)").unionByName(gone)
    return changed.select(
        *key,
        F.timestamp_micros("stay.entered_at").alias("entered_at"),
        F.timestamp_micros("stay.exited_at").alias("exited_at"),
        "is_gone",
    )
