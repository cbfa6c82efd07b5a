"""What became of a table's rows between two versions: one row a key, with what it was before."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

IS_NEW = "is_new"
FORMER = "former"


def from_inserts(rows: DataFrame) -> DataFrame:
    """Rows that were all inserted, and are unique by their key because loads merge by it."""
    return rows.withColumn(IS_NEW, F.lit(True)).withColumn(FORMER, F.lit(None).cast(rows.schema.simpleString()))


def from_feed(feed: DataFrame, key: Sequence[str]) -> DataFrame:
    """Rows of a change feed that stand at its end, one a key; `former` is what the key held before the feed began."""
    columns = [name for name in feed.columns if name not in ("_change_type", "_commit_version", "_commit_timestamp")]
    # Within a commit what a key was comes before what it is; a key has at most one of each there.
    comes_after = F.col("_change_type").isin("insert", "update_postimage").cast("int")
    order = F.struct("_commit_version", comes_after)
    row = F.struct(*(F.col(f"`{name}`") for name in columns))
    ends = feed.groupBy(*(F.col(f"`{name}`") for name in key)).agg(
        F.min_by(row, order).alias("first"),
        F.min_by("_change_type", order).alias("first_change"),
        F.max_by(row, order).alias("last"),
        F.max_by("_change_type", order).alias("last_change"),
    )
    is_new = F.col("first_change") == "insert"
    standing = ends.where(F.col("last_change") != "delete")
    return standing.select("last.*", is_new.alias(IS_NEW), F.when(~is_new, F.col("first")).alias(FORMER))


def from_snapshots(before: DataFrame | None, now: DataFrame, key: Sequence[str]) -> DataFrame:
    """Rows of `now` that are not in `before` as they are, one a key; for tables that keep no change feed."""
    if before is None:
        return from_inserts(now)
    shared = [name for name in now.columns if name in before.columns]
    former = before.select(F.struct(*(F.col(f"`{name}`") for name in now.columns if name in shared)).alias("was"))
    same_key = _all_equal([F.col(f"`{name}`") for name in key], [F.col(f"was.`{name}`") for name in key])
    joined = now.join(former, on=same_key, how="left")
    differs = [
        ~comparable(joined, name).eqNullSafe(comparable(joined, name, of="was")) for name in shared if name not in key
    ]
    is_new = F.col("was").isNull()
    changed = joined.where(_any([is_new, *differs]))
    row = F.struct(*(F.col(f"was.`{name}`") if name in shared else F.lit(None).alias(name) for name in now.columns))
    return changed.select(
        *(F.col(f"`{name}`") for name in now.columns), is_new.alias(IS_NEW), F.when(~is_new, row).alias(FORMER)
    )


def comparable(frame: DataFrame, name: str, *, of: str | None = None) -> Column:
    """A column in a form that can be compared: a map, which Spark doesn't compare, as its sorted entries."""
    column = F.col(f"{of}.`{name}`") if of else F.col(f"`{name}`")
    return F.array_sort(F.map_entries(column)) if isinstance(frame.schema[name].dataType, MapType) else column


def _all_equal(left: Sequence[Column], right: Sequence[Column]) -> Column:
    result = left[0] == right[0]
    for one, other in zip(left[1:], right[1:], strict=True):
        result = result & (one == other)
    return result


def _any(conditions: Sequence[Column]) -> Column:
    result = conditions[0]
    for condition in conditions[1:]:
        result = result | condition
    return result
