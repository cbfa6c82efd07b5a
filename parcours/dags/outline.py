"""As much of a project as a DAG file needs: parsed again and again by Airflow, it must cost next to nothing.

So only parcours.yaml and the journeys that read audiences are opened, and nothing is checked beyond what is used;
`check_inputs`, the first task of a run, checks all of it and says every problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from parcours.dags.moments import Moments, Rhythm
from parcours.definition.entries import ReadAudience, Waves
from parcours.definition.loading import read_source
from parcours.definition.messages import findings_of
from parcours.definition.problems import DefinitionError, Finding
from parcours.definition.times import format_duration
from parcours.definition.values import Duration, FilledText, Instant, Name, Zone


class ProjectOutline(BaseModel):
    """What counts here of parcours.yaml."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: FilledText
    timezone: Zone = "UTC"
    cadence: Duration = timedelta(minutes=15)


class JourneyOutline(BaseModel):
    """What counts here of a journey that reads an audience."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Name
    timezone: Zone
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    entry: ReadAudience


@dataclass(frozen=True)
class Outline:
    """A project's names and the moments of its ticks. `schedules` says them in words, by journey."""

    folder: Path
    name: str
    moments: Moments
    schedules: dict[str, str]

    @property
    def cadence_in_words(self) -> str:
        """`each PT15M`; and when the journeys read, where any does."""
        return f"each {format_duration(self.moments.cadence)}" + (" and when a journey reads" if self.schedules else "")


def read_outline(folder: Path) -> Outline:
    """The outline of the project in the folder. DefinitionError where parcours.yaml can't be used.

    A journey that is wrong has no moments; its problems are for `check_inputs` to say.
    """
    folder = folder.resolve()
    project = _project(folder)
    journeys = sorted(_journeys(folder, project.timezone), key=lambda journey: journey.id)
    rhythms = {rhythm: None for journey in journeys for rhythm in rhythms_of(journey)}
    schedules = {journey.id: _in_words(journey) for journey in journeys}
    return Outline(folder, project.name, Moments(project.cadence, tuple(rhythms)), schedules)


def _project(folder: Path) -> ProjectOutline:
    source = read_source(folder, folder / "parcours.yaml")
    if source.problems:
        raise DefinitionError(source.problems)
    try:
        project = ProjectOutline.model_validate(source.data, context={"zone": "UTC"})
    except ValidationError as error:
        raise DefinitionError(source.found(findings_of(error, ProjectOutline, source.data))) from None
    if project.cadence <= timedelta(0):
        raise DefinitionError(source.found([Finding(("cadence",), "a cadence of no time", "write PT15M")]))
    return project


def _journeys(folder: Path, zone: str) -> Iterator[JourneyOutline]:
    for path in (folder / "journeys").glob("*.yaml"):
        # Most journeys of a large project are begun by events: they needn't be parsed to know that.
        if path.name.endswith(".test.yaml") or b"read_audience" not in path.read_bytes():
            continue
        data = read_source(folder, path).data
        if not isinstance(data, dict):
            continue
        data = {"timezone": zone} | data
        try:
            yield JourneyOutline.model_validate(data, context={"zone": data["timezone"]})
        except ValueError:  # pydantic's ValidationError is one
            continue


def rhythms_of(journey: JourneyOutline) -> list[Rhythm]:
    """When the journey reads, and when each of its further waves starts."""
    schedule = journey.entry.schedule
    always = Rhythm(zone=journey.timezone, starts_at=journey.starts_at, ends_at=journey.ends_at)
    if schedule.cron is not None:
        return [replace(always, cron=schedule.cron, until=schedule.until)]
    assert schedule.at is not None, "a schedule has one of cron and at"
    starts = [schedule.at]
    if (waves := journey.entry.waves) is not None:
        starts += waves.starts or [schedule.at + place * _interval(waves) for place in range(1, waves.wave_count)]
    # An instant is the same in every zone.
    return [replace(always, zone="UTC", at=at) for at in starts]


def _interval(waves: Waves) -> timedelta:
    assert waves.interval is not None, "waves have one of interval and starts"
    return waves.interval


def _in_words(journey: JourneyOutline) -> str:
    schedule = journey.entry.schedule
    return f"{schedule.cron}, {journey.timezone}" if schedule.cron else f"once, {schedule.at:%Y-%m-%d %H:%M} UTC"
