"""Looks for random cases on which the engine and the oracle differ, and makes what it finds small.

python -m tests.hunt 10 30          batches 10 to 29, each of several cases in one run
python -m tests.hunt seed 12034     one case
python -m tests.hunt next 10 30     the same of another scope (tests/random_cases/scope.py), and: next seed 12034
python -m tests.hunt cut 10 30      all known beforehand, and the engine's tick cut: in three, in ten, in 24 or in 96
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests import engine, oracle
from tests.agreement import CUTS, batch_of, differences, known_batch_of
from tests.batching import Case
from tests.cases import NARROW, SCOPES, random_case
from tests.comparing import compare
from tests.random_cases.scope import BUILT_UNSEEN
from tests.shrinking import shrunk

SIZE = 8


def main(words: Sequence[str]) -> int:
    spark, scope = _session(), NARROW
    if words[0] in SCOPES:
        scope, words = SCOPES[words[0]], words[1:]
    if words[0] == "seed":
        seed = int(words[1])
        case = random_case(seed, scope, cuts=CUTS[seed // 1000 % len(CUTS)])
        return _report(seed, case, spark)
    if words[0] == "cut":
        return _cut(range(int(words[1]), int(words[2])), spark)
    found = 0
    for number in range(int(words[0]), int(words[1])):
        cases = batch_of(number, SIZE, scope)
        _say(f"batch {number}: {len(cases)} cases")
        for seed, where in differences(cases, _folder(), spark):
            _say(f"seed {seed}\n{where}\n")
            found += 1
    return int(found > 0)


WAYS: tuple[tuple[int, ...], ...] = ((7, 50), tuple(range(3, 120, 13)), tuple(range(5, 120, 5)), tuple(range(24, 120)))
"""The hours at which a tick is cut."""


def _cut(numbers: Sequence[int], spark: Any) -> int:
    found = 0
    for number in numbers:
        cases, hours = known_batch_of(number, SIZE, BUILT_UNSEEN), WAYS[number % len(WAYS)]
        _say(f"batch {number}: {len(cases)} cases in {len(hours) + 1} ticks")
        for seed, where in differences(cases, _folder(), spark, hours=hours):
            _say(f"seed {seed}\n{where}\n")
            found += 1
    return int(found > 0)


def _report(seed: int, case: Case, spark: Any) -> int:
    """Shows where the case differs, and the smallest one found that still does."""
    where = _difference(case, spark)
    if not where:
        _say(f"seed {seed}: no difference alone")
        return 0
    _say(f"seed {seed}\n{where}\n")
    small = shrunk(case, lambda smaller: bool(_difference(smaller, spark)))
    _say(f"{json.dumps(small, indent=1)}\n{_difference(small, spark)}")
    return 1


def _difference(case: Case, spark: Any) -> str:
    try:
        return compare(engine.run(case, _folder(), spark), oracle.run(case))
    except Exception as error:  # as good as a difference, but for shrinking it must not be another one
        return "" if "DefinitionError" in type(error).__name__ else f"{type(error).__name__}: {error}"


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="parcours-hunt-"))


def _session() -> Any:
    from parcours.jobs.session import start_session
    from tests.projects import make_project

    conf = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g"}
    return start_session(make_project("unused", conf=conf), master="local[2]")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
