"""What journeys write: profile columns and memberships (1.3).

The instance itself sees it at once, others from the next tick on (2.1), for which it is learnt late: a membership
brings in, ends and wakes nobody before that, nor the instance itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.oracle.clock import iso
from tests.oracle.expressions import evaluate
from tests.oracle.journeys import Instance, StayChange, Write
from tests.oracle.memberships import changed
from tests.oracle.tables import Row
from tests.oracle.values import cast, text_of
from tests.oracle.world import World

KNOWN_TYPES = {"is_test": "boolean"}


def update_profile(world: World, instance: Instance, moment: dt.datetime) -> str:
    """Sets the columns, all by what they were before; what doesn't fit a column's type is null."""
    step, names = instance.step, world.names_of(instance, moment)
    types = {**KNOWN_TYPES, **world.sources.profile_types}
    values = {column: cast(evaluate(sql, names), types.get(column, "string")) for column, sql in step["set"].items()}
    for column, value in values.items():
        world.profile_updates.append(_row(instance, moment, column, value, (names.rows["profile"] or {}).get(column)))
    instance.own_columns |= values
    _write(world, instance, moment, values)
    world.record(instance, moment, "passed")
    return instance.version.target(step)


def _row(instance: Instance, moment: dt.datetime, column: str, value: Any, former: Any) -> Row:
    return {
        "profile_id": instance.profile_id,
        "column": column,
        "value": None if value is None else text_of(value),
        "former_value": None if former is None else text_of(former),
        "updated_at": iso(moment),
        "instance_id": instance.id,
        "step_id": instance.step["id"],
    }


def update_audience(world: World, instance: Instance, moment: dt.datetime) -> str:
    """Starts or ends a membership; one that is as asked already stays as it is."""
    change = StayChange(moment, instance.step["audience"], instance.step["action"])
    instance.own_stays.append(change)
    _write(world, instance, moment, change)
    world.record(instance, moment, "passed")
    return instance.version.target(instance.step)


def _write(world: World, instance: Instance, moment: dt.datetime, what: dict[str, Any] | StayChange) -> None:
    world.written.append(Write(moment, instance.id, instance.sequence, what))


def commit(world: World) -> None:
    """At the end of a tick: all that its instances wrote, in order of time, then by instance."""
    written, world.written = sorted(world.written, key=lambda write: write[:3]), []
    for write in written:
        instance = world.instances[write.instance_id]
        instance.own_columns, instance.own_stays = {}, []
        if isinstance(write.what, StayChange):
            _commit_stay(world, instance.profile_id, write.what)
        else:
            world.sources.profiles[instance.profile_id].update(write.what)


def _commit_stay(world: World, profile_id: str, change: StayChange) -> None:
    before = world.sources.stays(change.audience_id, profile_id)
    after = changed(before, profile_id, [change])
    gone = [stay for stay in before if stay["entered_at"] not in {kept["entered_at"] for kept in after}]
    world.sources.restay([stay for stay in after if stay not in before], gone)
