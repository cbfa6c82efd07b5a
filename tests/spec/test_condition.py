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
def test_days_and_times_are_those_of_the_instances_zone() -> Told:
    return Told(
        # 9:00 UTC is 10:00 in Paris, and 4:00 in New York; Mars has no zone: the journey's holds
        journey="""
            timezone: Europe/Paris
            use_profile_timezone: true
            entry: {type: event, event: order_placed}
            reentry: {after: 1s}
            steps:
              - id: office
                type: condition
                paths: [{label: open, when: {days: [mon, tue], from: "10:00", to: "17:00"}}]
                otherwise: end
        """,
        profiles="""
            profile_id | timezone
            ada        |
            bob        | America/New_York
            cleo       | Mars/Base
        """,
        events="""
            event_time     | event_type   | profile_id
            03-02 08:59:59 | order_placed | ada
            03-02 09:00    | order_placed | cleo
            03-02 15:59:59 | order_placed | cleo
            # `to` is excluded
            03-02 16:00    | order_placed | ada
            03-02 14:59:59 | order_placed | bob
            03-02 15:00    | order_placed | bob
            # a Wednesday
            03-04 12:00    | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at    | profile_id | path
            03-02 08:59:59 | ada        | otherwise
            03-02 09:00    | cleo       | open
            03-02 15:59:59 | cleo       | open
            03-02 16:00    | ada        | otherwise
            03-02 14:59:59 | bob        | otherwise
            03-02 15:00    | bob        | open
            03-04 12:00    | ada        | otherwise
        """,
    )


@spec
def test_a_from_later_than_to_crosses_midnight_and_belongs_to_the_day_on_which_it_starts() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            reentry: {after: 1s}
            steps:
              - id: night
                type: condition
                paths: [{label: yes, when: {days: [mon], from: "22:00", to: "06:00"}}]
                otherwise: end
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time     | event_type   | profile_id
            03-02 05:00    | order_placed | ada
            03-02 22:00    | order_placed | ada
            03-03 05:59:59 | order_placed | ada
            03-03 06:00    | order_placed | ada
            03-03 23:00    | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at    | path
            # the night of Sunday
            03-02 05:00    | otherwise
            03-02 22:00    | yes
            03-03 05:59:59 | yes
            03-03 06:00    | otherwise
            03-03 23:00    | otherwise
        """,
    )


@spec
def test_from_date_and_to_date_are_local_days_both_included() -> Told:
    return Told(
        # in Paris the 4th of March begins at 23:00 UTC on the 3rd
        journey="""
            timezone: Europe/Paris
            entry: {type: event, event: order_placed}
            steps:
              - id: dates
                type: condition
                paths: [{label: yes, when: {from_date: 2026-03-04, to_date: 2026-03-05}}]
                otherwise: end
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time     | event_type   | profile_id
            03-03 22:59:59 | order_placed | ada
            03-03 23:10    | order_placed | ada
            03-05 22:59:59 | order_placed | ada
            03-05 23:10    | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at    | path
            03-03 22:59:59 | otherwise
            03-03 23:10    | yes
            03-05 22:59:59 | yes
            03-05 23:10    | otherwise
        """,
    )


@spec
def test_now_is_the_moment_at_which_the_step_is_carried_out() -> Told:
    return Told(
        # the second condition comes two hours after the entry, at 12:00 in Paris
        journey="""
            timezone: Europe/Paris
            entry: {type: event, event: order_placed}
            steps:
              - id: at_once
                type: condition
                paths: [{label: yes, when: "now() = journey.entered_at AND hour(local_now()) = 10"}]
                otherwise: end
              - {id: pause, type: wait, for: 2h}
              - id: later
                type: condition
                paths: [{label: yes, when: "now() = journey.entered_at + INTERVAL 2 HOURS AND hour(local_now()) = 12"}]
                otherwise: end
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at | step_id | path
            03-02 09:00 | at_once | yes
            03-02 11:00 | pause   |
            03-02 11:00 | later   | yes
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
