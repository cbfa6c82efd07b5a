"""How long ticks take: a newsletter to many, a ramp-up over days, nothing to do. Whole commands, ratios in one run.

    python benchmarks/bench_tick.py [--members 1000000]

Writes benchmarks/results_tick.md. The machine is shared: only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake

HERE = Path(__file__).parent
START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
ZONES = ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Europe/London"]
NEWSLETTER = {
    "id": "news",
    "version": 1,
    "entry": {"type": "read_audience", "audience": "all", "schedule": {"cron": "0 9 * * MON"}},
    "steps": [
        {
            "id": "tier",
            "type": "condition",
            "paths": [{"label": "gold", "when": "profile.tier = 'gold'", "next": "mail"}],
            "otherwise": "half",
        },
        {
            "id": "half",
            "type": "split",
            "paths": [{"label": "a", "percent": 50}, {"label": "b", "percent": 50}],
        },
        {
            "id": "mail",
            "type": "message",
            "channel": "email",
            "content": {
                "subject": "{{ profile.first_name | default('Hello') }}, news",
                "html": "<p>Dear {{ profile.first_name }}, " + "all the news of the week. " * 20 + "</p>"
                "<a href='{{ unsubscribe_url }}'>unsubscribe</a>",
            },
        },
    ],
}
EMAIL = {"consent": "profile.consents['email']", "unsubscribe_url": "https://shop.example/u/{{ delivery_id }}"}


def make_project(
    folder: Path, members: int, channel: dict[str, object], journey: dict[str, object], refused: float = 0.03
) -> None:
    """A project with its people, members since the first of March, and the journey published; a share has refused."""
    from parcours.definition.project import load_project
    from parcours.jobs import life
    from parcours.jobs.store import Store

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "journeys").mkdir(parents=True)
    spark = {"master": "local[2]", "conf": {"spark.driver.memory": "4g"}}
    (folder / "parcours.yaml").write_text(json.dumps({"name": "bench", "spark": spark}))
    (folder / "channels.yaml").write_text(json.dumps({"channels": {"email": {**EMAIL, **channel}}}))
    (folder / "profiles.yaml").write_text(json.dumps({"profiles": {"first_name": "string", "tier": "string"}}))
    (folder / "journeys" / "news.yaml").write_text(json.dumps(journey))
    project = load_project(folder)
    store = Store(project)
    store.ensure()
    draw = np.random.default_rng(1)
    ids = [f"person-{number:08d}" for number in range(members)]
    consents = [[("email", "n")] if has_refused else None for has_refused in draw.random(members) < refused]
    people = pa.table(
        {
            "profile_id": ids,
            "email": pa.array([f"{one}@example.com" for one in ids]),
            "timezone": pa.array(np.take(ZONES, draw.integers(0, 4, members))),
            "consents": pa.array(consents, pa.map_(pa.string(), pa.string())),
            "first_name": pa.array(np.take(["Ada", "Grace", "Edsger", "Barbara"], draw.integers(0, 4, members))),
            "tier": pa.array(np.take(["gold", "silver", "none"], draw.integers(0, 3, members))),
        }
    )
    write_deltalake(store.path("profiles"), people, mode="append", schema_mode="merge")
    stays = pa.table(
        {
            "audience_id": pa.array(["all"] * members),
            "profile_id": ids,
            "entered_at": pa.array([START - dt.timedelta(days=1)] * members, pa.timestamp("us", tz="UTC")),
        }
    )
    write_deltalake(store.path("audience_members"), stays, mode="append", schema_mode="merge")
    life.publish(store, project, "news", START)


def command(*words: str) -> tuple[float, float]:
    """(seconds, peak memory in GB of the largest process) of a whole `parcours` command."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", "from parcours.jobs.cli import main; main()", *words], capture_output=True, text=True
    )
    seconds = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"parcours {' '.join(words)} failed:\n{done.stderr[-2000:]}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def measured_on(when: str) -> str:
    """The moment, the machine, how busy it is before or after, and the versions."""
    versions = ", ".join(f"{one} {importlib.metadata.version(one)}" for one in ("pyspark", "delta-spark", "deltalake"))
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores (shared), "
        f"load {os.getloadavg()[0]:.1f} {when}; {versions}"
    )


