"""`listen`: waits for the first of several things to happen."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

FOUR = """
    profile_id
    ada
    bob
    cleo
    dan
"""
ALL_GO = """
    event_id | event_time     | event_type   | profile_id | amount:double
    g1       | 03-02 09:00    | go           | ada        | 5
    g2       | 03-02 09:00    | go           | bob        | 5
    g3       | 03-02 09:00    | go           | cleo       | 5
    g4       | 03-02 09:00    | go           | dan        | 5
"""


@spec
def test_it_fires_at_the_events_own_time_up_to_the_timeout() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: ear, type: listen, paths: [{label: bought, event: order_placed, next: end}], timeout: 2h}
              - {id: reminder, type: message, channel: email}
        """,
        profiles=FOUR,
        events=ALL_GO
        + """
    o1       | 03-02 10:17:23 | order_placed | ada        |
    # the very moment of the time-out is heard, a second later is not
    o2       | 03-02 11:00    | order_placed | bob        |
    o3       | 03-02 11:00:01 | order_placed | cleo       |
        """,
        outcomes="""
            profile_id | occurred_at    | step_id  | step_type | outcome   | path
            ada        | 03-02 09:00    | entry    | entry     | entered   |
            ada        | 03-02 09:00    | ear      | listen    | waiting   |
            ada        | 03-02 10:17:23 | ear      | listen    | passed    | bought
            ada        | 03-02 10:17:23 | end      | end       | completed |
            bob        | 03-02 09:00    | entry    | entry     | entered   |
            bob        | 03-02 09:00    | ear      | listen    | waiting   |
            bob        | 03-02 11:00    | ear      | listen    | passed    | bought
            bob        | 03-02 11:00    | end      | end       | completed |
            cleo       | 03-02 09:00    | entry    | entry     | entered   |
            cleo       | 03-02 09:00    | ear      | listen    | waiting   |
            cleo       | 03-02 11:00    | ear      | listen    | passed    | timeout
            cleo       | 03-02 11:00    | reminder | message   | sent      |
            cleo       | 03-02 11:00    | end      | end       | completed |
            dan        | 03-02 09:00    | entry    | entry     | entered   |
            dan        | 03-02 09:00    | ear      | listen    | waiting   |
            dan        | 03-02 11:00    | ear      | listen    | passed    | timeout
            dan        | 03-02 11:00    | reminder | message   | sent      |
            dan        | 03-02 11:00    | end      | end       | completed |
        """,
    )


@spec
def test_of_several_paths_at_one_moment_the_first_listed_is_taken() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - id: ear
                type: listen
                timeout: 1d
                on_timeout: silent
                paths:
                  - {label: big, event: order_placed, where: "event.amount > 10", next: end}
                  - {label: vip, audience: vip, next: end}
                  - {label: any, event: order_placed, next: end}
              - {id: silent, type: end}
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at
            vip         | ada        | 03-02 10:00
            vip         | bob        | 03-02 10:00
        """,
        events=ALL_GO
        + """
    o1       | 03-02 10:00    | order_placed | ada        | 11
    o2       | 03-02 10:00    | order_placed | bob        | 10
    # neither true nor false
    o3       | 03-02 10:00    | order_placed | cleo       | many
        """,
        only=["passed", "completed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | path
            ada        | 03-02 10:00 | ear     | passed    | big
            ada        | 03-02 10:00 | end     | completed |
            bob        | 03-02 10:00 | ear     | passed    | vip
            bob        | 03-02 10:00 | end     | completed |
            cleo       | 03-02 10:00 | ear     | passed    | any
            cleo       | 03-02 10:00 | end     | completed |
            dan        | 03-03 09:00 | ear     | passed    | timeout
            dan        | 03-03 09:00 | silent  | completed |
        """,
    )


@spec
def test_it_hears_only_what_happens_after_the_arrival() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: first, type: listen, paths: [{label: go, event: go}], timeout: 1h}
              - {id: second, type: listen, paths: [{label: go, event: go}], timeout: 1h}
        """,
        profiles=FOUR,
        # ada came by the first, and the second, which ends the first listening, is no news to the second one
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 09:30 | go         | ada
            03-02 09:00 | go         | bob
            03-02 10:00 | go         | bob
            03-02 11:00 | go         | bob
        """,
        only=["passed", "rejected"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome  | path    | reason
            ada        | 03-02 09:30 | first   | passed   | go      |
            ada        | 03-02 09:30 | entry   | rejected |         | already_in_journey
            ada        | 03-02 10:30 | second  | passed   | timeout |
            bob        | 03-02 10:00 | first   | passed   | go      |
            bob        | 03-02 10:00 | entry   | rejected |         | already_in_journey
            bob        | 03-02 11:00 | second  | passed   | go      |
            # by then the first passage is over
            bob        | 03-02 12:00 | first   | passed   | timeout |
            bob        | 03-02 13:00 | second  | passed   | timeout |
        """,
    )


@spec
def test_a_membership_that_starts_or_ends_is_heard() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - id: ear
                type: listen
                timeout: 1d
                paths: [{label: joined, audience: vip}, {label: left, audience: club, on: exit}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 03-02 12:00 |
            vip         | bob        | 02-01 00:00 | 03-02 12:00
            club        | cleo       | 02-01 00:00 | 03-02 13:00
            club        | dan        | 03-02 13:00 |
        """,
        events=ALL_GO,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | path
            ada        | 03-02 12:00 | joined
            bob        | 03-03 09:00 | timeout
            cleo       | 03-02 13:00 | left
            dan        | 03-03 09:00 | timeout
        """,
    )


@spec
def test_without_a_timeout_it_waits_until_the_journeys_own() -> Told:
    return Told(
        until="03-04 00:00",
        journey="""
            id: endless
            entry: {type: event, event: go}
            steps: [{id: ear, type: listen, paths: [{label: never, event: never}]}]
            ---
            id: short
            timeout: 1d
            entry: {type: event, event: go}
            steps: [{id: ear, type: listen, paths: [{label: never, event: never}], timeout: 2d}]
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        # 91 days after the entry, and one
        instances="""
            journey_id | status    | step_id | due_at      | ended_at
            endless    | active    | ear     | 06-01 09:00 |
            short      | timed_out | ear     |             | 03-03 09:00
        """,
    )


@spec
def test_in_its_where_event_is_the_one_in_question_and_afterwards_the_one_that_brought_it_in() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - id: ear
                type: listen
                timeout: 1d
                on_timeout: end
                paths: [{label: more, event: order_placed, where: "event.amount > 10"}]
              - id: still
                type: condition
                paths: [{label: five, when: "event.amount = 5"}]
        """,
        profiles=FOUR,
        events=ALL_GO
        + """
    o1       | 03-02 10:00    | order_placed | ada        | 20
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 10:00 | ear     | more
            ada        | 03-02 10:00 | still   | five
            bob        | 03-03 09:00 | ear     | timeout
            cleo       | 03-03 09:00 | ear     | timeout
            dan        | 03-03 09:00 | ear     | timeout
        """,
    )
