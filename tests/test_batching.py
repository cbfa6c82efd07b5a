"""Cases side by side give the rows that each gives alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import oracle
from tests.batching import Conflict, merged, renamed, rows_of
from tests.builders import GO, case, event, events, mail, profiles, publish, tick
from tests.cases import NARROW, NEXT, Scope, random_case


def told(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {table: sorted(json.dumps(row, sort_keys=True) for row in several) for table, several in rows.items()}


@pytest.mark.parametrize("scope", [NARROW, NEXT])
def test_random_cases_side_by_side_give_the_rows_that_each_gives_alone(scope: Scope) -> None:
    cases = [random_case(seed, scope, cuts=(30, 60, 120)) for seed in range(40)]
    apart = [
        renamed(one, f"c{place}_", {name: f"c{place}_{name}" for name in one["channels"]})
        for place, one in enumerate(cases)
        if one["timezone"] == "UTC"
    ]
    together = oracle.run(merged(apart))
    for one in apart:
        prefix = next(iter(one["channels"])).split("_")[0] + "_"
        assert told(rows_of(together, prefix)) == told(rows_of(oracle.run(one), prefix))


def test_a_renamed_case_reads_as_before_once_its_names_are_bare() -> None:
    plain = case(
        profiles("a"),
        events(event("1", "go", "a", "2 10:00")),
        publish("2 00:00", entry=GO, steps=[mail()]),
        tick("3 00:00"),
    )
    rows = rows_of(oracle.run(renamed(plain, "c7_")), "c7_")
    shown = [(row["journey_id"], row["profile_id"], row["entry_key"]) for row in rows["journey_instances"]]
    assert shown == [("j", "a", "1")]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (case(tick("3 00:00"), timezone="Europe/Paris"), "project time zones differ"),
        (case(tick("3 00:00"), channels={"email": {}}), "channels: email has several meanings"),
        (case(tick("3 00:00"), rules={"quiet_hours": [{}]}), "rules hold for the whole project"),
    ],
)
def test_cases_that_cannot_stand_side_by_side(other: dict[str, Any], message: str) -> None:
    with pytest.raises(Conflict) as caught:
        merged([case(tick("3 00:00")), other])
    assert str(caught.value) == message
