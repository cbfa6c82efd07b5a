"""A project: everything that its folder defines, read and checked together."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from parcours.definition.channels import Channels
from parcours.definition.checks.known import Known, TableColumns, looked_up, scope_of
from parcours.definition.contents import Template
from parcours.definition.expressions import Scope
from parcours.definition.files import Audience, ProjectFile, SourceTable, SparkSettings, outbox_of, place_of
from parcours.definition.gathering import Gathered, gather
from parcours.definition.journeys import Journey
from parcours.definition.problems import DefinitionError, Problem

__all__ = ["LoadedJourney", "Project", "ProjectFile", "load_project"]


@dataclass(frozen=True)
class LoadedJourney:
    """A journey as its file says it now, and the templates that it uses, by channel and name."""

    journey: Journey
    file: str
    templates: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Project:
    """What a folder defines. Places are absolute paths, or URIs."""

    folder: Path
    name: str
    timezone: str
    warehouse: str
    outbox: str
    cadence: timedelta
    spark: SparkSettings
    sources: dict[str, SourceTable]
    journeys: dict[str, LoadedJourney]
    channels: Channels
    events: dict[str, dict[str, str]]
    profiles: dict[str, str] | None
    """profiles.yaml; None where there is none."""
    profile_columns: Mapping[str, str] | None
    """What expressions may name: profiles.yaml, or the table's columns. None: any column, as text."""
    audiences: dict[str, Audience]
    audience_columns: dict[str, Mapping[str, str]]
    templates: dict[str, Template]
    warnings: tuple[Problem, ...]
    hashes: dict[str, str]
    """SHA-256 of every file that was read."""

    def scope(self, journey: Journey, table_columns: TableColumns | None = None) -> Scope:
        """The names that the journey's expressions may use; of an undeclared event any attribute.

        `table_columns` are those of the tables that its lookups read; without it their types aren't known.
        """
        known = Known(
            channels=dict(self.channels),
            events=dict(self.events),
            templates={},
            profile=self.profile_columns,
            audiences=self.audience_columns,
        )
        return scope_of(journey.entry, journey.timezone, known, looked_up(journey.steps, table_columns))


def load_project(
    folder: Path,
    *,
    profile_columns: Mapping[str, str] | None = None,
    known_audiences: Container[str] | None = None,
    table_columns: TableColumns | None = None,
    warehouse: str | None = None,
    on_draft_mistake: Callable[[Problem], None] | None = None,
) -> Project:
    """The project in the folder. Raises one DefinitionError with everything that is wrong in any of its files.

    `profile_columns` are those of the profiles table as it stands, `known_audiences` those that have members (None:
    nobody looked, and nothing is said of them), `table_columns` tells the columns of a table that a lookup reads (None:
    nobody looks), `warehouse` takes the place of the one in parcours.yaml. Whoever runs what was published hands over
    `on_draft_mistake`: it is told of mistakes in journeys and templates, which stop nothing then and are all left out.
    """
    folder = Path(folder).resolve()
    gathered = gather(folder, profile_columns, known_audiences, table_columns)
    problems = sorted(dict.fromkeys(gathered.problems), key=lambda problem: (problem.file, problem.line))
    mistakes = [problem for problem in problems if not problem.is_warning]
    if on_draft_mistake is not None:
        for problem in filter(_is_of_draft, mistakes):
            on_draft_mistake(problem)
        mistakes = [problem for problem in mistakes if not _is_of_draft(problem)]
        gathered.journeys = {}
    if mistakes:
        raise DefinitionError(problems)
    return _project(folder, gathered, [problem for problem in problems if problem.is_warning], warehouse)


def _is_of_draft(problem: Problem) -> bool:
    """Whether it stands in a file of which what was published is stored apart (2.8)."""
    return problem.file.partition("/")[0] in ("journeys", "templates")


def _project(folder: Path, gathered: Gathered, warnings: Iterable[Problem], warehouse: str | None) -> Project:
    settings, known = gathered.settings, gathered.known
    templates = {name: template for name, template in known.templates.items() if template is not None}
    return Project(
        folder=folder,
        name=settings.name,
        timezone=settings.timezone,
        warehouse=place_of(folder, warehouse or settings.warehouse),
        outbox=outbox_of(folder, settings.outbox),
        cadence=settings.cadence,
        spark=settings.spark,
        sources={str(name): source for name, source in settings.sources.items()},
        journeys={
            journey.id: LoadedJourney(journey, file, _used(journey, templates))
            for file, journey in gathered.journeys.items()
        },
        channels={name: channel for name, channel in (known.channels or {}).items() if channel is not None},
        events={name: dict(attributes or {}) for name, attributes in (known.events or {}).items()},
        profiles=gathered.profiles,
        profile_columns=known.profile,
        audiences=gathered.audiences,
        audience_columns=dict(known.audiences),
        templates=templates,
        warnings=tuple(warnings),
        hashes=gathered.hashes,
    )


def _used(journey: Journey, templates: Mapping[str, Template]) -> dict[str, dict[str, str]]:
    return {name: templates[name].fields for name in journey.template_names}
