"""Movers as they see themselves once they have written something in the tick: their profile, stays and findings.

A row's `passed` are the steps that did it, in order, each with its moment: (step, at), null or empty for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from parcours.transforms.dispatch import by_version, local_time, quoted
from parcours.transforms.lookup import FINDING, with_finding
from parcours.transforms.stays import STAYS, stays_after
from parcours.transforms.zone import with_zone
from parcours.walk.agenda import Agenda
from parcours.walk.layers import Passed
from parcours.walk.plan import ZONE, Version

Seen = Callable[[DataFrame], DataFrame]
"""Gives movers what they see after the steps that they have in `passed`."""
Ways = Collection[tuple[int, Sequence[Passed]]]
"""(version, steps passed) of all rows."""


def with_layers(
    movers: DataFrame, ways: Ways, agenda: Agenda, tables: Mapping[str, DataFrame], zones: DataFrame | None
) -> DataFrame:
    """The movers, in whose columns stands what they see after the steps that they have passed.

    `__now` and `__local_now` are those of the last step: whoever asks at a moment sets them anew.
    """
    found = movers
    for place in range(max((len(passed) for _, passed in ways), default=0)):
        steps = {(version, passed[place].step) for version, passed in ways if len(passed) > place}
        step = f"get(passed, {place})"
        placed = found.withColumns({"__step": F.expr(f"{step}.step"), "__at": F.expr(f"{step}.at")})
        timed = placed.withColumns({"__now": F.timestamp_micros("__at"), "__local_now": local_time("__at")})
        found = _after(timed, steps, agenda, tables, zones).drop("__step", "__at")
    return found


def _after(
    movers: DataFrame,
    steps: Collection[tuple[int, str]],
    agenda: Agenda,
    tables: Mapping[str, DataFrame],
    zones: DataFrame | None,
) -> DataFrame:
    """After the step that each row has in `__step`, one of these, at the moment `__at`."""

    def of_step(column: str, text: Callable[[Version, str], str]) -> Column:
        texts = []
        for version in agenda.versions:
            mine = sorted(step for index, step in steps if index == version.index)
            cases = [(step, text(version, step)) for step in mine]
            listed = " ".join(f"WHEN {quoted(step)} THEN {told}" for step, told in cases if told)
            texts.append(f"CASE __step {listed} ELSE {column} END" if listed else column)
        return by_version(texts, column)

    names = _fields(movers)
    written = {"profile": of_step("profile", lambda version, step: _profile(version, step, names))}
    if "__stays" in movers.columns:
        written["__stays"] = of_step("__stays", lambda version, step: _stays(version, step, _asked(version, agenda)))
    found = movers.withColumns(written)
    if any(ZONE.removeprefix("profile.") in agenda.versions[v].assignments.get(step, {}) for v, step in steps):
        found = with_zone(found.drop("zone", "zone_name", "unknown_zone"), agenda, zones)
    for index, step in sorted(steps):
        lookup = agenda.versions[index].lookups.get(step)
        table = tables.get(lookup.table) if lookup else None
        if lookup and table is not None:
            wanted = f"version = {index} AND __step = {quoted(step)}"
            looked = with_finding(found, lookup, table, wanted)
            value = F.expr(f"IF({wanted}, {FINDING}, {lookup.column})")
            found = looked.withColumn(lookup.column, value).drop(FINDING)
    return found


def _fields(movers: DataFrame) -> dict[str, str]:
    profile = movers.schema["profile"].dataType
    assert isinstance(profile, StructType)
    return {field.name: field.dataType.simpleString() for field in profile.fields}


def _profile(version: Version, step: str, names: Mapping[str, str]) -> str:
    """The profile after a step that sets columns of it, all by what they were before."""
    assigned = version.assignments.get(step)
    if assigned is None:
        return ""
    values = {
        name: f"CAST({assigned[name].sql} AS {kind})" if name in assigned else f"profile.`{name}`"
        for name, kind in names.items()
    }
    return f"named_struct({', '.join(f'{quoted(name)}, {value}' for name, value in values.items())})"


def _asked(version: Version, agenda: Agenda) -> set[str]:
    """The audiences of in_audience, by whichever version of the journey: who is inside may move into another one."""
    mine = (other for other in agenda.versions if other.journey.id == version.journey.id)
    return {audience for other in mine for audience in other.asked_audiences}


def _stays(version: Version, step: str, asked: Collection[str]) -> str:
    """The stays after a step that starts or ends one; only those of audiences that are asked for are kept."""
    change = version.stay_changes.get(step)
    if change is None or change[0] not in asked:
        return ""
    audience, is_added = quoted(change[0]), change[1]
    stays = f"coalesce(__stays[{audience}], CAST(array() AS {STAYS}))"
    others = f"map_filter(coalesce(__stays, map()), (name, own) -> name <> {audience})"
    return f"map_concat({others}, map({audience}, {stays_after(stays, '__at', is_added=is_added)}))"
