"""Moments of random cases: five days in which Europe's clocks change, on a coarse grid, so that things coincide."""

from __future__ import annotations

import datetime as dt

from tests.choices import Choices
from tests.oracle.clock import UTC, iso

START = dt.datetime(2026, 3, 27, tzinfo=UTC)
"""A Friday; on Sunday the 29th at 01:00 UTC the clocks of Europe go forward."""
HOURS = 5 * 24
ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def hours_after(hours: int, minutes: int = 0) -> str:
    return iso(START + dt.timedelta(hours=hours, minutes=minutes))


def moment(choices: Choices, lowest: int = 0, highest: int = HOURS) -> str:
    """A full hour, or now and then half past it."""
    return hours_after(choices.number(lowest, highest), choices.pick((0, 0, 0, 30)))


def local_clock(choices: Choices) -> str:
    return choices.pick(("09:00", "00:00", "02:30", "18:00", "23:30"))


def weekdays(choices: Choices) -> list[str]:
    return list(choices.pick((("fri", "sat", "sun"), ("sun",), ("mon", "tue"), ("sat", "mon"))))
