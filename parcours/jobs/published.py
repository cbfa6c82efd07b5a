"""One version of a journey: as it was published, or as its file says it now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.definition.journeys import Journey, journey_from_json
from parcours.definition.problems import UserError, did_you_mean, shown
from parcours.jobs.store import Store
from parcours.jobs.versions import versions

if TYPE_CHECKING:
    from parcours.definition.project import Project

DRAFT = "draft"
"""What stands for a version on the command line where the file is meant."""

Opening = Callable[[], "Project"]
"""Opens the project: only where the file is asked for, for it may be wrong or gone where what was published isn't."""


@dataclass(frozen=True)
class Chosen:
    """A version of a journey with the templates that it uses."""

    journey: Journey
    templates: dict[str, dict[str, str]]
    file: str | None = None
    """The file that says it so; None for what was published."""

    def __str__(self) -> str:
        version = f"version {self.journey.version}"
        return version if self.file is None else f"{DRAFT} ({version} in {self.file})"


def choose(store: Store, opening: Opening, journey_id: str, version: str) -> Chosen:
    """The version of that number, or the draft. UserError with what there is where there is no such version."""
    if version == DRAFT:
        return _draft(opening(), journey_id)
    if not version.isdecimal():
        raise UserError(f"not a version: {shown(version)} (write its number, or draft for the journey's file)")
    rows = versions(store)
    mine = {row["version"]: row for row in rows if row["journey_id"] == journey_id}
    if not mine:
        published = {row["journey_id"] for row in rows}
        hint = did_you_mean(journey_id, published) or f"published are: {', '.join(sorted(published)) or 'none'}"
        raise UserError(f"{journey_id} isn't published ({hint})")
    if int(version) not in mine:
        known = ", ".join(str(number) for number in mine)
        raise UserError(f"{journey_id} has no version {version} (published are: {known}; draft is the journey's file)")
    return Chosen(*journey_from_json(mine[int(version)]["definition"]))


def current(store: Store, opening: Opening, journey_id: str) -> Chosen:
    """The draft, or the newest published version of a journey that has no file any more."""
    project = opening()
    if journey_id in project.journeys:
        return _draft(project, journey_id)
    mine = [row["version"] for row in versions(store) if row["journey_id"] == journey_id]
    return choose(store, opening, journey_id, str(max(mine))) if mine else _draft(project, journey_id)


def _draft(project: "Project", journey_id: str) -> Chosen:
    loaded = project.journeys.get(journey_id)
    if loaded is None:
        known = ", ".join(sorted(project.journeys)) or "none"
        hint = did_you_mean(journey_id, project.journeys) or f"there are: {known}"
        raise UserError(f"no journey '{journey_id}' in {project.folder} ({hint})")
    return Chosen(loaded.journey, loaded.templates, loaded.file)
