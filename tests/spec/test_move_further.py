"""What a moved instance is judged by in the new version, and what it still has of the old one."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.test_move import THREE
from tests.spec.told import Later, Told

TWO_CHANNELS = """
email: {address: profile.email, limits: [{max: 1, per: day}]}
push: {address: profile.profile_id}
"""


@spec
def test_who_moves_is_judged_by_what_the_new_version_asks() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 4h}, {id: old, type: wait, for: 1h}]
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            exit_when: [{id: bought, event: order_placed, where: "event.amount > 50 AND journey.version = 2"}]
            steps:
              - {id: pause, type: wait, for: 4h}
              - {id: eq, type: condition, paths: [{label: same, when: "event.kind = profile.letter"}], otherwise: end}
        """,
        profiles="""
            profile_id | letter
            ada        | a
            bob        | b
            cleo       | c
        """,
        # what bob bought before the move doesn't end him; cleo's purchase after it ends her
        events="""
            event_time  | event_type   | profile_id | kind | amount:double
            03-02 08:00 | go           | ada        | a    |
            03-02 08:00 | go           | bob        | a    |
            03-02 08:00 | go           | cleo       | c    |
            03-02 09:30 | order_placed | bob        |      | 90
            03-02 11:00 | order_placed | cleo       |      | 90
        """,
        outcomes="""
            profile_id | journey_version | occurred_at | sequence | step_id | outcome   | path      | reason
            ada        | 1               | 03-02 08:00 | 0        | entry   | entered   |           |
            ada        | 1               | 03-02 08:00 | 1        | pause   | waiting   |           |
            ada        | 2               | 03-02 10:00 | 2        | pause   | moved     |           | 1
            ada        | 2               | 03-02 12:00 | 3        | pause   | passed    |           |
            ada        | 2               | 03-02 12:00 | 4        | eq      | passed    | same      |
            ada        | 2               | 03-02 12:00 | 5        | end     | completed |           |
            bob        | 1               | 03-02 08:00 | 0        | entry   | entered   |           |
            bob        | 1               | 03-02 08:00 | 1        | pause   | waiting   |           |
            bob        | 2               | 03-02 10:00 | 2        | pause   | moved     |           | 1
            bob        | 2               | 03-02 12:00 | 3        | pause   | passed    |           |
            bob        | 2               | 03-02 12:00 | 4        | eq      | passed    | otherwise |
            bob        | 2               | 03-02 12:00 | 5        | end     | completed |           |
            cleo       | 1               | 03-02 08:00 | 0        | entry   | entered   |           |
            cleo       | 1               | 03-02 08:00 | 1        | pause   | waiting   |           |
            cleo       | 2               | 03-02 10:00 | 2        | pause   | moved     |           | 1
            cleo       | 2               | 03-02 11:00 | 3        | pause   | exited    |           | bought
        """,
    )


