"""Says where two sets of rows differ, for people: the first instance that went another way, both ways side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, list[dict[str, Any]]]

KEYS = {
    **dict.fromkeys(("step_outcomes", "deliveries", "journey_instances", "profile_updates"), "instance_id"),
    "audience_members": "profile_id",
}
"""What the rows of a table are compared by."""


NAMES = ("journey_id", "profile_id", "instance_id")


def compare(ours: Rows, theirs: Rows, names: tuple[str, str] = ("engine", "oracle")) -> str:
    """What differs, '' where nothing does. The order of rows counts for nothing."""
    reports = [_compare_table(table, ours[table], theirs[table], names) for table in KEYS]
    return "\n\n".join(report for report in reports if report)


def _compare_table(table: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]], names: tuple[str, str]) -> str:
    mine, other = _by_key(table, ours), _by_key(table, theirs)
    differing = [instance for instance in {**mine, **other} if _counted(mine[instance]) != _counted(other[instance])]
    if not differing:
        return ""
    first = min(differing, key=lambda instance: _first_difference(mine[instance], other[instance]))
    sample, what = (mine[first] or other[first])[0], KEYS[table].removesuffix("_id")
    head = (
        f"{table}: {len(differing)} {what}s of {len({**mine, **other})} differ"
        f" ({len(ours)} rows in {names[0]}, {len(theirs)} in {names[1]})."
        f" The first: {', '.join(sample[name] for name in NAMES if name in sample)}"
    )
    return "\n".join([head, *_side_by_side(table, mine[first], other[first], names)])


def _by_key(table: str, rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[KEYS[table]]].append(row)
    return found


def _counted(rows: Iterable[Row]) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


def _first_difference(mine: list[dict[str, Any]], other: list[dict[str, Any]]) -> str:
    """The earliest moment of a row that only one of them has."""
    only = (_counted(mine) - _counted(other)) + (_counted(other) - _counted(mine))
    return min(str(_moment(dict(row))) for row in only)


def _moment(row: Row) -> Any:
    names = ("occurred_at", "send_at", "updated_at", "ended_at", "entered_at")
    return next((row[name] for name in names if row.get(name)), None)


def _side_by_side(
    table: str, mine: list[dict[str, Any]], other: list[dict[str, Any]], names: tuple[str, str]
) -> list[str]:
    left, right = ([_told(table, row) for row in sorted(rows, key=_place)] for rows in (mine, other))
    width = max(len(line) for line in (*left, names[0]))
    lines = [f"    {names[0]:{width}}   {names[1]}"]
    for one, two in zip_longest(left, right, fillvalue=""):
        lines.append(f"  {' ' if one == two else '≠'} {one:{width}}   {two}")
    return lines


def _place(row: Row) -> tuple[str, int, str]:
    return str(_moment(row)), row.get("sequence", 0), str(row.get("step_id"))


def _told(table: str, row: Row) -> str:
    if table != "step_outcomes":
        hidden = ("instance_id", "journey_id", "profile_id", "delivery_id")
        return " ".join(f"{name}={value}" for name, value in row.items() if name not in hidden and value is not None)
    path = f" {row['path']}" if row["path"] else ""
    reason = f" ({row['reason']})" if row["reason"] else ""
    place = f"v{row['journey_version']} {row['sequence']:2} {row['occurred_at']} {row['step_id']}:{row['step_type']}"
    return f"{place} {row['outcome']}{path}{reason}"
