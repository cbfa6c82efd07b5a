"""`pause` and `resume`: a journey that holds, or lets go, whoever comes to a message, and lets nobody in."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""
JOURNEY = """
    entry: {type: event, event: go}
    steps:
      - {id: pause, type: wait, for: 1h}
      - {id: mail, type: message, channel: email}
      - {id: rest, type: wait, for: 1h}
"""
# ada stands in the wait when the pause begins, cleo comes during it
TWO_GO = """
    event_time  | event_type | profile_id
    03-02 09:00 | go         | ada
    03-02 11:00 | go         | cleo
"""


@spec
def test_each_stops_at_the_next_message_until_it_is_resumed_and_nobody_enters() -> Told:
    return Told(
        journey=JOURNEY,
        profiles=THREE,
        events=TWO_GO,
        changes="""
            at          | change
            03-02 09:30 | pause
            03-02 15:00 | resume
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | outcome   | reason
            ada        | 03-02 09:00 | 0        | entry   | entered   |
            ada        | 03-02 09:00 | 1        | pause   | waiting   |
            ada        | 03-02 10:00 | 2        | pause   | passed    |
            ada        | 03-02 10:00 | 3        | mail    | deferred  | journey_paused
            ada        | 03-02 15:00 | 4        | mail    | sent      |
            ada        | 03-02 15:00 | 5        | rest    | waiting   |
            ada        | 03-02 16:00 | 6        | rest    | passed    |
            ada        | 03-02 16:00 | 7        | end     | completed |
            cleo       | 03-02 11:00 | 0        | entry   | rejected  | journey_paused
        """,
    )


@spec
def test_with_discard_each_leaves_at_the_next_message() -> Told:
    return Told(
        journey=JOURNEY,
        profiles=THREE,
        # bob's message is behind him
        events=TWO_GO
        + """
    03-02 08:15 | go         | bob
        """,
        changes="""
            at          | change | discard
            03-02 09:30 | pause  | yes
            03-02 15:00 | resume |
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:00 | entry   | entered   |
            ada        | 03-02 09:00 | pause   | waiting   |
            ada        | 03-02 10:00 | pause   | passed    |
            ada        | 03-02 10:00 | mail    | exited    | journey_paused
            bob        | 03-02 08:15 | entry   | entered   |
            bob        | 03-02 08:15 | pause   | waiting   |
            bob        | 03-02 09:15 | pause   | passed    |
            bob        | 03-02 09:15 | mail    | sent      |
            bob        | 03-02 09:15 | rest    | waiting   |
            bob        | 03-02 10:15 | rest    | passed    |
            bob        | 03-02 10:15 | end     | completed |
            cleo       | 03-02 11:00 | entry   | rejected  | journey_paused
        """,
    )


@spec
def test_a_pause_is_over_by_itself() -> Told:
    return Told(
        until="03-20 00:00",
        journey="""
            id: fortnight
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
            ---
            id: hours
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        # the end of a pause comes before the entries of its moment
        events="""
            event_time     | event_type | profile_id
            03-02 09:00    | go         | ada
            03-02 12:29:59 | go         | bob
            03-02 12:30    | go         | cleo
        """,
        changes="""
            at          | change | id        | for
            03-02 09:30 | pause  | fortnight |
            03-02 09:30 | pause  | hours     | 3h
        """,
        only=["rejected", "deferred", "sent"],
        outcomes="""
            journey_id | profile_id | occurred_at    | step_id | outcome  | reason
            fortnight  | ada        | 03-02 10:00    | mail    | deferred | journey_paused
            fortnight  | ada        | 03-16 09:30    | mail    | sent     |
            fortnight  | bob        | 03-02 12:29:59 | entry   | rejected | journey_paused
            fortnight  | cleo       | 03-02 12:30    | entry   | rejected | journey_paused
            hours      | ada        | 03-02 10:00    | mail    | deferred | journey_paused
            hours      | ada        | 03-02 12:30    | mail    | sent     |
            hours      | bob        | 03-02 12:29:59 | entry   | rejected | journey_paused
            hours      | cleo       | 03-02 13:30    | mail    | sent     |
        """,
    )


