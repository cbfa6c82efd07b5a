"""What a tick adds to `delivery_daily` of what became of sends: of the feedback that it is the first to know.

Feedback belongs to the tick whose interval holds its moment, and to the next one where it is learnt later (2.1). A tick
so counts what could be counted at its end and not at its start, however time is cut.
"""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from parcours.jobs.pruning import Within
from parcours.jobs.session import lean_queries
from parcours.jobs.sources import interval_of
from parcours.jobs.store import Store
from parcours.transforms.feedback import at, by_day, said_first, said_until, with_sends
from parcours.walk import clock
from parcours.walk.agenda import Agenda

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from parcours.jobs.inputs import Pinned
    from parcours.jobs.plans import Remembered

TABLE = "message_feedback"
RECENT = dt.timedelta(days=8)
"""Most feedback is about sends of the last days: older ones are looked through only for what those don't have."""
QUICK = 1_000_000
"""Rows that are read sooner than a query is compiled for them."""


def count_feedback(store: Store, agenda: Agenda, pinned: Pinned, former: Remembered) -> list[dict[str, Any]]:
    """(channel, route, journey_id, day, said, count) of what sends have come to first in the tick.

    The tick's own sends must have been written. Nothing is read where no feedback is new, and none of the interval.
    """
    before, now = former.source_versions.get(TABLE), pinned.versions.get(TABLE)
    start, until = interval_of(agenda)
    in_interval = [Within("feedback_at", start, until)]
    if now is None or not store.most_rows(TABLE, now, within=in_interval if before == now else ()):
        return []
    with ExitStack() as using:
        if store.most_rows(TABLE, now) + store.most_rows("deliveries") <= QUICK:
            using.enter_context(lean_queries(store.spark))
        learnt = store.changes(TABLE, before, now).where("is_new")
        known = store.read(TABLE, now, within=in_interval).where(F.col("feedback_at") >= _lit(start))
        said = said_until(learnt, agenda.until).unionByName(said_until(known, agenda.until)).persist()
        using.callback(said.unpersist)
        if not said.count():
            return []
        found, least = _with_sends(store, said, until - RECENT)
        told = None
        if before is not None:
            # Feedback that counts comes after its send: what was known of older sends needn't be read.
            told = said_until(store.read(TABLE, before, within=[Within("feedback_at", least, start)]), agenda.start)
        return [row.asDict() for row in by_day(said_first(found, told, agenda.start)).collect()]


def _with_sends(store: Store, said: DataFrame, since: dt.datetime) -> tuple[DataFrame, dt.datetime | None]:
    """What is said of sends, and from when on these are; None: of all times."""
    recent = store.read("deliveries", within=[Within("send_at", least=since)]).where(F.col("send_at") >= _lit(since))
    found = with_sends(said, recent)
    left = said.join(recent.select("delivery_id"), on="delivery_id", how="left_anti")
    if left.isEmpty():
        return found, since
    older = store.read("deliveries", within=[Within("send_at", most=since)]).where(F.col("send_at") < _lit(since))
    return found.unionByName(with_sends(left, older)), None


def _lit(moment: dt.datetime) -> Column:
    return at(clock.micros(moment))
