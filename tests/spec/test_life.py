"""The life of a journey: close, stop, versions, timeout."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

TWO = """
    profile_id
    ada
    bob
"""
TWO_BUY = """
    event_time  | event_type   | profile_id
    03-02 10:00 | order_placed | ada
    03-02 10:30 | order_placed | bob
"""
WAIT_THEN_MAIL = """
    entry: {type: event, event: order_placed}
    steps:
      - {id: pause, type: wait, for: 1h}
      - {id: mail, type: message, channel: email}
"""


@spec
def test_a_closed_journey_lets_nobody_in_and_those_inside_go_on() -> Told:
    return Told(
        journey=WAIT_THEN_MAIL,
        profiles=TWO,
        events=TWO_BUY,
        changes="""
            at          | change
            03-02 10:30 | close
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome
            ada        | 03-02 10:00 | entry   | entered
            ada        | 03-02 10:00 | pause   | waiting
            ada        | 03-02 11:00 | pause   | passed
            ada        | 03-02 11:00 | mail    | sent
            ada        | 03-02 11:00 | end     | completed
        """,
    )


@spec
def test_a_stopped_journey_ends_everyone_before_anything_else_of_that_moment() -> Told:
    return Told(
        journey=WAIT_THEN_MAIL,
        profiles=TWO,
        events=TWO_BUY,
        changes="""
            at          | change
            03-02 11:00 | stop
        """,
        only=["exited", "sent", "completed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome | reason
            ada        | 03-02 11:00 | pause   | exited  | stopped
            bob        | 03-02 11:00 | pause   | exited  | stopped
        """,
        instances="""
            profile_id | status | reason  | step_id | ended_at    | due_at
            ada        | exited | stopped | pause   | 03-02 11:00 |
            bob        | exited | stopped | pause   | 03-02 11:00 |
        """,
    )


@spec
def test_a_stop_ends_those_who_wait_for_room_and_gives_their_place_to_others() -> Told:
    return Told(
        channels="""
            webhook: {address: profile.email, limits: [{max: 1, per: hour}]}
        """,
        journey="""
            id: stopped
            priority: 90
            entry: {type: event, event: order_placed}
            steps: [{id: call, type: message, channel: webhook}]
            ---
            id: other
            entry: {type: event, event: order_seen}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 10:10 | order_placed | ada
            03-02 10:20 | order_placed | bob
            03-02 10:30 | order_seen   | cleo
        """,
        changes="""
            at          | change | id
            03-02 11:00 | stop   | stopped
        """,
        only=["sent", "exited"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome | reason
            ada        | 03-02 10:10 | call    | sent    |
            bob        | 03-02 11:00 | call    | exited  | stopped
            cleo       | 03-02 11:00 | call    | sent    |
        """,
    )


@spec
def test_those_inside_finish_on_their_version_and_nobody_is_in_two() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: pause, type: wait, for: 4h}
              - {id: old, type: message, channel: email}
            ---
            published: 03-02 11:30
            version: 2
            entry: {type: event, event: order_placed}
            steps:
              - {id: new, type: message, channel: email}
        """,
        profiles=TWO,
        events="""
            event_time  | event_type   | profile_id
            03-02 10:00 | order_placed | ada
            # the change comes before the entry of that moment
            03-02 11:30 | order_placed | bob
            03-02 12:30 | order_placed | ada
        """,
        only=["entered", "rejected", "sent"],
        outcomes="""
            profile_id | journey_version | occurred_at | step_id | outcome  | reason
            ada        | 1               | 03-02 10:00 | entry   | entered  |
            bob        | 2               | 03-02 11:30 | entry   | entered  |
            bob        | 2               | 03-02 11:30 | new     | sent     |
            ada        | 2               | 03-02 12:30 | entry   | rejected | already_in_journey
            ada        | 1               | 03-02 14:00 | old     | sent     |
        """,
    )


@spec
def test_a_version_published_after_a_tick_holds_from_its_moment_on() -> Told:
    return Told(
        until="03-02 12:00",
        journey=WAIT_THEN_MAIL,
        profiles=TWO,
        events="""
            event_time  | event_type   | profile_id
            03-02 11:30 | order_placed | ada
            03-02 12:15 | order_placed | bob
            03-02 13:00 | order_placed | ada
        """,
        later=[
            Later(
                until="03-10 00:00",
                journey="""
                    published: 03-02 12:20
                    version: 2
                    entry: {type: event, event: order_placed}
                    steps: [{id: new, type: message, channel: email}]
                """,
            )
        ],
        sends="""
            profile_id | journey_version | step_id | send_at
            ada        | 1               | mail    | 03-02 12:30
            bob        | 1               | mail    | 03-02 13:15
            ada        | 2               | new     | 03-02 13:00
        """,
    )


@spec
def test_a_journey_that_was_stopped_comes_back_with_a_new_version() -> Told:
    return Told(
        until="03-02 12:00",
        journey=WAIT_THEN_MAIL,
        profiles=TWO,
        events="""
            event_time  | event_type   | profile_id
            03-02 10:00 | order_placed | ada
            03-03 10:00 | order_placed | bob
            03-04 10:00 | order_placed | ada
        """,
        changes="""
            at          | change
            03-02 10:30 | stop
        """,
        later=[
            Later(
                until="03-10 00:00",
                journey="""
                    published: 03-04 00:00
                    version: 2
                    entry: {type: event, event: order_placed}
                    steps: [{id: mail, type: message, channel: email}]
                """,
            )
        ],
        sends="""
            profile_id | journey_version | send_at
            ada        | 2               | 03-04 10:00
        """,
    )


@spec
def test_nobody_stays_longer_than_the_timeout_queues_included() -> Told:
    return Told(
        channels="""
            webhook: {address: profile.email, limits: [{max: 1, per: day}]}
        """,
        journey="""
            timeout: 20h
            entry: {type: event, event: order_placed}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        # at midnight bob is sent; cleo's time is over at 06:30
        events="""
            event_time  | event_type   | profile_id
            03-02 10:00 | order_placed | ada
            03-02 10:20 | order_placed | bob
            03-02 10:30 | order_placed | cleo
        """,
        only=["sent", "timed_out"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome
            ada        | 03-02 10:00 | call    | sent
            bob        | 03-03 00:00 | call    | sent
            cleo       | 03-03 06:30 | call    | timed_out
        """,
    )
