"""parcours init: a new project with one journey, ready to run."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parcours.definition.problems import UserError
from parcours.jobs.samples import copy_parts

FIRST = Path(__file__).parent / "first_project"
SHARED = (
    "journeys/welcome.yaml",
    "journeys/welcome.test.yaml",
    "templates/email/order_thanks.yaml",
    "templates/email/welcome.yaml",
    "templates/email/welcome_gold.yaml",
    "events.yaml",
    "profiles.yaml",
)
"""What a new project takes from the sample project as it is."""
IGNORED = "warehouse/\noutbox/\n"
NAMED = ("parcours.yaml", "README.md")
"""Files in which the project's name stands as {name}."""


@dataclass(frozen=True)
class Made:
    """A new project: its files, relative to the folder, and the commands to begin with."""

    folder: Path
    files: Sequence[str]
    commands: Sequence[str]


def make_project(folder: Path) -> Made:
    """Writes the project; UserError, and nothing written, where something stands in the folder already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} isn't empty; nothing was written (name a new folder)")
    folder.mkdir(parents=True, exist_ok=True)
    name = folder.resolve().name
    files = copy_parts(folder, SHARED)
    for source in sorted(file for file in FIRST.rglob("*") if file.is_file()):
        place = source.relative_to(FIRST)
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if place.as_posix() in NAMED:
            target.write_text(source.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
        files.append(place.as_posix())
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return Made(folder, sorted([*files, ".gitignore"]), _commands(folder))


def _commands(folder: Path) -> list[str]:
    """The first commands of the README, and how to get where they are to be typed."""
    told = (folder / "README.md").read_text(encoding="utf-8").split("\n\n")
    first = next(part for part in told if part.startswith("    parcours validate"))
    return [f"cd {folder}", *(line.strip() for line in first.splitlines())]
