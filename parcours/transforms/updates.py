"""What update_profile set: movers ⋈ trails → the rows of profile_updates."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.tables.engine import PROFILE_UPDATES
from parcours.transforms.dispatch import by_version, local_time, quoted
from parcours.transforms.layers import Seen
from parcours.transforms.written import text_of
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version


def updates(walked: DataFrame, rows: DataFrame, agenda: Agenda, seen: Seen) -> DataFrame:
    """The rows of `profile_updates`."""
    steps = rows.where("step_type = 'update_profile' AND outcome = 'passed'").select(
        "trail", F.col("step_id").alias("at_step_id"), "position", "at", "passed"
    )
    written = seen(walked.join(steps, on="trail", how="inner")).withColumns(  # a row an update
        {"step_id": F.col("at_step_id"), "__now": F.timestamp_micros("at"), "__local_now": local_time("at")}
    )
    none = f"CAST(array() AS ARRAY<{ASSIGNED}>)"
    each = F.explode(by_version([_assigned(version) for version in agenda.versions], none))
    return (
        written.withColumn("assigned", each)  # here an update becomes its columns
        .select("*", "assigned.*")
        .withColumns(
            {
                "updated_at": F.col("__now"),
                "tick_until": F.timestamp_micros(F.lit(agenda.until)),
                "sequence": (F.col("sequence") + F.col("position")).cast("int"),
                "source_value": F.lit(None).cast("string"),
            }
        )
        .select(*PROFILE_UPDATES.column_names)
    )


ASSIGNED = "struct<column:string,value:string,former_value:string>"


def _assigned(version: Version) -> str:
    cases = []
    for step, assigned in version.assignments.items():
        listed = ", ".join(
            f"named_struct('column', {quoted(column)}, 'value', {text_of(to.sql, to.type)}, "
            f"'former_value', {text_of(f'profile.`{column}`', to.type)})"
            for column, to in assigned.items()
        )
        cases.append(f"WHEN {quoted(step)} THEN array({listed})")
    return f"CASE step_id {' '.join(cases)} END" if cases else ""
