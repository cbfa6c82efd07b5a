"""What ends or wakes an instance from outside: exit criteria and listens (1.2, 1.3, 2.3)."""

from __future__ import annotations

import datetime as dt

from tests.oracle.happenings import Happening
from tests.oracle.identity import delivery_id
from tests.oracle.journeys import Definition, Instance
from tests.oracle.steps import advance
from tests.oracle.world import World

REACTIONS = {
    "opened": ("opened",),
    "clicked": ("clicked",),
    "bounced": ("bounced_hard", "bounced_soft"),
    "unsubscribed": ("unsubscribed",),
}


def exit_if_asked(world: World, instance: Instance, moment: dt.datetime, happening: Happening) -> None:
    """Ends it by the first listed criterion that what happens to its profile meets."""
    for criterion in instance.version.criteria:
        if "condition" not in criterion and _is_met_by(world, criterion, instance, moment, happening):
            return world.finish(instance, moment, "exited", criterion["id"])
    return None


def wake_if_heard(
    world: World,
    instance: Instance,
    moment: dt.datetime,
    happening: Happening,
    standing: list[Instance],
    reason: str | None = None,
) -> None:
    """Takes a listening instance on by the first listed path that what happens to its profile meets."""
    for path in instance.step["paths"]:
        if _is_met_by(world, path, instance, moment, happening):
            world.record(instance, moment, "passed", path=path["label"], reason=reason)
            goes_to = instance.version.target(instance.step, path.get("next"))
            return advance(world, instance, goes_to, moment, standing)
    return None


def _is_met_by(world: World, rule: Definition, instance: Instance, moment: dt.datetime, happening: Happening) -> bool:
    if rule.get("event"):
        of_type = [event for event in happening.events if event["event_type"] == rule["event"]]
        attributes = [world.sources.attributes(event) for event in of_type]
        return any(world.accepts(rule, world.names_of(instance, moment, event)) for event in attributes)
    if rule.get("audience"):
        on = rule.get("on", "enter")
        starts = happening.starts if on != "exit" else []
        ends = happening.ends if on != "enter" else []
        concerns = any(stay["audience_id"] == rule["audience"] for stay in starts + ends)
        return concerns and world.accepts(rule, world.names_of(instance, moment, {}))
    if rule.get("reaction"):
        kinds, delivery = REACTIONS[rule["reaction"]], delivery_id(instance.id, rule["of"])
        reacts = any(row["delivery_id"] == delivery and row["feedback"] in kinds for row in happening.feedback)
        return reacts and world.accepts(rule, world.names_of(instance, moment, {}))
    return False
