"""All that happened to one profile, in order, and why."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parcours.definition.problems import UserError
from parcours.definition.times import iso
from parcours.jobs.committed import Committed, Row, is_there, literal
from parcours.jobs.store import Store
from parcours.jobs.versions import versions

WHY = {
    "late": "learnt late",
    "not_in_profiles": "there is no such profile",
    "journey_closed": "the journey had been closed",
    "outside_dates": "before starts_at, or from ends_at on",
    "journey_paused": "the journey was paused",
    "already_in_journey": "still inside the journey",
    "reentry_not_allowed": "was in the journey before, and re-entry isn't allowed",
    "reentry_too_soon": "too soon after the last entry",
    "holdout": "kept out by the holdout",
    "journey_cap": "at a journey cap",
    "lower_priority": "another journey had priority",
    "no_address": "no address",
    "malformed_address": "the address is malformed",
    "no_consent": "no consent",
    "suppressed": "the address is suppressed",
    "not_allowed": "the address isn't on the allow-list",
    "duplicate_address": "the address has had this send already",
    "render": "the content can't be rendered",
    "too_large": "the payload is over 4 KB",
    "over_limit": "no room within the channel's limits in time",
    "quiet_hours": "quiet hours",
    "limit": "no room within the channel's limits",
    "no_path": "no path was true",
    "ends_at": "the journey's ends_at",
    "stopped": "the journey was stopped",
    "forced_reentry": "the audience was read again, with force_reentry",
    "already_sent": "it had been sent before, in the version from which it moved",
    "new_version": "a new version was published",
    "step_gone": "the new version doesn't have the step, or has another type there",
    "no_row": "the lookup found nothing",
}
"""Reasons in words. One that isn't here is the author's own, an exit criterion for one, and is shown as it is."""

GOES_ON = {"waiting": ("passed",), "deferred": ("sent", "excluded")}
"""What stands still, and by which outcomes it goes on; by any other the instance leaves."""


@dataclass(frozen=True)
class Happening:
    """One row of step_outcomes, in words. `until` is when a wait is over, where that is known."""

    occurred_at: dt.datetime
    journey_id: str
    journey_version: int
    instance_id: str
    sequence: int
    step_id: str
    outcome: str
    path: str | None
    reason: str | None
    until: dt.datetime | None
    words: str


def trace(store: Store, profile_id: str, journey_id: str | None = None) -> list[Happening]:
    """Everything in order of time; UserError for a profile that nobody knows."""
    of_profile = f"profile_id = {literal(profile_id)}"
    committed = Committed(store)
    outcomes = committed.rows("step_outcomes", of_profile)
    if not outcomes and not _is_known(store, profile_id):
        raise UserError(f"no profile '{profile_id}', and nothing has happened to one")
    mine = [row for row in outcomes if journey_id in (None, row["journey_id"])]
    others = ("journey_instances", "deliveries", "profile_updates")
    return list(happenings(mine, *(committed.rows(name, of_profile) for name in others), versions(store)))


def _writing(updates: Sequence[Row], published: Sequence[Row]) -> dict[tuple[str, str], str]:
    """In words what updates wrote: by instance and step the columns, by version and step the membership."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in sorted(updates, key=lambda row: str(row["column"])):
        value, former = ("nothing" if text is None else text for text in (row["value"], row["former_value"]))
        words = f"set {row['column']} to {value} (it was {former})"
        found.setdefault((row["instance_id"], row["step_id"]), []).append(words)
    told = {place: ", ".join(words) for place, words in found.items()}
    for row in published:
        for step in json.loads(row["definition"])["steps"]:
            if step["type"] == "update_audience":
                words = (
                    f"added to {step['audience']}" if step["action"] == "add" else f"removed from {step['audience']}"
                )
                told[f"{row['journey_id']}|{row['version']}", step["id"]] = words
    return told


def _is_known(store: Store, profile_id: str) -> bool:
    if not store.exists("profiles"):
        return False
    source = store.project.sources.get("profiles")
    name = (source.columns if source else {}).get("profile_id", "profile_id")
    return is_there(store.delta("profiles"), name, profile_id)


