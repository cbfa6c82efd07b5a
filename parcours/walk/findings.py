"""Which lookups are read where they may not have been passed: there their columns are null (docs/decisions/0007)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parcours.definition.checks.graph import steps_around
from parcours.definition.journeys import Journey
from parcours.definition.steps import Lookup, Message


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
