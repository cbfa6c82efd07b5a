"""What is live, how many are inside, who waits for room, and what comes next."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.definition.journeys import Journey, ReadAudience, journey_from_json
from parcours.definition.times import iso, occurrences
from parcours.jobs.commit import staging_of
from parcours.jobs.committed import Committed
from parcours.jobs.pauses import Pause, pauses_of
from parcours.jobs.store import Store
from parcours.jobs.versions import versions

# How far ahead a schedule is looked through, the near days first: a cron of every minute has half a million in a year.
AHEAD = (dt.timedelta(days=1), dt.timedelta(days=8), dt.timedelta(days=370))


@dataclass(frozen=True)
class VersionStatus:
    """A version that takes entries, or that somebody is inside of."""

    journey_id: str
    version: int
    state: str
    since: dt.datetime
    inside: int
    next_read: dt.datetime | None
    """When its audience is read next; None for other entries, and where that never comes again."""
    pause: Pause | None = None
    """The journey's pause that isn't over yet, whether it has begun or not."""

    @property
    def shown_state(self) -> str:
        """`paused` of a live one, `closed, paused` of one that is closed as well."""
        if self.pause is None:
            return self.state
        return "paused" if self.state == "live" else f"{self.state}, paused"


@dataclass(frozen=True)
class Status:
    """The whole of it. `waiting` is by channel; `next_due` when the next of those inside goes on by itself."""

    until: dt.datetime | None
    committed_at: dt.datetime | None
    duration_s: float | None
    versions: Sequence[VersionStatus]
    waiting: Mapping[str, int]
    next_due: dt.datetime | None
    is_unsettled: bool
    """Whether a tick is under way, or was stopped and not settled yet."""


def status(store: Store) -> Status:
    """How things stand after the last committed tick."""
    committed = Committed(store)
    inside = committed.figures("inside:")
    tick: Mapping[str, Any] = committed.tick or {}
    return Status(
        until=committed.until,
        committed_at=tick.get("committed_at"),
        duration_s=tick.get("duration_s"),
        versions=list(_versions(store, committed.until, inside)),
        waiting=committed.figures("queued:"),
        next_due=committed.smallest("journey_instances", "due_at"),
        is_unsettled=store.is_local and staging_of(store).pending.exists(),
    )


def _versions(store: Store, until: dt.datetime | None, inside: Mapping[str, int]) -> Iterator[VersionStatus]:
    rows = versions(store)
    pauses = pauses_of(rows)
    for row in rows:
        count = inside.get(f"{row['journey_id']}|{row['version']}", 0)
        if row["state"] != "live" and not count:
            continue
        journey, _ = journey_from_json(row["definition"])
        is_open = row["closed_at"] is None
        after = max(until, row["published_at"]) if until else row["published_at"]
        includes_start = until is None or row["published_at"] > until
        found = pauses.get(row["journey_id"], ())
        next_read = _next_read(journey, after, found, includes_start=includes_start) if is_open else None
        pause = next((each for each in found if until is None or each.end > until), None)
        yield VersionStatus(
            row["journey_id"], row["version"], row["state"], row["published_at"], count, next_read, pause
        )


def _next_read(
    journey: Journey, after: dt.datetime, pauses: Sequence[Pause], *, includes_start: bool
) -> dt.datetime | None:
    """The next occurrence that runs: none does in a pause."""
    found = next_occurrence(journey, after, includes_start=includes_start)
    for pause in pauses:
        if found is not None and pause.holds_at(found):
            found = next_occurrence(journey, pause.end, includes_start=True)
    return found


def next_occurrence(journey: Journey, after: dt.datetime, *, includes_start: bool) -> dt.datetime | None:
    """When a read comes next within a year; None for journeys that read nothing."""
    if not isinstance(journey.entry, ReadAudience):
        return None
    for ahead in AHEAD:
        found = occurrences(
            journey.entry.schedule, journey.timezone, after, after + ahead, includes_start=includes_start
        )
        within = [at for at in found if _is_within_dates(journey, at)]
        if within:
            return within[0]
    return None


def _is_within_dates(journey: Journey, at: dt.datetime) -> bool:
    return (journey.starts_at is None or journey.starts_at <= at) and (journey.ends_at is None or at < journey.ends_at)


def as_json(version: VersionStatus) -> dict[str, Any]:
    """A version with its pause in the words of `journey_versions`."""
    pause = version.pause
    told = None if pause is None else {"from": pause.start, "until": pause.end, "mode": pause.mode}
    return {**vars(version), "pause": told}


def lines(found: Status) -> list[str]:
    """What is to be said beside the table of versions."""
    if found.until is None:
        told = ["no tick has run yet (parcours tick)"]
    else:
        took = f", in {found.duration_s:.1f} s" if found.duration_s is not None else ""
        told = [f"last tick: until {iso(found.until)}{took}"]
    told += [f"waiting for room in {channel}: {count:,}" for channel, count in sorted(found.waiting.items())]
    reads = [version.next_read for version in found.versions if version.next_read]
    if reads:
        told.append(f"next read of an audience: {iso(min(reads))}")
    told += sorted(
        {
            f"{version.journey_id}: paused ({pause.mode}) from {iso(pause.start)} until {iso(pause.end)}"
            for version in found.versions
            if (pause := version.pause) is not None
        }
    )
    if found.next_due:
        told.append(f"next instance that goes on by itself: {iso(found.next_due)}")
    if found.is_unsettled:
        told.append("a tick is under way, or was stopped: the next command that writes settles it")
    return told
