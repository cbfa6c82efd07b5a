"""The shop of online_retail.parquet as rows of input tables, with noise that goes by the customer's number.

An invoice's date is the shop's local time. What each kind of noise is for stands beside it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars

Row = dict[str, Any]

DATA = Path(__file__).parents[3] / "shared/data/online_retail.parquet"
LONDON = ZoneInfo("Europe/London")
NOWHERE = "Europe/Nowhere"
"""A zone that there isn't: the journey's is used."""
ZONES = {
    "United Kingdom": "Europe/London",
    "Germany": "Europe/Berlin",
    "France": "Europe/Paris",
    "Spain": "Europe/Madrid",
    "Belgium": "Europe/Brussels",
    "Switzerland": "Europe/Zurich",
    "Portugal": "Europe/Lisbon",
    "Italy": "Europe/Rome",
    "Finland": "Europe/Helsinki",
    "Austria": "Europe/Vienna",
    "Norway": "Europe/Oslo",
    "Australia": "Australia/Sydney",
    "Denmark": "Europe/Copenhagen",
    "Channel Islands": "Europe/Jersey",
    "Netherlands": "Europe/Amsterdam",
    "Sweden": "Europe/Stockholm",
    "Japan": "Asia/Tokyo",
    "Cyprus": "Asia/Nicosia",
    "Poland": "Europe/Warsaw",
    "Israel": "Asia/Jerusalem",
    "Canada": "America/Toronto",
    "USA": "America/New_York",
    "Greece": "Europe/Athens",
    "EIRE": "Europe/Dublin",
    "Malta": "Europe/Malta",
    "United Arab Emirates": "Asia/Dubai",
    "Bahrain": "Asia/Bahrain",
    "Singapore": "Asia/Singapore",
    "Brazil": "America/Sao_Paulo",
    "Saudi Arabia": "Asia/Riyadh",
    "Lithuania": "Europe/Vilnius",
    "Czech Republic": "Europe/Prague",
    "RSA": "Africa/Johannesburg",
    "Iceland": "Atlantic/Reykjavik",
    "Lebanon": "Asia/Beirut",
    "European Community": NOWHERE,
    "Unspecified": None,
}
CUSTOMERS = """
    SELECT CustomerID AS number, arg_min(Country, (InvoiceDate, InvoiceNo)) AS country,
           min(InvoiceDate) FILTER (InvoiceNo LIKE '5%') AS first_order_at
    FROM retail WHERE CustomerID IS NOT NULL GROUP BY CustomerID ORDER BY CustomerID
"""
# 'A' is an adjustment of the books, nobody's order. Prices have three decimals at most: so sums are exact.
INVOICES = """
    SELECT InvoiceNo AS invoice, CAST(max(CustomerID) AS VARCHAR) AS profile_id, min(InvoiceDate) AS invoiced_at,
           CAST(round(sum(Quantity * CAST(UnitPrice AS DECIMAL(12, 3))), 2) AS DECIMAL(12, 2)) AS amount,
           sum(Quantity) AS items
    FROM retail WHERE InvoiceNo NOT LIKE 'A%' GROUP BY InvoiceNo ORDER BY InvoiceNo
