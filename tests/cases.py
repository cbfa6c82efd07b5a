"""Random cases for the oracle and the engine: few people, a few journeys, and a script of loads, changes and ticks.

    @given(cases())                       # Hypothesis draws it, and shrinks it
    random_case(seed)                     # the same without Hypothesis
    cut(case, "PT6H")                     # the same with its last tick cut

A case says, besides what the oracle reads, the types of the profile columns under `profiles`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.builders import Command, load
from tests.choices import Choices, Drawn, Seeded
from tests.oracle import Refused, run
from tests.random_cases.journeys import channel, journey, rules
from tests.random_cases.lookups import table
from tests.random_cases.people import (
    EVENT_TYPES,
    PROFILE_TYPES,
    event_rows,
    feedback_rows,
    late_stay,
    profile_rows,
    stay_rows,
    suppression_rows,
)
from tests.random_cases.scope import NARROW, NEXT, SCOPES, UNSEEN, WIDE, Scope
from tests.random_cases.times import HOURS, hours_after, moment

__all__ = ["NARROW", "NEXT", "SCOPES", "UNSEEN", "WIDE", "Scope", "cases", "cut", "random_case"]

Case = dict[str, Any]
CHANNELS = ("email", "sms")
PUBLISHED = hours_after(0)
END = hours_after(HOURS)


@st.composite
def cases(draw: Any, scope: Scope = NARROW, *, cuts: Sequence[int] | None = None, is_known: bool = False) -> Case:
    """A random case. `cuts`: the hours at which its ticks end; `is_known`: everything is loaded before the first."""
    return make_case(Drawn(draw), scope, cuts=cuts, is_known=is_known)


def random_case(
    seed: int, scope: Scope = NARROW, *, cuts: Sequence[int] | None = None, is_known: bool = False, people: int = 12
) -> Case:
    return make_case(Seeded(random.Random(seed)), scope, cuts=cuts, is_known=is_known, people=people)


def make_case(
    choices: Choices, scope: Scope, *, cuts: Sequence[int] | None = None, is_known: bool = False, people: int = 12
) -> Case:
    channels = CHANNELS if choices.chance(40) else CHANNELS[:1]
    count = choices.number(1, people)
    journeys: list[dict[str, Any]] = []
    for number in range(choices.number(1, 3)):
        journeys.append(journey(choices, scope, f"j{number}", 1, channels, event_journeys(journeys)))
    case: Case = {
        "timezone": choices.pick(("UTC", "Europe/Paris")),
        "channels": {name: channel(choices, name) for name in channels},
        "rules": rules(choices) if scope.rules else {},
        "events": EVENT_TYPES,
        "profiles": PROFILE_TYPES,
        "script": [],
    }
    published = [{"do": "publish", "journey": made, "at": PUBLISHED, "insiders": "stay"} for made in journeys]
    if is_known:
        _write_known_script(case, choices, scope, published, count)
    else:
        _write_script(case, choices, scope, published, count, cuts)
    return case


def event_journeys(journeys: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Those to which others may jump; only to earlier ones, so that nobody jumps in a circle."""
    return tuple(dict.fromkeys(made["id"] for made in journeys if made["entry"]["type"] == "event"))


# ------------------------------------------------------------------------------------------------------------ scripts
def _write_known_script(case: Case, choices: Choices, scope: Scope, published: list[Command], count: int) -> None:
    """All loads, then all changes, then one tick."""
    case["script"] = [*_sources(case, choices, count), *_looked_up(choices, scope)]
    case["script"] += published
    for number in range(choices.number(0, 3)):
        _add_change(case, choices, scope, number, 1)
    tick = {"do": "tick", "until": END, "every": None}
    case["script"] += [*_feedback(case, choices, scope, tick), tick]


