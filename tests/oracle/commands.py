"""What a life command says about a journey, and when it is refused (2.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.clock import duration, instant, optional_iso
from tests.oracle.journeys import Definition
from tests.oracle.tables import Refused

NOT_PART_OF_A_VERSION = ("name", "description", "tags")


@dataclass
class Plan:
    """A journey as it will be once all its commands have been carried out."""

    state: str = "draft"
    version: int = 0
    changed_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    published: dict[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class Commands:
    """Life commands given so far; those of which the moment has not come are pending."""

    zone: str
    is_anyone_inside: Callable[[str], bool]
    committed: dt.datetime | None = None
    """Where the last tick ended."""
    _plans: dict[str, Plan] = field(default_factory=dict)
    _pending: list[tuple[dt.datetime, int, Definition]] = field(default_factory=list)
    _given: int = 0

    def give(self, command: Definition) -> None:
        """Takes the command in; refuses what makes no sense. To publish what is published already changes nothing."""
        at = instant(command["at"], self.zone)
        journey_id = command["journey"]["id"] if command["do"] == "publish" else command["id"]
        plan = self._plans.get(journey_id) or Plan()
        if command["do"] == "publish":
            version = command["journey"]["version"]
            if plan.published.get(version) == _definition(command):
                return
        if self._is_refused(journey_id, plan, command, at):
            raise Refused(f"{command['do']} {journey_id} at {at}: {plan}, committed {optional_iso(self.committed)}")
        self._plans[journey_id] = plan
        _note(plan, command, at)
        self._given += 1
        self._pending.append((at, self._given, command))

    def _is_refused(self, journey_id: str, plan: Plan, command: Definition, at: dt.datetime) -> bool:
        if self.committed is not None and at <= self.committed:
            return True
        if plan.changed_at is not None and at < plan.changed_at:
            return True
        is_paused = plan.paused_until is not None and at < plan.paused_until
        can_end = plan.state in ("live", "closed") and not self._is_finished(journey_id, plan)
        if command["do"] == "publish":
            return bool(command["journey"]["version"] <= plan.version)
        return not {
            "close": plan.state == "live",
            "stop": can_end,
            "pause": can_end and not is_paused,
            "resume": is_paused,
        }[command["do"]]

    def _is_finished(self, journey_id: str, plan: Plan) -> bool:
        """Closed, by a tick that is committed, and nobody left."""
        if plan.state != "closed" or self.committed is None or plan.closed_at is None:
            return False
        return plan.closed_at <= self.committed and not self.is_anyone_inside(journey_id)

    @property
    def first(self) -> dt.datetime | None:
        """The earliest moment that is pending."""
        return min((at for at, _, _ in self._pending), default=None)

    def due(self, until: dt.datetime) -> list[tuple[dt.datetime, Definition]]:
        """The commands up to until, in order; they are pending no more."""
        due = sorted((pending for pending in self._pending if pending[0] <= until), key=lambda pending: pending[:2])
        self._pending = [pending for pending in self._pending if pending[0] > until]
        return [(at, command) for at, _, command in due]


def _definition(command: Definition) -> Mapping[str, Any]:
    return {key: value for key, value in command["journey"].items() if key not in NOT_PART_OF_A_VERSION}


def _note(plan: Plan, command: Definition, at: dt.datetime) -> None:
    plan.changed_at = at
    plan.state = {"publish": "live", "close": "closed", "stop": "stopped"}.get(command["do"], plan.state)
    if command["do"] == "publish":
        plan.version = command["journey"]["version"]
        plan.published[plan.version] = _definition(command)
    elif command["do"] == "close":
        plan.closed_at = at
    elif command["do"] == "pause":
        plan.paused_until = at + duration(command.get("for") or "P14D")
    if command["do"] in ("stop", "resume"):
        plan.paused_until = None
