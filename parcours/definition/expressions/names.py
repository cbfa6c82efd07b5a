"""What an expression may name, and the record of what it named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field

from parcours.definition.expressions.convert import text_to
from parcours.definition.expressions.operators import field as field_of
from parcours.definition.expressions.slips import CURLY_QUOTES
from parcours.definition.expressions.terms import Term, backquoted, data_term, quoted
from parcours.definition.expressions.types import INSTANT, INT, LOCAL_TIME, TEXT, UNKNOWN, Type, array_of, parse_type
from parcours.definition.problems import Mistake, did_you_mean, one_of

JOURNEY_FIELDS = {"id": TEXT, "version": INT, "instance_id": TEXT, "entered_at": INSTANT}
NAMESPACES = ("profile", "event", "audience", "journey")

NOT_DECLARED = "declare it in profiles.yaml; without that file, load profiles that have it"

# What profiles and events are called elsewhere.
OTHER_NAMES = {
    **dict.fromkeys(("user", "customer", "person", "recipient", "contact", "member", "subscriber"), "profile"),
    **dict.fromkeys(("trigger", "context", "payload", "properties", "event_properties"), "event"),
}

# An audience whose attributes nobody has declared: `Scope(audience=ANY_TEXT)` lets any name through, as text.
ANY_TEXT: Mapping[str, str] = {"*": "string"}


@dataclass(frozen=True)
class LookedUp:
    """What a lookup finds: its columns, each with its Spark SQL type (None: not known); None where any may be named."""

    columns: Mapping[str, str | None] | None
    is_many: bool = False
    comes_later: str | None = None
    """The step that looks it up, where no way leads from there to here."""
    place: str | None = None
    """The column that holds it, where it isn't `__lookup_<as>`."""

    @property
    def type(self) -> Type:
        """Of the column that holds it: a struct, or an array of them."""
        if self.columns is None:
            return UNKNOWN
        kinds = ((name, UNKNOWN if kind is None else parse_type(kind)) for name, kind in self.columns.items())
        row = Type("struct", fields=tuple(kinds))
        return array_of(row) if self.is_many else row


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, each with its Spark SQL type.

    None where a name may not be used at all; of `profile` it means that its columns aren't known: any is let through,
    and where it is empty there is no profile to ask.
    `extra` are names without a prefix, `event_types` and `journeys` those that there are (None: any), `audiences` those
    that somebody fills (None: any), `lookups` what lookup steps find, by their `as`. A date or time without a zone is
    read in `zone`, the journey's.
    """

    profile: Mapping[str, str] | None
    event: Mapping[str, str] | None
    audience: Mapping[str, str] | None
    extra: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    event_types: Collection[str] | None = None
    journeys: Collection[str] | None = None
    audiences: Container[str] | None = None
    lookups: Mapping[str, LookedUp] = field(default_factory=dict)


class Names:
    """Resolves names within a scope, and keeps what was used."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = scope.zone
        self.profile_columns: set[str] = set()
        self.event_attributes: set[str] = set()
        self.audience_attributes: set[str] = set()
        self.extra_names: set[str] = set()
        self.audiences: set[str] = set()
        self.events: dict[str, int] = {}
        self.journeys: set[str] = set()
        self.lookups: set[str] = set()
        self.uses_now = False

    def resolve(self, parts: Sequence[str]) -> Term:
        """The value that dotted names stand for: `profile.address.city`, or one name alone."""
        first, *rest = parts
        if first in self.scope.lookups:
            return self._lookup(first, rest)
        if first in NAMESPACES and not rest:
            asked = ", or in_audience('<id>')" if first == "audience" else ""
            raise Mistake(f"{first} alone is no value", f"write {first}.<name>{asked}")
        if first not in NAMESPACES:
            return self.with_fields(self._extra(first, rest), rest)
        readers: dict[str, Callable[[str], Term]] = {
            "profile": self._profile,
            "event": self._event,
            "audience": self._audience,
            "journey": self._journey,
        }
        return self.with_fields(readers[first](rest[0]), rest[1:])

    def now(self) -> Term:
        """The instance's own time."""
        self.uses_now = True
        return Term("__now", INSTANT)

    def count_events(self, event: str, length: int) -> None:
        """Events of a type are counted over so many microseconds."""
        self.uses_now = True
        self.events[event] = max(length, self.events.get(event, 0))

    def local_now(self) -> Term:
        """The instance's own time, in its zone."""
        self.uses_now = True
        return Term("__local_now", LOCAL_TIME)

    @staticmethod
    def with_fields(term: Term, names: Sequence[str]) -> Term:
        for name in names:
            term = field_of(term, name)
        return term

    def _extra(self, name: str, rest: Sequence[str]) -> Term:
        if name in self.scope.extra:
            self.extra_names.add(name)
            return data_term(backquoted(f"__{name}"), parse_type(self.scope.extra[name]))
        homes = [home for home in NAMESPACES if name in self._known(home)]
        if homes:
            raise Mistake(f"unknown name {name!r}", f"write {one_of(f'{home}.{name}' for home in homes)}")
        if rest and name.lower() in OTHER_NAMES:
            raise Mistake(f"unknown name {name!r}", f"write {OTHER_NAMES[name.lower()]}.{rest[0]}")
        if rest:
            close = did_you_mean(name, (*NAMESPACES, *self.scope.extra, *self.scope.lookups))
            raise Mistake(f"unknown name {name!r}", close or "names begin with profile, event, audience or journey")
        if remedy := self._remedy_alone(name):
            raise Mistake(f"unknown name {name!r}", remedy)
        if self.scope.profile is not None and not self.scope.profile:
            raise Mistake(f"unknown name {name!r}", f"write event.{name} for an attribute, or '{name}' for text")
        raise Mistake(f"unknown name {name!r}", f"write profile.{name} for a column, or '{name}' for text")

    def _remedy_alone(self, name: str) -> str | None:
        """What to write in place of a name without a prefix, where that isn't a column or text."""
        if any(sign in CURLY_QUOTES for sign in name):
            return "write straight quotes"
        if name.lower() in ("now", "today"):
            return "write now(), or local_now()"
        if name.lower() in ("yes", "no", "on", "off"):
            return f"write true or false, or '{name}' for text"
        return did_you_mean(name, self.scope.extra)

    def _lookup(self, name: str, rest: Sequence[str]) -> Term:
        """What a lookup found, in the column `__lookup_<as>`; null where nothing has been looked up (yet)."""
        found = self.scope.lookups[name]
        if found.comes_later is not None:
            raise Mistake(f"{name} isn't looked up before", f"let step {found.comes_later!r} come before")
        self.lookups.add(name)
        if not found.is_many and found.columns is not None:
            if not rest:
                raise Mistake(f"{name} alone is no value", f"write {name}.<column>")
            if rest[0] not in found.columns:
                remedy = did_you_mean(rest[0], found.columns) or "name it in the lookup's select"
                raise Mistake(f"{name} has no column {rest[0]!r}", remedy)
        return self.with_fields(data_term(backquoted(found.place or f"__lookup_{name}"), found.type), rest)

    def _known(self, home: str) -> Mapping[str, object]:
        if home == "journey":
            return JOURNEY_FIELDS
        return getattr(self.scope, home) or {}

    def _profile(self, name: str) -> Term:
        columns = self.scope.profile
        if columns is not None and not columns:
            raise Mistake(f"profile.{name}: there is no profile here yet", "ask it in a condition step")
        if columns is not None and name not in columns:
            longer = next((column for column in columns if column.endswith(f"_{name}")), name)
            raise Mistake(f"profile has no column {name!r}", did_you_mean(longer, columns) or NOT_DECLARED)
        self.profile_columns.add(name)
        kind = UNKNOWN if columns is None else parse_type(columns[name])
        return data_term(f"profile.{backquoted(name)}", kind)

    def _event(self, name: str) -> Term:
        attributes = self.scope.event
        if attributes is None:
            raise Mistake(f"event.{name} is only there in journeys that an event starts")
        if name not in attributes and attributes is not ANY_TEXT:
            raise Mistake(
                f"event has no attribute {name!r}", did_you_mean(name, attributes) or self._none_of(attributes)
            )
        self.event_attributes.add(name)
        return self._attribute("event", name, attributes)

    def _audience(self, name: str) -> Term:
        attributes = self.scope.audience
        if attributes is None:
            raise Mistake(f"audience.{name} is only there in journeys that an audience brings people into")
        if name not in attributes and attributes is not ANY_TEXT:
            remedy = did_you_mean(name, attributes) or self._none_of(attributes)
            raise Mistake(f"audience has no attribute {name!r}", remedy)
        self.audience_attributes.add(name)
        return self._attribute("audience", name, attributes)

    @staticmethod
    def _none_of(attributes: Mapping[str, str]) -> str | None:
        return f"it has {one_of(attributes).replace(' or ', ' and ')}" if 0 < len(attributes) <= 8 else None

    @staticmethod
    def _attribute(home: str, name: str, attributes: Mapping[str, str]) -> Term:
        return text_to(f"{home}[{quoted(name)}]", parse_type(attributes.get(name, "string")))

    @staticmethod
    def _journey(name: str) -> Term:
        if name not in JOURNEY_FIELDS:
            raise Mistake(f"journey has no {name!r}", f"write journey.{one_of(JOURNEY_FIELDS)}")
        return Term(f"journey.{backquoted(name)}", JOURNEY_FIELDS[name])
