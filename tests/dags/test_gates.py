"""Jobs that the DAG runs by their path."""

from pathlib import Path

import pytest

from parcours.dags import gates

JOB = """
import json, os, sys
sys.stderr.write("looking\\n")
if "--fail" in sys.argv:
    sys.stderr.write("a reason\\n")
    sys.exit(int(sys.argv[-1]))
print(json.dumps({"said": sys.argv[1:], "long": "x" * 200_000}))
"""


@pytest.fixture(autouse=True)
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "look.py").write_text(JOB)
    monkeypatch.setattr(gates, "JOBS", tmp_path)


def test_a_job_is_given_its_options_and_answers(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        answer = gates.run_job("look", project="/shop", until="2026-03-02T09:00:00Z", since="")
    assert answer["said"] == ["--project", "/shop", "--until", "2026-03-02T09:00:00Z"]
    assert len(answer["long"]) == 200_000
    assert caplog.messages == ["looking"]


@pytest.mark.parametrize(("status", "is_tried_again"), [("1", True), ("2", False)])
def test_a_job_that_was_asked_wrongly_is_not_tried_again(status: str, is_tried_again: bool) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    with pytest.raises(AirflowException) as failed:
        gates.run_job("look", fail=status)
    assert str(failed.value) == f"look failed with status {status}: looking\na reason"
    assert isinstance(failed.value, AirflowFailException) is not is_tried_again


def test_another_environment_may_run_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "[\\"$2\\"]"\n')
    python.chmod(0o755)
    monkeypatch.setenv("PARCOURS_PYTHON", str(python))
    assert gates.run_job("look") == [str(tmp_path / "look.py")]
