"""What happens to people from outside: events, memberships and reactions, wherever a journey names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from parcours.definition.checks.graph import steps_before
from parcours.definition.checks.known import Known, attributes_of
from parcours.definition.checks.texts import check_expression, check_of_event_alone, unfilled_audience
from parcours.definition.drafts import Draft
from parcours.definition.exits import Criterion
from parcours.definition.expressions import Scope
from parcours.definition.journeys import Journey
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.steps import Experiment, Listen, Message
from parcours.definition.times import format_duration


def check_event(event: str, loc: Loc, known: Known) -> Iterator[Finding]:
    """Events are declared."""
    if known.events is not None and event not in known.events:
        remedy = did_you_mean(event, known.events) or "declare it in events.yaml"
        yield Finding(loc, f"no event '{event}'", remedy)


def check_audience(audience: str, loc: Loc, known: Known) -> Iterator[Finding]:
    """Nobody has to write an audience: any id may be filled by a load."""
    if not known.is_filled(audience):
        yield unfilled_audience(audience, loc, known.audiences)


def check_exits(criteria: Sequence[tuple[int, Criterion]], known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with exit_when; of each criterion that could be read, by its place in the list."""
    first: dict[str, int] = {}
    for place, criterion in criteria:
        loc = ("exit_when", place)
        if criterion.id in first:
            also = f"also the id of exit_when[{first[criterion.id]}]"
            yield Finding((*loc, "id"), f"criterion '{criterion.id}' stands twice", also)
        first.setdefault(criterion.id, place)
        yield from _check_happening(criterion.event, criterion.where, criterion.audience, loc, known, scope)
        if criterion.condition is not None:
            yield from check_expression(criterion.condition, scope, "boolean", (*loc, "condition"))


def check_listen(step: Listen, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with what a step listens for."""
    yield from _check_time(step, loc, draft)
    before = _before(step.id, draft.whole) if draft.whole else None
    for place, path in enumerate(step.paths):
        here = (*loc, "paths", place)
        yield from _check_happening(path.event, path.where, path.audience, here, known, scope)
        if path.of is not None and before is not None and path.of not in before:
            yield _wrong_message(path.of, (*here, "of"), draft, before)


def _check_time(step: Listen, loc: Loc, draft: Draft) -> Iterator[Finding]:
    if step.timeout is None:
        return
    if step.timeout <= timedelta(0):
        yield Finding((*loc, "timeout"), "a time-out of no time: nothing is ever heard", is_warning=True)
    longest = draft.whole.timeout if draft.whole else timedelta(0)
    if step.timeout >= longest > timedelta(0):
        what = f"not shorter than the journey's timeout, {format_duration(longest)}: whoever hears nothing ends there"
        yield Finding((*loc, "timeout"), what, "write a longer timeout for the journey", is_warning=True)


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


def _wrong_message(written: str, loc: Loc, draft: Draft, before: set[str]) -> Finding:
    """Why it isn't one of the messages `before`, which an instance may have had."""
    listed = f"before it: {', '.join(sorted(before))}" if before else "let a message step come before it"
    step = next((step for _, step in draft.steps if step.id == written), None)
    if step is None:
        return Finding(loc, f"no message '{written}'", did_you_mean(written, before) or listed)
    if not isinstance(step, Message):
        return Finding(loc, f"'{written}' is no message: its type is {step.type}", listed)
    return Finding(loc, f"no way leads here from message '{written}': nobody has had it", listed)


def _before(step_id: str, journey: Journey) -> set[str]:
    """The messages from which some way leads to the step."""
    found = steps_before(step_id, journey)
    return {step.id for step in journey.steps if step.id in found and isinstance(step, Message)}


def check_experiment(step: Experiment, loc: Loc, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with whom an experiment keeps out, and with what it counts."""
    if step.holdout == 100:
        yield Finding((*loc, "holdout"), "all are held out: nobody takes an arm", is_warning=True)
    if step.otherwise is not None and not step.holdout:
        what = "otherwise without holdout: nobody is held out"
        yield Finding((*loc, "otherwise"), what, "write holdout: 10", is_warning=True)
    if step.metric is None:
        return
    yield from check_event(step.metric.event, (*loc, "metric", "event"), known)
    if step.metric.where is not None:
        of_event = replace(scope, event=attributes_of(step.metric.event, known))
        yield from check_of_event_alone(step.metric.where, of_event, (*loc, "metric", "where"))
