"""The files of a project read into models, each as far as it goes: one mistake doesn't hide those behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from parcours.definition.contents import Template, read_content
from parcours.definition.journeys import AnyEntry, Criterion, Journey, read_journey
from parcours.definition.loading import Source, read_source
from parcours.definition.messages import findings_of
from parcours.definition.problems import Finding, Mistake, Problem, shown
from parcours.definition.steps import AnyStep
from parcours.definition.times import known_zone

Model = TypeVar("Model", bound=BaseModel)

STEP: TypeAdapter[AnyStep] = TypeAdapter(AnyStep)
ENTRY: TypeAdapter[AnyEntry] = TypeAdapter(AnyEntry)
EXIT: TypeAdapter[Criterion] = TypeAdapter(Criterion)


@dataclass(frozen=True)
class Draft:
    """As much of a journey as could be read. `whole` is None where some of it is wrong."""

    id: str
    zone: str
    whole: Journey | None
    entry: AnyEntry | None
    steps: tuple[tuple[int, AnyStep], ...]
    """The steps that could be read, by their places in the list."""
    step_ids: tuple[str | None, ...]
    """The id of every step in the list, None where it has none that could be read."""
    exits: tuple[tuple[int, Criterion], ...] = ()
    """The criteria of exit_when that could be read, by their places in the list."""
    unread_lookups: frozenset[str] = frozenset()
    """What lookups that are wrong would have been called: whoever names it isn't told so besides."""


class Reader:
    """Reads files of one folder, and keeps what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.hashes: dict[str, str] = {}

    def source(self, path: Path) -> Source:
        """The file's data; that of a file which isn't a mapping is None."""
        source = read_source(self.folder, path)
        self.hashes[source.file] = source.digest
        self.problems += source.problems
        if source.data is not None and not isinstance(source.data, dict):
            is_cases = isinstance(source.data, list) and any(
                "case" in each for each in source.data if isinstance(each, dict)
            )
            remedy = "test cases stand in journeys/<id>.test.yaml" if is_cases else "write key: value"
            wrong = Finding((), f"not a mapping: {shown(source.data)}", remedy)
            self.problems.append(source.problem(wrong))
            return Source(source.file, None, source.places, source.problems, source.digest)
        return source

    def model(self, source: Source, model: type[Model], zone: str) -> Model | None:
        """The file as a model; None where something in it is wrong."""
        if source.data is None:
            return None
        try:
            return model.model_validate(source.data, context={"zone": zone})
        except ValidationError as error:
            self.problems += source.found(findings_of(error, model, source.data))
            return None

    def named(self, source: Source, model: type[Model], key: str) -> dict[str, Any] | None:
        """The entries of a file that holds one mapping of names under `key`: None for those that are wrong.

        None for all, where the mapping itself is.
        """
        whole = self.model(source, model, "UTC")
        if whole is not None:
            return dict(getattr(whole, key))
        entries = source.data.get(key) if source.data else None
        if not isinstance(entries, Mapping):
            return None
        found: dict[str, Any] = {}
        for name, entry in entries.items():
            try:
                found[name] = getattr(model.model_validate({key: {name: entry}}), key)[name]
            except ValidationError:
                found[name] = None
        return found

    def journey(self, source: Source, zone: str) -> Draft | None:
        """As much of a journey as can be read; None where it is nothing at all."""
        data = source.data
        if data is None:
            return None
        own = data.get("timezone")
        zone = own if known_zone(own) else zone
        try:
            journey = read_journey(data, zone)
        except ValidationError as error:
            self.problems += source.found(findings_of(error, Journey, data))
            return _salvaged(data, zone, source.file)
        steps = tuple(enumerate(journey.steps))
        ids = tuple(step.id for step in journey.steps)
        return Draft(journey.id, zone, journey, journey.entry, steps, ids, tuple(enumerate(journey.exit_when)))

    def template(self, source: Source) -> Template | None:
        """A template file; None where its shape is wrong."""
        if source.data is None:
            return None
        try:
            return Template(read_content(source.data), source.file)
        except Mistake as mistake:
            self.problems += source.found([Finding(mistake.at, mistake.what, mistake.remedy)])
            return None


def _salvaged(data: Mapping[str, Any], zone: str, file: str) -> Draft:
    written = data.get("steps")
    steps = written if isinstance(written, list) else []
    ids = (step.get("id") if isinstance(step, Mapping) else None for step in steps)
    name = data.get("id")
    return Draft(
        id=name if isinstance(name, str) else Path(file).stem,
        zone=zone,
        whole=None,
        entry=_valid(ENTRY, data.get("entry"), zone),
        steps=_readable(STEP, steps, zone),
        step_ids=tuple(step_id if isinstance(step_id, str) else None for step_id in ids),
        exits=_readable(EXIT, data.get("exit_when"), zone),
        unread_lookups=frozenset(str(step["as"]) for step in steps if isinstance(step, Mapping) and "as" in step),
    )


def _readable(kind: TypeAdapter[Any], written: Any, zone: str) -> tuple[tuple[int, Any], ...]:
    """Those of a list that could be read, by their places in it."""
    listed = written if isinstance(written, list) else []
    read = ((place, _valid(kind, value, zone)) for place, value in enumerate(listed))
    return tuple((place, value) for place, value in read if value is not None)


def _valid(kind: TypeAdapter[Any], value: Any, zone: str) -> Any:
    try:
        return kind.validate_python(value, context={"zone": zone})
    except ValidationError:
        return None
