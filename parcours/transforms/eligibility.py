"""Whether a profile may be sent to, and from when not: specification 2.5, 1, as columns.

For each kind of send of the row's version: `addresses` (as they stand), `eligibility` (index into walk's ELIGIBILITY),
`suppressed_at` and `allowed_at` (microseconds; null never), `address_keys` (text; equal ones are one address).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, quoted
from parcours.walk.plan import SendKind, Version

PHONES = ("sms", "mms", "whatsapp")
WELL_FORMED_EMAIL = r"^[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+$"
WELL_FORMED_PHONE = r"^\\+[0-9]{7,15}$"


def with_eligibility(movers: DataFrame, versions: Sequence[Version], suppressions: DataFrame | None) -> DataFrame:
    """The movers with the five arrays, one element for each kind of send of their version."""
    kinds = max((len(version.sends) for version in versions), default=0)
    addressed = movers.withColumns({f"__address_{k}": by_version(_each(versions, k, _address)) for k in range(kinds)})
    judged = addressed.withColumns(
        {
            **{f"__key_{k}": by_version(_each(versions, k, _key)) for k in range(kinds)},
            **{f"__code_{k}": by_version(_each(versions, k, _code)) for k in range(kinds)},
        }
    )
    for k in range(kinds):
        judged = _with_lists(judged, versions, k, suppressions)
    names = {
        "addresses": ("__address", "string"),
        "address_keys": ("__key", "string"),
        "eligibility": ("__code", "int"),
        "suppressed_at": ("__suppressed", "bigint"),
        "allowed_at": ("__allowed", "bigint"),
    }
    arrays = {name: _array(prefix, kinds, kind) for name, (prefix, kind) in names.items()}
    working = [f"{prefix}_{k}" for prefix, _ in names.values() for k in range(kinds)]
    return judged.withColumns(arrays).drop(*working)


def _array(prefix: str, kinds: int, kind: str) -> Column:
    return F.array(*[F.col(f"{prefix}_{k}").cast(kind) for k in range(kinds)]).cast(f"array<{kind}>")


def _each(versions: Sequence[Version], k: int, text: Callable[[SendKind, int], str]) -> list[str]:
    return [text(version.sends[k], k) if k < len(version.sends) else "" for version in versions]


def _address(send: SendKind, k: int) -> str:
    return f"CAST(({send.address}) AS STRING)" if send.address is not None else ""


def _key(send: SendKind, k: int) -> str:
    """Addresses are compared without case for email, as written elsewhere (1.4)."""
    return f"lower(__address_{k})" if send.channel == "email" else f"__address_{k}"


def _code(send: SendKind, k: int) -> str:
    address = f"__address_{k}"
    if send.channel == "email":
        is_well_formed = f"{address} RLIKE '{WELL_FORMED_EMAIL}'"
    elif send.channel in PHONES:
        is_well_formed = f"{address} RLIKE '{WELL_FORMED_PHONE}'"
    else:
        is_well_formed = f"{address} <> ''"
    has_refused = f"coalesce(({send.consent}) = 'n', false)" if send.consent is not None else "false"
    return f"CASE WHEN {address} IS NULL THEN 1 WHEN NOT {is_well_formed} THEN 2 WHEN {has_refused} THEN 3 ELSE 0 END"


def _with_lists(frame: DataFrame, versions: Sequence[Version], k: int, suppressions: DataFrame | None) -> DataFrame:
    """Adds from when the address, or its domain, stands on the suppression list and on the allow-list."""
    never = F.lit(None).cast("bigint")
    if suppressions is None:
        return frame.withColumns({f"__suppressed_{k}": never, f"__allowed_{k}": never})
    channel = by_version(_each(versions, k, lambda send, _: quoted(send.channel)))
    domain = F.when(
        F.col(f"__key_{k}").contains("@"), F.concat(F.lit("@"), F.substring_index(F.col(f"__key_{k}"), "@", -1))
    )
    keyed = frame.withColumns({"__channel": channel, "__domain": domain})
    lists = by_address(suppressions)
    for name, key in (("own", f"__key_{k}"), ("domain", "__domain")):
        side = lists.select(
            F.col("channel").alias("__list_channel"),
            F.col("address_key").alias("__list_key"),
            F.col("suppressed_at").alias(f"__{name}_suppressed"),
            F.col("allowed_at").alias(f"__{name}_allowed"),
        )
        same = (F.col("__channel") == F.col("__list_channel")) & (F.col(key) == F.col("__list_key"))
        keyed = keyed.join(side, on=same, how="left").drop("__list_channel", "__list_key")
    first = {
        f"__suppressed_{k}": F.least("__own_suppressed", "__domain_suppressed"),
        f"__allowed_{k}": F.least("__own_allowed", "__domain_allowed"),
    }
    temporary = [
        "__channel",
        "__domain",
        *(f"__{n}_{what}" for n in ("own", "domain") for what in ("suppressed", "allowed")),
    ]
    return keyed.withColumns(first).drop(*temporary)


def by_address(suppressions: DataFrame) -> DataFrame:
    """One row a channel and address as it is compared: from when it is suppressed or allowed, in microseconds.

    Without `added_at` it has always been.
    """
    key = F.when(F.col("channel") == "email", F.lower("address")).otherwise(F.col("address"))
    since = F.coalesce(F.unix_micros("added_at"), F.lit(-(2**62)))
    is_allow = F.col("list") == "allow"
    return (
        suppressions.select("channel", key.alias("address_key"), since.alias("since"), is_allow.alias("is_allow"))
        .groupBy("channel", "address_key")
        .agg(
            F.min(F.when(~F.coalesce("is_allow", F.lit(False)), F.col("since"))).alias("suppressed_at"),
            F.min(F.when(F.col("is_allow"), F.col("since"))).alias("allowed_at"),
        )
    )
