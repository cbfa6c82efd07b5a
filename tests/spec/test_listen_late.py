"""`listen`: what it hears late, and what comes before it."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.test_listen import ALL_GO, FOUR
from tests.spec.told import Later, Told


@spec
def test_what_happens_at_the_very_moment_of_the_arrival_is_not_heard() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: ear, type: listen, paths: [{label: bought, event: order_placed}], timeout: 2h}
        """,
        profiles=FOUR,
        events=ALL_GO
        + """
    o1       | 03-02 10:00    | order_placed | ada        |
    o2       | 03-02 10:00:01 | order_placed | bob        |
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at    | step_id | path
            ada        | 03-02 10:00    | pause   |
            ada        | 03-02 12:00    | ear     | timeout
            bob        | 03-02 10:00    | pause   |
            bob        | 03-02 10:00:01 | ear     | bought
            cleo       | 03-02 10:00    | pause   |
            cleo       | 03-02 12:00    | ear     | timeout
            dan        | 03-02 10:00    | pause   |
            dan        | 03-02 12:00    | ear     | timeout
        """,
    )


@spec
def test_an_exit_by_the_same_event_comes_first() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}]
            steps: [{id: ear, type: listen, paths: [{label: bought, event: order_placed}]}]
        """,
        profiles=FOUR,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | go           | ada
            03-02 10:00 | order_placed | ada
        """,
        only=["passed", "exited"],
        outcomes="""
            occurred_at | step_id | outcome | reason
            03-02 10:00 | ear     | exited  | bought
        """,
    )


@spec
def test_what_is_learnt_late_is_heard_at_the_start_of_the_next_tick() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: go}
            steps: [{id: ear, type: listen, paths: [{label: bought, event: order_placed}], timeout: 4h}]
        """,
        profiles=FOUR,
        events=ALL_GO,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_time  | event_type   | profile_id
                    03-02 10:00 | order_placed | ada
                    03-02 12:30 | order_placed | bob
                    # after the time-out, in time or late
                    03-02 13:30 | order_placed | cleo
                """,
            )
        ],
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | path    | reason
            ada        | 03-02 12:00 | bought  | late
            bob        | 03-02 12:30 | bought  |
            cleo       | 03-02 13:00 | timeout |
            dan        | 03-02 13:00 | timeout |
        """,
    )
