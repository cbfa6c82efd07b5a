"""The engine and the oracle agree on every row of random cases.

PARCOURS_RANDOM=50 runs fifty batches in place of three. `python -m tests.hunt` looks on, and makes what it finds small.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from parcours.jobs import inputs, write
from tests import engine, oracle
from tests.agreement import batch_of, differences, known_batch_of
from tests.cases import NARROW, cases
from tests.comparing import compare
from tests.random_cases.scope import BUILT, BUILT_UNSEEN

BATCHES = int(os.environ.get("PARCOURS_RANDOM", "3"))


@pytest.mark.parametrize("number", range(BATCHES))
def test_engine_and_oracle_agree_on_every_row(number: int, spark: Any, tmp_path: Path) -> None:
    found = [f"seed {seed}: {where}" for seed, where in differences(batch_of(number, 8), tmp_path, spark)]
    assert not found, "\n\n".join(["", *found])


@pytest.mark.parametrize("number", [100, 101])
def test_they_agree_on_all_that_the_engine_does_next(
    number: int, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if number == 101:  # as where those who can move are few among very many
        monkeypatch.setattr(inputs, "MANY", 0)
        monkeypatch.setattr(inputs, "MANY_TIMES", 0)
    found = [f"seed {seed}: {where}" for seed, where in differences(batch_of(number, 8, BUILT), tmp_path, spark)]
    assert not found, "\n\n".join(["", *found])


def test_they_agree_where_rows_are_many(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then people who are alike are one atom, and tables and batches are written by Spark."""
    monkeypatch.setattr(inputs, "FEW", -1)
    monkeypatch.setattr(write, "FEW", 0)
    found = [f"seed {seed}: {where}" for seed, where in differences(batch_of(102, 8, BUILT), tmp_path, spark)]
    assert not found, "\n\n".join(["", *found])


def test_time_may_be_cut_anyhow(spark: Any, tmp_path: Path) -> None:
    """The engine's uneven ticks leave the rows of the oracle's one. `python -m tests.hunt cut` cuts otherwise."""
    cases = known_batch_of(0, 8, BUILT_UNSEEN)
    found = [f"seed {seed}: {where}" for seed, where in differences(cases, tmp_path, spark, hours=(7, 50))]
    assert not found, "\n\n".join(["", *found])


# Shrinking takes a run of the engine a step: python -m tests.hunt does it where it is wanted.
@settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(case=cases(NARROW))
def test_they_agree_on_what_hypothesis_makes(
    case: dict[str, Any], spark: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert compare(engine.run(case, tmp_path_factory.mktemp("case"), spark), oracle.run(case)) == ""
