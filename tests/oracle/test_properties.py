"""What holds of every case: no row is lost or doubled, time may be cut anyhow, and it matters not when one loads."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.cases import UNSEEN, WIDE, cases, cut
from tests.oracle import Refused, run

ENDED = ("completed", "exited", "timed_out", "failed")
quickly = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def rows_of(case: dict[str, Any], **how: Any) -> dict[str, list[str]]:
    """The rows as text, but for `former_value`: what another instance set is seen from the next tick on (2.1)."""
    found = run(case, **how)
    for row in found["profile_updates"]:
        del row["former_value"]
    return {table: sorted(json.dumps(row, sort_keys=True) for row in rows) for table, rows in found.items()}


@pytest.mark.parametrize("every", ["PT6H", "PT25H", "PT71M"])
def test_time_may_be_cut_anyhow(every: str) -> None:
    @quickly
    @given(cases(UNSEEN, is_known=True))
    def holds(case: dict[str, Any]) -> None:
        assert rows_of(cut(case, every)) == rows_of(case)

    holds()


@quickly
@given(cases(WIDE))
def test_a_queue_may_be_looked_at_at_every_start_of_a_window(case: dict[str, Any]) -> None:
    assert rows_of(case, looks_at_every_start=True) == rows_of(case)


@quickly
@given(cases(UNSEEN, is_known=True))
def test_what_is_loaded_in_time_gives_the_rows_of_what_is_loaded_before(case: dict[str, Any]) -> None:
    *commands, last = case["script"]
    middle = "2026-03-29T01:30:00Z"
    early, late = [], []
    for command in commands:
        before, after = parted(command, middle)
        early += before
        late += after
    script = [*early, {"do": "tick", "until": middle, "every": None}, *late, last]
    try:
        parted_rows = rows_of({**case, "script": script})
    except Refused:  # a journey that by now is finished can't be stopped
        reject()
    assert parted_rows == rows_of(case)


def parted(command: dict[str, Any], middle: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is known of the command up to the moment, and what is only known later."""
    if command["do"] == "replace":
        return [command], []
    if command["do"] != "load":
        return ([command], []) if command["at"] <= middle else ([], [command])
    if command["table"] in ("events", "message_feedback"):
        name = "event_time" if command["table"] == "events" else "feedback_at"
        before = [row for row in command["rows"] if row[name] <= middle]
        after = [row for row in command["rows"] if row[name] > middle]
    elif command["table"] == "audience_members":
        before = [
            {**row, "exited_at": row["exited_at"] if (row["exited_at"] or "9") <= middle else None}
            for row in command["rows"]
            if row["entered_at"] <= middle
        ]
        after = [row for row in command["rows"] if (row["exited_at"] or "9") > middle]
    else:
        return [command], []
    return [{**command, "rows": before}], [{**command, "rows": after}]


@quickly
@given(cases(WIDE))
def test_every_instance_tells_its_whole_way(case: dict[str, Any]) -> None:
    rows = run(case)
    outcomes = by_instance(rows)
    assert set(outcomes) == {row["instance_id"] for row in rows["journey_instances"]}
    for row in rows["journey_instances"]:
        way = outcomes[row["instance_id"]]
        assert [outcome["sequence"] for outcome in way] == list(range(len(way)))
        assert [outcome["occurred_at"] for outcome in way] == sorted(outcome["occurred_at"] for outcome in way)
        ends = [outcome["outcome"] for outcome in way if outcome["outcome"] in ENDED]
        assert ends == ([] if row["status"] == "active" else [row["status"]])


@quickly
@given(cases(WIDE))
def test_a_message_is_deferred_once_and_then_sent_or_excluded_once(case: dict[str, Any]) -> None:
    rows = run(case)
    counts = Counter(
        (outcome["instance_id"], outcome["journey_version"], outcome["step_id"], outcome["outcome"])
        for outcome in rows["step_outcomes"]
        if outcome["step_type"] == "message"
    )
    for instance, version, step, _ in counts:
        assert counts[instance, version, step, "deferred"] <= 1
        assert counts[instance, version, step, "sent"] + counts[instance, version, step, "excluded"] <= 1
    sent = [outcome for outcome in rows["step_outcomes"] if outcome["outcome"] == "sent"]
    assert len({(outcome["instance_id"], outcome["step_id"]) for outcome in sent}) == len(sent)
    assert len(rows["deliveries"]) == len(sent)


@quickly
@given(cases(WIDE))
def test_of_every_version_as_many_leave_as_come_but_for_those_inside(case: dict[str, Any]) -> None:
    rows = run(case)
    balance: Counter[tuple[str, int]] = Counter()
    for way in by_instance(rows).values():
        for outcome in way:
            version = (outcome["journey_id"], outcome["journey_version"])
            balance[version] += outcome["outcome"] in ("entered", "moved")
            balance[version] -= outcome["outcome"] in ENDED
            if outcome["outcome"] == "moved":
                balance[outcome["journey_id"], int(outcome["reason"])] -= 1
    for row in rows["journey_instances"]:
        balance[row["journey_id"], row["journey_version"]] -= row["status"] == "active"
    assert set(balance.values()) <= {0}


@quickly
@given(cases(WIDE))
def test_no_utc_window_exceeds_its_limit(case: dict[str, Any]) -> None:
    sizes = {"day": 10, "hour": 13, "minute": 16, "second": 19}
    sends = run(case)["deliveries"]
    for name, channel in case["channels"].items():
        for limit in channel.get("limits") or []:
            if limit.get("timezone", case["timezone"]) == "UTC":
                windows = Counter(row["send_at"][: sizes[limit["per"]]] for row in sends if row["channel"] == name)
                assert max(windows.values(), default=0) <= limit["max"]


def by_instance(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for outcome in rows["step_outcomes"]:
        if outcome["outcome"] != "rejected":
            found.setdefault(outcome["instance_id"], []).append(outcome)
    return found
