"""What those who wait add to a tick that doesn't concern them. Whole commands, ratios in one run.

    python benchmarks/bench_waiting.py [--waiting 10000000]

The same ticks beside few who wait and beside many: 25,000 end a wait and get a message in each. Those who wait besides
stand in `journey_instances` as the ticks that brought them in would have left them, due over sixty days: a million
each, in files by when they are due, or 20,000 each, in one file. Then the first tick lays them out anew.
Writes benchmarks/results_waiting.md. The machine is shared: only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench_tick import NEWSLETTER, START, command, make_project, measured_on
from deltalake import DeltaTable, write_deltalake

HERE = Path(__file__).parent
DUE = 100_000
HOURS = 4
"""Ticks of an hour each; a quarter of those who are due, in each."""


def journey() -> dict[str, object]:
    """Enter at 09:00, a quarter an hour; a day of waiting; a message."""
    entry = {**NEWSLETTER["entry"], "rate": {"max": DUE // HOURS, "per": "hour"}}
    return {
        **NEWSLETTER,
        "entry": entry,
        "steps": [{"id": "day", "type": "wait", "for": "1d"}, NEWSLETTER["steps"][-1]],
    }


def add_waiting(folder: Path, count: int, a_tick: int) -> None:
    """So many more instances that wait, as copies of those that do, and in files as ticks leave them."""
    files = 8 if a_tick >= 200_000 else 1
    path = str(folder / "warehouse" / "journey_instances")
    model = DeltaTable(path).to_pyarrow_table(filters=[("status", "=", "active")])
    draw = np.random.default_rng(2)
    for first in range(0, count, a_tick):
        several = min(a_tick, count - first)
        rows = model.take(pa.array(np.arange(several) % len(model)))
        due = np.sort(draw.integers(3 * 86_400, 63 * 86_400, several)) * 1_000_000 + int(START.timestamp()) * 1_000_000
        ids = [f"{number:032x}" for number in draw.permutation(several) + first]
        for name, values in (("instance_id", ids), ("profile_id", [f"waiting-{one[-12:]}" for one in ids])):
            rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), pa.array(values))
        for name in ("due_at", "wakes_at"):
            field = rows.schema.field(name)
            rows = rows.set_column(rows.schema.get_field_index(name), field, pa.array(due).cast(field.type))
        for part in range(files):
            size = -(-several // files)
            write_deltalake(path, rows.slice(part * size, size), mode="append")


def measured(folder: Path, waiting: int, a_tick: int) -> list[float]:
    """Seconds of each of the ticks in which somebody is due, beside so many who wait."""
    make_project(folder, DUE, {}, journey(), refused=0)
    project = ("--project", str(folder))
    command("tick", "--until", "2026-03-02T23:00:00Z", *project)
    add_waiting(folder, waiting, a_tick)
    found = []
    for hour in range(HOURS):
        seconds, _ = command("tick", "--until", f"2026-03-03T{9 + hour:02d}:30:00Z", *project)
        found.append(seconds)
    sent = DeltaTable(str(folder / "warehouse" / "deliveries")).count()
    assert sent == DUE, f"{sent} sends to {DUE}"
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--waiting", type=int, default=10_000_000)
    waiting = options.parse_args().waiting
    with tempfile.TemporaryDirectory() as name:
        few = measured(Path(name, "few"), DUE, DUE)
        many = measured(Path(name, "many"), waiting, 1_000_000)
        shutil.rmtree(Path(name, "many"))
        small = measured(Path(name, "small"), waiting, 20_000)
    lines = [
        "# Those who wait: last measured",
        "",
        f"{measured_on('after')}. Ticks of an hour, in each of which "
        f"{DUE // HOURS:,} end a wait and get a message; seconds of the whole command.",
        "",
        f"| tick | beside {DUE:,} who wait | beside {waiting:,}, who came a million at a time | times "
        "| who came 20,000 at a time | times |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {n + 1} | {a:.1f} | {b:.1f} | {b / a:.2f} | {c:.1f} | {c / a:.2f} |"
            for n, (a, b, c) in enumerate(zip(few, many, small, strict=True))
        ),
        "",
        "(The first tick beside those who came 20,000 at a time lays all of them out anew, by when they are due.)",
        "",
    ]
    print("\n".join(lines))
    (HERE / "results_waiting.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
