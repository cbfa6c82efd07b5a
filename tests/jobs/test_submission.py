"""What spark-submit is given for a project's jobs."""

import json
import os
import sys
from pathlib import Path

import pytest

from parcours.jobs import submission
from parcours.jobs.jars import SPARK_JAR, STORAGE_JAR
from parcours.jobs.places import read_places


@pytest.fixture
def jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with Delta's two jars, as far as their names go."""
    folder = tmp_path / "jars"
    folder.mkdir()
    for name in (SPARK_JAR, STORAGE_JAR):
        (folder / name).touch()
    monkeypatch.setenv("PARCOURS_JARS", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def project(folder: Path, spark: str = "{}") -> Path:
    (folder / "parcours.yaml").write_text(f"name: shop\nspark: {spark}\n")
    return folder


def test_deltas_jars_go_along_from_where_they_lie(tmp_path: Path, jars: Path) -> None:
    told = submission.submission(read_places(project(tmp_path)), "local[2]")
    assert (told["jars"], told["packages"]) == (f"{jars / SPARK_JAR},{jars / STORAGE_JAR}", "")


def test_a_project_that_names_delta_among_its_packages_brings_it_itself(tmp_path: Path, jars: Path) -> None:
    packages = "io.delta:delta-spark_4.2_2.13:4.4.0,org.apache.hadoop:hadoop-aws:3.5.0"
    told = submission.submission(read_places(project(tmp_path, f"{{packages: [{packages}]}}")), "yarn")
    assert (told["jars"], told["packages"]) == ("", packages)
    assert "spark.jars.packages" not in told["conf"]


def test_settings_of_the_project_go_along_and_those_that_rows_depend_on_stand(tmp_path: Path, jars: Path) -> None:
    own = '{conf: {spark.driver.memory: 6g, spark.sql.session.timeZone: "Europe/Paris"}}'
    conf = submission.submission(read_places(project(tmp_path, own)), "local[2]")["conf"]
    assert (conf["spark.driver.memory"], conf["spark.sql.session.timeZone"]) == ("6g", "UTC")


def test_a_cluster_keeps_its_own_addresses(tmp_path: Path, jars: Path) -> None:
    places = read_places(project(tmp_path))
    assert submission.submission(places, "local[2]")["conf"]["spark.driver.host"] == "127.0.0.1"
    assert "spark.driver.host" not in submission.submission(places, "spark://10.1.1.1:7077")["conf"]


def test_a_machine_of_ones_own_is_told_its_python_and_where_spark_submit_lies(
    tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    monkeypatch.setattr(submission, "provide_java", lambda cache: None)
    monkeypatch.setenv("PATH", "/nowhere")
    told = submission.submission(read_places(project(tmp_path)), "local[2]")
    here = str(Path(sys.executable).parent)
    assert told["env_vars"] == {"PYSPARK_PYTHON": sys.executable, "PATH": f"{here}{os.pathsep}/nowhere"}


def test_what_the_machine_says_itself_is_left_alone(
    tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", "/opt/python")
    monkeypatch.setattr(submission, "provide_java", lambda cache: None)
    monkeypatch.setattr(submission.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert submission.submission(read_places(project(tmp_path)), "local[2]")["env_vars"] == {}


def test_a_java_that_the_extra_brings_goes_along(tmp_path: Path, jars: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "provide_java", lambda cache: monkeypatch.setenv("JAVA_HOME", "/packaged"))
    told = submission.submission(read_places(project(tmp_path)), "local[2]")
    assert told["env_vars"]["JAVA_HOME"] == "/packaged"


def test_it_is_said_as_json(tmp_path: Path, jars: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert submission.main(["--project", str(project(tmp_path)), "--master", "local[2]"]) == 0
    assert sorted(json.loads(capfd.readouterr().out)) == ["conf", "env_vars", "jars", "packages"]
