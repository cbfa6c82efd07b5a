"""A forecast: the engine run forward, day by day, on a clone of the tables, with no new events.

What is sent when, until when somebody waits for room, when a ramp-up is through, who is inside at the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs.clone import check_clonable, cloned
from parcours.jobs.committed import Committed, Row
from parcours.jobs.life import last_until
from parcours.jobs.telling import plural
from parcours.jobs.tick import TickReport, run_tick
from parcours.jobs.versions import versions

if TYPE_CHECKING:
    from parcours.definition.channels import RampUp
    from parcours.definition.project import Project
    from parcours.jobs.store import Store

DAY = dt.timedelta(days=1)
JUST_BEFORE = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class ChannelDay:
    """A UTC day of a channel: its sends, by journey too, and how many wait for room when it is over."""

    day: dt.date
    channel: str
    sends: int
    journeys: Mapping[str, int]
    waiting: int


@dataclass(frozen=True)
class ChannelEnd:
    """What becomes of a channel's queue and ramp-up within the days.

    `free_from` is the day from which on nobody waits any more; None: nobody ever waits, or somebody does at the end.
    `through_on` the day on which the last number of the ramp-up's plan is reached; None: there is none, or not so soon.
    """

    channel: str
    waiting: int
    free_from: dt.date | None
    has_ramp_up: bool
    through_on: dt.date | None


@dataclass(frozen=True)
class Forecast:
    """What comes after `start`, before `end`. `inside` is by journey and version (`welcome|1`)."""

    start: dt.datetime
    end: dt.datetime
    days: Sequence[ChannelDay]
    channels: Sequence[ChannelEnd]
    inside: Mapping[str, int]


def forecast(
    store: Store, project: Project, days: int, *, on_tick: Callable[[TickReport], None] | None = None
) -> Forecast:
    """Runs so many days forward from where the last tick ended, or from the first publication. Leaves nothing."""
    check_clonable(store)
    published = [row["published_at"] for row in versions(store)]
    if not published:
        raise UserError("nothing to forecast: no journey is published (parcours publish ID, or try one: dry-run ID)")
    start = last_until(store) or min(published)
    end = start + DAY * days
    with cloned(store, project) as (clone, there):
        reports: list[TickReport] = []
        for until in _ends(start, end):
            reports += run_tick(clone, there, until, on_tick=on_tick)
        after = Committed(clone)
        sends = after.counts("deliveries", f"tick_until > '{iso(start)}'", ("send_date", "channel", "journey_id"))
        shown = list(_days(start, end, sends, reports))
        ticks = [row for row in after.ticks if row["until"] > start]
    channels = [_end_of(name, shown, project, ticks) for name in sorted({day.channel for day in shown})]
    return Forecast(start, end, shown, channels, after.figures("inside:"))


def _ends(start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """The last moment of each UTC day, and of the whole: what comes at midnight is of the day that begins."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    count = (end - midnight) // DAY
    midnights = [midnight + DAY * number for number in range(1, count + 1)]
    return [at - JUST_BEFORE for at in sorted({*midnights, end}) if at <= end]


def _days(
    start: dt.datetime, end: dt.datetime, sends: Sequence[Row], reports: Sequence[TickReport]
) -> Iterator[ChannelDay]:
    """A row for each day and channel that has sends, or somebody who waits, on any of the days."""
    waiting = {report.until.date(): _queued(report) for report in reports}
    names = {row["channel"] for row in sends} | {name for queued in waiting.values() for name in queued}
    first, last = start.date(), (end - JUST_BEFORE).date()
    for day in (first + DAY * number for number in range((last - first).days + 1)):
        for name in sorted(names):
            mine = [row for row in sends if (row["send_date"], row["channel"]) == (day, name)]
            journeys = {row["journey_id"]: row["count"] for row in mine}
            yield ChannelDay(day, name, sum(journeys.values()), journeys, waiting.get(day, {}).get(name, 0))


def _queued(report: TickReport) -> dict[str, int]:
    prefix = "queued:"
    return {name.removeprefix(prefix): count for name, count in report.counts.items() if name.startswith(prefix)}


def _end_of(name: str, days: Sequence[ChannelDay], project: Project, ticks: Sequence[Row]) -> ChannelEnd:
    mine = [day for day in days if day.channel == name]
    waits = [number for number, day in enumerate(mine) if day.waiting]
    is_free = bool(waits) and waits[-1] + 1 < len(mine)
    channel = project.channels.get(name)
    ramp_up = channel.ramp_up if channel else None
    return ChannelEnd(
        channel=name,
        waiting=mine[-1].waiting,
        free_from=mine[waits[-1] + 1].day if is_free else None,
        has_ramp_up=ramp_up is not None,
        through_on=_through_on(name, ramp_up, ticks) if ramp_up else None,
    )


def _through_on(name: str, ramp_up: RampUp, ticks: Sequence[Row]) -> dt.date | None:
    length = len(ramp_up.per_day or ramp_up.per_hour or ())
    if ramp_up.counts == "calendar_days":
        return ramp_up.starts_on + DAY * (length - 1)
    for tick in ticks:
        count, _, last = dict(tick["sending_days"] or ()).get(name, "0|").partition("|")
        if int(count) >= length:
            return dt.date.fromisoformat(last)
    return None


def as_json(found: Forecast) -> dict[str, Any]:
    """The whole of it for a program."""
    return {
        **vars(found),
        "days": [vars(day) for day in found.days],
        "channels": [vars(channel) for channel in found.channels],
    }


def lines(found: Forecast) -> list[str]:
    """What is to be said beside the table of days."""
    told = [f"after {iso(found.start)}, before {iso(found.end)}:"]
    for channel in found.channels:
        if channel.has_ramp_up:
            on = channel.through_on
            when = f"on {on}" if on else "not by then"
            told.append(f"  {channel.channel}: the last number of the ramp-up's plan is reached {when}")
        if channel.waiting:
            told.append(f"  {channel.channel}: {channel.waiting:,} still wait for room at the end")
        elif channel.free_from:
            told.append(f"  {channel.channel}: nobody waits for room any more from {channel.free_from} on")
    inside = [f"{version.replace('|', ' version ')}: {count:,}" for version, count in sorted(found.inside.items())]
    told.append(f"  inside at the end: {', '.join(inside) or 'nobody'}")
    sends = sum(day.sends for day in found.days)
    return [
        *told,
        f"{plural(sends, 'send')} foreseen. Nothing was sent or written: it ran on a clone, with no new events.",
    ]
