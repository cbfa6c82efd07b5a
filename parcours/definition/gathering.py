"""All files of a project read, then checked against each other."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from parcours.definition import unsupported
from parcours.definition.channels import Channel, built_in_channels
from parcours.definition.checks.audiences import check_query, query_columns
from parcours.definition.checks.channels import check_channel
from parcours.definition.checks.journeys import check_journey
from parcours.definition.checks.jumps import check_circles
from parcours.definition.checks.known import Known, TableColumns
from parcours.definition.checks.lookups import journey_scope, step_scope
from parcours.definition.checks.templates import Use, check_template_file
from parcours.definition.checks.updates import KNOWN_COLUMNS
from parcours.definition.columns import column_type
from parcours.definition.contents import Template
from parcours.definition.drafts import Draft, Reader
from parcours.definition.files import Audience, ChannelsFile, EventsFile, ProfilesFile, ProjectFile
from parcours.definition.journeys import Journey
from parcours.definition.loading import Source
from parcours.definition.mending import Mended, mended
from parcours.definition.problems import Finding, Mistake, Problem
from parcours.definition.steps import Message, UpdateAudience


@dataclass
class Gathered:
    """What was read, and what is wrong with it."""

    settings: ProjectFile
    known: Known
    profiles: dict[str, str] | None = None
    journeys: dict[str, Journey] = field(default_factory=dict)
    """By file."""
    audiences: dict[str, Audience] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)


def gather(
    folder: Path,
    profile_columns: Mapping[str, str] | None,
    filled_audiences: Container[str] | None,
    table_columns: TableColumns | None,
) -> Gathered:
    """Everything in the folder, and every problem of it, in no particular order."""
    reader = Reader(folder)
    nothing = Known({}, {}, {}, None)
    if not (folder / "parcours.yaml").is_file():
        missing = Problem("parcours.yaml", 1, "", f"no such file in {folder}", "`parcours init` makes a project")
        return Gathered(ProjectFile(name="?"), nothing, problems=[missing])
    settings = _settings(reader, folder)
    profiles, is_told = _profiles(reader, folder)
    profile = _profile_scope(profiles, profile_columns) if is_told else None
    audiences = _audiences(reader, folder, settings.timezone)
    templates = _templates(reader, folder)
    known = Known(
        channels=_channels(reader, folder, profile),
        events=_named(reader, folder / "events.yaml", EventsFile, "events"),
        templates={name: _sound(template) for name, (_, template) in templates.items()},
        profile=profile,
        audiences={name: query_columns(audience.sql) for name, audience in audiences.items()},
        filled_audiences=filled_audiences,
        table_columns=table_columns,
    )
    read = _journeys(reader, folder, settings.timezone)
    known = _with_journeys(known, read)
    drafts = _check_journeys(reader, read, known)
    _check_templates(reader, templates, known, [draft for _, draft in drafts])
    _look_around(reader, folder)
    journeys = {file: draft.whole for file, draft in drafts if draft.whole is not None}
    return Gathered(settings, known, profiles, journeys, audiences, reader.problems, reader.hashes)


def _settings(reader: Reader, folder: Path) -> ProjectFile:
    source = reader.source(folder / "parcours.yaml")
    read = reader.model(source, ProjectFile, "UTC")
    if read is not None:
        if read.cadence.total_seconds() <= 0:
            reader.problems += source.found([Finding(("cadence",), "a cadence of no time", "write PT15M")])
        return read
    # The rest of the project is judged with the project's zone, if that much can be read.
    try:
        return ProjectFile(name="?", timezone=(source.data or {}).get("timezone", "UTC"))
    except ValueError:
        return ProjectFile(name="?")


def _named(reader: Reader, path: Path, model: type, key: str) -> dict[str, dict[str, str] | None] | None:
    return reader.named(reader.source(path), model, key) if path.is_file() else {}


def _profiles(reader: Reader, folder: Path) -> tuple[dict[str, str] | None, bool]:
    """profiles.yaml, None where there is none, and whether profile columns can be judged."""
    path = folder / "profiles.yaml"
    if not path.is_file():
        return None, True
    source = reader.source(path)
    read = reader.named(source, ProfilesFile, "profiles")
    if read is None or None in read.values():
        return None, False
    for name, kind in read.items():
        if name in KNOWN_COLUMNS and kind != KNOWN_COLUMNS[name]:
            what = f"{name} is always {KNOWN_COLUMNS[name]}"
            reader.problems += source.found([Finding(("profiles", name), what, "leave it out")])
    return read, True


def _profile_scope(profiles: dict[str, str] | None, table: Mapping[str, str] | None) -> dict[str, str] | None:
    """The columns that expressions may name. What stands in the table has the type that it has there."""
    if profiles is None and table is None:
        return None
    columns = KNOWN_COLUMNS | (profiles or {})
    for name, kind in (table or {}).items():
        if profiles is None or name in columns:
            try:
                columns[name] = column_type(kind)
            except Mistake:  # a type that expressions can't speak of
                columns.pop(name, None)
    return columns


def _channels(reader: Reader, folder: Path, profile: Mapping[str, str] | None) -> dict[str, Channel | None] | None:
    path = folder / "channels.yaml"
    channels: dict[str, Channel | None] = {**built_in_channels()}
    if not path.is_file():
        return channels
    source = reader.source(path)
    read = reader.named(source, ChannelsFile, "channels")
    if read is None:
        return None
    for name, settings in read.items():
        written = source.data["channels"][name]
        guess = mended(partial(_channel, name), written)
        channels[name] = None if settings is None or guess is None else guess.part
        if guess is not None:
            found = check_channel(guess.part, profile, bool(written.get("max_deferral")))
            reader.problems += source.found(guess.certain(found, ("channels", name)))
    return channels


def _channel(name: str, written: Any) -> Channel:
    return Channel.model_validate({**written, "name": name} if isinstance(written, Mapping) else written)


def _audiences(reader: Reader, folder: Path, zone: str) -> dict[str, Audience]:
    found: dict[str, Audience] = {}
    files: dict[str, str] = {}
    for path in sorted((folder / "audiences").glob("*.yaml")):
        source = reader.source(path)
        audience = reader.model(source, Audience, zone)
        if audience is None:
            guess = mended(partial(Audience.model_validate, context={"zone": zone}), source.data)
            reader.problems += source.found(guess.certain(check_query(guess.part.sql), ()) if guess else ())
            continue
        if audience.id in found:
            what = f"audience '{audience.id}' stands twice"
            reader.problems += source.found([Finding(("id",), what, f"also in {files[audience.id]}")])
        reader.problems += source.found(check_query(audience.sql))
        found[audience.id], files[audience.id] = audience, source.file
    return found


def _templates(reader: Reader, folder: Path) -> dict[str, tuple[Source, Mended[Template] | None]]:
    found: dict[str, tuple[Source, Mended[Template] | None]] = {}
    for path in sorted((folder / "templates").glob("*/*.yaml")):
        source = reader.source(path)
        found[f"{path.parent.name}/{path.stem}"] = source, reader.template(source)
    return found


def _sound(template: Mended[Template] | None) -> Template | None:
    return template.part if template is not None and not template.doubtful else None


def _journeys(reader: Reader, folder: Path, zone: str) -> list[tuple[Source, Draft | None]]:
    paths = [path for path in sorted((folder / "journeys").glob("*.yaml")) if not path.name.endswith(".test.yaml")]
    sources = [reader.source(path) for path in paths]
    return [(source, reader.journey(source, zone)) for source in sources]


def _with_journeys(known: Known, read: list[tuple[Source, Draft | None]]) -> Known:
    """The same, with what journeys know of each other."""
    drafts = [draft for _, draft in read if draft is not None]
    steps = [step for draft in drafts for _, step in draft.steps]
    added = {step.audience for step in steps if isinstance(step, UpdateAudience) and step.action == "add"}
    entries = {draft.id: draft.entry for draft in reversed(drafts)} if len(drafts) == len(read) else None
    return replace(known, journeys=entries, added_audiences=added)


def _check_journeys(reader: Reader, read: list[tuple[Source, Draft | None]], known: Known) -> list[tuple[str, Draft]]:
    drafts: list[tuple[str, Draft]] = []
    files: dict[str, str] = {}
    sources: dict[str, Source] = {}
    for source, draft in read:
        if draft is None:
            continue
        if draft.id in files:
            what = f"journey '{draft.id}' stands twice"
            reader.problems += source.found([Finding(("id",), what, f"also in {files[draft.id]}")])
        reader.problems += source.found(check_journey(draft, known))
        files.setdefault(draft.id, source.file)
        sources.setdefault(draft.id, source)
        drafts.append((source.file, draft))
    for journey, finding in check_circles([draft for _, draft in drafts]):
        reader.problems += sources[journey].found([finding])
    return drafts


def _check_templates(
    reader: Reader,
    templates: Mapping[str, tuple[Source, Mended[Template] | None]],
    known: Known,
    drafts: list[Draft],
) -> None:
    uses: dict[str, list[Use]] = {}
    for draft in drafts:
        scope = journey_scope(draft, known)
        for _, step in draft.steps:
            if isinstance(step, Message) and step.template is not None:
                use = Use(draft.id, step, step_scope(step, draft, scope))
                uses.setdefault(f"{step.channel}/{step.template}", []).append(use)
    for name, (source, template) in templates.items():
        if template is not None:
            channel = name.partition("/")[0]
            found = check_template_file(channel, template.part, source.data, known, uses.get(name, []))
            reader.problems += source.found(template.certain(found, ()))


def _look_around(reader: Reader, folder: Path) -> None:
    """Files that their author may believe to count."""
    for name in unsupported.FILES:
        if (folder / name).is_file():
            reader.problems.append(Problem(name, 1, "", unsupported.refusal(name)))
    for path in sorted((folder / "templates").glob("*.yaml")):
        file = path.relative_to(folder).as_posix()
        remedy = f"move it to templates/<channel>/{path.name}"
        reader.problems.append(Problem(file, 1, "", "not read", remedy, is_warning=True))
    for pattern in ("*.yml", "journeys/*.yml", "audiences/*.yml", "templates/*/*.yml"):
        for path in sorted(folder.glob(pattern)):
            file = path.relative_to(folder).as_posix()
            reader.problems.append(Problem(file, 1, "", "not read", "call it .yaml", is_warning=True))
