"""Java's classes in a file, from which the next session starts. Java and Spark themselves are left out."""

import os
import time
from pathlib import Path

import pytest

from parcours.jobs import archive
from parcours.jobs.archive import archive_options, session_has_started

QUIET = ["-Xlog:disable", "-Xlog:all=error:stderr"]
WHOLE, HALF = b"\xa8\xab\x0b\xf0 and the classes", bytes(20)
"""Java leaves the head empty until all else is written."""


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("17")
    monkeypatch.setattr(archive, "java_of_spark", lambda: java)
    return java


def asked_for(cache: Path) -> Path:
    """Where the session that starts now writes its archive."""
    option, *quiet = archive_options(cache)
    assert quiet == QUIET
    name, _, place = option.partition("=")
    assert name == "-XX:ArchiveClassesAtExit"
    return Path(place)


def in_the_past(file: Path, seconds: float) -> None:
    at = time.time() - seconds
    os.utime(file, (at, at))


def test_the_first_session_writes_an_archive_and_the_next_one_starts_from_it(java: Path, tmp_path: Path) -> None:
    written = asked_for(tmp_path)
    session_has_started()
    written.write_bytes(WHOLE)
    taken = tmp_path / "classes" / written.name.removesuffix(f".{os.getpid()}")
    assert archive_options(tmp_path) == [f"-XX:SharedArchiveFile={taken}", *QUIET]
    assert taken.read_bytes() == WHOLE
    assert not written.exists()
    assert archive_options(tmp_path) == [f"-XX:SharedArchiveFile={taken}", *QUIET]


def test_a_session_that_ended_before_it_had_started_leaves_none(java: Path, tmp_path: Path) -> None:
    written = asked_for(tmp_path)
    written.write_bytes(WHOLE)
    assert asked_for(tmp_path) == written
    assert not written.exists()


def test_while_one_session_writes_others_start_without(java: Path, tmp_path: Path) -> None:
    asked_for(tmp_path).write_bytes(HALF)
    assert archive_options(tmp_path) == []


def test_what_was_broken_off_an_hour_ago_is_written_again(java: Path, tmp_path: Path) -> None:
    broken = asked_for(tmp_path)
    broken.write_bytes(HALF)
    in_the_past(broken, 3700)
    assert asked_for(tmp_path) == broken
    assert not broken.exists()


def test_another_java_has_an_archive_of_its_own_and_one_unused_for_a_month_goes(java: Path, tmp_path: Path) -> None:
    former = asked_for(tmp_path)
    session_has_started()
    former.write_bytes(WHOLE)
    archive_options(tmp_path)
    in_the_past(java, 1)
    assert asked_for(tmp_path).name != former.name
    kept = tmp_path / "classes" / former.name.removesuffix(f".{os.getpid()}")
    assert kept.exists()
    in_the_past(kept, 31 * 86400)
    asked_for(tmp_path)
    assert not kept.exists()


def test_who_may_not_write_one_starts_from_one_that_is_there(java: Path, tmp_path: Path) -> None:
    assert archive_options(tmp_path, may_write=False) == []
    written = asked_for(tmp_path)
    session_has_started()
    written.write_bytes(WHOLE)
    option, *_ = archive_options(tmp_path, may_write=False)
    assert option.startswith("-XX:SharedArchiveFile=")


def test_java_parts_its_options_at_spaces_so_a_folder_with_one_has_no_archive(java: Path, tmp_path: Path) -> None:
    assert archive_options(tmp_path / "my cache") == []
