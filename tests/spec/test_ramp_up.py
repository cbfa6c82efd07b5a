"""`ramp_up`: a limit that rises by schedule."""

from __future__ import annotations

from tests.builders import members, profiles
from tests.spec.running import spec
from tests.spec.told import Told

FOUR_HUNDRED = [f"n{number}" for number in range(400)]
TWELVE = "\n".join(["profile_id", *(f"n{number}" for number in range(12))])
TWELVE_MEMBERS = "\n".join(["audience_id | profile_id", *(f"all | n{number}" for number in range(12))])
READ = """
    entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:30:00Z}}
    steps: [{id: mail, type: message, channel: email}]
"""


@spec
def test_a_months_plan_worked_by_hand() -> Told:
    return Told(
        # 400 members: 5 on each of days 1 to 3, 10 on 4 to 7, which makes 55; 50 on 8 to 13, which makes 355;
        # the 45 that are left on day 14, of 50
        until="11-01 00:00",
        rows=[profiles(*FOUR_HUNDRED), members("all", *FOUR_HUNDRED)],
        channels="""
            email:
              address: profile.email
              ramp_up:
                starts_on: 2026-03-03
                per_day: [5, 5, 5, 10, 10, 10, 10, 50, 50, 50, 50, 50, 50, 50, 250]
        """,
        journey=READ,
        sends="""
            send_at     | count
            03-03 00:00 | 5
            03-04 00:00 | 5
            03-05 00:00 | 5
            03-06 00:00 | 10
            03-07 00:00 | 10
            03-08 00:00 | 10
            03-09 00:00 | 10
            03-10 00:00 | 50
            03-11 00:00 | 50
            03-12 00:00 | 50
            03-13 00:00 | 50
            03-14 00:00 | 50
            03-15 00:00 | 50
            03-16 00:00 | 45
        """,
    )


@spec
def test_before_it_starts_nothing_is_sent_and_after_the_last_number_it_holds() -> Told:
    return Told(
        # there is no max_deferral with a ramp-up
        until="11-01 00:00",
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-20, per_day: [1, 2]}}
        """,
        journey=READ,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        only=["deferred", "sent"],
        outcomes="""
            occurred_at | outcome  | reason | count
            03-02 09:30 | deferred | limit  | 12
            03-20 00:00 | sent     |        | 1
            03-21 00:00 | sent     |        | 2
            03-22 00:00 | sent     |        | 2
            03-23 00:00 | sent     |        | 2
            03-24 00:00 | sent     |        | 2
            03-25 00:00 | sent     |        | 2
            03-26 00:00 | sent     |        | 1
        """,
    )


@spec
def test_it_may_grow_by_a_percent_a_day_rounded_down() -> Told:
    return Told(
        # 2, then 3, 4.5 and 6.75, each rounded down
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-03, per_day: [1, 2], then: {grow_by: 50}}}
        """,
        journey=READ,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        sends="""
            send_at     | count
            03-03 00:00 | 1
            03-04 00:00 | 2
            03-05 00:00 | 3
            03-06 00:00 | 4
            03-07 00:00 | 2
        """,
    )


@spec
def test_it_may_be_unlimited_after_the_last_number() -> Told:
    return Told(
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-03, per_day: [1, 2], then: unlimited}}
        """,
        journey=READ,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        sends="""
            send_at     | count
            03-03 00:00 | 1
            03-04 00:00 | 2
            03-05 00:00 | 9
        """,
    )


@spec
def test_per_hour_gives_so_many_in_each_hour_of_the_day() -> Told:
    return Told(
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-02, per_hour: [2, 30]}}
        """,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T20:30:00Z}}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        sends="""
            send_at     | count
            03-02 20:30 | 2
            03-02 21:00 | 2
            03-02 22:00 | 2
            03-02 23:00 | 2
            03-03 00:00 | 4
        """,
    )


SIX = """
    profile_id
    ada
    bob
    cleo
    dan
    eve
    finn
"""
SIX_BUY = """
    event_time  | event_type   | profile_id
    03-02 10:00 | order_placed | ada
    03-02 10:01 | order_placed | bob
    03-05 10:00 | order_placed | cleo
    03-05 10:01 | order_placed | dan
    03-05 10:02 | order_placed | eve
    03-05 10:03 | order_placed | finn
"""
BY_EVENT = """
    entry: {type: event, event: order_placed}
    steps: [{id: mail, type: message, channel: email}]
"""


@spec
def test_by_calendar_days_a_day_without_a_send_moves_the_plan_on() -> Told:
    return Told(
        # the 5th is the fourth day
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-02, per_day: [1, 2, 3, 4]}}
        """,
        journey=BY_EVENT,
        profiles=SIX,
        events=SIX_BUY,
        sends="""
            profile_id | send_at
            ada        | 03-02 10:00
            bob        | 03-03 00:00
            cleo       | 03-05 10:00
            dan        | 03-05 10:01
            eve        | 03-05 10:02
            finn       | 03-05 10:03
        """,
    )


@spec
def test_by_sending_days_it_does_not() -> Told:
    return Told(
        # nothing was sent on the 4th, so the 5th is the third sending day
        channels="""
            email:
              address: profile.email
              ramp_up: {starts_on: 2026-03-02, per_day: [1, 2, 3, 4], counts: sending_days}
        """,
        journey=BY_EVENT,
        profiles=SIX,
        events=SIX_BUY,
        sends="""
            profile_id | send_at
            ada        | 03-02 10:00
            bob        | 03-03 00:00
            cleo       | 03-05 10:00
            dan        | 03-05 10:01
            eve        | 03-05 10:02
            finn       | 03-06 00:00
        """,
    )


@spec
def test_its_days_are_those_of_its_zone_and_limits_hold_besides() -> Told:
    return Told(
        # in Auckland (13 hours ahead) the 3rd begins on 03-02 at 11:00 UTC
        channels="""
            email:
              address: profile.email
              limits: [{max: 2, per: hour}]
              ramp_up: {starts_on: 2026-03-03, per_day: [3, 9], timezone: Pacific/Auckland}
        """,
        journey=READ,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        sends="""
            send_at     | count
            03-02 11:00 | 2
            03-02 12:00 | 1
            03-03 11:00 | 2
            03-03 12:00 | 2
            03-03 13:00 | 2
            03-03 14:00 | 2
            03-03 15:00 | 1
        """,
    )


@spec
def test_a_max_deferral_that_is_given_holds_with_a_ramp_up_too() -> Told:
    return Told(
        channels="""
            email: {address: profile.email, ramp_up: {starts_on: 2026-03-02, per_day: [5]}, max_deferral: P1D}
        """,
        journey=READ,
        profiles=TWELVE,
        members=TWELVE_MEMBERS,
        only=["sent", "excluded"],
        outcomes="""
            occurred_at | outcome  | reason     | count
            03-02 09:30 | sent     |            | 5
            03-03 00:00 | sent     |            | 5
            03-03 09:30 | excluded | over_limit | 2
        """,
    )
