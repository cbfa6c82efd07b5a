"""What can't be called, and what to write instead. Whatever else isn't on the allow-list is an unknown function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from parcours.definition.problems import Mistake


@dataclass(frozen=True)
class Refusal:
    """Why a function can't be called, and what to write instead."""

    why: str
    remedy: str | None = None


CHANGES = "differs from run to run"
OUTSIDE = "reaches outside of the data"
AGGREGATE = "is over many rows, and an expression sees one profile at a time"
WINDOW = "is over many rows, and an expression sees one profile at a time"
ROWS = "makes rows, and an expression is one value"
WALL_CLOCK = "is the time of the job, not of the instance"
LOCAL_DAY = "write to_date(local_now())"


def _each(names: str, refusal: Refusal) -> dict[str, Refusal]:
    return {name: refusal for name in names.split()}


REFUSED: Mapping[str, Refusal] = {
    **_each("current_date curdate", Refusal(WALL_CLOCK, LOCAL_DAY)),
    **_each("current_timestamp current_time getdate sysdate systimestamp", Refusal(WALL_CLOCK, "write now()")),
    **_each("localtimestamp localtime", Refusal(WALL_CLOCK, "write local_now()")),
    **_each(
        "rand randn random randstr uniform shuffle",
        Refusal(CHANGES, "use a split, or pmod(xxhash64(profile.profile_id), 100)"),
    ),
    **_each("uuid", Refusal(CHANGES, "write journey.instance_id")),
    **_each(
        "monotonically_increasing_id spark_partition_id input_file_name input_file_block_start input_file_block_length "
        "version current_timezone",
        Refusal(CHANGES),
    ),
    **_each(
        "reflect java_method try_reflect current_user user session_user current_catalog current_database "
        "current_schema secret read_files http_get ai_query",
        Refusal(OUTSIDE),
    ),
    **_each("assert_true raise_error", Refusal("stops the job")),
    **_each("sleep", Refusal("waits in the job", "use a wait step")),
    **_each(
        "count count_if sum avg mean first first_value last last_value any_value bool_and bool_or every some "
        "collect_list collect_set array_agg string_agg listagg max_by min_by stddev variance median mode percentile "
        "approx_percentile percentile_approx approx_count_distinct corr kurtosis skewness histogram_numeric grouping",
        Refusal(AGGREGATE, "over an array write aggregate, exists, size or array_max"),
    ),
    **_each("max", Refusal(AGGREGATE, "write greatest(a, b), or array_max(array)")),
    **_each("min", Refusal(AGGREGATE, "write least(a, b), or array_min(array)")),
    **_each("row_number rank dense_rank percent_rank cume_dist ntile lag lead nth_value window", Refusal(WINDOW)),
    **_each(
        "explode explode_outer posexplode posexplode_outer inline inline_outer stack json_tuple",
        Refusal(ROWS, "over an array write filter, transform or exists"),
    ),
}


def refusal(name: str) -> Mistake:
    """What to say of a function that is refused."""
    found = REFUSED[name.lower()]
    return Mistake(f"{name} {found.why}", found.remedy)
