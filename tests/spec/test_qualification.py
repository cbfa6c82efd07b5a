"""Entry `audience_qualification`: a membership that starts or ends brings its profile in."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""


@spec
def test_a_membership_that_starts_or_ends_brings_its_profile_in() -> Told:
    return Told(
        journey="""
            id: enters
            entry: {type: audience_qualification, audience: vip}
            steps: [{id: last, type: end}]
            ---
            id: exits
            entry: {type: audience_qualification, audience: vip, on: exit}
            steps: [{id: last, type: end}]
            ---
            id: both
            entry: {type: audience_qualification, audience: vip, on: both}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 03-02 09:00 |
            # what is earlier than the first publication is history
            vip         | bob        | 02-20 09:00 | 03-03 10:00
            vip         | cleo       | 03-04 08:00 | 03-05 08:00
            other       | ada        | 03-02 10:00 | 03-03 10:00
        """,
        instances="""
            journey_id | profile_id | entered_at  | entry_key
            enters     | ada        | 03-02 09:00 | vip¦enter¦2026-03-02T09:00:00Z
            enters     | cleo       | 03-04 08:00 | vip¦enter¦2026-03-04T08:00:00Z
            exits      | bob        | 03-03 10:00 | vip¦exit¦2026-03-03T10:00:00Z
            exits      | cleo       | 03-05 08:00 | vip¦exit¦2026-03-05T08:00:00Z
            both       | ada        | 03-02 09:00 | vip¦enter¦2026-03-02T09:00:00Z
            both       | bob        | 03-03 10:00 | vip¦exit¦2026-03-03T10:00:00Z
            both       | cleo       | 03-04 08:00 | vip¦enter¦2026-03-04T08:00:00Z
            both       | cleo       | 03-05 08:00 | vip¦exit¦2026-03-05T08:00:00Z
        """,
    )


@spec
def test_the_moment_of_the_publication_is_included() -> Told:
    return Told(
        journey="""
            published: 03-02 09:00
            entry: {type: audience_qualification, audience: vip}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at
            vip         | ada        | 03-02 09:00
            vip         | bob        | 03-02 08:59:59
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome
            ada        | 03-02 09:00 | entered
        """,
    )


@spec
def test_a_stay_learnt_late_enters_at_the_start_of_the_next_tick_under_its_true_moment() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: audience_qualification, audience: vip, on: both}
            reentry: {after: PT0S}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at
            vip         | ada        | 03-02 09:00
        """,
        later=[
            Later(
                until="03-10 00:00",
                members="""
                    audience_id | profile_id | entered_at  | exited_at
                    # its start is known; its end is learnt late
                    vip         | ada        | 03-02 09:00 | 03-02 11:00
                    vip         | bob        | 03-02 10:00 |
                    vip         | cleo       | 03-02 13:00 |
                """,
            )
        ],
        only=["entered"],
        outcomes="""
            profile_id | occurred_at | outcome | reason
            ada        | 03-02 09:00 | entered |
            ada        | 03-02 12:00 | entered | late
            bob        | 03-02 12:00 | entered | late
            cleo       | 03-02 13:00 | entered |
        """,
        instances="""
            profile_id | entered_at  | entry_key
            ada        | 03-02 09:00 | vip¦enter¦2026-03-02T09:00:00Z
            ada        | 03-02 12:00 | vip¦exit¦2026-03-02T11:00:00Z
            bob        | 03-02 12:00 | vip¦enter¦2026-03-02T10:00:00Z
            cleo       | 03-02 13:00 | vip¦enter¦2026-03-02T13:00:00Z
        """,
    )


@spec
def test_re_entry_is_free_from_exactly_its_distance_on() -> Told:
    return Told(
        journey="""
            entry: {type: audience_qualification, audience: vip}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at     | exited_at
            vip         | ada        | 03-02 09:00    | 03-02 09:02
            vip         | ada        | 03-02 09:04:59 |
            vip         | bob        | 03-02 09:00    | 03-02 09:02
            vip         | bob        | 03-02 09:05    |
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at    | outcome  | reason
            ada        | 03-02 09:00    | entered  |
            ada        | 03-02 09:04:59 | rejected | reentry_too_soon
            bob        | 03-02 09:00    | entered  |
            bob        | 03-02 09:05    | entered  |
        """,
    )


@spec
def test_of_an_end_and_a_start_at_one_moment_one_enters_and_the_other_is_rejected() -> Told:
    return Told(
        journey="""
            entry: {type: audience_qualification, audience: vip, on: both}
            reentry: {after: PT0S}
            steps: [{id: pause, type: wait, for: 1h}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at  | exited_at
            vip         | ada        | 02-01 09:00 | 03-02 09:00
            vip         | ada        | 03-02 09:00 |
        """,
        only=["entered", "rejected"],
        # which of the two hangs on their instance ids
        outcomes="""
            profile_id | occurred_at | outcome  | reason             | count
            ada        | 03-02 09:00 | entered  |                    | 1
            ada        | 03-02 09:00 | rejected | already_in_journey | 1
        """,
    )


@spec
def test_who_qualifies_without_a_profile_is_rejected() -> Told:
    return Told(
        journey="""
            entry: {type: audience_qualification, audience: vip}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at
            vip         | ghost      | 03-02 09:00
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | step_type | outcome  | reason
            ghost      | 03-02 09:00 | 0        | entry   | entry     | rejected | not_in_profiles
        """,
    )


@spec
def test_what_the_audience_tells_of_the_member_is_known_whichever_end_of_the_stay_it_was() -> Told:
    return Told(
        journey="""
            entry: {type: audience_qualification, audience: vip, on: both}
            reentry: {after: 0s}
            steps:
              - {id: hour, type: wait, for: 1h}
              - id: level
                type: condition
                paths: [{label: gold, when: "audience.level = 'gold'"}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at  | exited_at   | level
            vip         | ada        | 03-02 09:00 | 03-03 09:00 | gold
            vip         | bob        | 03-02 09:00 |             | silver
            vip         | cleo       | 02-20 09:00 | 03-02 11:00 | gold
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 10:00 | hour    |
            ada        | 03-02 10:00 | level   | gold
            ada        | 03-03 10:00 | hour    |
            ada        | 03-03 10:00 | level   | gold
            bob        | 03-02 10:00 | hour    |
            bob        | 03-02 10:00 | level   |
            cleo       | 03-02 12:00 | hour    |
            cleo       | 03-02 12:00 | level   | gold
        """,
    )


@spec
def test_an_audience_may_be_called_jump() -> Told:
    # The entry key begins as that of whoever jumps in from another journey.
    return Told(
        names_matter=True,
        journey="""
            id: by_jumpers
            entry: {type: audience_qualification, audience: jump}
            steps: [{id: last, type: end}]
        """,
        profiles="""
            profile_id
            juno
        """,
        members="""
            audience_id | profile_id | entered_at
            jump        | juno       | 03-02 09:00
        """,
        instances="""
            journey_id | profile_id | entered_at  | entry_key                       | status
            by_jumpers | juno       | 03-02 09:00 | jump¦enter¦2026-03-02T09:00:00Z | completed
        """,
    )