@spec
def test_it_may_move_twice_and_a_stop_of_the_same_moment_comes_after_the_move() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}, {id: pause, type: wait, for: 9d}]
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: note, type: message, channel: email}, {id: pause, type: wait, for: 4h}]
            ---
            published: 03-02 12:00
            insiders: move
            version: 3
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 4h}
        """,
        profiles=THREE,
        changes="""
            at          | change
            03-02 12:00 | stop
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 11:00 | go         | bob
        """,
        outcomes="""
            profile_id | journey_version | occurred_at | sequence | step_id | outcome | reason
            ada        | 1               | 03-02 09:00 | 0        | entry   | entered |
            ada        | 1               | 03-02 09:00 | 1        | mail    | sent    |
            ada        | 1               | 03-02 09:00 | 2        | pause   | waiting |
            ada        | 2               | 03-02 10:00 | 3        | pause   | moved   | 1
            ada        | 3               | 03-02 12:00 | 4        | pause   | moved   | 2
            ada        | 3               | 03-02 12:00 | 5        | pause   | exited  | stopped
            bob        | 2               | 03-02 11:00 | 0        | entry   | entered |
            bob        | 2               | 03-02 11:00 | 1        | note    | sent    |
            bob        | 2               | 03-02 11:00 | 2        | pause   | waiting |
            bob        | 3               | 03-02 12:00 | 3        | pause   | moved   | 2
            bob        | 3               | 03-02 12:00 | 4        | pause   | exited  | stopped
        """,
    )


@spec
def test_what_was_found_and_sent_comes_along_over_ticks() -> Told:
    product = "sku | price:double\n s1 | 90"
    return Told(
        until="03-02 11:00",
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: find, type: lookup, table: products, key: {sku: "event.sku"}, select: [price], as: product}
              - {id: mail, type: message, channel: email}
              - {id: pause, type: wait, for: 2d}
        """,
        profiles=THREE,
        # ada moves in a tick after that in which she came, bob in the same
        events="""
            event_time  | event_type | profile_id | sku
            03-02 10:00 | go         | ada        | s1
            03-02 12:00 | go         | bob        | s1
        """,
        tables={"products": product},
        later=[
            Later(
                until="03-03 00:00",
                journey="""
                    published: 03-02 13:00
                    insiders: move
                    version: 2
                    entry: {type: event, event: go}
                    steps:
                      - {id: find, type: lookup, table: products, key: {sku: event.sku}, select: [price], as: product}
                      - {id: pause, type: wait, for: 1h}
                      - {id: dear, type: condition, paths: [{label: dear, when: "product.price > 50"}], otherwise: end}
                      - {id: anew, type: lookup, table: products, key: {sku: "event.sku"}, select: [price], as: now}
                      - {id: cheap, type: condition, paths: [{label: cheap, when: "now.price < 50"}], otherwise: end}
                      - {id: mail, type: message, channel: email}
                """,
            ),
            Later(until="03-10 00:00", tables={"products": "sku | price:double\n s1 | 40"}),
        ],
        only=["moved", "passed", "sent", "excluded"],
        outcomes="""
            profile_id | journey_version | occurred_at | step_id | outcome  | path  | reason
            ada        | 1               | 03-02 10:00 | find    | passed   |       |
            ada        | 1               | 03-02 10:00 | mail    | sent     |       |
            ada        | 2               | 03-02 13:00 | pause   | moved    |       | 1
            ada        | 2               | 03-04 10:00 | pause   | passed   |       |
            ada        | 2               | 03-04 10:00 | dear    | passed   | dear  |
            ada        | 2               | 03-04 10:00 | anew    | passed   |       |
            ada        | 2               | 03-04 10:00 | cheap   | passed   | cheap |
            ada        | 2               | 03-04 10:00 | mail    | excluded |       | already_sent
            bob        | 1               | 03-02 12:00 | find    | passed   |       |
            bob        | 1               | 03-02 12:00 | mail    | sent     |       |
            bob        | 2               | 03-02 13:00 | pause   | moved    |       | 1
            bob        | 2               | 03-04 12:00 | pause   | passed   |       |
            bob        | 2               | 03-04 12:00 | dear    | passed   | dear  |
            bob        | 2               | 03-04 12:00 | anew    | passed   |       |
            bob        | 2               | 03-04 12:00 | cheap   | passed   | cheap |
            bob        | 2               | 03-04 12:00 | mail    | excluded |       | already_sent
        """,
    )


@spec
def test_whose_message_goes_by_another_channel_waits_no_more_for_the_room_of_the_first() -> Told:
    return Told(
        channels=TWO_CHANNELS,
        journey="""
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: email}]
            ---
            published: 03-02 12:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps: [{id: mail, type: message, channel: push}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 10:00 | go         | bob
        """,
        only=["deferred", "moved", "sent"],
        outcomes="""
            profile_id | journey_version | occurred_at | outcome  | reason
            ada        | 1               | 03-02 09:00 | sent     |
            bob        | 1               | 03-02 10:00 | deferred | limit
            bob        | 2               | 03-02 12:00 | moved    | 1
            bob        | 2               | 03-02 12:00 | sent     |
        """,
    )


@spec
def test_whom_a_pause_holds_moves_and_is_held_until_it_is_over() -> Told:
    return Told(
        until="03-02 11:00",
        journey="""
            entry: {type: event, event: go}
            steps: [{id: pause, type: wait, for: 1h}, {id: mail, type: message, channel: email}]
        """,
        profiles=THREE,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        changes="""
            at          | change
            03-02 09:30 | pause
        """,
        later=[
            Later(
                until="03-10 00:00",
                journey="""
                    published: 03-02 12:00
                    insiders: move
                    version: 2
                    entry: {type: event, event: go}
                    steps: [{id: mail, type: message, channel: email}]
                """,
                changes="""
                    at          | change
                    03-02 14:00 | resume
                """,
            )
        ],
        only=["deferred", "moved", "sent"],
        outcomes="""
            journey_version | occurred_at | outcome  | reason
            1               | 03-02 10:00 | deferred | journey_paused
            2               | 03-02 12:00 | moved    | 1
            2               | 03-02 14:00 | sent     |
        """,
    )


