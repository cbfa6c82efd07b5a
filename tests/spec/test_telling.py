"""The tests' own tables: what is told is found, and what isn't so is shown."""

from __future__ import annotations

from tests import oracle
from tests.spec import tables
from tests.spec.running import batched
from tests.spec.told import Told

JOURNEY = """
    entry: {type: event, event: order_placed}
    steps: [{id: mail, type: message, channel: email}]
"""
EVENTS = """
    event_time  | event_type   | profile_id
    03-02 09:00 | order_placed | ada
"""
PROFILES = """
    profile_id
    ada
"""


def told(outcomes: str, **more: object) -> Told:
    return Told(journey=JOURNEY, profiles=PROFILES, events=EVENTS, outcomes=outcomes, **more)  # type: ignore[arg-type]


def test_a_table_is_read_by_its_columns() -> None:
    rows = tables.read(
        """
        profile_id | score:int | seen_at        | note
        # a remark
        ada        | 3         | 03-02 09:00:01 | ""
        bob        |           | 2025-01-01     | x
        """
    )
    assert rows == [
        {"profile_id": "ada", "score": "3", "seen_at": "2026-03-02T09:00:01Z", "note": ""},
        {"profile_id": "bob", "score": None, "seen_at": "2025-01-01", "note": "x"},
    ]
    assert tables.types("profile_id | score:int\n ada | 3") == {"score": "int"}


def test_what_is_not_as_told_is_shown_beside_what_was_found() -> None:
    wrong = told(
        """
        occurred_at | step_id | outcome
        03-02 09:00 | entry   | entered
        03-02 09:00 | mail    | excluded
        03-02 09:00 | end     | completed
        """
    )
    assert wrong.problems(oracle.run(wrong.case())).splitlines() == [
        "outcomes told:",
        "  occurred_at | step_id | outcome",
        "  03-02 09:00 | end     | completed",
        "  03-02 09:00 | entry   | entered",
        "≠ 03-02 09:00 | mail    | excluded",
        "outcomes found:",
        "  occurred_at | step_id | outcome",
        "  03-02 09:00 | end     | completed",
        "  03-02 09:00 | entry   | entered",
        "≠ 03-02 09:00 | mail    | sent",
    ]


def test_rows_that_are_not_told_are_shown_too() -> None:
    short = told("outcome | count\nentered | 1\nsent | 1")
    assert short.problems(oracle.run(short.case())).splitlines() == [
        "outcomes told:",
        "  outcome | count",
        "  entered | 1",
        "  sent    | 1",
        "outcomes found:",
        "  outcome   | count",
        "≠ completed | 1",
        "  entered   | 1",
        "  sent      | 1",
    ]


def test_only_some_outcomes_may_be_told() -> None:
    some = told("outcome | reason\nsent |", only=["sent"])
    assert some.problems(oracle.run(some.case())) == ""


def test_cases_that_do_not_contend_share_a_run() -> None:
    plain, other = told(""), told("")
    limited = told("", channels="email: {address: profile.email, limits: [{max: 1, per: day}]}")
    later = told("", until="03-11 00:00")
    parts = [[part.told for part in batch.parts] for batch in batched([plain, other, limited, later])]
    assert parts == [[plain, other, limited], [later]]
    names = [list(part.case["channels"]) for part in batched([plain, limited])[0].parts]
    assert names == [["email"], ["s1_email"]]


def test_cases_whose_names_matter_and_are_the_same_do_not_share_a_run() -> None:
    one, two = told("", names_matter=True), told("", names_matter=True)
    assert [len(batch.parts) for batch in batched([one, two])] == [1, 1]
