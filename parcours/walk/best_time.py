"""The local hour in which a profile opens and clicks most (decision 8): a question, and when a wait for it ends."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from parcours.definition.expressions.terms import quoted
from parcours.walk import clock
from parcours.walk.atoms import NONE, Integers
from parcours.walk.cells import Cell

if TYPE_CHECKING:
    from parcours.walk.walk import Walk


def best_hour(channel: str) -> str:
    """Spark SQL text of the hour, 0 to 23, the earlier of several; null where nothing was opened before `__now`.

    Reads `__engaged` (by channel the moments of earlier ticks' sends being opened, in microseconds), and
    `__engaged_now` (those of this tick's sends).
    """
    known = f"concat(coalesce(__engaged[{quoted(channel)}], array()), coalesce(__engaged_now, array()))"
    local = "hour(CAST(from_utc_timestamp(timestamp_micros(at), zone_name) AS TIMESTAMP_NTZ))"
    hours = f"transform(filter({known}, at -> at < unix_micros(__now)), at -> {local})"
    counted = "transform(sequence(0, 23), h -> named_struct('n', size(filter(hours, x -> x = h)), 'h', -h))"
    best = f"IF(size(hours) = 0, NULL, -array_max({counted}).h)"
    return f"CAST(try_element_at(transform(array({hours}), hours -> {best}), 1) AS BIGINT)"


def end_of(walk: Walk, cell: Cell, hours: Integers, within: int, at: int) -> Integers | None:
    """When the wait of each atom is over: at the next start of its hour, or `at` where that is too late, or none is.

    None while the zone isn't known.
    """
    ends = np.full(len(cell.atoms), at)
    for hour in np.unique(hours[hours != NONE]):
        mine = hours == hour
        starts = walk.answers.by_zone(cell.part(mine), partial(_next_start, int(hour), at))
        if starts is None:
            return None
        ends[mine] = np.where(starts <= at + within, starts, at)
    return ends


def _next_start(hour: int, at: int, zone: str) -> int:
    return clock.next_local_moment(dt.time(hour), None, 0, at, zone)
