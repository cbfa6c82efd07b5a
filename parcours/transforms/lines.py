"""How a delivery stands in a batch file: one line of text, made by Spark, the same however many there are."""

from __future__ import annotations

from pyspark.sql import Column

from parcours.definition.steps import Message
from parcours.transforms.dispatch import by_version, quoted
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version

FIELDS = (
    "delivery_id",
    "channel",
    "route",
    "address",
    "profile_id",
    "journey_id",
    "journey_version",
    "instance_id",
    "step_id",
    "category",
    "template",
    "variant",
    "send_at",
    "content",
    "headers",
)
"""What a file holds of a delivery, in this order. `headers` are those of a one-click unsubscription, or null."""

ONE_CLICK = (
    "IF(unsubscribe_url IS NULL, NULL, map('List-Unsubscribe', concat('<', unsubscribe_url, '>'), "
    "'List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'))"
)
"""RFC 8058: the header fields that let a mail program unsubscribe by one request."""


def iso_text(instant: str) -> str:
    """Spark SQL text of an instant as 2026-03-02T09:00:00, with a fraction where there is one."""
    return f"regexp_replace(date_format({instant}, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS\"), '\\\\.?0*$', '')"


def line(agenda: Agenda) -> Column:
    """A JSON object or a line of CSV (maps as JSON objects), by the format of the channel; null for Parquet."""
    return by_version([_of_version(version) for version in agenda.versions], "CAST(NULL AS STRING)")


def _of_version(version: Version) -> str:
    messages = [step for step in version.journey.steps if isinstance(step, Message)]
    formats = {message.id: version.channels[message.channel].batch.format for message in messages}
    cases = [f"WHEN {quoted(id)} THEN {TEXTS[kind]}" for id, kind in formats.items() if kind in TEXTS]
    return f"CASE step_id {' '.join(cases)} ELSE CAST(NULL AS STRING) END" if cases else ""


def _struct(**other: str) -> str:
    made = {"send_at": f"concat({iso_text('send_at')}, 'Z')", "headers": ONE_CLICK, **other}
    return f"named_struct({', '.join(f'{quoted(name)}, {made.get(name, name)}' for name in FIELDS)})"


CSV = "map('escape', '\"')"
"""RFC 4180: a quote within quotes stands twice, so that every reader reads it."""
TEXTS = {
    "jsonl": f"to_json({_struct()}, map('ignoreNullFields', 'false'))",
    "csv": f"to_csv({_struct(content='to_json(content)', headers=f'to_json({ONE_CLICK})')}, {CSV})",
}
