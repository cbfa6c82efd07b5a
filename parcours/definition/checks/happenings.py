"""What happens to people from outside: events, memberships and reactions, wherever a journey names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from parcours.definition.checks.graph import steps_before
from parcours.definition.checks.known import Known, attributes_of
from parcours.definition.checks.texts import check_expression
from parcours.definition.drafts import Draft
from parcours.definition.exits import Criterion
from parcours.definition.expressions import Scope
from parcours.definition.journeys import Journey
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.steps import Experiment, Listen, Message


def check_event(event: str, loc: Loc, known: Known) -> Iterator[Finding]:
    """Events are declared."""
    if known.events is not None and event not in known.events:
        remedy = did_you_mean(event, known.events) or "declare it in events.yaml"
        yield Finding(loc, f"no event '{event}'", remedy)


def check_audience(audience: str, loc: Loc, known: Known) -> Iterator[Finding]:
    """Nobody has to write an audience: any id may be filled by a load."""
    filled = known.filled_audiences
    is_added = audience in known.added_audiences
    if audience not in known.audiences and filled is not None and audience not in filled and not is_added:
        what = f"audience '{audience}' has neither a file nor a member"
        remedy = did_you_mean(audience, known.audiences) or f"write audiences/{audience}.yaml, or load its members"
        yield Finding(loc, what, remedy, is_warning=True)


def check_exits(criteria: Sequence[Criterion], known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with exit_when."""
    ids = [criterion.id for criterion in criteria]
    for place, criterion in enumerate(criteria):
        loc = ("exit_when", place)
        if criterion.id in ids[:place]:
            yield Finding((*loc, "id"), f"criterion '{criterion.id}' stands twice", "give each its own id")
        yield from _check_happening(criterion.event, criterion.where, criterion.audience, loc, known, scope)
        if criterion.condition is not None:
            yield from check_expression(criterion.condition, scope, "boolean", (*loc, "condition"))


def check_listen(step: Listen, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with what a step listens for."""
    before = _before(step.id, draft.whole) if draft.whole else None
    for place, path in enumerate(step.paths):
        here = (*loc, "paths", place)
        yield from _check_happening(path.event, path.where, path.audience, here, known, scope)
        if path.of is not None and before is not None and path.of not in before:
            yield Finding((*here, "of"), f"no message '{path.of}' before it", _messages(path.of, before))


def _check_happening(
    event: str | None, where: str | None, audience: str | None, loc: Loc, known: Known, scope: Scope
) -> Iterator[Finding]:
    if event is not None:
        yield from check_event(event, (*loc, "event"), known)
        scope = replace(scope, event=attributes_of(event, known))
    if audience is not None:
        yield from check_audience(audience, (*loc, "audience"), known)
    if where is not None:
        yield from check_expression(where, scope, "boolean", (*loc, "where"))


def _messages(written: str, before: set[str]) -> str:
    close = did_you_mean(written, before)
    return close or (f"before it: {', '.join(sorted(before))}" if before else "let a message step come before it")


def _before(step_id: str, journey: Journey) -> set[str]:
    """The messages from which some way leads to the step."""
    found = steps_before(step_id, journey)
    return {step.id for step in journey.steps if step.id in found and isinstance(step, Message)}


def check_metric(step: Experiment, loc: Loc, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with what an experiment counts."""
    if step.metric is None:
        return
    yield from check_event(step.metric.event, (*loc, "metric", "event"), known)
    if step.metric.where is not None:
        of_event = replace(scope, event=attributes_of(step.metric.event, known))
        yield from check_expression(step.metric.where, of_event, "boolean", (*loc, "metric", "where"))