@spec
def test_in_a_cap_it_has_the_number_of_its_own_occurrence_and_places_are_counted_anew() -> Told:
    return Told(
        journey="""
            entry: {type: read_audience, audience: all, schedule: {cron: "0 9 * * *", until: "2026-03-03T12:00:00Z"}}
            steps:
              - {id: pause, type: wait, for: 4d}
              - {id: few, type: profile_cap, limits: [0, 5], per: occurrence, otherwise: end}
            ---
            published: 03-03 10:00
            insiders: move
            version: 2
            entry: {type: read_audience, audience: all, schedule: {at: "2026-03-04T09:00:00Z"}}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: few, type: profile_cap, limits: [1, 0], per: occurrence, otherwise: end}
        """,
        profiles=THREE,
        # ada comes by the first occurrence of version 1, bob by its second, cleo by the first of version 2
        members="""
            audience_id | profile_id | entered_at  | exited_at
            all         | ada        | 03-02 00:00 | 03-02 12:00
            all         | bob        | 03-03 00:00 | 03-03 12:00
            all         | cleo       | 03-04 00:00 |
        """,
        only=["moved", "passed"],
        outcomes="""
            profile_id | journey_version | occurred_at | step_id | outcome | path   | reason
            ada        | 2               | 03-03 10:00 | pause   | moved   |        | 1
            bob        | 2               | 03-03 10:00 | pause   | moved   |        | 1
            cleo       | 2               | 03-04 10:00 | pause   | passed  |        |
            cleo       | 2               | 03-04 10:00 | few     | passed  | within |
            ada        | 2               | 03-06 09:00 | pause   | passed  |        |
            ada        | 2               | 03-06 09:00 | few     | passed  | over   |
            bob        | 2               | 03-07 09:00 | pause   | passed  |        |
            bob        | 2               | 03-07 09:00 | few     | passed  | over   |
        """,
    )


@spec
def test_what_it_wrote_in_the_tick_of_the_move_it_sees_in_the_new_version() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: mark, type: update_profile, set: {score: "profile.score + 1"}}
              - {id: join, type: update_audience, audience: club, action: add}
              - {id: quit, type: update_audience, audience: old, action: remove}
              - {id: pause, type: wait, for: 4h}
            ---
            published: 03-02 10:00
            insiders: move
            version: 2
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 4h}
              - {id: marked, type: condition, paths: [{label: "yes", when: "profile.score = 2"}], otherwise: end}
              - {id: in_club, type: condition, paths: [{label: "yes", when: {audience: club}}], otherwise: end}
              - {id: still, type: condition, paths: [{label: "yes", when: "in_audience('club')"}], otherwise: end}
              - {id: gone, type: condition, paths: [{label: "no", when: "NOT in_audience('old')"}], otherwise: end}
              - {id: join, type: update_audience, audience: club, action: remove}
              - {id: left, type: condition, paths: [{label: "yes", when: {audience: club}}], otherwise: again}
              - {id: again, type: update_profile, set: {score: "profile.score * 10"}}
              - {id: twice, type: condition, paths: [{label: "yes", when: "profile.score = 20"}], otherwise: end}
        """,
        profiles="""
            profile_id | score:int
            ada        | 1
        """,
        members="""
            audience_id | profile_id
            old         | ada
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        only=["passed"],
        outcomes="""
            journey_version | occurred_at | step_id | path
            1               | 03-02 09:00 | mark    |
            1               | 03-02 09:00 | join    |
            1               | 03-02 09:00 | quit    |
            2               | 03-02 13:00 | pause   |
            2               | 03-02 13:00 | marked  | yes
            2               | 03-02 13:00 | in_club | yes
            2               | 03-02 13:00 | still   | yes
            2               | 03-02 13:00 | gone    | no
            2               | 03-02 13:00 | join    |
            2               | 03-02 13:00 | left    | otherwise
            2               | 03-02 13:00 | again   |
            2               | 03-02 13:00 | twice   | yes
        """,
        updates="""
            step_id | column | value | former_value
            mark    | score  | 2     | 1
            again   | score  | 20    | 2
        """,
    )
