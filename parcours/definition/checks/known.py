"""What a journey may name."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from parcours.definition.channels import Channel
from parcours.definition.columns import column_type
from parcours.definition.contents import Template
from parcours.definition.entries import AnyEntry, BusinessEvent, EventEntry
from parcours.definition.expressions import ANY_TEXT, LookedUp, Scope
from parcours.definition.problems import Mistake
from parcours.definition.steps import AnyStep, Lookup

# The columns of a table with their types, None where there is no such table.
TableColumns = Callable[[str], Mapping[str, str] | None]


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
    added_audiences: Container[str] = ()
    """Those to which some journey adds people."""
    journeys: Mapping[str, AnyEntry | None] | None = None
    """The entry of each journey; None for all where some file couldn't be read."""
    table_columns: TableColumns | None = None

    def is_filled(self, audience: object) -> bool:
        """Whether somebody fills an audience, as far as anybody looked: a file, a load, or a journey."""
        filled = self.filled_audiences
        return filled is None or audience in self.audiences or audience in self.added_audiences or audience in filled


class _Filled(Container[str]):
    """The audiences that somebody fills."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def __contains__(self, audience: object) -> bool:
        return self._known.is_filled(audience)


def scope_of(entry: AnyEntry | None, zone: str, known: Known, lookups: Mapping[str, LookedUp]) -> Scope:
    """The names that a journey's expressions may use. What can't be known, for a mistake told elsewhere, may be any."""
    event: Mapping[str, str] | None = None
    audience: Mapping[str, str] | None = None
    if entry is None or isinstance(entry, EventEntry | BusinessEvent):
        event = attributes_of(entry.event if entry else None, known)
    if entry is None or not isinstance(entry, EventEntry):
        audience = known.audiences.get(entry.audience, ANY_TEXT) if entry else ANY_TEXT
    types = None if known.events is None else list(known.events)
    return Scope(
        profile=known.profile,
        event=event,
        audience=audience,
        zone=zone,
        event_types=types,
        journeys=known.journeys,
        audiences=_Filled(known),
        lookups=lookups,
    )


def looked_up(steps: Iterable[AnyStep], table_columns: TableColumns | None) -> dict[str, LookedUp]:
    """What the lookups among the steps find, by their `as`; types are those of the tables, as far as they are known."""
    found: dict[str, LookedUp] = {}
    for step in steps:
        if isinstance(step, Lookup):
            columns = (table_columns(step.table) if table_columns else None) or {}
            found[step.as_] = LookedUp({name: _type_of(name, columns) for name in step.select}, step.many)
    return found


def _type_of(column: str, columns: Mapping[str, str]) -> str | None:
    """Spark takes columns whatever their case. A type that expressions can't speak of counts as unknown."""
    for name, kind in columns.items():
        if name.lower() == column.lower():
            try:
                return column_type(kind)
            except Mistake:
                return None
    return None


def attributes_of(event: str | None, known: Known) -> Mapping[str, str]:
    """The types of an event's attributes; of one that isn't declared any may be named, as text."""
    declared = known.events.get(event) if known.events and event else None
    return ANY_TEXT if declared is None else declared


def wide_scope(known: Known, lookups: Iterable[str]) -> Scope:
    """The names that a template may use in one journey or another; of what is looked up any column."""
    declared = [None] if known.events is None else list(known.events.values())
    attributes: dict[str, str] = {}
    for of_type in declared:
        attributes.update(of_type or {})
    return Scope(
        profile=known.profile,
        event=ANY_TEXT if None in declared else attributes,
        audience=ANY_TEXT,
        lookups={name: LookedUp(None) for name in lookups},
    )
