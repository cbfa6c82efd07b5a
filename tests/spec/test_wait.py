"""`wait`: for a duration, or until a moment."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

ADA = """
    profile_id
    ada
"""
ADA_BUYS = """
    event_time  | event_type   | profile_id
    03-02 09:00 | order_placed | ada
"""


@spec
def test_a_duration_is_elapsed_time() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: hours, type: wait, for: PT6H}
              - {id: day, type: wait, for: 1d}
        """,
        profiles=ADA,
        events=ADA_BUYS,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | step_type | outcome
            ada        | 03-02 09:00 | 0        | entry   | entry     | entered
            ada        | 03-02 09:00 | 1        | hours   | wait      | waiting
            ada        | 03-02 15:00 | 2        | hours   | wait      | passed
            ada        | 03-02 15:00 | 3        | day     | wait      | waiting
            ada        | 03-03 15:00 | 4        | day     | wait      | passed
            ada        | 03-03 15:00 | 5        | end     | end       | completed
        """,
    )


@spec
def test_a_day_is_24_hours_when_the_clocks_change() -> Told:
    return Told(
        # Europe's clocks go forward on the 29th at 01:00 UTC
        until="11-01 00:00",
        journey="""
            timezone: Europe/Paris
            entry: {type: event, event: order_placed}
            steps:
              - {id: pause, type: wait, for: P1D}
        """,
        profiles=ADA,
        events="""
            event_time  | event_type   | profile_id
            03-28 09:00 | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at | step_id
            03-29 09:00 | pause
        """,
    )


@spec
def test_whoever_waits_is_due_at_the_end_of_the_wait() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: pause, type: wait, for: 3d}
        """,
        profiles=ADA,
        events=ADA_BUYS,
        instances="""
            profile_id | status | step_id | entered_at  | due_at      | ended_at
            ada        | active | pause   | 03-02 09:00 | 03-05 09:00 |
        """,
    )


@spec
def test_a_wait_that_ends_with_the_tick_is_over_in_it() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: pause, type: wait, for: 3h}
        """,
        profiles=ADA,
        events=ADA_BUYS,
        instances="""
            profile_id | status    | step_id | ended_at
            ada        | completed | end     | 03-02 12:00
        """,
    )


@spec
def test_a_wait_that_would_end_at_the_timeout_is_not_entered() -> Told:
    return Told(
        journey="""
            timeout: P1D
            entry: {type: event, event: order_placed}
            steps:
              - {id: nearly, type: wait, for: 23h}
              - {id: too_long, type: wait, for: 1h}
        """,
        profiles=ADA,
        events=ADA_BUYS,
        outcomes="""
            occurred_at | step_id  | outcome
            03-02 09:00 | entry    | entered
            03-02 09:00 | nearly   | waiting
            03-03 08:00 | nearly   | passed
            03-03 08:00 | too_long | timed_out
        """,
        instances="""
            status    | reason | step_id  | ended_at    | due_at
            timed_out |        | too_long | 03-03 08:00 |
        """,
    )
