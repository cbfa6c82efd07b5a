"""`exit_when`: how many leave by which criterion, and how many go on."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

PEOPLE = [f"p{number:02}" for number in range(100)]
ENDS = "2026-03-03T12:00:00Z"


@spec
def test_of_a_hundred_thirty_buy_and_ten_leave_four_of_them_both_at_once() -> Told:
    stays = [
        # p26 to p35 leave: the first four of them buy, too, at the same moment
        {
            "audience_id": "club",
            "profile_id": id,
            "entered_at": "2026-02-01T00:00:00Z",
            "exited_at": ENDS if 26 <= number < 36 else None,
        }
        for number, id in enumerate(PEOPLE)
    ]
    orders = [
        {"event_id": f"o{id}", "event_type": "order_placed", "profile_id": id, "event_time": ENDS} for id in PEOPLE[:30]
    ]
    return Told(
        journey="""
            entry: {type: read_audience, audience: club, schedule: {at: 2026-03-02T09:00:00Z}}
            exit_when: [{id: bought, event: order_placed}, {id: left, audience: club, on: exit}]
            steps:
              - {id: first, type: message, channel: email}
              - {id: pause, type: wait, for: 2d}
              - {id: second, type: message, channel: email}
        """,
        rows=[
            {
                "do": "load",
                "table": "profiles",
                "rows": [{"profile_id": id, "email": f"{id}@shop.example"} for id in PEOPLE],
            },
            {"do": "load", "table": "audience_members", "rows": stays},
            {"do": "load", "table": "events", "rows": orders},
        ],
        only=["sent", "exited"],
        outcomes="""
            occurred_at | step_id | outcome | reason | count
            03-02 09:00 | first   | sent    |        | 100
            03-03 12:00 | pause   | exited  | bought | 30
            03-03 12:00 | pause   | exited  | left   | 6
            03-04 09:00 | second  | sent    |        | 64
        """,
    )
