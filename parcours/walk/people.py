"""From the narrow columns of `movers`, as Arrow, to the atoms of a walk and where they stand when the tick begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.walk.atoms import NEVER, NONE, Arrival, Atoms, Booleans, Happening, Integers
from parcours.walk.plan import Version

ALIKE = ("version", "moment", "late", "step_id", "arrived_at", "wakes_at", "is_deferred", "held", "jump")
"""What must be the same for movers to start in one cell."""


@dataclass(frozen=True)
class People:
    """Atoms in the order of their names, the cells in which they start, and what happens to them."""

    atoms: Atoms
    arrivals: list[Arrival]
    happenings: list[Happening]
    names: list[str]
    engagements: Mapping[tuple[int, str], list[int]]
    """(atom, message step) -> when a send that the tick may make was opened."""
    bodies: dict[tuple[int, int], list[int]]
    """(atom, version) -> the atoms that are the same people, once they have moved into the version."""


def in_order(table: pa.Table) -> pa.Table:
    """The atoms in the order in which they are numbered: of their names, and so of their ids."""
    return table.sort_by([("alike", "ascending"), ("version", "ascending")]).combine_chunks()


def people_of(table: pa.Table, versions: Sequence[Version]) -> People:
    """The people of a walk, from its atoms as they come from Spark.

    An atom of one person is named by its instance_id, which is the order that counts; `count` says how many it is.
    """
    table = in_order(table)
    version = _integers(table["version"], 0)
    groups = _matrix(table["address_group"], NONE)
    atoms = Atoms(
        count=_integers(table["count"], 1),
        entered_at=_integers(table["entered_at"], NONE).copy(),
        occurrence=_integers(table["occurrence"], 0),
        zone=_integers(table["zone"], -1),
        answers=_matrix(table["answers"], NONE),
        eligibility=_matrix(table["eligibility"], 0),
        suppressed_at=_matrix(table["suppressed_at"], NEVER),
        allowed_at=_matrix(table["allowed_at"], NEVER),
        address_group=_shared(groups, np.isin(version, [v.index for v in versions if v.judgings])),
        member=_matrix(table["member"].cast(pa.list_(pa.int64())), 0).astype(bool),
        flips=_flips(table["flips"]),
        has_profile=_booleans(table["has_profile"]),
        is_inside=_booleans(table["is_inside"]),
        last_entry_at=_integers(table["last_entry_at"], NONE),
        pair=_pairs(table["coupled_profile"], version, versions),
        person=_codes(table["person"]),
    )
    signals = _signals(table["signals"])
    late = {text for text in pc.unique(table["late"]).to_pylist() if text is not None}
    late |= {signal["late"] for *_, signal in signals if signal["late"] is not None}
    order = {text: number for number, text in enumerate(sorted(late))}
    happenings = [
        Happening(
            *(atom, one["signal"], one["at"]),
            order[one["late"]] if one["late"] is not None else None,
            one["allows"],
            place,
        )
        for atom, place, one in signals
    ]
    engagements: dict[tuple[int, str], list[int]] = {}
    for atom, _, one in _signals(table["engaged"]):
        engagements.setdefault((atom, one["step"]), []).append(one["at"])
    names: list[str] = table["alike"].to_pylist()
    is_body = pc.is_valid(table["moved_from"]).to_numpy(zero_copy_only=False)
    bodies = _bodies(names, version, table["moved_from"]) if is_body.any() else {}
    return People(atoms, _arrivals(table, order, ~is_body), happenings, names, engagements, bodies)


def _bodies(names: list[str], version: Integers, moved_from: Any) -> dict[tuple[int, int], list[int]]:
    place = {f"{number}|{name}": atom for atom, (name, number) in enumerate(zip(names, version, strict=True))}
    found: dict[tuple[int, int], list[int]] = {}
    for atom, text in enumerate(moved_from.to_pylist()):
        if text is not None:
            found.setdefault((place[text], int(version[atom])), []).append(atom)
    return found


def _signals(column: Any) -> list[tuple[int, int, dict[str, Any]]]:
    """(atom, place in the list, struct) of each struct in a column of lists of them."""
    has_any = pc.any(pc.greater(pc.list_value_length(column), 0)).as_py()
    if not has_any:
        return []
    return [
        (atom, place, signal)
        for atom, signals in enumerate(column.to_pylist())
        for place, signal in enumerate(signals or ())
    ]


def _integers(column: Any, fill: int) -> Integers:
    found: Integers = pc.fill_null(column.cast(pa.int64()), fill).to_numpy()
    return found


def _plain(column: Any) -> Any:
    """Instants as microseconds, all else as it is."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _booleans(column: Any) -> Booleans:
    found: Booleans = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return found


