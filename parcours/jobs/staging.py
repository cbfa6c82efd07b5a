"""A load before it counts: its files read, shaped, typed and judged row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.expectations.rules import NO_PROFILE, OVERLAP, REPEATED, UNREADABLE, Rule, rules_of
from parcours.jobs.columns import Matched, match
from parcours.jobs.files import BLOCK, ROW, Read, read_file
from parcours.jobs.files import UNREADABLE as UNREADABLE_CELL
from parcours.jobs.store import Store
from parcours.tables import FIRST_ROW_STANDS, Table
from parcours.transforms.judge import REFUSALS, figures, judged, overlapping
from parcours.transforms.merge import compared, last_of_each_column, one_a_key
from parcours.transforms.shape import TEXT, VALUE_TYPES, shaped, value_fits

FILE = "__file"
PLACE = (FILE, BLOCK, ROW)
WIDER = {frozenset({"bigint", "double"}): "double", frozenset({"date", "timestamp"}): "timestamp"}


@dataclass(frozen=True)
class Staged:
    """The rows of a load, kept in memory or on disk until released, and what is known of them.

    `says` has, by column, the numbers of the files that have it. `new_columns` are the types of those that the table
    lacks. `stored` is the table's rows at the load's start; None where it has none.
    """

    store: Store
    table: Table
    files: tuple[str, ...]
    rows: DataFrame
    stored: DataFrame | None
    rules: tuple[Rule, ...]
    texts: tuple[str, ...]
    says: Mapping[str, frozenset[int]]
    new_columns: Mapping[str, str]
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> DataFrame:
        """The rows that no rule refuses."""
        return self.rows.where(F.size(REFUSALS) == 0)

    def says_of(self, columns: Sequence[str]) -> dict[str, Column]:
        """For each column whether a row says something of it: whether its file has the column."""
        return {name: F.col(FILE).isin(*sorted(self.says.get(name, frozenset({-1})))) for name in columns}

    def release(self) -> None:
        """Frees what was kept."""
        self.rows.unpersist()


def stage(store: Store, table: Table, files: Sequence[str], renames: Mapping[str, str]) -> Staged:
    """The files' rows, judged. UserError for a file or a column name that can't be used."""
    stored, types = _stored(store, table)
    reads = [read_file(store.spark, name) for name in files]
    matched = [match(read, table, types, renames) for read in reads]
    new_columns = _new_columns(store, reads, matched, types)
    types |= new_columns
    rules = _rules(store, table, types)
    texts = [*types, *sorted({name for each in matched for name in each.shape.text_cells} - types.keys()), "row"]
    rows = _union([_shaped(*each, types, texts) for each in enumerate(zip(reads, matched, strict=True))])
    if table.name == "suppressions":
        rows = rows.withColumn("list", F.coalesce("list", F.lit("suppress")))
    errors = {rule.reason: rule.breaks for rule in rules if rule.is_error and rule.breaks}
    warnings = {rule.reason: rule.breaks for rule in rules if not rule.is_error and rule.breaks}
    says = {
        name: frozenset(number for number, each in enumerate(matched) if name in each.shape.columns) for name in types
    }
    return Staged(
        store=store,
        table=table,
        files=tuple(files),
        rows=judged(rows, errors, warnings).persist(),
        stored=stored,
        rules=rules,
        texts=tuple(texts),
        says=says,
        new_columns=new_columns,
        notes=_notes(table, matched),
    )


def _stored(store: Store, table: Table) -> tuple[DataFrame | None, dict[str, str]]:
    """The rows that the table has, None for none, and the type of each of its columns."""
    if not store.exists(table.name):
        return None, {column.name: column.type for column in table.columns}
    delta = store.delta(table.name)
    rows = store.read(table.name, delta.version())
    return (rows if delta.file_uris() else None), dict(rows.dtypes)


def _shaped(number: int, each: tuple[Read, Matched], types: Mapping[str, str], texts: Sequence[str]) -> DataFrame:
    read, matched = each
    kept = [F.lit(number).alias(FILE), F.col(BLOCK), F.col(ROW), F.col(UNREADABLE_CELL)]
    return shaped(read.frame, matched.shape, types, texts, kept, row=F.col(UNREADABLE_CELL))


def _union(frames: Sequence[DataFrame]) -> DataFrame:
    rows = frames[0]
    for frame in frames[1:]:
        rows = rows.unionByName(frame)
    return rows


def _rules(store: Store, table: Table, types: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of the rows, and those between rows, which have no condition of their own."""
    project = store.project
    of_rows = rules_of(table, types, events=project.events, channels=frozenset(project.channels))
    # Of a row that can't be read nothing else is said.
    readable = [Rule(rule.reason, f"{UNREADABLE_CELL} IS NULL AND ({rule.breaks})", rule.is_error) for rule in of_rows]
    between = [Rule(REPEATED, "", is_error=False)]
    if table.name == "audience_members":
        between += [Rule(OVERLAP, ""), Rule(NO_PROFILE, "", is_error=False)]
    return (Rule(UNREADABLE, f"{UNREADABLE_CELL} IS NOT NULL"), *readable, *between)


