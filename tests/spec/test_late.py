"""What is learnt late, or more than once."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""


@spec
def test_an_event_that_arrives_after_its_tick_is_taken_at_the_start_of_the_next() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: pause, type: wait, for: 1h}]
        """,
        profiles=THREE,
        events="""
            event_id | event_time  | event_type   | profile_id
            o1       | 03-02 10:00 | order_placed | ada
        """,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time  | event_type   | profile_id
                    o2       | 03-02 11:00 | order_placed | bob
                    o3       | 03-02 12:00 | order_placed | cleo
                """,
            )
        ],
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 10:00 | entry   | entered   |
            ada        | 03-02 10:00 | pause   | waiting   |
            ada        | 03-02 11:00 | pause   | passed    |
            ada        | 03-02 11:00 | end     | completed |
            bob        | 03-02 12:00 | entry   | entered   | late
            bob        | 03-02 12:00 | pause   | waiting   |
            bob        | 03-02 13:00 | pause   | passed    |
            bob        | 03-02 13:00 | end     | completed |
            cleo       | 03-02 12:00 | entry   | entered   | late
            cleo       | 03-02 12:00 | pause   | waiting   |
            cleo       | 03-02 13:00 | pause   | passed    |
            cleo       | 03-02 13:00 | end     | completed |
        """,
        instances="""
            profile_id | entry_key | entered_at
            ada        | o1        | 03-02 10:00
            bob        | o2        | 03-02 12:00
            cleo       | o3        | 03-02 12:00
        """,
    )


@spec
def test_the_same_event_id_again_is_ignored() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        events="""
            event_id | event_time  | event_type   | profile_id
            o1       | 03-02 10:00 | order_placed | ada
            o1       | 03-02 11:00 | order_placed | bob
        """,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time  | event_type   | profile_id
                    o1       | 03-02 11:00 | order_placed | ada
                    o1       | 03-03 11:00 | order_placed | cleo
                """,
            )
        ],
        only=["entered"],
        outcomes="""
            profile_id | occurred_at
            ada        | 03-02 10:00
        """,
    )


@spec
def test_several_late_ones_are_taken_one_after_another_by_their_moments() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: cap, type: profile_cap, limit: 1}]
        """,
        profiles=THREE,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time  | event_type   | profile_id
                    o1       | 03-02 11:00 | order_placed | ada
                    o2       | 03-02 10:00 | order_placed | bob
                    # a tick never sees what happens after its end
                    o3       | 03-10 00:00:01 | order_placed | cleo
                """,
            )
        ],
        only=["entered", "passed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome | path   | reason
            bob        | 03-02 12:00 | entry   | entered |        | late
            bob        | 03-02 12:00 | cap     | passed  | within |
            ada        | 03-02 12:00 | entry   | entered |        | late
            ada        | 03-02 12:00 | cap     | passed  | over   |
        """,
    )


@spec
def test_reentry_counts_from_the_moment_at_which_a_late_one_entered() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            reentry: {after: 1h}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time  | event_type   | profile_id
                    o1       | 03-02 09:00 | order_placed | ada
                    o2       | 03-02 10:30 | order_placed | ada
                    o3       | 03-02 12:59 | order_placed | ada
                    o4       | 03-02 13:00 | order_placed | ada
                """,
            )
        ],
        only=["entered", "rejected"],
        outcomes="""
            occurred_at | outcome  | reason
            03-02 12:00 | entered  | late
            03-02 12:00 | rejected | reentry_too_soon
            03-02 12:59 | rejected | reentry_too_soon
            03-02 13:00 | entered  |
        """,
    )


@spec
def test_what_happened_before_the_first_publication_stays_history_when_it_is_learnt() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            published: 03-02 09:00
            entry: {type: event, event: order_placed}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        later=[
            Later(
                until="03-10 00:00",
                events="""
                    event_id | event_time     | event_type   | profile_id
                    o1       | 03-02 08:59:59 | order_placed | ada
                    o2       | 03-02 09:00    | order_placed | bob
                """,
            )
        ],
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome | reason
            bob        | 03-02 12:00 | entered | late
        """,
    )


@spec
def test_an_incremental_read_takes_members_whose_stay_was_learnt_since_the_last_occurrence() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {cron: "0 9 * * *", until: 2026-03-04T09:00:00Z}
              incremental: true
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at
            news        | ada        | 03-01 00:00
        """,
        later=[
            Later(
                until="03-10 00:00",
                members="""
                    audience_id | profile_id | entered_at  | exited_at
                    news        | bob        | 03-01 08:00 |
                    news        | cleo       | 03-01 08:00 | 03-03 08:00
                """,
            )
        ],
        only=["entered"],
        outcomes="""
            profile_id | occurred_at
            ada        | 03-01 09:00
            bob        | 03-03 09:00
        """,
    )


@spec
def test_profiles_are_those_that_were_loaded_when_the_tick_began() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: tier, type: condition, paths: [{label: gold, when: "profile.tier = 'gold'"}], otherwise: end}
        """,
        profiles="""
            profile_id | tier
            ada        | blue
            bob        | blue
        """,
        events="""
            event_id | event_time  | event_type   | profile_id
            o1       | 03-02 10:00 | order_placed | ada
            o2       | 03-02 11:30 | order_placed | bob
        """,
        later=[
            Later(
                until="03-10 00:00",
                profiles="""
                    profile_id | tier
                    ada        | gold
                    bob        | gold
                """,
            )
        ],
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 11:00 | pause   |
            ada        | 03-02 11:00 | tier    | otherwise
            bob        | 03-02 12:30 | pause   |
            bob        | 03-02 12:30 | tier    | gold
        """,
    )


@spec
def test_whoever_waits_for_room_is_settled_with_what_is_known_when_its_turn_comes() -> Told:
    return Told(
        until="03-02 12:00",
        channels="""
            email: {address: profile.email, limits: [{max: 1, per: day}]}
        """,
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_id | event_time  | event_type   | profile_id
            o1       | 03-02 10:00 | order_placed | ada
            o2       | 03-02 10:10 | order_placed | bob
            o3       | 03-02 10:20 | order_placed | cleo
        """,
        later=[
            Later(
                until="03-10 00:00",
                suppressions="""
                    channel | address          | added_at
                    email   | bob@shop.example | 03-02 11:00
                """,
            )
        ],
        only=["sent", "excluded"],
        outcomes="""
            profile_id | occurred_at | outcome  | reason
            ada        | 03-02 10:00 | sent     |
            bob        | 03-03 00:00 | excluded | suppressed
            cleo       | 03-03 00:00 | sent     |
        """,
    )
