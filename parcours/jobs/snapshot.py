"""A file of members: who is in an audience, and what is told of each."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from parcours.jobs.columns import match
from parcours.jobs.files import BLOCK, ROW, UNREADABLE, format_of, read_file
from parcours.jobs.store import Store
from parcours.tables import Column, Table
from parcours.transforms.shape import Shape, shaped

SNAPSHOT = Table(
    name="snapshot",
    grain="a member",
    description="What a file of members holds.",
    key=("profile_id",),
    columns=(
        Column("profile_id", "string", "The member.", nullable=False),
        Column("attributes", "map<string,string>", "What is told of the member."),
    ),
)


def members_of_file(store: Store, name: str) -> DataFrame:
    """`profile_id` and `attributes` of each member; of one who stands twice the last row.

    RefreshRefused where a row can't be read or names nobody.
    """
    from parcours.jobs.audiences import RefreshRefused

    format_of(name)  # before Spark starts, which takes seconds
    read = read_file(store.spark, name)
    types = {column.name: column.type for column in SNAPSHOT.columns}
    matched = match(read, SNAPSHOT, types, {})
    entries = {key: cell for key, cell in read.columns.items() if key in matched.left_out}
    attributes = {**entries, **matched.shape.entries.get("attributes", {})}
    shape = Shape(matched.shape.cells, {"attributes": attributes} if attributes else {})
    rows = shaped(read.frame, shape, types, ["profile_id"], (BLOCK, ROW, UNREADABLE))
    bad = rows.where(F.col(UNREADABLE).isNotNull() | F.col("profile_id").isNull()).count()
    if bad:
        what = "1 row" if bad == 1 else f"{bad} rows"
        raise RefreshRefused(
            f"{name}: {what} without a profile_id that can be read; nothing was changed (mend the file)"
        )
    # The place in the file is unique, so the last row of a member is certain.
    latest = Window.partitionBy("profile_id").orderBy(F.col(BLOCK).desc(), F.col(ROW).desc())
    numbered = rows.withColumn("__number", F.row_number().over(latest))
    return numbered.where(F.col("__number") == 1).select("profile_id", "attributes")
