"""`in_audience`, `event_count` and `has_received`: what happened before, as of the instance's own moment."""

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


@spec
def test_event_count_counts_from_after_the_interval_up_to_now() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - id: how_many
                type: condition
                paths:
                  - {label: two, when: "event_count('order_placed', INTERVAL 2 DAYS) >= 2"}
                  - {label: one, when: "event_count('order_placed', INTERVAL 2 DAYS) = 1"}
                otherwise: end
        """,
        profiles=FOUR,
        events="""
            event_time     | event_type   | profile_id
            03-02 09:00    | go           | ada
            03-02 09:00    | go           | bob
            03-02 09:00    | go           | cleo
            03-02 09:00    | go           | dan
            # exactly two days before is out, a second later is in, and before the publication counts
            02-28 09:00    | order_placed | ada
            02-28 09:00:01 | order_placed | bob
            # now is in, what comes after is not
            03-02 09:00    | order_placed | bob
            03-02 09:00:01 | order_placed | cleo
            03-01 09:00    | order_placed | cleo
            # other events and other people's
            03-01 09:00    | page_viewed  | dan
            03-01 09:00    | order_placed |
        """,
        only=["passed"],
        outcomes="""
            profile_id | step_id  | path
            ada        | how_many | otherwise
            bob        | how_many | two
            cleo       | how_many | one
            dan        | how_many | otherwise
        """,
    )


@spec
def test_event_count_is_asked_at_the_moment_of_the_step() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: go, where: "event_count('go', INTERVAL 1 DAY) = 2"}
            steps:
              - {id: pause, type: wait, for: 1d}
              - id: again
                type: condition
                paths: [{label: "no", when: "event_count('go', INTERVAL 1 DAY) = 0"}]
                otherwise: end
        """,
        profiles=FOUR,
        # ada comes by her second; bob's second is learnt late, and counts at the moment at which it happened
        events="""
            event_id | event_time  | event_type | profile_id
            a1       | 03-02 08:00 | go         | ada
            a2       | 03-02 09:00 | go         | ada
            b1       | 03-02 09:00 | go         | bob
        """,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time  | event_type | profile_id
                    b2       | 03-02 11:00 | go         | bob
                    b3       | 03-03 11:00 | go         | bob
                """,
            )
        ],
        only=["entered", "passed"],
        # bob's third, at eleven on the third, is one of its day alone: (03-02 11:00, 03-03 11:00]
        outcomes="""
            profile_id | occurred_at | step_id | outcome | path      | reason
            ada        | 03-02 09:00 | entry   | entered |           |
            bob        | 03-02 12:00 | entry   | entered |           | late
            ada        | 03-03 09:00 | pause   | passed  |           |
            ada        | 03-03 09:00 | again   | passed  | no        |
            bob        | 03-03 12:00 | pause   | passed  |           |
            bob        | 03-03 12:00 | again   | passed  | otherwise |
        """,
    )


@spec
def test_has_received_sees_every_send_before_now() -> Told:
    return Told(
        journey="""
            id: news
            entry: {type: event, event: news}
            steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
            ---
            entry: {type: event, event: go}
            steps:
              - {id: had, type: condition, paths: [{label: "yes", when: "has_received('news')"}], otherwise: end}
        """,
        profiles="""
            profile_id | email
            ada        | ada@shop.example
            bob        | bob@shop.example
            # excluded: asked for, never sent
            cleo       |
            dan        | dan@shop.example
        """,
        events="""
            event_time     | event_type | profile_id
            03-02 08:00    | news       | ada
            03-02 08:00    | news       | bob
            03-02 08:00    | news       | cleo
            # of this tick, and just before now; at this very moment is not before it
            03-02 09:00:01 | go         | ada
            03-02 09:00    | go         | bob
            03-02 09:00:01 | go         | cleo
            03-02 09:00:01 | go         | dan
        """,
        only=["sent", "passed"],
        outcomes="""
            profile_id | step_id | path
            ada        | pause   |
            bob        | pause   |
            cleo       | pause   |
            ada        | mail    |
            bob        | mail    |
            ada        | had     | yes
            bob        | had     | otherwise
            cleo       | had     | otherwise
            dan        | had     | otherwise
        """,
    )


@spec
def test_has_received_sees_sends_of_earlier_ticks() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            id: news
            entry: {type: event, event: news}
            steps: [{id: mail, type: message, channel: email}]
            ---
            entry: {type: event, event: go, where: "NOT has_received('news')"}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=FOUR,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | news       | ada
            03-03 09:00 | go         | ada
            03-03 09:00 | go         | bob
        """,
        later=[Later(until="03-10 00:00")],
        sends="""
            journey_id | profile_id | send_at
            news       | ada        | 03-02 09:00
            promo      | bob        | 03-03 09:00
        """,
    )


