"""`jump`: enters another event journey, and goes on."""

from __future__ import annotations

import hashlib

from tests.spec.running import spec
from tests.spec.told import Later, Told

ADA = """
    profile_id
    ada
"""
JUMPS = """
    id: jumps
    entry: {type: event, event: go}
    steps:
      - {id: hop, type: jump, journey: target}
      - {id: mail, type: message, channel: email}
"""
ADA_GOES = """
    event_id | event_time  | event_type | profile_id
    g1       | 03-02 09:00 | go         | ada
"""


@spec
def test_it_enters_the_other_journey_at_that_moment_and_goes_on() -> Told:
    return Told(
        names_matter=True,
        journey=JUMPS
        + """
    ---
    id: target
    # neither is asked: the jump brings no event
    entry: {type: event, event: never, where: "event.amount > 10"}
    steps:
      - {id: none, type: condition, paths: [{label: none, when: "event.amount IS NULL"}]}
      - {id: pause, type: wait, for: 1d}
        """,
        profiles=ADA,
        events="""
            event_id | event_time  | event_type | profile_id | amount:double
            g1       | 03-02 09:00 | go         | ada        | 20
            n1       | 02-01 09:00 | never      | ada        | 20
        """,
        outcomes="""
            journey_id | occurred_at | sequence | step_id | step_type | outcome   | path | reason
            jumps      | 03-02 09:00 | 0        | entry   | entry     | entered   |      |
            jumps      | 03-02 09:00 | 1        | hop     | jump      | passed    |      |
            jumps      | 03-02 09:00 | 2        | mail    | message   | sent      |      |
            jumps      | 03-02 09:00 | 3        | end     | end       | completed |      |
            target     | 03-02 09:00 | 0        | entry   | entry     | entered   |      |
            target     | 03-02 09:00 | 1        | none    | condition | passed    | none |
            target     | 03-02 09:00 | 2        | pause   | wait      | waiting   |      |
            target     | 03-03 09:00 | 3        | pause   | wait      | passed    |      |
            target     | 03-03 09:00 | 4        | end     | end       | completed |      |
        """,
        instances=f"""
            journey_id | entry_key
            jumps      | g1
            target     | jump¦{hashlib.md5(b"jumps|1|ada|g1").hexdigest()}¦hop
        """,
    )


@spec
def test_the_targets_rejection_is_the_reason() -> Told:
    return Told(
        # ada is inside when she jumps first; when she jumps again she is out, but came in too lately
        journey="""
            id: jumps
            entry: {type: event, event: go}
            steps: [{id: hop, type: jump, journey: target}]
            ---
            id: target
            entry: {type: event, event: come}
            reentry: {after: 2h}
            steps: [{id: pause, type: wait, for: 1h}]
        """,
        profiles=ADA,
        events="""
            event_time     | event_type | profile_id
            03-02 09:00    | come       | ada
            03-02 09:30    | go         | ada
            03-02 10:59:59 | go         | ada
            03-02 11:04:59 | go         | ada
        """,
        only=["entered", "rejected", "passed"],
        outcomes="""
            journey_id | occurred_at    | step_id | outcome  | reason
            target     | 03-02 09:00    | entry   | entered  |
            jumps      | 03-02 09:30    | entry   | entered  |
            jumps      | 03-02 09:30    | hop     | passed   | already_in_journey
            target     | 03-02 09:30    | entry   | rejected | already_in_journey
            target     | 03-02 10:00    | pause   | passed   |
            jumps      | 03-02 10:59:59 | entry   | entered  |
            jumps      | 03-02 10:59:59 | hop     | passed   | reentry_too_soon
            target     | 03-02 10:59:59 | entry   | rejected | reentry_too_soon
            jumps      | 03-02 11:04:59 | entry   | entered  |
            jumps      | 03-02 11:04:59 | hop     | passed   |
            target     | 03-02 11:04:59 | entry   | entered  |
            target     | 03-02 12:04:59 | pause   | passed   |
        """,
    )


@spec
def test_a_target_that_is_closed_or_outside_its_dates_rejects() -> Told:
    return Told(
        journey="""
            id: jumps
            entry: {type: event, event: go}
            steps:
              - {id: hop, type: jump, journey: closed}
              - {id: skip, type: jump, journey: early}
            ---
            id: closed
            entry: {type: event, event: come}
            steps: [{id: last, type: end}]
            ---
            id: early
            starts_at: 2026-03-05T00:00:00Z
            entry: {type: event, event: come}
            steps: [{id: last, type: end}]
        """,
        changes="""
            at          | change | id
            03-01 12:00 | close  | closed
        """,
        profiles=ADA,
        events=ADA_GOES,
        outcomes="""
            journey_id | step_id | outcome   | reason
            jumps      | entry   | entered   |
            jumps      | hop     | passed    | journey_closed
            jumps      | skip    | passed    | outside_dates
            jumps      | end     | completed |
            closed     | entry   | rejected  | journey_closed
            early      | entry   | rejected  | outside_dates
        """,
    )


@spec
def test_who_jumps_on_from_the_target_enters_the_third_at_the_same_moment() -> Told:
    return Told(
        journey="""
            id: one
            entry: {type: event, event: go}
            steps: [{id: hop, type: jump, journey: two}]
            ---
            id: two
            entry: {type: event, event: come}
            steps: [{id: skip, type: jump, journey: three}]
            ---
            id: three
            entry: {type: event, event: come}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=ADA,
        events=ADA_GOES,
        only=["entered", "sent", "completed"],
        outcomes="""
            journey_id | occurred_at | outcome
            one        | 03-02 09:00 | entered
            one        | 03-02 09:00 | completed
            two        | 03-02 09:00 | entered
            two        | 03-02 09:00 | completed
            three      | 03-02 09:00 | entered
            three      | 03-02 09:00 | sent
            three      | 03-02 09:00 | completed
        """,
    )


@spec
def test_a_late_one_jumps_to_its_end_before_the_next_late_one() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            id: jumps
            entry: {type: event, event: go}
            steps: [{id: hop, type: jump, journey: target}]
            ---
            id: target
            entry: {type: event, event: come}
            steps: [{id: pause, type: wait, for: 1h}]
        """,
        profiles=ADA,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_time  | event_type | profile_id
                    03-02 10:00 | go         | ada
                    03-02 11:00 | come       | ada
                """,
            )
        ],
        only=["entered", "rejected", "passed"],
        outcomes="""
            journey_id | occurred_at | step_id | outcome  | reason
            jumps      | 03-02 12:00 | entry   | entered  | late
            jumps      | 03-02 12:00 | hop     | passed   |
            target     | 03-02 12:00 | entry   | entered  |
            target     | 03-02 12:00 | entry   | rejected | already_in_journey
            target     | 03-02 13:00 | pause   | passed   |
        """,
    )
