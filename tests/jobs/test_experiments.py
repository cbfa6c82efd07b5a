"""experiment_daily: who took an arm on a day, and of these who did later what the metric names, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parcours.definition.project import load_project
from parcours.jobs.check import check_everything
from parcours.jobs.committed import Committed
from parcours.jobs.experiments import check_experiments
from parcours.jobs.store import Store
from tests.builders import GO, case, event, events, linear, mail, profiles, publish, tick
from tests.engine import run

pytestmark = pytest.mark.spark

EXPERIMENT = {
    "id": "subject",
    "type": "experiment",
    "arms": [{"label": "new", "weight": 1}],
    "metric": {"event": "buy", "where": "event.n > 5"},
}
# ada, bob and dan come on the second, cleo and eve on the third.
STORY = (
    profiles("ada", "bob", "cleo", "dan", "eve"),
    publish("2 00:00", **linear(GO, EXPERIMENT, mail())),
    publish("2 00:00", **linear(GO, {**EXPERIMENT, "metric": {"event": "go"}}), id="again"),
    events(
        event("g1", "go", "ada", "2 09:00"),
        event("g2", "go", "bob", "2 10:00"),
        event("g3", "go", "dan", "2 09:00"),
        event("g4", "go", "cleo", "3 09:00"),
        event("g5", "go", "eve", "3 09:00"),
        # at the very moment of the passage, which it doesn't follow
        event("b1", "buy", "ada", "2 09:00", n="9"),
        # too small, and no number
        event("b2", "buy", "bob", "2 11:00", n="5"),
        event("b3", "buy", "bob", "2 12:00", n="many"),
        # before the passage
        event("b4", "buy", "cleo", "3 08:59", n="9"),
        event("b5", "buy", "dan", "2 20:00", n="6"),
    ),
)
# ada's first success counts once, though it is learnt after the second; dan has had one, cleo comes on the last moment
# of thirty days, and eve a second after it.
LATER = events(
    event("l1", "buy", "ada", "3 10:00", n="6"),
    event("l2", "buy", "ada", "5 11:00", n="7"),
    event("l3", "buy", "dan", "3 11:00", n="8"),
    event("l4", "buy", "cleo", "2026-04-02T09:00:00Z", n="6"),
    event("l5", "buy", "eve", "2026-04-02T09:00:01Z", n="6"),
    event("l6", "buy", None, "5 11:00", n="9"),
)
END = "2026-04-03T00:00:00Z"
EXPECTED = {
    ("j", 2): (3, 2),  # ada and dan
    ("j", 3): (2, 1),  # cleo
    ("again", 2): (3, 0),
    ("again", 3): (2, 0),
}


def counted(store: Store) -> dict[tuple[str, int], tuple[int, int]]:
    rows = store.small("experiment_daily").to_pylist()
    assert {(row["journey_version"], row["step_id"], row["arm"]) for row in rows} == {(1, "subject", "new")}
    return {(row["journey_id"], row["day"].day): (row["entrants"], row["converted"]) for row in rows}


def test_an_entrant_counts_once_on_the_day_of_its_passage_however_time_is_cut(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(case(*STORY, LATER, tick(END)), tmp_path / "once", spark)
    assert counted(Store(load_project(tmp_path / "once"), spark)) == EXPECTED
    run(case(*STORY, tick("3 12:00"), LATER, tick("6 00:00"), tick(END)), tmp_path / "late", spark)
    project = load_project(tmp_path / "late")
    store = Store(project, spark)
    assert counted(store) == EXPECTED
    found = {each.name: each for each in check_everything(store, project)}["experiment_daily adds up"]
    assert (found.is_ok, found.figures) == (True, "10 entrants, 3 converted")
    rows = [
        {**row, "entrants": row["entrants"] + 1, "converted": 1} for row in store.small("experiment_daily").to_pylist()
    ]
    monkeypatch.setattr(Committed, "rows", lambda self, table: [row for row in rows if row["day"].day == 2])
    (wrong,) = check_experiments(store, project, Committed(store), store.read("step_outcomes"))
    assert list(wrong.details) == [
        "again 1 subject new 2026-03-02: 4 entrants in experiment_daily, 3 by the rows",
        "again 1 subject new 2026-03-02: 1 converted in experiment_daily, 0 by the rows",
        "again 1 subject new 2026-03-03: 0 entrants in experiment_daily, 2 by the rows",
        "j 1 subject new 2026-03-02: 4 entrants in experiment_daily, 3 by the rows",
        "j 1 subject new 2026-03-02: 1 converted in experiment_daily, 2 by the rows",
        "j 1 subject new 2026-03-03: 0 entrants in experiment_daily, 2 by the rows",
        "j 1 subject new 2026-03-03: 0 converted in experiment_daily, 1 by the rows",
    ]
