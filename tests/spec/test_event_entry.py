"""Entry `event`: each event of the type that satisfies `where` brings its profile in."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

TWO = """
    profile_id
    ada
    bob
"""


@spec
def test_events_of_the_type_that_satisfy_where_bring_their_profiles_in() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed, where: "event.amount > 50"}
            steps: [{id: last, type: end}]
        """,
        profiles=TWO,
        events="""
            event_id | event_time  | event_type   | profile_id | amount:double
            o1       | 03-02 09:00 | order_placed | ada        | 50.01
            o2       | 03-02 09:00 | order_placed | bob        | 50
            o3       | 03-02 10:00 | order_placed | bob        |
            o4       | 03-02 11:00 | page_viewed  | bob        | 99
            o5       | 03-02 12:00 | order_placed | ghost      | 99
            o6       | 03-02 12:00 | order_placed |            | 99
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | step_type | outcome   | reason
            ada        | 03-02 09:00 | 0        | entry   | entry     | entered   |
            ada        | 03-02 09:00 | 1        | last    | end       | completed |
            ghost      | 03-02 12:00 | 0        | entry   | entry     | rejected  | not_in_profiles
        """,
        instances="""
            profile_id | journey_version | entry_key | entered_at  | status    | step_id | ended_at
            ada        | 1               | o1        | 03-02 09:00 | completed | last    | 03-02 09:00
        """,
    )


@spec
def test_ids_are_published_digests() -> Told:
    return Told(
        names_matter=True,
        # md5('digests|3|lea|l1') and md5('<instance_id>|mail')
        journey="""
            id: digests
            version: 3
            entry: {type: event, event: lea_came}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id
            lea
        """,
        events="""
            event_id | event_time  | event_type | profile_id
            l1       | 03-02 09:00 | lea_came   | lea
        """,
        sends="""
            instance_id                      | delivery_id
            fa318354c79c0eb4db9342d1f070de1c | 5e2f5a053284873b8052095e8bb62f8b
        """,
    )


@spec
def test_entries_outside_of_the_dates_are_rejected_and_at_the_end_whoever_is_inside_exits() -> Told:
    return Told(
        # naive instants are read in the journey's zone: from 03-02 23:00 UTC on
        journey="""
            timezone: Europe/Paris
            starts_at: 2026-03-03T00:00:00
            ends_at: 2026-03-04T00:00:00Z
            entry: {type: event, event: order_placed}
            steps: [{id: pause, type: wait, for: 30d}]
        """,
        profiles=TWO,
        events="""
            event_time     | event_type   | profile_id
            03-02 22:59:59 | order_placed | ada
            03-02 23:00    | order_placed | ada
            03-03 12:00    | order_placed | bob
            03-04 00:00    | order_placed | ada
        """,
        outcomes="""
            profile_id | occurred_at    | step_id | outcome  | reason
            ada        | 03-02 22:59:59 | entry   | rejected | outside_dates
            ada        | 03-02 23:00    | entry   | entered  |
            ada        | 03-02 23:00    | pause   | waiting  |
            bob        | 03-03 12:00    | entry   | entered  |
            bob        | 03-03 12:00    | pause   | waiting  |
            ada        | 03-04 00:00    | pause   | exited   | ends_at
            bob        | 03-04 00:00    | pause   | exited   | ends_at
            ada        | 03-04 00:00    | entry   | rejected | outside_dates
        """,
    )


@spec
def test_what_happened_before_the_publication_brings_nobody_in() -> Told:
    return Told(
        journey="""
            published: 03-02 09:00
            entry: {type: event, event: order_placed}
            steps: [{id: last, type: end}]
        """,
        profiles=TWO,
        events="""
            event_time     | event_type   | profile_id
            03-02 08:59:59 | order_placed | ada
            03-02 09:00    | order_placed | bob
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome
            bob        | 03-02 09:00 | entered
        """,
    )


@spec
def test_one_event_brings_its_profile_into_every_journey_that_waits_for_it() -> Told:
    return Told(
        journey="""
            id: thanks
            entry: {type: event, event: order_placed}
            steps: [{id: last, type: end}]
            ---
            id: survey
            entry: {type: event, event: order_placed, where: "profile.tier = 'gold'"}
            steps: [{id: last, type: end}]
        """,
        profiles="""
            profile_id | tier
            ada        | gold
            bob        |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
        """,
        only=["entered"],
        outcomes="""
            journey_id | profile_id
            thanks     | ada
            thanks     | bob
            survey     | ada
        """,
    )
