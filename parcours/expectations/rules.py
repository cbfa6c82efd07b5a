"""What must be true of each row of an input table: derived from `tables/`, and what the business adds.

A rule is a condition in SQL over a row as it was read: its columns with their types, and `__text`, a struct of the
same columns as the file had them. No condition raises, whatever the data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from parcours.tables import Table
from parcours.tables.sources import CONSENT_VALUES

EMAIL = r"^[^@\\s]+@[^@\\s.]+([.][^@\\s.]+)+$"
PHONE = r"^[+][0-9]{7,15}$"
PHONE_CHANNELS = ("sms", "mms", "whatsapp")

UNREADABLE = "the row can't be read"
OVERLAP = "the stay overlaps another of the same profile"
NO_PROFILE = "no profile of that id"
REPEATED = "the key stands more than once in the load"


@dataclass(frozen=True)
class Rule:
    """`breaks` is true of a row that breaks it; then `reason` is what is said of the row. An error refuses the load."""

    reason: str
    breaks: str
    is_error: bool = True


def rules_of(
    table: Table,
    types: Mapping[str, str],
    *,
    events: Mapping[str, Mapping[str, str]] | None = None,
    channels: frozenset[str] = frozenset(),
) -> tuple[Rule, ...]:
    """All rules for the rows of a load; `types` has every column of the rows, the project's own included."""
    rules = [*_implied(table, types), *_added(table)]
    if table.name == "events" and events:
        rules += _event_rules(events)
    if table.name == "suppressions" and channels:
        known = _texts(sorted(channels))
        rules.append(Rule("channel is not one of the project's", f"channel NOT IN ({known})", is_error=False))
    return tuple(rules)


def _implied(table: Table, types: Mapping[str, str]) -> Iterator[Rule]:
    """What a table says of its columns: never null, of their types, of their closed lists."""
    for column in table.columns:
        name = f"`{column.name}`"
        # An instant that can't be read is that alone, not a missing one besides.
        if not column.nullable:
            yield Rule(f"{column.name} is missing", f"{name} IS NULL AND __text.{name} IS NULL")
        if column.type == "timestamp":
            yield Rule(f"{column.name} is not an instant", f"{name} IS NULL AND __text.{name} IS NOT NULL")
        if column.values:
            yield Rule(
                f"{column.name} is not one of {', '.join(column.values)}", f"{name} NOT IN ({_texts(column.values)})"
            )
    known = {column.name: column.type for column in table.columns}
    for column_name, kind in types.items():
        if kind in ("string", "timestamp") and column_name in known:
            continue
        if kind != "string":
            breaks = f"`{column_name}` IS NULL AND __text.`{column_name}` IS NOT NULL"
            yield Rule(f"{column_name} is not {_named(kind)}", breaks, is_error=False)


def _added(table: Table) -> Iterator[Rule]:
    """What the specification adds, by table."""
    if table.name == "profiles":
        consents = f"exists(map_values(consents), answer -> answer NOT IN ({_texts(CONSENT_VALUES)}))"
        yield Rule("a consent is neither y nor n", consents)
        yield Rule("email is malformed", f"NOT email RLIKE '{EMAIL}'", is_error=False)
        yield Rule("phone is malformed", f"NOT phone RLIKE '{PHONE}'", is_error=False)
        zones = _texts(sorted(available_timezones()))
        yield Rule("timezone is unknown", f"timezone NOT IN ({zones})", is_error=False)
    if table.name == "audience_members":
        yield Rule("exited_at is not after entered_at", "exited_at <= entered_at")
    if table.name == "suppressions":
        is_domain = "startswith(address, '@')"
        email = f"channel = 'email' AND NOT {is_domain} AND NOT address RLIKE '{EMAIL}'"
        phone = f"channel IN ({_texts(PHONE_CHANNELS)}) AND NOT address RLIKE '{PHONE}'"
        yield Rule("address is malformed", f"({email}) OR ({phone})", is_error=False)


def _event_rules(events: Mapping[str, Mapping[str, str]]) -> Iterator[Rule]:
    yield Rule("event_type is not in events.yaml", f"event_type NOT IN ({_texts(sorted(events))})", is_error=False)
    for event_type, attributes in events.items():
        for attribute, kind in attributes.items():
            if kind == "string":
                continue
            value = f"attributes[{_text(attribute)}]"
            read = f"from_json({value}, {_text(kind)})" if "<" in kind else f"try_cast({value} AS {kind})"
            misfits = f"{value} IS NOT NULL AND {read} IS NULL"
            reason = f"{event_type}.{attribute} is not {_named(kind)}"
            yield Rule(reason, f"event_type = {_text(event_type)} AND {misfits}", is_error=False)


def _named(kind: str) -> str:
    if kind.startswith("map<"):
        return "a JSON object"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _texts(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(_text(word) for word in words)


def _text(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"
