"""Profiles and stays as they are read: where the source stands elsewhere, with what journeys wrote beside it.

A source elsewhere is never written (specification 3). What journeys set in its profiles is laid over it at reading;
stays that they start or end are kept in the warehouse's own table: one of the same key takes the place of the
source's, and one that has no length (`exited_at` is `entered_at`) says that it was never there.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from parcours.jobs import changes
from parcours.jobs.store import OWN_STAYS, Store
from parcours.tables import ALL
from parcours.transforms.written import with_updates

MEMBERS = "audience_members"
UPDATES = "profile_updates"
KEY = ALL[MEMBERS].key


def beside_tables(store: Store) -> list[str]:
    """The tables that are read beside a source that stands elsewhere."""
    return [OWN_STAYS] if store.is_elsewhere(MEMBERS) and store.exists(OWN_STAYS) else []


def profiles(store: Store, version: int | None) -> DataFrame:
    """The profiles at a version, with what committed ticks set in them."""
    source = store.read("profiles", version)
    if not store.is_elsewhere("profiles") or not store.exists(UPDATES) or store.is_empty(UPDATES):
        return source
    columns = store.small(UPDATES, columns=["column"])["column"].unique().to_pylist()
    declared = getattr(store.project, "profiles", None) or {}
    types = {name: declared.get(name, "string") for name in sorted(columns)} | dict(source.dtypes)
    return with_updates(source, store.read(UPDATES), {name: types[name] for name in sorted(columns)})


def members(store: Store, versions: Mapping[str, int]) -> DataFrame | None:
    """The stays at these versions; None where there is no such table."""
    version, own_version = versions.get(MEMBERS), versions.get(OWN_STAYS)
    if version is None:
        return None
    stays = store.read(MEMBERS, version)
    if own_version is None:
        return stays
    own = store.read(OWN_STAYS, own_version)
    others = stays.join(own.select(*KEY), on=list(KEY), how="left_anti").select(*own.columns)
    return others.unionByName(own.where("exited_at IS NULL OR exited_at > entered_at"))


def member_changes(store: Store, before: Mapping[str, int], now: Mapping[str, int]) -> DataFrame:
    """The stays that are new or changed since the former versions, as `Store.changes` gives them."""
    if now.get(OWN_STAYS) is None:
        return store.changes(MEMBERS, before.get(MEMBERS), now[MEMBERS])
    stays = members(store, now)
    assert stays is not None
    return changes.from_snapshots(members(store, before), stays, KEY)


def are_changed(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether any stay may have changed between these versions."""
    return any(before.get(table) != now.get(table) for table in (MEMBERS, OWN_STAYS))


def most_members(store: Store, versions: Mapping[str, int]) -> int:
    """A bound on how many stays there are."""
    return sum(store.most_rows(table, versions[table]) for table in (MEMBERS, OWN_STAYS) if table in versions)


def as_read(store: Store, table: str) -> DataFrame:
    """A table as it stands now, with what journeys wrote beside it where it is a source elsewhere."""
    if table == "profiles":
        return profiles(store, store.version(table))
    versions = {name: store.version(name) for name in (table, *beside_tables(store))}
    if table == MEMBERS:
        found = members(store, {name: version for name, version in versions.items() if version is not None})
        assert found is not None
        return found
    return store.read(table, versions[table])
