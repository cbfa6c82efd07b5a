"""Who is a member now beside who was: the stays that start, end, or tell something else."""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, MapType, StructType

STARTS, ENDS, TELLS, GOES = "starts", "ends", "tells", "goes"
CHANGE = "__change"


def members_of(result: DataFrame, profile_column: str) -> DataFrame:
    """A query's rows as `profile_id` and `attributes`, every further column as text; null where there is none."""
    further = [field for field in result.schema.fields if field.name != profile_column]
    profile = F.col(f"`{profile_column}`").cast("string").alias("profile_id")
    if not further:
        return result.select(profile, F.lit(None).cast("map<string,string>").alias("attributes"))
    texts = []
    for field in further:
        is_nested = isinstance(field.dataType, MapType | ArrayType | StructType)
        column = F.col(f"`{field.name}`")
        texts.append(F.to_json(column) if is_nested else column.cast("string"))
    names = F.array(*(F.lit(field.name) for field in further))
    told = F.map_filter(F.map_from_arrays(names, F.array(*texts)), lambda _, value: value.isNotNull())
    return result.select(profile, told.alias("attributes"))


def changed_stays(members: DataFrame, stays: DataFrame, audience_id: str, at: datetime) -> DataFrame:
    """The stays of one audience that change so that its members at `at` are `members`, each with its CHANGE.

    | at `at`          | is a member                         | is none                                        |
    | ---------------- | ----------------------------------- | ---------------------------------------------- |
    | a stay goes on   | tells, where attributes differ      | ends at `at`; goes, where it began at `at`     |
    | none does        | starts; tells, where one ended then | nothing                                        |

    A stay that ended at that very moment goes on instead, and one that began then goes: so a refresh that is run again
    for its moment replaces what it said before. A stay that starts ends where a later one is known to start.
    `members` is unique on profile_id; a profile has one stay at a moment at most.
    """
    moment = F.lit(at)
    end = F.col("exited_at")
    goes_on = (F.col("entered_at") <= moment) & (end.isNull() | (end > moment))
    stay = F.struct("entered_at", "exited_at", "attributes")
    known = stays.groupBy("profile_id").agg(
        F.max_by(stay, F.when(goes_on, F.col("entered_at"))).alias("current"),
        F.max_by(stay, F.when(end == moment, F.col("entered_at"))).alias("just_ended"),
        F.min(F.when(F.col("entered_at") > moment, F.col("entered_at"))).alias("next_start"),
    )
    said = members.select("profile_id", F.col("attributes").alias("told"), F.lit(True).alias("is_member"))
    both = said.join(known, on="profile_id", how="full")
    is_member, is_inside = F.coalesce("is_member", F.lit(False)), F.col("current").isNotNull()
    has_ended_now = ~is_inside & F.col("just_ended").isNotNull()
    differs = ~_entries(F.col("told")).eqNullSafe(_entries(F.col("current.attributes")))
    change = (
        F.when(is_member & is_inside, F.when(differs, TELLS))
        .when(is_member, F.when(has_ended_now, TELLS).otherwise(STARTS))
        .when(is_inside, F.when(F.col("current.entered_at") == moment, GOES).otherwise(ENDS))
    )
    entered = F.coalesce("current.entered_at", F.when(has_ended_now, F.col("just_ended.entered_at")), moment)
    exited = F.when(is_inside & is_member, F.col("current.exited_at")).when(is_member, F.col("next_start"))
    return (
        both.withColumn(CHANGE, change)
        .where(F.col(CHANGE).isNotNull())
        .select(
            F.lit(audience_id).alias("audience_id"),
            "profile_id",
            entered.alias("entered_at"),
            F.when(is_member, exited).otherwise(moment).alias("exited_at"),
            F.when(is_member, F.col("told")).otherwise(F.col("current.attributes")).alias("attributes"),
            CHANGE,
        )
    )


def inside_count(stays: DataFrame, at: datetime) -> DataFrame:
    """One row: how many stays go on at a moment."""
    end = F.col("exited_at")
    return stays.agg(
        F.count_if((F.col("entered_at") <= F.lit(at)) & (end.isNull() | (end > F.lit(at)))).alias("inside")
    )


def _entries(column: Column) -> Column:
    """A map, which Spark doesn't compare, as its sorted entries; one without entries is none."""
    return F.when(F.size(column) > 0, F.array_sort(F.map_entries(column)))
