"""The other files of a project: parcours.yaml, channels.yaml, events.yaml, profiles.yaml, audiences/*.yaml."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, Field

from parcours.definition.channels import ChannelSettings
from parcours.definition.columns import ColumnType
from parcours.definition.entries import Schedule
from parcours.definition.values import ColumnName, Definition, Duration, FilledText, Name, Percent, Text, Zone

LOCAL_URI = "file:/"


def place_of(folder: Path, written: str) -> str:
    """Where something lies: a folder as an absolute path, whether written as one, beside parcours.yaml or as file:///…

    Any other URI as it is.
    """
    if written.startswith(LOCAL_URI):
        written = local_path(written)
    return written if "://" in written else str((folder / written).resolve())


def outbox_of(folder: Path, written: str) -> str:
    """Where the outbox lies: as `place_of`, but a URI stays one, for tables name its files by it (specification 3)."""
    return written if "://" in written else place_of(folder, written)


def local_path(place: str) -> str:
    """The folder of this machine that a file:///… names; anything else as it is."""
    return unquote(urlsplit(place).path) if place.startswith(LOCAL_URI) else place


SourceName = Literal["profiles", "audience_members", "events", "message_feedback", "suppressions"]


def _as_text(value: object) -> object:
    """Spark takes its settings as text; YAML reads some of them as numbers and booleans."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _nothing_is_empty(value: object) -> object:
    """`page_viewed:` alone says what `page_viewed: {}` says."""
    return {} if value is None else value


SettingText = Annotated[Text, BeforeValidator(_as_text, json_schema_input_type=str | bool | int | float)]


class SparkSettings(Definition):
    """How Spark is started."""

    master: FilledText = Field(default="local[*]", description="Spark's master; spark-submit's own wins.")
    packages: tuple[FilledText, ...] = Field(default=(), description="Maven coordinates of further packages.")
    jars: tuple[FilledText, ...] = Field(default=(), description="Jars, or folders of jars, on this machine.")
    conf: dict[str, SettingText] = Field(default={}, description="Any Spark setting by its name.")


class SourceTable(Definition):
    """A Delta table that stands elsewhere; it is read and never written."""

    path: FilledText = Field(description="Folder or URI of the Delta table.")
    columns: dict[str, Text] = Field(default={}, description="Its column names, by ours.")


class ProjectFile(Definition):
    """parcours.yaml: the project's names and places."""

    name: FilledText = Field(description="What reports and DAGs call the project.")
    timezone: Zone = Field(default="UTC", description="The zone of journeys and limits that name none.")
    warehouse: FilledText = Field(default="warehouse", description="A folder beside this file, or a URI.")
    outbox: FilledText = Field(default="outbox", description="Where delivery batches go: a folder, or a URI.")
    cadence: Duration = Field(default=timedelta(minutes=15), description="How often the scheduler ticks.")
    spark: SparkSettings = SparkSettings()
    sources: dict[SourceName, SourceTable] = Field(default={}, description="Input tables that stand elsewhere.")


class ChannelsFile(Definition):
    """channels.yaml: channels by name."""

    channels: dict[Name, ChannelSettings] = Field(description="By name: email, push, sms, or one of your own.")


Attributes = Annotated[
    dict[ColumnName, ColumnType],
    BeforeValidator(_nothing_is_empty, json_schema_input_type=dict[ColumnName, ColumnType] | None),
]


class EventsFile(Definition):
    """events.yaml: event types, and the type of each attribute. A value that doesn't fit is null.

    Attributes are text: arrays, maps and structs stand in it as JSON.
    """

    events: dict[Name, Attributes] = Field(description="By event type the Spark SQL type of each attribute.")


class ProfilesFile(Definition):
    """profiles.yaml: the types of profile columns."""

    profiles: dict[ColumnName, ColumnType] = Field(description="By column its Spark SQL type.")


class Audience(Definition):
    """An audience defined by SQL: one row a member, profile_id and enrichment columns."""

    id: Name = Field(description="What journeys and expressions call it.")
    schedule: Schedule | None = Field(default=None, description="When it is refreshed, in the project's zone.")
    sql: FilledText = Field(description="One SELECT over tables of the warehouse; as_of() is the time of the refresh.")
    max_loss: Percent | None = Field(default=None, description="Stops a refresh that would end more percent of stays.")
