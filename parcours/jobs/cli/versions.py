"""Commands that show definitions: diff, graph. Neither starts Spark, nor writes a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.definition.problems import UserError, did_you_mean, one_of
from parcours.jobs.cli.app import Given, app, command

if TYPE_CHECKING:
    from parcours.definition.project import Project

FORMATS = ("mermaid", "svg")
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


@command(app, "graph")
def graph(
    given: Given,
    id: Id,
    version: Annotated[
        str | None,
        typer.Option(metavar="V", help="A published version; what the file says unless given, or with draft."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(metavar="F", help="mermaid (default) or svg; with --out as the file's name ends.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it, in place of printing.")] = None,
) -> None:
    """Draws a journey: its entry, steps and ways, as Mermaid text or as an SVG picture."""
    as_what = _format(format, out)
    from parcours.jobs import drawing
    from parcours.jobs.published import choose, current

    store, opening = given.store(), lambda: _open(given)
    chosen = current(store, opening, id) if version is None else choose(store, opening, id, version)
    found = drawing.graph_of(chosen.journey)
    text = drawing.svg(found) if as_what == "svg" else drawing.mermaid(found)
    about = {"journey_id": id, "version": chosen.journey.version, "file": chosen.file, "format": as_what}
    if out is None:
        given.answer({**about, "text": text}, text.rstrip("\n"))
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"can't write {out}: {error.strerror}") from None
    given.answer({**about, "out": str(out)}, f"{id}: {chosen} is drawn in {out}")


def _format(written: str | None, out: Path | None) -> str:
    if written is None:
        return "svg" if out is not None and out.suffix.lower() == ".svg" else "mermaid"
    if written not in FORMATS:
        hint = did_you_mean(written, FORMATS) or f"write {one_of(FORMATS)}"
        raise UserError(f"--format {written}: unknown ({hint})")
    return written
