"""Commands that show definitions: diff, graph. Neither starts Spark, nor writes a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer


from parcours.jobs.cli import output
from parcours.jobs.cli.app import Given, app, command

if TYPE_CHECKING:
    from parcours.definition.project import Project

Id = Annotated[str, typer.Argument(metavar="ID", help="A journey.")]


@command(app, "diff")
def diff(
    given: Given,
    id: Id,
    old: Annotated[str, typer.Argument(metavar="V1", help="A published version, or draft: what the file says.")],
    new: Annotated[str, typer.Argument(metavar="V2", help="The version that it is compared with.")],
) -> None:
    """Shows what differs between two versions of a journey, step by step."""
    from parcours.definition.differences import differences
    from parcours.jobs.diff import lines
    from parcours.jobs.published import choose

    store = given.store()
    former, chosen = (choose(store, lambda: _open(given), id, version) for version in (old, new))
    found = differences((former.journey, former.templates), (chosen.journey, chosen.templates))
    told = [line for difference in found for line in lines(difference)]
    given.answer(
        {"journey_id": id, "old": old, "new": new, "differences": [vars(each) for each in found]},
        f"{id}: {former} -> {chosen}",
        *(told or ["no difference"]),
    )


def _open(given: Given) -> "Project":
    from parcours.jobs.places import open_project

    return open_project(given.folder, given.warehouse)
