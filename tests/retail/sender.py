"""The channels of this project, written out again by hand: who may be sent to, and when there is room."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.retail.moments import HOUR, london_date
from tests.retail.passages import Passage
from tests.retail.shop import Row

MAX_PER_HOUR = 40
PLAN_STARTS_ON = dt.date(2010, 12, 6)
PLAN = (20, 40, 60, 80, 120, 160, 200)


class Sender:
    """Who waits for room, how many went out in each window, and whose an address is."""

    def __init__(self, suppressions: Sequence[Row]) -> None:
        self.suppressed = {row["address"].lower(): int(row["added_at"].timestamp()) for row in suppressions}
        self.sent_in: dict[object, int] = defaultdict(int)
        self.owners: dict[tuple[Any, ...], str] = {}
        self.queue: list[tuple[tuple[Any, ...], Passage]] = []

    # -------------------------------------------------------------------------------------------------- room
    def has_room(self, at: int) -> bool:
        today = london_date(at)
        if today < PLAN_STARTS_ON:
            return False
        planned = PLAN[min((today - PLAN_STARTS_ON).days, len(PLAN) - 1)]
        return self.sent_in[at // HOUR] < MAX_PER_HOUR and self.sent_in[today] < planned

    def count_send(self, at: int) -> None:
        self.sent_in[at // HOUR] += 1
        self.sent_in[london_date(at)] += 1

    def enqueue(self, passage: Passage) -> None:
        if not passage.is_queued:
            passage.is_queued = True
            insort(self.queue, (passage.place(), passage), key=lambda pair: pair[0])

    def leave_queue(self, passage: Passage) -> None:
        if passage.is_queued:
            passage.is_queued = False
            del self.queue[bisect_left(self.queue, passage.place(), key=lambda pair: pair[0])]

    # ------------------------------------------------------------------------------------------- eligibility
    def ineligible(self, passage: Passage, profile: Row, address: str | None, at: int) -> str | None:
        if address is None:
            return "no_address"
        if passage.step == "reminder":  # push: nobody's word is asked, and nobody is suppressed
            return self._duplicate(passage, address)
        if " " in address:
            return "malformed_address"
        if passage.step != "thanks" and (profile["consents"] or {}).get("email") == "n":
            return "no_consent"
        named = address.lower()
        never = float("inf")
        if at >= min(self.suppressed.get(named, never), self.suppressed.get("@" + named.split("@")[1], never)):
            return "suppressed"
        return self._duplicate(passage, named)

    def _duplicate(self, passage: Passage, address: str) -> str | None:
        if passage.journey_id == "welcome":
            return None
        shared = (passage.journey_id, passage.entry_key, passage.step, passage.arrived_at, address)
        return None if self.owners.setdefault(shared, passage.id) == passage.id else "duplicate_address"