@spec
def test_in_audience_is_true_from_the_start_to_just_before_the_end_of_a_stay() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: member, type: condition, paths: [{label: "yes", when: "in_audience('vip')"}], otherwise: end}
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 03-02 09:00 |
            vip         | bob        | 02-01 00:00 | 03-02 09:00
            vip         | cleo       | 02-01 00:00 | 03-02 09:00:01
            club        | dan        | 02-01 00:00 |
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 09:00 | go         | bob
            03-02 09:00 | go         | cleo
            03-02 09:00 | go         | dan
        """,
        only=["passed"],
        outcomes="""
            profile_id | step_id | path
            ada        | member  | yes
            bob        | member  | otherwise
            cleo       | member  | yes
            dan        | member  | otherwise
        """,
    )


@spec
def test_what_has_been_received_decides_whether_an_event_ends_or_wakes() -> Told:
    return Told(
        until="03-02 09:30",
        journey="""
            id: news
            entry: {type: event, event: news}
            steps: [{id: mail, type: message, channel: email}]
            ---
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: buy, where: "event.n > 5 AND has_received('news')"}]
            steps:
              - id: hear
                type: listen
                timeout: 2d
                paths: [{label: bought, event: buy, where: "NOT has_received('news') OR has_received('promo')"}]
              - {id: mail, type: message, channel: email}
              - id: again
                type: listen
                timeout: 1d
                paths: [{label: bought, event: buy, where: "NOT has_received('news') AND has_received('promo')"}]
        """,
        profiles=FOUR,
        # ada had the news in an earlier tick, bob has it in this one, cleo later than she buys, dan never
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | news       | ada
            03-02 09:10 | go         | ada
            03-02 09:10 | go         | bob
            03-02 09:10 | go         | cleo
            03-02 09:10 | go         | dan
        """,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_time  | event_type | profile_id | n
                    03-02 10:00 | news       | bob        |
                    03-02 11:00 | buy        | ada        | 6
                    03-02 11:00 | buy        | bob        | 5
                    03-02 11:00 | buy        | cleo       | 6
                    03-02 11:00 | buy        | dan        | 6
                    03-02 12:00 | news       | cleo       |
                    03-02 13:00 | buy        | cleo       | 6
                    03-02 13:00 | buy        | dan        | 6
                """,
            )
        ],
        only=["passed", "exited"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome | path    | reason
            ada        | 03-02 11:00 | hear    | exited  |         | bought
            bob        | 03-04 09:10 | hear    | passed  | timeout |
            bob        | 03-05 09:10 | again   | passed  | timeout |
            cleo       | 03-02 11:00 | hear    | passed  | bought  |
            cleo       | 03-02 13:00 | again   | exited  |         | bought
            dan        | 03-02 11:00 | hear    | passed  | bought  |
            dan        | 03-02 13:00 | again   | passed  | bought  |
        """,
    )


@spec
def test_one_send_opens_the_way_to_the_next_within_a_tick() -> Told:
    return Told(
        journey="""
            id: first
            entry: {type: event, event: go}
            steps:
              - {id: mail, type: message, channel: email}
            ---
            id: second
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: had, type: condition, paths: [{label: "yes", when: "has_received('first') AND profile.t = 'a'"}]}
              - {id: mail, type: message, channel: email}
            ---
            id: third
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: early, type: condition, paths: [{label: "yes", when: "has_received('second')"}], otherwise: hour}
              - {id: hour, type: wait, until: "CASE WHEN has_received('first') THEN now() + INTERVAL 1 HOUR END"}
              - {id: late, type: condition, paths: [{label: "yes", when: "has_received('second')"}]}
        """,
        profiles="""
            profile_id | t
            ada        | a
            bob        | b
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 09:00 | go         | bob
        """,
        only=["passed"],
        # the second's send is of the very moment at which the third asks early
        outcomes="""
            journey_id | profile_id | occurred_at | step_id | path
            second     | ada        | 03-02 10:00 | pause   |
            second     | ada        | 03-02 10:00 | had     | yes
            second     | bob        | 03-02 10:00 | pause   |
            second     | bob        | 03-02 10:00 | had     |
            third      | ada        | 03-02 10:00 | pause   |
            third      | ada        | 03-02 10:00 | early   | otherwise
            third      | ada        | 03-02 11:00 | hour    |
            third      | ada        | 03-02 11:00 | late    | yes
            third      | bob        | 03-02 10:00 | pause   |
            third      | bob        | 03-02 10:00 | early   | otherwise
            third      | bob        | 03-02 11:00 | hour    |
            third      | bob        | 03-02 11:00 | late    |
        """,
    )
