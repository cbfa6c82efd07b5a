"""Re-entry, and who is rejected."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

TWO = """
    profile_id
    ada
    bob
"""


@spec
def test_reentry_counts_from_the_last_entry_and_is_over_at_exactly_that_distance() -> Told:
    return Told(
        # five minutes unless it says otherwise; a rejected entrant doesn't count
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: last, type: end}]
        """,
        profiles=TWO,
        events="""
            event_time     | event_type   | profile_id
            03-02 12:01    | order_placed | ada
            03-02 12:03    | order_placed | ada
            03-02 12:05:59 | order_placed | ada
            03-02 12:06    | order_placed | ada
        """,
        only=["entered", "rejected"],
        outcomes="""
            occurred_at    | outcome  | reason
            03-02 12:01    | entered  |
            03-02 12:03    | rejected | reentry_too_soon
            03-02 12:05:59 | rejected | reentry_too_soon
            03-02 12:06    | entered  |
        """,
    )


@spec
def test_reentry_that_is_not_allowed_means_never_again_in_whatever_version() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            reentry: {allowed: false}
            steps: [{id: last, type: end}]
            ---
            published: 03-03 00:00
            version: 2
            entry: {type: event, event: order_placed}
            reentry: {allowed: false}
            steps: [{id: last, type: end}]
        """,
        profiles=TWO,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 10:00 | order_placed | ada
            03-04 09:00 | order_placed | ada
            03-04 09:00 | order_placed | bob
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | journey_version | occurred_at | outcome  | reason
            ada        | 1               | 03-02 09:00 | entered  |
            ada        | 1               | 03-02 10:00 | rejected | reentry_not_allowed
            ada        | 2               | 03-04 09:00 | rejected | reentry_not_allowed
            bob        | 2               | 03-04 09:00 | entered  |
        """,
    )


@spec
def test_whoever_is_still_inside_is_rejected() -> Told:
    return Told(
        # at 11:00 the wait is over before entries are judged
        journey="""
            entry: {type: event, event: order_placed}
            reentry: {allowed: true, after: 1m}
            steps: [{id: pause, type: wait, for: 2h}]
        """,
        profiles=TWO,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 10:00 | order_placed | ada
            03-02 11:00 | order_placed | ada
        """,
        only=["entered", "rejected"],
        outcomes="""
            occurred_at | outcome  | reason
            03-02 09:00 | entered  |
            03-02 10:00 | rejected | already_in_journey
            03-02 11:00 | entered  |
        """,
    )


@spec
def test_of_several_events_of_one_profile_at_one_moment_the_lowest_instance_id_enters() -> Told:
    return Told(
        names_matter=True,
        # md5('first|1|max|m1') begins with 2de1, and md5('first|1|max|m2') with 8124
        journey="""
            id: first
            entry: {type: event, event: max_came}
            steps: [{id: pause, type: wait, for: 1h}]
        """,
        profiles="""
            profile_id
            max
        """,
        events="""
            event_id | event_time  | event_type | profile_id
            m2       | 03-02 09:00 | max_came   | max
            m1       | 03-02 09:00 | max_came   | max
        """,
        instances="""
            entry_key | entered_at
            m1        | 03-02 09:00
        """,
        only=["entered", "rejected"],
        outcomes="""
            outcome  | reason
            entered  |
            rejected | already_in_journey
        """,
    )


@spec
def test_a_holdout_keeps_the_lowest_buckets_out_and_counts_as_an_entry() -> Told:
    return Told(
        names_matter=True,
        # of salt `kept|holdout` the buckets are nia 8009, oli 7017
        journey="""
            id: kept
            holdout: 75
            entry: {type: event, event: kept_came}
            steps: [{id: last, type: end}]
        """,
        profiles="""
            profile_id
            nia
            oli
        """,
        events="""
            event_id | event_time  | event_type | profile_id
            k1       | 03-02 09:00 | kept_came  | nia
            k2       | 03-02 09:00 | kept_came  | oli
            k3       | 03-02 09:01 | kept_came  | nia
            k4       | 03-02 09:01 | kept_came  | oli
            k5       | 03-02 09:05 | kept_came  | nia
            k6       | 03-02 09:05 | kept_came  | oli
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome  | reason
            nia        | 03-02 09:00 | entered  |
            oli        | 03-02 09:00 | rejected | holdout
            nia        | 03-02 09:01 | rejected | reentry_too_soon
            oli        | 03-02 09:01 | rejected | reentry_too_soon
            nia        | 03-02 09:05 | entered  |
            oli        | 03-02 09:05 | rejected | holdout
        """,
    )
