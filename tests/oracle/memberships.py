"""What a membership that a journey starts or ends makes of the stays of a profile in an audience."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.oracle.happenings import is_member_at
from tests.oracle.journeys import StayChange
from tests.oracle.tables import Row


def changed(stays: Sequence[Row], profile_id: str, changes: Iterable[StayChange]) -> list[Row]:
    """The stays after the changes. Who is a member already, or isn't one, stays as they are."""
    stays = list(stays)
    for change in changes:
        current = next((stay for stay in stays if is_member_at(stay, change.at)), None)
        if change.action == "add" and current is None:
            stays.append(_started(stays, profile_id, change))
        elif change.action == "remove" and current is not None:
            stays.remove(current)
            if current["entered_at"] < change.at:  # one that began at this moment has no length: it was never there
                stays.append({**current, "exited_at": change.at})
    return stays


def _started(stays: Sequence[Row], profile_id: str, change: StayChange) -> Row:
    """Open, or up to the next stay that is known, as stays don't overlap."""
    following = [stay["entered_at"] for stay in stays if stay["entered_at"] > change.at]
    stay = {"audience_id": change.audience_id, "profile_id": profile_id, "entered_at": change.at}
    return {**stay, "exited_at": min(following, default=None), "attributes": None}
