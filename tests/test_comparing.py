"""The tests' own words for a difference."""

from __future__ import annotations

import copy
from typing import Any

from tests import oracle
from tests.builders import GO, case, event, events, mail, profiles, publish, tick, wait
from tests.comparing import compare


def rows() -> dict[str, Any]:
    happened = events(event("1", "go", "ada", "2 10:00"), event("2", "go", "bob", "2 10:00"))
    journey = publish("2 00:00", entry=GO, steps=[wait("1h"), mail()])
    return oracle.run(case(profiles("ada", "bob"), happened, journey, tick("3 00:00")))


def test_rows_in_another_order_are_the_same() -> None:
    theirs = rows()
    ours = {table: list(reversed(several)) for table, several in theirs.items()}
    assert compare(ours, theirs) == ""


def test_the_first_instance_that_went_another_way_is_told_side_by_side() -> None:
    ours, theirs = copy.deepcopy(rows()), rows()
    sent = next(row for row in ours["step_outcomes"] if row["outcome"] == "sent" and row["profile_id"] == "bob")
    sent |= {"outcome": "deferred", "reason": "limit"}
    ours["step_outcomes"].remove(
        next(row for row in ours["step_outcomes"] if row["sequence"] == 4 and row["profile_id"] == "bob")
    )
    assert compare(ours, theirs).splitlines() == [
        "step_outcomes: 1 instances of 2 differ (9 rows in engine, 10 in oracle)."
        " The first: j, bob, ea556d7e2d7419211df90e6bcc58b825",
        "    engine                                                  oracle",
        "    v1  0 2026-03-02T10:00:00Z entry:entry entered          v1  0 2026-03-02T10:00:00Z entry:entry entered",
        "    v1  1 2026-03-02T10:00:00Z w:wait waiting               v1  1 2026-03-02T10:00:00Z w:wait waiting",
        "    v1  2 2026-03-02T11:00:00Z w:wait passed                v1  2 2026-03-02T11:00:00Z w:wait passed",
        "  ≠ v1  3 2026-03-02T11:00:00Z m:message deferred (limit)   v1  3 2026-03-02T11:00:00Z m:message sent",
        "  ≠                                                         v1  4 2026-03-02T11:00:00Z end:end completed",
    ]
