"""The timetable of the DAG `parcours`: one run a tick, and the end of its data interval is the tick's `until`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

from parcours.dags.moments import ANCHOR, Moments
from parcours.definition.times import format_duration

UNSTATED = ANCHOR
"""The start of a DAG that nobody gave one: catch-up must have a start, and this one lies before all data."""


class TickTimetable(Timetable):
    """One run after another, each over the time since the one before.

    Airflow's own can't say this: cron knows no cadence such as PT7H, many crons share one zone, and a local time that
    a clock change skips or repeats is another moment there than in the specification (2.1).
    """

    def __init__(self, moments: Moments) -> None:
        self.moments = moments
        reads = ", and when a journey reads" if moments.rhythms else ""
        self.description = f"Every {format_duration(moments.cadence)}{reads}"

    @property
    def summary(self) -> str:
        """What the list of DAGs shows."""
        count = len(set(self.moments.rhythms))
        return format_duration(self.moments.cadence) + (f" + {count}" if count else "")

    def serialize(self) -> dict[str, Any]:
        """For Airflow's database: the scheduler reads no project."""
        return self.moments.to_json()

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> TickTimetable:
        """The timetable that `serialize` told of."""
        return cls(Moments.from_json(data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TickTimetable) and self.serialize() == other.serialize()

    def __hash__(self) -> int:
        return hash(str(self.serialize()))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run after the last one; the very first is the one due last, or the first after the DAG's start."""
        starts = [_plain(restriction.earliest)] if restriction.earliest else []
        if last_automated_data_interval is not None:
            starts.append(_plain(last_automated_data_interval.end))
        # A backfill, which alone has a latest, begins where it is told to.
        is_first = last_automated_data_interval is None and starts in ([], [UNSTATED]) and restriction.latest is None
        if is_first or not restriction.catchup:
            # Nothing is missed by going no further back: a tick begins where the last committed one ended.
            starts.append(self._start_of_last(datetime.now(UTC)))
        start = max(starts)
        if restriction.latest is not None and start > _plain(restriction.latest):
            return None
        return DagRunInfo.interval(_airflows(start), _airflows(self.moments.next_after(start)))

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """Of a run that somebody asks for: it ticks until that very moment."""
        return DataInterval(_airflows(self.moments.last_before(_plain(run_after))), run_after)

    def _start_of_last(self, now: datetime) -> datetime:
        """Where the run begins that was due last."""
        return self.moments.last_before(self.moments.last_upto(now))


def _plain(at: datetime) -> datetime:
    """A moment of Airflow's as Python's own: differences of pendulum's can't be divided by a cadence."""
    utc = at.astimezone(UTC)
    return datetime.combine(utc.date(), utc.time(), UTC)


def _airflows(at: datetime) -> pendulum.DateTime:
    return pendulum.instance(at, tz="UTC")
