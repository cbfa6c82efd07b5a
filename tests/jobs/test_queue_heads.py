"""A tick loads the head of a queue, as much as can leave it, and more only where many at its head can't be sent to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parcours.jobs import instances
from tests import oracle
from tests.builders import at, load, members, profiles, publish
from tests.comparing import compare
from tests.engine import run

pytestmark = pytest.mark.spark

PEOPLE = [f"p{number}" for number in range(40)]
MAIL = {"id": "mail", "type": "message", "channel": "email"}


def story(suppressed_from: str, *ticks: str) -> dict[str, Any]:
    """Forty people for three places a day; half of them can't be written to from a moment on."""
    half = (
        {"channel": "email", "address": f"{p}@x.com", "list": "suppress", "added_at": at(suppressed_from)}
        for p in PEOPLE[:20]
    )
    entry = {"type": "read_audience", "audience": "all", "schedule": {"at": at("2 09:00")}}
    return {
        "timezone": "UTC",
        "channels": {
            "email": {"address": "profile.email", "limits": [{"max": 3, "per": "day"}], "max_deferral": "P5D"}
        },
        "script": [
            profiles(*PEOPLE),
            members("all", *PEOPLE),
            load("suppressions", *half),
            publish("2 00:00", entry=entry, steps=[MAIL]),
            *({"do": "tick", "until": at(until), "every": None} for until in ticks),
        ],
    }


@pytest.mark.parametrize("suppressed_from", ["2 12:00", "3 12:00"])
def test_a_queue_of_which_the_head_is_loaded_gives_the_rows_of_one_loaded_whole(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suppressed_from: str
) -> None:
    monkeypatch.setattr(instances, "MARGIN", 0)
    case = story(suppressed_from, "2 12:00", "3 12:00", "4 12:00", "5 00:00", "9 12:00")
    assert compare(run(case, tmp_path, spark), oracle.run(case)) == ""
