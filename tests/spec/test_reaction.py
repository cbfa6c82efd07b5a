"""`listen` to reactions: what becomes of an earlier message of the same instance."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

FIVE = """
    profile_id
    ada
    bob
    cleo
    dan
    eve
"""
ALL_GO = """
    event_id | event_time  | event_type | profile_id
    g1       | 03-02 09:00 | go         | ada
    g2       | 03-02 09:00 | go         | bob
    g3       | 03-02 09:00 | go         | cleo
    g4       | 03-02 09:00 | go         | dan
    g5       | 03-02 09:00 | go         | eve
"""
JOURNEY = """
    entry: {type: event, event: go}
    steps:
      - {id: one, type: message, channel: email}
      - {id: two, type: message, channel: email}
      - id: ear
        type: listen
        timeout: 1d
        paths:
          - {label: clicked, reaction: clicked, of: two}
          - {label: opened, reaction: opened, of: two}
          - {label: bounced, reaction: bounced, of: two}
          - {label: gone, reaction: unsubscribed, of: one}
"""


@spec
def test_a_reaction_to_the_message_of_the_same_instance_is_heard() -> Told:
    return Told(
        journey=JOURNEY,
        profiles=FIVE,
        events=ALL_GO,
        feedback="""
            feedback_at    | feedback     | profile_id | entry_key | step_id
            03-02 09:00:30 | delivered    | ada        | g1        | two
            # of another message
            03-02 09:10    | opened       | ada        | g1        | one
            03-02 09:20:05 | opened       | ada        | g1        | two
            # at one moment the first listed path
            03-02 10:00    | opened       | bob        | g2        | two
            03-02 10:00    | clicked      | bob        | g2        | two
            03-02 10:00    | bounced_soft | cleo       | g3        | two
            03-02 10:00    | bounced_hard | dan        | g4        | two
            03-02 10:00    | unsubscribed | eve        | g5        | one
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at    | step_id | path
            ada        | 03-02 09:20:05 | ear     | opened
            bob        | 03-02 10:00    | ear     | clicked
            cleo       | 03-02 10:00    | ear     | bounced
            dan        | 03-02 10:00    | ear     | bounced
            eve        | 03-02 10:00    | ear     | gone
        """,
    )


@spec
def test_other_reactions_and_those_before_the_arrival_or_after_the_timeout_are_not() -> Told:
    return Told(
        journey=JOURNEY,
        profiles=FIVE,
        events=ALL_GO,
        feedback="""
            feedback_at    | feedback     | profile_id | entry_key | step_id
            # at the very moment of the arrival
            03-02 09:00    | opened       | ada        | g1        | two
            03-03 09:00    | opened       | bob        | g2        | two
            03-03 09:00:01 | opened       | cleo       | g3        | two
            03-02 10:00    | complained   | dan        | g4        | two
            03-02 10:00    | unsubscribed | dan        | g4        | two
            # of an instance that there isn't
            03-02 10:00    | opened       | eve        | g1        | two
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-03 09:00 | ear     | timeout
            bob        | 03-03 09:00 | ear     | opened
            cleo       | 03-03 09:00 | ear     | timeout
            dan        | 03-03 09:00 | ear     | timeout
            eve        | 03-03 09:00 | ear     | timeout
        """,
    )


@spec
def test_one_that_is_learnt_late_is_heard_at_the_start_of_the_next_tick() -> Told:
    return Told(
        until="03-02 12:00",
        journey=JOURNEY,
        profiles=FIVE,
        events=ALL_GO,
        later=[
            Later(
                until="03-10 00:00",
                feedback="""
                    feedback_id | feedback_at | feedback | profile_id | entry_key | step_id
                    f1          | 03-02 10:00 | opened   | ada        | g1        | two
                    # late ones one after another, by their moments
                    f2          | 03-02 11:00 | clicked  | bob        | g2        | two
                    f3          | 03-02 10:00 | opened   | bob        | g2        | two
                    f4          | 03-02 13:00 | opened   | cleo       | g3        | two
                    # the first row ever loaded stands
                    f4          | 03-02 12:30 | opened   | cleo       | g3        | two
                """,
            )
        ],
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | path    | reason
            ada        | 03-02 12:00 | opened  | late
            bob        | 03-02 12:00 | opened  | late
            cleo       | 03-02 13:00 | opened  |
            dan        | 03-03 09:00 | timeout |
            eve        | 03-03 09:00 | timeout |
        """,
    )
