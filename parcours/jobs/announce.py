"""What a tick did, for whoever is to be told: its batches by channel, its counts by journey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow.dataset as ds

from parcours.definition.times import iso
from parcours.jobs.check_batches import batches_of, in_question
from parcours.jobs.committed import Committed
from parcours.jobs.gate import Asked, answer, asked
from parcours.jobs.leaving import leave
from parcours.jobs.places import read_places
from parcours.jobs.store import Store

Row = dict[str, Any]


def announce(question: Asked) -> dict[str, Any]:
    """`until`, `channels` with new batches, and `journeys`: those that moved or that somebody is inside of.

    Nothing where no tick in question has committed: it had nothing to do.
    """
    store = Store(read_places(question.folder))  # type: ignore[arg-type]  # a store uses places alone
    ticks = [tick for tick in Committed(store).ticks if _is_in_question(tick["until"], question)]
    if not ticks:
        return {"until": iso(question.until), "channels": {}, "journeys": []}
    last = ticks[-1]
    return {
        "until": iso(last["until"]),
        "channels": _channels(batches_of(store, question)),
        "journeys": _journeys(_outcomes(store, last, question), dict(last["counts"] or ())),
    }


def _is_in_question(until: datetime, question: Asked) -> bool:
    return until == question.until or (question.since is not None and question.since < until <= question.until)


def _channels(batches: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """By channel: the ids of its batches, and how many sends they hold."""
    found: dict[str, dict[str, Any]] = {}
    for batch in batches:
        channel = found.setdefault(batch["channel"], {"batch_ids": [], "sends": 0})
        channel["batch_ids"].append(batch["batch_id"])
        channel["sends"] += batch["row_count"]
    return found


def _outcomes(store: Store, tick: Row, question: Asked) -> list[Row]:
    """(journey_id, outcome, count_all) of what the ticks in question wrote."""
    dataset = store.delta("step_outcomes", dict(tick["table_versions"])["step_outcomes"]).to_pyarrow_dataset()
    live = in_question(question) & (ds.field("mode") == "live")
    rows = dataset.to_table(columns=["journey_id", "outcome"], filter=live)
    found: list[Row] = rows.group_by(["journey_id", "outcome"]).aggregate([([], "count_all")]).to_pylist()
    return found


def _journeys(outcomes: Sequence[Row], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """By journey: rows of step_outcomes by outcome, and how many are inside after the last tick."""
    found: dict[str, dict[str, Any]] = {}

    def of(journey: str) -> dict[str, Any]:
        return found.setdefault(journey, {"journey": journey, "inside": 0, "outcomes": {}})

    for row in outcomes:
        of(row["journey_id"])["outcomes"][row["outcome"]] = row["count_all"]
    for name, count in counts.items():
        if name.startswith("inside:"):
            of(name.removeprefix("inside:").partition("|")[0])["inside"] += count
    return [found[journey] for journey in sorted(found)]


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point."""
    question = asked("announce", argv)
    return answer(lambda: announce(question))


if __name__ == "__main__":
    leave(main())
