"""Projects written out of a few lines of YAML, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from parcours.definition.problems import DefinitionError
from parcours.definition.project import Project, load_project

Write = Callable[..., Path]
Said = Callable[..., list[str]]
Load = Callable[..., Project]

EVENTS = """
    events:
      order_placed: {amount: double, sku: string}
      page_viewed: {}
"""
ASKED = ("email", "push", "sms", "webhook")
CHANNELS = "channels:\n" + "".join(f"  {name}:\n    consent: profile.consents['{name}']\n" for name in ASKED)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files, by name, into an otherwise empty project; three of them unless given."""
    usual = {"parcours.yaml": "name: shop", "events.yaml": EVENTS, "channels.yaml": CHANNELS}

    def write_files(files: dict[str, str]) -> Path:
        for name, text in (usual | files).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return tmp_path

    return write_files


@pytest.fixture
def load(write: Write) -> Load:
    """The project that the files make."""

    def load_files(files: dict[str, str], **known: Any) -> Project:
        return load_project(write(files), **known)

    return load_files


@pytest.fixture
def said(write: Write) -> Said:
    """Every line that is said about the files: errors, or else warnings."""

    def said_about(files: dict[str, str], **known: Any) -> list[str]:
        folder = write(files)
        try:
            return [str(problem) for problem in load_project(folder, **known).warnings]
        except DefinitionError as error:
            return str(error).splitlines()

    return said_about
