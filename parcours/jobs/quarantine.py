"""Where refused rows stand: a Delta table for each input table, the rows as text with the reason."""

from datetime import UTC, datetime

from deltalake import DeltaTable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.jobs.files import BLOCK, ROW, line_numbers
from parcours.jobs.schemas import delta_schema
from parcours.jobs.staging import FILE, PLACE, Staged
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


def keep_refused(staged: Staged, refused: DataFrame) -> None:
    """Appends refused rows: each text as the file had it, `reason`, `file`, `loaded_at`.

    A text whose name is one of ours has `row_` before it; what no column's name may hold becomes _.
    """
    path = quarantine_path(staged.store, staged.table.name)
    _ensure(path, staged.table.name)
    texts = []
    for name in staged.texts:
        told = {"comment": f"{name}, as the file had it."}
        texts.append(F.col(f"{TEXT}.`{name}`").alias(_shown(name), metadata=told))
    file = F.get(F.array(*(F.lit(name) for name in staged.files)), F.col(FILE)).alias("file")
    reason = F.concat_ws("; ", REFUSALS).alias("reason")
    now = F.lit(datetime.now(UTC)).alias("loaded_at")
    rows = refused.select(reason, file, now, *texts)
    rows.write.format("delta").mode("append").option("mergeSchema", "true").save(path)


def _shown(name: str) -> str:
    plain = "".join(letter if letter.isalnum() else "_" for letter in name)
    return f"row_{plain}" if plain in {column.name for column in OURS} else plain


def first_places(staged: Staged, refused: DataFrame) -> dict[str, str]:
    """By reason where its first row stands: the file, and the line where it is a local text."""
    place = F.struct(*PLACE)
    by_reason = refused.select(F.explode(REFUSALS).alias("reason"), place.alias("place"))
    firsts = by_reason.groupBy("reason").agg(F.min("place").alias("place")).collect()
    # Rows are numbered within a block, and blocks follow one another in the file.
    blocks = staged.rows.groupBy(FILE, BLOCK).agg(F.min(ROW).alias("first"), F.count(F.lit(1)).alias("count")).collect()
    places = {}
    for row in firsts:
        number, block, position = row.place
        before = sum(each["count"] for each in blocks if each[FILE] == number and each[BLOCK] < block)
        start = next(each["first"] for each in blocks if each[FILE] == number and each[BLOCK] == block)
        index = before + position - start
        file = staged.files[number]
        line = line_numbers(file, [index]).get(index)
        places[row.reason] = f"in {file}" if line is None else f"{file}:{line}"
    return places


def _ensure(path: str, table: str) -> None:
    if DeltaTable.is_deltatable(path):
        return
    description = "The load that brought it was refused as a whole; mend the file, and load it again."
    page = Table(f"quarantine/{table}", f"a row of {table} that was refused", description, (), OURS)
    DeltaTable.create(path, schema=delta_schema(page), mode="ignore", name=page.name, description=page.comment)
