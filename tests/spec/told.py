"""A case told in YAML and little text tables, and what must come of it.

    @spec
    def test_a_wait_ends_to_the_minute() -> Told:
        return Told(
            journey=\"\"\"
              entry: {type: event, event: order_placed}
              steps:
                - {id: pause, type: wait, for: 2h}
            \"\"\",
            profiles=\"\"\"
              profile_id
              ada
            \"\"\",
            events=\"\"\"
              event_time  | event_type   | profile_id
              03-02 09:00 | order_placed | ada
            \"\"\",
            outcomes=\"\"\"
              profile_id | occurred_at | step_id | outcome
              ada        | 03-02 09:00 | entry   | entered
              ada        | 03-02 09:00 | pause   | waiting
              ada        | 03-02 11:00 | pause   | passed
              ada        | 03-02 11:00 | end     | completed
            \"\"\",
        )

Each is run by the oracle and by the engine. Unless a case says otherwise: journeys are published on 03-01 at 00:00, one
tick runs until 03-10 at 00:00, people have the address <profile_id>@shop.example, and only email is there, without
limits. The rows of a table that is told are all there are, in any order; with a column `count` each stands for so many.
`only` names the outcomes that are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.spec import tables
from tests.spec.script import Case, Later, commands_of, event_types, profile_types, read_yaml

__all__ = ["EMAIL", "Case", "Later", "Rows", "Told"]

Rows = dict[str, list[dict[str, Any]]]

EMAIL = {"email": {"address": "profile.email", "consent": "profile.consents['email']"}}


@dataclass(frozen=True, eq=False)
class Told:
    journey: str
    """YAML; several are parted by `---`. Without an id or a version it is version 1 of `promo`. Keys of our own
    say when it is `published` (03-01 00:00), and what becomes of `insiders`."""
    profiles: str = ""
    """profile_id and further columns; `consents.email` is an entry of the map `consents`."""
    members: str = ""
    """audience_id, profile_id, entered_at (03-01 00:00), exited_at; further columns are attributes."""
    events: str = ""
    """event_time, event_type, profile_id, event_id (e1, e2 ...); further columns are attributes."""
    suppressions: str = ""
    """channel, address, added_at, list (suppress)."""
    changes: str = ""
    """at, change (close, stop, pause, resume), id (promo); of a pause `for` and `discard` (yes)."""
    feedback: str = ""
    """feedback_at, feedback, and of which delivery: profile_id, entry_key, step_id, journey_id (promo), version (1)."""
    tables: Mapping[str, str] = field(default_factory=dict)
    """What lookups read, by name; a column may say its type, as always."""
    channels: str = ""
    timezone: str = "UTC"
    until: str = "03-10 00:00"
    every: str | None = None
    later: Sequence[Later] = ()
    outcomes: str = ""
    only: Sequence[str] = ()
    sends: str = ""
    instances: str = ""
    updates: str = ""
    """Of profile_updates."""
    stays: str = ""
    """Of audience_members, as they are in the end."""
    names_matter: bool = False
    """Ids of journeys and people stay as they are told, since buckets or the order of ids hang on them."""
    channels_matter: bool = False
    """Channels stay as they are told, since what is well-formed hangs on them."""
    rows: Sequence[Any] = field(default=())
    """Commands that load many rows, for tables too long to be told."""

    def case(self) -> Case:
        """The case as the oracle and the engine read it."""
        stages = [
            Later(
                self.until,
                self.every,
                self.profiles,
                self.members,
                self.events,
                self.suppressions,
                self.journey,
                self.changes,
                self.feedback,
                self.tables,
            ),
            *self.later,
        ]
        script: list[Case] = list(self.rows)
        for number, stage in enumerate(stages):
            script += commands_of(stage, number)
        return {
            "timezone": self.timezone,
            "channels": read_yaml(self.channels)[0] if self.channels else EMAIL,
            "rules": {},
            "events": event_types(stages),
            "profiles": profile_types(stages),
            "script": script,
        }

    def problems(self, rows: Rows) -> str:
        """Where the rows aren't as told; '' where all are."""
        outcomes = [row for row in rows["step_outcomes"] if not self.only or row["outcome"] in self.only]
        parts = (
            ("outcomes", self.outcomes, outcomes),
            ("sends", self.sends, rows["deliveries"]),
            ("instances", self.instances, rows["journey_instances"]),
            ("updates", self.updates, rows["profile_updates"]),
            ("stays", self.stays, rows["audience_members"]),
        )
        return "\n\n".join(found for name, told, rows in parts if told and (found := _difference(name, told, rows)))


# -------------------------------------------------------------------------------------------------------- difference
def _difference(name: str, told: str, rows: Sequence[tables.Row]) -> str:
    """Both tables, with their differing rows marked; '' where they are the same."""
    names, expected = tables.columns(told), tables.read(told)
    found = _counted(names, rows) if "count" in names else [{column: row[column] for column in names} for row in rows]
    expected, found = (
        sorted(several, key=lambda row: [str(row[column]) for column in names]) for several in (expected, found)
    )
    wanted = [{column: None if value is None else str(value) for column, value in row.items()} for row in expected]
    got = [{column: None if value is None else str(value) for column, value in row.items()} for row in found]
    if wanted == got:
        return ""
    missing, surplus = _left_over(wanted, got), _left_over(got, wanted)
    return "\n".join(
        [f"{name} told:", tables.write(names, wanted, missing), f"{name} found:", tables.write(names, got, surplus)]
    )


def _counted(names: Sequence[str], rows: Sequence[tables.Row]) -> list[tables.Row]:
    """One row for all that are alike in the other columns, with how many they are."""
    alike = Counter(tuple(row[name] for name in names if name != "count") for row in rows)
    columns = [name for name in names if name != "count"]
    return [{**dict(zip(columns, values, strict=True)), "count": count} for values, count in alike.items()]


def _left_over(rows: Sequence[tables.Row], others: Sequence[tables.Row]) -> list[bool]:
    """Which rows have no match of their own among the others."""
    remaining = list(others)
    marks = []
    for row in rows:
        marks.append(row not in remaining)
        if row in remaining:
            remaining.remove(row)
    return marks