def happenings(
    outcomes: Sequence[Row],
    instances: Sequence[Row],
    deliveries: Sequence[Row],
    updates: Sequence[Row],
    published: Sequence[Row],
) -> Iterator[Happening]:
    """What the rows of a profile say, in order of time; `published` are those of `journey_versions`."""
    rows = sorted(
        outcomes, key=lambda row: (row["occurred_at"], row["journey_id"], row["instance_id"], row["sequence"])
    )
    standing = {row["instance_id"]: row for row in instances}
    sends = {(row["instance_id"], row["step_id"]): row for row in deliveries}
    writing = _writing(updates, published)
    by_place = {(row["instance_id"], row["sequence"]): row for row in rows}
    for row in rows:
        instance = standing.get(row["instance_id"])
        following = _following(row, by_place)
        until = _until(row, instance, following)
        send = sends.get((row["instance_id"], row["step_id"]))
        of_version = f"{row['journey_id']}|{row['journey_version']}"
        places = ((of, row["step_id"]) for of in (row["instance_id"], of_version))
        wrote = next((writing[place] for place in places if place in writing), None)
        yield Happening(
            occurred_at=row["occurred_at"],
            journey_id=row["journey_id"],
            journey_version=row["journey_version"],
            instance_id=row["instance_id"],
            sequence=row["sequence"],
            step_id=row["step_id"],
            outcome=row["outcome"],
            path=row["path"],
            reason=row["reason"],
            until=until,
            words=_words(row, until, instance, send, wrote, is_over=following is not None),
        )


def _following(row: Row, by_place: Mapping[tuple[str, int], Row]) -> Row | None:
    """The instance's next row; whoever moves to another version stands there as before (2.8)."""
    following = by_place.get((row["instance_id"], row["sequence"] + 1))
    return _following(following, by_place) if following and following["outcome"] == "moved" else following


def _until(row: Row, instance: Row | None, following: Row | None) -> dt.datetime | None:
    """When what waits or is held goes on: when it went on, or when the instance is due.

    None where it never went on: until when it would have waited nobody knows once it has left.
    """
    if row["outcome"] not in GOES_ON:
        return None
    if following is not None:
        at: dt.datetime = following["occurred_at"]
        return at if following["outcome"] in GOES_ON[row["outcome"]] else None
    return (instance["wakes_at"] or instance["due_at"]) if instance else None


def _words(
    row: Row, until: dt.datetime | None, instance: Row | None, send: Row | None, wrote: str | None, *, is_over: bool
) -> str:
    outcome, why = row["outcome"], WHY.get(row["reason"] or "", row["reason"])
    because = f": {why}" if why else ""
    if outcome == "entered":
        by = f" ({instance['entry_key']})" if instance else ""
        return f"entered version {row['journey_version']}{by}{because}"
    if outcome == "moved":
        return f"moved from version {row['reason']} to version {row['journey_version']}, where it stood"
    if outcome == "passed":
        return (wrote or _passed(row)) + because
    if outcome == "waiting":
        if until == row["occurred_at"]:
            return "has nothing to wait for"
        return f"waits until {iso(until)}" if until else "waits"
    if outcome == "deferred":
        if until is None:
            return f"held{because}"
        return f"held until {iso(until)}{because}" if is_over else f"held, until {iso(until)} at the latest{because}"
    if outcome == "sent" and send is not None:
        variant = f" (variant {row['path']})" if row["path"] else ""
        return f"sent by {send['channel']} to {send['address']}{variant}{_subject(send)}"
    said = {
        "rejected": "not let in",
        "excluded": "not sent",
        "completed": "completed the journey",
        "exited": "left the journey",
        "timed_out": "left the journey: its time was over",
        "failed": "failed",
    }.get(outcome, str(outcome))
    return said + because


def _passed(row: Row) -> str:
    told: dict[str, str] = {
        "condition": f"took the path {row['path']}" if row["path"] else "no path was true",
        "split": f"took the path {row['path']}",
        "profile_cap": "within the cap" if row["path"] == "within" else "over the cap",
        "wait": "the wait is over",
    }
    by = f" by {row['path']}" if row["path"] else ""
    return told.get(str(row["step_type"]), f"went on{by}")


def _subject(send: Row) -> str:
    content: dict[str, Any] = dict(send["content"] or ())
    title = content.get("subject") or content.get("title") or content.get("body")
    return f": {title}" if title else ""
