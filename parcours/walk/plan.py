"""A published version as the walk needs it: numbered steps, and the questions about a person's data that they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from parcours.definition.channels import Channel
from parcours.definition.expressions import ANY_TEXT, Compiled, Expected, Scope, compile_expression, compile_value
from parcours.definition.expressions.terms import quoted
from parcours.definition.journeys import (
    BusinessEvent,
    Criterion,
    EventEntry,
    Journey,
    Qualification,
    ReadAudience,
)
from parcours.definition.steps import Jump, Lookup, Message
from parcours.walk import clock
from parcours.walk.best_time import best_hour
from parcours.walk.contents import Rendering
from parcours.walk.findings import uncertain_lookups
from parcours.walk.layers import Layer, StayChange
from parcours.walk.received import NOTHING, Received, allows, ask_knowing, received_of

if TYPE_CHECKING:
    from parcours.walk.steps import Move


ZONE = "profile.timezone"
SENT = "sent."
"""Before the id of a message in an instance's context: it had it before it moved from another version."""


@dataclass(frozen=True)
class Question:
    """Something about a person that decides where they go: Spark SQL text of a BIGINT; null is the answer «none».

    Most are asked of everybody at once. With `uses_now` the answer depends on the moment (`__now`), and it is asked
    when that is known; with `looks_back` on what a profile was sent before the tick, read only of those who ask.
    Who has changed in the tick what it `reads` (`profile.<column>`, `audience.<id>`, the column of a lookup) is asked
    anew; some questions are for nobody else (`is_of_changed`).
    """

    sql: str
    uses_now: bool = False
    looks_back: bool = False
    channel: str | None = None
    """Whose messages that were opened in this very tick count besides."""
    variants: tuple[int, ...] = ()
    """In place of a text: the questions of which `received` says which one is to be asked."""
    received: Received = NOTHING
    reads: frozenset[str] = frozenset()
    is_of_changed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is asked in the midst of the walk."""
        return self.uses_now or self.looks_back or self.is_of_changed

    def is_changed_by(self, layer: Layer) -> bool:
        """Whether those of the layer may answer otherwise than as they stood when the tick began."""
        return not self.reads.isdisjoint(layer.changed)


@dataclass(frozen=True)
class SendKind:
    """What decides together whether a profile may be sent to: the texts of address and consent, and the category."""

    channel: str
    address: str | None
    """Spark SQL text; None: the channel has no address."""
    consent: str | None
    """Spark SQL text of a string; None where consent isn't asked (transactional)."""


@dataclass(frozen=True)
class Judging:
    """The questions whether those may be sent to who have changed their address or consent in the tick."""

    eligibility: int
    suppressed_at: int
    allowed_at: int
    address_group: int


@dataclass(frozen=True)
class Signal:
    """Something from outside that ends or wakes an instance: an event, a change of membership, or a reaction."""

    kind: str
    """`event`, `enter`, `exit` (of an audience), or the reaction."""
    name: str
    """The event's type, the audience, or the message step that is reacted to."""
    where: str | None = None
    """Spark SQL text of a BIGINT over the names of expressions: bit k is set where it is true, were it variant k of
    `received`; of an event `event` are its own attributes."""
    received: Received = NOTHING
    question: int | None = None
    """The same for who has changed in the tick what it reads; None: nobody can."""


@dataclass(frozen=True)
class Exit:
    """A criterion of exit_when: its signals, or the question whether its condition is true."""

    id: str
    signals: tuple[int, ...] = ()
    question: int | None = None


@dataclass(frozen=True)
class Found:
    """A lookup: the table, what its key columns equal (Spark SQL text), and the column in which the finding stands."""

    name: str
    table: str
    key: Mapping[str, str]
    columns: Mapping[str, str]
    """The selected columns and their types."""
    is_many: bool
    column: str
    reads: frozenset[str] = frozenset()
    """What the key reads of what may be changed in the tick."""
    is_uncertain: bool = False
    """Whether some who haven't passed it read of it: to them it is null."""

    @property
    def type(self) -> str:
        """Of the finding: a struct, or an array of structs."""
        row = f"struct<{','.join(f'{name}:{kind}' for name, kind in self.columns.items())}>"
        return f"array<{row}>" if self.is_many else row


@dataclass(frozen=True)
class Assignment:
    """What a step sets a profile column to: Spark SQL text, of the column's type."""

    sql: str
    type: str


