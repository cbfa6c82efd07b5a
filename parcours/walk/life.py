"""What befalls all who are inside a journey at one moment: they leave, move, are held, or their time is over (2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.walk.agenda import Change, Pause
from parcours.walk.cells import Cell
from parcours.walk.plan import Version
from parcours.walk.steps import Message

if TYPE_CHECKING:
    from parcours.walk.walk import Walk


PAUSED = "journey_paused"
"""Why somebody is held by a pause, or leaves."""


def all_leave(walk: Walk, journey: str, at: int, reason: str, version: Version | None = None) -> None:
    """Everybody inside the journey, or inside one version of it, exits."""
    for cell in list(walk.standing_by[journey].values()):
        if version is None or cell.version is version:
            walk.leave(cell)
            walk.finish(cell, at, "exited", reason)


def change_life(walk: Walk, change: Change, at: int) -> None:
    """What a change of the journey's life does to all who are inside."""
    if change.reason is not None:
        all_leave(walk, change.journey, at, change.reason)
    elif change.pause is not None:
        _pause(walk, change.pause, at)
    elif change.into is not None:
        walk.moves.all_into(walk.task.versions[change.into], at)


def _pause(walk: Walk, pause: Pause, at: int) -> None:
    """Whoever stands at a message stops, or leaves, there (2.8)."""
    for cell in list(walk.standing_by[pause.journey].values()):
        if isinstance(cell.move, Message):
            walk.leave(cell)
            stop_at_message(walk, cell, at, pause)


def stop_at_message(walk: Walk, cell: Cell, at: int, pause: Pause) -> None:
    """What a pause does to a cell at a message, which stands nowhere: it is held there, or leaves."""
    if pause.discards:
        walk.finish(cell, at, "exited", PAUSED)
        return
    if not cell.is_deferred:
        cell.is_deferred = True
        cell.note(at, "deferred", None, PAUSED)
    cell.held, cell.wakes_at = PAUSED, pause.planned_end
    walk.release_later(cell, pause.end)


def time_out(walk: Walk, version: Version, at: int) -> None:
    """Those leave who have been inside the version for as long as its timeout."""
    for cell in list(walk.standing_by[version.journey.id].values()):
        if cell.version is not version:
            continue
        is_over = walk.atoms.entered_at[cell.atoms] + version.timeout <= at
        if is_over.any():
            late = cell.part(is_over)
            walk.shrink(cell, ~is_over)
            walk.finish(late, at, "timed_out")
