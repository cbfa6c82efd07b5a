"""How a tick's time grows with steps and with journeys, over the same people. Whole commands, ratios in one run.

    python benchmarks/bench_journeys.py [--members 200000]

A journey of fifty steps against one of five (everybody passes all of them, and gets one message at the end), and a
hundred live journeys against one (each has a hundredth of the members, so that as many enter). Writes
benchmarks/results_journeys.md. The machine is shared: only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench_tick import EMAIL, START, ZONES, command, measured_on
from deltalake import DeltaTable, write_deltalake

HERE = Path(__file__).parent
JOURNEYS = 100
UNTIL = "2026-03-02T10:00:00Z"


def journey(name: str, audience: str, steps: int) -> dict[str, object]:
    """A journey of so many steps: conditions over different columns, splits, and a message."""
    made: list[dict[str, object]] = []
    for number in range(steps - 1):
        if number % 4 == 3:
            paths = [{"label": "a", "percent": 40}, {"label": "b", "percent": 60}]
            made.append({"id": f"split_{number}", "type": "split", "paths": paths})
        else:
            tests = [f"profile.tier = 'gold' AND profile.orders > {number}", f"profile.spent / {number + 1} > 20"]
            after = f"split_{number + 1}" if number % 4 == 2 else f"ask_{number + 1}"
            target = "mail" if number == steps - 2 else after
            paths = [{"label": f"p{k}", "when": test, "next": target} for k, test in enumerate(tests)]
            made.append({"id": f"ask_{number}", "type": "condition", "paths": paths, "otherwise": target})
    html = "<p>Dear {{ profile.first_name }}</p><a href='{{ unsubscribe_url }}'>unsubscribe</a>"
    content = {"subject": "{{ profile.first_name | default('Hello') }}, news", "html": html}
    made.append({"id": "mail", "type": "message", "channel": "email", "content": content})
    entry = {"type": "read_audience", "audience": audience, "schedule": {"cron": "0 9 * * MON"}}
    return {"id": name, "version": 1, "entry": entry, "steps": made}


def make_project(folder: Path, members: int, journeys: list[dict[str, object]], audiences: list[str]) -> None:
    """A project whose members stand in these audiences by turns, with the journeys published."""
    from parcours.definition.project import load_project
    from parcours.jobs import life
    from parcours.jobs.store import Store

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "journeys").mkdir(parents=True)
    spark = {"master": "local[2]", "conf": {"spark.driver.memory": "4g"}}
    (folder / "parcours.yaml").write_text(json.dumps({"name": "bench", "spark": spark}))
    (folder / "channels.yaml").write_text(json.dumps({"channels": {"email": EMAIL}}))
    types = {"first_name": "string", "tier": "string", "orders": "int", "spent": "double"}
    (folder / "profiles.yaml").write_text(json.dumps({"profiles": types}))
    for one in journeys:
        (folder / "journeys" / f"{one['id']}.yaml").write_text(json.dumps(one))
    project = load_project(folder)
    store = Store(project)
    store.ensure()
    draw = np.random.default_rng(1)
    ids = [f"person-{number:08d}" for number in range(members)]
    people = {
        "profile_id": ids,
        "email": pa.array([f"{one}@example.com" for one in ids]),
        "timezone": pa.array(np.take(ZONES, draw.integers(0, 4, members))),
        "first_name": pa.array(np.take(["Ada", "Grace", "Edsger", "Barbara"], draw.integers(0, 4, members))),
        "tier": pa.array(np.take(["gold", "silver", "none"], draw.integers(0, 3, members))),
        "orders": pa.array(draw.integers(0, 50, members), pa.int32()),
        "spent": pa.array(draw.random(members) * 1000),
    }
    write_deltalake(store.path("profiles"), pa.table(people), mode="append", schema_mode="merge")
    stays = {
        "audience_id": pa.array([audiences[number % len(audiences)] for number in range(members)]),
        "profile_id": ids,
        "entered_at": pa.array([START - dt.timedelta(days=1)] * members, pa.timestamp("us", tz="UTC")),
    }
    write_deltalake(store.path("audience_members"), pa.table(stays), mode="append", schema_mode="merge")
    for one in journeys:
        life.publish(store, project, str(one["id"]), START)


def measured(folder: Path, members: int, journeys: list[dict[str, object]], audiences: list[str]) -> tuple[float, int]:
    """(seconds of the whole command, rows of step_outcomes)."""
    make_project(folder, members, journeys, audiences)
    seconds, _ = command("tick", "--until", UNTIL, "--project", str(folder))
    sent = DeltaTable(str(folder / "warehouse" / "deliveries")).count()
    assert sent == members, f"{sent} sends to {members} members"
    return seconds, DeltaTable(str(folder / "warehouse" / "step_outcomes")).count()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=200_000)
    members = options.parse_args().members
    names = [f"group_{number:02d}" for number in range(JOURNEYS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "project")
        few, few_rows = measured(folder, members, [journey("few", "all", 5)], ["all"])
        many, many_rows = measured(folder, members, [journey("many", "all", 50)], ["all"])
        hundred, hundred_rows = measured(folder, members, [journey(one, one, 5) for one in names], names)
    lines = [
        "# Steps and journeys: last measured",
        "",
        f"{measured_on('after')}. {members:,} members, each of whom gets one message.",
        "",
        "| tick | rows of step_outcomes | seconds | times the first |",
        "| --- | --- | --- | --- |",
        f"| one journey of 5 steps | {few_rows:,} | {few:.1f} | 1 |",
        f"| one journey of 50 steps | {many_rows:,} | {many:.1f} | {many / few:.1f} |",
        f"| {JOURNEYS} journeys of 5 steps | {hundred_rows:,} | {hundred:.1f} | {hundred / few:.1f} |",
        "",
    ]
    print("\n".join(lines))
    (HERE / "results_journeys.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
