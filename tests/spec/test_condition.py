"""`condition`: two or more ways by a rule."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told


@spec
def test_the_first_path_whose_when_is_true_is_taken() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: size
                type: condition
                paths:
                  - {label: big, when: "event.amount >= 100"}
                  - {label: loyal, when: "profile.tier = 'gold'"}
                otherwise: end
        """,
        profiles="""
            profile_id | tier
            ada        | gold
            bob        | gold
            cleo       |
        """,
        events="""
            event_time  | event_type   | profile_id | amount:double
            03-02 09:00 | order_placed | ada        | 100
            03-02 09:00 | order_placed | bob        | 99.99
            03-02 09:00 | order_placed | cleo       | 99.99
        """,
        outcomes="""
            profile_id | step_id | outcome   | path
            ada        | entry   | entered   |
            ada        | size    | passed    | big
            ada        | end     | completed |
            bob        | entry   | entered   |
            bob        | size    | passed    | loyal
            bob        | end     | completed |
            cleo       | entry   | entered   |
            cleo       | size    | passed    | otherwise
            cleo       | end     | completed |
        """,
    )


@spec
def test_without_a_true_path_and_otherwise_the_journey_ends_there() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: size
                type: condition
                paths: [{label: big, when: "event.amount >= 100"}]
              - {id: thanks, type: message, channel: email}
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time  | event_type   | profile_id | amount:double
            03-02 09:00 | order_placed | ada        | 5
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | step_type | outcome   | path | reason
            ada        | 03-02 09:00 | 0        | entry   | entry     | entered   |      |
            ada        | 03-02 09:00 | 1        | size    | condition | passed    |      |
            ada        | 03-02 09:00 | 2        | end     | end       | completed |      | no_path
        """,
        instances="""
            profile_id | status    | reason  | step_id | ended_at    | due_at
            ada        | completed | no_path | end     | 03-02 09:00 |
        """,
    )


@spec
def test_null_is_not_true_and_neither_is_its_opposite() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: tier
                type: condition
                paths:
                  - {label: gold, when: "profile.tier = 'gold'"}
                  - {label: not gold, when: "NOT (profile.tier = 'gold')"}
                  - {label: unknown, when: "profile.tier IS NULL"}
        """,
        profiles="""
            profile_id | tier
            ada        | gold
            bob        | blue
            cleo       |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
            # who isn't in profiles isn't let in
            03-02 09:00 | order_placed | ghost
        """,
        only=["passed", "rejected"],
        outcomes="""
            profile_id | step_id | outcome  | path     | reason
            ada        | tier    | passed   | gold     |
            bob        | tier    | passed   | not gold |
            cleo       | tier    | passed   | unknown  |
            ghost      | entry   | rejected |          | not_in_profiles
        """,
    )


@spec
def test_what_cannot_be_computed_counts_as_false() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: price
                type: condition
                paths:
                  - {label: dear, when: "event.amount / event.items > 10"}
                  - {label: cheap, when: "event.amount / event.items <= 10"}
                otherwise: end
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
            dan
        """,
        events="""
            event_time  | event_type   | profile_id | amount:double | items:int
            03-02 09:00 | order_placed | ada        | 30            | 2
            03-02 09:00 | order_placed | bob        | 30            | 0
            03-02 09:00 | order_placed | cleo       | thirty        | 2
            03-02 09:00 | order_placed | dan        | 30            | 2.5
        """,
        only=["passed"],
        outcomes="""
            profile_id | path
            ada        | dear
            bob        | otherwise
            cleo       | otherwise
            dan        | otherwise
        """,
    )


@spec
def test_an_audience_counts_from_the_moment_of_the_start_to_that_of_the_end() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: vip, type: condition, paths: [{label: yes, when: {audience: vip}}], otherwise: end}
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
            dan
        """,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 03-02 09:00 |
            vip         | bob        | 03-01 09:00 | 03-02 09:00
            vip         | cleo       | 03-01 09:00 | 03-02 09:00:01
            other       | dan        | 03-01 09:00 |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
            03-02 09:00 | order_placed | dan
        """,
        only=["passed"],
        outcomes="""
            profile_id | path
            ada        | yes
            bob        | otherwise
            cleo       | yes
            dan        | otherwise
        """,
    )


@spec
def test_a_path_goes_to_its_own_next_or_to_the_steps_or_to_the_following_step() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: first
                type: condition
                next: second
                paths:
                  - {label: own, when: "event.word = 'own'", next: third}
                  - {label: step, when: "event.word = 'step'"}
                otherwise: skipped
              - {id: skipped, type: wait, for: 1h}
              - {id: second, type: wait, for: 2h}
              - {id: third, type: wait, for: 3h}
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        events="""
            event_time  | event_type   | profile_id | word
            03-02 09:00 | order_placed | ada        | own
            03-02 09:00 | order_placed | bob        | step
            03-02 09:00 | order_placed | cleo       |
        """,
        only=["waiting", "completed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome
            ada        | 03-02 09:00 | third   | waiting
            ada        | 03-02 12:00 | end     | completed
            bob        | 03-02 09:00 | second  | waiting
            bob        | 03-02 11:00 | third   | waiting
            bob        | 03-02 14:00 | end     | completed
            cleo       | 03-02 09:00 | skipped | waiting
            cleo       | 03-02 10:00 | second  | waiting
            cleo       | 03-02 12:00 | third   | waiting
            cleo       | 03-02 15:00 | end     | completed
        """,
    )