def _write_script(
    case: Case, choices: Choices, scope: Scope, published: list[Command], count: int, cuts: Sequence[int] | None
) -> None:
    """Ticks, and before each of them loads of what has happened meanwhile, of what is learnt late, and changes."""
    sources = _sources(case, choices, count)
    events = sources.pop()["rows"]
    ends = cuts or sorted({choices.number(1, HOURS - 1) for _ in range(choices.number(0, 3))} | {HOURS})
    parts: list[list[dict[str, Any]]] = [[] for _ in ends]
    for row in events:
        parts[choices.number(0, len(ends) - 1)].append(row)
    if events and len(ends) > 1 and choices.chance(50):  # the first row ever loaded stands
        parts[-1].append({**choices.pick(events), "event_time": moment(choices), "event_type": "go"})
    case["script"] = [*sources, load("events", *parts[0]), *_looked_up(choices, scope), *published]
    for number, end in enumerate(ends):
        if number:
            _add_loads(case, choices, sources, parts[number])
            case["script"] += _looked_up(choices, scope) if choices.chance(30) else []
        if choices.chance(40):
            _add_change(case, choices, scope, number, ends[number - 1] + 1 if number else 1)
        every = choices.pick((None, None, "PT7H", "PT11H")) if cuts is None else None
        tick = {"do": "tick", "until": hours_after(end), "every": every}
        case["script"] += [*_feedback(case, choices, scope, tick), tick]
    case["script"] = [command for command in case["script"] if command["do"] != "load" or command["rows"]]


def _looked_up(choices: Choices, scope: Scope) -> list[Command]:
    return [table(choices)] if "lookup" in scope.steps else []


def _feedback(case: Case, choices: Choices, scope: Scope, tick: Command) -> list[Command]:
    """A load of what becomes of the sends made so far, and of some that the tick will make."""
    if not scope.feedback or not choices.chance(60):
        return []
    rows = feedback_rows(choices, run({**case, "script": [*case["script"], tick]}), len(case["script"]))
    return [load("message_feedback", *rows)]


def _sources(case: Case, choices: Choices, count: int) -> list[Command]:
    """Loads of profiles, stays, suppressions and events, in this order."""
    people = profile_rows(choices, count)
    ids = [row["profile_id"] for row in people]
    return [
        load("profiles", *people),
        load("audience_members", *stay_rows(choices, ids)),
        load("suppressions", *suppression_rows(choices, ids, tuple(case["channels"]))),
        load("events", *event_rows(choices, ids)),
    ]


def _add_loads(case: Case, choices: Choices, sources: list[Command], events: list[dict[str, Any]]) -> None:
    profiles, stays = sources[0]["rows"], sources[1]["rows"]
    if choices.chance(30):
        case["script"].append(load("profiles", {**choices.pick(profiles), "t": "a", "email": "new@x.com"}))
    is_open = [row for row in stays if row["exited_at"] is None]
    if is_open and choices.chance(40):
        _add_if_accepted(case, load("audience_members", late_stay(choices, is_open)))
    if choices.chance(40):
        profile = choices.pick(profiles)["profile_id"]
        stay = {"audience_id": choices.pick(("a", "vip")), "profile_id": profile, "exited_at": None}
        _add_if_accepted(case, load("audience_members", {**stay, "entered_at": moment(choices, 50)}))
    case["script"].append(load("events", *events))


def _add_change(case: Case, choices: Choices, scope: Scope, number: int, earliest: int) -> None:
    """A change in the life of a journey, unless it makes no sense."""
    journeys = [command["journey"] for command in case["script"] if command["do"] == "publish"]
    old, do = choices.pick(journeys), choices.pick(scope.changes)
    when = hours_after(choices.number(min(earliest, HOURS), HOURS))
    command: Command = {"do": do, "id": old["id"], "at": when}
    if do == "publish":
        earlier = [made for made in journeys if made["id"] < old["id"]]
        new = journey(choices, scope, old["id"], 2 + number, tuple(case["channels"]), event_journeys(earlier))
        if choices.chance(50) or _is_target(journeys, old["id"]):
            new |= {"entry": old["entry"], "steps": old["steps"]}
        command = {"do": do, "journey": new, "at": when, "insiders": choices.pick(scope.insiders)}
    elif do == "pause":
        command |= {"discard": choices.chance(30), "for": choices.pick((None, "PT30H"))}
    _add_if_accepted(case, command)


def _is_target(journeys: Sequence[dict[str, Any]], id: str) -> bool:
    return any(step["type"] == "jump" and step["journey"] == id for made in journeys for step in made["steps"])


def _add_if_accepted(case: Case, command: Command) -> None:
    try:
        run({**case, "script": [*case["script"], command]})
    except Refused:
        return
    case["script"].append(command)


def cut(case: Case, every: str) -> Case:
    """The case with its last tick cut into ticks of that length."""
    *before, last = case["script"]
    return {**case, "script": [*before, {**last, "every": every}]}
