"""Entry `business_event`: an event with no profile brings in every member of an audience."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

THREE = """
    profile_id
    ada
    bob
    cleo
"""
WAITING = """
    audience_id | profile_id | entered_at  | exited_at
    waiting     | ada        | 02-01 00:00 |
    # the end of a stay is no part of it, its start is
    waiting     | bob        | 02-01 00:00 | 03-02 09:00
    waiting     | cleo       | 03-02 09:00 |
"""


@spec
def test_every_member_of_that_moment_enters_with_the_events_attributes() -> Told:
    return Told(
        journey="""
            entry: {type: business_event, event: back_in_stock, audience: waiting, where: "event.stock > 0"}
            steps:
              - id: which
                type: condition
                paths: [{label: shoes, when: "event.sku = 'shoes'"}]
        """,
        profiles=THREE,
        members=WAITING,
        events="""
            event_id | event_time  | event_type    | profile_id | stock:int | sku
            s1       | 03-02 09:00 | back_in_stock |            | 5         | shoes
            s2       | 03-03 09:00 | back_in_stock |            | 0         | shoes
            # neither true nor false
            s3       | 03-04 09:00 | back_in_stock |            | many      | shoes
            # this one has a profile: it is nobody's business
            s4       | 03-05 09:00 | back_in_stock | ada        | 5         | shoes
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | outcome   | path
            ada        | 03-02 09:00 | 0        | entry   | entered   |
            ada        | 03-02 09:00 | 1        | which   | passed    | shoes
            ada        | 03-02 09:00 | 2        | end     | completed |
            cleo       | 03-02 09:00 | 0        | entry   | entered   |
            cleo       | 03-02 09:00 | 1        | which   | passed    | shoes
            cleo       | 03-02 09:00 | 2        | end     | completed |
        """,
        instances="""
            profile_id | entry_key
            ada        | s1
            cleo       | s1
        """,
    )


@spec
def test_an_event_without_a_profile_brings_nobody_into_an_event_journey() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: back_in_stock}
            steps: [{id: last, type: end}]
        """,
        profiles=THREE,
        members=WAITING,
        events="""
            event_time  | event_type    | profile_id
            03-02 09:00 | back_in_stock |
            03-03 09:00 | back_in_stock | bob
        """,
        only=["entered", "rejected"],
        outcomes="""
            profile_id | occurred_at | outcome
            bob        | 03-03 09:00 | entered
        """,
    )


@spec
def test_a_profile_may_be_inside_once_for_each_business_event() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: business_event, event: back_in_stock, audience: waiting}
            # re-entry is for events and qualifications
            reentry: {allowed: false}
            steps: [{id: pause, type: wait, for: 1d}]
        """,
        profiles="""
            profile_id
            ada
        """,
        members="""
            audience_id | profile_id
            waiting     | ada
            waiting     | ghost
        """,
        events="""
            event_id | event_time  | event_type    | profile_id
            s1       | 03-02 09:00 | back_in_stock |
            s2       | 03-02 09:01 | back_in_stock |
        """,
        later=[
            Later(
                until="03-10 00:00",
                # the same event again, and one that is late
                events="""
                    event_id | event_time  | event_type    | profile_id
                    s1       | 03-02 13:00 | back_in_stock |
                    s3       | 03-02 11:00 | back_in_stock |
                """,
            )
        ],
        only=["entered", "rejected", "completed"],
        outcomes="""
            profile_id | occurred_at | outcome   | reason
            ada        | 03-02 09:00 | entered   |
            ghost      | 03-02 09:00 | rejected  | not_in_profiles
            ada        | 03-02 09:01 | entered   |
            ghost      | 03-02 09:01 | rejected  | not_in_profiles
            ada        | 03-02 12:00 | entered   | late
            ghost      | 03-02 12:00 | rejected  | not_in_profiles
            ada        | 03-03 09:00 | completed |
            ada        | 03-03 09:01 | completed |
            ada        | 03-03 12:00 | completed |
        """,
    )


@spec
def test_of_those_brought_in_together_one_address_gets_one_send() -> Told:
    return Told(
        journey="""
            entry: {type: business_event, event: back_in_stock, audience: waiting}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id | email
            ada        | home@shop.example
            bob        | Home@shop.example
        """,
        members="""
            audience_id | profile_id
            waiting     | ada
            waiting     | bob
        """,
        events="""
            event_time  | event_type    | profile_id
            03-02 09:00 | back_in_stock |
            03-02 10:00 | back_in_stock |
        """,
        only=["sent", "excluded"],
        # which of the two hangs on their instance ids
        outcomes="""
            occurred_at | outcome  | reason            | count
            03-02 09:00 | sent     |                   | 1
            03-02 09:00 | excluded | duplicate_address | 1
            03-02 10:00 | sent     |                   | 1
            03-02 10:00 | excluded | duplicate_address | 1
        """,
    )


@spec
def test_what_the_audience_tells_of_each_member_is_known_beside_the_event() -> Told:
    return Told(
        journey="""
            entry: {type: business_event, event: back_in_stock, audience: waiting}
            steps:
              - {id: hour, type: wait, for: 1h}
              - id: wanted
                type: condition
                paths: [{label: same, when: "audience.size = event.size"}]
        """,
        profiles=THREE,
        members="""
            audience_id | profile_id | entered_at  | size
            waiting     | ada        | 02-01 00:00 | 38
            waiting     | bob        | 02-01 00:00 | 44
            waiting     | cleo       | 02-01 00:00 |
        """,
        events="""
            event_time  | event_type    | profile_id | size
            03-02 09:00 | back_in_stock |            | 38
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 10:00 | hour    |
            ada        | 03-02 10:00 | wanted  | same
            bob        | 03-02 10:00 | hour    |
            bob        | 03-02 10:00 | wanted  |
            cleo       | 03-02 10:00 | hour    |
            cleo       | 03-02 10:00 | wanted  |
        """,
    )
