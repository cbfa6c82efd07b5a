"""`update_audience`: starts or ends a membership."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

TWO = """
    profile_id
    ada
    bob
"""
BOTH_GO = """
    event_time  | event_type | profile_id
    03-02 09:00 | go         | ada
    03-02 09:00 | go         | bob
"""


@spec
def test_its_own_instance_sees_the_membership_at_once() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: join, type: update_audience, audience: vip, action: add}
              - {id: inside, type: condition, paths: [{label: member, when: {audience: vip}}], otherwise: end}
              - {id: leave, type: update_audience, audience: club, action: remove}
              - {id: outside, type: condition, paths: [{label: gone, when: "NOT in_audience('club')"}], otherwise: end}
        """,
        profiles=TWO,
        # who is a member already stays one since then, and who isn't one can't leave
        members="""
            audience_id | profile_id | entered_at
            vip         | bob        | 02-01 00:00
            club        | ada        | 02-01 00:00
        """,
        events=BOTH_GO,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | step_type       | path
            ada        | 03-02 09:00 | join    | update_audience |
            ada        | 03-02 09:00 | inside  | condition       | member
            ada        | 03-02 09:00 | leave   | update_audience |
            ada        | 03-02 09:00 | outside | condition       | gone
            bob        | 03-02 09:00 | join    | update_audience |
            bob        | 03-02 09:00 | inside  | condition       | member
            bob        | 03-02 09:00 | leave   | update_audience |
            bob        | 03-02 09:00 | outside | condition       | gone
        """,
        stays="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 03-02 09:00 |
            vip         | bob        | 02-01 00:00 |
            club        | ada        | 02-01 00:00 | 03-02 09:00
        """,
    )


OTHERS = """
    id: joins
    entry: {type: event, event: go}
    steps: [{id: join, type: update_audience, audience: vip, action: add}]
    ---
    id: asks
    entry: {type: event, event: ask}
    steps:
      - {id: first, type: condition, paths: [{label: member, when: {audience: vip}}], otherwise: pause}
      - {id: pause, type: wait, for: 1d}
      - {id: second, type: condition, paths: [{label: member, when: {audience: vip}}], otherwise: end}
    ---
    id: welcomes
    entry: {type: audience_qualification, audience: vip}
    steps: [{id: last, type: end}]
    ---
    id: ends
    entry: {type: event, event: ask}
    exit_when: [{id: joined, audience: vip}]
    steps: [{id: pause, type: wait, for: 7d}]
"""
GOES_AND_ASKS = """
    event_time  | event_type | profile_id
    03-02 09:00 | go         | ada
    03-02 10:00 | ask        | ada
"""


@spec
def test_other_instances_do_not_see_it_in_the_same_tick() -> Told:
    return Told(
        journey=OTHERS,
        profiles=TWO,
        events=GOES_AND_ASKS,
        only=["passed", "exited", "completed"],
        outcomes="""
            journey_id | occurred_at | step_id | outcome   | path
            joins      | 03-02 09:00 | join    | passed    |
            joins      | 03-02 09:00 | end     | completed |
            asks       | 03-02 10:00 | first   | passed    | otherwise
            asks       | 03-03 10:00 | pause   | passed    |
            asks       | 03-03 10:00 | second  | passed    | otherwise
            asks       | 03-03 10:00 | end     | completed |
            ends       | 03-09 10:00 | pause   | passed    |
            ends       | 03-09 10:00 | end     | completed |
        """,
    )


@spec
def test_the_next_tick_learns_it_late_and_membership_is_that_of_the_moment() -> Told:
    return Told(
        until="03-02 12:00",
        journey=OTHERS,
        profiles=TWO,
        events=GOES_AND_ASKS,
        later=[Later(until="03-10 00:00")],
        only=["entered", "passed", "exited"],
        outcomes="""
            journey_id | occurred_at | step_id | outcome | path      | reason
            joins      | 03-02 09:00 | entry   | entered |           |
            joins      | 03-02 09:00 | join    | passed  |           |
            asks       | 03-02 10:00 | entry   | entered |           |
            asks       | 03-02 10:00 | first   | passed  | otherwise |
            ends       | 03-02 10:00 | entry   | entered |           |
            ends       | 03-02 12:00 | pause   | exited  |           | joined
            welcomes   | 03-02 12:00 | entry   | entered |           | late
            asks       | 03-03 10:00 | pause   | passed  |           |
            asks       | 03-03 10:00 | second  | passed  | member    |
        """,
    )


@spec
def test_a_stay_that_has_no_length_was_never_there() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: join, type: update_audience, audience: vip, action: add}
              - {id: leave, type: update_audience, audience: vip, action: remove}
              - {id: outside, type: condition, paths: [{label: gone, when: "NOT in_audience('vip')"}]}
        """,
        profiles=TWO,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | bob        | 02-01 00:00 | 02-02 00:00
        """,
        events=BOTH_GO,
        only=["passed"],
        outcomes="""
            step_id | path | count
            join    |      | 2
            leave   |      | 2
            outside | gone | 2
        """,
        stays="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | bob        | 02-01 00:00 | 02-02 00:00
        """,
    )


@spec
def test_the_next_read_finds_whom_a_journey_added_in_an_earlier_tick() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            id: joins
            entry: {type: event, event: go}
            steps: [{id: join, type: update_audience, audience: vip, action: add}]
            ---
            id: reads
            entry: {type: read_audience, audience: vip, schedule: {cron: "0 10 * * *"}}
            steps: [{id: last, type: end}]
        """,
        profiles=TWO,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
        """,
        later=[Later(until="03-04 00:00")],
        only=["entered"],
        # at ten on the second, in the same tick, the read doesn't see it
        outcomes="""
            journey_id | profile_id | occurred_at
            joins      | ada        | 03-02 09:00
            reads      | ada        | 03-03 10:00
        """,
    )
