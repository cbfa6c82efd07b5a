"""Changes in the life of journeys, and what they do to those inside (2.8)."""

from __future__ import annotations

import datetime as dt

from tests.oracle.clock import duration
from tests.oracle.entries import push_occurrences
from tests.oracle.journeys import Definition, Instance, Journey, Pause, Version
from tests.oracle.sends import stop_at_message
from tests.oracle.world import Item, Phase, World


def change_lives(world: World, moment: dt.datetime, items: list[Item]) -> None:
    for kind, arguments in items:
        if kind == "pause_over":
            journey, pause = arguments
            if journey.pause is pause:
                _resume(world, journey, moment)
        else:
            _carry_out(world, moment, arguments[0])


def _carry_out(world: World, moment: dt.datetime, command: Definition) -> None:
    if command["do"] == "publish":
        return _publish(world, moment, command["journey"], command.get("insiders") or "stay")
    journey = world.journeys[command["id"]]
    if command["do"] == "close":
        journey.live = None
    elif command["do"] == "stop":
        journey.live = journey.pause = None
        for instance in journey.insiders():
            world.finish(instance, moment, "exited", "stopped")
    elif command["do"] == "pause":
        _pause(world, journey, moment, command)
    elif command["do"] == "resume" and journey.pause:
        _resume(world, journey, moment)
    return None


def _pause(world: World, journey: Journey, moment: dt.datetime, command: Definition) -> None:
    """Whoever already stands at a message stops, or leaves, there."""
    journey.pause = Pause(moment + duration(command.get("for") or "P14D"), bool(command.get("discard")))
    world.push(journey.pause.ends_at, Phase.LIFE, "pause_over", journey, journey.pause)
    for instance in journey.insiders():
        if instance.step["type"] == "message":
            stop_at_message(world, instance, moment)


def _resume(world: World, journey: Journey, moment: dt.datetime) -> None:
    journey.pause = None
    for instance in journey.insiders():
        if instance.is_paused:
            world.push(moment, Phase.DUE, "released", instance, instance.stamp)


def _publish(world: World, moment: dt.datetime, definition: Definition, insiders: str) -> None:
    journey = world.journeys.setdefault(definition["id"], Journey(definition["id"], moment))
    version = Version(definition, moment, world.zone)
    journey.live = journey.versions[version.number] = version
    if version.ends_at and version.ends_at > moment:
        world.push(version.ends_at, Phase.ENDS_AT, "ends", version)
    for instance in journey.insiders() if insiders != "stay" else []:
        if insiders == "exit":
            world.finish(instance, moment, "exited", "new_version")
        elif version.steps.get(instance.step["id"], {}).get("type") != instance.step["type"]:
            world.finish(instance, moment, "exited", "step_gone")
        else:
            _move(world, instance, version, moment)
    push_occurrences(world, version, moment, includes_start=True)


def _move(world: World, instance: Instance, version: Version, moment: dt.datetime) -> None:
    """It stands as it stood, in the new version, whose timeout and `ends_at` it has."""
    old_step, old_version, queue = instance.step, instance.version, instance.queue
    world.unqueue(instance)
    instance.version, instance.step = version, version.steps[old_step["id"]]
    world.record(instance, moment, "moved", reason=str(old_version.number))
    world.push(max(moment, instance.deadline), Phase.TIMEOUTS, "timeout", instance)
    if version.ends_at and version.ends_at <= moment:
        world.push(moment, Phase.ENDS_AT, "ends", version)
    if queue and old_step["channel"] == instance.step["channel"]:
        world.enqueue(instance, moment)
    elif queue:  # the limits that it waited for aren't its own any more
        instance.stamp += 1
        world.push(moment, Phase.DUE, "released", instance, instance.stamp)


def end_at_dates(world: World, moment: dt.datetime, items: list[Item]) -> None:
    """At `ends_at` whoever is inside exits."""
    for _, (version,) in items:
        for instance in world.journeys[version.journey_id].insiders():
            if instance.version is version:
                world.finish(instance, moment, "exited", "ends_at")


def time_out(world: World, moment: dt.datetime, items: list[Item]) -> None:
    """Nobody stays longer than the timeout."""
    for _, (instance,) in items:
        if instance.is_active and instance.deadline <= moment:
            world.finish(instance, moment, "timed_out")
