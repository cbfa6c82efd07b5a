"""`wait` until a local moment or an expression."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

ADA = """
    profile_id
    ada
"""
ADA_BUYS = """
    event_time  | event_type   | profile_id
    03-02 09:00 | order_placed | ada
"""


@spec
def test_until_a_local_time_is_the_first_not_before_the_arrival() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: nine, type: wait, until: {time: "09:00"}}
        """,
        profiles="""
            profile_id
            ada
            bob
        """,
        events="""
            event_time     | event_type   | profile_id
            03-02 09:00    | order_placed | ada
            03-02 09:00:01 | order_placed | bob
        """,
        only=["waiting", "passed"],
        outcomes="""
            profile_id | occurred_at    | outcome
            ada        | 03-02 09:00    | waiting
            ada        | 03-02 09:00    | passed
            bob        | 03-02 09:00:01 | waiting
            bob        | 03-03 09:00    | passed
        """,
    )


@spec
def test_until_a_local_time_on_one_of_the_days_and_after_so_many_days() -> Told:
    return Told(
        until="11-01 00:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: kind
                type: condition
                paths:
                  - {label: days, when: "profile.kind = 'days'", next: on_days}
                  - {label: later, when: "profile.kind = 'later'", next: in_days}
                otherwise: both
              - {id: on_days, type: wait, until: {time: "09:00", days: [mon, wed]}, next: end}
              - {id: in_days, type: wait, until: {time: "09:00", in_days: 2}, next: end}
              - {id: both, type: wait, until: {time: "09:00", in_days: 2, days: [tue]}}
        """,
        profiles="""
            profile_id | kind
            ada        | days
            bob        | later
            cleo       | both
        """,
        # a Monday, at ten
        events="""
            event_time  | event_type   | profile_id
            03-02 10:00 | order_placed | ada
            03-02 10:00 | order_placed | bob
            03-02 10:00 | order_placed | cleo
        """,
        only=["completed"],
        outcomes="""
            profile_id | occurred_at
            ada        | 03-04 09:00
            bob        | 03-04 09:00
            # the first Tuesday from the 4th on
            cleo       | 03-10 09:00
        """,
    )


@spec
def test_local_times_are_those_of_the_profiles_zone_where_it_is_known() -> Told:
    return Told(
        journey="""
            timezone: Asia/Tokyo
            use_profile_timezone: true
            entry: {type: event, event: order_placed}
            steps:
              - {id: nine, type: wait, until: {time: "09:00"}}
        """,
        # 9:00 is 14:00 UTC in New York and 0:00 UTC in Tokyo
        profiles="""
            profile_id | timezone
            ada        | America/New_York
            bob        | Mars/Base
            cleo       |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at
            ada        | 03-02 14:00
            bob        | 03-03 00:00
            cleo       | 03-03 00:00
        """,
    )


@spec
def test_a_local_time_that_the_clocks_skip_moves_on_and_of_two_the_first_counts() -> Told:
    return Told(
        # 02:30 is skipped on 29 March (03:30 is 01:30 UTC) and occurs twice on 25 October (first at 00:30 UTC)
        until="11-01 00:00",
        journey="""
            timezone: Europe/Paris
            entry: {type: event, event: order_placed}
            steps:
              - {id: night, type: wait, until: {time: "02:30"}}
        """,
        profiles=ADA,
        events="""
            event_time  | event_type   | profile_id
            03-28 12:00 | order_placed | ada
            10-24 12:00 | order_placed | ada
            # between the two
            10-25 01:00 | order_placed | ada
        """,
        only=["passed"],
        outcomes="""
            occurred_at
            03-29 01:30
            10-25 00:30
            10-26 01:30
        """,
    )


@spec
def test_until_an_expression_an_instant_or_local_time() -> Told:
    return Told(
        # Paris is an hour ahead of UTC
        journey="""
            timezone: Europe/Paris
            entry: {type: event, event: order_placed}
            steps:
              - {id: instant, type: wait, until: "profile.renews_at"}
              - {id: local, type: wait, until: "local_now() + INTERVAL 1 DAY"}
              - {id: day, type: wait, until: "profile.birthday"}
              - {id: text, type: wait, until: "event.slot"}
        """,
        profiles="""
            profile_id | renews_at:timestamp  | birthday:date
            ada        | 2026-03-02T12:00:00Z | 2026-03-05
        """,
        events="""
            event_time  | event_type   | profile_id | slot
            03-02 09:00 | order_placed | ada        | 2026-03-06 18:30:00
        """,
        only=["passed"],
        outcomes="""
            occurred_at | step_id
            03-02 12:00 | instant
            03-03 12:00 | local
            03-04 23:00 | day
            03-06 17:30 | text
        """,
    )


@spec
def test_until_what_is_null_past_or_no_moment_is_no_wait() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: null_until, type: wait, until: "profile.renews_at"}
              - {id: past, type: wait, until: "profile.birthday"}
              - {id: nonsense, type: wait, until: "event.slot"}
        """,
        profiles="""
            profile_id | renews_at:timestamp | birthday:date
            ada        |                     | 1990-01-01
        """,
        events="""
            event_time  | event_type   | profile_id | slot
            03-02 09:00 | order_placed | ada        | soon
        """,
        only=["waiting", "passed"],
        outcomes="""
            occurred_at | sequence | step_id    | outcome
            03-02 09:00 | 1        | null_until | waiting
            03-02 09:00 | 2        | null_until | passed
            03-02 09:00 | 3        | past       | waiting
            03-02 09:00 | 4        | past       | passed
            03-02 09:00 | 5        | nonsense   | waiting
            03-02 09:00 | 6        | nonsense   | passed
        """,
    )
