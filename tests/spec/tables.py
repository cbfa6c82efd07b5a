"""Little text tables: a line of column names, then a line a row, cells parted by `|`.

An empty cell is null, `""` is an empty text, `¦` a bar in it, and `03-02 09:00` is
2026-03-02T09:00:00Z (2026-03-02 is a Monday). A column may say its Spark type: `score:int`. Lines that start with
`#` are remarks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MOMENT = re.compile(r"(\d\d-\d\d) (\d\d:\d\d)(:\d\d)?")
Row = dict[str, Any]


def read(table: str) -> list[Row]:
    """The rows, as text; columns without their types."""
    header, *lines = _lines(table)
    names = [name.partition(":")[0] for name in header]
    return [dict(zip(names, (_value(cell) for cell in line), strict=True)) for line in lines]


def types(table: str) -> dict[str, str]:
    """The Spark type of each column that says one."""
    header, *_ = _lines(table)
    return {name: kind for name, _, kind in (column.partition(":") for column in header) if kind}


def columns(table: str) -> list[str]:
    header, *_ = _lines(table)
    return [name.partition(":")[0] for name in header]


def write(names: Sequence[str], rows: Sequence[Mapping[str, Any]], marked: Sequence[bool] = ()) -> str:
    """A table of rows, those marked with `≠` before them."""
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(line[place]) for line in [list(names), *cells]) for place in range(len(names))]
    marks = ["  ", *("≠ " if place < len(marked) and marked[place] else "  " for place in range(len(rows)))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in [list(names), *cells]
    ]
    return "\n".join((mark + line).rstrip() for mark, line in zip(marks, lines, strict=True))


def moment(text: str) -> str:
    """The instant of `03-02 09:00`; other text as it is."""
    found = MOMENT.fullmatch(text)
    return f"2026-{found[1]}T{found[2]}{found[3] or ':00'}Z" if found else text


def _lines(table: str) -> list[list[str]]:
    kept = [line for line in table.strip().splitlines() if line.strip() and not line.strip().startswith("#")]
    return [[cell.strip() for cell in line.split("|")] for line in kept]


def _value(cell: str) -> str | None:
    return None if cell == "" else "" if cell == '""' else moment(cell.replace("¦", "|"))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    found = re.fullmatch(r"2026-(\d\d-\d\d)T(\d\d:\d\d)(:\d\d)Z", text)
    if found:
        return f"{found[1]} {found[2]}{'' if found[3] == ':00' else found[3]}"
    return text or '""'
