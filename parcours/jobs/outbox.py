"""The delivery batches: which there are, and which have been taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parcours.definition.problems import UserError, did_you_mean, one_of
from parcours.jobs.commit import settle
from parcours.jobs.store import Store
from parcours.tables import ENGINE

Row = dict[str, Any]
STATES = ENGINE["delivery_batches"].column("state").values or ()


@dataclass(frozen=True)
class Acknowledged:
    """What an acknowledgement did, by batch id: those that it changed, and those that had been taken before."""

    changed: Sequence[str]
    unchanged: Sequence[str]


def batches(store: Store, state: str | None = None) -> list[Row]:
    """The rows of delivery_batches, in order of their sends; those of one state where it is named."""
    if state is not None and state not in STATES:
        raise UserError(f"--state {state}: no such state ({did_you_mean(state, STATES) or f'write {one_of(STATES)}'})")
    if not store.exists("delivery_batches"):
        return []
    rows: list[Row] = store.small("delivery_batches").to_pylist()
    found = [row for row in rows if state in (None, row["state"])]
    return sorted(found, key=lambda row: (row["first_send_at"], row["channel"], row["path"]))


def acknowledge(store: Store, ids: Sequence[str]) -> Acknowledged:
    """Notes that these batches have been taken; UserError, and no change, where one of them isn't there."""
    with store.exclusive():
        settle(store)
        known = {row["batch_id"]: row["state"] for row in batches(store)}
        missing = [id for id in ids if id not in known]
        if missing:
            raise UserError(f"no batch {', '.join(missing)} (parcours batches lists them); nothing was changed")
        changed = [id for id in dict.fromkeys(ids) if known[id] != "acknowledged"]
        if changed:
            listed = ", ".join(f"'{id}'" for id in changed)
            store.delta("delivery_batches").update(
                updates={"state": "'acknowledged'"}, predicate=f"batch_id IN ({listed})"
            )
    return Acknowledged(changed, [id for id in dict.fromkeys(ids) if id not in changed])
