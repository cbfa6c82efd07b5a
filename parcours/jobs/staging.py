"""A load before it counts: its files read, shaped, typed and judged row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.expectations.rules import NO_PROFILE, OVERLAP, REPEATED, UNREADABLE, Rule, rules_of
from parcours.jobs.column_types import new_column_types
from parcours.jobs.columns import match
from parcours.jobs.files import BLOCK, ROW, Read, read_file
from parcours.jobs.files import UNREADABLE as UNREADABLE_ROW
from parcours.jobs.store import Store
from parcours.tables import Table
from parcours.transforms.judge import REFUSALS, judged
from parcours.transforms.shape import Shape, shaped

FILE = "__file"
PLACE = (FILE, BLOCK, ROW)
WHOLE_ROW = "unreadable_row"


@dataclass(frozen=True)
class Staged:
    """The judged rows of a load, kept in memory or on disk until released, and what is known of them.

    `stored` is the table as it stood at the load's start, None where it has no rows; `types` has every column that it
    will have, `new_columns` those that it lacks; `says` the numbers of the files that have a column; `texts` the names
    in the rows' TEXT; `notes` warnings about columns, by how many files they concern.
    """

    store: Store
    table: Table
    files: tuple[str, ...]
    rows: DataFrame
    stored: DataFrame | None
    types: Mapping[str, str]
    new_columns: tuple[str, ...]
    says: Mapping[str, frozenset[int]]
    texts: tuple[str, ...]
    rules: tuple[Rule, ...]
    notes: Mapping[str, int]

    @property
    def sound(self) -> DataFrame:
        """The rows that no rule of a row refuses."""
        return self.rows.where(F.size(REFUSALS) == 0)

    @property
    def other_columns(self) -> list[str]:
        """The columns besides the key."""
        return [name for name in self.types if name not in self.table.key]

    def says_of(self, name: str) -> Column:
        """Whether a row says something of a column: whether its file has it."""
        return F.col(FILE).isin(*sorted(self.says[name])) if self.says[name] else F.lit(False)


def stage(store: Store, table: Table, names: Sequence[str], renames: Mapping[str, str]) -> Staged:
    """The files' rows, judged. UserError for a file or a column name that can't be used."""
    stored, types = _stored(store, table)
    reads = [read_file(store.spark, name) for name in names]
    matched = [match(read, table, types, renames) for read in reads]
    files = [(read, each.shape) for read, each in zip(reads, matched, strict=True)]
    new = new_column_types(files, types, store.project.profiles or {})
    types = types | new
    cells = {name for _, shape in files for name in shape.text_cells}
    texts = (*types, *sorted(cells - types.keys()), WHOLE_ROW)
    rules = _rules(store, table, types)
    return Staged(
        store=store,
        table=table,
        files=tuple(names),
        rows=_judged(table, files, types, texts, rules).persist(),
        stored=stored,
        types=types,
        new_columns=tuple(new),
        says={name: frozenset(n for n, (_, shape) in enumerate(files) if name in shape.columns) for name in types},
        texts=texts,
        rules=rules,
        notes=_notes(table, [name for each in matched for name in each.left_out]),
    )


def _stored(store: Store, table: Table) -> tuple[DataFrame | None, dict[str, str]]:
    """The rows that the table has, None for none, and the type of each of its columns."""
    known = {column.name: column.type for column in table.columns}
    if not store.exists(table.name):
        return None, known
    delta = store.delta(table.name)
    rows = store.read(table.name, delta.version())
    return (rows if delta.file_uris() else None), known | dict(rows.dtypes)


def _judged(
    table: Table,
    files: Sequence[tuple[Read, Shape]],
    types: Mapping[str, str],
    texts: Sequence[str],
    rules: Sequence[Rule],
) -> DataFrame:
    frames = []
    for number, (read, shape) in enumerate(files):
        numbered = read.frame.withColumn(FILE, F.lit(number))
        kept = (*PLACE, UNREADABLE_ROW)
        frames.append(shaped(numbered, shape.with_text(WHOLE_ROW, UNREADABLE_ROW), types, texts, kept))
    rows = reduce(DataFrame.unionByName, frames)
    if table.name == "suppressions":
        # Which list is the only part of a key that has a default.
        rows = rows.withColumn("list", F.coalesce("list", F.lit("suppress")))
    errors = {rule.reason: rule.breaks for rule in rules if rule.is_error and rule.breaks}
    warnings = {rule.reason: rule.breaks for rule in rules if not rule.is_error and rule.breaks}
    # A row may be refused for what another one says: only then is it known whose text is wanted.
    keeps_text = any(rule.is_error and not rule.breaks for rule in rules)
    return judged(rows, errors, warnings, keeps_text=keeps_text)


def _rules(store: Store, table: Table, types: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of rows, and those between rows, which have no condition of their own."""
    project = store.project
    of_rows = rules_of(table, types, events=project.events, channels=frozenset(project.channels))
    # Of a row that can't be read nothing else is said.
    readable = [Rule(rule.reason, f"{UNREADABLE_ROW} IS NULL AND ({rule.breaks})", rule.is_error) for rule in of_rows]
    between = [Rule(REPEATED, "", is_error=False)]
    if table.name == "audience_members":
        between += [Rule(OVERLAP, ""), Rule(NO_PROFILE, "", is_error=False)]
    return (Rule(UNREADABLE, f"{UNREADABLE_ROW} IS NOT NULL"), *readable, *between)


def _notes(table: Table, left_out: Sequence[str]) -> dict[str, int]:
    notes: dict[str, int] = {}
    for name in left_out:
        hint = f"; --map attributes.{name}={name} keeps it" if "attributes" in table.column_names else ""
        note = f"column '{name}' is left out: {table.name} has none of that name{hint}"
        notes[note] = notes.get(note, 0) + 1
    return notes
