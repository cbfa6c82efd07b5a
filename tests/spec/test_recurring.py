"""Those who come again: a daily read over a longer wait, and an event three times within minutes."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

ABCD = """
    profile_id
    a
    b
    c
    d
"""
# d joins on the second day
MEMBERS = """
    audience_id | profile_id | entered_at
    club        | a          | 02-01 00:00
    club        | b          | 02-01 00:00
    club        | c          | 02-01 00:00
    club        | d          | 03-02 12:00
"""


@spec
def test_a_daily_read_over_a_wait_of_a_day_and_a_half() -> Told:
    return Told(
        until="03-05 08:00",
        journey="""
            entry: {type: read_audience, audience: club, schedule: {cron: "0 9 * * *"}}
            starts_at: 2026-03-02T00:00:00Z
            steps: [{id: pause, type: wait, for: 36h}, {id: mail, type: message, channel: email}]
        """,
        profiles=ABCD,
        members=MEMBERS,
        only=["entered", "rejected", "sent"],
        outcomes="""
            occurred_at | outcome  | reason             | count
            03-02 09:00 | entered  |                    | 3
            03-03 09:00 | entered  |                    | 1
            03-03 09:00 | rejected | already_in_journey | 3
            03-03 21:00 | sent     |                    | 3
            03-04 09:00 | entered  |                    | 3
            03-04 09:00 | rejected | already_in_journey | 1
            03-04 21:00 | sent     |                    | 1
        """,
    )


@spec
def test_with_force_reentry_everybody_starts_anew_and_nobody_ever_gets_a_mail() -> Told:
    return Told(
        until="03-05 08:00",
        journey="""
            entry: {type: read_audience, audience: club, schedule: {cron: "0 9 * * *"}, force_reentry: true}
            starts_at: 2026-03-02T00:00:00Z
            steps: [{id: pause, type: wait, for: 36h}, {id: mail, type: message, channel: email}]
        """,
        profiles=ABCD,
        members=MEMBERS,
        only=["entered", "rejected", "exited", "sent"],
        outcomes="""
            occurred_at | outcome | reason         | count
            03-02 09:00 | entered |                | 3
            03-03 09:00 | exited  | forced_reentry | 3
            03-03 09:00 | entered |                | 4
            03-04 09:00 | exited  | forced_reentry | 4
            03-04 09:00 | entered |                | 4
        """,
    )


@spec
def test_three_events_within_minutes_in_one_tick_of_a_month() -> Told:
    return Told(
        until="04-01 00:00",
        journey="""
            entry: {type: event, event: order_placed}
            reentry: {allowed: true, after: PT5M}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles=ABCD,
        events="""
            event_time  | event_type   | profile_id
            03-14 12:01 | order_placed | a
            03-14 12:03 | order_placed | a
            03-14 12:07 | order_placed | a
        """,
        only=["entered", "rejected", "sent"],
        outcomes="""
            occurred_at | outcome  | reason
            03-14 12:01 | entered  |
            03-14 12:01 | sent     |
            03-14 12:03 | rejected | reentry_too_soon
            03-14 12:07 | entered  |
            03-14 12:07 | sent     |
        """,
    )
