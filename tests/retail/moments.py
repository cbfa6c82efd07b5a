"""Times, buckets and amounts for what is worked out beside the engine: none of its code. Instants are whole seconds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

import xxhash

from tests.retail.shop import LONDON

HOUR, DAY = 3600, 86400


def local_moment(at: int, zone: ZoneInfo, time: str, in_days: int) -> int:
    """The first such local time that isn't before the instant, nor before the local date so many days after it."""
    hour, minute = map(int, time.split(":"))
    today = dt.datetime.fromtimestamp(at, zone).date()
    for days in range(in_days, in_days + 2):
        day = today + dt.timedelta(days=days)
        moment = int(dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())
        if moment >= at:
            return moment
    raise AssertionError("tomorrow has every time of these")


@cache
def london_date(at: int) -> dt.date:
    return dt.datetime.fromtimestamp(at, LONDON).date()


@cache
def text(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bucket(salt: str, profile_id: str) -> int:
    """As published in specification 2.2: Spark's xxhash64 has the seed 42, and its sign."""
    unsigned = xxhash.xxh64_intdigest(f"{salt}|{profile_id}", seed=42)
    return (unsigned - 2**64 if unsigned >= 2**63 else unsigned) % 10_000


def number_of(amount: str) -> Decimal | None:
    try:
        return Decimal(amount)
    except InvalidOperation:
        return None