@spec
def test_no_occurrence_runs_and_an_incremental_read_catches_up() -> Told:
    return Told(
        until="03-06 00:00",
        journey="""
            id: daily
            entry: {type: read_audience, audience: club, schedule: {cron: "0 9 * * *"}, incremental: true}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        # the reads of the third and of the fourth do not run
        members="""
            audience_id | profile_id | entered_at
            club        | ada        | 03-01 12:00
            club        | bob        | 03-02 12:00
            club        | cleo       | 03-04 12:00
        """,
        changes="""
            at          | change | id
            03-01 10:00 | pause  | daily
            03-01 11:00 | resume | daily
            03-03 08:00 | pause  | daily
            03-04 09:30 | resume | daily
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome
            ada        | 03-02 09:00 | entered
            bob        | 03-05 09:00 | entered
            cleo       | 03-05 09:00 | entered
        """,
    )


@spec
def test_whoever_waits_for_room_is_held_and_comes_back_with_the_time_of_the_first_arrival() -> Told:
    return Told(
        channels="email: {address: profile.email, limits: [{max: 1, per: day}]}",
        journey="""
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        # ada takes the second of March, bob waits for room; the pause is over before the fourth
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 10:00 | go         | bob
            03-03 13:00 | go         | cleo
        """,
        changes="""
            at          | change
            03-02 11:00 | pause
            03-03 12:00 | resume
        """,
        only=["rejected", "deferred", "sent"],
        outcomes="""
            profile_id | occurred_at | outcome  | reason
            ada        | 03-02 09:00 | sent     |
            bob        | 03-02 10:00 | deferred | limit
            bob        | 03-03 12:00 | sent     |
            cleo       | 03-03 13:00 | deferred | limit
            cleo       | 03-04 00:00 | sent     |
        """,
    )


@spec
def test_exits_go_on_in_a_pause() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed}]
            steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | go           | ada
            03-02 11:00 | order_placed | ada
        """,
        changes="""
            at          | change
            03-02 09:30 | pause
            03-02 15:00 | resume
        """,
        only=["deferred", "sent", "exited"],
        outcomes="""
            occurred_at | step_id | outcome  | reason
            03-02 10:00 | mail    | deferred | journey_paused
            03-02 11:00 | mail    | exited   | bought
        """,
    )


@spec
def test_a_pause_holds_for_every_version_and_over_ticks() -> Told:
    return Told(
        until="03-02 09:45",
        journey=JOURNEY,
        profiles=THREE,
        events=TWO_GO,
        changes="""
            at          | change
            03-02 09:30 | pause
        """,
        later=[
            Later(
                until="03-02 14:00",
                journey="""
                    published: 03-02 10:30
                    version: 2
                    entry: {type: event, event: go}
                    steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
                """,
            ),
            Later(
                until="03-10 00:00",
                changes="""
                    at          | change
                    03-02 15:00 | resume
                """,
            ),
        ],
        only=["rejected", "deferred", "sent"],
        outcomes="""
            profile_id | journey_version | occurred_at | outcome  | reason
            ada        | 1               | 03-02 10:00 | deferred | journey_paused
            cleo       | 2               | 03-02 11:00 | rejected | journey_paused
            ada        | 1               | 03-02 15:00 | sent     |
        """,
    )


@spec
def test_of_those_who_were_held_one_address_gets_one_send() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: "2026-03-02T09:00:00Z"}}
            steps: [{id: nap, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id | email
            ada        | we@x.com
            bob        | WE@x.com
            cleo       | cleo@x.com
        """,
        members="""
            audience_id | profile_id
            all         | ada
            all         | bob
            all         | cleo
        """,
        changes="""
            at          | change
            03-02 09:30 | pause
            03-03 09:00 | resume
        """,
        later=[Later(until="03-10 00:00")],
        only=["deferred", "sent", "excluded"],
        # which of the two hangs on their ids
        outcomes="""
            occurred_at | step_id | outcome  | reason            | count
            03-02 10:00 | mail    | deferred | journey_paused    | 3
            03-03 09:00 | mail    | sent     |                   | 2
            03-03 09:00 | mail    | excluded | duplicate_address | 1
        """,
    )
