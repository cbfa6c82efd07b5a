"""What a journey may name."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from parcours.definition.channels import Channel
from parcours.definition.contents import Template
from parcours.definition.entries import AnyEntry, BusinessEvent, EventEntry, ReadAudience
from parcours.definition.expressions import ANY_TEXT, ANY_TYPE, Scope
from parcours.definition.steps import AnyStep, Lookup


@dataclass(frozen=True)
class Known:
    """What the other files of the project say.

    A name whose value is None is written, but wrong there: nothing is judged by it, so that one mistake is told once.
    The same holds of all names where the whole mapping is None.
    """

    channels: Mapping[str, Channel | None] | None
    events: Mapping[str, Mapping[str, str] | None] | None
    templates: Mapping[str, Template | None]
    profile: Mapping[str, str] | None
    """None: any column, as text."""
    audiences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The columns of each audience that has a file."""
    filled_audiences: Container[str] | None = None
    """Those that have members; None where nobody looked."""


def scope_of(entry: AnyEntry | None, zone: str, known: Known, steps: Iterable[AnyStep] = ()) -> Scope:
    """The names that a journey's expressions may use. What can't be known, for a mistake told elsewhere, may be any."""
    event: Mapping[str, str] | None = None
    audience: Mapping[str, str] | None = None
    if entry is None or isinstance(entry, EventEntry | BusinessEvent):
        event = attributes_of(entry.event if entry else None, known)
    if entry is None or isinstance(entry, ReadAudience):
        audience = known.audiences.get(entry.audience, ANY_TEXT) if entry else ANY_TEXT
    types = None if known.events is None else list(known.events)
    found = {step.as_: ANY_TYPE for step in steps if isinstance(step, Lookup)}
    return Scope(known.profile, event, audience, extra=found, zone=zone, event_types=types)


def attributes_of(event: str | None, known: Known) -> Mapping[str, str]:
    """The types of an event's attributes; of one that isn't declared any may be named, as text."""
    declared = known.events.get(event) if known.events and event else None
    return ANY_TEXT if declared is None else declared


def wide_scope(known: Known) -> Scope:
    """The names that a template may use in one journey or another."""
    declared = [None] if known.events is None else list(known.events.values())
    attributes: dict[str, str] = {}
    for of_type in declared:
        attributes.update(of_type or {})
    return Scope(profile=known.profile, event=ANY_TEXT if None in declared else attributes, audience=ANY_TEXT)
