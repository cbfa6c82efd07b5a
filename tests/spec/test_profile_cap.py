"""`profile_cap`: exactly the first so many to arrive go on."""

from __future__ import annotations

from tests.builders import members, profiles
from tests.spec.running import spec
from tests.spec.told import Told

FOUR = """
    profile_id
    ada
    bob
    cleo
    dan
"""
FOUR_MEMBERS = """
    audience_id | profile_id
    everyone    | ada
    everyone    | bob
    everyone    | cleo
    everyone    | dan
"""


@spec
def test_the_first_by_id_are_within_and_all_others_over() -> Told:
    return Told(
        names_matter=True,
        # md5('prize|1|<profile>|2026-03-02T09:00:00Z'): uma 27a0, rex 64d6, sam 8729, tia f522
        journey="""
            id: prize
            entry: {type: read_audience, audience: guests, schedule: {at: 2026-03-02T09:00:00Z}}
            steps:
              - {id: cap, type: profile_cap, limit: 2, otherwise: consolation}
              - {id: mail, type: message, channel: email, next: end}
              - {id: consolation, type: wait, for: 1h}
        """,
        profiles="""
            profile_id
            rex
            sam
            tia
            uma
        """,
        members="""
            audience_id | profile_id
            guests      | rex
            guests      | sam
            guests      | tia
            guests      | uma
        """,
        only=["passed", "sent"],
        outcomes="""
            profile_id | occurred_at | step_id     | outcome | path
            uma        | 03-02 09:00 | cap         | passed  | within
            rex        | 03-02 09:00 | cap         | passed  | within
            sam        | 03-02 09:00 | cap         | passed  | over
            tia        | 03-02 09:00 | cap         | passed  | over
            uma        | 03-02 09:00 | mail        | sent    |
            rex        | 03-02 09:00 | mail        | sent    |
            sam        | 03-02 10:00 | consolation | passed  |
            tia        | 03-02 10:00 | consolation | passed  |
        """,
    )


@spec
def test_without_otherwise_whoever_is_over_is_at_the_end() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: cap, type: profile_cap, limit: 0}
              - {id: mail, type: message, channel: email}
        """,
        profiles=FOUR,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
        """,
        outcomes="""
            profile_id | step_id | outcome   | path | reason
            ada        | entry   | entered   |      |
            ada        | cap     | passed    | over |
            ada        | end     | completed |      |
        """,
    )


