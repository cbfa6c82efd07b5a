"""A journey as a test runs it: short waits, no caps, the first of several paths, and in at once (specification 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from parcours.definition.channels import Channel
from parcours.definition.entries import AnyEntry, BusinessEvent, EventEntry, ReadAudience, Schedule
from parcours.definition.journeys import Journey, Reentry
from parcours.definition.steps import AnyStep, Experiment, Listen, ProfileCap, Split, Wait
from parcours.definition.times import iso

SHORT = timedelta(seconds=10)
"""How long each wait and each listen takes."""
NO_CAP = 2**31 - 1


def shortened(journey: Journey, at: datetime) -> Journey:
    """The journey whose every entrant goes through it at once: read, if it reads an audience, at that moment."""
    return journey.model_copy(
        update={
            "starts_at": None,
            "ends_at": None,
            "holdout": None,
            "reentry": Reentry(allowed=False),
            "entry": _entry(journey.entry, at),
            "steps": tuple(_step(step) for step in journey.steps),
        }
    )


def longest_run(journey: Journey) -> timedelta:
    """No instance of the shortened journey takes longer: steps form a graph without circles."""
    return SHORT * (1 + sum(isinstance(step, Wait | Listen) for step in journey.steps))


def unlimited(channels: Mapping[str, Channel]) -> dict[str, Channel]:
    """The channels, with room for everybody."""
    return {name: channel.model_copy(update={"limits": (), "ramp_up": None}) for name, channel in channels.items()}


def _entry(entry: AnyEntry, at: datetime) -> AnyEntry:
    """Who enters is decided by the one who tests: which event it was isn't asked again."""
    if isinstance(entry, ReadAudience):
        return ReadAudience(
            type="read_audience", audience=entry.audience, schedule=Schedule.model_validate({"at": iso(at)})
        )
    return entry.model_copy(update={"where": None}) if isinstance(entry, EventEntry | BusinessEvent) else entry


def _step(step: AnyStep) -> AnyStep:
    return step.model_copy(update=_changes(step))


def _changes(step: AnyStep) -> dict[str, Any]:
    match step:
        case Wait():
            return {"for_": SHORT, "until": None}
        case Listen():
            return {"timeout": SHORT}
        case ProfileCap():
            return {"limit": NO_CAP, "limits": None, "per": "version"}
        case Split():
            return {"paths": (step.paths[0].model_copy(update={"percent": Decimal(100)}),)}
        case Experiment():
            return {"arms": step.arms[:1], "holdout": None, "otherwise": None}
    return {}
