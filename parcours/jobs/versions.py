"""The published versions of journeys: the rows of `journey_versions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from parcours.jobs.boundaries import boundary
from parcours.jobs.schemas import arrow_schema
from parcours.jobs.store import Store
from parcours.tables import ALL


def versions(store: Store) -> list[dict[str, Any]]:
    """The rows of `journey_versions`, by journey and version."""
    if not store.exists("journey_versions"):
        return []
    rows: list[dict[str, Any]] = store.small("journey_versions").to_pylist()
    return sorted(rows, key=lambda row: (row["journey_id"], row["version"]))


def write_versions(store: Store, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replaces the whole of `journey_versions`, a small table, in one commit."""
    schema = arrow_schema(ALL["journey_versions"])
    write_deltalake(store.path("journey_versions"), pa.Table.from_pylist(list(rows), schema=schema), mode="overwrite")


def finish_versions(store: Store, finished: Mapping[str, str]) -> None:
    """Notes that nobody is inside these closed versions any more."""
    rows = versions(store)
    concerned = [
        row for row in rows if f"{row['journey_id']}|{row['version']}" in finished and row["state"] == "closed"
    ]
    for row in concerned:
        ended = dt.datetime.fromisoformat(finished[f"{row['journey_id']}|{row['version']}"])
        row.update(state="finished", ended_at=ended)
    if concerned:
        boundary("before journey_versions")
        write_versions(store, rows)
        boundary("after journey_versions")
