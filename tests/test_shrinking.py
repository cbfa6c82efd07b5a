"""What is taken away from a case that fails, and what stays."""

from __future__ import annotations

from typing import Any

from tests import oracle
from tests.cases import NARROW, random_case
from tests.shrinking import shrunk


def test_a_case_is_shrunk_to_what_it_fails_with() -> None:
    def is_deferred(case: dict[str, Any]) -> bool:
        return any(row["outcome"] == "deferred" for row in oracle.run(case)["step_outcomes"])

    seed = next(seed for seed in range(100) if is_deferred(random_case(seed, NARROW)))
    small = shrunk(random_case(seed, NARROW), is_deferred, most=1000)
    assert is_deferred(small)
    people = {row["profile_id"] for row in small["script"][0]["rows"]}
    journeys = [command for command in small["script"] if command["do"] == "publish"]
    assert len(people) <= 2
    assert len(journeys) == 1
    assert sum(len(command.get("rows", ())) for command in small["script"]) <= 6
