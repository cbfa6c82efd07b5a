"""The walk of one tick: a heap of moments, and at each moment the order of specification 2.1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from parcours.walk.agenda import Pause, pause_of
from parcours.walk.answers import Answers
from parcours.walk.atoms import Arrival, Booleans
from parcours.walk.cells import Cell, Ending, Row
from parcours.walk.channels import Prefix, Sender
from parcours.walk.entries import Entries
from parcours.walk.history import History
from parcours.walk.jumps import Jumps
from parcours.walk.life import PAUSED, all_leave, change_life, time_out
from parcours.walk.moves import Moves
from parcours.walk.outside import Outside
from parcours.walk.plan import Version
from parcours.walk.queues import line_up, look_later
from parcours.walk.settle import give_up, serve, take_places
from parcours.walk.steps import Cap, Message
from parcours.walk.task import Result, Task
from parcours.walk.timeline import DUE, ENDS, ENTRY, EXIT, FORCED, LIFE, TIMEOUT, Timeline


class Walk:
    """One walk. Everything in it is in memory and deterministic."""

    def __init__(self, task: Task) -> None:
        self.task, self.atoms = task, task.atoms
        self.cap_counts = dict(task.counters.cap_counts)
        self.window_counts = dict(task.counters.window_counts)
        self.senders = {
            name: Sender(channel, task.project_zone, self.window_counts, task.counters.days_sent.get(name, (0, None)))
            for name, channel in task.channels.items()
        }
        self.allow_list_from = task.allow_list_from
        self.address_owners: dict[tuple[int, str, int], int] = {}
        self.entries = Entries(self)
        self.timeline = Timeline(task.until)
        self.is_late = False
        """Whether what happens now was learnt late (2.1)."""
        self.standing_by: dict[str, dict[int, Cell]] = defaultdict(dict)
        self.at_contended: list[Cell] = []
        self.finished: list[tuple[Cell, Ending]] = []
        self.answers = Answers(self)
        self.queues: set[str] = set()
        self.outside = Outside(self)
        self.jumps = Jumps(self)
        self.history = History(self)
        self.moves = Moves(self)

    # ------------------------------------------------------------------------------------------------- the heap
    def run(self) -> Result:
        late = self._start()
        for number in sorted({*late, *self.outside.late}):
            self.is_late = True
            self.outside.take_late(number, self.task.start)
            if number in late:
                self.entries.enter(late[number], self.task.start)
            self.is_late = False
            self._carry_on(self.task.start)  # each to its end: those who jumped enter
        self._carry_on(self.task.until)
        return self._result()

    def _carry_on(self, until: int) -> None:
        """One moment and phase after another."""
        # While somebody isn't known as they are in another version, nobody knows what comes after their move.
        while self.timeline.holds_any(until) and not self.moves.asked:
            self._happen(*self.timeline.pop())

    def _happen(self, at: int, phase: int, things: Mapping[str, list[Any]]) -> None:
        """All that happens at one instant in one phase."""
        if phase == LIFE:
            for change in things["change"]:
                change_life(self, change, at)
        elif phase == ENDS:
            for version in things["end"]:
                all_leave(self, version.journey.id, at, "ends_at", version)
        elif phase == TIMEOUT:
            for version in {version.index: version for version in things["timeout"]}.values():
                time_out(self, version, at)
        elif phase == EXIT:
            self.outside.end(self.outside.at[at], at)
        elif phase == FORCED:
            for journey in sorted(set(things["force"])):
                all_leave(self, journey, at, "forced_reentry")
        elif phase == DUE:
            self._due(at, things)
        else:
            self.entries.enter(things["enter"], at)

    def _start(self) -> dict[int, list[Cell]]:
        """Puts everybody where they stand; returns what was learnt late, by its place in the order."""
        task, late = self.task, defaultdict(list)
        for name, (prefix, atom) in task.queue_ends.items():
            self.senders[name].boundary = (prefix, atom)
        for arrival in task.arrivals:
            cell = Cell(task.versions[arrival.version], arrival.atoms)
            if arrival.late is not None:
                late[arrival.late].append(cell)
            elif arrival.jump is not None:
                self.jumps.expect(arrival.jump, cell)
            elif arrival.moment is not None:
                self.timeline.push(arrival.moment, ENTRY, "enter", cell)
            else:
                self._place(cell, arrival)
        for change in task.changes:
            self.timeline.push(change.at, LIFE, "change", change)
        for at, journey in task.forced:
            self.timeline.push(at, FORCED, "force", journey)
        for version in task.versions:
            if version.ends_at is not None and version.ends_at > task.start:
                self.end_at_dates(version, version.ends_at)
        for sender in self.senders.values():
            look_later(self, sender, task.start)
        for at in self.outside.at:
            self.timeline.push(at, EXIT, "happen", None)
            self.timeline.push(at, DUE, "happen", None)
        return late

    def _place(self, cell: Cell, arrival: Arrival) -> None:
        """Puts an instance that is inside back where it stands."""
        assert arrival.step_id is not None
        assert arrival.arrived_at is not None
        cell.move = cell.version.moves[arrival.step_id]
        cell.arrived_at, cell.wakes_at = arrival.arrived_at, arrival.wakes_at
        cell.is_deferred, cell.held = arrival.is_deferred, arrival.held
        self.plan_timeouts(cell)
        pause = self.pause_of(cell, self.task.start) if cell.held == PAUSED else None
        if pause is not None:
            self.release_later(cell, pause.end)
        elif isinstance(cell.move, Message):
            line_up(self, cell, self.senders[cell.move.step.channel])
        else:
            self.go_on_waiting(cell)

    # -------------------------------------------------------------------------------------------------- the due
    def _due(self, at: int, things: Mapping[str, list[Any]]) -> None:
        """Whoever is due, woken or waiting for room, to the end of all that they do at that instant."""
        if "happen" in things:
            self.outside.wake(self.outside.at[at], at)
        for cell, timer in things.get("wake", []):
            if cell.timer == timer:
                self.leave(cell)
                self.advance(cell, cell.move.time_over(cell, at), at)
        for cell, timer in things.get("release", []):
            if cell.timer == timer:
                self.leave(cell)
                self.stand(cell)
        looking = {s.channel.name for s in things.get("look", []) if s.next_look == at}
        expired = {s.channel.name for s in things.get("expire", [])}
        self.rounds(at, looking, expired)

    def rounds(self, at: int, looking: Iterable[str] = (), expired: Iterable[str] = ()) -> None:
        """All who stand where places are contended, together; those who go on advance to the next; and so on."""
        looking, expired = set(looking), sorted(expired)
        while self.at_contended or looking or expired:
            standing, self.at_contended = self.at_contended, []
            at_caps = [cell for cell in standing if isinstance(cell.move, Cap)]
            arrivals: dict[str, list[Cell]] = defaultdict(list)
            for cell in standing:
                if isinstance(cell.move, Message):
                    arrivals[cell.move.step.channel].append(cell)
            take_places(self, at_caps, at)
            for name in sorted(set(arrivals) | looking):
                serve(self, self.senders[name], arrivals.get(name, []), at, is_looking=name in looking)
            for name in sorted(looking):
                self.senders[name].next_look = None
                look_later(self, self.senders[name], at)
            for name in expired:
                give_up(self, self.senders[name], at)
            looking, expired = set(), []

    # ---------------------------------------------------------------------------------------- what steps call on
    def advance(self, cell: Cell, target: str, at: int) -> None:
        """Carries a cell from step to step at the instant, until it waits, stands where it contends, or has ended."""
        going = [(cell, target)]
        while going:
            cell, target = going.pop()
            cell.timer += 1
            cell.move = cell.version.moves[target]
            cell.arrived_at, cell.wakes_at, cell.is_deferred, cell.held = at, None, False, None
            going += cell.move.arrive(self, cell, at)

    def enter_now(self, cell: Cell, at: int) -> None:
        """The cell is among the entries of the moment."""
        self.timeline.push(at, ENTRY, "enter", cell)

    def stand(self, cell: Cell) -> None:
        self.at_contended.append(cell)

    def wait(self, cell: Cell, until: int) -> None:
        cell.wakes_at = until
        self.remember(cell)
        self.timeline.push(until, DUE, "wake", (cell, cell.timer))

    def go_on_waiting(self, cell: Cell) -> None:
        """The cell stands where it stood, until the time that it knows."""
        self.remember(cell)
        if cell.wakes_at is not None:
            self.timeline.push(cell.wakes_at, DUE, "wake", (cell, cell.timer))

    def release_later(self, cell: Cell, at: int) -> None:
        """The cell is held at its message until then, and settled again as one who arrives."""
        self.remember(cell)
        self.timeline.push(at, DUE, "release", (cell, cell.timer))

    def pause_of(self, cell: Cell, at: int) -> Pause | None:
        """The pause of the cell's journey at the moment."""
        return pause_of(self.task.pauses, cell.version.journey.id, at)

    def end_at_dates(self, version: Version, at: int) -> None:
        """Whoever is inside the version at that moment exits: its `ends_at` is over."""
        self.timeline.push(at, ENDS, "end", version)

    def plan_timeouts(self, cell: Cell, earliest: int | None = None) -> None:
        """Nobody stays longer than the timeout; whose time is over already leaves at `earliest`."""
        deadlines = self.atoms.entered_at[cell.atoms] + cell.version.timeout
        if earliest is not None:
            deadlines = np.maximum(deadlines, earliest)
        for deadline in np.unique(deadlines[deadlines <= self.task.until]):
            self.timeline.push(int(deadline), TIMEOUT, "timeout", cell.version)

    def remember(self, cell: Cell, sender: Sender | None = None, prefix: Prefix | None = None) -> None:
        """Notes that the cell stands somewhere, so that an exit finds it."""
        cell.sender, cell.prefix = sender, prefix
        self.standing_by[cell.version.journey.id][id(cell)] = cell
        self.outside.note(cell)

    def forget(self, cell: Cell) -> None:
        self.standing_by[cell.version.journey.id].pop(id(cell), None)

    def leave(self, cell: Cell) -> None:
        """The cell stands nowhere any more."""
        self.forget(cell)
        cell.timer += 1
        if cell.sender is not None and cell.prefix is not None:
            cell.sender.remove(cell.prefix, cell)
        cell.sender = cell.prefix = None

    def shrink(self, cell: Cell, keep: Booleans) -> None:
        """Leaves the cell where it stands, with fewer atoms."""
        if keep.any():
            cell.atoms = cell.atoms[keep]
        else:
            self.leave(cell)

    def finish(
        self, cell: Cell, at: int, status: str, reason: str | None = None, where: tuple[str, str] | None = None
    ) -> None:
        """Ends the instances of a cell, with their last row at the step where it stands, or at `where`."""
        assert cell.move is not None
        step_id, step_type = where or (cell.move.id, cell.move.type)
        cell.add(Row(step_id, step_type, status, None, reason, at))
        self.entries.left(cell)
        self.finished.append((cell, Ending(status, reason, step_id, at, rows_before=cell.rows_before)))

    # ---------------------------------------------------------------------------------------------- the result
    def _result(self) -> Result:
        for standing in self.standing_by.values():
            for cell in standing.values():
                self.finished.append((cell, Ending.standing(cell)))
        for sender in self.senders.values():
            # Also where nothing was sent: a window that isn't among the counts is one that nobody has counted.
            for window in sender.windows(self.task.until):
                self.window_counts.setdefault(window.key, 0)
        trail_of = np.full(len(self.atoms), -1, dtype=np.int64)
        trails = []
        for number, (cell, ending) in enumerate(self.finished):
            trail_of[cell.atoms] = number
            trails.append((cell.version, cell.trail, ending))
        return Result(
            trail_of,
            trails,
            self.cap_counts,
            self.window_counts,
            {name: sender.days_sent for name, sender in self.senders.items()},
            {asked: np.unique(np.concatenate(parts)) for asked, parts in self.answers.asked.items()},
            self.answers.opened,
            frozenset(self.queues),
            jumping=frozenset(self.jumps.asked),
            moving=frozenset(self.moves.asked),
            jump_reasons=self.jumps.reasons,
        )


def walk(task: Task) -> Result:
    """What becomes of everybody in the task, in (start, until]."""
    return Walk(task).run()