BARE = """
import sys, json, pathlib
from parcours.definition.project import load_project
from parcours.jobs.session import start_session
folder = pathlib.Path(sys.argv[1])
spark = start_session(load_project(folder))
out = folder / "again"
for table in ("step_outcomes", "deliveries", "journey_instances"):
    spark.read.parquet(str(folder / "warehouse" / table)).write.parquet(str(out / table))
spark.read.text(str(folder / "outbox"), recursiveFileLookup=True).write.text(str(out / "outbox"))
for table in ("profiles", "audience_members"):
    spark.read.parquet(str(folder / "warehouse" / table)).write.format("noop").mode("overwrite").save()
"""
OPEN = """
import sys, pathlib
from parcours.definition.project import load_project
from parcours.jobs.session import start_session
from parcours.jobs.store import Store
project = load_project(pathlib.Path(sys.argv[1]))
store = Store(project, start_session(project))
for table in ("profiles", "audience_members", "events", "suppressions", "journey_instances", "deliveries"):
    store.read(table).limit(1).collect()
"""


def script(text: str, folder: Path) -> float:
    """Seconds of a whole process of bare Spark."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", text, str(folder)], check=True, capture_output=True)
    return time.monotonic() - began


def newsletter(folder: Path, members: int) -> list[str]:
    make_project(folder, members, {}, NEWSLETTER)
    project = ("--project", str(folder))
    seconds, memory = command("tick", "--until", "2026-03-02T10:00:00Z", *project)
    bare = script(BARE, folder)
    idle, _ = command("tick", "--until", "2026-03-02T11:00:00Z", *project)
    opened = script(OPEN, folder)
    return [
        f"Newsletter to {members:,} members: {seconds:.1f} s for the whole command, {members / seconds:,.0f} a second, "
        f"{seconds / bare:.1f} times bare Spark reading and writing the same rows and files ({bare:.1f} s); "
        f"largest process {memory:.1f} GB.",
        f"A tick with nothing due after it: {idle:.1f} s, {idle / opened:.1f} times a Spark session that opens the "
        f"same tables ({opened:.1f} s).",
    ]


def ramp_up(folder: Path, members: int) -> list[str]:
    plan = [5000] * 3 + [10000] * 4 + [50000] * 7 + [250000]
    journey = {**NEWSLETTER, "entry": {**NEWSLETTER["entry"], "schedule": {"at": "2026-03-02T00:00:00Z"}}}
    make_project(folder, members, {"ramp_up": {"starts_on": "2026-03-02", "per_day": plan}}, journey, refused=0)
    lines = []
    for day in range(16):
        until = START + dt.timedelta(days=day, hours=12)
        seconds, _ = command("tick", "--until", until.isoformat(), "--project", str(folder))
        sent, people = sends(folder)
        assert sent == people == min(members, sum(plan[: day + 1])), f"day {day + 1}: {sent} sends to {people} people"
        lines.append(f"| {day + 1} | {sent:,} | {people:,} | {seconds:.1f} |")
    return [
        f"Ramp-up over {members:,} members, a tick a day; the plan: 5,000 on each of 3 days, 10,000 on 4, 50,000 on 7, "
        "then 250,000:",
        "",
        "| day | sent so far | people who got one | seconds |",
        "| --- | --- | --- | --- |",
        *lines,
        "",
        "(A whole command each, of which some 5 s are Java's and Spark's start.)",
    ]


def sends(folder: Path) -> tuple[int, int]:
    """How many sends there are, and to how many people."""
    rows = DeltaTable(str(folder / "warehouse" / "deliveries")).to_pyarrow_table(columns=["profile_id"])
    return rows.num_rows, len(pc.unique(rows["profile_id"]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=1_000_000)
    options.add_argument("--ramp", type=int, default=400_000)
    options.add_argument("--only", choices=["newsletter", "ramp_up"])
    asked = options.parse_args()
    lines = [
        "# Ticks: last measured",
        "",
        f"{measured_on('before')}.",
        "",
    ]
    with tempfile.TemporaryDirectory() as folder:
        if asked.only != "ramp_up":
            lines += [*newsletter(Path(folder, "news"), asked.members), ""]
        if asked.only != "newsletter":
            lines += [*ramp_up(Path(folder, "ramp"), asked.ramp), ""]
    print("\n".join(lines))
    (HERE / "results_tick.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
