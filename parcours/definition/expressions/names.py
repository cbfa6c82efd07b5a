"""What an expression may name, and the record of what it named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from parcours.definition.expressions.convert import text_to
from parcours.definition.expressions.operators import field as field_of
from parcours.definition.expressions.terms import Term, backquoted, data_term, quoted
from parcours.definition.expressions.types import INSTANT, INT, LOCAL_TIME, TEXT, UNKNOWN, parse_type
from parcours.definition.problems import Mistake, did_you_mean, one_of

JOURNEY_FIELDS = {"id": TEXT, "version": INT, "instance_id": TEXT, "entered_at": INSTANT}
NAMESPACES = ("profile", "event", "audience", "journey")

# An audience whose attributes nobody has declared: `Scope(audience=ANY_TEXT)` lets any name through, as text.
ANY_TEXT: Mapping[str, str] = {"*": "string"}
# The type of an extra name of which nobody knows it: what a lookup finds in a table that nobody has looked at.
ANY_TYPE = "*"


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, each with its Spark SQL type.

    None where a name may not be used at all; of `profile` it means that its columns aren't known: any is let through,
    and where it is empty there is no profile to ask.
    `extra` are names without a prefix, `event_types` those that there are (None: any). A date or time without a zone is
    read in `zone`, the journey's.
    """

    profile: Mapping[str, str] | None
    event: Mapping[str, str] | None
    audience: Mapping[str, str] | None
    extra: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    event_types: Collection[str] | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    """The columns of extra names that don't stand in `__<name>`."""


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
        self.uses_now = False

    def resolve(self, parts: Sequence[str]) -> Term:
        """The value that dotted names stand for: `profile.address.city`, or one name alone."""
        first, *rest = parts
        if first in NAMESPACES and not rest:
            raise Mistake(f"{first} alone is no value", f"write {first}.<name>")
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
            kind = self.scope.extra[name]
            place = backquoted(self.scope.places.get(name, f"__{name}"))
            return data_term(place, UNKNOWN if kind == ANY_TYPE else parse_type(kind))
        homes = [home for home in NAMESPACES if name in self._known(home)]
        if homes:
            raise Mistake(f"unknown name {name!r}", f"write {one_of(f'{home}.{name}' for home in homes)}")
        if rest:
            close = did_you_mean(name, (*NAMESPACES, *self.scope.extra))
            raise Mistake(f"unknown name {name!r}", close or "names begin with profile, event, audience or journey")
        if self.scope.profile is not None and not self.scope.profile:
            raise Mistake(f"unknown name {name!r}", f"write event.{name} for an attribute, or '{name}' for text")
        raise Mistake(f"unknown name {name!r}", f"write profile.{name} for a column, or '{name}' for text")

    def _known(self, home: str) -> Mapping[str, object]:
        if home == "journey":
            return JOURNEY_FIELDS
        return getattr(self.scope, home) or {}

    def _profile(self, name: str) -> Term:
        columns = self.scope.profile
        if columns is not None and not columns:
            raise Mistake(f"profile.{name}: there is no profile here yet", "ask it in a condition step")
        if columns is not None and name not in columns:
            raise Mistake(f"profile has no column {name!r}", did_you_mean(name, columns))
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
            raise Mistake(f"audience.{name} is only there in journeys that read an audience")
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
