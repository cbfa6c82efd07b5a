"""Test cases against the project that they are of: names that there aren't, and moments that come too late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parcours.definition.cases import Case, ExpectedOutcome, ExpectedSend, GivenFeedback, Row
from parcours.definition.checks.updates import KNOWN_COLUMNS
from parcours.definition.expressions.types import parse_type
from parcours.definition.given_values import fitting, type_of
from parcours.definition.journeys import Journey
from parcours.definition.problems import Finding, Loc, Mistake, did_you_mean, one_of
from parcours.definition.steps import Message
from parcours.definition.times import iso
from parcours.tables import ALL, SOURCES

if TYPE_CHECKING:
    from parcours.definition.project import Project

IN_AUDIENCE = re.compile(r"\bin_audience\(\s*['\"]([^'\"]+)['\"]", re.IGNORECASE)
NOT_A_STEP = ("entry", "end")
"""What outcomes say in place of a step's id."""


def check_case(case: Case, journey: Journey, project: Project, loc: Loc) -> Iterator[Finding]:
    """What is wrong with a case of the journey; it stands at `loc` of its file."""
    for place, name in enumerate(case.journeys):
        if name not in project.journeys:
            yield _unknown("journey", name, project.journeys, (*loc, "journeys", place))
    yield from _check_times(case, journey, loc)
    yield from _check_given(case, project, (*loc, "given"))
    yield from _check_use(case, journey, project, (*loc, "given"))
    yield from _check_places(case, journey, project, loc)
    yield from _check_people(case, (*loc, "expect"))


def running_journeys(case: Case, journey: Journey, project: Project) -> list[str]:
    """The journeys that run in the case: its own, those that it names, and those to which any of these jump."""
    found = [journey.id]
    for name in (*case.journeys, *named_in(journey, "journey")):
        found += [name] if name not in found else []
    for name in found:
        if name in project.journeys:
            found += [each for each in named_in(project.journeys[name].journey, "journey") if each not in found]
    return found


def published_at(case: Case, journey: Journey) -> datetime | None:
    """When the case's journeys are published; None where nothing tells."""
    if case.from_ is not None:
        return case.from_
    schedule = getattr(journey.entry, "schedule", None)
    once = schedule.at if schedule is not None else None
    return min([*case.named_instants, *([once] if once else [])], default=None)


def named_in(journey: Journey, key: str) -> list[str]:
    """What stands in the journey under this key, wherever; of `audience` also what expressions ask."""
    return list(dict.fromkeys(_named(journey.model_dump(mode="json", by_alias=True, exclude_defaults=True), key)))


def _named(part: Any, key: str) -> Iterator[str]:
    if isinstance(part, str):
        yield from IN_AUDIENCE.findall(part) if key == "audience" else ()
    for name, value in part.items() if isinstance(part, Mapping) else ():
        if name == key and isinstance(value, str):
            yield value
        yield from _named(value, key)
    for value in part if isinstance(part, list) else ():
        yield from _named(value, key)


def _unknown(kind: str, name: str, known: Iterable[str], loc: Loc) -> Finding:
    listed = sorted(known)
    remedy = did_you_mean(name, listed) or (f"write {one_of(listed)}" if listed else None)
    return Finding(loc, f"no {kind} '{name}'", remedy)


# --------------------------------------------------------------------------------------------------------------- times
def _check_times(case: Case, journey: Journey, loc: Loc) -> Iterator[Finding]:
    start = published_at(case, journey)
    if start is None:
        what = "nothing says when the journey is published: no instant is named"
        yield Finding(loc, what, "write from: 2026-03-01T00:00:00Z")
    elif case.until <= start:
        yield Finding((*loc, "until"), f"not after {iso(start)}, when the journey is published", "write a later one")
    for here, at, is_expected in _instants(case, loc):
        if at > case.until:
            yield Finding(here, f"later than until, {iso(case.until)}", "write a later until")
        elif is_expected and case.from_ is not None and at < case.from_:
            yield Finding(here, f"earlier than from, {iso(case.from_)}", "write an earlier from")


def _instants(case: Case, loc: Loc) -> Iterator[tuple[Loc, datetime, bool]]:
    """What happens and what is expected, and when."""
    for place, event in enumerate(case.given.events):
        yield (*loc, "given", "events", place, "event_time"), event.event_time, False
    for place, feedback in enumerate(case.given.message_feedback):
        yield (*loc, "given", "message_feedback", place, "feedback_at"), feedback.feedback_at, True
    for place, send in enumerate(case.expect.sends or ()):
        if send.send_at is not None:
            yield (*loc, "expect", "sends", place, "send_at"), send.send_at, True
    for place, outcome in enumerate(case.expect.outcomes):
        if outcome.at is not None:
            yield (*loc, "expect", "outcomes", place, "at"), outcome.at, True


# --------------------------------------------------------------------------------------------------------------- given
def _check_given(case: Case, project: Project, loc: Loc) -> Iterator[Finding]:
    yield from _check_profiles(case.given.profiles, project, (*loc, "profiles"))
    for name, rows in case.given.tables.items():
        yield from _check_values(rows, {}, (*loc, "tables", name))
    ids: dict[str, int] = {}
    for place, event in enumerate(case.given.events):
        here = (*loc, "events", place)
        name = event.event_id or f"e{place + 1}"
        if name in ids:
            yield Finding((*here, "event_id"), f"event '{name}' stands twice", f"also events[{ids[name]}]")
        ids[name] = place
        declared = project.events.get(event.event_type)
        if declared is None:
            remedy = did_you_mean(event.event_type, project.events) or "declare it in events.yaml"
            yield Finding((*here, "event_type"), f"no event '{event.event_type}'", remedy)
            continue
        for name in event.attributes:
            if name not in declared:
                remedy = did_you_mean(name, declared) or "declare it in events.yaml"
                what = f"{event.event_type} has no attribute '{name}'"
                yield Finding((*here, "attributes", name), what, remedy, on_key=True)
    for place, suppression in enumerate(case.given.suppressions):
        if suppression.channel not in project.channels:
            yield _unknown("channel", suppression.channel, project.channels, (*loc, "suppressions", place, "channel"))


