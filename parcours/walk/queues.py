"""Who waits for room in a channel: in which order, until when, and when there is some again (2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.walk.cells import Cell
from parcours.walk.channels import Prefix, Sender
from parcours.walk.steps import Message
from parcours.walk.timeline import DUE

if TYPE_CHECKING:
    from parcours.walk.walk import Walk


def prefix_of(cell: Cell) -> Prefix:
    """The order of a send but for the id: transactional first, priority, first arrival (2.5)."""
    message = cell.move
    assert isinstance(message, Message)
    return int(message.is_marketing), -cell.version.journey.priority, cell.arrived_at


def join(walk: Walk, cell: Cell, sender: Sender, at: int) -> None:
    """The cell, for which there is no room, waits as long as the channel lets it."""
    longest = sender.longest_deferral
    cell.wakes_at = None if longest is None else cell.arrived_at + longest
    line_up(walk, cell, sender)
    look_later(walk, sender, at)


def line_up(walk: Walk, cell: Cell, sender: Sender) -> None:
    """The cell waits for room, in its place."""
    prefix = prefix_of(cell)
    sender.enqueue(prefix, cell)
    walk.remember(cell, sender, prefix)
    _plan_expiry(walk, cell, sender)


def _plan_expiry(walk: Walk, cell: Cell, sender: Sender) -> None:
    if cell.wakes_at is not None:
        walk.timeline.push(cell.wakes_at, DUE, "expire", sender)


def look_later(walk: Walk, sender: Sender, at: int) -> None:
    """Plans to look at who waits, once there is room again."""
    if (sender.prefixes or sender.boundary) and sender.next_look is None:
        sender.next_look = sender.next_room(at)
        walk.timeline.push(sender.next_look, DUE, "look", sender)


def ask_for_more(walk: Walk, sender: Sender) -> None:
    """Those behind the head of the queue are needed: the walk is made again with them."""
    walk.queues.add(sender.channel.name)
