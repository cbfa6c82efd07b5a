"""What authors write who know other tools: keys and types that there aren't, and what is meant by them."""

from __future__ import annotations

from parcours.definition.channels import BUILT_IN
from parcours.definition.contents import FIELDS

# By the model in which an unknown key stands: the key that it stands for, and what to write where that isn't all.
KEYS: dict[str, dict[str, tuple[str, str | None]]] = {
    "Criterion": {"when": ("condition", "write condition; beside an event, where")},
    "Experiment": {"paths": ("arms", None)},
    "Arm": {"percent": ("weight", None)},
    "Listen": {"for": ("timeout", None), "otherwise": ("on_timeout", None)},
    "Condition": {"when": ("paths", "write paths: [{label: ..., when: ...}]")},
    "Message": {
        field: ("content", f"write content: {{{field}: ...}}") for fields in FIELDS.values() for field in fields
    },
}

# Models that a single word is often written for.
MAPPINGS = {
    "Reentry": "write {allowed: false}",
    "Schedule": 'write {cron: "0 9 * * MON"}, or {at: 2026-03-01T09:00:00Z} for once',
}


def meant_key(model: str, key: str) -> str | None:
    """The key that an unknown one stands for."""
    return KEYS.get(model, {}).get(key, (None, None))[0]


def remedy_for_key(model: str, key: str) -> str | None:
    """What to write in place of an unknown key."""
    known, remedy = KEYS.get(model, {}).get(key, (None, None))
    return remedy or (f"did you mean '{known}'?" if known else None)


def remedy_for_type(written: object) -> str | None:
    """Channels are no types of steps."""
    return f"write type: message, channel: {written}" if isinstance(written, str) and written in BUILT_IN else None
