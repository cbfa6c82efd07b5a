"""Entry `read_audience`: every current member enters, at each occurrence."""

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


@spec
def test_at_each_occurrence_every_current_member_enters() -> Told:
    return Told(
        # weekdays at nine in Paris, 8:00 UTC
        journey="""
            timezone: Europe/Paris
            entry:
              type: read_audience
              audience: news
              schedule: {cron: "0 9 * * MON-FRI", until: 2026-03-04T00:00:00Z}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            news        | ada        | 03-01 00:00 |
            news        | bob        | 03-02 08:00 | 03-03 08:00
            news        | cleo       | 03-02 12:00 | 03-02 13:00
            other       | dan        | 03-01 00:00 |
            news        | ghost      | 03-03 07:00 |
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 08:00 | entry   | entered   |
            ada        | 03-02 08:00 | last    | completed |
            bob        | 03-02 08:00 | entry   | entered   |
            bob        | 03-02 08:00 | last    | completed |
            ada        | 03-03 08:00 | entry   | entered   |
            ada        | 03-03 08:00 | last    | completed |
            ghost      | 03-03 08:00 | entry   | rejected  | not_in_profiles
        """,
        instances="""
            profile_id | entry_key            | entered_at
            ada        | 2026-03-02T08:00:00Z | 03-02 08:00
            bob        | 2026-03-02T08:00:00Z | 03-02 08:00
            ada        | 2026-03-03T08:00:00Z | 03-03 08:00
        """,
    )


@spec
def test_a_schedule_may_have_an_end_and_begins_with_the_publication() -> Told:
    return Told(
        journey="""
            published: 03-02 09:00
            entry: {type: read_audience, audience: news, schedule: {cron: "0 9 * * *", until: 2026-03-04T09:00:00Z}}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id
            news        | ada
        """,
        only=["entered"],
        outcomes="""
            occurred_at
            03-02 09:00
            03-03 09:00
            03-04 09:00
        """,
    )


@spec
def test_two_occurrences_that_a_clock_change_brings_together_are_one() -> Told:
    return Told(
        # on the 29th in Paris 02:30 is skipped, hence 03:30; that is 01:30 UTC, after 00:30 for 01:30
        until="11-01 00:00",
        journey="""
            published: 03-28 12:00
            timezone: Europe/Paris
            entry:
              type: read_audience
              audience: news
              schedule: {cron: "30 1,2,3 * * *", until: 2026-03-30T00:00:00Z}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id
            news        | ada
        """,
        only=["entered"],
        outcomes="""
            occurred_at
            03-29 00:30
            03-29 01:30
            03-29 23:30
        """,
    )


@spec
def test_an_incremental_read_takes_from_the_second_on_who_joined_since_the_last() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: news, schedule: {cron: "0 9 * * *"}, incremental: true}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at     | exited_at
            news        | ada        | 02-01 00:00    | 03-04 00:00
            # joins at the very moment of the first: in it, not in the second
            news        | bob        | 03-01 09:00    |
            news        | cleo       | 03-01 09:00:01 |
            news        | dan        | 03-02 10:00    | 03-03 09:00
            # comes back
            news        | ada        | 03-04 12:00    |
        """,
        only=["entered"],
        outcomes="""
            profile_id | occurred_at
            ada        | 03-01 09:00
            bob        | 03-01 09:00
            cleo       | 03-02 09:00
            ada        | 03-05 09:00
        """,
    )


@spec
def test_occurrences_are_counted_over_all_versions() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: news, schedule: {at: 2026-03-02T09:00:00Z}, incremental: true}
            steps: [{id: last, type: end}]
            ---
            published: 03-03 00:00
            version: 2
            entry: {type: read_audience, audience: news, schedule: {cron: "0 9 * * *"}, incremental: true}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at
            news        | ada        | 03-01 00:00
            news        | bob        | 03-02 12:00
        """,
        only=["entered"],
        outcomes="""
            profile_id | journey_version | occurred_at
            ada        | 1               | 03-02 09:00
            bob        | 2               | 03-03 09:00
        """,
    )


@spec
def test_whoever_is_still_inside_is_rejected() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: news, schedule: {cron: "0 9 * * *", until: 2026-03-04T09:00:00Z}}
            steps: [{id: pause, type: wait, for: 36h}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at
            news        | ada        | 03-01 12:00
            news        | bob        | 03-02 12:00
        """,
        only=["entered", "rejected", "completed"],
        outcomes="""
            profile_id | occurred_at | outcome   | reason
            ada        | 03-02 09:00 | entered   |
            ada        | 03-03 09:00 | rejected  | already_in_journey
            bob        | 03-03 09:00 | entered   |
            ada        | 03-03 21:00 | completed |
            ada        | 03-04 09:00 | entered   |
            bob        | 03-04 09:00 | rejected  | already_in_journey
            bob        | 03-04 21:00 | completed |
            ada        | 03-05 21:00 | completed |
        """,
    )


@spec
def test_force_reentry_exits_whoever_is_still_inside_member_or_not_before_the_read() -> Told:
    return Told(
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {cron: "0 9 * * *", until: 2026-03-03T09:00:00Z}
              force_reentry: true
            steps: [{id: pause, type: wait, for: 36h}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            news        | ada        | 03-01 12:00 |
            news        | bob        | 03-01 12:00 | 03-02 12:00
        """,
        only=["entered", "exited", "rejected", "completed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:00 | entry   | entered   |
            bob        | 03-02 09:00 | entry   | entered   |
            ada        | 03-03 09:00 | pause   | exited    | forced_reentry
            bob        | 03-03 09:00 | pause   | exited    | forced_reentry
            ada        | 03-03 09:00 | entry   | entered   |
            ada        | 03-04 21:00 | end     | completed |
        """,
    )


@spec
def test_an_occurrence_outside_of_the_dates_does_not_run_and_leaves_no_rows() -> Told:
    return Told(
        # the first that runs is number one of the cap
        journey="""
            starts_at: 2026-03-03T09:00:00Z
            ends_at: 2026-03-05T09:00:00Z
            entry: {type: read_audience, audience: news, schedule: {cron: "0 9 * * *"}}
            steps: [{id: cap, type: profile_cap, limits: [0, 1], per: occurrence}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id
            news        | ada
        """,
        only=["entered", "rejected", "passed"],
        outcomes="""
            occurred_at | step_id | outcome | path
            03-03 09:00 | entry   | entered |
            03-03 09:00 | cap     | passed  | over
            03-04 09:00 | entry   | entered |
            03-04 09:00 | cap     | passed  | within
        """,
    )


@spec
def test_what_the_audience_tells_of_a_member_is_known_from_then_on() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: news, schedule: {at: 2026-03-02T09:00:00Z}}
            steps:
              - {id: hour, type: wait, for: 1h}
              - id: likes
                type: condition
                paths: [{label: shoes, when: "audience.likes = 'shoes'"}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        members="""
            audience_id | profile_id | entered_at  | exited_at   | likes
            news        | ada        | 03-01 00:00 |             | shoes
            news        | bob        | 03-01 00:00 | 03-02 09:30 | shoes
            # of another stay, which isn't the one that was read
            news        | bob        | 03-02 09:30 |             | hats
            news        | cleo       | 03-01 00:00 |             |
        """,
        only=["passed"],
        outcomes="""
            profile_id | step_id | path
            ada        | hour    |
            ada        | likes   | shoes
            bob        | hour    |
            bob        | likes   | shoes
            cleo       | hour    |
            cleo       | likes   |
        """,
    )
