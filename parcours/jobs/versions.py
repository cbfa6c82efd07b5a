"""The published versions of journeys: the rows of `journey_versions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

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
