"""Random journeys, channels and rules."""

from __future__ import annotations

from typing import Any

from tests.choices import Choices
from tests.random_cases.scope import Scope
from tests.random_cases.steps import steps
from tests.random_cases.times import ZONES, hours_after, moment, weekdays

Definition = dict[str, Any]
ADDRESSES = {"email": "profile.email", **dict.fromkeys(("sms", "mms", "whatsapp"), "profile.phone")}


def journey(
    choices: Choices, scope: Scope, id: str, version: int, channels: tuple[str, ...], targets: tuple[str, ...] = ()
) -> Definition:
    kind = choices.pick(scope.entries)
    has_event = kind in ("event", "business_event")
    made: Definition = {"id": id, "version": version, "entry": ENTRIES[kind](choices)}
    if choices.chance(40):
        made["timezone"] = choices.pick(ZONES)
    if choices.chance(40):
        made["use_profile_timezone"] = True
    if choices.chance(40):
        made["priority"] = choices.pick((10, 90))
    if choices.chance(30):
        made["timeout"] = choices.pick(("P2D", "PT20H", "PT1H"))
    if choices.chance(10):
        made["holdout"] = choices.pick((10, 50))
    if choices.chance(10):
        made["starts_at"] = hours_after(choices.pick((12, 24)))
    if choices.chance(20):
        made["ends_at"] = hours_after(choices.pick((72, 60)))
    if choices.chance(50):
        made["reentry"] = choices.pick(({"allowed": False}, {"after": "PT1H"}, {"after": "P1D"}, {"after": "PT0S"}))
    if scope.exits:
        made["exit_when"] = _criteria(choices)
    if scope.functions:
        _ask_for_sends(choices, made)
    is_read = kind == "read_audience"
    made["steps"] = steps(choices, scope, channels, has_event=has_event, is_read=is_read, targets=targets)
    return made


def _ask_for_sends(choices: Choices, made: Definition) -> None:
    """Lets what was sent before decide who comes in, and who leaves."""
    if "event" in made["entry"] and choices.chance(30):
        made["entry"]["where"] = choices.pick(
            ("NOT has_received('j0')", f"has_received('{made['id']}') OR event.n > 5")
        )
    for criterion in made.get("exit_when", ()):
        if "event" in criterion and choices.chance(50):
            criterion["where"] = f"event.n >= 1 AND (has_received('j0') OR NOT has_received('{made['id']}'))"


def _event(choices: Choices) -> Definition:
    where = choices.pick((None, None, None, "event.n > 5", "event.n >= 1 AND profile.score < 5"))
    return {"type": "event", "event": choices.pick(("go", "buy")), **({"where": where} if where else {})}


def _read(choices: Choices) -> Definition:
    entry: Definition = {"type": "read_audience", "audience": choices.pick(("a", "vip"))}
    is_once = choices.chance(40)
    if is_once:
        entry["schedule"] = {"at": moment(choices, 1, 72)}
    else:
        entry["schedule"] = {"cron": choices.pick(("0 9 * * *", "30 1,2,3 * * *", "0 */12 * * *", "0 0 * * SUN,MON"))}
        if choices.chance(15):
            entry["schedule"]["until"] = hours_after(60)
    entry |= {key: True for key in ("incremental", "force_reentry") if choices.chance(30)}
    if choices.chance(30):
        entry["rate"] = {"max": choices.number(1, 4), "per": choices.pick(("hour", "minute", "second"))}
    if is_once and choices.chance(40):
        entry["waves"] = _waves(choices, entry["schedule"]["at"])
    return entry


def _waves(choices: Choices, first: str) -> Definition:
    sizes = choices.pick(({"count": 3}, {"percents": [30, 30, 40]}, {"numbers": [2, 3, 1]}))
    if choices.chance(30):
        starts = [hour for hour in range(120) if hours_after(hour) > first][1:4:2]
        return {**sizes, "starts": [hours_after(hour) for hour in starts]}
    return {**sizes, "interval": choices.pick(("PT1H", "PT30M", "P1D"))}


def _qualification(choices: Choices) -> Definition:
    return {"type": "audience_qualification", "audience": "vip", "on": choices.pick(("enter", "exit", "both"))}


def _business_event(choices: Choices) -> Definition:
    return {"type": "business_event", "event": choices.pick(("go", "buy")), "audience": "a"}


ENTRIES = {
    "event": _event,
    "read_audience": _read,
    "audience_qualification": _qualification,
    "business_event": _business_event,
}


def _criteria(choices: Choices) -> list[Definition]:
    criteria: list[Definition] = [
        {"id": "bought", "event": "buy", "where": "event.n >= 6"},
        {"id": "vip", "audience": "vip", "on": choices.pick(("enter", "exit"))},
        {"id": "closed", "condition": "profile.t = 'b' AND profile.score = 5"},
    ]
    return [criterion for criterion in criteria if choices.chance(30)]


# ----------------------------------------------------------------------------------------------------------- channels
def channel(choices: Choices, name: str) -> Definition:
    made: Definition = {"address": ADDRESSES.get(name, "profile.handle")}
    if choices.chance(60):
        made["consent"] = "profile.consents['email']" if name == "email" else "profile.consents['sms']"
    if choices.chance(80):
        made["limits"] = [_limit(choices) for _ in range(choices.number(1, 2))]
    if choices.chance(30):
        made["ramp_up"] = _ramp_up(choices)
    if choices.chance(15):
        made["overflow"] = "drop"
    if choices.chance(30):
        made["max_deferral"] = choices.pick(("PT5H", "P1D", "PT30M"))
    return made


def _limit(choices: Choices) -> Definition:
    limit: Definition = {
        "max": choices.number(1, 3),
        "per": choices.pick(("hour", "day", "hour", "day", "minute", "second")),
    }
    return {**limit, "timezone": choices.pick(ZONES)} if choices.chance(40) else limit


def _ramp_up(choices: Choices) -> Definition:
    plan = [choices.number(0, 4) for _ in range(choices.number(1, 3))]
    made: Definition = {
        "starts_on": choices.pick(("2026-03-27", "2026-03-28")),
        choices.pick(("per_day", "per_hour")): plan,
    }
    if choices.chance(40):
        made["counts"] = "sending_days"
    if choices.chance(60):
        made["then"] = choices.pick(("unlimited", {"grow_by": 50}, "hold"))
    if choices.chance(30):
        made["timezone"] = choices.pick(ZONES)
    return made


def rules(choices: Choices) -> Definition:
    caps = [
        {"id": "daily", "max": choices.number(1, 2), "per": "day"},
        {"id": "rolling", "max": 2, "rolling": "PT36H", "rule_set": "promo"},
    ]
    period = {"days": weekdays(choices), "from": "21:00", "to": "09:00"}
    quiet = {"id": "nights", "timezone": choices.pick(("profile", "Europe/Paris")), "periods": [period]}
    quiet["on_quiet"] = choices.pick(("defer", "discard"))
    return {
        "frequency_caps": [cap for cap in caps if choices.chance(40)],
        "quiet_hours": [quiet] if choices.chance(40) else [],
    }
