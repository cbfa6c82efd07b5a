"""Random steps: a graph without circles, in which every step can be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.choices import Choices
from tests.random_cases.lookups import found_tests, lookup, without_strangers
from tests.random_cases.scope import Scope
from tests.random_cases.surroundings import Step, Surroundings
from tests.random_cases.times import local_clock, weekdays
from tests.random_cases.writing import jump, update_audience, update_profile


def steps(
    choices: Choices,
    scope: Scope,
    channels: tuple[str, ...],
    *,
    has_event: bool,
    is_read: bool,
    targets: tuple[str, ...] = (),
) -> list[Step]:
    often = ("message", "wait", "message", *scope.steps)  # most of what can go wrong is there
    if "jump" in often:  # seldom possible, so often where it is
        often = tuple(kind for kind in often if kind != "jump") + (("jump", "jump") if targets else ())
    kinds = [choices.pick(often) for _ in range(choices.number(1, 6))]
    ids = [f"{kind[0]}{number}" for number, kind in enumerate(kinds)]
    made: list[Step] = []
    for number, kind in enumerate(kinds):
        later = (*ids[number + 1 :], "end")
        around = Surroundings(choices, scope, has_event, is_read, channels, later, targets, tuple(made))
        made.append({"id": ids[number], "type": kind, **KINDS[kind](around)})
    if choices.chance(30):
        made.append({"id": "last", "type": "end"})
    return without_strangers(_reachable(_without_unheard(_reachable(made))))


def _reachable(made: list[Step]) -> list[Step]:
    """The steps that can be reached. Nobody goes from a step to one left out, so nothing else changes."""
    following = {step["id"]: after["id"] for step, after in zip(made, [*made[1:], {"id": "end"}], strict=True)}
    reached, pending = set(), [made[0]["id"]]
    by_id = {step["id"]: step for step in made}
    while pending:
        id = pending.pop()
        if id not in reached and id != "end":
            reached.add(id)
            pending += _ways_out(by_id[id], following[id])
    return [step for step in made if step["id"] in reached]


def _ways_out(step: Step, following: str) -> list[str]:
    onward = step.get("next") or following
    if step["type"] == "end":
        return []
    if "paths" in step or "arms" in step:
        parts = step.get("paths") or step.get("arms") or []
        return [*(part.get("next") or onward for part in parts), *_targets(step, "otherwise", "on_timeout", onward)]
    return [onward, *(step[key] for key in ("otherwise", "on_excluded", "on_error") if step.get(key))]


def _targets(step: Step, otherwise: str, on_timeout: str, onward: str) -> list[str]:
    named = [step[key] for key in (otherwise, on_timeout) if step.get(key)]
    goes_onward = step["type"] == "listen" and "timeout" in step and on_timeout not in step
    return [*named, onward] if goes_onward else named


def _without_unheard(made: list[Step]) -> list[Step]:
    """The steps without reactions to messages from which no way leads to the listen."""
    following = {step["id"]: after["id"] for step, after in zip(made, [*made[1:], {"id": "end"}], strict=True)}
    before: dict[str, set[str]] = {step["id"]: set() for step in made}
    for step in made:  # ways lead down the list
        for target in _ways_out(step, following[step["id"]]):
            if target in before:
                before[target] |= {*before[step["id"]], step["id"]}
    return [_heard(step, before[step["id"]]) if step["type"] == "listen" else step for step in made]


def _heard(step: Step, before: set[str]) -> Step:
    return {**step, "paths": [path for path in step["paths"] if "of" not in path or path["of"] in before]}


# ----------------------------------------------------------------------------------------------------------- each type
def _message(around: Surroundings) -> Step:
    choices = around.choices
    step: Step = {"channel": choices.pick(around.channels), **around.target()}
    if choices.chance(20):
        step["category"] = "transactional"
    if choices.chance(20):
        step["on_excluded"] = choices.pick(around.later)
    if around.scope.rules and choices.chance(40):
        step["rule_sets"] = ["promo"]
    return step


def _wait(around: Surroundings) -> Step:
    choices = around.choices
    kinds = ("for", "for", "moment", "expression")
    kind = choices.pick((*kinds, "best") if around.scope.feedback else kinds)
    if kind == "best":
        best = {"best_send_time": choices.pick(around.channels), "within": choices.pick(("P1D", "PT6H", "PT18H"))}
        return {"until": best, **around.target()}
    if kind == "for":
        return {"for": choices.pick(("PT1H", "PT30M", "PT24H", "PT36H", "PT7H")), **around.target()}
    if kind == "moment":
        moment: Step = {"time": local_clock(choices)}
        if choices.chance(40):
            moment["days"] = weekdays(choices)
        if choices.chance(30):
            moment["in_days"] = choices.number(0, 2)
        return {"until": moment, **around.target()}
    expressions = [
        "now() + INTERVAL 90 MINUTES",
        "profile.renews_at",
        "profile.birthday",
        "local_now() + INTERVAL 1 DAY",
    ]
    expressions += ["to_date(local_now()) + INTERVAL 1 DAY"] + (["event.word"] if around.has_event else [])
    return {"until": choices.pick(expressions), **around.target()}


def _condition(around: Surroundings) -> Step:
    paths = [
        {"label": label, "when": _when(around), **around.target()}
        for label in ("x", "y")[: around.choices.number(1, 2)]
    ]
    step: Step = {"paths": paths}
    if around.choices.chance(60):
        step["otherwise"] = around.choices.pick(around.later)
    return step


def _when(around: Surroundings) -> Any:
    choices = around.choices
    found = found_tests(around.earlier)
    if found and choices.chance(50):
        return choices.pick(found)
    if around.scope.functions and choices.chance(40):
        return choices.pick(FUNCTION_TESTS)
    kind = choices.pick(("profile", "event", "audience", "calendar", "clock"))
    if kind == "event" and around.has_event:
        return choices.pick(
            ("event.n > 5", "event.n = 1 OR profile.t = 'a'", "event.n / profile.score > 1", "event.n IS NULL")
        )
    if kind == "audience":
        return {"audience": choices.pick(("vip", "a"))}
    if kind == "calendar":
        return _calendar(choices)
    if kind == "clock":
        return choices.pick(CLOCK_TESTS)
    written = WRITTEN_TESTS if around.scope.is_seen and "update_profile" in around.scope.steps else ()
    return choices.pick(PROFILE_TESTS + written)


PROFILE_TESTS = (
    "profile.t = 'a'",
    "NOT (profile.t = 'a')",
    "profile.t IS NULL OR profile.score >= 5",
    "profile.score IN (1, 5)",
    "coalesce(profile.t, 'b') = 'b'",
    "profile.consents['email'] = 'y'",
    "profile.score BETWEEN 0 AND 1 AND profile.t <> 'b'",
)
CLOCK_TESTS = (
    "hour(local_now()) < 12",
    "now() < journey.entered_at + INTERVAL 1 HOUR",
    "profile.renews_at > now()",
    "local_now() - INTERVAL 8 HOURS < profile.birthday",
)
FUNCTION_TESTS = (
    "in_audience('vip')",
    "event_count('buy', INTERVAL 1 DAY) > 0",
    "has_received('j0')",
    "event_count('go', INTERVAL 6 HOURS) >= 2",
    "NOT in_audience('a') AND NOT has_received('j0')",
)
"""Of the first journey, which is always there."""
WRITTEN_TESTS = ("profile.mark = 'x'", "profile.mark IS NULL", "in_audience('marked')")


def _calendar(choices: Choices) -> Step:
    kind = choices.pick(("days", "times", "both", "dates"))
    if kind == "dates":
        return choices.pick(({"from_date": "2026-03-28", "to_date": "2026-03-29"}, {"to_date": "2026-03-28"}))
    times = choices.pick(
        ({"from": "08:00", "to": "18:00"}, {"from": "22:00", "to": "02:30"}, {"from": "12:00"}, {"to": "09:00"})
    )
    days = {"days": weekdays(choices)}
    return days if kind == "days" else times if kind == "times" else {**days, **times}


def _profile_cap(around: Surroundings) -> Step:
    choices = around.choices
    step: Step = {"per": choices.pick(("version", "day", *(("occurrence",) if around.is_read else ())))}
    if step["per"] != "version" and choices.chance(40):
        step["limits"] = [choices.number(0, 3) for _ in range(choices.number(1, 3))]
    else:
        step["limit"] = choices.number(0, 4)
    if choices.chance(50):
        step["otherwise"] = choices.pick(around.later)
    return {**step, **around.target()}


def _split(around: Surroundings) -> Step:
    percents = around.choices.pick(((50, 50), (100,), (33.33, 66.67), (10, 40, 50)))
    paths = [{"label": f"p{k}", "percent": percent, **around.target()} for k, percent in enumerate(percents)]
    return {"paths": paths, **({"seed": around.choices.number(1, 3)} if around.choices.chance(30) else {})}


def _experiment(around: Surroundings) -> Step:
    arms = [{"label": f"arm{k}", "weight": k + 1, **around.target()} for k in range(2)]
    holdout = {"holdout": 20, "otherwise": around.choices.pick(around.later)} if around.choices.chance(50) else {}
    return {"arms": arms, **holdout}


def _listen(around: Surroundings) -> Step:
    choices = around.choices
    paths: list[Step] = [{"label": "buy", "event": "buy", "where": "event.n >= 1", **around.target()}]
    if choices.chance(50):
        paths.append({"label": "vip", "audience": "vip", "on": choices.pick(("enter", "exit")), **around.target()})
    messages = [earlier["id"] for earlier in around.earlier if earlier["type"] == "message"]
    if around.scope.feedback and messages:
        reaction = choices.pick(("opened", "clicked", "bounced", "unsubscribed"))
        paths.append({"label": "reacts", "reaction": reaction, "of": choices.pick(messages), **around.target()})
    step: Step = {"paths": paths}
    if choices.chance(70):
        step["timeout"] = choices.pick(("PT12H", "PT36H"))
        if choices.chance(40):
            step["on_timeout"] = choices.pick(around.later)
    return step


KINDS: dict[str, Callable[[Surroundings], Step]] = {
    "message": _message,
    "wait": _wait,
    "condition": _condition,
    "profile_cap": _profile_cap,
    "split": _split,
    "experiment": _experiment,
    "listen": _listen,
    "update_profile": update_profile,
    "update_audience": update_audience,
    "jump": jump,
    "lookup": lookup,
}
