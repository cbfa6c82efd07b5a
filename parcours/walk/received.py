"""has_received in a question or a `where` (1.7): one text for each thing that may be so, of which the walk takes one.

What a profile was sent in earlier ticks Spark looks up when it is needed; what in this one, the walk itself knows. So
an expression over `has_received('a')` and `has_received('b')` is asked four times, and never again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition.expressions import Compiled
from parcours.definition.expressions.terms import quoted

if TYPE_CHECKING:
    from parcours.walk.plan import Version


@dataclass(frozen=True)
class Received:
    """The journeys that an expression names, each with the question for the first send before the tick."""

    journeys: tuple[str, ...] = ()
    firsts: tuple[int, ...] = ()


NOTHING = Received()


def received_of(version: Version, compiled: Compiled) -> Received:
    """What an expression asks of earlier sends; registers the questions."""
    journeys = tuple(sorted(compiled.journeys))
    firsts = tuple(version.ask(f"__received[{quoted(journey)}]", looks_back=True) for journey in journeys)
    return Received(journeys, firsts)


def ask_knowing(
    version: Version, compiled: Compiled, answer: Callable[[str], str], others: frozenset[str] = frozenset()
) -> int:
    """Number of the question that an expression is; `answer` makes the text of a BIGINT of its text.

    `others` is what the answer reads besides the expression.
    """
    reads = version.reads(compiled) | others
    received = received_of(version, compiled)
    if not received.journeys:
        return version.ask(answer(compiled.sql), uses_now=compiled.uses_now, reads=reads)
    texts = variants(compiled.sql, received.journeys)
    numbers = tuple(
        version.ask(answer(text), uses_now="__now" in text or "__local_now" in text, reads=reads) for text in texts
    )
    return version.ask("NULL", variants=numbers, received=received)


def allows(sql: str, journeys: Sequence[str]) -> str:
    """Spark SQL text of a BIGINT: bit k is set where the boolean is true, were it the k-th variant."""
    texts = variants(sql, journeys)
    return " + ".join(f"IF(coalesce({text}, false), {1 << place}L, 0L)" for place, text in enumerate(texts))


def variants(sql: str, journeys: Sequence[str]) -> list[str]:
    """The text for each set of journeys of which something was received: journey k where bit k of the place is set."""
    if not journeys:
        return [sql]
    found = []
    for place in range(1 << len(journeys)):
        pairs = ", ".join(f"{quoted(j)}, {str(bool(place >> k & 1)).lower()}" for k, j in enumerate(journeys))
        found.append(f"try_element_at(transform(array(map({pairs})), `__has_received` -> {sql}), 1)")
    return found
