"""parcours demo: the sample project run for a month over a generated population."""

import datetime as dt
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from parcours.definition.checks.cases import named_in
from parcours.definition.problems import UserError
from parcours.definition.times import occurrences
from parcours.jobs import life
from parcours.jobs.committed import Committed
from parcours.jobs.places import open_project, read_places
from parcours.jobs.population import make_population, table_rows
from parcours.jobs.samples import copy_sample
from parcours.jobs.session import begin_session
from parcours.jobs.store import Store
from parcours.jobs.telling import plural, told

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.definition.project import Project
    from parcours.jobs.tick import TickReport

LOG = logging.getLogger("parcours.demo")

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
JOURNEYS = ("weekly_newsletter", "spring_promo", "welcome")
MARK = ".parcours-demo"
"""A file in a folder that a demo has made, and that the next one may replace."""
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """A table for people."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Demo:
    """What happened in it."""

    folder: Path
    tables: Sequence[Shown]
    closing: Sequence[str]
    ticks: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        tables = [
            {"title": t.title, "rows": [dict(zip(t.headers, r, strict=True)) for r in t.rows]} for t in self.tables
        ]
        return {"folder": str(self.folder), "ticks": self.ticks, "duration_s": self.seconds, "tables": tables}


def run_demo(folder: Path, people: int, days: int, *, on_tick: Callable[[str], None] | None = None) -> Demo:
    """Makes the project and its tables anew, runs the days, and tells what happened."""
    began = monotonic()
    _clear(folder)
    copy_sample(folder)
    (folder / MARK).write_text("Made by parcours demo, which replaces this folder when it runs again.\n")
    (folder / ".gitignore").write_text("*\n")
    # Who sees the demo first shall not wait for what the commands after it gain.
    begin_session(read_places(folder), writes_archive=False)
    late_events = _fill(Store(open_project(folder)), people, days)
    project = open_project(folder)  # judged by the columns that the tables have now
    store = Store(project)
    for journey in JOURNEYS:
        LOG.info("%s", life.publish(store, project, journey, START))
    ticks = _run_days(store, project, days, late_events, on_tick)
    seconds = monotonic() - began
    closing = _closing(folder, project, store, ticks, seconds)
    return Demo(folder, list(_tables(store, project)), closing, ticks, seconds)


def _clear(folder: Path) -> None:
    if folder.exists() and not (folder / MARK).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there and no demo has made it; nothing was changed (run the demo elsewhere)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _fill(store: Store, people: int, days: int) -> "pa.Table":
    """Writes the population straight into the tables; the events that come late are given back.

    `load` would judge every row first. Here the rows are our own, and the demo is about what comes after.
    """
    from deltalake import write_deltalake

    population = make_population(people, START, days)
    store.ensure()
    for name, rows in table_rows(population).items():
        write_deltalake(store.path(name), rows, mode="append", schema_mode="merge")
        LOG.info("%s: %s", name, plural(rows.num_rows, "row"))
    return population.late_events


# ---------------------------------------------------------------------------------------------------------- the days
def _stops(project: "Project", days: int) -> list[dt.datetime]:
    """Ends of days at which something is to be done before the next tick, and the end of all."""
    end = START + DAY * days
    refreshes = (START + DAY * ((at - START) // DAY) for _, at in _refreshes(project, START, end))
    return sorted({_when_late(days), end, *refreshes} - {START})


def _when_late(days: int) -> dt.datetime:
    return START + DAY * max(1, days // 2)


def _refreshes(project: "Project", start: dt.datetime, end: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """The audiences of the demo's journeys that are to be refreshed in (start, end], and when."""
    asked = {name for id in JOURNEYS for name in named_in(project.journeys[id].journey, "audience")}
    return [
        (id, at)
        for id, audience in sorted(project.audiences.items())
        if audience.schedule and id in asked
        for at in occurrences(audience.schedule, project.timezone, start, end, includes_start=False)
    ]


