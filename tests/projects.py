"""Projects for tests of single jobs: what they use of one, without its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Spark settings, as of parcours.yaml."""

    master: str = "local[2]"
    packages: tuple[str, ...] = ()
    jars: tuple[str, ...] = ()
    conf: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Elsewhere:
    """A source that stands elsewhere."""

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BareProject:
    """A project without files: names, places, and what its definitions would say."""

    name: str
    folder: Path
    warehouse: str
    spark: Settings = field(default_factory=Settings)
    timezone: str = "UTC"
    sources: Mapping[str, Elsewhere] = field(default_factory=dict)
    profiles: Mapping[str, str] | None = None
    events: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    channels: Mapping[str, Any] = field(default_factory=dict)
    audiences: Mapping[str, Any] = field(default_factory=dict)


def make_project(folder: Path | str, *, conf: Mapping[str, str] | None = None, **settings: Any) -> Any:
    """A project whose warehouse is `warehouse` in the folder."""
    place = Path(folder)
    spark = Settings(conf=conf or {})
    return BareProject(name="tests", folder=place, warehouse=str(place / "warehouse"), spark=spark, **settings)