def _notes(table: Table, matched: Sequence[Matched]) -> dict[str, int]:
    """Warnings about columns, by how many files have them."""
    notes: dict[str, int] = {}
    for name in (name for each in matched for name in each.left_out):
        hint = f"; --map attributes.{name}={name} keeps it" if "attributes" in table.column_names else ""
        note = f"column '{name}' is left out, {table.name} has none of that name{hint}"
        notes[note] = notes.get(note, 0) + 1
    return notes


def _new_columns(
    store: Store, reads: Sequence[Read], matched: Sequence[Matched], types: Mapping[str, str]
) -> dict[str, str]:
    """The type of each column that the table lacks: of profiles.yaml, or else of its values; all null is a string."""
    declared = store.project.profiles or {}
    names = dict.fromkeys(name for each in matched for name in each.shape.cells if name not in types)
    found: dict[str, set[str]] = {name: set() for name in names}
    for read, each in zip(reads, matched, strict=True):
        undeclared = {name: cell for name, cell in each.shape.cells.items() if name in names and name not in declared}
        for name, kind in _types_of(read, undeclared).items():
            found[name].add(kind)
    return {name: declared.get(name) or _common(found[name]) for name in names}


def _common(kinds: set[str]) -> str:
    return kinds.copy().pop() if len(kinds) == 1 else WIDER.get(frozenset(kinds), "string")


def _types_of(read: Read, cells: Mapping[str, str]) -> dict[str, str]:
    """The type of each column as the file tells it, or as its texts do; none where all is null."""
    told = {read.columns_by_cell[cell]: cell for cell in cells.values()}
    types = {name: read.types.get(column) for column, cell in told.items() for name in cells if cells[name] == cell}
    open_ones = {name: cell for name, cell in cells.items() if types[name] in (None, "moment or string")}
    fits: dict[str, str] = {name: kind for name, kind in types.items() if kind is not None and name not in open_ones}
    if not open_ones:
        return fits
    tests = [
        test.alias(f"{name}.{kind}")
        for name, cell in open_ones.items()
        for kind, test in zip(
            VALUE_TYPES, value_fits(F.col(cell), only_moments=types[name] is not None), strict=True
        )
    ]
    answers = read.frame.agg(*tests).collect()[0].asDict()
    for name in open_ones:
        of_all = [answers[f"{name}.{kind}"] for kind in VALUE_TYPES]
        if any(answer is not None for answer in of_all):
            fits[name] = next((kind for kind, answer in zip(VALUE_TYPES, of_all, strict=True) if answer), "string")
    return fits


def unique_rows(staged: Staged, *, has_repeated: bool) -> DataFrame:
    """The sound rows, one a key: the first or the last of the load, as the table has it; columns as they will stand."""
    columns = [name for name in staged.says if name not in staged.table.key]
    rows = staged.sound.select(*staged.table.key, *columns, *PLACE)
    if not has_repeated:
        return rows
    if staged.table.name in FIRST_ROW_STANDS:
        return one_a_key(rows, staged.table.key, PLACE, first=True)
    if len(staged.files) == 1 or len({files for files in staged.says.values() if files}) == 1:
        return one_a_key(rows, staged.table.key, PLACE, first=False)
    return last_of_each_column(rows, staged.table.key, PLACE, staged.says_of(columns))


def as_it_will_stand(staged: Staged, rows: DataFrame) -> DataFrame:
    """Unique rows of a load beside those stored, each with what becomes of it."""
    assert staged.stored is not None
    columns = [name for name in staged.says if name not in staged.table.key]
    says = {
        name: F.col(f"__says_{name}") if f"__says_{name}" in rows.columns else of_file
        for name, of_file in staged.says_of(columns).items()
    }
    return compared(rows, staged.stored, staged.table.key, says)
