"""Runs told cases: each by the oracle, and many at once by the engine, whose every tick costs seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests import engine
from tests.batching import ROW_NAMES, Conflict, merged, renamed, rows_of, tick_plan
from tests.spec.told import EMAIL, Case, Rows, Told

ENGINE = pytest.param("engine", marks=pytest.mark.spark)
MOST = 25
"""Cases in one run: what Spark needs to plan a tick grows faster than its journeys."""


def spec(tell: Callable[[], Told]) -> Callable[..., None]:
    """A test of what the function tells, once by the oracle and once by the engine."""
    told = tell()

    @pytest.mark.parametrize("runner", ["oracle", ENGINE])
    def test(runner: str, rows_by: Callable[[Told, str], Rows]) -> None:
        problems = told.problems(rows_by(told, runner))
        assert not problems, f"\n{problems}"

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):  # not __wrapped__, which pytest follows
        setattr(test, name, getattr(tell, name))
    test.told = told  # type: ignore[attr-defined]
    return test


@dataclass(frozen=True)
class Part:
    """A told case among others: with names of its own, unless they matter."""

    told: Told
    prefix: str
    case: Case

    @cached_property
    def journeys(self) -> set[str]:
        return {command["journey"]["id"] for command in self.case["script"] if command["do"] == "publish"}

    def owns(self, row: Mapping[str, Any]) -> bool:
        """By its journey, or, of a table that doesn't say it, by its profile."""
        return row["journey_id"] in self.journeys if "journey_id" in row else row["profile_id"] in self.names

    @cached_property
    def names(self) -> set[str]:
        """Those of journeys, people, audiences, events and looked-up tables, and channels that only it may have."""
        rows = [row for command in self.case["script"] for row in command.get("rows", ())]
        named = {str(row[name]) for row in rows for name in ROW_NAMES if row.get(name) is not None}
        owned = set(self.case["channels"]) if self.told.channels_matter else set()
        looked_up = {command["table"] for command in self.case["script"] if command["do"] == "replace"}
        return named | looked_up | self.journeys | {f"channel {name}" for name in owned}


@dataclass
class Batch:
    parts: list[Part] = field(default_factory=list)
    rows: Rows | None = None

    def takes(self, part: Part) -> bool:
        """Whether the part can stand beside the others; then it does."""
        taken = {name for other in self.parts for name in other.names}
        uses_owned = {f"channel {name}" for name in part.case["channels"]} & taken
        if len(self.parts) == MOST or taken & part.names or uses_owned or any(self._uses(name) for name in part.names):
            return False
        try:
            merged([other.case for other in [*self.parts, part]])
        except Conflict:
            return False
        self.parts.append(part)
        return True

    def _uses(self, name: str) -> bool:
        return any(name == f"channel {channel}" for part in self.parts for channel in part.case["channels"])


@dataclass
class EngineRuns:
    """The rows of told cases by the engine, of as many as can be in one run."""

    batches: list[Batch]

    def rows_of(self, told: Told, folder: Callable[[], Path], spark: Any) -> Rows:
        batch = next(batch for batch in self.batches for part in batch.parts if part.told is told)
        part = next(part for part in batch.parts if part.told is told)
        if batch.rows is None:
            try:
                batch.rows = engine.run(merged([each.case for each in batch.parts]), folder(), spark)
            except Exception:  # of one of them, which halving finds
                if len(batch.parts) == 1:
                    raise
                self.batches.remove(batch)
                middle = len(batch.parts) // 2
                self.batches += [Batch(batch.parts[:middle]), Batch(batch.parts[middle:])]
                return self.rows_of(told, folder, spark)
        mine = {table: [row for row in rows if part.owns(row)] for table, rows in batch.rows.items()}
        return rows_of(mine, part.prefix)


def batched(several: Iterable[Told]) -> list[Batch]:
    batches: dict[tuple[Any, ...], list[Batch]] = {}
    for number, told in enumerate(several):
        part = _part(told, number)
        of_plan = batches.setdefault(tick_plan(part.case), [])
        if not any(batch.takes(part) for batch in of_plan):
            of_plan.append(Batch([part]))
    return [batch for of_plan in batches.values() for batch in of_plan]


def _part(told: Told, number: int) -> Part:
    case = told.case()
    prefix = "" if told.names_matter else f"s{number}_"
    is_plain = case["channels"] == EMAIL and not told.suppressions
    keeps_channels = told.channels_matter or is_plain
    channels = {} if keeps_channels else {name: f"s{number}_{name}" for name in case["channels"]}
    return Part(told, prefix, renamed(case, prefix, channels))


def told_in(items: Sequence[Any]) -> list[Told]:
    """What the selected tests of the engine tell."""
    found: dict[int, Told] = {}
    for item in items:
        told = getattr(getattr(item, "function", None), "told", None)
        callspec = getattr(item, "callspec", None)
        if told is not None and callspec is not None and callspec.params.get("runner") == "engine":
            found[id(told)] = told
    return list(found.values())
