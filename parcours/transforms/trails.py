"""What a walk found, as tables: who has which trail, what happens on each, and how it ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from parcours.walk import clock, steps
from parcours.walk.atoms import Integers
from parcours.walk.cells import Row
from parcours.walk.laid import Laid
from parcours.walk.layers import Layer, Passed
from parcours.walk.plan import Version
from parcours.walk.task import Result

PASSED = pa.list_(pa.struct([("step", pa.string()), ("at", pa.int64())]))
"""The steps of the layer in which something happened; null where there is none."""
TRAIL_ROWS = pa.schema(
    [
        ("trail", pa.int64()),
        ("position", pa.int32()),
        ("step_id", pa.string()),
        ("step_type", pa.string()),
        ("outcome", pa.string()),
        ("path", pa.string()),
        ("reason", pa.string()),
        ("at", pa.int64()),
        ("queued_at", pa.int64()),
        ("day", pa.date32()),
        ("send_rank", pa.int64()),
        ("sends_before", pa.int64()),
        ("sends_then", pa.int64()),
        ("passed", PASSED),
    ]
)
"""`send_rank` orders sends by channel, route and moment; so many sends have a smaller one, and so many this one."""
ENDINGS = pa.schema(
    [
        ("trail", pa.int64()),
        ("row_count", pa.int32()),
        ("status", pa.string()),
        ("end_reason", pa.string()),
        ("end_step_id", pa.string()),
        ("ended_at", pa.int64()),
        ("end_arrived_at", pa.int64()),
        ("end_wakes_at", pa.int64()),
        ("end_is_deferred", pa.bool_()),
        ("end_held", pa.string()),
        ("end_queue", pa.string()),
        ("looked_up", pa.list_(pa.string())),
        ("passed", PASSED),
    ]
)


@dataclass(frozen=True)
class Trails:
    """The result of a walk: `of` (alike, version, trail), the `rows` of each trail of which more is computed (sends,
    updates of profiles), how each ends, and all rows of all trails."""

    of: pa.Table
    rows: pa.Table
    endings: pa.Table
    laid: Laid
    rows_before: Integers
    """By trail, the place of its first row among those of the instance in the tick."""
    ways: frozenset[tuple[int, tuple[Passed, ...]]]
    """(version, steps) of all layers in these."""


def trails_of(result: Result, names: Sequence[str], counts: Integers) -> Trails:
    """The walk's result as tables, of atoms with these names, so many people each; who has no trail isn't there."""
    known = result.trail_of >= 0
    indexes = np.array([version.index for version, _, _ in result.trails] or [0])
    of = pa.table(
        {
            "alike": pa.array(names, pa.string()),
            "version": pa.array(indexes[result.trail_of], pa.int32()),
            "trail": pa.array(result.trail_of, pa.int64()),
        }
    ).filter(pa.array(known))
    laid = result.laid
    is_told = [row.outcome == "sent" or row.step_type == "update_profile" for _, row in laid.rows]
    rows: list[dict[str, Any]] = []
    endings: list[dict[str, object]] = []
    for number, (version, _, ending) in enumerate(result.trails):
        mine, before = laid.of(number), ending.rows_before
        found = [(place, laid.rows[one][1]) for place, one in enumerate(mine, before) if is_told[one]]
        rows += [{"trail": number, "position": place, **_told(row)} for place, row in found]
        past = [laid.rows[one][1] for one in mine] if version.lookups else []
        endings.append(
            {
                "trail": number,
                "row_count": before + len(mine),
                "status": ending.status,
                "end_reason": ending.reason,
                "end_step_id": ending.step_id,
                "ended_at": ending.ended_at,
                "end_arrived_at": ending.arrived_at,
                "end_wakes_at": ending.wakes_at,
                "end_is_deferred": ending.is_deferred,
                "end_held": ending.held,
                "end_queue": ending.queue,
                "looked_up": [row.step_id for row in past if row.step_type == "lookup" and row.outcome == "passed"],
                "passed": _steps(past[-1].layer) if past else None,
            }
        )
    people = np.bincount(result.trail_of[known], weights=counts[known], minlength=len(result.trails))
    _rank_sends(rows, [version for version, _, _ in result.trails], people)
    ways = frozenset((version.index, row.layer.passed) for version, row in laid.rows if row.layer.passed)
    tables = pa.Table.from_pylist(rows, TRAIL_ROWS), pa.Table.from_pylist(endings, ENDINGS)
    rows_before = np.array([ending.rows_before for _, _, ending in result.trails], dtype=np.int64)
    return Trails(of, *tables, laid, rows_before, ways)


def _told(row: Row) -> dict[str, Any]:
    """The row, with the layer in which it happened."""
    told = {**row._asdict(), "day": clock.moment_of(row.at).date(), "passed": _steps(row.layer)}
    del told["layer"]
    return told


def _steps(layer: Layer) -> list[dict[str, Any]] | None:
    return [passed._asdict() for passed in layer.passed] or None


def _rank_sends(rows: list[dict[str, Any]], versions: Sequence[Version], people: np.ndarray[Any, Any]) -> None:
    """Gives the rows of sends their places among all sends of the tick; `people` is how many each trail has."""
    sent: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["outcome"] == "sent":
            move = versions[row["trail"]].moves[row["step_id"]]
            assert isinstance(move, steps.Message), f"{row['step_id']} sends nothing"
            sent[move.step.channel, row["at"]].append(row)
    before = 0
    for rank, key in enumerate(sorted(sent)):
        then = int(sum(people[row["trail"]] for row in sent[key]))
        for row in sent[key]:
            row |= {"send_rank": rank, "sends_before": before, "sends_then": then}
        before += then
