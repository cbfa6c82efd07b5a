"""Texts of Spark SQL that differ from version to version, chosen row by row by the column `version`."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from parcours.definition.expressions.terms import quoted

__all__ = ["by_version", "comes_by_jump", "local_time", "quoted"]


def by_version(texts: Sequence[str], none: str = "NULL") -> Column:
    """For each row the text of its version; `none` where that is empty.

    A binary IF: a flat CASE over a hundred versions takes minutes to plan, and columns built call by call as well
    (reference/stack.md 8.3). Only the row's own text is computed.
    """
    return F.expr(choose(texts, none))


def choose(texts: Sequence[str], none: str = "NULL") -> str:
    """The same as text."""
    return _choose([text or none for text in texts], 0)


def _choose(texts: Sequence[str], first: int) -> str:
    if not texts:
        return "NULL"
    if all(text == texts[0] for text in texts):
        return texts[0]
    middle = len(texts) // 2
    left, right = _choose(texts[:middle], first), _choose(texts[middle:], first + middle)
    return f"IF(version < {first + middle}, {left}, {right})"


def local_time(instant: str) -> Column:
    """The local time, in the row's `zone_name`, of a column of microseconds."""
    return F.expr(f"CAST(from_utc_timestamp(timestamp_micros({instant}), zone_name) AS TIMESTAMP_NTZ)")


def comes_by_jump() -> Column:
    """Whether an entry key is that of a jump (2.2): an audience, or an event's id, may begin with the word as well."""
    return F.col("entry_key").rlike("^jump[|][0-9a-f]{32}[|]")
