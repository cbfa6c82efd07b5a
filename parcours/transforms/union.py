"""Frames one below the other."""

from __future__ import annotations

from pyspark.sql import DataFrame


def union(*parts: DataFrame | None) -> DataFrame | None:
    """The rows of all the frames that there are; None where there is none."""
    found: DataFrame | None = None
    for part in parts:
        if part is not None:
            found = part if found is None else found.unionByName(part)
    return found
