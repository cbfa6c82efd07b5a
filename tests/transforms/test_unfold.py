"""What the workers make of staged movers. Every expected row is worked out by hand."""

import datetime as dt

import numpy as np
import pyarrow as pa

from parcours.tables.engine import JOURNEY_INSTANCES
from parcours.transforms.unfold import INSTANT, Ended, TrailOf, Unfolding

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
ENTERED = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
"""Of i4, who is inside; the others enter at nine."""
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MOVERS = pa.table(
    {
        "instance_id": ["i1", "i2", "i3", "i4"],
        "alike": ["=a", "=b", "=a", "=c"],
        "profile_id": ["ada", "bob", "cy", "dan"],
        "journey_id": ["news", "news", "news", "shop"],
        "version": pa.array([0, 0, 0, 1], pa.int32()),
        "entry_key": ["k1", "k2", "k3", "k4"],
        "entered_at": pa.array([None, None, None, ENTERED], INSTANT),
        "moment": pa.array([1_772_442_000_000_000] * 3 + [None], pa.int64()),
        "occurrence": pa.array([1, 1, 1, 0], pa.int32()),
        "context": pa.array([None, None, [("event.sku", "x")], None], pa.map_(pa.string(), pa.string())),
        "sequence": pa.array([0, 0, 0, 5], pa.int32()),
    }
)
TRAIL_OF = TrailOf(pa.array(["=a", "i3", "=c"]), np.array([2, 0, 1]))


def test_a_mover_has_the_trail_of_its_kind_or_its_own_and_one_without_is_left_out() -> None:
    found = TRAIL_OF(MOVERS)
    assert found.select(["instance_id", "trail"]).to_pylist() == [
        {"instance_id": "i1", "trail": 2},
        {"instance_id": "i3", "trail": 0},
        {"instance_id": "i4", "trail": 1},
    ]


def test_outcomes_of_each_stand_side_by_side_and_count_on_from_what_it_had() -> None:
    rows = pa.table({"step_id": ["entry", "mail", "end"]})
    # Of trail 0 all three; of trail 1 the last, the second that it gets in the tick; of trail 2 nothing.
    order, starts, before = np.array([0, 1, 2, 2]), np.array([0, 3, 4, 4]), np.array([0, 1, 0])
    columns = ("instance_id", "step_id", "profile_id", "sequence")
    lay_out = TRAIL_OF.then(Unfolding.of(rows, order, starts, before, columns))
    assert [tuple(row.values()) for row in lay_out(MOVERS).to_pylist()] == [
        ("i3", "entry", "cy", 0),
        ("i3", "mail", "cy", 1),
        ("i3", "end", "cy", 2),
        ("i4", "end", "dan", 6),
    ]


def test_of_those_who_have_ended_the_instance_is_written_whole() -> None:
    texts = {"reason": ["bought", None, None], "step_id": ["mail", "end", "two_days"], "held": [None] * 3}
    endings = pa.table(
        {
            "status": ["exited", "completed", "active"],
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
            **{name: pa.array([NOON, NINE, None], INSTANT) for name in ("ended_at", "arrived_at")},
            **{name: pa.nulls(3, INSTANT) for name in ("wakes_at", "due_at")},
            "is_deferred": [True, False, False],
            **{name: pa.nulls(3, pa.string()) for name in ("queue", "queue_order")},
            "row_count": pa.array([3, 1, 2], pa.int32()),
        }
    )
    same = {"mode": pa.scalar("live"), "tick_until": pa.scalar(NOON, INSTANT)}
    has_ended = np.array([True, True, False])
    ended = Ended(endings, has_ended, np.array([4, 7]), same, tuple(JOURNEY_INSTANCES.column_names))
    common = {"due_at": None, "mode": "live", "tick_until": NOON, "wakes_at": None, "held": None, "queue": None}
    cy = {"instance_id": "i3", "journey_id": "news", "journey_version": 4, "profile_id": "cy", "entry_key": "k3"}
    dan = {"instance_id": "i4", "journey_id": "shop", "journey_version": 7, "profile_id": "dan", "entry_key": "k4"}
    cy |= {"entered_at": NINE, "status": "exited", "reason": "bought", "step_id": "mail", "ended_at": NOON}
    dan |= {"entered_at": ENTERED, "status": "completed", "reason": None, "step_id": "end", "ended_at": NINE}
    cy |= {"context": [("event.sku", "x")], "sequence": 3, "arrived_at": NOON, "is_deferred": True, "occurrence": 1}
    dan |= {"context": None, "sequence": 6, "arrived_at": NINE, "is_deferred": False, "occurrence": None}
    assert TRAIL_OF.then(ended)(MOVERS).to_pylist() == [
        {**common, **cy, "queue_order": None},
        {**common, **dan, "queue_order": None},
    ]
