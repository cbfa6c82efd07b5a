"""Who must have entered, been sent, been held or turned away, and when: worked out for this project's journeys.

Nothing here comes from the engine, or from tests/oracle: the journeys are written out again by hand, as what happens at
each step. Instants are whole seconds since 1970.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.retail import passages
from tests.retail.moments import HOUR, bucket, local_moment, number_of, text
from tests.retail.passages import LONGEST_DEFERRAL, MESSAGES, PROMO_ENDS_AT, SUBJECTS, WAITS, Passage
from tests.retail.sender import Sender
from tests.retail.shop import LONDON, NOWHERE, Row, Shop

PUBLISHED_AT = dt.datetime(2010, 12, 1, tzinfo=dt.UTC)
UNTIL = dt.datetime(2011, 12, 10, tzinfo=dt.UTC)
DUE, ENTRIES = 1, 2
"""Of one instant: whoever is due comes before whoever enters. 0: the promotion's end."""


class Year:
    """The whole of it, instant by instant."""

    def __init__(self, shop: Shop, stays: Sequence[Row], until: dt.datetime) -> None:
        self.until = until
        self.profiles = {row["profile_id"]: row for row in shop.profiles}
        self.sender = Sender(shop.suppressions)
        self.stays: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
        for stay in [*shop.members, *stays]:
            ends = stay["exited_at"].timestamp() if stay["exited_at"] else float("inf")
            self.stays[stay["audience_id"]][stay["profile_id"]].append((int(stay["entered_at"].timestamp()), ends))
        self.outcomes: list[tuple[Any, ...]] = []
        self.deliveries: list[tuple[Any, ...]] = []
        self.passages: list[Passage] = []
        self.inside: dict[tuple[str, str], Passage] = {}
        self.has_entered: set[tuple[str, str]] = set()
        self.vouchers: dict[int, int] = defaultdict(int)
        self.next_look: int | None = None
        self.heap: list[tuple[int, int, int, str, Any]] = []
        self.pushed = 0
        self._fill(shop)

    def _fill(self, shop: Shop) -> None:
        self.push(PROMO_ENDS_AT, 0, "promo ends", None)
        monday = dt.datetime(2010, 12, 6, 9, tzinfo=LONDON)
        while monday <= self.until:
            self.push(int(monday.timestamp()), ENTRIES, "newsletter", 0)
            monday += dt.timedelta(days=7)  # of the calendar: at nine, in summer too
        for number, (year, month, day) in enumerate(passages.PROMOS):
            at = dt.datetime(year, month, day, 8, tzinfo=LONDON)
            self.push(int(at.timestamp()), ENTRIES, "promo", number)
        for event in shop.events:
            amount = number_of(event["attributes"]["amount"])
            is_order = event["event_type"] == "order_placed" and event["profile_id"] is not None
            if is_order and amount is not None and amount > 0:
                self.push(int(event["event_time"].timestamp()), ENTRIES, "welcome", event)

    def push(self, at: int, phase: int, what: str, whom: Any) -> None:
        heapq.heappush(self.heap, (at, phase, self.pushed, what, whom))
        self.pushed += 1

    # ---------------------------------------------------------------------------------------------------- instants
    def run(self) -> Year:
        end = int(self.until.timestamp())
        while self.heap and self.heap[0][0] <= end:
            at, phase = self.heap[0][:2]
            due = []
            while self.heap and self.heap[0][:2] == (at, phase):
                due.append(heapq.heappop(self.heap)[3:])
            self._instant(at, phase, due)
        return self

    def _instant(self, at: int, phase: int, due: list[tuple[str, Any]]) -> None:
        if phase == 0:
            for passage in [p for p in self.inside.values() if p.journey_id == "promo"]:
                self.finish(passage, at, "exited", "ends_at", passage.step)
        elif phase == DUE:
            standing: list[Passage] = []
            for passage in [whom for what, whom in due if what == "wait is over" and whom.status == "active"]:
                self.tell(passage, at, passage.step, "wait", "passed")
                self.advance(passage, at, WAITS[passage.step][2], standing)
            expired = [whom for what, whom in due if what == "deferral is over" and whom.is_held_too_long(at)]
            looks = any(what == "look" for what, _ in due)
            if looks:
                self.next_look = None
            self.settle(at, standing, looks, expired)
        else:
            self.settle(at, self._enter(at, due), False, [])
        if self.sender.queue and self.next_look is None:
            self.next_look = (at // HOUR + 1) * HOUR  # an hour, or a day, starts: in London both do on whole hours
            self.push(self.next_look, DUE, "look", None)

    # ----------------------------------------------------------------------------------------------------- entries
    def _enter(self, at: int, due: list[tuple[str, Any]]) -> list[Passage]:
        """Everybody of this instant is let in or turned away, then takes the first steps."""
        coming = []
        for journey_id, what in due:
            if journey_id == "welcome":
                coming.append(self._passage("welcome", what["profile_id"], what["event_id"], at, what["attributes"], 0))
                continue
            audience = "best_customers" if journey_id == "promo" else "newsletter"
            members = [profile for profile in self.stays[audience] if self.is_member(audience, profile, at)]
            coming += [self._passage(journey_id, profile, text(at), at, {}, what) for profile in members]
        admitted = [passage for passage in sorted(coming, key=lambda p: p.id) if self._is_let_in(passage, at)]
        standing: list[Passage] = []
        for passage in admitted:
            self.advance(passage, at, passages.FIRST_STEPS[passage.journey_id], standing)
        return standing

    def _passage(self, journey_id: str, profile_id: str, key: str, at: int, order: Row, occurrence: int) -> Passage:
        identity = hashlib.md5(f"{journey_id}|1|{profile_id}|{key}".encode()).hexdigest()
        name = self.profiles.get(profile_id, {}).get("timezone")
        zone = LONDON if name is None or name == NOWHERE else ZoneInfo(name)
        return Passage(identity, journey_id, profile_id, key, at, zone, order, occurrence)

    def _is_let_in(self, passage: Passage, at: int) -> bool:
        who = (passage.journey_id, passage.profile_id)
        reason = None
        if passage.profile_id not in self.profiles:
            reason = "not_in_profiles"
        elif who in self.inside:
            reason = "already_in_journey"
        elif passage.journey_id == "welcome" and who in self.has_entered:
            reason = "reentry_not_allowed"
        elif passage.journey_id == "promo" and bucket("promo|holdout", passage.profile_id) < 500:
            reason = "holdout"
        if reason:
            self.tell(passage, at, "entry", "entry", "rejected", reason=reason)
            return False
        self.inside[who] = passage
        self.has_entered.add(who)
        self.passages.append(passage)
        self.tell(passage, at, "entry", "entry", "entered")
        return True

    # ------------------------------------------------------------------------------------------------------- steps
    def advance(self, passage: Passage, at: int, step: str, standing: list[Passage]) -> None:
        """Goes on from a step to the next, until it waits, stands at a contended one, or is through."""
        while True:
            passage.step, passage.arrived_at, passage.is_deferred = step, at, False
            if step == "end":
                return self.finish(passage, at, "completed", None, "end")
            if step in MESSAGES or step == "voucher":
                return standing.append(passage)
            if step in WAITS:
                self.tell(passage, at, step, "wait", "waiting")
                ends = local_moment(at, passage.zone, *WAITS[step][:2])
                if ends > at:
                    passage.due_at = min(ends, self._latest(passage))
                    return self.push(ends, DUE, "wait is over", passage)
                self.tell(passage, at, step, "wait", "passed")
                step = WAITS[step][2]
            else:
                label, goes_to = self._choose(passage, at)
                kind = "split" if step == "subject" else "condition"
                self.tell(passage, at, step, kind, "passed", path=label)
                if goes_to is None:
                    return self.finish(passage, at, "completed", "no_path", "end")
                step = goes_to

    def _choose(self, passage: Passage, at: int) -> tuple[str | None, str | None]:
        def is_in(audience: str) -> bool:
            return self.is_member(audience, passage.profile_id, at)

        if passage.step == "kind":
            if is_in("lapsed"):
                return "lapsed", "come_back"
            return ("new", "first_steps") if is_in("new_customers") else ("otherwise", "news")
        if passage.step == "still_best":
            if is_in("new_customers"):
                return "new", "end"
            return ("best", "voucher") if is_in("best_customers") else (None, None)
        if passage.step == "subject":
            is_bloom = bucket("promo|subject", passage.profile_id) < 3750
            return ("bloom", "mail_bloom") if is_bloom else ("save", "mail_save")
        assert passage.step == "large"
        return ("large", "welcome_gold") if Decimal(passage.order["amount"]) >= 500 else ("otherwise", "welcome_mail")

    def finish(self, passage: Passage, at: int, status: str, reason: str | None, step: str) -> None:
        self.tell(passage, at, step, passages.KINDS.get(step, "message"), status, reason=reason)
        self.sender.leave_queue(passage)
        passage.status, passage.reason, passage.ended_at, passage.due_at = status, reason, at, None
        passage.step = step
        del self.inside[passage.journey_id, passage.profile_id]

    # -------------------------------------------------------------------------------------------- caps and messages
    def settle(self, at: int, standing: list[Passage], looks: bool, expired: list[Passage]) -> None:
        """Round by round: those who go on may come to another contended step at the same instant."""
        while standing or looks or expired:
            now, standing = standing, []
            for passage in sorted((p for p in now if p.step == "voucher"), key=lambda p: p.id):
                self._take_voucher(passage, at, standing)
            messages = sorted(((p.place(), p) for p in now if p.step in MESSAGES), key=lambda pair: pair[0])
            while messages or (looks and self.sender.queue and self.sender.has_room(at)):
                queued = self.sender.queue[:1] if looks and self.sender.has_room(at) else []
                first = min(messages[:1] + queued, key=lambda pair: pair[0])
                if messages and messages[0] is first:
                    messages.pop(0)
                self._settle_message(first[1], at, standing)
            for passage in sorted((p for p in expired if p.is_queued), key=lambda p: p.id):
                self._exclude(passage, at, "over_limit", standing)
            looks, expired = False, []

    def _take_voucher(self, passage: Passage, at: int, standing: list[Passage]) -> None:
        limit = passages.VOUCHERS[min(passage.occurrence, len(passages.VOUCHERS) - 1)]
        is_within = self.vouchers[passage.occurrence] < limit
        self.vouchers[passage.occurrence] += is_within
        self.tell(passage, at, "voucher", "profile_cap", "passed", path="within" if is_within else "over")
        self.advance(passage, at, "voucher_mail" if is_within else "reminder", standing)

    def _settle_message(self, passage: Passage, at: int, standing: list[Passage]) -> None:
        profile = self.profiles[passage.profile_id]
        address = profile["push_token" if passage.step == "reminder" else "email"]
        reason = self.sender.ineligible(passage, profile, address, at)
        if reason:
            return self._exclude(passage, at, reason, standing)
        if passage.step != "reminder" and not self.sender.has_room(at):
            last = passage.arrived_at + LONGEST_DEFERRAL
            if at >= last:
                return self._exclude(passage, at, "over_limit", standing)
            return self._defer(passage, at, last)
        if passage.step != "reminder":
            self.sender.count_send(at)
        self.sender.leave_queue(passage)
        self.tell(passage, at, passage.step, "message", "sent")
        subject = SUBJECTS[passage.step].format(country=profile["country"] or "", **passage.order)
        self.deliveries.append(
            (
                hashlib.md5(f"{passage.id}|{passage.step}".encode()).hexdigest(),
                *("push" if passage.step == "reminder" else "email", address, passage.profile_id),
                *(passage.journey_id, passage.id, passage.step),
                "transactional" if passage.step == "thanks" else "marketing",
                *(text(at), text(passage.arrived_at), subject),
            )
        )
        return self.advance(passage, at, MESSAGES[passage.step], standing)

    def _defer(self, passage: Passage, at: int, last: int) -> None:
        if not passage.is_deferred:
            passage.is_deferred = True
            self.tell(passage, at, passage.step, "message", "deferred", reason="limit")
            passage.due_at = min(last, self._latest(passage))
            self.push(last, DUE, "deferral is over", passage)
        self.sender.enqueue(passage)

    def _exclude(self, passage: Passage, at: int, reason: str, standing: list[Passage]) -> None:
        self.sender.leave_queue(passage)
        self.tell(passage, at, passage.step, "message", "excluded", reason=reason)
        self.advance(passage, at, MESSAGES[passage.step], standing)

    # -------------------------------------------------------------------------------------------------------- rows
    def is_member(self, audience: str, profile_id: str, at: int) -> bool:
        return any(starts <= at < ends for starts, ends in self.stays[audience].get(profile_id, ()))

    def _latest(self, passage: Passage) -> int:
        timeout = passage.entered_at + passages.TIMEOUT
        return min(timeout, PROMO_ENDS_AT) if passage.journey_id == "promo" else timeout

    def tell(
        self,
        passage: Passage,
        at: int,
        step: str,
        kind: str,
        outcome: str,
        *,
        path: str | None = None,
        reason: str | None = None,
    ) -> None:
        who = (passage.journey_id, passage.id, passage.profile_id)
        self.outcomes.append((*who, step, kind, outcome, path, reason, text(at), passage.sequence))
        passage.sequence += 1

    def instances(self) -> list[tuple[Any, ...]]:
        return [
            (
                *(p.id, p.journey_id, p.profile_id, p.entry_key, text(p.entered_at), p.status, p.reason, p.step),
                *(text(p.due_at) if p.due_at is not None else None, text(p.ended_at) if p.ended_at else None),
            )
            for p in self.passages
        ]


def expected(shop: Shop, stays: Sequence[Row], until: dt.datetime) -> Mapping[str, list[tuple[Any, ...]]]:
    """The rows of the three tables once all up to `until` has happened, with the columns of running.COLUMNS."""
    year = Year(shop, stays, until).run()
    return {
        "step_outcomes": year.outcomes,
        "deliveries": year.deliveries,
        "journey_instances": year.instances(),
    }
