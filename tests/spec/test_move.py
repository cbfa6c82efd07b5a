"""What becomes of those inside when a new version is published: they stay, `move` or `exit`."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""


@spec
def test_a_moved_wait_keeps_its_end_and_goes_on_in_the_new_version() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 4h}, {id: old, type: message, channel: email}]
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 1h}, {id: new, type: message, channel: email}]
        """,
        profiles=THREE,
        # bob comes at the very moment of the change, and so into the new version
        events="""
            event_id | event_time  | event_type | profile_id
            g1       | 03-02 09:00 | go         | ada
            g2       | 03-02 10:00 | go         | bob
        """,
        outcomes="""
            profile_id | journey_version | occurred_at | sequence | step_id | outcome   | reason
            ada        | 1               | 03-02 09:00 | 0        | entry   | entered   |
            ada        | 1               | 03-02 09:00 | 1        | pause   | waiting   |
            ada        | 2               | 03-02 10:00 | 2        | pause   | moved     | 1
            ada        | 2               | 03-02 13:00 | 3        | pause   | passed    |
            ada        | 2               | 03-02 13:00 | 4        | new     | sent      |
            ada        | 2               | 03-02 13:00 | 5        | end     | completed |
            bob        | 2               | 03-02 10:00 | 0        | entry   | entered   |
            bob        | 2               | 03-02 10:00 | 1        | pause   | waiting   |
            bob        | 2               | 03-02 11:00 | 2        | pause   | passed    |
            bob        | 2               | 03-02 11:00 | 3        | new     | sent      |
            bob        | 2               | 03-02 11:00 | 4        | end     | completed |
        """,
        instances="""
            profile_id | journey_version | entry_key | status
            ada        | 2               | g1        | completed
            bob        | 2               | g2        | completed
        """,
    )


@spec
def test_whose_step_is_gone_or_of_another_type_exits() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - id: which
                type: condition
                paths: [{label: a, when: "profile.letter = 'a'", next: first}]
                otherwise: second
              - {id: first, type: wait, for: 4h, next: end}
              - {id: second, type: wait, for: 4h}
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: second, type: listen, paths: [{label: never, event: never}], timeout: 1h}]
        """,
        profiles="""
            profile_id | letter
            ada        | a
            bob        | b
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 09:00 | go         | bob
        """,
        only=["moved", "exited", "completed"],
        outcomes="""
            profile_id | journey_version | occurred_at | step_id | step_type | outcome | reason
            ada        | 1               | 03-02 10:00 | first   | wait      | exited  | step_gone
            bob        | 1               | 03-02 10:00 | second  | wait      | exited  | step_gone
        """,
    )


@spec
def test_with_exit_everybody_leaves_and_may_come_again() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 1d}]
            ---
            published: 03-02 10:00
            insiders: exit
            version: 2
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 2d}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 11:00 | go         | ada
        """,
        outcomes="""
            journey_version | occurred_at | step_id | outcome   | reason
            1               | 03-02 09:00 | entry   | entered   |
            1               | 03-02 09:00 | pause   | waiting   |
            1               | 03-02 10:00 | pause   | exited    | new_version
            2               | 03-02 11:00 | entry   | entered   |
            2               | 03-02 11:00 | pause   | waiting   |
            2               | 03-04 11:00 | pause   | passed    |
            2               | 03-04 11:00 | end     | completed |
        """,
    )


@spec
def test_a_moved_instance_has_the_new_timeout_and_ends_at() -> Told:
    return Told(
        journey="""
            id: shorter
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
            ---
            published: 03-03 10:00
            insiders: move
            id: shorter
            version: 2
            timeout: 2d
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
            ---
            id: over
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
            ---
            published: 03-03 10:00
            insiders: move
            id: over
            version: 2
            ends_at: 2026-03-04T00:00:00Z
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
            ---
            id: past
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
            ---
            published: 03-03 10:00
            insiders: move
            id: past
            version: 2
            timeout: 2h
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 5d}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        only=["moved", "timed_out", "exited"],
        # one whose new timeout is over already ends at once
        outcomes="""
            journey_id | occurred_at | step_id | outcome   | reason
            shorter    | 03-03 10:00 | pause   | moved     | 1
            shorter    | 03-04 09:00 | pause   | timed_out |
            over       | 03-03 10:00 | pause   | moved     | 1
            over       | 03-04 00:00 | pause   | exited    | ends_at
            past       | 03-03 10:00 | pause   | moved     | 1
            past       | 03-03 10:00 | pause   | timed_out |
        """,
    )


@spec
def test_a_moved_listen_hears_what_the_new_version_listens_for() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: ear, type: listen, paths: [{label: old, event: order_placed}], timeout: 4h}]
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: ear, type: listen, paths: [{label: new, event: page_viewed}], timeout: 1h}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | go           | ada
            03-02 09:00 | go           | bob
            03-02 11:00 | order_placed | ada
            03-02 12:00 | page_viewed  | ada
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | journey_version | path
            ada        | 03-02 12:00 | 2               | new
            bob        | 03-02 13:00 | 2               | timeout
        """,
    )
