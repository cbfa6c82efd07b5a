"""Whether the rows add up: nobody lost, nobody twice, every delivery in one batch (specification 2.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from parcours.definition.times import iso
from parcours.jobs.committed import Committed
from parcours.jobs.findings import Finding, finding
from parcours.jobs.outbox import batches
from parcours.jobs.store import Store
from parcours.jobs.telling import plural
from parcours.transforms import reconcile
from parcours.transforms.feedback import COUNTED, by_day, said_first, said_until, with_sends
from parcours.walk import clock

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ENDED = ("completed", "exited", "failed", "timed_out")
COMES, GOES = ("entered", "moved_in"), (*ENDED, "moved_out")
VERSION = ("journey_id", "journey_version")
FEEDBACK = "message_feedback"


@dataclass(frozen=True)
class Tables:
    """The tables as the last tick left them."""

    committed: Committed
    outcomes: DataFrame
    instances: DataFrame
    deliveries: DataFrame
    batches: Sequence[Mapping[str, Any]]
    feedback: DataFrame | None = None
    """As the last tick knew it; None where it knew of no such table."""
    updates: DataFrame | None = None
    """None where the last tick was run by a version that wrote none."""

    @cached_property
    def counts(self) -> list[dict[str, Any]]:
        """Rows of step_outcomes by version, step, outcome, path, reason and day."""
        return _rows(reconcile.outcome_counts(self.outcomes))


def read_tables(store: Store, committed: Committed) -> Tables:
    """The tables at the versions of the last tick."""

    def table(name: str) -> DataFrame:
        return store.read(name, committed.version(name))

    until = committed.until
    known = [row for row in batches(store) if until is not None and row["tick_until"] <= until]
    pinned = dict((committed.tick or {}).get("source_versions") or ()).get(FEEDBACK)
    feedback = None if pinned is None else store.read(FEEDBACK, int(pinned))
    updates = None if committed.version("profile_updates") is None else table("profile_updates")
    frames = table("step_outcomes"), table("journey_instances"), table("deliveries")
    return Tables(committed, *frames, known, feedback, updates)


def _rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.collect()]


def _deliveries(count: int) -> str:
    return plural(count, "delivery", "deliveries")


def check_ticks(tables: Tables) -> Iterator[Finding]:
    """Each begins where the one before ended."""
    ticks = tables.committed.ticks
    wrong = [
        f"the tick until {iso(after['until'])} begins at {iso(after['from'])}, "
        f"the one before ends at {iso(before['until'])}"
        for before, after in pairwise(ticks)
        if before["until"] != after["from"]
    ]
    yield finding("ticks follow one another", plural(len(ticks), "tick"), wrong)


def check_versions(tables: Tables) -> Iterator[Finding]:
    """Entered + moved in = ended + moved out + inside, for each version."""
    counted: Counter[tuple[str, int, str]] = Counter()
    for row in tables.counts:
        counted[row["journey_id"], row["journey_version"], row["outcome"]] += row["count"]
        if row["outcome"] == "moved":
            counted[row["journey_id"], int(row["reason"]), "moved out"] += row["count"]
    standing: Counter[tuple[str, int, str]] = Counter()
    repeated = 0
    for row in _rows(reconcile.instance_counts(tables.instances)):
        standing[row["journey_id"], row["journey_version"], row["status"]] += row["count"]
        repeated += row["count"] - row["distinct"]
    wrong, came, ended, inside = [], 0, 0, 0
    for journey, version in sorted({key[:2] for key in (*counted, *standing)}):
        of_outcome = {name: counted[journey, version, name] for name in ("entered", "moved", "moved out", *ENDED)}
        comes = of_outcome["entered"] + of_outcome["moved"]
        goes = sum(of_outcome[name] for name in (*ENDED, "moved out"))
        stays = standing[journey, version, "active"]
        came, ended, inside = came + comes, ended + goes, inside + stays
        if comes != goes + stays:
            wrong.append(f"{journey} version {version}: {comes:,} came, {goes:,} ended, {stays:,} inside")
        wrong += [
            f"{journey} version {version}: {of_outcome[name]:,} {name} in step_outcomes, {found:,} in journey_instances"
            for name in ENDED
            if (found := standing[journey, version, name]) != of_outcome[name]
        ]
    if repeated:
        wrong.append(f"{plural(repeated, 'row')} too many in journey_instances: an instance_id stands more than once")
    yield finding("nobody lost in a journey", f"{came:,} came = {ended:,} ended + {inside:,} inside", wrong)


def check_messages(tables: Tables) -> Iterator[Finding]:
    """Asked = sent + excluded + left while held + held now, for each message step."""
    names = ("asked", "sent", "excluded", "left_held", "held")
    total: Counter[str] = Counter()
    wrong = []
    for row in _rows(reconcile.messages(tables.outcomes, tables.instances)):
        total.update({name: row[name] for name in names})
        place = f"{row['journey_id']} version {row['journey_version']}, {row['step_id']}"
        figures = _asked(row)
        if row["asked"] != sum(row[name] for name in names[1:]):
            wrong.append(f"{place}: {figures}")
        if row["repeated"]:
            wrong.append(f"{place}: {plural(row['repeated'], 'instance')} decided or held more than once")
    yield finding("nobody lost at a message", _asked(total), wrong)


def _asked(row: Mapping[str, int]) -> str:
    return (
        f"{row['asked']:,} asked = {row['sent']:,} sent + {row['excluded']:,} excluded + "
        f"{row['left_held']:,} left while held + {row['held']:,} held"
    )


def check_sends(tables: Tables) -> Iterator[Finding]:
    """Each `sent` has its delivery, of the same moment, and the other way round."""
    (row,) = _rows(reconcile.sends(tables.outcomes, tables.deliveries))
    wrong = [f"{row['unmatched']:,} without a match"] if row["unmatched"] else []
    yield finding("deliveries are what was sent", f"{_deliveries(row['deliveries'])}, {row['sent']:,} sent", wrong)


def check_updates(tables: Tables) -> Iterator[Finding]:
    """Each update_profile that was passed has its columns in profile_updates, and the other way round."""
    if tables.updates is None:
        return
    (row,) = _rows(reconcile.updates(tables.outcomes, tables.updates))
    wrong = [f"{row['unmatched']:,} without a match"] if row["unmatched"] else []
    figures = f"{plural(row['rows'], 'column')} set, {plural(row['passed'], 'update')} passed"
    yield finding("profile updates are what was passed", figures, wrong)


def check_twice(tables: Tables) -> Iterator[Finding]:
    """Ids are unique, and the rows of an instance are numbered without a gap."""
    (row,) = _rows(reconcile.repeated_deliveries(tables.deliveries))
    wrong = [f"more than once: {plural(row['repeated'], 'delivery id')}"] if row["repeated"] else []
    yield finding("no delivery twice", _deliveries(row["deliveries"]), wrong)
    (row,) = _rows(reconcile.numbering(tables.outcomes))
    wrong = [f"not numbered 0, 1, 2, …: {plural(row['broken'], 'instance')}"] if row["broken"] else []
    yield finding(
        "no outcome twice", f"{plural(row['rows'], 'outcome')} of {plural(row['instances'], 'instance')}", wrong
    )


def check_batches(tables: Tables) -> Iterator[Finding]:
    """Every delivery stands in one batch, which says how many it holds."""
    stated = {row["batch_id"]: row["row_count"] for row in tables.batches}
    found = {row["batch_id"]: row["count"] for row in _rows(reconcile.batch_counts(tables.deliveries))}
    wrong = [f"in no batch: {_deliveries(found[None])}"] if found.get(None) else []
    for id in sorted({*stated, *found} - {None}, key=str):
        if stated.get(id) != found.get(id):
            has, holds = stated.get(id), found.get(id, 0)
            said = "has no row in delivery_batches" if has is None else f"says {plural(has, 'row')}"
            wrong.append(f"batch {id} {said}, and is named by {_deliveries(holds)}")
    total = sum(stated.values())
    yield finding(
        "every delivery in one batch", f"{_deliveries(total)} in {plural(len(stated), 'batch', 'batches')}", wrong
    )


def check_journey_daily(tables: Tables) -> Iterator[Finding]:
    """Each day of a version says what the rows of that day say, and how many were inside when it was over."""
    counted: Counter[tuple[str, int, Any, str]] = Counter()
    for row in tables.counts:
        journey, version, day, outcome = (row[name] for name in (*VERSION, "occurred_date", "outcome"))
        counted[journey, version, day, "moved_in" if outcome == "moved" else outcome] += row["count"]
        if outcome == "moved":
            counted[journey, int(row["reason"]), day, "moved_out"] += row["count"]
    stated = {tuple(row[name] for name in (*VERSION, "day")): row for row in tables.committed.rows("journey_daily")}
    missing = {place[:3] for place in counted if place[3] in (*COMES, *GOES, "rejected")} - stated.keys()
    wrong = [f"{_told_day(place)}: no row in journey_daily" for place in missing]
    inside: Counter[tuple[str, int]] = Counter()
    for place in sorted({*stated, *missing}):
        of_day = {name: counted[*place, name] for name in (*COMES, *GOES, "rejected")}
        inside[place[:2]] += sum(of_day[name] for name in COMES) - sum(of_day[name] for name in GOES)
        said = stated.get(place, {})
        wrong += [
            f"{_told_day(place)}: {said[name]:,} {name} in journey_daily, {count:,} in step_outcomes"
            for name, count in {**of_day, "inside": inside[place[:2]]}.items()
            if said and said[name] != count
        ]
    entered = sum(row["entered"] for row in stated.values())
    yield finding("journey_daily adds up", f"{entered:,} entered in {plural(len(stated), 'row')}", sorted(wrong))


def _told_day(place: Sequence[Any]) -> str:
    return f"{place[0]} version {place[1]}, {place[2]}"


def check_daily(tables: Tables) -> Iterator[Finding]:
    """What the other two tables for analysts say is what the rows say."""
    key = ("journey_id", "journey_version", "step_id", "outcome", "path", "reason", "day")
    stated = {tuple(row[name] for name in key): row["count"] for row in tables.committed.rows("step_daily")}
    names = (*key[:-1], "occurred_date")
    counted = {tuple(row[name] for name in names): row["count"] for row in tables.counts}
    differing = [place for place in {*stated, *counted} if stated.get(place, 0) != counted.get(place, 0)]
    wrong = [
        f"{' '.join(str(part) for part in place if part is not None)}: {stated.get(place, 0):,} in step_daily, "
        f"{counted.get(place, 0):,} in step_outcomes"
        for place in sorted(differing, key=str)
    ]
    yield finding(
        "step_daily adds up", f"{plural(sum(stated.values()), 'outcome')} in {plural(len(stated), 'row')}", wrong
    )
    sent = sum(row["sent"] for row in tables.committed.rows("delivery_daily"))
    rows = sum(count for place, count in counted.items() if place[3] == "sent")
    wrong = [f"{sent:,} sent in delivery_daily, {rows:,} in step_outcomes"] if sent != rows else []
    yield finding("delivery_daily adds up", f"{sent:,} sent", wrong)


def check_feedback(tables: Tables) -> Iterator[Finding]:
    """What has become of sends by delivery_daily is what message_feedback says."""
    if tables.feedback is None or tables.committed.until is None:
        return
    place = ("channel", "route", "journey_id", "day")
    said = said_until(tables.feedback, clock.micros(tables.committed.until))
    found = _rows(by_day(said_first(with_sends(said, tables.deliveries))))
    counted = {(*(row[name] for name in place), row["said"]): row["count"] for row in found}
    stated = {
        (*(row[name] for name in place), name): row[name]
        for row in tables.committed.rows("delivery_daily")
        for name in (*COUNTED, "bounced")
        if row[name]
    }
    wrong = [
        f"{' '.join(str(part) for part in each if part is not None)}: {stated.get(each, 0):,} in delivery_daily, "
        f"{counted.get(each, 0):,} in message_feedback"
        for each in sorted({*stated, *counted}, key=str)
        if stated.get(each, 0) != counted.get(each, 0)
    ]
    yield finding("feedback adds up", f"{sum(stated.values()):,} counted", wrong)
