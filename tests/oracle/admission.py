"""Lets entrants in, or rejects them (2.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tests.oracle.clock import duration, iso
from tests.oracle.identity import bucket, hundredths
from tests.oracle.journeys import Entrant, Instance, Journey, Version
from tests.oracle.rounds import settle_all
from tests.oracle.steps import advance
from tests.oracle.world import Phase, World


def enter(world: World, moment: dt.datetime, entrants: Iterable[Entrant]) -> None:
    """First all are admitted or rejected, by their ids; then those let in take their first steps (2.1)."""
    admitted: list[Instance] = []
    for entrant in sorted(entrants, key=lambda entrant: (entrant.instance_id, entrant.version.journey_id)):
        version = entrant.version
        journey = world.journeys[version.journey_id]
        reason = _rejection(world, journey, entrant, moment)
        if reason in (None, "holdout"):
            journey.last_entries[entrant.profile_id] = moment
        if reason:
            _record_rejected(world, entrant, moment, reason)
            if entrant.jump:
                entrant.jump["reason"] = reason
        else:
            admitted.append(_admit(world, journey, entrant, moment))
    standing: list[Instance] = []
    for instance in admitted:
        advance(world, instance, instance.version.first_step, moment, standing)
    settle_all(world, moment, standing)


def _admit(world: World, journey: Journey, entrant: Entrant, moment: dt.datetime) -> Instance:
    instance = Instance(entrant, entrant.version, entered_at=moment, arrived_at=moment)
    world.instances[instance.id] = instance
    world.active[instance.profile_id].add(instance)
    journey.inside[instance.profile_id].add(instance)
    world.record(instance, moment, "entered", reason="late" if entrant.is_late else None)
    world.push(instance.deadline, Phase.TIMEOUTS, "timeout", instance)
    return instance


def _record_rejected(world: World, entrant: Entrant, moment: dt.datetime, reason: str) -> None:
    world.outcomes.append(
        {
            "journey_id": entrant.version.journey_id,
            "journey_version": entrant.version.number,
            "instance_id": entrant.instance_id,
            "profile_id": entrant.profile_id,
            "step_id": "entry",
            "step_type": "entry",
            "outcome": "rejected",
            "path": None,
            "reason": reason,
            "occurred_at": iso(moment),
            "sequence": 0,
        }
    )


def _rejection(world: World, journey: Journey, entrant: Entrant, moment: dt.datetime) -> str | None:
    """The first reason that applies, in the order of 2.3; None: it is let in."""
    version, profile_id = entrant.version, entrant.profile_id
    if profile_id not in world.sources.profiles:
        return "not_in_profiles"
    if journey.live is not version:
        return "journey_closed"  # while a read was being spread over time
    if version.is_outside_its_dates(moment):
        return "outside_dates"
    if journey.pause:
        return "journey_paused"
    is_business_event = version.entry["type"] == "business_event"
    if journey.is_inside(profile_id, entrant.entry_key if is_business_event else None):
        return "already_in_journey"
    if version.entry["type"] in ("event", "audience_qualification"):
        reason = _reentry(version, journey.last_entries.get(profile_id), moment)
        if reason:
            return reason
    return "holdout" if _is_held_out(version, profile_id) else None


def _reentry(version: Version, last_entry: dt.datetime | None, moment: dt.datetime) -> str | None:
    reentry = {"allowed": True, "after": "PT5M", **(version.definition.get("reentry") or {})}
    if last_entry is None:
        return None
    if not reentry["allowed"]:
        return "reentry_not_allowed"
    return "reentry_too_soon" if moment < last_entry + duration(reentry["after"]) else None


def _is_held_out(version: Version, profile_id: str) -> bool:
    percent = version.definition.get("holdout")
    return bool(percent) and bucket(f"{version.journey_id}|holdout", profile_id) < hundredths(percent)
