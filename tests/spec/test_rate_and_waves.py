"""`rate` and `waves` of a read: entries spread in time."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

FOUR = """
    profile_id
    ada
    bob
    cleo
    dan
"""


@spec
def test_a_rate_lets_so_many_in_at_the_occurrence_and_again_every_so_often() -> Told:
    return Told(
        # whoever left meanwhile enters all the same: members are settled at the occurrence
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              rate: {max: 3, per: minute}
            steps: [{id: last, type: end}]
        """,
        profiles=FOUR,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            news        | ada        | 03-01 00:00 | 03-02 09:00:30
            news        | bob        | 03-01 00:00 | 03-02 09:00:30
            news        | cleo       | 03-01 00:00 | 03-02 09:00:30
            news        | dan        | 03-01 00:00 | 03-02 09:00:30
        """,
        only=["entered"],
        outcomes="""
            occurred_at | count
            03-02 09:00 | 3
            03-02 09:01 | 1
        """,
    )


@spec
def test_members_enter_in_the_order_of_their_ids() -> Told:
    return Told(
        names_matter=True,
        # md5('queue|1|<profile>|2026-03-02T09:00:00Z'): wes 4b34, vic 51a7, xia 9e02
        journey="""
            id: queue
            entry:
              type: read_audience
              audience: queue
              schedule: {at: 2026-03-02T09:00:00Z}
              rate: {max: 1, per: second}
            steps: [{id: last, type: end}]
        """,
        profiles="""
            profile_id
            vic
            wes
            xia
        """,
        members="""
            audience_id | profile_id
            queue       | vic
            queue       | wes
            queue       | xia
        """,
        only=["entered"],
        outcomes="""
            profile_id | occurred_at
            wes        | 03-02 09:00
            vic        | 03-02 09:00:01
            xia        | 03-02 09:00:02
        """,
    )


MANY = "\n".join(["profile_id", *(f"n{number}" for number in range(11))])
ALL_MEMBERS = "\n".join(["audience_id | profile_id", *(f"news | n{number}" for number in range(11))])


@spec
def test_waves_of_equal_parts_what_is_left_over_goes_to_the_first() -> Told:
    return Told(
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              waves: {count: 4, interval: 2h}
            steps: [{id: last, type: end}]
        """,
        profiles=MANY,
        members=ALL_MEMBERS,
        only=["entered"],
        outcomes="""
            occurred_at | count
            03-02 09:00 | 3
            03-02 11:00 | 3
            03-02 13:00 | 3
            03-02 15:00 | 2
        """,
    )


@spec
def test_a_rate_counts_from_the_start_of_each_equal_part_too() -> Told:
    return Told(
        # of 11: 3, 3, 3, 2
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              waves: {count: 4, interval: 2h}
              rate: {max: 2, per: minute}
            steps: [{id: last, type: end}]
        """,
        profiles=MANY,
        members=ALL_MEMBERS,
        only=["entered"],
        outcomes="""
            occurred_at | count
            03-02 09:00 | 2
            03-02 09:01 | 1
            03-02 11:00 | 2
            03-02 11:01 | 1
            03-02 13:00 | 2
            03-02 13:01 | 1
            03-02 15:00 | 2
        """,
    )


@spec
def test_waves_by_percent_end_at_the_floor_of_the_percents_so_far() -> Told:
    return Told(
        # of 11: 1.65, 3.85, 6.6, 11
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              waves: {percents: [15, 20, 25, 40], interval: 30m}
            steps: [{id: last, type: end}]
        """,
        profiles=MANY,
        members=ALL_MEMBERS,
        only=["entered"],
        outcomes="""
            occurred_at | count
            03-02 09:00 | 1
            03-02 09:30 | 2
            03-02 10:00 | 3
            03-02 10:30 | 5
        """,
    )


@spec
def test_waves_by_number_leave_out_whoever_is_over_and_rate_counts_from_each_start() -> Told:
    return Told(
        journey="""
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              waves: {numbers: [2, 5], starts: [2026-03-03T12:00:00Z]}
              rate: {max: 3, per: hour}
            steps: [{id: last, type: end}]
        """,
        profiles=MANY,
        members=ALL_MEMBERS,
        outcomes="""
            occurred_at | outcome   | count
            03-02 09:00 | entered   | 2
            03-02 09:00 | completed | 2
            03-03 12:00 | entered   | 3
            03-03 12:00 | completed | 3
            03-03 13:00 | entered   | 2
            03-03 13:00 | completed | 2
        """,
    )


@spec
def test_a_read_spread_over_the_end_or_a_closing_rejects_who_comes_after() -> Told:
    return Told(
        journey="""
            id: ended
            ends_at: 2026-03-02T11:00:00Z
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              rate: {max: 2, per: hour}
            steps: [{id: last, type: end}]
            ---
            id: closed
            entry:
              type: read_audience
              audience: news
              schedule: {at: 2026-03-02T09:00:00Z}
              rate: {max: 1, per: hour}
            steps: [{id: last, type: end}]
        """,
        changes="""
            at          | change | id
            03-02 10:30 | close  | closed
        """,
        profiles=MANY,
        members="""
            audience_id | profile_id
            news        | n0
            news        | n1
            news        | n2
            news        | n3
            news        | n4
        """,
        only=["entered", "rejected"],
        outcomes="""
            journey_id | occurred_at | outcome  | reason         | count
            ended      | 03-02 09:00 | entered  |                | 2
            ended      | 03-02 10:00 | entered  |                | 2
            ended      | 03-02 11:00 | rejected | outside_dates  | 1
            closed     | 03-02 09:00 | entered  |                | 1
            closed     | 03-02 10:00 | entered  |                | 1
            closed     | 03-02 11:00 | rejected | journey_closed | 1
            closed     | 03-02 12:00 | rejected | journey_closed | 1
            closed     | 03-02 13:00 | rejected | journey_closed | 1
        """,
    )
