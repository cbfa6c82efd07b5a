"""When ticks are due: at the project's cadence, and whenever a journey reads its audience (specification 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from parcours.definition.times import format_duration, iso, occurrences, parse_duration, parse_instant

# A Monday, midnight: ticks of a quarter fall on full quarters, those of a day on midnight UTC, of a week on Mondays.
ANCHOR = datetime(2001, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When a journey reads: by `cron`, local time of `zone`, up to `until`, or once, `at`; in [starts_at, ends_at)."""

    zone: str = "UTC"
    cron: str | None = None
    at: datetime | None = None
    until: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def instants(self, start: datetime, end: datetime) -> list[datetime]:
        """Its instants in (start, end], in order."""
        return [at for at in occurrences(self, self.zone, start, end, includes_start=False) if self._runs(at)]

    def _runs(self, at: datetime) -> bool:
        return (self.starts_at is None or at >= self.starts_at) and (self.ends_at is None or at < self.ends_at)

    def to_json(self) -> dict[str, str]:
        """As plain data, without what isn't set."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value if isinstance(value, str) else iso(value) for name, value in told.items() if value}

    @staticmethod
    def from_json(told: dict[str, str]) -> Rhythm:
        """The rhythm that `to_json` told of."""
        texts = {name: value for name, value in told.items() if name in ("zone", "cron")}
        instants = {name: parse_instant(value, "UTC") for name, value in told.items() if name not in texts}
        return Rhythm(**texts, **instants)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Moments:
    """The ends of all ticks, for ever: every multiple of the cadence, and all instants of the rhythms."""

    cadence: timedelta
    rhythms: tuple[Rhythm, ...] = ()

    def next_after(self, at: datetime) -> datetime:
        """The first moment after `at`."""
        beat = ANCHOR + ((at - ANCHOR) // self.cadence + 1) * self.cadence
        start, width = at, DAY
        # In windows that widen: whoever reads each minute isn't asked for all minutes of a long cadence.
        while start < beat:
            end = min(start + width, beat)
            if found := self._instants(start, end):
                return min(found)
            start, width = end, 2 * width
        return beat

    def last_before(self, at: datetime) -> datetime:
        """The last moment before `at`."""
        end, width = at - MICROSECOND, DAY
        beat = ANCHOR + (end - ANCHOR) // self.cadence * self.cadence
        while end > beat:
            start = max(end - width, beat)
            if found := self._instants(start, end):
                return max(found)
            end, width = start, 2 * width
        return beat

    def last_upto(self, at: datetime) -> datetime:
        """The last moment that is not after `at`."""
        return self.last_before(at + MICROSECOND)

    def _instants(self, start: datetime, end: datetime) -> list[datetime]:
        return [at for rhythm in self.rhythms for at in rhythm.instants(start, end)]

    def to_json(self) -> dict[str, Any]:
        """As plain data, in an order of its own: the same moments are told alike."""
        rhythms = sorted((rhythm.to_json() for rhythm in set(self.rhythms)), key=lambda told: sorted(told.items()))
        return {"cadence": format_duration(self.cadence), "rhythms": rhythms}

    @staticmethod
    def from_json(told: dict[str, Any]) -> Moments:
        """The moments that `to_json` told of."""
        return Moments(parse_duration(told["cadence"]), tuple(map(Rhythm.from_json, told["rhythms"])))