@dataclass
class Version:
    """One published version, compiled."""

    index: int
    journey: Journey
    published_at: int
    first_published_at: int
    """The first publication of any version of the journey: what is earlier is history."""
    closed_at: int | None
    """From when nobody enters it: closed, stopped, or followed by a newer version."""
    project_zone: str
    scope: Scope
    channels: Mapping[str, Channel]
    attributes: Callable[[str], Mapping[str, str]] = lambda _: ANY_TEXT
    """The types of an event type's attributes."""
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    takes_moved: bool = False
    """Whether those inside earlier versions moved into this one when it was published (2.8)."""
    moves: dict[str, Move] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    sends: list[SendKind] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    lookups: dict[str, Found] = field(default_factory=dict)
    """By step."""
    profile_columns: set[str] = field(default_factory=set)
    asked_audiences: set[str] = field(default_factory=set)
    """Those of in_audience: asked at a moment."""
    asked_events: dict[str, int] = field(default_factory=dict)
    """The types of events that are counted, each with the longest time, in microseconds."""
    received_journeys: set[str] = field(default_factory=set)
    """Those of has_received."""
    timed_channels: set[str] = field(default_factory=set)
    """Those whose best time is waited for."""
    engaging: set[str] = field(default_factory=set)
    """Messages on channels whose best time anybody waits for."""
    contents: dict[str, Rendering] = field(default_factory=dict)
    """What each message says, by step."""
    assignments: dict[str, dict[str, Assignment]] = field(default_factory=dict)
    """By step that updates the profile, what it sets each column to."""
    stay_changes: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """By step that updates an audience, which one, and whether it adds to it."""
    judgings: dict[int, Judging] = field(default_factory=dict)
    """By kind of send, where its answers may be changed in the tick."""

    def __post_init__(self) -> None:
        from parcours.walk import updates  # the steps need this class
        from parcours.walk.steps import End, plan_step

        placed = {name: replace(found, place=self._place(name)) for name, found in self.scope.lookups.items()}
        self.scope = replace(self.scope, lookups=placed)
        self.uncertain_lookups = uncertain_lookups(self.journey, self.templates)
        seen_late = frozenset(self._place(name) for name in self.uncertain_lookups.values())
        self.may_change = updates.changed_by(self.journey.steps, placed.values()) | seen_late
        self.zone_question = self._zone_question()
        self.holdout = self._holdout_question()
        self.entry_where, self.entry_question = self._entry_where()
        self.exits = [self._exit(criterion) for criterion in self.journey.exit_when]
        for step in self.journey.steps:
            self.moves[step.id] = plan_step(step, self)
        self.moves["end"] = End("end", "end", {})

    # --------------------------------------------------------------------------------------------------- facts
    @property
    def zone(self) -> str:
        return self.journey.timezone or self.project_zone

    @property
    def first_step(self) -> str:
        return self.journey.steps[0].id if self.journey.steps else "end"

    @property
    def timeout(self) -> int:
        return clock.micros(self.journey.timeout)

    @property
    def starts_at(self) -> int | None:
        return clock.micros(self.journey.starts_at) if self.journey.starts_at else None

    @property
    def ends_at(self) -> int | None:
        return clock.micros(self.journey.ends_at) if self.journey.ends_at else None

    def is_outside_dates(self, instant: int) -> bool:
        starts_at, ends_at = self.starts_at, self.ends_at
        return (starts_at is not None and instant < starts_at) or (ends_at is not None and instant >= ends_at)

    def is_live(self, instant: int) -> bool:
        """Whether the version takes entries at the instant, its dates left aside."""
        return self.published_at <= instant and (self.closed_at is None or instant < self.closed_at)

    @property
    def is_individual(self) -> bool:
        """Whether people must be told apart: where places are contended, or answers depend on the moment."""
        from parcours.walk.steps import Cap, Jump

        contended = any(isinstance(move, Cap | Jump) for move in self.moves.values()) or any(
            self.channels[send.channel].limits or self.channels[send.channel].ramp_up for send in self.sends
        )
        asked = any(question.is_open or self.is_changeable(question.reads) for question in self.questions)
        return contended or asked

    def is_changeable(self, names: frozenset[str]) -> bool:
        """Whether any of these may be changed by a step of the journey, so that its instance sees it at once."""
        return not names.isdisjoint(self.may_change)

    # ---------------------------------------------------------------------------------------------- while planning
    def ask(
        self,
        sql: str,
        *,
        uses_now: bool = False,
        looks_back: bool = False,
        channel: str | None = None,
        variants: tuple[int, ...] = (),
        received: Received = NOTHING,
        reads: frozenset[str] = frozenset(),
        is_of_changed: bool = False,
    ) -> int:
        """Number of the question, shared by all steps that ask the same."""
        question = Question(sql, uses_now, looks_back, channel, variants, received, reads, is_of_changed)
        if question not in self.questions:
            self.questions.append(question)
        return self.questions.index(question)

    def ask_truth(self, text: str) -> int:
        """Number of the question whether a user's expression is true: 1, or 0 for false and null."""
        return self._ask_whether(self._compiled(text, "boolean"))

    def _ask_whether(self, compiled: Compiled) -> int:
        return ask_knowing(self, compiled, lambda sql: f"CASE WHEN {sql} THEN 1L ELSE 0L END")

    def ask_instant(self, text: str) -> int:
        """Number of the question which instant a user's expression names (microseconds), in the instance's zone.

        A local time that is skipped moves forward by the gap, and of two it is the first: so does to_utc_timestamp.
        """
        compiled = self._compiled(text, "instant")
        is_local = compiled.type != "timestamp"

        def micros(sql: str) -> str:
            return f"unix_micros({f'to_utc_timestamp(CAST({sql} AS TIMESTAMP), zone_name)' if is_local else sql})"

        return ask_knowing(self, compiled, micros, self._zone_reads if is_local else frozenset())

    @property
    def _zone_reads(self) -> frozenset[str]:
        """What the instance's zone is made of."""
        return frozenset({ZONE} if self.journey.use_profile_timezone else ())

    def _zone_question(self) -> int | None:
        """Number of the question which zone it is, where the journey itself may set it."""
        if not self.is_changeable(self._zone_reads):
            return None
        return self.ask("CAST(zone AS BIGINT)", reads=self._zone_reads, is_of_changed=True)

    def reads(self, compiled: Compiled) -> frozenset[str]:
        """What the text reads of what may be changed in the tick."""
        found = {f"profile.{column}" for column in compiled.profile_columns}
        found |= {f"audience.{audience}" for audience in compiled.audiences}
        found |= {self._place(name) for name in compiled.lookups}
        return frozenset(found) | (self._zone_reads if "__local_now" in compiled.sql else frozenset())

    def ask_best_hour(self, channel: str) -> int:
        """Number of the question in which local hour the profile opens most of what the channel brings."""
        self.timed_channels.add(channel)
        reads = self._zone_reads
        return self.ask(best_hour(channel), uses_now=True, looks_back=True, channel=channel, reads=reads)

    def _compiled(self, text: str, expect: Expected | None) -> Compiled:
        return self.noted(compile_expression(text, self.scope, expect))

    def noted(self, compiled: Compiled) -> Compiled:
        """Keeps what the text reads."""
        self.profile_columns |= compiled.profile_columns
        self.asked_audiences |= compiled.audiences
        self.received_journeys |= compiled.journeys
        for event, length in compiled.events.items():
            self.asked_events[event] = max(length, self.asked_events.get(event, 0))
        return compiled

    def ask_audience(self, audience: str) -> int:
        if audience not in self.audiences:
            self.audiences.append(audience)
        return self.audiences.index(audience)

    def hear(self, kind: str, name: str, where: str | None = None) -> int:
        """Number of a signal; a `where` of an event sees that event's attributes as `event`."""
        signal = Signal(kind, name)
        if where is not None:
            scope = replace(self.scope, event=self.attributes(name)) if kind == "event" else self.scope
            compiled = self.noted(compile_expression(where, scope, "boolean"))
            received, reads = received_of(self, compiled), self.reads(compiled)
            text, question = allows(compiled.sql, received.journeys), None
            if self.is_changeable(reads):
                question = self.ask(text, uses_now=compiled.uses_now, reads=reads, is_of_changed=True)
            signal = Signal(kind, name, text, received, question)
        if signal not in self.signals:
            self.signals.append(signal)
        return self.signals.index(signal)

    def hear_change(self, audience: str, on: str | None, where: str | None = None) -> tuple[int, ...]:
        """Numbers of the signals that a membership starts, or ends."""
        kinds = ("enter", "exit") if on == "both" else (on or "enter",)
        return tuple(self.hear(kind, audience, where) for kind in kinds)

    def _exit(self, criterion: Criterion) -> Exit:
        if criterion.event is not None:
            return Exit(criterion.id, (self.hear("event", criterion.event, criterion.where),))
        if criterion.audience is not None:
            return Exit(criterion.id, self.hear_change(criterion.audience, criterion.on))
        assert criterion.condition is not None, "a criterion is one of three"
        return Exit(criterion.id, question=self.ask_truth(criterion.condition))

    def _place(self, name: str) -> str:
        """Where what a lookup finds stands: no two versions share a column, whose types may differ."""
        return f"__lookup_{self.index}_{name}"

    def ask_had(self, step: Message) -> int | None:
        """Number of the question whether one has had a message before it moved here; None where nobody moved here."""
        if not self.takes_moved:
            return None
        return self.ask(f"CASE WHEN context[{quoted(SENT + step.id)}] IS NOT NULL THEN 1L ELSE 0L END")

    def ask_lookup(self, step: Lookup) -> int:
        """Number of the question whether a lookup finds anything."""
        compiled = {column: self._compiled(text, None) for column, text in step.key.items()}
        key = {column: found.sql for column, found in compiled.items()}
        reads = frozenset(name for found in compiled.values() for name in self.reads(found))
        place, known = self._place(step.as_), self.scope.lookups[step.as_].columns or {}
        columns = {name: known.get(name) or "string" for name in step.select}
        is_uncertain = step.id in self.uncertain_lookups
        self.lookups[step.id] = Found(step.as_, step.table, key, columns, step.many, place, reads, is_uncertain)
        return self.ask(f"CASE WHEN `{place}` IS NULL THEN 0L ELSE 1L END", reads=frozenset({place}))

    def ask_send(self, step: Message) -> int:
        """Number of the kind of send that a message is."""
        channel = self.channels[step.channel]
        consent = channel.consent if step.category == "marketing" else None
        address, asked = (self._compiled_text(text) for text in (step.address or channel.address, consent))
        send = SendKind(step.channel, address.sql if address else None, asked.sql if asked else None)
        if send not in self.sends:
            self.sends.append(send)
        number = self.sends.index(send)
        reads = frozenset(name for text in (address, asked) if text is not None for name in self.reads(text))
        if self.is_changeable(reads):
            names = (each.name for each in fields(Judging))
            numbers = (self.ask(f"CAST({name}[{number}] AS BIGINT)", reads=reads, is_of_changed=True) for name in names)
            self.judgings[number] = Judging(*numbers)
        return number

    def _compiled_text(self, expression: str | None) -> Compiled | None:
        return None if expression is None else self._compiled(expression, "string")

    def assign(self, step_id: str, column: str, text: str) -> None:
        """Notes what a step sets a column to; the record of it wants what was there before."""
        kind = (self.scope.profile or {}).get(column, "string")
        compiled = self.noted(compile_value(text, self.scope, kind))
        self.profile_columns.add(column)
        self.assignments.setdefault(step_id, {})[column] = Assignment(compiled.sql, kind)

    def changes_of(self, audience: str, layer: Layer) -> tuple[StayChange, ...]:
        """What those of a layer have done to their membership in an audience."""
        return tuple(change for name, change in self.all_changes_of(layer) if name == audience)

    def all_changes_of(self, layer: Layer) -> tuple[tuple[str, StayChange], ...]:
        """What those of a layer have done to their memberships, each with its audience, in order."""
        made = [(passed.at, self.stay_changes.get(passed.step)) for passed in layer.passed]
        return (*layer.brought, *((change[0], StayChange(at, change[1])) for at, change in made if change))

    def send_of(self, step_id: str) -> int:
        """Number of the kind of send of a message step."""
        from parcours.walk.steps import Message as MessageMove

        move = self.moves[step_id]
        assert isinstance(move, MessageMove)
        return move.send

    def bucket(self, salt: str) -> str:
        """Spark SQL text of the published bucket of a profile, 0 to 9999 (2.2)."""
        return f"pmod(xxhash64(concat_ws('|', {quoted(salt)}, profile_id)), 10000)"

    def _holdout_question(self) -> int | None:
        if not self.journey.holdout:
            return None
        below = int(self.journey.holdout * 100)
        return self.ask(f"CASE WHEN {self.bucket(self.journey.id + '|holdout')} < {below} THEN 1L ELSE 0L END")

    def _entry_where(self) -> tuple[str | None, int | None]:
        """What an event must satisfy to bring its profile in: Spark SQL text, or a question where it has_received.

        `__now` is the moment of entry.
        """
        entry = self.journey.entry
        if not isinstance(entry, EventEntry | BusinessEvent) or entry.where is None:
            return None, None
        compiled = self._compiled(entry.where, "boolean")
        return (None, self._ask_whether(compiled)) if compiled.journeys else (compiled.sql, None)

    @property
    def is_spread(self) -> bool:
        """Whether its reads let people in over time, each at a moment of their own."""
        entry = self.journey.entry
        return isinstance(entry, ReadAudience) and (entry.rate is not None or entry.waves is not None)

    @property
    def jumps_to(self) -> set[str]:
        """The journeys that its instances may enter."""
        return {step.journey for step in self.journey.steps if isinstance(step, Jump)}

    @property
    def is_read(self) -> bool:
        return isinstance(self.journey.entry, ReadAudience)

    @property
    def enters_together(self) -> bool:
        """Whether one occurrence or business event brings many in: of those an address gets one send (2.5)."""
        return isinstance(self.journey.entry, ReadAudience | BusinessEvent)

    @property
    def has_reentry(self) -> bool:
        """Whether the rules of re-entry are asked (1.2)."""
        return isinstance(self.journey.entry, EventEntry | Qualification)
