"""Where refused rows stand: a Delta table for each input table, the rows as text with the reason."""

from collections.abc import Sequence
from datetime import UTC, datetime

from deltalake import DeltaTable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.jobs.schemas import delta_schema
from parcours.jobs.store import Store
from parcours.tables import Column, Table
from parcours.transforms.judge import REFUSALS
from parcours.transforms.shape import TEXT

OURS = (
    Column("reason", "string", "Why the row was refused."),
    Column("file", "string", "The file that it stood in."),
    Column("loaded_at", "timestamp", "Wall clock of the load that was refused (UTC)."),
)


def quarantine_path(store: Store, table: str) -> str:
    """Where the refused rows of a table stand."""
    return f"{store.project.warehouse.rstrip('/')}/quarantine/{table}"


def keep_refused(store: Store, table: str, refused: DataFrame, files: Sequence[str], texts: Sequence[str]) -> None:
    """Appends refused rows: each text as the file had it, `reason`, `file`, `loaded_at`.

    A column of the file that bears one of our names, or a character that no column may, is written with `row_` before it
    or _ in its place.
    """
    path = quarantine_path(store, table)
    ours = {column.name for column in OURS}
    _ensure(path, table)
    columns = []
    for name in texts:
        shown = f"row_{name}" if name in ours else "".join(_ if _.isalnum() else "_" for _ in name)
        told = {"comment": f"{name}, as the file had it."}
        columns.append(F.col(f"{TEXT}.`{name}`").alias(shown, metadata=told))
    numbered = F.array(*(F.lit(file) for file in files))
    reason = F.concat_ws("; ", REFUSALS).alias("reason")
    file = F.get(numbered, F.col("__file")).alias("file")
    now = F.lit(datetime.now(UTC)).alias("loaded_at")
    rows = refused.select(reason, file, now, *columns)
    rows.write.format("delta").mode("append").option("mergeSchema", "true").save(path)


def _ensure(path: str, table: str) -> None:
    if DeltaTable.is_deltatable(path):
        return
    description = "The load that brought it was refused as a whole; mend the file, and load it again."
    page = Table(f"quarantine/{table}", f"a row of {table} that was refused", description, (), OURS)
    DeltaTable.create(path, schema=delta_schema(page), mode="ignore", name=page.name, description=page.comment)
