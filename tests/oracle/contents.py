"""What a message says, rendered by Jinja itself, as far as the oracle must know: whether it is too large (1.8)."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment

from tests.oracle.expressions import Names
from tests.oracle.journeys import Definition

JINJA = Environment(autoescape=False, finalize=lambda value: "" if value is None else value)
LARGEST_PUSH = 4096


def is_too_large(step: Definition, names: Names) -> bool:
    """Whether a push is more than 4 KB, as JSON in UTF-8; the fields of `data` stand in it as data.<name>."""
    if step["channel"] != "push":
        return False
    payload = {name: _rendered(text, names) for name, text in _fields(step.get("content") or {}).items()}
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST_PUSH


def _fields(content: Definition) -> dict[str, str]:
    plain = {name: text for name, text in content.items() if name != "data"}
    return plain | {f"data.{name}": text for name, text in content.get("data", {}).items()}


def _rendered(text: str, names: Names) -> str:
    known: dict[str, Any] = {name: row or {} for name, row in names.rows.items()}
    return JINJA.from_string(text).render(**known, now=lambda: names.now)
