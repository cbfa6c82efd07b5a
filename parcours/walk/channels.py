"""The limits and the ramp-up of one channel while a tick is walked, and who waits for room in it."""

from __future__ import annotations

import datetime as dt
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from parcours.definition.channels import Channel, GrowBy, RampUp
from parcours.walk import clock

if TYPE_CHECKING:
    from parcours.walk.cells import Cell

Prefix = tuple[int, int, int]
"""Order in a queue but for the id: (0 transactional | 1 marketing, -priority, time of first arrival)."""


@dataclass(frozen=True)
class Window:
    """One limit's window at a moment: its key in the counts, how many may go in it (None: any number), its bounds."""

    key: str
    number: int | None
    start: int
    next_start: int


@dataclass
class Sender:
    """A channel's room. `counts` is sends by window; `days_sent` how many days had a send, and the last of them."""

    channel: Channel
    project_zone: str
    counts: dict[str, int]
    days_sent: tuple[int, dt.date | None] = (0, None)
    queue: dict[Prefix, list[Cell]] = field(default_factory=dict)
    prefixes: list[Prefix] = field(default_factory=list)
    next_look: int | None = None
    boundary: tuple[Prefix, int] | None = None
    """Order of the last waiting instance that was loaded, where more wait behind it; None when all are here."""
    _at: tuple[int, list[Window]] | None = None

    @property
    def has_limits(self) -> bool:
        return bool(self.channel.limits) or self.channel.ramp_up is not None

    @property
    def longest_deferral(self) -> int | None:
        longest = self.channel.max_deferral
        return None if longest is None else clock.micros(longest)

    @property
    def ramp_zone(self) -> str:
        ramp = self.channel.ramp_up
        return (ramp.timezone if ramp else None) or self.project_zone

    # ---------------------------------------------------------------------------------------------------- windows
    def windows(self, instant: int) -> list[Window]:
        """The window of each limit and of the ramp-up at the instant."""
        if self._at and self._at[0] == instant:
            return self._at[1]
        found = [
            self._window(limit.per, limit.timezone or self.project_zone, limit.max, instant)
            for limit in self.channel.limits
        ]
        ramp = self.channel.ramp_up
        if ramp:
            found.append(self._ramp_window(ramp, instant))
        self._at = (instant, found)
        return found

    def _window(self, per: str, zone: str, number: int | None, instant: int) -> Window:
        start, next_start = clock.window(per, zone, instant)
        return Window(f"{self.channel.name}|{per}|{zone}|{start}", number, start, next_start)

    def _ramp_window(self, ramp: RampUp, instant: int) -> Window:
        window = self._window("day" if ramp.per_day else "hour", self.ramp_zone, self._planned(ramp, instant), instant)
        if clock.local_date(instant, self.ramp_zone) < ramp.starts_on:
            return replace(window, number=0, next_start=clock.midnight(ramp.starts_on, self.ramp_zone))
        return window

    def _planned(self, ramp: RampUp, instant: int) -> int | None:
        """How many the plan allows in the window of the instant; None: any number (1.4)."""
        day = clock.local_date(instant, self.ramp_zone)
        if day < ramp.starts_on:
            return 0
        if ramp.counts == "sending_days":
            count, last = self.days_sent
            k = count - 1 if last is not None and last >= day else count
        else:
            k = (day - ramp.starts_on).days
        plan = ramp.per_day or ramp.per_hour or ()
        if k < len(plan):
            return plan[k]
        if ramp.then == "unlimited":
            return None
        if isinstance(ramp.then, GrowBy):
            growth = 1 + Fraction(ramp.then.grow_by) / 100
            return int(plan[-1] * growth ** (k - len(plan) + 1))
        return plan[-1]

    def room(self, instant: int) -> int | None:
        """How many may still go at the instant; None: any number."""
        rooms = [w.number - self.counts.get(w.key, 0) for w in self.windows(instant) if w.number is not None]
        return max(0, min(rooms)) if rooms else None

    def take(self, instant: int, count: int) -> None:
        """Counts sends at the instant in every window that holds it."""
        for key in {window.key for window in self.windows(instant)}:  # two limits may share their windows
            self.counts[key] = self.counts.get(key, 0) + count
        ramp = self.channel.ramp_up
        if ramp and count:
            day, (days, last) = clock.local_date(instant, self.ramp_zone), self.days_sent
            if last is None or day > last:
                self.days_sent = (days + 1, day)
                self._at = None

    def next_room(self, instant: int) -> int:
        """The next moment at which all limits can have room: when the last of the full ones starts anew."""
        windows = self.windows(instant)
        full = [w.next_start for w in windows if w.number is not None and self.counts.get(w.key, 0) >= w.number]
        if full:
            return max(full)
        # There is room, and yet somebody waits: the plan was changed, which counts from the next window on (2.5).
        return min((w.next_start for w in windows), default=instant)

    def most_room(self, start: int, end: int) -> int | None:
        """No fewer than can leave the queue in (start, end]: how much of its head a tick needs. None: no bound."""
        if not self.has_limits:
            return None
        bounds: list[int | None] = []
        for limit in self.channel.limits:
            first, _ = clock.window(limit.per, limit.timezone or self.project_zone, start)
            size = clock.UNITS.get(limit.per, 23 * clock.UNITS["hour"])
            bounds.append(limit.max * ((end - first) // size + 1))
        if self.channel.ramp_up:
            bounds.append(self._most_planned(self.channel.ramp_up, start, end))
        known = [b for b in bounds if b is not None]
        return min(known) if known else None

    def _most_planned(self, ramp: RampUp, start: int, end: int) -> int | None:
        day, last = clock.local_date(start, self.ramp_zone), clock.local_date(end, self.ramp_zone)
        sent, total, saved = self.days_sent, 0, self._at
        while day <= last:
            number = self._planned(ramp, clock.midnight(day, self.ramp_zone))
            if number is None:
                self.days_sent, self._at = sent, saved
                return None
            total += number * (1 if ramp.per_day else 25)
            if day >= ramp.starts_on and (self.days_sent[1] is None or day > self.days_sent[1]):
                self.days_sent = (self.days_sent[0] + 1, day)
            day += dt.timedelta(days=1)
        self.days_sent, self._at = sent, saved
        return total

    # ------------------------------------------------------------------------------------------------------ queue
    def enqueue(self, prefix: Prefix, cell: Cell) -> None:
        if prefix not in self.queue:
            self.queue[prefix] = []
            insort(self.prefixes, prefix)
        self.queue[prefix].append(cell)

    def replace(self, prefix: Prefix, cells: list[Cell]) -> None:
        """Puts what is left of those of one prefix in their place."""
        if cells:
            self.queue[prefix] = cells
        elif prefix in self.queue:
            del self.queue[prefix]
            self.prefixes.remove(prefix)

    def waiting(self) -> Iterator[tuple[Prefix, Cell]]:
        for prefix in list(self.prefixes):
            for cell in list(self.queue[prefix]):
                yield prefix, cell

    def remove(self, prefix: Prefix, cell: Cell) -> None:
        self.replace(prefix, [c for c in self.queue[prefix] if c is not cell])
