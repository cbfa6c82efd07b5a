"""Settles whoever stands at a contended step, round by round (2.1, 2.4, 2.5)."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable
from typing import Any

from tests.oracle.channels import Channel
from tests.oracle.clock import local_date
from tests.oracle.journeys import Instance
from tests.oracle.sends import exclude, settle
from tests.oracle.steps import advance
from tests.oracle.world import World


def settle_all(
    world: World,
    moment: dt.datetime,
    standing: list[Instance],
    looks: Iterable[Channel] = (),
    expired: Iterable[tuple[Instance, int]] = (),
) -> None:
    """Settles all who stand at a contended step, together; those who go on advance to the next; and so on.

    Whoever waits for room in a channel of which a window starts now (`looks`) is one of the first round; whoever has
    waited for max_deferral (`expired`) leaves after it.
    """
    looks, expired = list(looks), list(expired)
    while standing or looks or expired:
        this_round, standing = standing, []
        at_caps = [instance for instance in this_round if instance.step["type"] == "profile_cap"]
        at_messages = [instance for instance in this_round if instance.step["type"] == "message"]
        for instance in sorted(at_caps, key=lambda instance: (instance.id, instance.step["id"])):
            _take_place(world, instance, moment, standing)
        _settle_messages(world, moment, at_messages, looks, standing)
        for channel in looks:
            world.look_later(channel, moment)
        for instance, stamp in sorted(expired):
            if instance.is_active and instance.stamp == stamp:
                exclude(world, instance, moment, "over_limit", standing)
        looks, expired = [], []


def _settle_messages(
    world: World, moment: dt.datetime, arrived: list[Instance], looks: list[Channel], standing: list[Instance]
) -> None:
    """One order over those who arrive and those who wait for room; of a queue nobody while there is no room."""
    arrivals: list[tuple[Any, Instance]] = [(instance.order(), instance) for instance in arrived]
    heapq.heapify(arrivals)
    while True:
        heads = [channel.queue[0] for channel in looks if channel.queue and not channel.full(moment)]
        first = min(heads + arrivals[:1], default=None)
        if first is None:
            return
        if arrivals and first is arrivals[0]:
            heapq.heappop(arrivals)
        settle(world, first[1], moment, standing)


def _take_place(world: World, instance: Instance, moment: dt.datetime, standing: list[Instance]) -> None:
    """Within while the cap has a place left for its unit: the version, the occurrence or the day (1.3)."""
    step, version = instance.step, instance.version
    unit, number = _unit(instance, moment)
    limits = step.get("limits") or [step["limit"]]
    key = (version.journey_id, version.number, step["id"], unit)
    is_within = world.places[key] < limits[min(number, len(limits) - 1)]
    if is_within:
        world.places[key] += 1
    world.record(instance, moment, "passed", path="within" if is_within else "over")
    goes_to = version.target(step) if is_within else step.get("otherwise") or "end"
    advance(world, instance, goes_to, moment, standing)


def _unit(instance: Instance, moment: dt.datetime) -> tuple[Any, int]:
    """What the counter belongs to, and its number from 0 among the limits."""
    per, version = instance.step.get("per", "version"), instance.version
    if per == "occurrence" and instance.entrant.occurrence:
        return instance.entrant.occurrence, instance.entrant.occurrence - 1
    if per == "day":
        day = local_date(moment, version.zone)
        return day, (day - version.publication_day).days
    return None, 0