"""


@dataclass(frozen=True)
class Shop:
    """Rows by input table: instants aware, maps as dictionaries."""

    profiles: list[Row]
    events: list[Row]
    members: list[Row]
    suppressions: list[Row]


def read_shop() -> Shop:
    """The whole year of the shop."""
    with duckdb.connect() as database:
        database.execute(f"CREATE VIEW retail AS SELECT * FROM '{DATA}'")
        customers = database.sql(CUSTOMERS).pl().to_dicts()
        invoices = database.sql(INVOICES).pl().to_dicts()
    members = [_member(row) for row in customers if row["number"] % 2 == 0 and row["first_order_at"]]
    return Shop(
        # Some customers have no profile: they buy, and audiences select them.
        profiles=[_profile(row["number"], row["country"]) for row in customers if row["number"] % 89],
        events=[_event(row) for row in invoices],
        members=members,
        suppressions=_suppressions([row["number"] for row in customers]),
    )


def _profile(number: int, country: str) -> Row:
    return {
        "profile_id": str(number),
        "email": _email(number),
        "timezone": ZONES[country],
        "country": country,
        "push_token": None if number % 3 == 0 else f"token-{number}",
        "consents": _consents(number),
    }


def _email(number: int) -> str | None:
    if number % 97 == 3:
        return None
    if number % 71 == 5:
        return f"c{number} at mail.example"
    if number % 40 == 8:  # a household has one address, and writes it as it likes
        name = f"family{number // 400}"
        return f"{name.upper() if number % 80 == 8 else name}@home.example"
    return f"c{number}@{'post' if number % 10 == 6 else 'mail'}.example"


def _consents(number: int) -> dict[str, str] | None:
    """Nobody's word is consent too: most of those say nothing."""
    if number % 13 == 6:
        return None
    said = {"email": "n" if number % 13 == 4 else "y"}
    return said | ({"push": "n"} if number % 7 == 0 else {})


def _event(row: Row) -> Row:
    invoice = str(row["invoice"])
    # An amount that isn't a number is null for whoever reads it.
    amount = "unknown" if invoice.endswith("77") else str(row["amount"])
    return {
        "event_id": invoice,
        "event_type": "order_cancelled" if invoice.startswith("C") else "order_placed",
        "profile_id": row["profile_id"],
        "event_time": _instant(row["invoiced_at"]),
        "attributes": {"order_id": invoice, "amount": amount, "items": str(row["items"])},
    }


def _member(row: Row) -> Row:
    """Every second customer subscribes with the first order, and some leave after 150 days."""
    entered_at = _instant(row["first_order_at"])
    return {
        "audience_id": "newsletter",
        "profile_id": str(row["number"]),
        "entered_at": entered_at,
        "exited_at": entered_at + dt.timedelta(days=150) if row["number"] % 11 == 0 else None,
    }


def _suppressions(numbers: list[int]) -> list[Row]:
    """Some addresses from March on (written otherwise than in the profile), and a whole domain from October on."""
    march, october = dt.datetime(2011, 3, 1, 12, tzinfo=dt.UTC), dt.datetime(2011, 10, 1, tzinfo=dt.UTC)
    addresses = [(f"C{number}@MAIL.example", march) for number in numbers if number % 53 == 10]
    return [
        {"channel": "email", "address": address, "reason": "bounced", "added_at": added_at, "list": "suppress"}
        for address, added_at in [*addresses, ("@post.example", october)]
    ]


def _instant(local: dt.datetime) -> dt.datetime:
    return local.replace(tzinfo=LONDON).astimezone(dt.UTC)


# ---------------------------------------------------------------------------------------------------------------- files
def write_files(shop: Shop, folder: Path) -> dict[str, Path]:
    """The rows as files to load, one of each format, by table."""
    folder.mkdir()
    files = {
        "profiles": folder / "profiles.csv",
        "events": folder / "events.jsonl",
        "audience_members": folder / "members.parquet",
        "suppressions": folder / "suppressions.csv",
    }
    people = [
        {name: value for name, value in row.items() if name != "consents"}
        | {f"consents.{channel}": (row["consents"] or {}).get(channel) for channel in ("email", "push")}
        for row in shop.profiles
    ]
    polars.DataFrame(people, infer_schema_length=None).write_csv(files["profiles"])
    files["events"].write_text("".join(f"{json.dumps(row, default=str)}\n" for row in shop.events))
    polars.DataFrame(shop.members, infer_schema_length=None).write_parquet(files["audience_members"])
    polars.DataFrame(shop.suppressions).write_csv(files["suppressions"])
    return files