def _run_days(
    store: Store, project: "Project", days: int, late_events: "pa.Table", on_tick: Callable[[str], None] | None
) -> int:
    """A tick a day; before it what comes in on that day: late events, refreshed audiences. Returns how many."""
    from parcours.jobs.audiences import refresh
    from parcours.jobs.tick import run_tick

    def say(report: "TickReport") -> None:
        if on_tick:
            on_tick(told(report))

    ticks, start = 0, START
    for until in _stops(project, days):
        if start == _when_late(days) and late_events.num_rows:
            store.append_small("events", late_events)
            LOG.info("%s learnt late", plural(late_events.num_rows, "event"))
        for id, at in _refreshes(project, start, until):
            refresh(project, [id], at, store.spark)
        ticks += len(run_tick(store, project, until, DAY, on_tick=say))
        start = until
    return ticks


# -------------------------------------------------------------------------------------------------- what happened
def _tables(store: Store, project: "Project") -> Iterator[Shown]:
    committed = Committed(store)
    steps = committed.rows("step_daily")
    counts: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str, str]] = Counter()
    for row in steps:
        counts[row["journey_id"], row["outcome"]] += row["count"]
        if row["outcome"] in ("rejected", "excluded", "exited"):
            reasons[row["journey_id"], row["outcome"], row["reason"]] += row["count"]
    inside: Counter[str] = Counter()
    for version, count in committed.figures("inside:").items():
        inside[version.partition("|")[0]] += count
    shown = ("entered", "rejected", "sent", "excluded", "completed", "exited", "timed_out")
    rows = [(journey, *(counts[journey, name] for name in shown), inside[journey]) for journey in JOURNEYS]
    yield Shown("What happened", ("journey", *shown, "inside"), rows)
    ordered = sorted(reasons.items(), key=lambda each: (JOURNEYS.index(each[0][0]), each[0][1], -each[1]))
    yield Shown(
        "Who wasn't let in, or wasn't sent to, and why",
        ("journey", "outcome", "reason", "count"),
        [(*place, count) for place, count in ordered],
    )
    yield _ramp_up(committed, project)


def _ramp_up(committed: Committed, project: "Project") -> Shown:
    """By day of the email ramp-up: what its plan allows, what was sent, who waits when the day is over."""
    from parcours.walk import clock
    from parcours.walk.channels import Sender

    sent: Counter[dt.date] = Counter()
    for row in committed.rows("delivery_daily"):
        if row["channel"] == "email":
            sent[row["day"]] += row["sent"]
    sender = Sender(project.channels["email"], project.timezone, {})
    held = _held(committed)
    rows = []
    for tick in committed.ticks:
        start, end = tick["from"], tick["until"]
        plan = sender.windows(clock.micros(start) + 1)[-1].number
        waiting = sum(1 for came, left in held if came < end and (left is None or left >= end))
        rows.append((start.date().isoformat(), plan, sent[start.date()], waiting))
    return Shown("The ramp-up of email", ("day", "plan", "sent", "waiting"), rows)


def _held(committed: Committed) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """Of each message that was held, since when and until when; None: it still is."""
    rows = committed.rows("step_outcomes", columns=["instance_id", "sequence", "outcome", "occurred_at"])
    happened = {(row["instance_id"], row["sequence"]): row["occurred_at"] for row in rows}
    deferred = (row for row in rows if row["outcome"] == "deferred")
    return [(row["occurred_at"], happened.get((row["instance_id"], row["sequence"] + 1))) for row in deferred]


def _closing(folder: Path, project: "Project", store: Store, ticks: int, seconds: float) -> list[str]:
    people = store.small("profiles", columns=["profile_id"]).num_rows
    return [
        f"{plural(ticks, 'tick')} over {plural(people, 'person', 'people')} in {seconds:.0f} s",
        f"tables: {_near(project.warehouse)}   delivery batches: {_near(project.outbox)}",
        "",
        "Look further:",
        f"  cd {_near(folder)}",
        "  parcours status",
        f"  parcours trace {_somebody(store)}",
        "  parcours batches",
        "  parcours check",
    ]


def _near(place: Path | str) -> str:
    """The path as one would type it from here."""
    path = Path(place).resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _somebody(store: Store) -> str:
    """One to whom much has happened: who was sent the last step of the promotion, or else anybody."""
    last_sends = "journey_id = 'spring_promo' AND step_id IN ('voucher_mail', 'reminder')"
    people = sorted(row["profile_id"] for row in Committed(store).rows("deliveries", last_sends, ["profile_id"]))
    return people[0] if people else "p0000001"
