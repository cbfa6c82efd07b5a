"""The rows don't depend on how many there are, nor on partitions: few go by way of the driver, many by Spark."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parcours.jobs import inputs, write
from tests.engine import run
from tests.jobs.test_kills import STORY, contents, tick

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def before(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("same") / "project"
    run(STORY, folder, spark)
    return folder


@pytest.fixture(scope="module")
def by_way_of_the_driver(spark: Any, before: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("few") / "project"
    shutil.copytree(before, folder)
    tick(folder, spark)
    return contents(folder)


@pytest.mark.parametrize("partitions", [1, 7])
def test_many_rows_come_out_as_few_do_whatever_the_partitions(
    spark: Any,
    before: Path,
    by_way_of_the_driver: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    partitions: int,
) -> None:
    monkeypatch.setattr(inputs, "FEW", -1)
    monkeypatch.setattr(write, "FEW", 0)
    shutil.copytree(before, tmp_path / "many")
    former = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    try:
        tick(tmp_path / "many", spark)
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", former)
    many = contents(tmp_path / "many")
    for name, rows in by_way_of_the_driver.items():
        assert many[name] == rows, name


ON_CORES = """
import sys
from pathlib import Path
from parcours.definition.project import load_project
from parcours.jobs import inputs, write
from parcours.jobs.session import start_session
from tests.jobs.test_kills import tick
inputs.FEW, write.FEW = -1, 0
folder = Path(sys.argv[1])
tick(folder, start_session(load_project(folder), master=f"local[{sys.argv[2]}]"))
"""


@pytest.mark.parametrize("cores", [1, 7])
def test_the_rows_are_the_same_on_any_number_of_cores(
    before: Path, by_way_of_the_driver: dict[str, Any], tmp_path: Path, cores: int
) -> None:
    """This process has two."""
    shutil.copytree(before, tmp_path / "other")
    subprocess.run([sys.executable, "-c", ON_CORES, str(tmp_path / "other"), str(cores)], check=True)
    others = contents(tmp_path / "other")
    for name, rows in by_way_of_the_driver.items():
        assert others[name] == rows, name


def test_a_line_of_a_file_is_json_with_an_instant_and_headers(by_way_of_the_driver: dict[str, Any]) -> None:
    files = {name: data for name, data in by_way_of_the_driver["files"].items() if name.endswith(".jsonl")}
    first = json.loads(files[sorted(files)[0]].decode().splitlines()[0])
    assert list(first) == [
        *("delivery_id", "channel", "route", "address", "profile_id", "journey_id", "journey_version", "instance_id"),
        *("step_id", "category", "template", "variant", "send_at", "content", "headers"),
    ]
    assert first["channel"] == "email"
    assert first["send_at"].endswith("Z")
    assert first["headers"] == {
        "List-Unsubscribe": f"<https://shop.example/u/{first['delivery_id']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
