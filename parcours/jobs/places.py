"""Where a project's tables and files lie, and the project as its tables let its definitions be judged."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.definition.drafts import Reader
from parcours.definition.files import ProjectFile, SourceTable, SparkSettings, outbox_of, place_of
from parcours.definition.problems import DefinitionError, Problem, UserError
from parcours.jobs.session import begin_session

if TYPE_CHECKING:
    from parcours.definition.project import Project
    from parcours.jobs.store import Store

LOG = logging.getLogger("parcours.project")


@dataclass(frozen=True)
class Places:
    """What parcours.yaml says: enough of a project to open its tables."""

    folder: Path
    name: str
    timezone: str
    warehouse: str
    outbox: str
    spark: SparkSettings
    sources: Mapping[str, SourceTable]


def read_places(folder: Path, warehouse: str | None = None) -> Places:
    """The places of the project in the folder; no other file of it is read."""
    folder = folder.resolve()
    if not (folder / "parcours.yaml").is_file():
        raise UserError(
            f"no project in {folder}: there is no parcours.yaml (parcours init makes a project; --project names one)"
        )
    reader = Reader(folder)
    read = reader.model(reader.source(folder / "parcours.yaml"), ProjectFile, "UTC")
    if read is None:
        raise DefinitionError(reader.problems)

    return Places(
        folder=folder,
        name=read.name,
        timezone=read.timezone,
        warehouse=place_of(folder, warehouse or read.warehouse),
        outbox=outbox_of(folder, read.outbox),
        spark=read.spark,
        sources={str(name): source for name, source in read.sources.items()},
    )


class FilledAudiences:
    """The audiences that have a row, each looked for when it is asked after."""

    def __init__(self, store: "Store", places: Places) -> None:
        self._store = store
        source = places.sources.get("audience_members")
        self._column = (source.columns if source else {}).get("audience_id", "audience_id")

    def __contains__(self, audience: object) -> bool:
        from parcours.jobs.committed import is_there

        if not self._store.exists("audience_members"):
            return False
        return is_there(self._store.delta("audience_members"), self._column, str(audience))


def open_project(
    folder: Path, warehouse: str | None = None, *, runs_published: bool = False, for_spark: bool = False
) -> "Project":
    """The project, its definitions judged by the tables as they stand. DefinitionError for all that is wrong in it.

    With `runs_published` the project has no journeys, and mistakes in their files are warned of: a tick runs what was
    published, whatever has become of the files (2.8). `for_spark`: meanwhile a session starts, which the caller wants.
    """
    places = None
    with suppress(DefinitionError):  # it is told with everything else that is wrong
        places = read_places(folder, warehouse)
    if places is not None and for_spark:
        begin_session(places)
    # Here, not above: a project's definitions bring sqlglot and Jinja along, and a gate that asks for places doesn't.
    from parcours.definition.project import load_project
    from parcours.jobs.store import Store

    if places is None:
        return load_project(folder, warehouse=warehouse)
    store = Store(places)  # type: ignore[arg-type]  # a store uses places alone
    return load_project(
        folder,
        profile_columns=store.column_types("profiles") or None,
        known_audiences=FilledAudiences(store, places),
        table_columns=lambda table: store.column_types(table) or None,
        warehouse=warehouse,
        on_draft_mistake=_warn if runs_published else None,
    )


def _warn(problem: Problem) -> None:
    LOG.warning("warning: %s; what was published runs all the same", problem)
