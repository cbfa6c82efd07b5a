"""Which cells of a file make which columns of a table, by name alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parcours.definition.problems import UserError, did_you_mean
from parcours.jobs.files import Read
from parcours.tables import SOURCES, Table
from parcours.transforms.shape import Shape

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEFAULTS = {"suppressions": ("list",)}
"""Columns of a key that a file may lack: what is absent has a default."""


@dataclass(frozen=True)
class Matched:
    """How a file's cells make columns, and the names of those that the table has no place for."""

    shape: Shape
    left_out: tuple[str, ...]


def match(read: Read, table: Table, stored: Mapping[str, str], renames: Mapping[str, str]) -> Matched:
    """The shape of a file for a table of these columns; UserError where names don't fit.

    `stored` has the type of each column that the table holds. Case doesn't tell columns apart. Only profiles take
    columns that the table lacks.
    """
    names = _renamed(read, renames)
    known = {name.lower(): name for name in stored}
    cells: dict[str, str] = {}
    entries: dict[str, dict[str, str]] = {}
    left_out = []
    for name, cell in names.items():
        column, dot, key = name.partition(".")
        column = known.get(column.lower(), column)
        if dot and stored.get(column, "").startswith("map<"):
            entries.setdefault(column, {})[key] = cell
        elif not dot and column in stored:
            _take(read, cells, column, name, cell)
        elif table.name != "profiles":
            left_out.append(name)
        elif not PLAIN.fullmatch(name):
            what = f"'{name}' can't be a column, which has letters, digits and _ only"
            raise UserError(f"{read.name}: {what} (--map new_name='{name}')")
        else:
            _take(read, cells, known.setdefault(name.lower(), name), name, cell)
    _check_key(read, table, cells, names)
    return Matched(Shape(cells, entries), tuple(left_out))


def _take(read: Read, cells: dict[str, str], column: str, name: str, cell: str) -> None:
    if column in cells:
        raise UserError(f"{read.name}: '{name}' is {column} a second time (rename one of them: --map new='{name}')")
    cells[column] = cell


def _renamed(read: Read, renames: Mapping[str, str]) -> dict[str, str]:
    """The cells by name, those that the user maps under their new one."""
    names = {name.strip(): cell for name, cell in read.columns.items()}
    for new, old in renames.items():
        if old not in names:
            hint = did_you_mean(old, names) or f"its columns are {', '.join(names)}"
            raise UserError(f"{read.name}: --map {new}={old}: no column '{old}' ({hint})")
    moved = {new: names[old] for new, old in renames.items()}
    kept = {name: cell for name, cell in names.items() if name not in renames.values()}
    for new in moved:
        if new in kept:
            raise UserError(
                f"{read.name}: --map {new}={renames[new]}: there is a column '{new}' already (rename it too)"
            )
    return {**kept, **moved}


def _check_key(read: Read, table: Table, cells: Mapping[str, str], names: Mapping[str, str]) -> None:
    optional: Sequence[str] = DEFAULTS.get(table.name, ())
    for column in table.key:
        if column not in cells and column not in optional:
            # Only `load` renames.
            what = f"--map {column}=<its name in the file>" if table.name in SOURCES else "call it so in the file"
            hint = f"{what}; the file has {', '.join(names) or 'no columns'}"
            raise UserError(f"{read.name}: no column '{column}' ({hint})")
