"""Joins rows of a table by key (1.3)."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from typing import Any

from tests.oracle.expressions import compared, evaluate
from tests.oracle.journeys import Instance
from tests.oracle.tables import Row
from tests.oracle.world import World


def look_up(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    """Goes on with what it found, if only to `on_error`: with nothing found and nowhere to go it has failed."""
    step = instance.step
    found = _rows(world, instance, moment)
    instance.found.pop(step["as"], None)  # what it found by that name in another version
    if found:
        instance.found[step["as"]] = found if step.get("many") else found[0]
        world.record(instance, moment, "passed")
        return instance.version.target(step)
    if step.get("on_error"):
        world.record(instance, moment, "passed", path="error", reason="no_row")
        return str(step["on_error"])
    world.finish(instance, moment, "failed", "no_row")
    return None


def _rows(world: World, instance: Instance, moment: dt.datetime) -> list[Row]:
    """The selected columns of the rows with the key, in the order of these columns, null first.

    A lookup of one row takes the first: keys ought to be unique, and where they aren't the rows mustn't hang on luck.
    """
    step, names = instance.step, world.names_of(instance, moment)
    key = {column: evaluate(sql, names) for column, sql in step["key"].items()}
    matching = [row for row in world.sources.others.get(step["table"], ()) if _has_key(row, key)]
    selected = [{column: row.get(column) for column in step["select"]} for row in matching]
    return sorted(selected, key=lambda row: [(value is not None, value) for value in row.values()])


def _has_key(row: Row, key: Mapping[str, Any]) -> bool:
    """A null key finds nothing."""
    return all(compared(row.get(column), value, operator.eq) is True for column, value in key.items())