@spec
def test_per_version_counts_over_the_recurrences_and_a_new_version_starts_at_zero() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: everyone, schedule: {cron: "0 9 * * *", until: 2026-03-04T09:00:00Z}}
            steps:
              - {id: cap, type: profile_cap, limit: 6}
            ---
            published: 03-04 12:00
            version: 2
            entry: {type: read_audience, audience: everyone, schedule: {at: 2026-03-05T09:00:00Z}}
            steps:
              - {id: cap, type: profile_cap, limit: 3}
        """,
        profiles=FOUR,
        members=FOUR_MEMBERS,
        only=["passed"],
        outcomes="""
            journey_version | occurred_at | path   | count
            1               | 03-01 09:00 | within | 4
            1               | 03-02 09:00 | within | 2
            1               | 03-02 09:00 | over   | 2
            1               | 03-03 09:00 | over   | 4
            1               | 03-04 09:00 | over   | 4
            2               | 03-05 09:00 | within | 3
            2               | 03-05 09:00 | over   | 1
        """,
    )


@spec
def test_per_occurrence_counts_by_the_one_that_brought_the_instance_in() -> Told:
    return Told(
        # those of the first occurrence come to the cap after those of the second
        journey="""
            entry: {type: read_audience, audience: everyone, schedule: {cron: "0 9 * * *"}, incremental: true}
            steps:
              - id: tier
                type: condition
                paths: [{label: slow, when: "profile.pace = 'slow'"}]
                otherwise: cap
              - {id: pause, type: wait, for: 36h}
              - {id: cap, type: profile_cap, limits: [1, 2], per: occurrence}
        """,
        profiles="""
            profile_id | pace
            ada        | slow
            bob        | slow
            cleo       |
            dan        |
            eve        |
        """,
        members="""
            audience_id | profile_id | entered_at
            everyone    | ada        | 03-01 00:00
            everyone    | bob        | 03-01 00:00
            everyone    | cleo       | 03-01 10:00
            everyone    | dan        | 03-01 10:00
            everyone    | eve        | 03-01 10:00
        """,
        only=["passed"],
        outcomes="""
            occurred_at | step_id | path      | count
            03-01 09:00 | tier    | slow      | 2
            03-02 09:00 | tier    | otherwise | 3
            03-02 09:00 | cap     | within    | 2
            03-02 09:00 | cap     | over      | 1
            03-02 21:00 | pause   |           | 2
            03-02 21:00 | cap     | within    | 1
            03-02 21:00 | cap     | over      | 1
        """,
    )


@spec
def test_per_day_counts_by_the_local_day_of_arrival_from_that_of_the_publication_on() -> Told:
    return Told(
        # in Auckland (13 hours ahead) it is published on the 2nd; the 3rd begins on 03-02 at 11:00 UTC
        journey="""
            published: 03-01 12:00
            timezone: Pacific/Auckland
            entry: {type: event, event: order_placed}
            reentry: {after: 1s}
            steps:
              - {id: cap, type: profile_cap, limits: [3, 1, 2], per: day}
        """,
        profiles=FOUR,
        events="""
            event_time     | event_type   | profile_id
            03-01 12:00    | order_placed | ada
            03-02 10:00    | order_placed | ada
            03-02 10:59:59 | order_placed | ada
            03-02 11:00    | order_placed | ada
            03-02 12:00    | order_placed | ada
            03-03 12:00    | order_placed | ada
            03-03 13:00    | order_placed | ada
            03-03 14:00    | order_placed | ada
            03-04 12:00    | order_placed | ada
            03-04 13:00    | order_placed | ada
            03-04 14:00    | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at    | path
            03-01 12:00    | within
            03-02 10:00    | within
            03-02 10:59:59 | within
            03-02 11:00    | within
            03-02 12:00    | over
            03-03 12:00    | within
            03-03 13:00    | within
            03-03 14:00    | over
            03-04 12:00    | within
            03-04 13:00    | within
            03-04 14:00    | over
        """,
    )


@spec
def test_a_place_is_never_given_back_and_whoever_comes_again_needs_a_new_one() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: cap, type: profile_cap, limit: 3}
        """,
        profiles=FOUR,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:10 | order_placed | ada
            03-02 09:20 | order_placed | bob
            03-02 09:30 | order_placed | cleo
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | path
            ada        | 03-02 09:00 | within
            ada        | 03-02 09:10 | within
            bob        | 03-02 09:20 | within
            cleo       | 03-02 09:30 | over
        """,
    )


@spec
def test_whoever_comes_back_from_a_wait_takes_a_place_before_whoever_enters_at_that_moment() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: pace
                type: condition
                paths: [{label: slow, when: "profile.pace = 'slow'"}]
                otherwise: cap
              - {id: pause, type: wait, for: 1h}
              - {id: cap, type: profile_cap, limit: 1}
        """,
        profiles="""
            profile_id | pace
            ada        | slow
            bob        |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 10:00 | order_placed | bob
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 09:00 | pace    | slow
            ada        | 03-02 10:00 | pause   |
            ada        | 03-02 10:00 | cap     | within
            bob        | 03-02 10:00 | pace    | otherwise
            bob        | 03-02 10:00 | cap     | over
        """,
    )


TEN_THOUSAND = [f"n{number}" for number in range(10_000)]


@spec
def test_a_thousand_of_ten_thousand_and_none_at_the_next_recurrence() -> Told:
    return Told(
        rows=[profiles(*TEN_THOUSAND), members("everyone", *TEN_THOUSAND)],
        journey="""
            entry: {type: read_audience, audience: everyone, schedule: {cron: "0 9 * * MON"}}
            steps:
              - {id: cap, type: profile_cap, limit: 1000}
        """,
        outcomes="""
            occurred_at | step_id | outcome   | path   | count
            03-02 09:00 | entry   | entered   |        | 10000
            03-02 09:00 | cap     | passed    | within | 1000
            03-02 09:00 | cap     | passed    | over   | 9000
            03-02 09:00 | end     | completed |        | 10000
            03-09 09:00 | entry   | entered   |        | 10000
            03-09 09:00 | cap     | passed    | over   | 10000
            03-09 09:00 | end     | completed |        | 10000
        """,
    )
