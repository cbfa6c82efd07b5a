"""What a moved instance brings along: sends, places in a queue, re-entry."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.test_move import THREE
from tests.spec.told import Later, Told


@spec
def test_a_message_that_they_have_had_is_not_sent_again() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}, {id: pause, type: wait, for: 4h}]
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 4h}
              - {id: mail, type: message, channel: email, on_excluded: other, next: end}
              - {id: other, type: message, channel: email}
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        only=["sent", "moved", "excluded"],
        outcomes="""
            journey_version | occurred_at | step_id | outcome  | reason
            1               | 03-02 09:00 | mail    | sent     |
            2               | 03-02 10:00 | pause   | moved    | 1
            2               | 03-02 13:00 | mail    | excluded | already_sent
            2               | 03-02 13:00 | other   | sent     |
        """,
    )


@spec
def test_a_move_over_ticks_and_re_entry_counts_over_versions() -> Told:
    return Told(
        until="03-02 09:30",
        journey="""
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 4h}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            # inside still, though in another version
            03-02 11:00 | go         | ada
        """,
        later=[
            Later(
                until="03-10 00:00",
                journey="""
                    published: 03-02 10:00
                    insiders: move
                    version: 2
                    entry: {type: event, event: go}
                    steps: [{id: pause, type: wait, for: 1h}]
                """,
            )
        ],
        only=["moved", "rejected", "completed"],
        outcomes="""
            journey_version | occurred_at | step_id | outcome   | reason
            2               | 03-02 10:00 | pause   | moved     | 1
            2               | 03-02 11:00 | entry   | rejected  | already_in_journey
            2               | 03-02 13:00 | end     | completed |
        """,
    )


@spec
def test_who_waits_for_room_moves_with_the_time_of_the_first_arrival() -> Told:
    return Told(
        channels="email: {address: profile.email, limits: [{max: 1, per: day}]}",
        journey="""
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}]
            ---
            published: 03-02 12:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 10:00 | go         | bob
            03-02 13:00 | go         | cleo
        """,
        only=["deferred", "moved", "sent"],
        outcomes="""
            profile_id | journey_version | occurred_at | outcome  | reason
            ada        | 1               | 03-02 09:00 | sent     |
            bob        | 1               | 03-02 10:00 | deferred | limit
            bob        | 2               | 03-02 12:00 | moved    | 1
            cleo       | 2               | 03-02 13:00 | deferred | limit
            bob        | 2               | 03-03 00:00 | sent     |
            cleo       | 2               | 03-04 00:00 | sent     |
        """,
    )
