"""Settles an instance that stands at a message (2.5): the first check that fails decides."""

from __future__ import annotations

import datetime as dt

from tests.oracle.addresses import comparable, is_well_formed
from tests.oracle.clock import iso
from tests.oracle.contents import is_too_large
from tests.oracle.expressions import evaluate, is_true
from tests.oracle.identity import delivery_id
from tests.oracle.journeys import Instance, category
from tests.oracle.rules import cap_reached, quiet_rule
from tests.oracle.steps import advance
from tests.oracle.world import Phase, Send, World


def settle(world: World, instance: Instance, moment: dt.datetime, standing: list[Instance]) -> None:
    """Sends, excludes or holds it, or ends it; whoever goes on and stands at a contended step is in `standing`."""
    for criterion in instance.version.criteria:
        if "condition" in criterion and is_true(criterion["condition"], world.names_of(instance, moment)):
            return world.finish(instance, moment, "exited", criterion["id"])
    if world.journeys[instance.version.journey_id].pause:
        return stop_at_message(world, instance, moment)
    if instance.step["id"] in instance.messages_sent:
        return exclude(world, instance, moment, "already_sent", standing)
    address = _address(world, instance, moment)
    reason = ineligibility(world, instance, address, moment)
    if reason:
        return exclude(world, instance, moment, reason, standing)
    assert address is not None
    if is_too_large(instance.step, world.names_of(instance, moment)):
        return exclude(world, instance, moment, "too_large", standing)
    if quiet := quiet_rule(world, instance, moment):
        rule, end = quiet
        if rule.get("on_quiet") == "discard":
            return world.finish(instance, moment, "exited", "quiet_hours")
        _hold(world, instance, moment, "quiet_hours", end)
        return world.push(end, Phase.DUE, "released", instance, instance.stamp)
    if category(instance.step) != "transactional" and (cap := cap_reached(world, instance, moment)):
        return exclude(world, instance, moment, f"frequency_cap:{cap}", standing)
    if world.channel(instance.step["channel"]).full(moment):
        return _wait_for_room(world, instance, moment, standing)
    return _send(world, instance, moment, address, standing)


def _wait_for_room(world: World, instance: Instance, moment: dt.datetime, standing: list[Instance]) -> None:
    channel = world.channel(instance.step["channel"])
    last = instance.arrived_at + channel.max_deferral if channel.max_deferral is not None else None
    if channel.drops or (last is not None and moment >= last):
        return exclude(world, instance, moment, "over_limit", standing)
    _hold(world, instance, moment, "limit", last)
    world.enqueue(instance, moment)
    if last is not None:
        world.push(last, Phase.DUE, "expired", instance, instance.stamp)
    return None


def _send(world: World, instance: Instance, moment: dt.datetime, address: str, standing: list[Instance]) -> None:
    world.unqueue(instance)
    step, version = instance.step, instance.version
    channel = world.channel(step["channel"])
    channel.count_send(moment)
    world.record(instance, moment, "sent")
    delivery = {
        "delivery_id": delivery_id(instance.id, step["id"]),
        "channel": channel.name,
        "address": address,
        "profile_id": instance.profile_id,
        "journey_id": version.journey_id,
        "journey_version": version.number,
        "instance_id": instance.id,
        "step_id": step["id"],
        "category": category(step),
        "send_at": iso(moment),
        "queued_at": iso(instance.arrived_at),
    }
    world.deliveries.append(delivery)
    world.sources.delivered[delivery["delivery_id"]] = delivery
    send = Send(moment, version.journey_id, channel.name, category(step), tuple(step.get("rule_sets") or ()))
    world.sends[instance.profile_id].append(send)
    instance.messages_sent.add(step["id"])
    advance(world, instance, version.target(step), moment, standing)


def exclude(world: World, instance: Instance, moment: dt.datetime, reason: str, standing: list[Instance]) -> None:
    world.unqueue(instance)
    world.record(instance, moment, "excluded", reason=reason)
    goes_to = instance.version.target(instance.step, instance.step.get("on_excluded"))
    advance(world, instance, goes_to, moment, standing)


def stop_at_message(world: World, instance: Instance, moment: dt.datetime) -> None:
    """What a pause does to one that stands at a message: it is held there, or leaves."""
    pause = world.journeys[instance.version.journey_id].pause
    assert pause is not None
    if pause.discards:
        return world.finish(instance, moment, "exited", "journey_paused")
    _hold(world, instance, moment, "journey_paused", pause.ends_at)
    instance.is_paused = True
    return None


def _hold(world: World, instance: Instance, moment: dt.datetime, reason: str, due_at: dt.datetime | None) -> None:
    """Stays at the message: `deferred`, the first time."""
    world.unqueue(instance)
    instance.stamp += 1
    instance.is_paused, instance.due_at = False, due_at
    if not instance.is_deferred:
        instance.is_deferred = True
        world.record(instance, moment, "deferred", reason=reason)


def _address(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    expression = instance.step.get("address") or world.channel(instance.step["channel"]).address
    value = evaluate(expression, world.names_of(instance, moment)) if expression else None
    return None if value is None else str(value)


def ineligibility(world: World, instance: Instance, address: str | None, moment: dt.datetime) -> str | None:
    """Why the message can't go to the address at the moment; None: it can, and the address is the instance's."""
    step, channel = instance.step, world.channel(instance.step["channel"])
    if address is None:
        return "no_address"
    if not is_well_formed(channel.name, address):
        return "malformed_address"
    consent = channel.definition.get("consent")
    is_marketing = category(step) != "transactional"
    if is_marketing and consent and evaluate(consent, world.names_of(instance, moment)) == "n":
        return "no_consent"
    if world.sources.is_listed(channel.name, "suppress", address, moment):
        return "suppressed"
    is_allowed = world.sources.is_listed(channel.name, "allow", address, moment)
    if world.sources.has_allow_list(channel.name, moment) and not is_allowed:
        return "not_allowed"
    return _duplicate(world, instance, address)


def _duplicate(world: World, instance: Instance, address: str) -> str | None:
    """One send an address, of those that one occurrence or event brought in and that came here at one moment."""
    group = instance.entrant.group
    if group is None:
        return None
    shared = (group, instance.step["id"], instance.arrived_at, comparable(instance.step["channel"], address))
    owner = world.address_owners.setdefault(shared, instance.id)
    return None if owner == instance.id else "duplicate_address"