def _check_profiles(rows: Sequence[Row], project: Project, loc: Loc) -> Iterator[Finding]:
    declared = {**KNOWN_COLUMNS, **(project.profiles or {})}
    if project.profiles is not None:
        for place, row in enumerate(rows):
            for name in (name for name in row if name not in declared):
                remedy = did_you_mean(name, declared) or "declare it in profiles.yaml"
                yield Finding((*loc, place, name), f"profile has no column '{name}'", remedy, on_key=True)
    yield from _check_values(rows, declared, loc)


def _check_values(rows: Sequence[Row], declared: Mapping[str, str], loc: Loc) -> Iterator[Finding]:
    """Values fit the types of their columns, as they are declared, or as the other values have them."""
    for name in dict.fromkeys(name for row in rows for name in row):
        kind = parse_type(declared[name]) if name in declared else type_of(row.get(name) for row in rows)
        for place, row in enumerate(rows):
            try:
                fitting(row.get(name), kind)
            except Mistake as mistake:
                yield Finding((*loc, place, name, *mistake.at), mistake.what, mistake.remedy)


def _check_use(case: Case, journey: Journey, project: Project, loc: Loc) -> Iterator[Finding]:
    """What is given and nobody asks for is mostly missed by a letter."""
    running = [
        project.journeys[name].journey for name in running_journeys(case, journey, project) if name in project.journeys
    ]
    for key, kind, given in (
        ("audience", "audience", case.given.audience_members),
        ("table", "table", case.given.tables),
    ):
        asked = [name for each in running for name in named_in(each, key)]
        place = "audience_members" if key == "audience" else "tables"
        for name in given:
            if key == "table" and name in ALL:
                instead = f"write its rows in given.{name}" if name in SOURCES else "journeys fill it"
                yield Finding((*loc, place, name), f"{name} is a table of the engine's own", instead, on_key=True)
            elif name not in asked:
                remedy = did_you_mean(name, asked) or (
                    f"it asks for {', '.join(sorted(set(asked)))}" if asked else None
                )
                what = f"the journey doesn't ask for {kind} '{name}'"
                yield Finding((*loc, place, name), what, remedy, is_warning=True, on_key=True)


# ------------------------------------------------------------------------------------------------------------ expected
def _check_places(case: Case, journey: Journey, project: Project, loc: Loc) -> Iterator[Finding]:
    """Steps that are named are there, and are messages where only messages can be meant."""
    named: list[tuple[Loc, GivenFeedback | ExpectedSend | ExpectedOutcome, bool]] = [
        *(((*loc, "given", "message_feedback", n), each, True) for n, each in enumerate(case.given.message_feedback)),
        *(((*loc, "expect", "sends", n), each, True) for n, each in enumerate(case.expect.sends or ())),
        *(((*loc, "expect", "outcomes", n), each, False) for n, each in enumerate(case.expect.outcomes)),
    ]
    running = running_journeys(case, journey, project)
    for here, each, is_message in named:
        owner = journey
        if each.journey is not None:
            if each.journey not in running or each.journey not in project.journeys:
                yield _not_running(each.journey, project, running, here)
                continue
            owner = project.journeys[each.journey].journey
        if each.step is not None:
            yield from _check_step(each.step, owner, (*here, "step"), is_message=is_message)


def _not_running(name: str, project: Project, running: Iterable[str], loc: Loc) -> Finding:
    if name in project.journeys:
        return Finding((*loc, "journey"), f"journey '{name}' doesn't run in this case", f"write journeys: [{name}]")
    return _unknown("journey", name, running, (*loc, "journey"))


def _check_step(name: str, journey: Journey, loc: Loc, *, is_message: bool) -> Iterator[Finding]:
    steps = {step.id: step for step in journey.steps}
    messages = [step.id for step in journey.steps if isinstance(step, Message)]
    if is_message and name in steps and name not in messages:
        what = f"'{name}' is no message: its type is {steps[name].type}"
        yield Finding(loc, what, f"messages: {', '.join(messages)}" if messages else "the journey has none")
    elif name not in steps and (is_message or name not in NOT_A_STEP):
        known = messages if is_message else [*steps, *NOT_A_STEP]
        remedy = did_you_mean(name, known) or (f"write {one_of(known)}" if known else "the journey has no message")
        yield Finding(loc, f"journey '{journey.id}' has no step '{name}'", remedy)


def _check_people(case: Case, loc: Loc) -> Iterator[Finding]:
    """Whoever is expected is given."""
    expect = case.expect
    named: list[tuple[Loc, str]] = [
        *(
            ((*loc[:-1], "given", "message_feedback", n, "profile_id"), each.profile_id)
            for n, each in enumerate(case.given.message_feedback)
        ),
        *(((*loc, "sends", n, "profile_id"), each.profile_id) for n, each in enumerate(expect.sends or ())),
        *(((*loc, "outcomes", n, "profile_id"), each.profile_id) for n, each in enumerate(expect.outcomes)),
        *(((*loc, "status", name), name) for name in expect.status),
    ]
    for here, name in named:
        if name not in case.people:
            remedy = did_you_mean(name, case.people) or "give it in given.profiles"
            yield Finding(here, f"nobody called '{name}' is given", remedy, on_key=here[-1] == name)
