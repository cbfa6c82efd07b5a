"""Asks for one send; who gets it is decided in `settle`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk.cells import Cell
from parcours.walk.contents import ask_too_large, render
from parcours.walk.sends import ask_had, ask_send
from parcours.walk.steps.base import Going, Move, plan_step

if TYPE_CHECKING:
    from parcours.walk.plan import Version
    from parcours.walk.walk import Walk


@dataclass(frozen=True)
class Message(Move):
    step: steps.Message = field(kw_only=True)
    send: int = field(kw_only=True)
    too_large: int | None = None
    """The question whether the content is more than the channel takes; None: it never is."""
    had: int | None = None
    """The question whether one had the message before it moved into the version."""

    def arrive(self, walk: Walk, cell: Cell, at: int) -> Iterator[Going]:
        walk.stand(cell)
        yield from ()

    @property
    def is_marketing(self) -> bool:
        return self.step.category == "marketing"


@plan_step.register(steps.Message)
def _(step: steps.Message, version: Version) -> Move:
    rendering = version.contents[step.id] = render(version, step)
    return Message(
        *(step.id, step.type, version.journey.targets(step)),
        step=step,
        send=ask_send(version, step),
        too_large=ask_too_large(version, step, rendering),
        had=ask_had(version, step),
    )
