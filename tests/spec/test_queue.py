"""The queue at a limit: who goes first, and who leaves it."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

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
def test_transactional_then_priority_then_first_arrival_go_first() -> Told:
    return Told(
        channels=ONE_AN_HOUR,
        journey="""
            id: usual
            entry: {type: event, event: usual}
            steps: [{id: mail, type: message, channel: email}]
            ---
            id: urgent
            entry: {type: event, event: urgent}
            steps: [{id: mail, type: message, channel: email, category: transactional}]
            ---
            id: high
            priority: 90
            entry: {type: event, event: high}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
            dan
            eve
            finn
        """,
        # eve enters when a window starts: entries come after those who wait
        events="""
            event_time  | event_type | profile_id
            03-02 10:10 | usual      | ada
            03-02 10:20 | usual      | bob
            03-02 10:30 | usual      | cleo
            03-02 10:40 | urgent     | dan
            03-02 10:50 | high       | finn
            03-02 11:00 | high       | eve
        """,
        sends="""
            profile_id | send_at
            ada        | 03-02 10:10
            dan        | 03-02 11:00
            finn       | 03-02 12:00
            eve        | 03-02 13:00
            bob        | 03-02 14:00
            cleo       | 03-02 15:00
        """,
    )


@spec
def test_who_comes_from_a_wait_at_the_start_of_a_window_stands_with_those_who_wait() -> Told:
    return Told(
        channels=ONE_AN_HOUR,
        journey="""
            id: usual
            entry: {type: event, event: usual}
            steps: [{id: mail, type: message, channel: email}]
            ---
            id: urgent
            entry: {type: event, event: urgent}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: mail, type: message, channel: email, category: transactional}
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | urgent     | cleo
            03-02 09:10 | usual      | ada
            03-02 09:20 | usual      | bob
        """,
        sends="""
            profile_id | send_at
            ada        | 03-02 09:10
            cleo       | 03-02 10:00
            bob        | 03-02 11:00
        """,
    )


@spec
def test_a_send_that_leads_back_to_the_same_limit_waits_again() -> Told:
    return Told(
        # after her first mail ada comes to the second behind bob, who came before
        channels=ONE_AN_HOUR,
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: first, type: message, channel: email}
              - {id: second, type: message, channel: email}
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:30 | order_placed | bob
        """,
        sends="""
            profile_id | step_id | send_at     | queued_at
            ada        | first   | 03-02 09:00 | 03-02 09:00
            ada        | second  | 03-02 10:00 | 03-02 09:00
            bob        | first   | 03-02 11:00 | 03-02 09:30
            bob        | second  | 03-02 12:00 | 03-02 11:00
        """,
    )


@spec
def test_a_place_that_whoever_is_taken_cannot_use_goes_to_the_next() -> Told:
    return Told(
        # bob's suppression isn't looked at before his turn comes
        channels=ONE_AN_HOUR,
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        suppressions="""
            channel | address          | added_at
            email   | bob@shop.example | 03-02 09:40
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:10 | order_placed | ada
            03-02 09:20 | order_placed | bob
            03-02 09:30 | order_placed | cleo
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | occurred_at | outcome  | reason
            ada        | 03-02 09:10 | sent     |
            bob        | 03-02 10:00 | excluded | suppressed
            cleo       | 03-02 10:00 | sent     |
        """,
    )


@spec
def test_when_max_deferral_is_over_whoever_waits_is_excluded_after_the_window_that_starts_then() -> Told:
    return Told(
        # bob, cleo and eve come at 9:00; until 11:00, that moment included, two windows start
        channels="""
            webhook: {address: profile.email, limits: [{max: 1, per: hour}], max_deferral: 2h}
        """,
        journey="""
            id: usual
            entry: {type: event, event: usual}
            steps: [{id: call, type: message, channel: webhook}]
            ---
            id: urgent
            entry: {type: event, event: urgent}
            steps: [{id: call, type: message, channel: webhook, category: transactional}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
            dan
            eve
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 08:30 | usual      | ada
            03-02 08:40 | urgent     | dan
            03-02 09:00 | usual      | bob
            03-02 09:00 | usual      | cleo
            03-02 09:00 | usual      | eve
        """,
        only=["sent", "excluded"],
        outcomes="""
            occurred_at | outcome  | reason     | count
            03-02 08:30 | sent     |            | 1
            03-02 09:00 | sent     |            | 1
            03-02 10:00 | sent     |            | 1
            03-02 11:00 | sent     |            | 1
            03-02 11:00 | excluded | over_limit | 1
        """,
    )


@spec
def test_whoever_waits_for_room_is_due_at_the_end_of_max_deferral() -> Told:
    return Told(
        # seven days unless the channel says otherwise
        until="03-02 12:00",
        channels="""
            webhook: {address: profile.email, limits: [{max: 1, per: day}]}
        """,
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: call, type: message, channel: webhook}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:30 | order_placed | bob
        """,
        instances="""
            profile_id | status    | step_id | due_at      | ended_at
            ada        | completed | end     |             | 03-02 09:00
            bob        | active    | call    | 03-09 09:30 |
        """,
    )
