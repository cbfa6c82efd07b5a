"""What journeys wrote to profiles and audiences in a tick, merged there once the tick is committed (specification 3).

Merging again changes nothing: the commit that merges a tick carries its name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcours.jobs.boundaries import boundary
from parcours.jobs.commit import Written, mark_of
from parcours.jobs.pruning import Within
from parcours.jobs.store import OWN_STAYS, Store

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from parcours.walk.agenda import Agenda
    from parcours.walk.tally import Tally

MERGED_INTO = ("profiles", "audience_members", OWN_STAYS)
MERGED = "parcours.merged"
"""Key in a commit's information: the end of the tick whose writing it merges."""


def written_in(agenda: Agenda, figures: Tally, pinned: Mapping[str, int]) -> Written | None:
    """What the steps wrote that somebody passed in a tick; None where nobody wrote anything."""
    passed = {key[:3] for key in figures.steps if key[3] == "passed"}
    columns: dict[str, str] = {}
    changes: dict[str, tuple[str, bool]] = {}
    for version in agenda.versions:
        journey, number = version.journey.id, version.journey.version
        for step, assigned in version.assignments.items():
            if (journey, number, step) in passed:
                columns |= {column: to.type for column, to in assigned.items()}
        for step, change in version.stay_changes.items():
            if (journey, number, step) in passed:
                changes[f"{journey}|{number}|{step}"] = change
    read = {name: pinned[name] for name in MERGED_INTO if name in pinned}
    return Written(columns, changes, read) if columns or changes else None


def merge_written(store: Store, until: str, written: Written) -> None:
    """Brings profiles and audiences to what the tick of that name wrote."""
    if written.columns and not store.is_elsewhere("profiles"):
        _merge(store, "profiles", until, written)
    if written.changes:
        _merge(store, OWN_STAYS if store.is_elsewhere("audience_members") else "audience_members", until, written)


def _merge(store: Store, table: str, until: str, written: Written) -> None:
    with store.writing(table):
        store.ensure(table)
        if _is_merged(store, table, written.pinned.get(table, 0), until):
            return
        boundary(f"before merging into {table}")
        rows = (_profiles if table == "profiles" else _stays)(store, until, written)
        from parcours.jobs.upsert import merge_rows

        count = rows.persist().count()
        try:
            if count:
                merge_rows(store, table, rows, count, marks={MERGED: until})
        finally:
            rows.unpersist()
        boundary(f"after merging into {table}")


def _is_merged(store: Store, table: str, pinned: int, until: str) -> bool:
    delta = store.delta(table)
    since = delta.version() - pinned
    return since > 0 and any(mark_of(entry, MERGED) == until for entry in delta.history(since))


def _of_tick(store: Store, table: str, until: str) -> DataFrame:
    from pyspark.sql import functions as F

    end = dt.datetime.strptime(until, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)
    rows = store.read(table, within=[Within("tick_until", end, end)])
    return rows.where(F.col("tick_until") == F.lit(end))


def _profiles(store: Store, until: str, written: Written) -> DataFrame:
    """The profiles that change."""
    from parcours.jobs.upsert import add_profile_columns
    from parcours.transforms.written import changed_profiles, last_values

    add_profile_columns(store, written.columns)
    version, pinned = store.version("profiles"), written.pinned.get("profiles")
    kinds = store.column_types("profiles")
    last = last_values(_of_tick(store, "profile_updates", until), {name: kinds[name] for name in written.columns})
    before = None if pinned is None or pinned == version else store.read("profiles", pinned)
    return changed_profiles(last, store.read("profiles", version), before)


def _stays(store: Store, until: str, written: Written) -> DataFrame:
    """The stays that change."""
    from pyspark.sql import functions as F

    from parcours.jobs.beside import members
    from parcours.jobs.inputs import Pinned
    from parcours.jobs.upsert import IS_GONE
    from parcours.transforms.dispatch import quoted
    from parcours.transforms.written import changed_stays

    is_passed = "step_type = 'update_audience' AND outcome = 'passed' AND mode = 'live'"
    passed = _of_tick(store, "step_outcomes", until).where(is_passed)
    entries = ", ".join(
        f"{quoted(step)}, named_struct('audience_id', {quoted(audience)}, 'is_added', {str(is_added).lower()})"
        for step, (audience, is_added) in written.changes.items()
    )
    step = F.concat_ws("|", "journey_id", "journey_version", "step_id")
    told = passed.withColumn("step", step).withColumn("change", F.expr(f"try_element_at(map({entries}), step)"))
    changes = told.select("change.*", "profile_id", F.unix_micros("occurred_at").alias("at"), "instance_id", "sequence")
    stays = members(store, Pinned.now(store).versions)
    assert stays is not None
    changed = changed_stays(changes, stays)
    if not store.is_elsewhere("audience_members"):
        return changed.withColumnRenamed("is_gone", IS_GONE)
    # The source's stay can't be changed: one of ours takes its place.
    ended = F.when(F.col("is_gone"), F.col("entered_at")).otherwise(F.col("exited_at"))
    known = stays.select("audience_id", "profile_id", "entered_at", "attributes")
    whole = changed.join(known, on=["audience_id", "profile_id", "entered_at"], how="left")  # unique on the key
    return whole.withColumn("exited_at", ended).drop("is_gone")
