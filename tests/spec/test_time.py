"""Time may be cut anyhow: four days in one tick, in 96 and in uneven ones leave the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.spec.running import spec
from tests.spec.told import Later, Told


def four_days(until: str, every: str | None = None, later: Sequence[Later] = ()) -> Told:
    """Two sends a day are all there is room for.

    On the 4th at midnight cleo (who came on the 3rd at 11:59:30) and ada (22:00) go first; bob, whose wait ends at that
    moment, comes to the message after the cap, in the second round, and finds the day full, as dan does at nine.
    """
    return Told(
        until=until,
        every=every,
        later=later,
        channels="""
            webhook: {address: profile.email, limits: [{max: 2, per: day}]}
        """,
        journey="""
            id: buyers
            published: 03-02 00:00
            entry: {type: event, event: order_placed}
            steps:
              - {id: rest, type: wait, for: 12h}
              - {id: first, type: message, channel: webhook}
              - {id: day, type: wait, for: 24h}
              - {id: cap, type: profile_cap, limit: 2}
              - {id: second, type: message, channel: webhook}
            ---
            id: readers
            published: 03-02 00:00
            entry: {type: read_audience, audience: readers, schedule: {cron: "0 9 * * *"}}
            steps: [{id: daily, type: message, channel: webhook}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
            dan
        """,
        members="""
            audience_id | profile_id
            readers     | dan
        """,
        events="""
            event_time     | event_type   | profile_id
            03-02 10:00    | order_placed | ada
            03-02 10:30    | order_placed | bob
            03-02 23:59:30 | order_placed | cleo
        """,
        outcomes="""
            profile_id | occurred_at    | sequence | step_id | outcome   | path   | reason
            ada        | 03-02 10:00    | 0        | entry   | entered   |        |
            ada        | 03-02 10:00    | 1        | rest    | waiting   |        |
            ada        | 03-02 22:00    | 2        | rest    | passed    |        |
            ada        | 03-02 22:00    | 3        | first   | sent      |        |
            ada        | 03-02 22:00    | 4        | day     | waiting   |        |
            ada        | 03-03 22:00    | 5        | day     | passed    |        |
            ada        | 03-03 22:00    | 6        | cap     | passed    | within |
            ada        | 03-03 22:00    | 7        | second  | deferred  |        | limit
            ada        | 03-04 00:00    | 8        | second  | sent      |        |
            ada        | 03-04 00:00    | 9        | end     | completed |        |
            bob        | 03-02 10:30    | 0        | entry   | entered   |        |
            bob        | 03-02 10:30    | 1        | rest    | waiting   |        |
            bob        | 03-02 22:30    | 2        | rest    | passed    |        |
            bob        | 03-02 22:30    | 3        | first   | deferred  |        | limit
            bob        | 03-03 00:00    | 4        | first   | sent      |        |
            bob        | 03-03 00:00    | 5        | day     | waiting   |        |
            bob        | 03-04 00:00    | 6        | day     | passed    |        |
            bob        | 03-04 00:00    | 7        | cap     | passed    | within |
            bob        | 03-04 00:00    | 8        | second  | deferred  |        | limit
            bob        | 03-05 00:00    | 9        | second  | sent      |        |
            bob        | 03-05 00:00    | 10       | end     | completed |        |
            cleo       | 03-02 23:59:30 | 0        | entry   | entered   |        |
            cleo       | 03-02 23:59:30 | 1        | rest    | waiting   |        |
            cleo       | 03-03 11:59:30 | 2        | rest    | passed    |        |
            cleo       | 03-03 11:59:30 | 3        | first   | deferred  |        | limit
            cleo       | 03-04 00:00    | 4        | first   | sent      |        |
            cleo       | 03-04 00:00    | 5        | day     | waiting   |        |
            cleo       | 03-05 00:00    | 6        | day     | passed    |        |
            cleo       | 03-05 00:00    | 7        | cap     | passed    | over   |
            cleo       | 03-05 00:00    | 8        | end     | completed |        |
            dan        | 03-02 09:00    | 0        | entry   | entered   |        |
            dan        | 03-02 09:00    | 1        | daily   | sent      |        |
            dan        | 03-02 09:00    | 2        | end     | completed |        |
            dan        | 03-03 09:00    | 0        | entry   | entered   |        |
            dan        | 03-03 09:00    | 1        | daily   | sent      |        |
            dan        | 03-03 09:00    | 2        | end     | completed |        |
            dan        | 03-04 09:00    | 0        | entry   | entered   |        |
            dan        | 03-04 09:00    | 1        | daily   | deferred  |        | limit
            dan        | 03-05 00:00    | 2        | daily   | sent      |        |
            dan        | 03-05 00:00    | 3        | end     | completed |        |
            dan        | 03-05 09:00    | 0        | entry   | entered   |        |
            dan        | 03-05 09:00    | 1        | daily   | deferred  |        | limit
            dan        | 03-06 00:00    | 2        | daily   | sent      |        |
            dan        | 03-06 00:00    | 3        | end     | completed |        |
        """,
        instances="""
            profile_id | entered_at     | status    | step_id | ended_at
            ada        | 03-02 10:00    | completed | end     | 03-04 00:00
            bob        | 03-02 10:30    | completed | end     | 03-05 00:00
            cleo       | 03-02 23:59:30 | completed | end     | 03-05 00:00
            dan        | 03-02 09:00    | completed | end     | 03-02 09:00
            dan        | 03-03 09:00    | completed | end     | 03-03 09:00
            dan        | 03-04 09:00    | completed | end     | 03-05 00:00
            dan        | 03-05 09:00    | completed | end     | 03-06 00:00
        """,
        sends="""
            profile_id | step_id | send_at     | queued_at
            dan        | daily   | 03-02 09:00 | 03-02 09:00
            ada        | first   | 03-02 22:00 | 03-02 22:00
            bob        | first   | 03-03 00:00 | 03-02 22:30
            dan        | daily   | 03-03 09:00 | 03-03 09:00
            cleo       | first   | 03-04 00:00 | 03-03 11:59:30
            ada        | second  | 03-04 00:00 | 03-03 22:00
            bob        | second  | 03-05 00:00 | 03-04 00:00
            dan        | daily   | 03-05 00:00 | 03-04 09:00
            dan        | daily   | 03-06 00:00 | 03-05 09:00
        """,
    )


@spec
def test_four_days_in_one_tick() -> Told:
    return four_days("03-06 00:00")


@pytest.mark.slow
@spec
def test_four_days_in_96_ticks() -> Told:
    return four_days("03-06 00:00", every="PT1H")


@spec
def test_four_days_in_uneven_ticks() -> Told:
    ends = ("03-03 00:00", "03-03 11:59:30", "03-04 00:00:01", "03-06 00:00")
    return four_days("03-02 22:10", later=[Later(until=end) for end in ends])
