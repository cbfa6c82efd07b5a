"""The JSON Schema of each file, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from parcours.definition.cases import CaseFile
from parcours.definition.contents import CONTENT_SCHEMA, FIELDS, NESTED
from parcours.definition.files import Audience, ChannelsFile, EventsFile, ProfilesFile, ProjectFile
from parcours.definition.journeys import Journey
from parcours.definition.problems import UserError, did_you_mean, one_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "project": (ProjectFile, "parcours.yaml"),
    "journey": (Journey, "journeys/<id>.yaml"),
    "audience": (Audience, "audiences/<id>.yaml"),
    "channels": (ChannelsFile, "channels.yaml"),
    "events": (EventsFile, "events.yaml"),
    "profiles": (ProfilesFile, "profiles.yaml"),
    "test": (CaseFile, "journeys/<id>.test.yaml"),
}
NAMES = (*MODELS, "template")


def json_schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file; UserError for a kind that there isn't."""
    if name == "template":
        return _template_schema()
    if name not in MODELS:
        raise UserError(f"no schema '{name}' ({did_you_mean(name, NAMES) or f'write {one_of(NAMES)}'})")
    model, title = MODELS[name]
    schema = _tidied(model.model_json_schema(by_alias=True))
    if name == "journey":
        del schema["properties"]["timezone"]["default"]  # it is the project's
    return {"$schema": DIALECT, **schema, "title": f"Parcours: {title}"}


def _template_schema() -> dict[str, Any]:
    """Any field of any channel; which channel it is, the file's folder says."""
    described: dict[str, Any] = dict(CONTENT_SCHEMA["properties"])
    for channel, fields in FIELDS.items():
        for field in set(fields) - NESTED:
            known = described.setdefault(field, {"type": "string", "description": "Jinja. Channels:"})
            known["description"] += f" {channel}"
    return {
        "$schema": DIALECT,
        "title": "Parcours: templates/<channel>/<name>.yaml",
        "description": "What a message says. Each field is a Jinja template over profile, event and audience.",
        **CONTENT_SCHEMA,
        "properties": dict(sorted(described.items())),
    }


def _tidied(schema: Any, *, holds_names: bool = False) -> Any:
    """Without the titles that pydantic makes of keys, and without defaults of null: they only fill the editor."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _tidied(value, holds_names=not holds_names and key in ("properties", "$defs"))
        for key, value in schema.items()
        if holds_names or not (key == "title" or (key == "default" and value is None))
    }
