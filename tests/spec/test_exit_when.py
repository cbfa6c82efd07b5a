"""`exit_when`: what ends an instance wherever it stands."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

FOUR = """
    profile_id
    ada
    bob
    cleo
    dan
"""
ALL_GO = """
    event_time     | event_type   | profile_id | amount:double
    03-02 09:00    | go           | ada        |
    03-02 09:00    | go           | bob        |
    03-02 09:00    | go           | cleo       |
    03-02 09:00    | go           | dan        |
"""


@spec
def test_an_event_that_meets_its_where_ends_the_instance_at_its_own_moment() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed, where: "event.amount > 10"}]
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles=FOUR,
        events=ALL_GO
        + """
    03-02 10:17:23 | order_placed | ada        | 11
    03-02 10:00    | order_placed | bob        | 10
    # neither true nor false
    03-02 10:00    | order_placed | cleo       | many
    # before it came in
    03-02 08:59:59 | order_placed | dan        | 11
        """,
        only=["exited", "completed"],
        outcomes="""
            profile_id | occurred_at    | step_id | step_type | outcome   | reason
            ada        | 03-02 10:17:23 | pause   | wait      | exited    | bought
            bob        | 03-04 09:00    | end     | end       | completed |
            cleo       | 03-04 09:00    | end     | end       | completed |
            dan        | 03-04 09:00    | end     | end       | completed |
        """,
    )


@spec
def test_of_several_criteria_at_one_moment_the_first_listed_gives_the_reason() -> Told:
    return Told(
        journey="""
            id: bought_first
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}, {id: left, audience: club, on: exit}]
            steps: [{id: pause, type: wait, for: 2d}]
            ---
            id: left_first
            entry: {type: event, event: go}
            exit_when: [{id: left, audience: club, on: exit}, {id: bought, event: order_placed}]
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles="""
            profile_id
            ada
        """,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            club        | ada        | 02-01 00:00 | 03-03 12:00
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | go           | ada
            03-03 12:00 | order_placed | ada
        """,
        only=["exited"],
        outcomes="""
            journey_id   | occurred_at | reason
            bought_first | 03-03 12:00 | bought
            left_first   | 03-03 12:00 | left
        """,
    )


@spec
def test_a_membership_that_starts_or_ends_is_one_and_being_a_member_is_none() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: churned, audience: churned}, {id: left, audience: club, on: exit}]
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            churned     | ada        | 03-02 12:00 |
            churned     | bob        | 02-01 00:00 | 03-02 12:00
            club        | cleo       | 02-01 00:00 | 03-02 12:00
            club        | dan        | 03-02 12:00 |
        """,
        events=ALL_GO,
        only=["exited", "completed"],
        outcomes="""
            profile_id | occurred_at | outcome   | reason
            ada        | 03-02 12:00 | exited    | churned
            bob        | 03-04 09:00 | completed |
            cleo       | 03-02 12:00 | exited    | left
            dan        | 03-04 09:00 | completed |
        """,
    )


@spec
def test_an_exit_comes_before_a_wait_that_is_over_at_that_moment() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}]
            steps: [{id: pause, type: wait, for: 2h}, {id: mail, type: message, channel: email}]
        """,
        profiles=FOUR,
        events="""
            event_time     | event_type   | profile_id
            03-02 09:00    | go           | ada
            03-02 11:00    | order_placed | ada
            03-02 09:00    | go           | bob
            03-02 11:00:01 | order_placed | bob
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:00 | entry   | entered   |
            ada        | 03-02 09:00 | pause   | waiting   |
            ada        | 03-02 11:00 | pause   | exited    | bought
            bob        | 03-02 09:00 | entry   | entered   |
            bob        | 03-02 09:00 | pause   | waiting   |
            bob        | 03-02 11:00 | pause   | passed    |
            bob        | 03-02 11:00 | mail    | sent      |
            bob        | 03-02 11:00 | end     | completed |
        """,
    )


@spec
def test_ends_at_comes_before_the_timeout_and_the_timeout_before_exits() -> Told:
    return Told(
        journey="""
            id: all_three
            ends_at: 2026-03-03T09:00:00Z
            timeout: 1d
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}]
            steps: [{id: ear, type: listen, paths: [{label: never, event: never}]}]
            ---
            id: two
            timeout: 1d
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}]
            steps: [{id: ear, type: listen, paths: [{label: never, event: never}]}]
        """,
        profiles=FOUR,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | go           | ada
            03-03 09:00 | order_placed | ada
        """,
        only=["exited", "timed_out", "completed"],
        outcomes="""
            journey_id | occurred_at | step_id | outcome   | reason
            all_three  | 03-03 09:00 | ear     | exited    | ends_at
            two        | 03-03 09:00 | ear     | timed_out |
        """,
    )


@spec
def test_nobody_is_ended_by_the_event_that_brought_them_in_but_the_next_one_ends_and_brings_in() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: again, event: go}]
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles=FOUR,
        events="""
            event_id | event_time  | event_type | profile_id
            g1       | 03-02 09:00 | go         | ada
            g2       | 03-02 10:00 | go         | ada
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:00 | entry   | entered   |
            ada        | 03-02 09:00 | pause   | waiting   |
            ada        | 03-02 10:00 | pause   | exited    | again
            ada        | 03-02 10:00 | entry   | entered   |
            ada        | 03-02 10:00 | pause   | waiting   |
            ada        | 03-04 10:00 | pause   | passed    |
            ada        | 03-04 10:00 | end     | completed |
        """,
        instances="""
            entry_key | status    | reason | ended_at
            g1        | exited    | again  | 03-02 10:00
            g2        | completed |        | 03-04 10:00
        """,
    )


@spec
def test_a_condition_is_looked_at_when_a_message_is_settled() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: closed, condition: "profile.status = 'closed'"}]
            steps:
              - {id: pause, type: wait, for: 2h}
              - {id: mail, type: message, channel: email}
        """,
        profiles="""
            profile_id | status | email
            ada        | closed | ada@shop.example
            # unknown is not closed
            bob        |        | bob@shop.example
            cleo       | open   | cleo@shop.example
            # before the address is looked at
            dan        | closed |
        """,
        events=ALL_GO,
        only=["exited", "sent", "excluded"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome | reason
            ada        | 03-02 11:00 | mail    | exited  | closed
            bob        | 03-02 11:00 | mail    | sent    |
            cleo       | 03-02 11:00 | mail    | sent    |
            dan        | 03-02 11:00 | mail    | exited  | closed
        """,
    )


@spec
def test_what_is_learnt_late_ends_at_the_start_of_the_next_tick() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}, {id: left, audience: club, on: exit}]
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id
            club        | bob
        """,
        events=ALL_GO,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_time  | event_type   | profile_id
                    03-02 10:00 | order_placed | ada
                    # earlier than the first publication: history
                    02-28 10:00 | order_placed | cleo
                """,
                members="""
                    audience_id | profile_id | exited_at
                    club        | bob        | 03-02 11:00
                """,
            )
        ],
        only=["exited", "completed"],
        outcomes="""
            profile_id | occurred_at | outcome   | reason
            ada        | 03-02 12:00 | exited    | bought
            bob        | 03-02 12:00 | exited    | left
            cleo       | 03-04 09:00 | completed |
            dan        | 03-04 09:00 | completed |
        """,
    )
