"""The walk of one tick: a heap of moments, and at each moment the order of specification 2.1."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from parcours.definition.channels import Channel
from parcours.walk.agenda import Change, Pause, pause_of
from parcours.walk.atoms import NEVER, NONE, Arrival, Atoms, Booleans, Happening, Integers
from parcours.walk.cells import Cell, Ending, Row, Trail
from parcours.walk.channels import Prefix, Sender
from parcours.walk.entries import Entries
from parcours.walk.history import History, Moments
from parcours.walk.jumps import Jumping, Jumps
from parcours.walk.laid import Laid, lay
from parcours.walk.layers import BARE, Passed, StayChange
from parcours.walk.moves import Moves, Moving
from parcours.walk.outside import Outside
from parcours.walk.plan import Version
from parcours.walk.settle import exclude, prefix_of, serve, take_places
from parcours.walk.steps import Cap, Message

LIFE, ENDS, TIMEOUT, EXIT, FORCED, DUE, ENTRY = range(7)
"""What happens at one instant, in this order (2.1)."""
PAUSED = "journey_paused"
"""Why somebody is held by a pause, or leaves."""


class Asked(NamedTuple):
    """A question whose answer depends on the moment, or on what who is asked has written in the tick."""

    version: int
    question: int
    moment: int
    """The tick's start where the moment doesn't count."""
    passed: tuple[Passed, ...] = ()
    happening: int = -1
    """Of a question about something that happened: its place among what reaches who is asked."""


@dataclass(frozen=True)
class Counters:
    """What is remembered from tick to tick to hold caps and limits."""

    cap_counts: Mapping[str, int] = field(default_factory=dict)
    window_counts: Mapping[str, int] = field(default_factory=dict)
    days_sent: Mapping[str, tuple[int, dt.date | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Everything that a walk needs. Instants are microseconds.

    `answers` are those of earlier questions: the atoms, sorted, and what each answers.
    `queue_ends` names, for each channel of which only the head of the queue is here, the last that is: (prefix, atom).
    """

    start: int
    until: int
    versions: Sequence[Version]
    atoms: Atoms
    arrivals: Sequence[Arrival]
    channels: Mapping[str, Channel]
    project_zone: str
    zone_names: Sequence[str]
    counters: Counters = Counters()
    changes: Sequence[Change] = ()
    """What befalls all who are inside a journey, in order."""
    forced: Sequence[tuple[int, str]] = ()
    """(moment, journey) of the occurrences that make everybody inside leave first."""
    allow_list_from: Mapping[str, int] = field(default_factory=dict)
    queue_ends: Mapping[str, tuple[Prefix, int]] = field(default_factory=dict)
    answers: Mapping[Asked, tuple[Integers, Integers]] = field(default_factory=dict)
    opened: Mapping[tuple[Asked, int], Moments] = field(default_factory=dict)
    """What of this tick an answer took into account, by question and atom, where there was anything."""
    happenings: Sequence[Happening] = ()
    engagements: Mapping[tuple[int, str], Sequence[int]] = field(default_factory=dict)
    """(atom, message step) -> when a send that the tick may make was opened."""
    pauses: Sequence[Pause] = ()
    names: Sequence[str] = ()
    """Of the atoms: an instance's is its id."""
    bodies: Mapping[tuple[int, int], Sequence[int]] = field(default_factory=dict)
    """(atom, version) -> the atoms that are the same people, once they have moved into the version."""
    jump_reasons: Mapping[str, str | None] = field(default_factory=dict)
    """By entry key what the walk before this one found of those who jump."""


@dataclass(frozen=True)
class Result:
    """`trail_of` gives each atom the number of its trail, -1 where nothing of it is to be written.

    With `asked`, `queues`, `jumping` or `moving` the walk isn't finished: it is to be made again with the answers, more
    of these queues, or these people.
    """

    trail_of: Integers
    trails: list[tuple[Version, Trail | None, Ending]]
    cap_counts: dict[str, int]
    window_counts: dict[str, int]
    days_sent: dict[str, tuple[int, dt.date | None]]
    asked: dict[Asked, Integers]
    opened: Mapping[tuple[Asked, int], Moments]
    """What is to be taken into account besides, where there is anything."""
    queues: frozenset[str]
    jumping: frozenset[Jumping] = frozenset()
    """Entrants that are asked for."""
    moving: frozenset[Moving] = frozenset()
    """Those who move into another version, and are asked for as they are there."""
    jump_reasons: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def laid(self) -> Laid:
        """The rows of the trails."""
        return lay(self.trails)


