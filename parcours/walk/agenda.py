"""What a tick has on its agenda before anybody's data is read: live versions, occurrences, changes of life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parcours.definition.journeys import ReadAudience
from parcours.definition.times import iso, occurrences
from parcours.walk import clock
from parcours.walk.plan import Version


@dataclass(frozen=True)
class Occurrence:
    """One run of a read, numbered from 1 within the version; `since` is the run before it, for incremental reads."""

    version: int
    moment: int
    number: int
    since: int | None

    @property
    def key(self) -> str:
        return iso(clock.moment_of(self.moment))


@dataclass(frozen=True)
class Pause:
    """A journey is paused in [start, end); `planned_end` is what was said when it began (2.8)."""

    journey: str
    start: int
    planned_end: int
    end: int
    discards: bool = False


@dataclass(frozen=True)
class Change:
    """What befalls all who are inside a journey at a moment: they leave for a `reason`, move `into` a version (by its
    index), or are held, or put out, where they stand at a message by a `pause` (2.8)."""

    at: int
    journey: str
    reason: str | None = None
    into: int | None = None
    pause: Pause | None = None


def pause_of(pauses: Iterable[Pause], journey: str, at: int) -> Pause | None:
    """The pause of the journey, whatever its version, that holds at the moment."""
    return next((pause for pause in pauses if pause.journey == journey and pause.start <= at < pause.end), None)


@dataclass(frozen=True)
class Agenda:
    """The interval (start, until] and what falls into it. The first tick of all includes its start."""

    start: int
    until: int
    is_first: bool
    versions: Sequence[Version]
    occurrences: Sequence[Occurrence]
    changes: Sequence[Change]
    """In the order in which they were given."""
    occurrence_counts: Mapping[str, int]
    last_occurrences: Mapping[str, int]
    pauses: Sequence[Pause] = ()
    mode: str = "live"
    """What the rows are marked with: `live`, or the trial that they come of (specification 2.8)."""

    @property
    def forced(self) -> list[tuple[int, str]]:
        """(moment, journey) of the occurrences before which everybody inside leaves."""
        found = []
        for occurrence in self.occurrences:
            journey = self.versions[occurrence.version].journey
            if isinstance(journey.entry, ReadAudience) and journey.entry.force_reentry:
                found.append((occurrence.moment, journey.id))
        return found

    @property
    def emptied(self) -> set[str]:
        """Journeys whose every instance is concerned, whether due or not."""
        turning = {pause.journey for pause in self.pauses if self.holds(pause.start) or self.holds(pause.end)}
        return turning | {journey for _, journey in self.forced} | {change.journey for change in self.changes}

    @property
    def moved(self) -> set[str]:
        """Journeys whose instances move into another version."""
        return {change.journey for change in self.changes if change.into is not None}

    @property
    def jumped_to(self) -> set[str]:
        """Journeys that somebody may enter from within another one."""
        return {journey for version in self.versions for journey in version.jumps_to}

    @property
    def enterable(self) -> set[str]:
        """Journeys that somebody may enter in the tick, as far as is known before any member or event is read."""
        return self.enterable_but_for_spread | {v.journey.id for v in self._open if v.is_spread}

    @property
    def enterable_but_for_spread(self) -> set[str]:
        """The same if no member of an earlier read comes in the tick."""
        read = {self.versions[occurrence.version].journey.id for occurrence in self.occurrences}
        return read | {v.journey.id for v in self._open if not isinstance(v.journey.entry, ReadAudience)}

    @property
    def _open(self) -> list[Version]:
        return [v for v in self.versions if v.closed_at is None or v.closed_at > self.start]

    def holds(self, moment: int) -> bool:
        return self.start < moment <= self.until or (self.is_first and moment == self.start)


def version_key(version: Version) -> str:
    return f"{version.journey.id}|{version.journey.version}"


def plan_agenda(
    start: int,
    until: int,
    versions: Sequence[Version],
    *,
    is_first: bool,
    changes: Sequence[Change],
    occurrence_counts: Mapping[str, int],
    last_occurrences: Mapping[str, int],
    pauses: Sequence[Pause] = (),
) -> Agenda:
    """The agenda; the counts are those before the tick, and come back as they are after it."""
    counts, last, found = dict(occurrence_counts), dict(last_occurrences), []
    for moment, version in _runs(start, until, versions, pauses, is_first=is_first):
        key, journey = version_key(version), version.journey
        counts[key] = counts.get(key, 0) + 1
        is_incremental = isinstance(journey.entry, ReadAudience) and journey.entry.incremental
        since = last.get(journey.id) if is_incremental else None
        found.append(Occurrence(version.index, moment, counts[key], since))
        last[journey.id] = moment
    return Agenda(start, until, is_first, versions, found, changes, counts, last, pauses)


def _runs(
    start: int, until: int, versions: Sequence[Version], pauses: Sequence[Pause], *, is_first: bool
) -> list[tuple[int, Version]]:
    """The occurrences that run, in order of time: while their version is live, within its dates, and not paused."""
    runs = []
    for version in versions:
        entry = version.journey.entry
        if not isinstance(entry, ReadAudience):
            continue
        # A version that is published in this tick has its own beginning, which its occurrences may fall on.
        begins = max(start, version.published_at)
        includes_start = is_first or version.published_at > start
        if begins > until:
            continue
        for moment in occurrences(
            entry.schedule, version.zone, clock.moment_of(begins), clock.moment_of(until), includes_start=includes_start
        ):
            at = clock.micros(moment)
            is_paused = pause_of(pauses, version.journey.id, at) is not None
            if version.is_live(at) and not version.is_outside_dates(at) and not is_paused:
                runs.append((at, version))
    return sorted(runs, key=lambda run: (run[0], run[1].index))
