"""A channel's limits and ramp-up, what was sent in each window, and who waits for room (1.4, 2.5)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.oracle.addresses import DEFAULT_ADDRESS
from tests.oracle.clock import date_of, duration, local_date, midnight, window
from tests.oracle.journeys import Definition, Instance


@dataclass(frozen=True)
class Limit:
    per: str
    zone: str
    maximum: int | None
    plan: Sequence[int] | None = None
    """A ramp-up's numbers by day, in place of the maximum."""


@dataclass(frozen=True)
class Window:
    """A limit's window at a moment. A number of None is any number."""

    key: tuple[int, dt.datetime]
    number: int | None
    next_start: dt.datetime


@dataclass(eq=False)
class Channel:
    name: str
    definition: Definition
    project_zone: str
    counts: dict[tuple[int, dt.datetime], int] = field(default_factory=lambda: defaultdict(int))
    """Sends by window."""
    sending_days: set[dt.date] = field(default_factory=set)
    queue: list[tuple[Any, Instance]] = field(default_factory=list)
    """Who waits for room, with the order of 2.5, in that order."""
    next_look: dt.datetime | None = None
    """When the queue is looked at next."""
    _known: tuple[dt.datetime, list[Window]] | None = None

    def __post_init__(self) -> None:
        self.ramp_up: Definition | None = self.definition.get("ramp_up")
        self.address: str | None = self.definition.get("address") or DEFAULT_ADDRESS.get(self.name)
        longest = self.definition.get("max_deferral") or (None if self.ramp_up else "P7D")
        self.max_deferral = duration(longest) if longest else None
        self.drops = self.definition.get("overflow") == "drop"
        self.limits = [
            Limit(limit["per"], limit.get("timezone") or self.project_zone, limit["max"])
            for limit in self.definition.get("limits") or []
        ]
        if self.ramp_up:
            self.ramp_zone: str = self.ramp_up.get("timezone") or self.project_zone
            self.starts_on = date_of(self.ramp_up["starts_on"])
            per = "day" if self.ramp_up.get("per_day") else "hour"
            self.limits.append(Limit(per, self.ramp_zone, None, self.ramp_up[f"per_{per}"]))

    # ------------------------------------------------------------------------------------------------------- windows
    def windows(self, moment: dt.datetime) -> list[Window]:
        """The window of each limit that holds the moment; kept for it, as no send changes the number of its own day."""
        if self._known is None or self._known[0] != moment:
            self._known = (moment, [self._window(number, limit, moment) for number, limit in enumerate(self.limits)])
        return self._known[1]

    def _window(self, number: int, limit: Limit, moment: dt.datetime) -> Window:
        start, next_start = window(limit.per, limit.zone, moment)
        if limit.plan is None:
            return Window((number, start), limit.maximum, next_start)
        day = local_date(moment, self.ramp_zone)
        if day < self.starts_on:
            return Window((number, start), 0, midnight(self.starts_on, self.ramp_zone))
        return Window((number, start), self._planned(limit.plan, day), next_start)

    def _planned(self, plan: Sequence[int], day: dt.date) -> int | None:
        """The ramp-up's number on the day; None: unlimited."""
        assert self.ramp_up is not None
        if self.ramp_up.get("counts") == "sending_days":
            days = sum(sent_on < day for sent_on in self.sending_days)
        else:
            days = (day - self.starts_on).days
        if days < len(plan):
            return plan[days]
        then = self.ramp_up.get("then", "hold")
        if then == "hold":
            return plan[-1]
        if then == "unlimited":
            return None
        growth = 1 + Fraction(str(then["grow_by"])) / 100
        return int(plan[-1] * growth ** (days - len(plan) + 1))

    def full(self, moment: dt.datetime) -> list[Window]:
        """The windows that have no room; empty: there is room."""
        return [w for w in self.windows(moment) if w.number is not None and self.counts[w.key] >= w.number]

    def count_send(self, moment: dt.datetime) -> None:
        for held in self.windows(moment):
            self.counts[held.key] += 1
        if self.ramp_up:
            self.sending_days.add(local_date(moment, self.ramp_zone))

    # --------------------------------------------------------------------------------------------------------- queue
    def enqueue(self, instance: Instance) -> None:
        instance.queue = self.name
        insort(self.queue, (instance.order(), instance))

    def unqueue(self, instance: Instance) -> None:
        place = bisect_left(self.queue, (instance.order(), instance))
        assert self.queue[place][1] is instance
        del self.queue[place]
        instance.queue = None
