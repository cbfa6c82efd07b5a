"""What each Delta table holds: columns, types, units, grain, allowed values. Plain Python."""

from parcours.tables.daily import DAILY
from parcours.tables.engine import ENGINE
from parcours.tables.model import Column, Table
from parcours.tables.sources import FIRST_ROW_STANDS, SOURCES

ALL: dict[str, Table] = {**SOURCES, **ENGINE, **DAILY}
"""Every table of a warehouse by name."""

__all__ = ["ALL", "DAILY", "ENGINE", "FIRST_ROW_STANDS", "SOURCES", "Column", "Table"]
