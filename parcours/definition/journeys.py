"""A journey: who enters it, how often, and the graph of its steps (specification 1.1, 1.2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from parcours.definition.entries import (
    AnyEntry,
    BusinessEvent,
    EventEntry,
    Qualification,
    Rate,
    ReadAudience,
    Schedule,
    Waves,
)
from parcours.definition.exits import Criterion
from parcours.definition.steps import AnyStep, Message
from parcours.definition.values import (
    Definition,
    Duration,
    FilledText,
    Flag,
    Instant,
    JourneyId,
    Percent,
    Positive,
    Text,
    Whole,
    Zone,
)

__all__ = [
    "AnyEntry",
    "BusinessEvent",
    "Criterion",
    "EventEntry",
    "Journey",
    "Qualification",
    "Rate",
    "ReadAudience",
    "Reentry",
    "Schedule",
    "Waves",
    "canonical_json",
    "definition_hash",
    "journey_from_json",
    "read_journey",
]

# What may change in a published version (specification 1.1).
FREE_TO_CHANGE = ("name", "description", "tags")


class Reentry(Definition):
    """Whether a profile may enter again, and how long after its last entry. Only events and qualifications ask it."""

    allowed: Flag = Field(default=True, description="false: never again.")
    after: Duration = Field(default=timedelta(minutes=5), description="Counted from the last entry.")


class Journey(Definition):
    """One version of a journey, as its author wrote it. Instants are UTC."""

    id: JourneyId = Field(description="Its name for ever: [a-z][a-z0-9_]*.")
    version: Positive = Field(
        description="A whole number; a published version never changes, except name, description, tags."
    )
    name: Text | None = Field(default=None, description="What people call it.")
    description: Text | None = Field(default=None, description="For people; it may change at any time.")
    tags: tuple[FilledText, ...] = Field(default=(), description="Words to find it by; they may change at any time.")
    priority: Annotated[Whole, Field(ge=0, le=100)] = Field(default=50, description="0 to 100, higher wins.")
    timezone: Zone = Field(
        default="UTC",
        description="The journey's zone, an IANA name; the project's unless given.",
    )
    use_profile_timezone: Flag = Field(
        default=False, description="Local times are in profile.timezone where that is known."
    )
    starts_at: Instant | None = Field(default=None, description="Entries before it are rejected.")
    ends_at: Instant | None = Field(
        default=None, description="Entries from then on are rejected, and whoever is inside exits."
    )
    timeout: Duration = Field(default=timedelta(days=91), description="The longest stay.")
    holdout: Percent | None = Field(default=None, description="Percent of entrants kept out, recorded, never messaged.")
    entry: AnyEntry = Field(description="Who enters, and when.")
    reentry: Reentry = Field(default=Reentry(), description="When a profile may enter again.")
    exit_when: tuple[Criterion, ...] = Field(
        default=(), description="What ends an instance at the very moment, waits included; the first listed counts."
    )
    steps: tuple[AnyStep, ...] = Field(min_length=1, description="A graph without circles; the first step comes first.")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {step.id: place for place, step in enumerate(self.steps)}

    def step(self, id: str) -> AnyStep:
        """The step of that id; KeyError where there is none."""
        return self.steps[self._places[id]]

    def targets(self, step: AnyStep) -> dict[str, str]:
        """Step ids, or `end`, by the ways out of the step: labels of paths, else next, otherwise, on_excluded."""
        return step.ways_out(self._following(step))

    def next_of(self, step: AnyStep, target: str | None = None) -> str:
        """The step id, or `end`, to which it goes on: the target, else its next, else the following step."""
        return target or getattr(step, "next", None) or self._following(step)

    @property
    def template_names(self) -> list[str]:
        """`email/spring`: the templates that its messages use, in order, each once."""
        messages = (step for step in self.steps if isinstance(step, Message))
        return sorted({f"{step.channel}/{step.template}" for step in messages if step.template})

    def _following(self, step: AnyStep) -> str:
        place = self._places[step.id] + 1
        return self.steps[place].id if place < len(self.steps) else "end"


def read_journey(data: Mapping[str, Any], zone: str = "UTC") -> Journey:
    """The journey that plain YAML data describes, in the project's zone unless it names its own.

    Raises pydantic's ValidationError; only `loading` turns that into problems.
    """
    own = data.get("timezone") or zone
    return Journey.model_validate({"timezone": zone, **data}, context={"zone": own})


def canonical_json(journey: Journey, templates: Mapping[str, Mapping[str, str]]) -> str:
    """The journey as its author could have written it, defaults left out, and the templates that it uses."""
    written = journey.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    written["timezone"] = journey.timezone
    written["templates"] = {name: dict(templates[name]) for name in journey.template_names}
    return _canonical(written)


def journey_from_json(text: str) -> tuple[Journey, dict[str, dict[str, str]]]:
    """A published journey and its templates, by channel and name, from `canonical_json`."""
    written = json.loads(text, parse_float=Decimal)
    templates = written.pop("templates", {})
    return read_journey(written), templates


def definition_hash(text: str) -> str:
    """SHA-256 of a canonical definition without what may change in a published version."""
    written = json.loads(text)
    kept = {key: value for key, value in written.items() if key not in FREE_TO_CHANGE}
    return hashlib.sha256(_canonical(kept).encode()).hexdigest()


def _canonical(written: Mapping[str, Any]) -> str:
    return json.dumps(written, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
