"""A published version as the walk needs it: numbered steps, and the questions about a person's data that they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from parcours.definition.channels import Channel
from parcours.definition.expressions import ANY_TEXT, Compiled, Expected, Scope, compile_expression
from parcours.definition.expressions.terms import quoted
from parcours.definition.journeys import BusinessEvent, EventEntry, Journey, Qualification, ReadAudience
from parcours.definition.steps import Jump
from parcours.walk import clock, steps
from parcours.walk.best_time import best_hour
from parcours.walk.contents import Rendering
from parcours.walk.findings import Found, uncertain_lookups
from parcours.walk.layers import Layer, StayChange
from parcours.walk.questions import Question
from parcours.walk.received import NOTHING, Received, ask_knowing
from parcours.walk.sends import Judging, SendKind
from parcours.walk.signals import Signal, exit_by
from parcours.walk.steps.updates import Assignment, changed_by

ZONE = "profile.timezone"


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
    moves: dict[str, steps.Move] = field(default_factory=dict)
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
        placed = {name: replace(found, place=self.place(name)) for name, found in self.scope.lookups.items()}
        self.scope = replace(self.scope, lookups=placed)
        self.uncertain_lookups = uncertain_lookups(self.journey, self.templates)
        seen_late = frozenset(self.place(name) for name in self.uncertain_lookups.values())
        self.may_change = changed_by(self.journey.steps, placed.values()) | seen_late
        self.zone_question = self._zone_question()
        self.holdout = self._holdout_question()
        self.entry_where, self.entry_question = self._entry_where()
        self.exits = [exit_by(self, criterion) for criterion in self.journey.exit_when]
        for step in self.journey.steps:
            self.moves[step.id] = steps.plan_step(step, self)
        self.moves["end"] = steps.End("end", "end", {})

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
        contended = any(isinstance(move, steps.Cap | steps.Jump) for move in self.moves.values()) or any(
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
        return self._ask_whether(self.compiled(text, "boolean"))

    def _ask_whether(self, compiled: Compiled) -> int:
        return ask_knowing(self, compiled, lambda sql: f"CASE WHEN {sql} THEN 1L ELSE 0L END")

    def ask_instant(self, text: str) -> int:
        """Number of the question which instant a user's expression names (microseconds), in the instance's zone.

        A local time that is skipped moves forward by the gap, and of two it is the first: so does to_utc_timestamp.
        """
        compiled = self.compiled(text, "instant")
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
        found |= {self.place(name) for name in compiled.lookups}
        return frozenset(found) | (self._zone_reads if "__local_now" in compiled.sql else frozenset())

    def ask_best_hour(self, channel: str) -> int:
        """Number of the question in which local hour the profile opens most of what the channel brings."""
        self.timed_channels.add(channel)
        reads = self._zone_reads
        return self.ask(best_hour(channel), uses_now=True, looks_back=True, channel=channel, reads=reads)

    def compiled(self, text: str, expect: Expected | None) -> Compiled:
        """A user's expression as Spark SQL text; what it reads is kept."""
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

    def place(self, name: str) -> str:
        """Where what a lookup finds stands: no two versions share a column, whose types may differ."""
        return f"__lookup_{self.index}_{name}"

    def changes_of(self, audience: str, layer: Layer) -> tuple[StayChange, ...]:
        """What those of a layer have done to their membership in an audience."""
        return tuple(change for name, change in self.all_changes_of(layer) if name == audience)

    def all_changes_of(self, layer: Layer) -> tuple[tuple[str, StayChange], ...]:
        """What those of a layer have done to their memberships, each with its audience, in order."""
        made = [(passed.at, self.stay_changes.get(passed.step)) for passed in layer.passed]
        return (*layer.brought, *((change[0], StayChange(at, change[1])) for at, change in made if change))

    def send_of(self, step_id: str) -> int:
        """Number of the kind of send of a message step."""
        move = self.moves[step_id]
        assert isinstance(move, steps.Message)
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
        compiled = self.compiled(entry.where, "boolean")
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
