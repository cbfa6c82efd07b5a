"""Delta's two jars: found on this machine, or fetched once with Spark's own package client."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from parcours.definition.problems import UserError

LOG = logging.getLogger(__name__)

SPARK_JAR = "delta-spark_4.2_2.13-4.4.0.jar"
STORAGE_JAR = "delta-storage-4.4.0.jar"
COORDINATES = "io.delta:delta-spark_4.2_2.13:4.4.0,io.delta:delta-storage:4.4.0"
# All else that Delta names are older copies of what Spark ships: two jars do for every table by path.
EXCLUDED = "org.*:*,com.*:*,io.unitycatalog:*,io.delta:delta-kernel*"


def cache_folder() -> Path:
    """Where Parcours keeps what it fetched: $XDG_CACHE_HOME/parcours, by default ~/.cache/parcours."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "parcours"


def writable_cache() -> Path:
    """The same where it can be written to, else a folder of this user's among the temporary ones."""
    wanted = cache_folder()
    with suppress(OSError):
        wanted.mkdir(parents=True, exist_ok=True)
        if os.access(wanted, os.W_OK):
            return wanted
    return Path(tempfile.gettempdir(), f"parcours-{os.getuid()}")


def delta_jars(named: Sequence[str], *, ivy_settings: str | None = None) -> list[str]:
    """The jars for `spark.jars`: those that a project names, and Delta's two from the first place that has them.

    The places: among the named ones, $PARCOURS_JARS, the cache; else they are fetched into the cache.
    """
    given = _expanded(named)
    if any(Path(jar).name.startswith("delta-spark_") for jar in given):
        return given
    folder = os.environ.get("PARCOURS_JARS")
    if folder:
        return [*given, *_both_of(Path(folder))]
    cache = cache_folder() / "jars"
    if not _has_both(cache):
        cache = writable_cache() / "jars"
    if not _has_both(cache):
        _fetch(cache, ivy_settings)
    return [*given, str(cache / SPARK_JAR), str(cache / STORAGE_JAR)]


def _has_both(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (SPARK_JAR, STORAGE_JAR))


def _expanded(named: Sequence[str]) -> list[str]:
    """The named jars, a folder standing for all jars in it."""
    jars: list[str] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            jars += sorted(str(jar) for jar in path.glob("*.jar"))
        elif "://" not in name and not path.is_file():
            raise UserError(f"parcours.yaml: spark.jars: no such file or folder: {name}")
        else:
            jars.append(name)
    return jars


def _both_of(folder: Path) -> list[str]:
    missing = [name for name in (SPARK_JAR, STORAGE_JAR) if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"PARCOURS_JARS: {folder} lacks {' and '.join(missing)} (put there what is missing, or unset it)"
        )
    return [str(folder / SPARK_JAR), str(folder / STORAGE_JAR)]


def _fetch(cache: Path, ivy_settings: str | None) -> None:
    LOG.info("fetching Delta's two jars from Maven Central, once, into %s", cache)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="parcours-jars-") as folder:
        said = _resolve(Path(folder), ivy_settings)
        for name in (SPARK_JAR, STORAGE_JAR):
            fetched = Path(folder, "ivy", "jars", f"io.delta_{name}")
            if not fetched.is_file():
                LOG.debug("%s", said)
                raise UserError(
                    f"Delta's jars are needed once, and can't be fetched now (go online for the first command, "
                    f"or copy {SPARK_JAR} and {STORAGE_JAR} into {cache})"
                )
            # Beside the target first: a copy that is cut off must not look like a jar.
            beside = cache / f".{name}.{os.getpid()}"
            shutil.copyfile(fetched, beside)
            beside.replace(cache / name)


def _resolve(folder: Path, ivy_settings: str | None) -> str:
    """What Spark's submit said while it resolved the two jars into `folder`/ivy/jars."""
    script = folder / "nothing.py"
    script.write_text("")
    command = [str(_spark_submit()), "--conf", f"spark.jars.ivy={folder / 'ivy'}", "--packages", COORDINATES]
    command += ["--exclude-packages", EXCLUDED]
    if ivy_settings:
        command += ["--conf", f"spark.jars.ivySettings={ivy_settings}"]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    try:
        done = subprocess.run(
            [*command, str(script)], env=environment, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return done.stdout + done.stderr


def _spark_submit() -> Path:
    import pyspark

    home = os.environ.get("SPARK_HOME") or str(Path(pyspark.__file__).parent)
    return Path(home, "bin", "spark-submit")
