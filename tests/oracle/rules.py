"""Quiet hours and frequency caps (1.5, 2.5)."""

from __future__ import annotations

import datetime as dt

from tests.oracle.clock import ONE, duration, end_of_period, is_known_zone
from tests.oracle.journeys import Definition, Instance, category
from tests.oracle.world import Send, World


def quiet_rule(world: World, instance: Instance, moment: dt.datetime) -> tuple[Definition, dt.datetime] | None:
    """The first listed rule that is quiet for the message now, and when it ends; None: no rule is."""
    step = instance.step
    is_marketing = category(step) != "transactional"
    for rule in world.quiet_hours:
        concerns = _concerns(rule, step["channel"], step.get("rule_sets") or ())
        if not concerns or not (is_marketing or rule.get("transactional")):
            continue
        zone_name = _zone_of_rule(world, rule, instance)
        if zone_name is None:
            continue
        ends = [end for period in rule["periods"] if (end := end_of_period(period, moment, zone_name))]
        if ends:
            return rule, max(ends)
    return None


def _zone_of_rule(world: World, rule: Definition, instance: Instance) -> str | None:
    """None: the rule goes by the profile's zone, and it has none that is known; it isn't held."""
    if rule.get("timezone") != "profile":
        return rule.get("timezone") or world.zone
    zone_name = (world.profile_of(instance.profile_id, instance) or {}).get("timezone")
    return zone_name if is_known_zone(zone_name) else None


def cap_reached(world: World, instance: Instance, moment: dt.datetime) -> str | None:
    """The id of the first listed frequency cap that the profile is at; None: it is at none."""
    step = instance.step
    for cap in world.frequency_caps:
        if not _concerns(cap, step["channel"], step.get("rule_sets") or ()):
            continue
        sends = [send for send in world.sends[instance.profile_id] if send.category != "transactional"]
        counted = [send for send in sends if _concerns(cap, send.channel, send.rule_sets)]
        if sum(_is_in_period(cap, send, moment) for send in counted) >= cap["max"]:
            return str(cap["id"])
    return None


def _concerns(rule: Definition, channel: str, rule_sets: tuple[str, ...] | list[str]) -> bool:
    if rule.get("channels") and channel not in rule["channels"]:
        return False
    return not rule.get("rule_set") or rule["rule_set"] in rule_sets


def _is_in_period(cap: Definition, send: Send, moment: dt.datetime) -> bool:
    """In (moment - rolling, moment], or in the calendar period (UTC, weeks from Sunday) that holds the moment."""
    if cap.get("rolling"):
        return send.send_at > moment - duration(cap["rolling"])
    start = moment.replace(minute=0, second=0, microsecond=0)
    if cap["per"] != "hour":
        start = start.replace(hour=0)
    if cap["per"] == "week":
        start -= (start.weekday() + 1) % 7 * ONE["day"]
    if cap["per"] == "month":
        start = start.replace(day=1)
    return send.send_at >= start
