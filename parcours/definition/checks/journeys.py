"""One journey: its dates, its entry, and what each of its steps says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from parcours.definition.checks.graph import check_graph, check_targets
from parcours.definition.checks.happenings import (
    check_audience,
    check_event,
    check_exits,
    check_experiment,
    check_listen,
)
from parcours.definition.checks.jumps import check_jump
from parcours.definition.checks.known import Known, scope_of
from parcours.definition.checks.lookups import check_lookup, journey_scope, step_scope
from parcours.definition.checks.sends import check_channel_name, check_consents, check_send
from parcours.definition.checks.texts import check_expression
from parcours.definition.checks.updates import check_audience_update, check_profile_update
from parcours.definition.drafts import Draft
from parcours.definition.entries import BusinessEvent, EventEntry, Qualification, ReadAudience, Waves
from parcours.definition.expressions import Scope
from parcours.definition.journeys import Journey
from parcours.definition.mending import Mended
from parcours.definition.problems import Finding, Loc
from parcours.definition.steps import (
    AnyStep,
    AudienceTest,
    BestSendTime,
    Condition,
    Experiment,
    Jump,
    Listen,
    Lookup,
    Message,
    ProfileCap,
    Split,
    UpdateAudience,
    UpdateProfile,
    Wait,
)
from parcours.definition.times import format_duration, iso

SHORTEST_INTERVAL = timedelta(minutes=30)


def check_journey(draft: Draft, known: Known) -> Iterator[Finding]:
    """What is wrong with a journey, in as much of it as could be read."""
    if draft.whole is not None:
        yield from _check_dates(draft.whole)
        yield from _check_holdout(draft.whole.holdout, ())
    if draft.entry is not None:
        guess = dict(draft.guesses).get(("entry",), Mended(draft.entry))
        yield from guess.certain(_check_entry(draft, known), ("entry",))
    yield from check_graph(draft)
    scope = journey_scope(draft, known)
    yield from check_exits(draft.exits, known, scope)
    for place, step in draft.steps:
        yield from _check_step(step, ("steps", place), draft, known, step_scope(step, draft, scope))
    for at, guess in draft.guesses:
        yield from guess.certain(_check_guess(guess.part, at, draft, known, scope), at)
    yield from check_consents(draft, known)


def _check_guess(part: Any, at: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    """What else is wrong with a part that couldn't be read as it stands; the entry has been checked with the rest."""
    match at:
        case ("steps", _):
            yield from check_targets(part, at, draft)
            yield from _check_step(part, at, draft, known, scope)
        case ("exit_when", int(place)):
            yield from check_exits([(place, part)], known, scope)


def _check_dates(journey: Journey) -> Iterator[Finding]:
    starts, ends, entry = journey.starts_at, journey.ends_at, journey.entry
    if starts and ends and ends <= starts:
        yield Finding(("ends_at",), f"not after starts_at, {iso(starts)}")
    if journey.timeout <= timedelta(0):
        yield Finding(("timeout",), "a timeout of no time: everybody leaves at once")
    if isinstance(entry, BusinessEvent) and "reentry" in journey.model_fields_set:
        what = "reentry says nothing of a business event: each brings in every member, once"
        yield Finding(("reentry",), what, "leave it out", is_warning=True, on_key=True)
    if not isinstance(entry, ReadAudience):
        return
    if "reentry" in journey.model_fields_set:
        what = "reentry says nothing of a read: whoever is still inside is rejected, all others enter"
        yield Finding(("reentry",), what, "leave it out, or write force_reentry in entry", is_warning=True, on_key=True)
    at = entry.schedule.at
    if at and ((starts and at < starts) or (ends and at >= ends)):
        what = f"{iso(at)} is outside of starts_at and ends_at: nobody ever enters"
        yield Finding(("entry", "schedule", "at"), what, is_warning=True)


def _check_holdout(holdout: Decimal | None, loc: Loc) -> Iterator[Finding]:
    """Shares of 1 are written where percents are wanted: 0.05 is hardly ever five of ten thousand."""
    if holdout and holdout < 1:
        what = f"{holdout} percent are {_plain(holdout * 100)} of 10,000 people"
        yield Finding(
            (*loc, "holdout"), what, f"write {_plain(holdout * 100)} for a share of {holdout}", is_warning=True
        )


def _check_entry(draft: Draft, known: Known) -> Iterator[Finding]:
    entry = draft.entry
    if isinstance(entry, EventEntry | BusinessEvent):
        yield from check_event(entry.event, ("entry", "event"), known)
        if entry.where is not None:
            scope = scope_of(entry, draft.zone, known, {})
            if isinstance(entry, BusinessEvent):  # which has no profile, and no member yet
                scope = replace(scope, profile={}, audience=None)
            yield from check_expression(entry.where, scope, "boolean", ("entry", "where"))
    if isinstance(entry, BusinessEvent | Qualification):
        yield from check_audience(entry.audience, ("entry", "audience"), known)
    elif isinstance(entry, ReadAudience):
        yield from check_audience(entry.audience, ("entry", "audience"), known)
        if entry.waves is not None:
            yield from _check_waves(entry.waves, entry.schedule.at)


