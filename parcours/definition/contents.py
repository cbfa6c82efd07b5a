"""What a message says: its fields by channel, written in a template file or in the step itself (specification 1.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from parcours.definition.problems import Mistake, shown

# Fields that are mappings themselves: each of their entries is one field, `headers.X-Campaign`.
NESTED = frozenset({"headers", "data"})

# The fields of the built-in channels. A channel that isn't here takes any.
FIELDS: dict[str, tuple[str, ...]] = {
    "email": ("subject", "preheader", "html", "text", "from", "reply_to", "headers"),
    "push": ("title", "body", "subtitle", "image", "icon", "sound", "badge", "url", "data"),
    "sms": ("body", "from"),
    "mms": ("subject", "body", "media", "from"),
    "whatsapp": ("body", "header", "footer", "media", "template", "language", "data", "from"),
    "in_app": ("title", "body", "html", "image", "url", "data"),
    "web": ("title", "body", "html", "image", "icon", "url", "data"),
}

HTML_FIELDS = frozenset({"html"})


@dataclass(frozen=True)
class Template:
    """The fields of templates/<channel>/<name>.yaml; those of a mapping as `headers.<name>`."""

    fields: dict[str, str]
    file: str


def _flattened(content: Mapping[Any, Any]) -> Iterator[tuple[str, tuple[str, ...], object]]:
    """Each field's name, where it stands, and its value."""
    for name, value in content.items():
        if name in NESTED and isinstance(value, Mapping):
            yield from ((f"{name}.{key}", (name, str(key)), part) for key, part in value.items())
        else:
            yield str(name), (str(name),), value


def place_of_field(content: Mapping[Any, Any], field: str) -> tuple[str, ...]:
    """Where a field stands in what the author wrote."""
    return next((place for name, place, _ in _flattened(content) if name == field), (field,))


def read_content(content: object) -> dict[str, str]:
    """The fields of a message by name. Every value is text: a Jinja template."""
    fields, mistakes = read_fields(content)
    if mistakes:
        first, *further = mistakes
        raise Mistake(first.what, first.remedy, at=first.at, further=further)
    return fields


def read_fields(content: object) -> tuple[dict[str, str], list[Mistake]]:
    """The fields that are as they should be, and what is wrong with the others."""
    if not isinstance(content, Mapping):
        return {}, [Mistake(f"not a mapping: {shown(content)}", 'write fields, such as {subject: "..."}')]
    if not content:
        return {}, [Mistake("a message without fields")]
    fields: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for name, place, value in _flattened(content):
        if name in NESTED:
            mistakes.append(Mistake(f"not a mapping: {shown(value)}", "write names and values", at=place))
        elif value is None:
            mistakes.append(Mistake("no value", "write one, or leave the key out", at=place))
        elif not isinstance(value, str):
            is_whole = isinstance(value, Mapping | list)
            remedy = "write it as text, JSON for instance, behind |" if is_whole else "put it in quotes"
            mistakes.append(Mistake(f"not text: {shown(value)}", remedy, at=place))
        else:
            fields[name] = value
    return fields, mistakes


def written_content(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields as a user writes them, `headers` and `data` as mappings."""
    written: dict[str, Any] = {}
    for name, value in fields.items():
        outer, dot, inner = name.partition(".")
        if dot and outer in NESTED:
            written.setdefault(outer, {})[inner] = value
        else:
            written[name] = value
    return written


CONTENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "properties": {
        "data": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Jinja in each value: what the app or the provider is handed besides.",
        },
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Jinja in each value: further headers of an email, by name.",
        },
    },
    "additionalProperties": {"type": "string"},
}

Content = Annotated[
    dict[str, str],
    BeforeValidator(read_content),
    PlainSerializer(written_content, when_used="json"),
    WithJsonSchema(CONTENT_SCHEMA),
]
