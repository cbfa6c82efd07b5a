"""Random steps that write to profiles and audiences, or enter another journey."""

from __future__ import annotations

from tests.random_cases.surroundings import Step, Surroundings

SEEN = (
    {"t": "'b'"},
    {"score": "profile.score + 1"},
    {"timezone": "'Asia/Kolkata'"},
    {"t": "profile.mark", "mark": "profile.t"},
)


def update_profile(around: Surroundings) -> Step:
    """`mark` is read by nobody where what journeys write mustn't be seen."""
    values = ["'x'", "profile.t", "profile.score", "1 / profile.score", *(["event.word"] if around.has_event else [])]
    if around.scope.is_seen and around.choices.chance(60):
        return {"set": around.choices.pick(SEEN), **around.target()}
    return {"set": {"mark": around.choices.pick(values)}, **around.target()}


def update_audience(around: Surroundings) -> Step:
    audience = around.choices.pick(("marked", "vip", "a")) if around.scope.is_seen else "marked"
    return {"audience": audience, "action": around.choices.pick(("add", "add", "remove")), **around.target()}


def jump(around: Surroundings) -> Step:
    return {"journey": around.choices.pick(around.targets), **around.target()}
