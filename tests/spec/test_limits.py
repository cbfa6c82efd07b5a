"""Limits of a channel: no window ever exceeds its own, and whoever finds no room waits for one."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""
ONE_AN_HOUR = """
    email: {address: profile.email, limits: [{max: 1, per: hour}]}
"""


@spec
def test_whoever_finds_no_room_is_deferred_once_and_sent_at_the_start_of_a_window() -> Told:
    return Told(
        channels=ONE_AN_HOUR,
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:10 | order_placed | ada
            03-02 09:20 | order_placed | bob
            03-02 09:30 | order_placed | cleo
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:10 | entry   | entered   |
            ada        | 03-02 09:10 | mail    | sent      |
            ada        | 03-02 09:10 | end     | completed |
            bob        | 03-02 09:20 | entry   | entered   |
            bob        | 03-02 09:20 | mail    | deferred  | limit
            bob        | 03-02 10:00 | mail    | sent      |
            bob        | 03-02 10:00 | end     | completed |
            cleo       | 03-02 09:30 | entry   | entered   |
            cleo       | 03-02 09:30 | mail    | deferred  | limit
            cleo       | 03-02 11:00 | mail    | sent      |
            cleo       | 03-02 11:00 | end     | completed |
        """,
        sends="""
            profile_id | send_at     | queued_at
            ada        | 03-02 09:10 | 03-02 09:10
            bob        | 03-02 10:00 | 03-02 09:20
            cleo       | 03-02 11:00 | 03-02 09:30
        """,
    )


@spec
def test_every_limit_holds_at_once_each_in_the_windows_of_its_zone() -> Told:
    return Told(
        # in Kolkata (5:30 ahead) a day begins at 18:30 UTC
        channels="""
            webhook:
              address: profile.email
              limits: [{max: 2, per: hour}, {max: 3, per: day, timezone: Asia/Kolkata}]
        """,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:15:00Z}}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles="\n".join(["profile_id", *(f"n{number}" for number in range(9))]),
        members="\n".join(["audience_id | profile_id", *(f"all | n{number}" for number in range(9))]),
        sends="""
            send_at     | count
            03-02 09:15 | 2
            03-02 10:00 | 1
            03-02 18:30 | 2
            03-02 19:00 | 1
            03-03 18:30 | 2
            03-03 19:00 | 1
        """,
    )


@spec
def test_limits_and_a_ramp_up_by_the_same_windows_count_each_send_once() -> Told:
    return Told(
        # the plan allows 2 on the 2nd and any number after, so that then the lower limit holds: 3
        channels="""
            webhook:
              address: profile.email
              limits: [{max: 4, per: day}, {max: 3, per: day}]
              ramp_up: {starts_on: 2026-03-02, per_day: [2], then: unlimited}
        """,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:15:00Z}}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles="\n".join(["profile_id", *(f"n{number}" for number in range(9))]),
        members="\n".join(["audience_id | profile_id", *(f"all | n{number}" for number in range(9))]),
        sends="""
            send_at     | count
            03-02 09:15 | 2
            03-03 00:00 | 3
            03-04 00:00 | 3
            03-05 00:00 | 1
        """,
    )


@spec
def test_limits_by_the_second_and_by_the_minute() -> Told:
    return Told(
        channels="""
            webhook: {address: profile.email, limits: [{max: 2, per: second}, {max: 5, per: minute}]}
        """,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:15:58Z}}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles="\n".join(["profile_id", *(f"n{number}" for number in range(12))]),
        members="\n".join(["audience_id | profile_id", *(f"all | n{number}" for number in range(12))]),
        sends="""
            send_at        | count
            03-02 09:15:58 | 2
            03-02 09:15:59 | 2
            03-02 09:16    | 2
            03-02 09:16:01 | 2
            03-02 09:16:02 | 1
            03-02 09:17    | 2
            03-02 09:17:01 | 1
        """,
    )


@spec
def test_a_channel_that_drops_excludes_at_once_and_the_instance_goes_on() -> Told:
    return Told(
        channels="""
            webhook: {address: profile.email, limits: [{max: 1, per: hour}], overflow: drop}
        """,
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: call, type: message, channel: webhook, on_excluded: instead, next: end}
              - {id: instead, type: end}
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:10 | order_placed | ada
            03-02 09:20 | order_placed | bob
            03-02 10:00 | order_placed | cleo
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:10 | entry   | entered   |
            ada        | 03-02 09:10 | call    | sent      |
            ada        | 03-02 09:10 | end     | completed |
            bob        | 03-02 09:20 | entry   | entered   |
            bob        | 03-02 09:20 | call    | excluded  | over_limit
            bob        | 03-02 09:20 | instead | completed |
            cleo       | 03-02 10:00 | entry   | entered   |
            cleo       | 03-02 10:00 | call    | sent      |
            cleo       | 03-02 10:00 | end     | completed |
        """,
    )


@spec
def test_limits_hold_for_all_journeys_together_and_for_everything_sent_before_in_the_window() -> Told:
    return Told(
        channels=ONE_AN_HOUR,
        until="03-02 12:00",
        journey="""
            id: one
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
            ---
            id: two
            entry: {type: event, event: order_seen}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 12:00 | order_placed | ada
            03-02 12:20 | order_seen   | bob
        """,
        later=[Later(until="03-10 00:00")],
        sends="""
            journey_id | profile_id | send_at
            one        | ada        | 03-02 12:00
            two        | bob        | 03-02 13:00
        """,
    )
