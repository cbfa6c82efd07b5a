"""Enters another journey (1.3)."""

from __future__ import annotations

import datetime as dt

from tests.oracle.identity import instance_id
from tests.oracle.journeys import Entrant, Instance
from tests.oracle.world import Phase, World


def jump(world: World, instance: Instance, moment: dt.datetime) -> str:
    """Goes on at once; the other journey lets it in or rejects it among the entries of the moment (2.1).

    Its entry brings no event: `event.*` is null there, and the entry's `where` isn't asked. A journey that isn't live
    rejects in the name of its newest version; one that was never published has none, and leaves no row.
    """
    step, target = instance.step, world.journeys.get(instance.step["journey"])
    world.record(instance, moment, "passed")
    passed = world.outcomes[-1]
    if target is None:
        passed["reason"] = "journey_closed"
        return instance.version.target(step)
    version, key = target.live or target.versions[max(target.versions)], f"jump|{instance.id}|{step['id']}"
    id = instance_id(target.id, version.number, instance.profile_id, key)
    world.push(moment, Phase.ENTRIES, "jump", Entrant(id, version, instance.profile_id, key, jump=passed))
    return instance.version.target(step)
