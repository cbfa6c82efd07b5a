"""The files of a project read into models, each as far as it goes: one mistake doesn't hide those behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from parcours.definition.contents import Template, read_fields
from parcours.definition.journeys import AnyEntry, Criterion, Journey, read_journey
from parcours.definition.loading import Source, read_source
from parcours.definition.mending import Mended, mended
from parcours.definition.messages import findings_of
from parcours.definition.problems import Finding, Loc, Problem, shown
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
    guesses: tuple[tuple[Loc, Mended[Any]], ...] = ()
    """Steps, criteria and the entry in which something is wrong, by their places, as far as the rest of them goes."""
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

    def template(self, source: Source) -> Mended[Template] | None:
        """A template file, without the fields that are wrong; None where it is nothing at all."""
        if source.data is None:
            return None
        fields, mistakes = read_fields(source.data)
        self.problems += source.found(Finding(mistake.at, mistake.what, mistake.remedy) for mistake in mistakes)
        return Mended(Template(fields, source.file), frozenset(mistake.at for mistake in mistakes))


def _salvaged(data: Mapping[str, Any], zone: str, file: str) -> Draft:
    written = data.get("steps")
    steps = written if isinstance(written, list) else []
    ids = (step.get("id") if isinstance(step, Mapping) else None for step in steps)
    name = data.get("id")
    read_steps, guessed_steps = _read_list(STEP, steps, "steps", zone)
    exits, guessed_exits = _read_list(EXIT, data.get("exit_when"), "exit_when", zone)
    entry = _read(ENTRY, data.get("entry"), zone)
    return Draft(
        id=name if isinstance(name, str) else Path(file).stem,
        zone=zone,
        whole=None,
        entry=entry.part if entry and () not in entry.doubtful else None,
        steps=read_steps,
        step_ids=tuple(step_id if isinstance(step_id, str) else None for step_id in ids),
        exits=exits,
        guesses=(*guessed_steps, *guessed_exits, *([(("entry",), entry)] if entry and entry.doubtful else [])),
        unread_lookups=frozenset(str(step["as"]) for step in steps if isinstance(step, Mapping) and "as" in step),
    )


def _read_list(
    kind: TypeAdapter[Any], written: Any, key: str, zone: str
) -> tuple[tuple[tuple[int, Any], ...], tuple[tuple[Loc, Mended[Any]], ...]]:
    """Those of a list that could be read, by their places in it, and those that could be mended."""
    listed = written if isinstance(written, list) else []
    found = [(place, part) for place, value in enumerate(listed) if (part := _read(kind, value, zone)) is not None]
    return (
        tuple((place, part.part) for place, part in found if not part.doubtful),
        tuple(((key, place), part) for place, part in found if part.doubtful),
    )


def _read(kind: TypeAdapter[Any], value: Any, zone: str) -> Mended[Any] | None:
    return mended(lambda written: kind.validate_python(written, context={"zone": zone}), value)
