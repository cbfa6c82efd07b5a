"""What the tables hold that are loaded, and which rows are refused (3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from tests.oracle.clock import instant
from tests.oracle.identity import described_delivery

Row = dict[str, Any]

KEYS = {
    "profiles": ("profile_id",),
    "audience_members": ("audience_id", "profile_id", "entered_at"),
    "events": ("event_id",),
    "suppressions": ("channel", "address", "list"),
    "message_feedback": ("feedback_id",),
}
FIRST_STANDS = ("events", "message_feedback")
"""Of these the first row ever loaded stands; of the others the last."""
KNOWN = {
    "profiles": ("email", "phone", "push_token", "timezone", "locale", "is_test", "consents"),
    "audience_members": ("exited_at", "attributes"),
    "events": ("event_type", "profile_id", "event_time", "attributes"),
    "suppressions": ("reason", "added_at"),
    "message_feedback": ("delivery_id", "feedback", "feedback_at", "detail"),
}
INSTANTS = ("entered_at", "exited_at", "event_time", "added_at", "feedback_at")


FEEDBACK = ("delivered", "bounced_hard", "bounced_soft", "opened", "clicked", "unsubscribed", "complained")


class Refused(Exception):
    """A load or a change of life that is refused, and changes nothing."""


def read_row(table: str, raw: Mapping[str, Any], columns: set[str]) -> Row:
    """The row with its instants read, and null in the columns that only other rows have."""
    row: Row = {column: raw.get(column) for column in columns}
    for column in columns.intersection(INSTANTS):
        try:
            row[column] = None if row[column] is None else instant(row[column])
        except ValueError as error:
            raise Refused(f"unreadable instant: {error}") from error
    if table == "suppressions":
        row["list"] = row.get("list") or "suppress"
        if row["list"] not in ("suppress", "allow"):
            raise Refused(f"unknown list {row['list']}")
    if table == "message_feedback":
        _settle_feedback(row)
    if table == "events" and row.get("event_id") is not None and row.get("event_time") is None:
        raise Refused("null event_time")
    exited_at = row.get("exited_at")
    if exited_at and row.get("entered_at") and exited_at <= row["entered_at"]:
        raise Refused("exited_at not after entered_at")
    return row


def _settle_feedback(row: Row) -> None:
    """A case may describe the `delivery`, where it can't know the id."""
    if described := row.pop("delivery", None):
        row["delivery_id"] = described_delivery(described)
    if row.get("feedback") not in FEEDBACK:
        raise Refused(f"unknown feedback {row.get('feedback')}")


def refuse_overlaps(stays: Iterable[Row]) -> None:
    of: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for stay in stays:
        of[stay["audience_id"], stay["profile_id"]].append(stay)
    for several in of.values():
        several.sort(key=lambda stay: stay["entered_at"])
        for stay, following in pairwise(several):
            if stay["exited_at"] is None or following["entered_at"] < stay["exited_at"]:
                raise Refused("overlapping stays")
