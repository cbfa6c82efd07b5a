"""Carries an instance through the steps that concern only itself (1.3)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from tests.oracle.clock import (
    WEEKDAYS,
    best_send_time,
    date_of,
    duration,
    end_of_period,
    first_local_moment,
    local_date,
    local_to_instant,
)
from tests.oracle.expressions import evaluate, is_true
from tests.oracle.identity import bucket, hundredths
from tests.oracle.journeys import END, Definition, Instance
from tests.oracle.jumps import jump
from tests.oracle.lookups import look_up
from tests.oracle.updates import update_audience, update_profile
from tests.oracle.values import cast
from tests.oracle.world import Phase, World


def advance(world: World, instance: Instance, target: str, moment: dt.datetime, standing: list[Instance]) -> None:
    """Carries it from step to step, until it waits, has ended, or stands (in `standing`) at a contended step."""
    goes_to: str | None = target
    while goes_to is not None:
        instance.stamp += 1
        instance.due_at, instance.is_paused, instance.is_deferred = None, False, False
        instance.arrived_at = moment
        if goes_to == "end":
            return world.finish(instance, moment, "completed", step=END)
        instance.step = instance.version.steps[goes_to]
        if instance.step["type"] in ("profile_cap", "message"):
            return standing.append(instance)
        goes_to = STEPS[instance.step["type"]](world, instance, moment)
    return None


def _end(world: World, instance: Instance, moment: dt.datetime) -> None:
    world.finish(instance, moment, "completed")


def _condition(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    step, version = instance.step, instance.version
    for path in step["paths"]:
        if is_met(world, path["when"], instance, moment):
            world.record(instance, moment, "passed", path=path["label"])
            return version.target(step, path.get("next"))
    if step.get("otherwise"):
        world.record(instance, moment, "passed", path="otherwise")
        return str(step["otherwise"])
    world.record(instance, moment, "passed")
    world.finish(instance, moment, "completed", "no_path", END)
    return None


def is_met(world: World, when: Any, instance: Instance, moment: dt.datetime) -> bool:
    """Whether a `when` holds: SQL, {audience}, or a calendar test in the instance's zone."""
    if isinstance(when, str):
        return is_true(when, world.names_of(instance, moment))
    if not isinstance(when, dict):
        return bool(when)
    if "audience" in when:
        return world.is_member(when["audience"], instance.profile_id, moment, instance)
    zone_name = world.zone_of(instance.version, instance.profile_id, instance)
    day = local_date(moment, zone_name)
    if when.get("from_date") and day < date_of(when["from_date"]):
        return False
    if when.get("to_date") and day > date_of(when["to_date"]):
        return False
    if "from" in when or "to" in when:
        return end_of_period(when, moment, zone_name) is not None
    return not when.get("days") or WEEKDAYS[day.weekday()] in when["days"]


def _split(world: World, instance: Instance, moment: dt.datetime) -> str:
    step, so_far = instance.step, 0
    for path in step["paths"]:
        so_far += hundredths(path["percent"])
        if _bucket(instance) < so_far:
            world.record(instance, moment, "passed", path=path["label"])
            return instance.version.target(step, path.get("next"))
    raise ValueError(f"the percents of {step['id']} don't add up to 100")


def _experiment(world: World, instance: Instance, moment: dt.datetime) -> str:
    step, place, held_out = instance.step, _bucket(instance), hundredths(instance.step.get("holdout") or 0)
    if place < held_out:
        world.record(instance, moment, "passed", path="holdout")
        return step.get("otherwise") or "end"
    weights = [Fraction(str(arm.get("weight", 1))) for arm in step["arms"]]
    so_far = Fraction(0)
    for arm, weight in zip(step["arms"], weights, strict=True):
        so_far += weight
        if place < held_out + int((10000 - held_out) * so_far / sum(weights)):
            world.record(instance, moment, "passed", path=arm["label"])
            return instance.version.target(step, arm.get("next"))
    raise AssertionError("the arms share all the buckets")


def _bucket(instance: Instance) -> int:
    step = instance.step
    seed = f"|{step['seed']}" if step.get("seed") is not None else ""
    return bucket(f"{instance.version.journey_id}|{step['id']}{seed}", instance.profile_id)


def _wait(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    step, end = instance.step, end_of_wait(world, instance, moment)
    if end >= instance.deadline:
        world.finish(instance, moment, "timed_out")
        return None
    world.record(instance, moment, "waiting")
    if end > moment:
        instance.due_at = end
        world.push(end, Phase.DUE, "timer", instance, instance.stamp)
        return None
    world.record(instance, moment, "passed")
    return instance.version.target(step)


def end_of_wait(world: World, instance: Instance, moment: dt.datetime) -> dt.datetime:
    """When the wait is over: the moment itself where there is nothing to wait for."""
    step, zone_name = instance.step, world.zone_of(instance.version, instance.profile_id, instance)
    if "for" in step:
        return moment + duration(step["for"])
    if isinstance(step["until"], dict) and "best_send_time" in step["until"]:
        engaged_at = world.sources.engagements(instance.profile_id, step["until"]["best_send_time"], moment)
        best = best_send_time(engaged_at, duration(step["until"]["within"]), moment, zone_name)
        return best or moment
    if isinstance(step["until"], dict):
        return first_local_moment(step["until"], moment, zone_name)
    value = evaluate(step["until"], world.names_of(instance, moment))
    if not isinstance(value, dt.datetime):
        value = cast(value, "timestamp_ntz")  # a date or text is local time
    if value is None:
        return moment
    end = value if value.tzinfo else local_to_instant(value, zone_name)
    return max(end, moment)


def _listen(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    step = instance.step
    world.record(instance, moment, "waiting")
    if not step.get("timeout"):
        return None
    instance.due_at = moment + duration(step["timeout"])
    if instance.due_at > moment:
        world.push(instance.due_at, Phase.DUE, "timer", instance, instance.stamp)
        return None
    return time_is_over(world, instance, moment)


def time_is_over(world: World, instance: Instance, moment: dt.datetime) -> str:
    """Where a wait, or a listen that heard nothing, goes when its time is over."""
    step: Definition = instance.step
    world.record(instance, moment, "passed", path="timeout" if step["type"] == "listen" else None)
    return instance.version.target(step, step.get("on_timeout"))


STEPS = {
    "condition": _condition,
    "split": _split,
    "experiment": _experiment,
    "wait": _wait,
    "listen": _listen,
    "update_profile": update_profile,
    "update_audience": update_audience,
    "jump": jump,
    "lookup": look_up,
    "end": _end,
}
