"""Makes the Delta tables as they are defined, and adds to older ones the columns that they lack."""

from dataclasses import replace

from deltalake import DeltaTable

from parcours.jobs.schemas import delta_field, delta_schema
from parcours.tables import SOURCES, Table

# A tick finds what is new in a source by the change feed; nothing else needs it, and it costs a file a change.
CHANGE_FEED = {"delta.enableChangeDataFeed": "true"}


def make_table(path: str, table: Table) -> None:
    """Makes the table, empty, at a place where there is none."""
    DeltaTable.create(
        path,
        schema=delta_schema(table),
        mode="ignore",
        partition_by=list(table.partitioned_by),
        name=table.name,
        description=table.comment,
        configuration=_properties(table),
    )


def _properties(table: Table) -> dict[str, str | None]:
    found: dict[str, str | None] = dict(CHANGE_FEED if table.name in SOURCES else {})
    if table.skipped_by:
        found["delta.dataSkippingStatsColumns"] = ",".join(table.skipped_by)
    return found


def add_missing_columns(delta: DeltaTable, table: Table) -> None:
    """Adds the columns that have been added to the definition since the table was made."""
    present = {field.name for field in delta.schema().fields}
    missing = [column for column in table.columns if column.name not in present]
    if missing:
        # Null in the rows that are there, whatever it must be in ours: they would never be rewritten else.
        delta.alter.add_columns([delta_field(replace(column, nullable=True)) for column in missing])
