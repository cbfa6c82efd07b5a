"""The reference page of all tables, rendered from what they say of themselves (docs/tables.md)."""

from collections.abc import Iterable

from parcours.tables import DAILY, ENGINE, SOURCES, Table

INTRODUCTION = """# Tables

Made from `parcours/tables` by `python -m parcours.tables.reference`; don't edit it here.

Plain Delta tables at `<warehouse>/<table>`: Spark SQL, DuckDB, Polars and delta-rs read them, with the comments below.
Instants are UTC. A row whose `tick_until` is later than the last `until` in `ticks` belongs to a tick that hasn't
committed; whoever must never see a tick half done reads each table at its version in `ticks.table_versions`.
"""


def reference_page() -> str:
    """The page as Markdown: one section for each kind of table, one heading for each table."""
    sections = (
        ("Read by the engine", SOURCES.values()),
        ("Written by the engine", ENGINE.values()),
        ("For analysts", DAILY.values()),
    )
    return INTRODUCTION + "".join(_section(title, tables) for title, tables in sections)


def _section(title: str, tables: Iterable[Table]) -> str:
    return f"\n## {title}\n" + "".join(_table(table) for table in tables)


def _table(table: Table) -> str:
    lines = [f"\n### `{table.name}`\n", f"{table.comment}  ", f"Key: {_names(table.key)}."]
    if table.partitioned_by:
        lines[-1] += f" Partitioned by {_names(table.partitioned_by)}."
    lines += ["", "| column | type | null | what it holds |", "| --- | --- | --- | --- |"]
    for column in table.columns:
        null = "yes" if column.nullable else "no"
        lines.append(f"| `{column.name}` | {column.type} | {null} | {column.comment} |")
    return "\n".join(lines) + "\n"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference_page())
