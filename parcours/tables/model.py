"""What a table is, said once: its columns, their types and meaning, its grain and its key.

Spark schemas, Delta comments, expectations, test frames and the reference page all derive from these two classes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `type` is a Spark SQL type as DDL text; `values` is the closed list of what may stand there."""

    name: str
    type: str
    description: str
    unit: str | None = None
    nullable: bool = True
    values: tuple[str, ...] | None = None

    @property
    def comment(self) -> str:
        """The description with what bounds it, as it stands beside the column in Delta."""
        parts = [self.description]
        if self.unit:
            parts.append(f"Unit: {self.unit}.")
        if self.values:
            parts.append(f"One of: {', '.join(self.values)}.")
        return " ".join(parts)


@dataclass(frozen=True)
class Table:
    """One Delta table. `grain` says what one row is; `key` is what tells two rows apart.

    `skipped_by` are the columns of which the log keeps each file's least and greatest value; none: all of them.
    """

    name: str
    grain: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partitioned_by: tuple[str, ...] = ()
    # To keep the bounds of every text took Spark 40 percent of writing a million people's outcomes: nobody asks for a
    # range of digests.
    skipped_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [
            name for name in (*self.key, *self.partitioned_by, *self.skipped_by) if name not in self.column_names
        ]
        assert not unknown, f"{self.name}: {unknown} are no columns"
        assert len(set(self.column_names)) == len(self.columns), f"{self.name}: a column stands twice"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names, in the order in which the table holds them."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def comment(self) -> str:
        """What stands beside the table in Delta: what one row is, then what it is for."""
        return f"One row is {self.grain}. {self.description}"

    @property
    def ddl(self) -> str:
        """The columns as Spark DDL, for frames built from the table."""
        return ", ".join(
            f"`{column.name}` {column.type}{'' if column.nullable else ' NOT NULL'}" for column in self.columns
        )
