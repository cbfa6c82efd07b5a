"""Whether a profile may be sent to, and from when not: specification 2.5, 1, as columns.

For each kind of send of the row's version: `addresses` (as they stand), `eligibility` (index into walk's ELIGIBILITY),
`suppressed_at` and `allowed_at` (microseconds; null never), `address_keys` (text; equal ones are one address).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version
from parcours.walk.plan import Version
from parcours.walk.sends import SendKind

PHONES = ("sms", "mms", "whatsapp")
WELL_FORMED_EMAIL = r"^[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+$"
WELL_FORMED_PHONE = r"^\\+[0-9]{7,15}$"


@dataclass(frozen=True)
class Lists:
    """The rows of `suppressions`, and of which channels there are rows of addresses, and of domains."""

    rows: DataFrame
    of_addresses: frozenset[str]
    of_domains: frozenset[str]


@dataclass(frozen=True)
class Lane:
    """An address that messages of any version go to, looked up once for all of them."""

    channel: str
    address: str | None
    number: int

    @property
    def at(self) -> str:
        return f"__address_{self.number}"

    @property
    def key(self) -> str:
        return f"__key_{self.number}"


def with_eligibility(movers: DataFrame, versions: Sequence[Version], lists: Lists | None) -> DataFrame:
    """The movers with the five arrays, one element for each kind of send of their version."""
    found = sorted({(send.channel, send.address or "") for version in versions for send in version.sends})
    lanes = {(channel, text): Lane(channel, text or None, number) for number, (channel, text) in enumerate(found)}
    judged = movers.withColumns({lane.at: F.expr(_address(lane)) for lane in lanes.values()})
    judged = judged.withColumns({lane.key: F.expr(_key(lane)) for lane in lanes.values()})
    for lane in lanes.values():
        judged = _with_lists(judged, lane, lists)

    def array(text: Callable[[Lane, SendKind], str], kind: str) -> Column:
        texts = [
            ", ".join(text(lanes[send.channel, send.address or ""], send) for send in version.sends)
            for version in versions
        ]
        return by_version([f"CAST(array({listed}) AS ARRAY<{kind}>)" for listed in texts])

    arrays = {
        "addresses": array(lambda lane, _: lane.at, "STRING"),
        "address_keys": array(lambda lane, _: lane.key, "STRING"),
        "eligibility": array(_code, "INT"),
        "suppressed_at": array(lambda lane, _: f"__suppressed_{lane.number}", "BIGINT"),
        "allowed_at": array(lambda lane, _: f"__allowed_{lane.number}", "BIGINT"),
    }
    working = ("address", "key", "suppressed", "allowed")
    return judged.withColumns(arrays).drop(*(f"__{name}_{n}" for name in working for n in range(len(lanes))))


def _address(lane: Lane) -> str:
    return f"CAST(({lane.address or 'NULL'}) AS STRING)"


def _key(lane: Lane) -> str:
    """Addresses are compared without case for email, as written elsewhere (1.4)."""
    return f"lower({lane.at})" if lane.channel == "email" else lane.at


def _code(lane: Lane, send: SendKind) -> str:
    address = lane.at
    if send.channel == "email":
        is_well_formed = f"{address} RLIKE '{WELL_FORMED_EMAIL}'"
    elif send.channel in PHONES:
        is_well_formed = f"{address} RLIKE '{WELL_FORMED_PHONE}'"
    else:
        is_well_formed = f"{address} <> ''"
    has_refused = f"coalesce(({send.consent}) = 'n', false)" if send.consent is not None else "false"
    return f"CASE WHEN {address} IS NULL THEN 1 WHEN NOT {is_well_formed} THEN 2 WHEN {has_refused} THEN 3 ELSE 0 END"


def _with_lists(frame: DataFrame, lane: Lane, lists: Lists | None) -> DataFrame:
    """Adds from when the lane's address, or its domain, stands on the suppression list and on the allow-list."""
    keys = {}
    if lists is not None and lane.channel in lists.of_addresses:
        keys["own"] = lane.key
    if lists is not None and lane.channel in lists.of_domains:
        keys["domain"] = f"IF({lane.key} LIKE '%@%', concat('@', substring_index({lane.key}, '@', -1)), NULL)"
    for name, key in keys.items():
        assert lists is not None
        side = by_address(lists.rows, lane.channel).selectExpr(
            f"address_key AS __{name}_key",
            f"suppressed_at AS __{name}_suppressed",
            f"allowed_at AS __{name}_allowed",
        )
        # One row an address, so the join adds no rows.
        frame = frame.join(side, on=F.expr(f"{key} = __{name}_key"), how="left").drop(f"__{name}_key")

    def first(what: str) -> Column:
        columns = [f"__{name}_{what}" for name in keys]
        # least wants two at the least, and leaves nulls aside.
        return F.expr(f"least({', '.join([*columns, 'CAST(NULL AS BIGINT)', 'CAST(NULL AS BIGINT)'])})")

    known = frame.withColumns(
        {f"__suppressed_{lane.number}": first("suppressed"), f"__allowed_{lane.number}": first("allowed")}
    )
    return known.drop(*(f"__{name}_{what}" for name in keys for what in ("suppressed", "allowed")))


def by_address(suppressions: DataFrame, channel: str) -> DataFrame:
    """One row an address of the channel as it is compared: from when it is suppressed or allowed, in microseconds.

    Without `added_at` it has always been.
    """
    key = "lower(address)" if channel == "email" else "address"
    since = f"coalesce(unix_micros(added_at), {-(2**62)}L)"
    mine = suppressions.where(F.col("channel") == channel).selectExpr(
        f"{key} AS address_key", f"{since} AS since", "list <=> 'allow' AS is_allow"
    )
    return mine.groupBy("address_key").agg(
        F.expr("min(since) FILTER (WHERE NOT is_allow) AS suppressed_at"),
        F.expr("min(since) FILTER (WHERE is_allow) AS allowed_at"),
    )
