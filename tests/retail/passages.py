"""One who is in a journey; and what the steps of the three journeys are, written out again by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.retail.moments import DAY
from tests.retail.shop import LONDON, Row

PRIORITY = {"newsletter": 30, "promo": 60, "welcome": 80}
LONGEST_DEFERRAL = 7 * DAY
TIMEOUT = 91 * DAY
FIRST_STEPS = {"newsletter": "morning", "promo": "subject", "welcome": "thanks"}
KINDS = {"end": "end", "three_days": "wait", "voucher": "profile_cap"}
"""Of steps at which somebody's journey can end; all others are messages."""
VOUCHERS = (60, 30, 20)
PROMO_ENDS_AT = int(dt.datetime(2011, 11, 12, tzinfo=LONDON).timestamp())
PROMOS = [(2011, month, 10) for month in range(2, 12)]
"""The tenths from February (it starts then) to November (it ends on the 12th)."""


@dataclass(eq=False)
class Passage:
    """One who is in a journey, and the step where it stands."""

    id: str
    journey_id: str
    profile_id: str
    entry_key: str
    entered_at: int
    zone: ZoneInfo
    order: Row = field(default_factory=dict)
    occurrence: int = 0
    step: str = ""
    sequence: int = 0
    arrived_at: int = 0
    is_deferred: bool = False
    is_queued: bool = False
    status: str = "active"
    reason: str | None = None
    due_at: int | None = None
    ended_at: int | None = None

    def is_held_too_long(self, at: int) -> bool:
        """Of the message where it stands now: it may have been held at one before, and gone on."""
        return self.is_queued and at >= self.arrived_at + LONGEST_DEFERRAL

    def place(self) -> tuple[int, int, int, str, str]:
        """Its place among those who stand at a message: urgent, important, early; else by id."""
        is_marketing = self.step != "thanks"
        return (is_marketing, -PRIORITY[self.journey_id], self.arrived_at, self.id, self.step)


WAITS = {"morning": ("09:00", 0, "kind"), "three_days": ("18:00", 3, "still_best"), "two_days": ("10:00", 2, "large")}
MESSAGES = {
    **{"come_back": "end", "first_steps": "end", "news": "end"},
    **{"mail_bloom": "three_days", "mail_save": "three_days", "voucher_mail": "end", "reminder": "end"},
    **{"thanks": "two_days", "welcome_gold": "end", "welcome_mail": "end"},
}
SUBJECTS = {
    **{"come_back": "We miss you", "first_steps": "How it works", "news": "News for {country}"},
    **{"mail_bloom": "In bloom", "mail_save": "Save now", "voucher_mail": "A voucher", "reminder": "Until tonight"},
    **{"thanks": "Thank you for order {order_id} over {amount}"},
    **{"welcome_gold": "A warm welcome", "welcome_mail": "Welcome"},
}
