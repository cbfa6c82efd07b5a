"""Those who stand where places are contended, settled together in one order (specification 2.1, 2.4, 2.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from parcours.walk.atoms import ELIGIBILITY, NONE, Booleans, Integers
from parcours.walk.cells import Cell
from parcours.walk.channels import Prefix, Sender
from parcours.walk.life import stop_at_message
from parcours.walk.queues import ask_for_more, join, prefix_of
from parcours.walk.steps import Cap, Message

if TYPE_CHECKING:
    from parcours.walk.walk import Walk


def cut(cells: list[Cell], room: int) -> tuple[Integers, int | None]:
    """(atoms of all these cells in order of id, the first atom that no longer has room; None: all have)."""
    atoms = np.sort(np.concatenate([cell.atoms for cell in cells])) if cells else np.array([], dtype=np.int64)
    return atoms, int(atoms[room]) if room < len(atoms) else None


# ----------------------------------------------------------------------------------------------------------- caps
def take_places(walk: Walk, cells: Iterable[Cell], at: int) -> None:
    """The first in order of id who find a place go `within`, all others `over` (2.4)."""
    contenders: dict[str, list[Cell]] = defaultdict(list)
    limits: dict[str, int] = {}
    for cell in cells:
        assert isinstance(cell.move, Cap)
        for name, limit, part in cell.move.places(walk, cell, at):
            contenders[name].append(part)
            limits[name] = limit
    for name, parts in contenders.items():
        room = max(0, limits[name] - walk.cap_counts.get(name, 0))
        atoms, boundary = cut(parts, room)
        walk.cap_counts[name] = walk.cap_counts.get(name, 0) + min(room, len(atoms))
        for part in parts:
            assert part.move is not None
            is_within = np.full(len(part.atoms), True) if boundary is None else part.atoms < boundary
            within, over = part.divide(is_within)
            if within:
                within.note(at, "passed", "within")
                walk.advance(within, part.move.targets["next"], at)
            if over:
                over.note(at, "passed", "over")
                walk.advance(over, part.move.targets["otherwise"], at)


# ------------------------------------------------------------------------------------------------------- messages
def serve(walk: Walk, sender: Sender, arrivals: list[Cell], at: int, *, is_looking: bool) -> None:
    """Settles who arrives at messages of a channel and, where a window starts, who waits for room in it.

    In one order; each goes out while there is room. Who arrives is settled in any case; who waits, in its turn.
    """
    eligible: dict[Prefix, list[Cell]] = defaultdict(list)
    judged = [part for arrival in arrivals for part in judge(walk, arrival, at)]
    for cell in without_duplicates(walk, judged, at):
        large, fitting = divide_by_size(walk, cell, at)
        if large:
            exclude(walk, large, TOO_LARGE, at)
        if fitting:
            eligible[prefix_of(fitting)].append(fitting)
    if not sender.has_limits:
        for prefix in sorted(eligible):
            for cell in eligible[prefix]:
                send(walk, cell, at)
        if not is_looking:
            return
        eligible.clear()
    todo = sorted(set(eligible) | set(sender.prefixes if is_looking else ()))
    for prefix in todo:
        room = sender.room(at)
        is_full = room is not None and room <= 0
        looking = is_looking and not is_full
        if is_full and prefix not in eligible:
            continue
        if looking and sender.boundary and prefix > sender.boundary[0]:
            ask_for_more(walk, sender)
            return
        serve_prefix(walk, sender, prefix, eligible.get(prefix, []), at, is_looking=looking)
    if is_looking and sender.boundary and sender.room(at) != 0:
        ask_for_more(walk, sender)


def serve_prefix(
    walk: Walk, sender: Sender, prefix: Prefix, arrivals: list[Cell], at: int, *, is_looking: bool
) -> None:
    """Those of one prefix, whose order is that of the id."""
    waiting: list[Cell] = list(sender.queue.get(prefix, [])) if is_looking else []
    untouched: list[Cell] = [] if is_looking else list(sender.queue.get(prefix, []))
    able: list[Cell] = []
    unable: list[tuple[Cell, str]] = []
    for cell in waiting:
        for part, reason in reasons(walk, cell, at):
            if reason:
                unable.append((part, reason))
                continue
            large, fitting = divide_by_size(walk, part, at)
            unable += [(large, TOO_LARGE)] if large else []
            able += [fitting] if fitting else []
    room = sender.room(at)
    total = sum(int(walk.atoms.count[cell.atoms].sum()) for cell in able + arrivals)
    everybody = room is None or total < room
    last: int | None = None
    if not everybody:
        last = int(cut(able + arrivals, room or 0)[0][(room or 0) - 1]) if room else -1
    if is_looking and sender.boundary and prefix == sender.boundary[0] and (last is None or last > sender.boundary[1]):
        ask_for_more(walk, sender)
        return
    # With the last place taken nobody's turn comes any more: who waits behind it isn't looked at.
    stays: list[Cell] = untouched
    for cell in waiting:
        walk.forget(cell)
    for part, reason in unable:
        turned, left = part.divide(_until(part, last))
        if left:
            stays.append(left)
        if turned:
            exclude(walk, turned, reason, at)
    for part in able:
        taken, left = part.divide(_until(part, last))
        if left:
            stays.append(left)
        if taken:
            send(walk, taken, at)
    sender.replace(prefix, stays)
    for cell in stays:
        walk.remember(cell, sender, prefix)
    for cell in arrivals:
        taken, left = cell.divide(_until(cell, last))
        if taken:
            send(walk, taken, at)
        if left:
            refuse(walk, sender, left, at)


def _until(cell: Cell, last: int | None) -> Booleans:
    return np.full(len(cell.atoms), True) if last is None else cell.atoms <= last


def judge(walk: Walk, cell: Cell, at: int) -> list[Cell]:
    """Those of a cell who may be sent to; the others are excluded, each with the reason."""
    found = []
    for part, reason in reasons(walk, cell, at):
        if reason:
            exclude(walk, part, reason, at)
        else:
            found.append(part)
    return found


def reasons(walk: Walk, cell: Cell, at: int) -> list[tuple[Cell, str]]:
    """The cell cut by what forbids the send at that moment; an empty reason: nothing (2.5, 1, and what precedes)."""
    message = cell.move
    assert isinstance(message, Message)
    judged = walk.answers.judged(cell, message.send)
    if judged is None:
        return []  # asked: this cell stops here until the walk is made again
    eligibility, suppressed_at, allowed_at, _ = judged
    code = eligibility.copy()
    code[(code == 0) & (suppressed_at <= at)] = len(ELIGIBILITY)
    allowed_from = walk.allow_list_from.get(message.step.channel)
    if allowed_from is not None and allowed_from <= at:
        code[(code == 0) & (allowed_at > at)] = len(ELIGIBILITY) + 1
    names = [*ELIGIBILITY, "suppressed", "not_allowed", "already_sent", STOPS]
    had = None if message.had is None else walk.answers.of(cell, message.had, at)
    if had is not None:
        code[had == 1] = names.index("already_sent")
    if walk.pause_of(cell, at) is not None:
        code[:] = names.index(STOPS)
    for number, criterion in reversed(list(enumerate(cell.version.exits))):  # the first listed has the last word
        answers = None if criterion.question is None else walk.answers.of(cell, criterion.question, at)
        if answers is not None:
            code[answers == 1] = len(names) + number
    names += [LEAVES + criterion.id for criterion in cell.version.exits]
    found = np.unique(code)
    if len(found) == 1:
        return [(cell, names[int(found[0])])]
    return [(cell.part(code == number), names[int(number)]) for number in found]


def without_duplicates(walk: Walk, cells: list[Cell], at: int) -> list[Cell]:
    """Excludes who shares an address with one of the same occurrence who came at the same moment, before it."""
    sharing: list[tuple[Prefix, int, int, Cell]] = []
    for cell in cells:
        assert isinstance(cell.move, Message)
        judged = walk.answers.judged(cell, cell.move.send)
        if judged is None:
            continue
        groups = judged.address_group
        is_shared = groups != NONE
        prefix = prefix_of(cell)
        pairs = zip(cell.atoms[is_shared].tolist(), groups[is_shared].tolist(), strict=True)
        sharing += [(prefix, atom, group, cell) for atom, group in pairs]
    if not sharing:
        return cells
    losers: dict[int, list[int]] = defaultdict(list)
    for _, atom, group, cell in sorted(sharing, key=lambda item: item[:2]):
        assert isinstance(cell.move, Message)
        owner = walk.address_owners.setdefault((group, cell.move.id, cell.arrived_at), atom)
        if owner != atom:
            losers[id(cell)].append(atom)
    found = []
    for cell in cells:
        twice, rest = cell.divide(np.isin(cell.atoms, losers.get(id(cell), [])))
        if twice:
            exclude(walk, twice, "duplicate_address", at)
        if rest:
            found.append(rest)
    return found


def divide_by_size(walk: Walk, cell: Cell, at: int) -> tuple[Cell | None, Cell | None]:
    """Those whose content is more than the channel takes, and the others (2.5, 2)."""
    message = cell.move
    assert isinstance(message, Message)
    answers = None if message.too_large is None else walk.answers.of(cell, message.too_large, at)
    # Nobody while the answer isn't known: the walk is made again.
    return (None, cell) if answers is None else cell.divide(answers == 1)


def refuse(walk: Walk, sender: Sender, cell: Cell, at: int) -> None:
    """There is no room: over the limit, or held until there is."""
    longest = sender.longest_deferral
    if sender.channel.overflow == "drop" or (longest is not None and at >= cell.arrived_at + longest):
        exclude(walk, cell, "over_limit", at)
        return
    if not cell.is_deferred:
        cell.is_deferred = True
        cell.note(at, "deferred", None, "limit")
    cell.held = "limit"
    join(walk, cell, sender, at)


def give_up(walk: Walk, sender: Sender, at: int) -> None:
    """Those go who have waited as long as one may."""
    for _, cell in sender.waiting():
        if cell.wakes_at is not None and cell.wakes_at <= at:
            walk.leave(cell)
            exclude(walk, cell, "over_limit", at)


TOO_LARGE = "too_large"
STOPS = "pause"
"""Stands for the pause of a journey, which comes before all but the conditions of exit_when."""
LEAVES = "exit:"
"""Before the id of a criterion of exit_when whose condition is true: it comes before all else (2.5)."""


def exclude(walk: Walk, cell: Cell, reason: str, at: int) -> None:
    """The cell gets nothing: it goes on, or leaves by a criterion of exit_when."""
    assert cell.move is not None
    if reason == STOPS:
        pause = walk.pause_of(cell, at)
        assert pause is not None
        stop_at_message(walk, cell, at, pause)
        return
    if reason.startswith(LEAVES):
        walk.finish(cell, at, "exited", reason.removeprefix(LEAVES))
        return
    cell.note(at, "excluded", None, reason)
    walk.advance(cell, cell.move.targets["on_excluded"], at)


def send(walk: Walk, cell: Cell, at: int) -> None:
    message = cell.move
    assert isinstance(message, Message)
    walk.senders[message.step.channel].take(at, int(walk.atoms.count[cell.atoms].sum()))
    walk.history.sent(cell, message.step.channel, at)
    cell.note(at, "sent", queued_at=cell.arrived_at)
    walk.advance(cell, message.targets["next"], at)
