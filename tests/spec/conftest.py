"""The runners of told cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import oracle
from tests.spec.running import EngineRuns, batched, told_in
from tests.spec.told import Rows, Told


@pytest.fixture(scope="session")
def engine_runs(request: pytest.FixtureRequest) -> EngineRuns:
    return EngineRuns(batched(told_in(request.session.items)))


@pytest.fixture
def rows_by(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Told, str], Rows]:
    """The rows of a told case by a runner."""

    def rows(told: Told, runner: str) -> Rows:
        if runner == "oracle":
            return oracle.run(told.case())
        runs: EngineRuns = request.getfixturevalue("engine_runs")
        return runs.rows_of(told, lambda: tmp_path_factory.mktemp("spec"), request.getfixturevalue("spark"))

    return rows
