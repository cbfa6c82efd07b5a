"""Spark's answers to what a walk asks in its midst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from parcours.jobs.inputs import Inputs
from parcours.jobs.store import Store
from parcours.transforms.gather import answers_at
from parcours.walk.agenda import Agenda
from parcours.walk.atoms import NONE, Integers
from parcours.walk.history import Moments
from parcours.walk.task import Asked, Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass
class Answers:
    """What Spark has answered so far, and what of the tick itself each answer took into account."""

    of: dict[Asked, tuple[Integers, Integers]] = field(default_factory=dict)
    opened: dict[tuple[Asked, int], Moments] = field(default_factory=dict)

    def take(self, found: Mapping[Asked, tuple[Integers, Integers]], result: Result) -> None:
        """Adds the answers to a walk's questions; of those answered before they take the place."""
        for asked, (atoms, answers) in found.items():
            former_atoms, former = self.of.get(asked, (atoms[:0], answers[:0]))
            stays = ~np.isin(former_atoms, atoms)
            whose = np.concatenate([former_atoms[stays], atoms])
            order = np.argsort(whose)
            self.of[asked] = whose[order], np.concatenate([former[stays], answers])[order]
            for atom in map(int, atoms):
                self.opened.pop((asked, atom), None)
        self.opened |= result.opened


def answer(
    store: Store,
    inputs: Inputs,
    movers: DataFrame,
    agenda: Agenda,
    ids: list[str],
    table: pa.Table,
    result: Result,
) -> dict[Asked, tuple[Integers, Integers]]:
    """Spark's answers to the questions of a walk."""
    assert inputs.people is not None
    assert inputs.past is not None
    asked = sorted(result.asked)
    numbers = np.repeat(range(len(asked)), [len(result.asked[one]) for one in asked])
    atoms = np.concatenate([result.asked[one] for one in asked])
    engaged = [list(result.opened.get((asked[n], int(atom)), ())) for n, atom in zip(numbers, atoms, strict=True)]
    rows = {
        "instance_id": pa.array(ids, pa.string()).take(pa.array(atoms)),
        "number": pa.array(numbers, pa.int64()),
        "__engaged_now": pa.array(engaged, pa.list_(pa.int64())),
    }
    for name, kind in ASKED.items():
        rows[name] = pa.array([getattr(one, name) for one in asked], kind).take(rows["number"])
    frame = store.spark.createDataFrame(pa.table(rows))
    found = answers_at(movers, frame, asked, agenda, inputs.people, inputs.past).toArrow()
    place = {
        (one, version): atom for atom, (one, version) in enumerate(zip(ids, table["version"].to_pylist(), strict=True))
    }
    known = {(row["number"], place[row["instance_id"], row["version"]]): row["answer"] for row in found.to_pylist()}
    answers = {}
    for number, one in enumerate(asked):
        values = [known.get((number, int(atom))) for atom in result.asked[one]]
        filled = np.array([NONE if value is None else value for value in values], dtype=np.int64)
        answers[one] = result.asked[one], filled
    return answers


ASKED: dict[str, pa.DataType] = {
    "version": pa.int32(),
    "question": pa.int32(),
    "moment": pa.int64(),
    "passed": pa.list_(pa.struct([("step", pa.string()), ("at", pa.int64())])),
    "happening": pa.int32(),
}