class Judged(NamedTuple):
    """Columns of `Atoms` for one kind of send."""

    eligibility: Integers
    suppressed_at: Integers
    allowed_at: Integers
    address_group: Integers


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
        self.heap: list[tuple[int, int, int, str, Any]] = []
        self.pushed = 0
        self.is_late = False
        """Whether what happens now was learnt late (2.1)."""
        self.standing_by: dict[str, dict[int, Cell]] = defaultdict(dict)
        self.at_contended: list[Cell] = []
        self.finished: list[tuple[Cell, Ending]] = []
        self.asked: dict[Asked, list[Integers]] = defaultdict(list)
        self.opened: dict[tuple[Asked, int], Moments] = {}
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
        while self.heap and self.heap[0][0] <= until and not self.moves.asked:
            at, phase = self.heap[0][:2]
            things: dict[str, list[Any]] = defaultdict(list)
            while self.heap and self.heap[0][:2] == (at, phase):
                *_, kind, thing = heapq.heappop(self.heap)
                things[kind].append(thing)
            self._happen(at, phase, things)

    def _happen(self, at: int, phase: int, things: Mapping[str, list[Any]]) -> None:
        """All that happens at one instant in one phase."""
        if phase == LIFE:
            for change in things["change"]:
                self._change(change, at)
        elif phase == ENDS:
            for version in things["end"]:
                self._all_leave(version.journey.id, at, "ends_at", version)
        elif phase == TIMEOUT:
            for version in {version.index: version for version in things["timeout"]}.values():
                self._time_out(version, at)
        elif phase == EXIT:
            self.outside.end(self.outside.at[at], at)
        elif phase == FORCED:
            for journey in sorted(set(things["force"])):
                self._all_leave(journey, at, "forced_reentry")
        elif phase == DUE:
            self._due(at, things)
        else:
            self.entries.enter(things["enter"], at)

    def push(self, at: int, phase: int, kind: str, thing: Any) -> None:
        """Plans something; what lies after the tick is left to the tick that holds it."""
        if at <= self.task.until:
            self.pushed += 1
            heapq.heappush(self.heap, (at, phase, self.pushed, kind, thing))

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
                self.push(arrival.moment, ENTRY, "enter", cell)
            else:
                self._place(cell, arrival)
        for change in task.changes:
            self.push(change.at, LIFE, "change", change)
        for at, journey in task.forced:
            self.push(at, FORCED, "force", journey)
        for version in task.versions:
            if version.ends_at is not None and version.ends_at > task.start:
                self.end_at_dates(version, version.ends_at)
        for sender in self.senders.values():
            self.look_later(sender, task.start)
        for at in self.outside.at:
            self.push(at, EXIT, "happen", None)
            self.push(at, DUE, "happen", None)
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
            self.line_up(cell, self.senders[cell.move.step.channel])
        else:
            self.go_on_waiting(cell)

    # ------------------------------------------------------------------------------------- phases before the due
    def _all_leave(self, journey: str, at: int, reason: str, version: Version | None = None) -> None:
        for cell in list(self.standing_by[journey].values()):
            if version is None or cell.version is version:
                self.leave(cell)
                self.finish(cell, at, "exited", reason)

    def _change(self, change: Change, at: int) -> None:
        if change.reason is not None:
            self._all_leave(change.journey, at, change.reason)
        elif change.pause is not None:
            self._pause(change.pause, at)
        elif change.into is not None:
            self.moves.all_into(self.task.versions[change.into], at)

    def _pause(self, pause: Pause, at: int) -> None:
        """Whoever stands at a message stops, or leaves, there (2.8)."""
        for cell in list(self.standing_by[pause.journey].values()):
            if isinstance(cell.move, Message):
                self.leave(cell)
                self.stop_at_message(cell, at, pause)

    def stop_at_message(self, cell: Cell, at: int, pause: Pause) -> None:
        """What a pause does to a cell at a message, which stands nowhere: it is held there, or leaves."""
        if pause.discards:
            self.finish(cell, at, "exited", PAUSED)
            return
        if not cell.is_deferred:
            cell.is_deferred = True
            cell.note(at, "deferred", None, PAUSED)
        cell.held, cell.wakes_at = PAUSED, pause.planned_end
        self.release_later(cell, pause.end)

    def release_later(self, cell: Cell, at: int) -> None:
        """The cell is held at its message until then, and settled again as one who arrives."""
        self.remember(cell)
        self.push(at, DUE, "release", (cell, cell.timer))

    def pause_of(self, cell: Cell, at: int) -> Pause | None:
        """The pause of the cell's journey at the moment."""
        return pause_of(self.task.pauses, cell.version.journey.id, at)

    def end_at_dates(self, version: Version, at: int) -> None:
        """Whoever is inside the version at that moment exits: its `ends_at` is over."""
        self.push(at, ENDS, "end", version)

    def _time_out(self, version: Version, at: int) -> None:
        for cell in list(self.standing_by[version.journey.id].values()):
            if cell.version is not version:
                continue
            is_over = self.atoms.entered_at[cell.atoms] + version.timeout <= at
            if is_over.any():
                late = cell.part(is_over)
                self.shrink(cell, ~is_over)
                self.finish(late, at, "timed_out")

    def shrink(self, cell: Cell, keep: Booleans) -> None:
        """Leaves the cell where it stands, with fewer atoms."""
        if keep.any():
            cell.atoms = cell.atoms[keep]
        else:
            self.leave(cell)

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
                self.look_later(self.senders[name], at)
            for name in expired:
                self._give_up(self.senders[name], at)
            looking, expired = set(), []

    def _give_up(self, sender: Sender, at: int) -> None:
        for _, cell in sender.waiting():
            if cell.wakes_at is not None and cell.wakes_at <= at:
                self.leave(cell)
                exclude(self, cell, "over_limit", at)

    # ---------------------------------------------------------------------------------------- what steps call on
    def answers(self, cell: Cell, question: int, at: int, happening: int = -1) -> Integers | None:
        """The answers of a cell's atoms; None, and the question is noted, while they aren't known."""
        what = cell.version.questions[question]
        if what.variants:
            return self.history.answers(cell, what, at)
        is_changed = cell.layer is not BARE and what.is_changed_by(cell.layer)
        if not what.is_open and not is_changed:
            found: Integers = self.atoms.answers[cell.atoms, question]
            return found
        moment, passed = at if what.uses_now else self.task.start, cell.layer.passed if is_changed else ()
        asked = Asked(cell.version.index, question, moment, passed, happening)
        opened = self.history.opened(cell, what.channel, at) if what.channel else {}
        if asked in self.task.answers:
            atoms, answers = self.task.answers[asked]
            places = np.searchsorted(atoms, cell.atoms)
            places = np.minimum(places, len(atoms) - 1)
            if (atoms[places] == cell.atoms).all() and self._took(asked, cell, opened):
                known: Integers = answers[places]
                return known
        self.asked[asked].append(cell.atoms)
        self.opened |= {(asked, atom): moments for atom, moments in opened.items()}
        return None

    def _took(self, asked: Asked, cell: Cell, opened: Mapping[int, Moments]) -> bool:
        """Whether the answers took into account what was opened, no more and no less."""
        if not opened and not self.task.opened:
            return True
        return all(self.task.opened.get((asked, atom), ()) == opened.get(atom, ()) for atom in map(int, cell.atoms))

    def judged(self, cell: Cell, send: int) -> Judged | None:
        """What decides whether a cell's atoms may be sent to; None while it isn't known."""
        asked = cell.version.judgings.get(send)
        if asked is None or not cell.version.questions[asked.eligibility].is_changed_by(cell.layer):
            matrices = (getattr(self.atoms, name) for name in Judged._fields)
            return Judged(*(matrix[cell.atoms, send] for matrix in matrices))
        found = [self.answers(cell, getattr(asked, name), 0) for name in Judged._fields]
        known = [answers for answers in found if answers is not None]
        if len(known) < len(found):
            return None
        judged = Judged(*known)
        never = {name: np.where(at == NONE, NEVER, at) for name, at in zip(Judged._fields, judged, strict=True)}
        return judged._replace(suppressed_at=never["suppressed_at"], allowed_at=never["allowed_at"])

    def is_member(self, cell: Cell, audience: int, at: int) -> Booleans:
        """Membership of a cell's atoms, with what they have started and ended themselves."""
        changes: tuple[StayChange, ...] = ()
        name = cell.version.audiences[audience]
        if f"audience.{name}" in cell.layer.changed:
            changes = cell.version.changes_of(name, cell.layer)
        return self.atoms.is_member(cell.atoms, audience, at, changes)

    def by_zone(self, cell: Cell, compute: Callable[[str], Any]) -> Any:
        """What `compute` gives for the zone of each atom (1.1: the journey's, or the profile's where it is known).

        None while the zone that they have given themselves isn't known.
        """
        zones, question = self.atoms.zone[cell.atoms], cell.version.zone_question
        if question is not None and cell.version.questions[question].is_changed_by(cell.layer):
            answers = self.answers(cell, question, 0)
            if answers is None:
                return None
            zones = answers
        found = np.unique(zones)
        names = [self.task.zone_names[z] if z >= 0 else cell.version.zone for z in found]
        return np.array([compute(name) for name in names])[np.searchsorted(found, zones)]

    def divide(self, cell: Cell, true: Booleans) -> tuple[Cell | None, Cell | None]:
        """The cell's atoms for which it is true, and the others."""
        if len(true) == 1:  # of many people with a way of their own, nearly all cells are such
            return (cell, None) if true[0] else (None, cell)
        if true.all():
            return cell, None
        if not true.any():
            return None, cell
        return cell.part(true), cell.part(~true)

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
        self.push(at, ENTRY, "enter", cell)

    def stand(self, cell: Cell) -> None:
        self.at_contended.append(cell)

    def wait(self, cell: Cell, until: int) -> None:
        cell.wakes_at = until
        self.remember(cell)
        self.push(until, DUE, "wake", (cell, cell.timer))

    def go_on_waiting(self, cell: Cell) -> None:
        """The cell stands where it stood, until the time that it knows."""
        self.remember(cell)
        if cell.wakes_at is not None:
            self.push(cell.wakes_at, DUE, "wake", (cell, cell.timer))

    def queue(self, cell: Cell, sender: Sender, at: int) -> None:
        longest = sender.longest_deferral
        cell.wakes_at = None if longest is None else cell.arrived_at + longest
        self.line_up(cell, sender)
        self.look_later(sender, at)

    def line_up(self, cell: Cell, sender: Sender) -> None:
        """The cell waits for room, in its place."""
        prefix = prefix_of(cell)
        sender.enqueue(prefix, cell)
        self.remember(cell, sender, prefix)
        self.plan_expiry(cell, sender)

    def plan_expiry(self, cell: Cell, sender: Sender) -> None:
        if cell.wakes_at is not None:
            self.push(cell.wakes_at, DUE, "expire", sender)

    def plan_timeouts(self, cell: Cell, earliest: int | None = None) -> None:
        """Nobody stays longer than the timeout; whose time is over already leaves at `earliest`."""
        deadlines = self.atoms.entered_at[cell.atoms] + cell.version.timeout
        if earliest is not None:
            deadlines = np.maximum(deadlines, earliest)
        for deadline in np.unique(deadlines[deadlines <= self.task.until]):
            self.push(int(deadline), TIMEOUT, "timeout", cell.version)

    def look_later(self, sender: Sender, at: int) -> None:
        if (sender.prefixes or sender.boundary) and sender.next_look is None:
            sender.next_look = sender.next_room(at)
            self.push(sender.next_look, DUE, "look", sender)

    def ask_for_queue(self, sender: Sender) -> None:
        self.queues.add(sender.channel.name)

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
                assert cell.move is not None
                queue = cell.sender.channel.name if cell.sender else None
                ending = Ending(
                    "active",
                    None,
                    cell.move.id,
                    None,
                    cell.arrived_at,
                    cell.wakes_at,
                    cell.is_deferred,
                    cell.held,
                    queue,
                    cell.rows_before,
                )
                self.finished.append((cell, ending))
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
            {asked: np.unique(np.concatenate(parts)) for asked, parts in self.asked.items()},
            self.opened,
            frozenset(self.queues),
            jumping=frozenset(self.jumps.asked),
            moving=frozenset(self.moves.asked),
            jump_reasons=self.jumps.reasons,
        )


def walk(task: Task) -> Result:
    """What becomes of everybody in the task, in (start, until]."""
    return Walk(task).run()


__all__ = ["NONE", "Counters", "Result", "Task", "walk"]
