"""Random profiles, stays, events and suppressions, some of them late, repeated or bad."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.choices import Choices
from tests.oracle.clock import iso
from tests.random_cases.times import HOURS, ZONES, hours_after, moment

Row = dict[str, Any]

PROFILE_TYPES = {
    "t": "string",
    "score": "int",
    "renews_at": "timestamp",
    "birthday": "date",
    "handle": "string",
    "mark": "string",
}
EVENT_TYPES = {"go": {"n": "double", "word": "string"}, "buy": {"n": "double", "word": "string"}}
AUDIENCES = ("a", "vip")


def profile_rows(choices: Choices, count: int) -> list[Row]:
    return [_profile(choices, f"p{number}", number) for number in range(count)]


def _profile(choices: Choices, id: str, number: int) -> Row:
    return {
        "profile_id": id,
        "email": choices.pick(
            (*[f"{id}@x.com"] * 8, "same@x.com", "Same@x.com", "same@x.com", f"{id}@bad.com", None, "bad")
        ),
        "phone": choices.pick((*[f"+336000000{number:02d}"] * 6, "+33612345678", None, "0612")),
        "handle": choices.pick((*[f"@{id}"] * 6, "@same", None, "")),
        "timezone": choices.pick((None, *ZONES, "Mars/Base")),
        "consents": choices.pick(({}, {}, {"email": "y"}, {}, {"email": "n"}, {"sms": "n"}, None)),
        "t": choices.pick(("a", "b", "", None)),
        "score": choices.pick((0, 1, 5, None)),
        "mark": None,
        "renews_at": choices.pick((None, hours_after(30), hours_after(50, 30), hours_after(-100))),
        "birthday": choices.pick((None, "2026-03-29", "2026-03-30", "1990-01-01")),
    }


def stay_rows(choices: Choices, ids: list[str]) -> list[Row]:
    """None, one or two stays of each in each audience; the last may be open."""
    rows = []
    for audience in AUDIENCES:
        for id in ids:
            hour = choices.pick((-24, -24, -24, 24, 30, 48, 49))
            for _ in range(choices.pick((1, 1, 0, 2))):
                length = choices.pick((None, None, 5, 24, 30))
                ends = None if length is None else hours_after(hour + length)
                rows.append(
                    {"audience_id": audience, "profile_id": id, "entered_at": hours_after(hour), "exited_at": ends}
                )
                if length is None:
                    break
                hour += length + choices.number(0, 20)
    return rows


def event_rows(choices: Choices, ids: list[str]) -> list[Row]:
    return [_event(choices, number, ids) for number in range(choices.number(len(ids) // 2, 3 * len(ids)))]


def _event(choices: Choices, number: int, ids: list[str]) -> Row:
    attributes = {
        "n": choices.pick(("1", "6", "0", "many", "")),
        "word": choices.pick(("2026-03-29 09:00:00", "soon", "")),
    }
    return {
        "event_id": f"e{number}",
        "event_type": choices.pick(("go", "go", "buy")),
        "profile_id": choices.pick((*ids, *ids, "ghost", None)),
        "event_time": moment(choices, -3),
        "attributes": attributes if choices.chance(80) else {},
    }


def suppression_rows(choices: Choices, ids: list[str], channels: tuple[str, ...]) -> list[Row]:
    """Seldom; an allow list holds everybody's usual addresses but a few."""
    rows = []
    for channel in channels:
        for _ in range(choices.pick((0, 0, 1, 2))):
            rows.append(
                _listed(
                    channel,
                    "suppress",
                    choices.pick(("same@x.com", "@bad.com", _address(channel, ids[0]))),
                    moment(choices),
                )
            )
        if choices.chance(10):
            allowed = ("@x.com", *(_address(channel, id) for id in ids[:-1]))
            rows += [_listed(channel, "allow", address, hours_after(40)) for address in allowed]
    return rows


def _listed(channel: str, name: str, address: str, added_at: str) -> Row:
    return {"channel": channel, "address": address, "list": name, "added_at": added_at, "reason": None}


def _address(channel: str, id: str) -> str:
    if channel == "email":
        return f"{id}@x.com"
    return f"+336000000{int(id[1:]):02d}" if channel in ("sms", "mms", "whatsapp") else f"@{id}"


def feedback_rows(choices: Choices, rows: dict[str, list[Row]], number: int) -> list[Row]:
    """What becomes of some of the sends of a run, soon, later, or (which is nonsense) before."""
    entered = {row["instance_id"]: row for row in rows["step_outcomes"] if row["outcome"] == "entered"}
    keys = {row["instance_id"]: row["entry_key"] for row in rows["journey_instances"]}
    found = []
    for place, delivery in enumerate(rows["deliveries"]):
        for turn in range(choices.pick((0, 1, 1, 2))):
            entry = entered[delivery["instance_id"]]
            described = {
                "journey_id": entry["journey_id"],
                "version": entry["journey_version"],
                "profile_id": entry["profile_id"],
                "entry_key": keys[delivery["instance_id"]],
                "step_id": delivery["step_id"],
            }
            sent_at = dt.datetime.fromisoformat(delivery["send_at"])
            found.append(
                {
                    "feedback_id": f"f{number}-{place}-{turn}",
                    "delivery": described,
                    "feedback": choices.pick(("opened", "clicked", "delivered", "bounced_soft", "unsubscribed")),
                    "feedback_at": iso(sent_at + dt.timedelta(minutes=choices.pick((10, 60, 0, 400, 1600, -30)))),
                    "detail": None,
                }
            )
    return found


def late_stay(choices: Choices, rows: list[Row]) -> Row:
    """A stay that ends, of those known to be open: learnt later than it happened, or in time."""
    row = choices.pick(rows)
    start = row["entered_at"]
    ends = [hours_after(hour) for hour in range(0, HOURS, 7) if hours_after(hour) > start]
    return {**row, "exited_at": choices.pick(ends)}
