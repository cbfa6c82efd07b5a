"""Calendar tests and clocks in a `condition`: days, times and dates in the instance's zone."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told


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
