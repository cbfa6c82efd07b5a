"""What a version listens for from outside: signals that wake an instance, or end it by a criterion of exit_when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parcours.definition.expressions import compile_expression
from parcours.definition.journeys import Criterion
from parcours.walk.received import NOTHING, Received, allows, received_of

if TYPE_CHECKING:
    from parcours.walk.plan import Version


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


def hear(version: Version, kind: str, name: str, where: str | None = None) -> int:
    """Number of a signal; a `where` of an event sees that event's attributes as `event`."""
    signal = Signal(kind, name)
    if where is not None:
        scope = replace(version.scope, event=version.attributes(name)) if kind == "event" else version.scope
        compiled = version.noted(compile_expression(where, scope, "boolean"))
        received, reads = received_of(version, compiled), version.reads(compiled)
        text, question = allows(compiled.sql, received.journeys), None
        if version.is_changeable(reads):
            question = version.ask(text, uses_now=compiled.uses_now, reads=reads, is_of_changed=True)
        signal = Signal(kind, name, text, received, question)
    if signal not in version.signals:
        version.signals.append(signal)
    return version.signals.index(signal)


def hear_change(version: Version, audience: str, on: str | None, where: str | None = None) -> tuple[int, ...]:
    """Numbers of the signals that a membership starts, or ends."""
    kinds = ("enter", "exit") if on == "both" else (on or "enter",)
    return tuple(hear(version, kind, audience, where) for kind in kinds)


def exit_by(version: Version, criterion: Criterion) -> Exit:
    """A criterion of exit_when, with its signals, or its question, registered."""
    if criterion.event is not None:
        return Exit(criterion.id, (hear(version, "event", criterion.event, criterion.where),))
    if criterion.audience is not None:
        return Exit(criterion.id, hear_change(version, criterion.audience, criterion.on))
    assert criterion.condition is not None, "a criterion is one of three"
    return Exit(criterion.id, question=version.ask_truth(criterion.condition))
