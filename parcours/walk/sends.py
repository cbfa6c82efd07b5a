"""Kinds of sends: what decides whether a profile may be sent to, and what is asked where a step may change it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from parcours.definition.expressions import Compiled
from parcours.definition.expressions.terms import quoted
from parcours.definition.steps import Message

if TYPE_CHECKING:
    from parcours.walk.plan import Version


SENT = "sent."
"""Before the id of a message in an instance's context: it had it before it moved from another version."""


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


def ask_send(version: Version, step: Message) -> int:
    """Number of the kind of send that a message is."""
    channel = version.channels[step.channel]
    consent = channel.consent if step.category == "marketing" else None
    address, asked = (_compiled_text(version, text) for text in (step.address or channel.address, consent))
    send = SendKind(step.channel, address.sql if address else None, asked.sql if asked else None)
    if send not in version.sends:
        version.sends.append(send)
    number = version.sends.index(send)
    reads = frozenset(name for text in (address, asked) if text is not None for name in version.reads(text))
    if version.is_changeable(reads):
        names = (each.name for each in fields(Judging))
        numbers = (version.ask(f"CAST({name}[{number}] AS BIGINT)", reads=reads, is_of_changed=True) for name in names)
        version.judgings[number] = Judging(*numbers)
    return number


def _compiled_text(version: Version, expression: str | None) -> Compiled | None:
    return None if expression is None else version.compiled(expression, "string")


def ask_had(version: Version, step: Message) -> int | None:
    """Number of the question whether one has had a message before it moved here; None where nobody moved here."""
    if not version.takes_moved:
        return None
    return version.ask(f"CASE WHEN context[{quoted(SENT + step.id)}] IS NOT NULL THEN 1L ELSE 0L END")
