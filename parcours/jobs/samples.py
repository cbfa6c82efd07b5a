"""Where the sample project stands: at the root of the repository, or inside an installed package."""

import shutil
from pathlib import Path

PARTS = ("parcours.yaml", "channels.yaml", "events.yaml", "profiles.yaml", "journeys", "audiences", "templates")
"""The files and folders that make the sample project. `setup.py` reads this too."""


def sample_folder() -> Path:
    """The folder that holds the parts."""
    package = Path(__file__).parent.parent
    installed = package / "sample"
    return installed if installed.is_dir() else package.parent


def copy_sample(target: Path) -> list[str]:
    """Copies the whole sample project; the files that were made, relative to the target."""
    return copy_parts(target, PARTS)


def copy_parts(target: Path, parts: tuple[str, ...]) -> list[str]:
    """Copies some files or folders of the sample project."""
    made = []
    for part in parts:
        source = sample_folder() / part
        files = [source] if source.is_file() else sorted(file for file in source.rglob("*.yaml") if file.is_file())
        for file in files:
            place = file.relative_to(sample_folder())
            copied = target / place
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copied)
            made.append(place.as_posix())
    return made
