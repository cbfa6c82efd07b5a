"""Ids and buckets, as specification 2.2 publishes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import xxhash


def digest(*parts: object) -> str:
    return hashlib.md5("|".join(str(part) for part in parts).encode()).hexdigest()


def instance_id(journey_id: str, version: int, profile_id: str, entry_key: str) -> str:
    return digest(journey_id, version, profile_id, entry_key)


def delivery_id(instance: str, step_id: str) -> str:
    return digest(instance, step_id)


def described_delivery(said: Mapping[str, Any]) -> str:
    """The id of the delivery that a case describes as {journey_id, version, profile_id, entry_key, step_id}."""
    instance = instance_id(said["journey_id"], said["version"], said["profile_id"], said["entry_key"])
    return delivery_id(instance, said["step_id"])


def bucket(salt: str, profile_id: str) -> int:
    """0 to 9999: Spark's pmod(xxhash64(salt|profile), 10000), whose hash is signed and seeded with 42."""
    unsigned = xxhash.xxh64(f"{salt}|{profile_id}".encode(), seed=42).intdigest()
    return (unsigned - (1 << 64) if unsigned >= 1 << 63 else unsigned) % 10000


def hundredths(percent: object) -> int:
    """A percent as a number of buckets."""
    return int(Decimal(str(percent)) * 100)
