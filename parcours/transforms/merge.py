"""Rows of a load beside the rows of a table: which are new, which change one, which say what is known."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

KIND = "__kind"
INSERTED, UPDATED, UNCHANGED = "inserted", "updated", "unchanged"


def one_a_key(rows: DataFrame, key: Sequence[str], place: Sequence[str], *, first: bool) -> DataFrame:
    """Of the rows of one key the first or the last by their place. The place is unique, so the choice is certain."""
    others = [name for name in rows.columns if name not in key]
    choose = F.min_by if first else F.max_by
    chosen = choose(F.struct(*others), F.struct(*place)).alias("__chosen")
    return rows.groupBy(*key).agg(chosen).select(*key, "__chosen.*")


def last_of_each_column(
    rows: DataFrame, key: Sequence[str], place: Sequence[str], says: Mapping[str, Column]
) -> DataFrame:
    """One row a key: of each column what the last row said whose file has the column, and whether any did.

    As if the files had been loaded one after another.
    """
    placed = F.struct(*place)
    values = [F.max_by(name, F.when(has, placed)).alias(name) for name, has in says.items()]
    saying = [F.bool_or(has).alias(says_name(name)) for name, has in says.items()]
    return rows.groupBy(*key).agg(*values, *saying)


def says_name(column: str) -> str:
    """Under which name `last_of_each_column` tells whether any row said something of a column."""
    return f"__says_{column}"


def compared(rows: DataFrame, stored: DataFrame, key: Sequence[str], says: Mapping[str, Column]) -> DataFrame:
    """Each row as it will stand, with KIND: inserted, updated or unchanged. Rows and stored rows are unique on the key.

    `says` has, by column besides the key, whether a row says something of it; what it doesn't say stays as it was.
    """
    was = stored.select(F.struct(*(F.col(f"`{name}`") for name in stored.columns)).alias("__was"))
    same_key = F.lit(True)
    for name in key:
        same_key = same_key & (F.col(f"`{name}`") == F.col(f"__was.`{name}`"))
    joined = rows.join(was, on=same_key, how="left")
    columns: list[Column] = [F.col(f"`{name}`") for name in key]
    differs = F.lit(False)
    for name, says_it in says.items():
        new, kind = F.col(f"`{name}`"), rows.schema[name].dataType
        old = F.col(f"__was.`{name}`") if name in stored.columns else F.lit(None).cast(kind)
        columns.append(F.when(says_it, new).otherwise(old).alias(name))
        is_map = isinstance(kind, MapType)
        differs = differs | (says_it & ~_comparable(new, is_map).eqNullSafe(_comparable(old, is_map)))
    kind_of = F.when(F.col("__was").isNull(), INSERTED).when(differs, UPDATED).otherwise(UNCHANGED)
    return joined.select(*columns, kind_of.alias(KIND))


def beside_first(rows: DataFrame, stored: DataFrame, key: Sequence[str]) -> DataFrame:
    """Each row with KIND, inserted or unchanged: of a key that is stored the stored row stands."""
    known = stored.select(*key, F.lit(True).alias("__known"))
    kind = F.when(F.col("__known"), UNCHANGED).otherwise(INSERTED)
    return rows.join(known, on=list(key), how="left").withColumn(KIND, kind).drop("__known")


def _comparable(column: Column, is_map: bool) -> Column:
    """A map, which Spark doesn't compare, as its sorted entries."""
    return F.array_sort(F.map_entries(column)) if is_map else column
