"""Whether limits, ramp-ups and caps were kept, as far as what holds now tells what held then."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from parcours.definition.channels import Channel
from parcours.definition.journeys import Journey, journey_from_json
from parcours.definition.steps import ProfileCap
from parcours.definition.times import iso
from parcours.jobs.committed import Committed
from parcours.jobs.findings import Finding, finding
from parcours.jobs.store import Store
from parcours.jobs.telling import plural
from parcours.jobs.versions import versions
from parcours.transforms import reconcile
from parcours.walk import clock
from parcours.walk.channels import Sender

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from parcours.definition.project import Project

FILE = "channels.yaml"


def check_limits(project: Project, committed: Committed, deliveries: DataFrame) -> Iterator[Finding]:
    """A finding for each channel that has limits: no window since channels.yaml was last changed is over its number."""
    limited = {name: channel for name, channel in project.channels.items() if channel.limits or channel.ramp_up}
    since = _held_since(project, committed)
    for name, channel in sorted(limited.items()):
        if since is None:
            yield finding(f"limits of {name}", f"{FILE} has been changed since the last tick: nothing to judge", [])
            continue
        per_second = any(limit.per == "second" for limit in channel.limits)
        sent = deliveries.where(deliveries["channel"] == name)
        moments = reconcile.sends_by_moment(sent, "second" if per_second else "minute").collect()
        counts = sorted((clock.micros(row["at"].replace(tzinfo=dt.UTC)), row["count"]) for row in moments)
        yield judge_channel(channel, project.timezone, counts, clock.micros(since))


def _held_since(project: Project, committed: Committed) -> dt.datetime | None:
    """Where the first tick began of those, up to the last, that ran with channels.yaml as it is."""
    since = None
    for tick in reversed(committed.ticks):
        if dict(tick["definition_hashes"] or ()).get(FILE) != project.hashes.get(FILE):
            break
        since = tick["from"]
    return since


def judge_channel(channel: Channel, zone: str, counts: Sequence[tuple[int, int]], since: int) -> Finding:
    """No window that begins at `since` or later holds more sends than its number; `counts` are (moment, sends)."""
    sender = Sender(channel, zone, {})
    numbers: dict[str, int] = {}
    for moment, count in counts:
        # What a window may hold is asked before its sends are counted: by sending_days they move the plan on.
        for window in sender.windows(moment):
            if window.number is not None and _start_of(window.key) >= since:
                numbers.setdefault(window.key, window.number)
        sender.take(moment, count)
    wrong = [
        f"{_shown(key)}: {plural(sender.counts[key], 'send')}, {number:,} at most"
        for key, number in numbers.items()
        if sender.counts[key] > number
    ]
    fullest = max(numbers, key=lambda key: sender.counts[key] / max(1, numbers[key]), default=None)
    shown = f", the fullest {sender.counts[fullest]:,} of {numbers[fullest]:,}" if fullest else ""
    return finding(f"limits of {channel.name}", f"{plural(len(numbers), 'window')}{shown}", wrong)


def _start_of(key: str) -> int:
    return int(key.rsplit("|", 1)[1])


def _shown(key: str) -> str:
    _, per, zone, start = key.rsplit("|", 3)
    return f"the {per} ({zone}) that begins at {iso(clock.moment_of(int(start)))}"


# -------------------------------------------------------------------------------------------------------------- caps
def check_caps(store: Store, committed: Committed, outcomes: DataFrame, instances: DataFrame) -> Iterator[Finding]:
    """A finding for each profile_cap that somebody came to."""
    published = {(row["journey_id"], row["version"]): row for row in versions(store)}
    taken: dict[tuple[str, int, str], list[Mapping[str, Any]]] = {}
    for row in reconcile.within_caps(outcomes, instances).collect():
        taken.setdefault((row["journey_id"], row["journey_version"], row["step_id"]), []).append(row.asDict())
    for (journey_id, number, step_id), rows in sorted(taken.items()):
        version = published[journey_id, number]
        journey, _ = journey_from_json(version["definition"])
        step = journey.step(step_id)
        assert isinstance(step, ProfileCap), f"{journey_id}: {step_id} isn't a profile_cap"
        name = f"cap {step_id} of {journey_id} version {number}"
        yield judge_cap(name, journey, step, rows, version["published_at"])


def judge_cap(
    name: str, journey: Journey, step: ProfileCap, rows: Sequence[Mapping[str, Any]], published_at: dt.datetime
) -> Finding:
    """No occurrence, day or version let more through than its number; `rows` are (occurrence, at, count)."""
    limits = step.limits or (step.limit or 0,)
    first_day = clock.local_date(clock.micros(published_at), journey.timezone)
    places: Counter[int] = Counter()
    for row in rows:
        if step.per == "day":
            day = clock.local_date(clock.micros(row["at"].replace(tzinfo=dt.UTC)), journey.timezone)
            places[(day - first_day).days] += row["count"]
        else:
            places[row["occurrence"] - 1 if step.per == "occurrence" else 0] += row["count"]
    most = {number: limits[max(0, min(number, len(limits) - 1))] for number in places}
    wrong = [
        f"{step.per} {number + 1}: {count:,} went through, {most[number]:,} at most"
        for number, count in sorted(places.items())
        if count > most[number]
    ]
    fullest = max(places, key=lambda number: places[number] / max(1, most[number]))
    shown = f"{places[fullest]:,} of {most[fullest]:,}"
    return finding(
        name, shown if step.per == "version" else f"{plural(len(places), step.per)}, the fullest {shown}", wrong
    )
