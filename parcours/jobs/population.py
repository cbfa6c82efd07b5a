"""People, stays and events for the demo: the same ones every time, with the noise that real data has."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SEED = 20260301
HISTORY = dt.timedelta(days=60)
"""How long before the journeys begin people have been ordering."""
ORDERS_A_DAY = 0.004
"""Orders a day for each person."""
MICROSECONDS = 1_000_000

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

NAMES = (
    "Ada Aiko Alice Amir Ana Antoine Bea Ben Camille Carlos Chloe Clara Dan Diego Elena Emil Emma Erik Eva Fay Felix "
    "Finn Gabriel Grace Gus Hana Hugo Ida Ines Iris Jack Jade Jan Jules Kai Karim Kenji Lea Leo Lina Louis Lucas Lucy "
    "Manon Marco Maria Marie Max Mia Mila Nina Noah Nora Olga Oscar Paul Rosa Sara Sofia Theo Tom Yuki Zoe"
)
DOMAINS = {"mail.example": 45, "post.example": 25, "inbox.example": 20, "work.example": 10}
ZONES = {
    "Europe/Paris": ("FR", "fr-FR", 46),
    "Europe/Berlin": ("DE", "de-DE", 14),
    "Europe/London": ("GB", "en-GB", 14),
    "Europe/Madrid": ("ES", "es-ES", 6),
    "America/New_York": ("US", "en-US", 8),
    "America/Los_Angeles": ("US", "en-US", 4),
    "Asia/Tokyo": ("JP", "ja-JP", 3),
    "Australia/Sydney": ("AU", "en-AU", 2),
}
UNKNOWN_ZONES = ("Mars/Olympus", "europe/paris", "CEST")


@dataclass(frozen=True)
class Population:
    """Rows of the input tables, as Arrow. `late_events` are learnt only when half of the days are over."""

    profiles: pa.Table
    audience_members: pa.Table
    events: pa.Table
    late_events: pa.Table
    suppressions: pa.Table


def make_population(count: int, start: dt.datetime, days: int) -> Population:
    """So many people, who have been ordering for two months at `start` and go on doing so for `days`."""
    chance = np.random.default_rng(SEED)
    ids = np.array([f"p{number:07d}" for number in range(1, count + 1)], dtype=object)
    orders = _orders(chance, ids, start, days)
    before = np.where(orders.at < _micros(start), orders.amount, 0.0)
    spent = np.bincount(orders.person, weights=before, minlength=count).astype(np.float64)
    profiles = _profiles(chance, ids, spent)
    late = (orders.at >= _micros(start)) & (chance.random(len(orders.at)) < 0.03)
    late &= orders.at < _micros(start + dt.timedelta(days=days / 2))
    return Population(
        profiles=profiles,
        audience_members=_members(chance, ids, start, days),
        events=pa.concat_tables([_order_events(orders, ids, ~late), _page_views(chance, ids, start, days)]),
        late_events=_order_events(orders, ids, late),
        suppressions=_suppressions(chance, profiles, start),
    )


# ------------------------------------------------------------------------------------------------------------ people
def _profiles(chance: np.random.Generator, ids: Texts, spent: Floats) -> pa.Table:
    count = len(ids)
    names = chance.choice(np.array(NAMES.split(), dtype=object), count)
    zone_names = np.array([*ZONES, *UNKNOWN_ZONES, None], dtype=object)
    weights = np.array([*(share for _, _, share in ZONES.values()), 0.4, 0.3, 0.3, 2.0])
    zones = chance.choice(zone_names, count, p=weights / weights.sum())
    tiers = np.array([None, "silver", "gold"], dtype=object)[np.digitize(spent, [120, 250])]
    names_told = np.array(names)
    names_told[chance.random(count) < 0.06] = None
    push = [f"token-{id}" if has else None for id, has in zip(ids, chance.random(count) < 0.55, strict=True)]
    return pa.table(
        {
            "profile_id": _text(ids),
            "email": _text(_emails(chance, ids, names)),
            "phone": pa.nulls(count, pa.string()),
            "push_token": pa.array(push, pa.string()),
            "timezone": _text(zones),
            "locale": _text([ZONES[zone][1] if zone in ZONES else None for zone in zones]),
            "is_test": pa.array(np.zeros(count, dtype=bool)),
            "consents": _consents(chance, count),
            "first_name": _text(names_told),
            "country": _text([ZONES[zone][0] if zone in ZONES else None for zone in zones]),
            "tier": _text(tiers),
            "lifetime_value": pa.array(np.round(spent, 2)),
        }
    )


def _emails(chance: np.random.Generator, ids: Texts, names: Texts) -> list[str | None]:
    """Mostly fine ones; some are missing or malformed, and now and then two people share one."""
    domains = chance.choice(list(DOMAINS), len(ids), p=np.array(list(DOMAINS.values())) / sum(DOMAINS.values()))
    draw = chance.random(len(ids))
    found: list[str | None] = []
    for number, (id, name, domain, luck) in enumerate(zip(ids, names, domains, draw, strict=True)):
        fine = f"{name.lower()}.{id}@{domain}"
        if luck < 0.012:
            found.append(None)
        elif luck < 0.020:
            found.append((fine.replace("@", " at "), fine.replace("@", "@@"), f"{name.lower()}@localhost")[number % 3])
        elif luck < 0.028 and number:
            found.append(found[-1])
        else:
            found.append(fine)
    return found


def _consents(chance: np.random.Generator, count: int) -> pa.Array:
    """By channel; a few have never been asked."""
    choices: Sequence[list[tuple[str, str]] | None] = (
        [("email", "y"), ("push", "y")],
        [("email", "y"), ("push", "n")],
        [("email", "n"), ("push", "y")],
        [("email", "n"), ("push", "n")],
        None,
    )
    drawn = chance.choice(len(choices), count, p=[0.66, 0.16, 0.05, 0.05, 0.08])
    kinds = pa.array(choices, pa.map_(pa.string(), pa.string()))
    return kinds.take(pa.array(drawn))


def _members(chance: np.random.Generator, ids: Texts, start: dt.datetime, days: int) -> pa.Table:
    """The newsletter's: most have subscribed long ago, some do so or leave during the days; a few have no profile."""
    kind = chance.random(len(ids))
    is_member = kind < 0.72
    joins_late = kind < 0.05
    leaves = (kind >= 0.05) & (kind < 0.09)
    within = chance.integers(0, days * 86400, len(ids)) * MICROSECONDS + _micros(start)
    before = _micros(start) - chance.integers(3600, 400 * 86400, len(ids)) * MICROSECONDS
    entered = np.where(joins_late, within, before)[is_member]
    exited = pa.array(np.where(leaves, within, 0)[is_member], mask=~leaves[is_member])
    strangers = [f"x{number:05d}" for number in range(max(1, len(ids) // 500))]
    long_ago = np.full(len(strangers), _micros(start) - 86400 * MICROSECONDS)
    people = _text([*ids[is_member], *strangers])
    return pa.table(
        {
            "audience_id": pa.array(["newsletter"] * len(people), pa.string()),
            "profile_id": people,
            "entered_at": _instants(pa.array(np.concatenate([entered, long_ago]))),
            "exited_at": _instants(pa.concat_arrays([exited, pa.nulls(len(strangers), pa.int64())])),
            "attributes": pa.nulls(len(people), pa.map_(pa.string(), pa.string())),
        }
    )


def _suppressions(chance: np.random.Generator, profiles: pa.Table, start: dt.datetime) -> pa.Table:
    """Some addresses, and a whole domain."""
    emails = [email for email in profiles["email"].to_pylist() if email and "@" in email]
    chosen = chance.choice(np.array(emails, dtype=object), max(1, len(emails) // 200), replace=False)
    addresses = _text([*sorted(set(chosen)), "@blocked.example"])
    reasons = ["bounced"] * (len(addresses) - 1) + ["a domain of ours"]
    added = np.full(len(addresses), _micros(start) - 30 * 86400 * MICROSECONDS)
    return pa.table(
        {
            "channel": pa.array(["email"] * len(addresses), pa.string()),
            "address": addresses,
            "reason": pa.array(reasons, pa.string()),
            "added_at": _instants(pa.array(added)),
            "list": pa.array(["suppress"] * len(addresses), pa.string()),
        }
    )


# ------------------------------------------------------------------------------------------------------------ events
@dataclass(frozen=True)
class _Orders:
    person: Integers
    at: Integers
    amount: Floats
    items: Integers


def _orders(chance: np.random.Generator, ids: Texts, start: dt.datetime, days: int) -> _Orders:
    """Few people order much, most seldom; by day more than by night."""
    span = days + HISTORY.days
    count = max(5, round(len(ids) * ORDERS_A_DAY * span))
    eagerness = chance.pareto(1.6, len(ids)) + 0.05
    person = chance.choice(len(ids), count, p=eagerness / eagerness.sum()).astype(np.int64)
    day = chance.integers(0, span, count)
    second = np.clip(chance.normal(14.5 * 3600, 4 * 3600, count), 0, 86399).astype(np.int64)
    at = _micros(start - HISTORY) + (day * 86400 + second) * MICROSECONDS
    items = chance.geometric(0.45, count).astype(np.int64)
    amount = np.round(np.exp(chance.normal(3.2, 0.6, count)) * np.sqrt(items), 2)
    order = np.argsort(at, kind="stable")
    return _Orders(person[order], at[order], amount[order], items[order])


def _order_events(orders: _Orders, ids: Texts, chosen: npt.NDArray[np.bool_]) -> pa.Table:
    """Every hundred and fiftieth amount is no number, and every three hundredth order is of somebody unknown."""
    numbers = np.flatnonzero(chosen)
    attributes = []
    for number in numbers:
        amount = f"{orders.amount[number]:.2f}" if number % 150 else "twelve"
        attributes.append([("order_id", f"A-{number:06d}"), ("amount", amount), ("items", str(orders.items[number]))])
    people = [ids[orders.person[number]] if number % 300 != 7 else f"guest-{number}" for number in numbers]
    return _events(
        "order_placed", [f"order-{number:06d}" for number in numbers], people, orders.at[numbers], attributes
    )


def _page_views(chance: np.random.Generator, ids: Texts, start: dt.datetime, days: int) -> pa.Table:
    count = max(1, len(ids) // 4)
    people = chance.choice(ids, count)
    at = _micros(start) + chance.integers(0, days * 86400, count) * MICROSECONDS
    names = [f"view-{number:06d}" for number in range(count)]
    return _events("page_viewed", names, list(people), at, [None] * count)


def _events(
    kind: str,
    names: Sequence[str],
    people: Sequence[str],
    at: Integers,
    attributes: Sequence[Sequence[tuple[str, str]] | None],
) -> pa.Table:
    return pa.table(
        {
            "event_id": _text(names),
            "event_type": pa.array([kind] * len(names), pa.string()),
            "profile_id": _text(people),
            "event_time": _instants(pa.array(at, pa.int64())),
            "attributes": pa.array(attributes, pa.map_(pa.string(), pa.string())),
        }
    )


# ------------------------------------------------------------------------------------------------------------- Arrow
def _text(values: Sequence[str | None] | Texts) -> pa.Array:
    return pa.array(list(values), pa.string())


def _instants(micros: pa.Array) -> pa.Array:
    return micros.cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def _micros(moment: dt.datetime) -> int:
    return int((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(microseconds=1))


def table_rows(population: Population) -> Mapping[str, pa.Table]:
    """What stands in the tables from the beginning, by table."""
    return {
        "profiles": population.profiles,
        "audience_members": population.audience_members,
        "events": population.events,
        "suppressions": population.suppressions,
    }
