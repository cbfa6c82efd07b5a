"""The pauses of journeys (specification 2.8), as `journey_versions.pauses` holds them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from parcours.definition.times import iso

USUAL_LENGTH = dt.timedelta(days=14)

Mode = Literal["hold", "discard"]


@dataclass(frozen=True)
class Pause:
    """[start, end): at `end` the journey is itself again. A pause that was ended as it began has no length."""

    start: dt.datetime
    end: dt.datetime
    mode: Mode
    is_cut: bool = False
    """Whether `resume` or `stop` ended it, rather than its length."""

    def holds_at(self, at: dt.datetime) -> bool:
        """Whether the journey is paused at that moment."""
        return self.start <= at < self.end


def pauses_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Pause]]:
    """From rows of `journey_versions` the pauses of each journey that has any, in order; no two overlap.

    They are the journey's, on whichever of its versions they stand.
    """
    found: dict[str, list[Pause]] = {}
    for row in rows:
        if row.get("pauses"):
            found.setdefault(row["journey_id"], []).extend(read_pauses(row["pauses"]))
    return {journey: sorted(pauses, key=lambda pause: (pause.start, pause.end)) for journey, pauses in found.items()}


def read_pauses(text: str | None) -> list[Pause]:
    """The pauses that one row holds."""
    return [
        Pause(
            dt.datetime.fromisoformat(each["from"]),
            dt.datetime.fromisoformat(each["until"]),
            each["mode"],
            each.get("cut", False),
        )
        for each in json.loads(text or "[]")
    ]


def write_pauses(pauses: Iterable[Pause]) -> str:
    """The same as text of one row."""
    return json.dumps([_written(pause) for pause in pauses])


def _written(pause: Pause) -> dict[str, Any]:
    written: dict[str, Any] = {"from": iso(pause.start), "until": iso(pause.end), "mode": pause.mode}
    return {**written, "cut": True} if pause.is_cut else written
