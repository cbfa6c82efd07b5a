"""What came of a test case beside what was expected: the differences, each with why it came so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.definition.cases import Case, Expect, ExpectedOutcome, ExpectedSend
from parcours.definition.problems import shown
from parcours.definition.times import iso
from parcours.jobs.trace import WHY
from parcours.jobs.verifying.once import Row
from parcours.jobs.verifying.running import Came

NOTHING = "nothing"
ENDS = ("completed", "exited", "timed_out", "failed")
"""Outcomes that are the last of an instance, and then its status."""


@dataclass(frozen=True)
class Difference:
    """One thing that was expected, and what came in its place; either may be nothing."""

    what: str
    expected: str
    came: str


def differences(case: Case, came: Came, journey_id: str) -> list[Difference]:
    """Everything in which the case failed, in the order of its `expect`; empty where it holds."""
    expect = case.expect
    found = [Difference("given", "to be carried out", trouble) for trouble in came.troubles]
    if came.troubles and not came.outcomes:
        return found
    if expect.sends is not None:
        found += _sends(expect.sends, came, journey_id)
    found += _outcomes(expect.outcomes, came, journey_id)
    for profile, status in expect.status.items():
        now, last = _status(came, profile, journey_id)
        if now != status:
            found.append(Difference("status", f"{profile}: {status}", f"{profile}: {now}{last}"))
    return [*found, *_counts(expect, came, journey_id)]


def _counts(expect: Expect, came: Came, journey_id: str) -> Iterator[Difference]:
    for outcome, count in (("entered", expect.entered), ("rejected", expect.rejected)):
        rows = [row for row in came.outcomes if (row["journey_id"], row["outcome"]) == (journey_id, outcome)]
        if count is not None and len(rows) != count:
            names = sorted(row["profile_id"] for row in rows)
            who = f" ({', '.join([*names[:MOST_NAMED], *(['…'] if len(names) > MOST_NAMED else [])])})" if names else ""
            yield Difference(outcome, f"{count} {outcome}", f"{len(rows)} {outcome}{who}")


MOST_NAMED = 5
"""Of many the first few are named."""


# --------------------------------------------------------------------------------------------------------------- sends
def _sends(expected: Sequence[ExpectedSend], came: Came, journey_id: str) -> Iterator[Difference]:
    taken = _paired(len(expected), len(came.sends), lambda e, c: not _misses(expected[e], came.sends[c], journey_id))
    left = [row for place, row in enumerate(came.sends) if place not in taken.values()]
    for place, send in enumerate(expected):
        if place in taken:
            continue
        place_of = (send.journey or journey_id, send.profile_id, send.step)
        near = next((row for row in left if (row["journey_id"], row["profile_id"], row["step_id"]) == place_of), None)
        if near is not None:
            left.remove(near)
            instead = _said_send(near, journey_id, _misses(send, near, journey_id))
        else:
            instead = _why(came, *place_of)
        yield Difference("sends", _said_expected_send(send), instead)
    for row in left:
        yield Difference("sends", NOTHING, _said_send(row, journey_id))


def _misses(send: ExpectedSend, row: Row, journey_id: str) -> dict[str, Any]:
    """By what is expected of the send and isn't so, what is."""
    found = {
        "journey": row["journey_id"],
        "profile_id": row["profile_id"],
        "step": row["step_id"],
        "send_at": row["send_at"],
        **{name: row.get(name) for name in ("channel", "address", "variant", "category")},
    }
    wanted = {**send.model_dump(include=send.model_fields_set & found.keys()), "journey": send.journey or journey_id}
    misses = {name: found[name] for name, value in wanted.items() if found[name] != value}
    content = dict(row.get("content") or ())
    misses |= {name: content.get(name) for name, text in send.content.items() if content.get(name) != text}
    return misses | {
        name: content.get(name) for name, part in send.contains.items() if part not in (content.get(name) or "")
    }


def _said_expected_send(send: ExpectedSend) -> str:
    at = f" at {iso(send.send_at)}" if send.send_at else ""
    whose = f"{send.journey}." if send.journey else ""
    named = {name: getattr(send, name) for name in ("channel", "address", "variant", "category")}
    told = [f"{name} {shown(value)}" for name, value in named.items() if name in send.model_fields_set]
    told += [f"{name} {shown(text)}" for name, text in send.content.items()]
    told += [f"{name} with {shown(text)}" for name, text in send.contains.items()]
    return "; ".join([f"{send.profile_id}: {whose}{send.step} sent{at}", *told])


