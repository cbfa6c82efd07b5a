"""Who comes to a journey: members of a read, events, qualifications, business events (1.2)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

from tests.oracle.clock import ONE, duration, instant, iso, occurrences
from tests.oracle.happenings import moment_of, stay_key
from tests.oracle.identity import instance_id
from tests.oracle.journeys import Definition, Entrant, Journey, Version
from tests.oracle.tables import Row
from tests.oracle.world import Phase, World


def push_occurrences(world: World, version: Version, start: dt.datetime, includes_start: bool) -> None:
    """Sees to the occurrences of a read in (start, until], or in [start, until]."""
    if version.entry["type"] != "read_audience":
        return
    assert world.until is not None
    for moment in occurrences(version.entry["schedule"], version.zone, start, world.until):
        if includes_start or moment > start:
            world.push(moment, Phase.FORCED_REENTRY, "occurrence", version)
            world.push(moment, Phase.ENTRIES, "occurrence", version)


def runs(world: World, version: Version, moment: dt.datetime) -> bool:
    """Whether an occurrence runs: not of a version that is closed, nor outside of its dates, nor within a pause."""
    journey = world.journeys[version.journey_id]
    return journey.live is version and not journey.pause and not version.is_outside_its_dates(moment)


def read(world: World, version: Version, moment: dt.datetime) -> list[Entrant]:
    """Whoever enters at the occurrence itself; the others of a rate or of later waves are seen to."""
    journey, entry = world.journeys[version.journey_id], version.entry
    former, journey.last_occurrence = journey.last_occurrence, moment
    version.occurrences_run += 1
    members = world.sources.members(entry["audience"], moment)
    if entry.get("incremental") and former is not None:
        members = {profile: stay for profile, stay in members.items() if _is_new(world, stay, former)}
    key = iso(moment)
    entrants = [
        Entrant(
            instance_id=instance_id(version.journey_id, version.number, profile_id, key),
            version=version,
            profile_id=profile_id,
            entry_key=key,
            audience=stay["attributes"],
            group=(version.journey_id, version.number, key),
            occurrence=version.occurrences_run,
        )
        for profile_id, stay in members.items()
    ]
    entrants.sort(key=lambda entrant: entrant.instance_id)
    at_once = []
    for entrant, enters_at in zip(entrants, _moments_of_entry(version, moment, len(entrants)), strict=False):
        if enters_at <= moment:
            at_once.append(entrant)
        else:
            world.push(enters_at, Phase.ENTRIES, "spread", entrant)
    return at_once


def _is_new(world: World, stay: Row, former: dt.datetime) -> bool:
    """Whether the stay began, or was learnt, after the last occurrence that ran.

    One learnt late is learnt at the `from` of the tick that learns it, after all else of that moment: hence not before.
    """
    learnt_at = world.sources.learnt_at.get((stay["audience_id"], stay["profile_id"], stay["entered_at"]))
    return stay["entered_at"] > former or (learnt_at is not None and learnt_at >= former)


def _moments_of_entry(version: Version, moment: dt.datetime, count: int) -> list[dt.datetime]:
    """When each of so many members enters, in their order; whoever is over the waves' numbers never does."""
    rate, moments = version.entry.get("rate"), []
    for start, size in _waves(version, moment, count):
        for place in range(size):
            moments.append(start + place // rate["max"] * ONE[rate["per"]] if rate else start)
    return moments


def _waves(version: Version, moment: dt.datetime, count: int) -> list[tuple[dt.datetime, int]]:
    """(start, most members) of each wave; without waves, one of all."""
    waves = version.entry.get("waves")
    if not waves:
        return [(moment, count)]
    if "count" in waves:
        whole, left_over = divmod(count, waves["count"])
        sizes = [whole + (number < left_over) for number in range(waves["count"])]
    elif "percents" in waves:
        sizes = _sizes_by_percent(waves["percents"], count)
    else:
        sizes = waves["numbers"]
    if "starts" in waves:
        starts = [moment] + [instant(start, version.zone) for start in waves["starts"]]
    else:
        starts = [moment + number * duration(waves["interval"]) for number in range(len(sizes))]
    return list(zip(starts, sizes, strict=True))


def _sizes_by_percent(percents: list[object], count: int) -> list[int]:
    """Wave k ends at the floor of the percents so far."""
    sizes, so_far, done = [], Fraction(0), 0
    for percent in percents:
        so_far += Fraction(str(percent))
        ends = int(count * so_far / 100)
        sizes.append(ends - done)
        done = ends
    return sizes


def brought_in_by_event(world: World, event: Row, moment: dt.datetime, is_late: bool) -> list[Entrant]:
    found, attributes = [], world.sources.attributes(event)
    for journey in world.journeys.values():
        version = journey.live
        if version is None or not _listens_for(version, event) or event["event_time"] < journey.first_published_at:
            continue
        names = world.names(version, event["profile_id"], moment, attributes, None)
        if world.accepts(version.entry, names):
            found += _entrants_of_event(world, version, event, attributes, moment, is_late)
    return found


def _listens_for(version: Version, event: Row) -> bool:
    is_business_event = event["profile_id"] is None
    kind = "business_event" if is_business_event else "event"
    return bool(version.entry["type"] == kind and version.entry["event"] == event["event_type"])


def _entrants_of_event(
    world: World, version: Version, event: Row, attributes: Definition, moment: dt.datetime, is_late: bool
) -> list[Entrant]:
    key, group = event["event_id"], None
    enrichments: dict[str, Any] = {event["profile_id"]: None}
    if version.entry["type"] == "business_event":
        group = (version.journey_id, version.number, key)
        members = world.sources.members(version.entry["audience"], moment)
        enrichments = {profile_id: stay["attributes"] for profile_id, stay in members.items()}
    return [
        Entrant(
            instance_id=instance_id(version.journey_id, version.number, profile_id, key),
            version=version,
            profile_id=profile_id,
            entry_key=key,
            event=attributes,
            audience=enrichment,
            is_late=is_late,
            group=group,
        )
        for profile_id, enrichment in enrichments.items()
    ]


def qualified(world: World, stay: Row, word: str, is_late: bool) -> list[Entrant]:
    """Whom a stay that starts or ends brings in; the entry key keeps its true moment."""
    at, key = moment_of(stay, word), stay_key(stay, word)
    assert at is not None
    versions = [
        journey.live for journey in world.journeys.values() if journey.live and _is_since_publication(journey, at)
    ]
    return [
        Entrant(
            instance_id=instance_id(version.journey_id, version.number, stay["profile_id"], key),
            version=version,
            profile_id=stay["profile_id"],
            entry_key=key,
            audience=stay["attributes"],
            is_late=is_late,
        )
        for version in versions
        if version.entry["type"] == "audience_qualification"
        and version.entry["audience"] == stay["audience_id"]
        and version.entry.get("on", "enter") in (word, "both")
    ]


def _is_since_publication(journey: Journey, moment: dt.datetime) -> bool:
    return moment >= journey.first_published_at
