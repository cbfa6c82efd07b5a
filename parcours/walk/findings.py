"""What lookups find, and which of them are read where they may not have been passed: there it is null.

Decision 7 (docs/decisions/0007-lookups.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition.checks.graph import steps_around
from parcours.definition.journeys import Journey
from parcours.definition.steps import Lookup, Message

if TYPE_CHECKING:
    from parcours.walk.plan import Version


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


def ask_lookup(version: Version, step: Lookup) -> int:
    """Number of the question whether a lookup finds anything."""
    compiled = {column: version.compiled(text, None) for column, text in step.key.items()}
    key = {column: found.sql for column, found in compiled.items()}
    reads = frozenset(name for found in compiled.values() for name in version.reads(found))
    place, known = version.place(step.as_), version.scope.lookups[step.as_].columns or {}
    columns = {name: known.get(name) or "string" for name in step.select}
    is_uncertain = step.id in version.uncertain_lookups
    version.lookups[step.id] = Found(step.as_, step.table, key, columns, step.many, place, reads, is_uncertain)
    return version.ask(f"CASE WHEN `{place}` IS NULL THEN 0L ELSE 1L END", reads=frozenset({place}))


def uncertain_lookups(journey: Journey, templates: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The lookup steps of which something may be read by who hasn't passed them, each with its name.

    It goes by the text: where a name only looks like the lookup's, it costs time, and no rows.
    """
    lookups = [step for step in journey.steps if isinstance(step, Lookup)]
    return {step.id: step.as_ for step in lookups if _is_uncertain(step, journey, templates)}


def _is_uncertain(lookup: Lookup, journey: Journey, templates: Mapping[str, Mapping[str, str]]) -> bool:
    named = re.compile(rf"\b{re.escape(lookup.as_)}\b", re.IGNORECASE)
    around = steps_around(lookup.id, journey)
    for step in journey.steps:
        text = step.model_dump_json()
        if isinstance(step, Message) and step.template:
            text += " ".join(templates[f"{step.channel}/{step.template}"].values())
        if step.id in around and named.search(text):
            return True
    asked = [criterion for criterion in journey.exit_when if named.search(criterion.model_dump_json())]
    heard = any(criterion.condition is None for criterion in asked)
    messages = {step.id for step in journey.steps if isinstance(step, Message)}
    return heard or bool(asked and messages & around)