def _said_send(row: Row, journey_id: str, misses: Mapping[str, Any] | None = None) -> str:
    whose = "" if row["journey_id"] == journey_id else f"{row['journey_id']}."
    told = [f"{name} {shown(value)}" for name, value in (misses or {}).items() if name != "send_at"]
    return "; ".join([f"{row['profile_id']}: {whose}{row['step_id']} sent at {iso(row['send_at'])}", *told])


# ------------------------------------------------------------------------------------------------------------ outcomes
def _outcomes(expected: Sequence[ExpectedOutcome], came: Came, journey_id: str) -> Iterator[Difference]:
    rows = came.outcomes
    taken = _paired(len(expected), len(rows), lambda e, c: _is_so(expected[e], rows[c], journey_id))
    for place, outcome in enumerate(expected):
        if place not in taken:
            instead = _why(came, outcome.journey or journey_id, outcome.profile_id, outcome.step, outcome.outcome)
            yield Difference("outcomes", _said_expected(outcome), instead)


def _is_so(expected: ExpectedOutcome, row: Row, journey_id: str) -> bool:
    found = {
        "profile_id": row["profile_id"],
        "step": row["step_id"],
        "at": row["occurred_at"],
        **{name: row[name] for name in ("outcome", "path", "reason")},
    }
    wanted = expected.model_dump(include=expected.model_fields_set & found.keys())
    return row["journey_id"] == (expected.journey or journey_id) and all(found[name] == wanted[name] for name in wanted)


def _said_expected(expected: ExpectedOutcome) -> str:
    whose = f"{expected.journey}." if expected.journey else ""
    where = f"{whose}{expected.step} " if expected.step else whose
    by = f" by {expected.path}" if expected.path is not None else ""
    why = f" ({expected.reason})" if expected.reason is not None else ""
    at = f" at {iso(expected.at)}" if expected.at else ""
    return f"{expected.profile_id}: {where}{expected.outcome or 'any outcome'}{by}{why}{at}"


def _said(row: Row) -> str:
    by = f" by {row['path']}" if row["path"] else ""
    reason = row["reason"]
    words = f": {WHY[reason]}" if reason in WHY else ""
    why = f" ({reason}{words})" if reason else ""
    return f"{row['step_id']} {row['outcome']}{by}{why} at {iso(row['occurred_at'])}"


def _why(came: Came, journey_id: str, profile_id: str, step: str | None, outcome: str | None = None) -> str:
    """What happened to the profile at the step instead; where it never came there, what happened to it last."""
    mine = [row for row in came.outcomes if (row["journey_id"], row["profile_id"]) == (journey_id, profile_id)]
    there = [row for row in mine if step in (None, row["step_id"])]
    alike = [row for row in there if row["outcome"] == outcome]
    told = alike or there or mine
    return f"{profile_id}: {_said(told[-1])}" if told else f"{profile_id}: never came into {journey_id}"


def _status(came: Came, profile_id: str, journey_id: str) -> tuple[str, str]:
    """How the profile's last passage stands, and its last row in words."""
    mine = [row for row in came.outcomes if (row["journey_id"], row["profile_id"]) == (journey_id, profile_id)]
    inside = [row["instance_id"] for row in mine if row["outcome"] == "entered"]
    if not inside:
        return "none", f" ({_said(mine[-1])})" if mine else ""
    last = [row for row in mine if row["instance_id"] == inside[-1]][-1]
    return str(last["outcome"]) if last["outcome"] in ENDS else "active", f" ({_said(last)})"


# ------------------------------------------------------------------------------------------------------------- pairing
def _paired(expected: int, came: int, fits: Callable[[int, int], bool]) -> dict[int, int]:
    """As many of the expected as can be, each with one of its own of what came."""
    able = {place: [other for other in range(came) if fits(place, other)] for place in range(expected)}
    holder: dict[int, int] = {}

    def settle(place: int, seen: set[int]) -> bool:
        for other in able[place]:
            if other not in seen:
                seen.add(other)
                if other not in holder or settle(holder[other], seen):
                    holder[other] = place
                    return True
        return False

    for place in range(expected):
        settle(place, set())
    return {place: other for other, place in holder.items()}


def late_start(case: Case, came: Came, journey_id: str) -> str | None:
    """A hint for a failed case whose journey may have been published too late, where nobody said when."""
    entered = any(row["journey_id"] == journey_id and row["outcome"] == "entered" for row in came.outcomes)
    if case.from_ is not None or entered or came.troubles:
        return None
    at = iso(came.start)
    return f"nobody entered: published at {at}, the earliest instant that is named (write from: to publish it earlier)"
