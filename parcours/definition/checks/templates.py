"""One template file: its fields, by themselves and in each journey that uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parcours.definition.checks.known import Known, wide_scope
from parcours.definition.checks.sends import check_fields, check_unsubscribe
from parcours.definition.checks.texts import check_template, message_scope
from parcours.definition.contents import Template, place_of_field
from parcours.definition.expressions import Scope
from parcours.definition.problems import Finding, did_you_mean
from parcours.definition.steps import Message


@dataclass(frozen=True)
class Use:
    """A message that a template is for, and the names of its journey."""

    journey: str
    step: Message
    scope: Scope


def check_template_file(
    channel: str, template: Template, data: Mapping[str, Any], known: Known, uses: Sequence[Use]
) -> Iterator[Finding]:
    """What is wrong with a template, once whoever uses it, and then what is wrong in some journeys only."""
    if known.channels is not None and channel not in known.channels:
        remedy = did_you_mean(channel, known.channels) or "declare it in channels.yaml"
        yield Finding((), f"a template of no channel: '{channel}'", remedy)
        return
    places = {field: place_of_field(data, field) for field in template.fields}
    yield from check_fields(channel, template.fields, (), places)
    told: set[Finding] = set()
    wide = message_scope(wide_scope(known, {name for use in uses for name in use.scope.lookups}))
    for field, text in template.fields.items():
        told.update(check_template(text, wide, field, places[field]))
    yield from told
    for use in uses:
        for field, text in template.fields.items():
            for finding in check_template(text, message_scope(use.scope), field, places[field]):
                if finding not in told:
                    yield replace(finding, what=f"{finding.what}, in journey '{use.journey}'")
        of_channel = known.channels[channel] if known.channels else None
        yield from check_unsubscribe(use.step, of_channel, template.fields, (), places)