def _matrix(column: Any, fill: int) -> Integers:
    """Lists of different lengths as a matrix, filled up; null elements are filled as well."""
    lists = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    width = int(lengths.max()) if len(lengths) else 0
    matrix = np.full((len(lengths), max(width, 1)), fill, dtype=np.int64)
    values = pc.fill_null(pc.list_flatten(lists).cast(pa.int64()), fill).to_numpy(zero_copy_only=False)
    places = np.arange(max(width, 1)) < lengths[:, None]
    matrix[places] = values
    return matrix


def _shared(groups: Integers, may_change: Booleans) -> Integers:
    """Each group where more than one row is in it (by kind of send), else NONE.

    Of rows whose address may change in the tick it stays in any case: others may come to share it.
    """
    found = np.full(groups.shape, NONE, dtype=np.int64)
    for kind in range(groups.shape[1]):
        column = groups[:, kind]
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        kept = (counts[inverse] > 1) | may_change
        found[kept, kind] = column[kept]
    return found


def _flips(column: Any) -> dict[tuple[int, int], tuple[int, ...]]:
    has_any = pc.any(pc.greater(pc.list_value_length(pc.list_flatten(column)), 0)).as_py()
    if not has_any:
        return {}
    return {
        (atom, audience): tuple(changes)
        for atom, audiences in enumerate(column.to_pylist())
        for audience, changes in enumerate(audiences or ())
        if changes
    }


def _pairs(profiles: Any, version: Integers, versions: Sequence[Version]) -> Integers:
    """A number for each (journey, profile) of which several movers are."""
    pairs = np.full(len(version), -1, dtype=np.int64)
    known = np.flatnonzero(pc.is_valid(profiles).to_numpy(zero_copy_only=False))
    if not len(known):
        return pairs
    journeys: dict[str, int] = {}
    journey_of = np.array([journeys.setdefault(v.journey.id, len(journeys)) for v in versions])
    codes = profiles.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)[known].astype(np.int64)
    _, numbers = np.unique(codes * len(journeys) + journey_of[version[known]], return_inverse=True)
    pairs[known] = numbers
    return pairs


def _codes(column: Any) -> Integers:
    """A number for each text; -1 for null."""
    known: Integers = column.combine_chunks().dictionary_encode().indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return known


def _arrivals(table: pa.Table, order: Mapping[str, int], is_there: Booleans) -> list[Arrival]:
    """One for each different way of standing at the tick's start, of those who are there or come from outside."""
    numbers = np.flatnonzero(is_there)
    if not len(numbers):
        return []
    table = table.filter(pa.array(is_there))
    columns = {name: _plain(table[name]) for name in ALIKE}
    groups = pa.table(columns).to_pandas().groupby(list(ALIKE), dropna=False, sort=True).indices
    found = []
    for places in groups.values():
        first = {name: column[int(places[0])].as_py() for name, column in columns.items()}
        found.append(
            Arrival(
                version=first["version"],
                atoms=np.sort(numbers[places]).astype(np.int64),
                moment=first["moment"],
                late=order[first["late"]] if first["late"] is not None else None,
                step_id=first["step_id"],
                arrived_at=first["arrived_at"],
                wakes_at=first["wakes_at"],
                is_deferred=bool(first["is_deferred"]),
                held=first["held"],
                jump=first["jump"],
            )
        )
    return found