def _check_waves(waves: Waves, first: datetime | None) -> Iterator[Finding]:
    loc = ("entry", "waves")
    if first is None:
        yield Finding(loc, "waves without at", "write schedule: {at: ...}; a cron read can't have waves", on_key=True)
    if waves.percents and sum(waves.percents) != 100:
        yield Finding(
            (*loc, "percents"), f"the percents add up to {_plain(sum(waves.percents))}", "they have to make 100"
        )
    if waves.interval is not None and waves.interval < SHORTEST_INTERVAL:
        what = f"waves {format_duration(waves.interval)} after each other"
        yield Finding((*loc, "interval"), what, "30 minutes at least")
    if waves.starts is None:
        return
    if len(waves.starts) != waves.wave_count - 1:
        what = f"{len(waves.starts)} starts for {waves.wave_count} waves"
        yield Finding((*loc, "starts"), what, "one for each wave after the first")
    for place, (before, start) in enumerate(zip((first, *waves.starts), waves.starts, strict=False)):
        if before is not None and start - before < SHORTEST_INTERVAL:
            what = f"{iso(start)} is less than 30 minutes after the wave before, {iso(before)}"
            yield Finding((*loc, "starts", place), what)


def _check_step(step: AnyStep, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    match step:
        case Condition():
            yield from _check_condition(step, loc, known, scope)
        case Split():
            yield from _check_split(step, loc)
        case ProfileCap():
            yield from _check_cap(step, loc, draft)
        case Wait():
            yield from _check_wait(step, loc, draft, known, scope)
        case Listen():
            yield from _check_labels([path.label for path in step.paths], loc, "timeout")
            yield from check_listen(step, loc, draft, known, scope)
        case Experiment():
            yield from _check_labels([arm.label for arm in step.arms], loc, "holdout", key="arms")
            yield from _check_holdout(step.holdout, loc)
            yield from check_experiment(step, loc, known, scope)
        case Message():
            yield from check_send(step, loc, draft, known, scope)
        case UpdateProfile():
            yield from check_profile_update(step, loc, known, scope)
        case UpdateAudience():
            yield from check_audience_update(step, loc, known)
        case Jump():
            yield from check_jump(step, loc, known)
        case Lookup():
            yield from check_lookup(step, loc, draft, known, scope)


def _check_labels(labels: list[str], loc: Loc, reserved: str | None = None, key: str = "paths") -> Iterator[Finding]:
    for place, label in enumerate(labels):
        if label in labels[:place]:
            yield Finding((*loc, key, place, "label"), f"label '{label}' stands twice", f"give each {key[:-1]} its own")
        if label == reserved:
            yield Finding((*loc, key, place, "label"), f"'{label}' is reserved", f"give the {key[:-1]} another label")


def _check_condition(step: Condition, loc: Loc, known: Known, scope: Scope) -> Iterator[Finding]:
    yield from _check_labels([path.label for path in step.paths], loc, "otherwise")
    for place, path in enumerate(step.paths):
        here = (*loc, "paths", place)
        if isinstance(path.when, AudienceTest):
            yield from check_audience(path.when.audience, (*here, "when", "audience"), known)
        elif isinstance(path.when, str):
            yield from check_expression(path.when, scope, "boolean", (*here, "when"))


def _check_split(step: Split, loc: Loc) -> Iterator[Finding]:
    yield from _check_labels([path.label for path in step.paths], loc)
    total = sum(path.percent for path in step.paths)
    if total != 100:
        yield Finding((*loc, "paths"), f"the percents add up to {_plain(total)}", "they have to make 100", on_key=True)


def _check_cap(step: ProfileCap, loc: Loc, draft: Draft) -> Iterator[Finding]:
    if step.per == "occurrence" and draft.entry is not None and not isinstance(draft.entry, ReadAudience):
        yield Finding((*loc, "per"), "only a read_audience has occurrences", "write version or day")
    if step.per == "version" and step.limits is not None and len(step.limits) > 1:
        what = "per version there is one number: only the first of limits counts"
        yield Finding((*loc, "limits"), what, "write limit, or per: occurrence or day", is_warning=True, on_key=True)


def _check_wait(step: Wait, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    if isinstance(step.until, str):
        yield from check_expression(step.until, scope, "instant", (*loc, "until"))
    elif isinstance(step.until, BestSendTime):
        yield from check_channel_name(step.until.best_send_time, (*loc, "until", "best_send_time"), known)
        if step.until.within <= timedelta(0):
            yield Finding((*loc, "until", "within"), "no time to wait within", "write 24h")
    timeout = draft.whole.timeout if draft.whole else timedelta(0)
    if step.for_ is not None and step.for_ >= timeout > timedelta(0):
        what = f"not shorter than the journey's timeout, {format_duration(timeout)}: nobody gets past it"
        yield Finding((*loc, "for"), what, "write a longer timeout", is_warning=True)


def _plain(number: Decimal | int) -> str:
    """`99.5`, never `99.50` or `1E+2`."""
    return f"{Decimal(number).normalize():f}"
