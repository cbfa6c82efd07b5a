"""What commands print: tables and JSON, on terminals and elsewhere."""

import datetime as dt
import json
import logging
import sys

import pytest

from parcours.jobs.cli import output
from parcours.jobs.telling import plural, shown_counts
from tests.jobs.conftest import Parcours

ROWS = [("welcome", 1, 1200, None), ("news", 12, 7, "2026-03-02T09:00:00Z")]
HEADERS = ("journey", "version", "inside", "next read")


def test_a_table_is_aligned_text_with_numbers_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(HEADERS, ROWS, title="Versions")
    assert capsys.readouterr().out.splitlines() == [
        "Versions",
        "journey  version  inside  next read",
        "welcome        1   1,200  -",
        "news          12       7  2026-03-02T09:00:00Z",
    ]


def test_a_table_on_a_terminal_is_never_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    output.print_table(("batch", "file"), [("b" * 32, "[x]" * 40)])
    shown = capsys.readouterr().out
    assert "b" * 32 in shown
    assert "[x]" * 40 in shown


def test_a_table_without_rows_has_its_headers(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(("journey", "count"), [])
    assert capsys.readouterr().out == "journey  count\n"


def test_instants_and_days_are_iso_8601_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    at = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    output.print_json({"at": at, "day": at.date(), "name": "Zoë"})
    said = capsys.readouterr().out
    assert json.loads(said) == {"at": "2026-03-02T09:00:00Z", "day": "2026-03-02", "name": "Zoë"}
    assert "Zoë" in said


def test_what_jobs_log_goes_to_standard_error(parcours: Parcours, capsys: pytest.CaptureFixture[str]) -> None:
    parcours("schema", "journey")
    logging.getLogger("parcours.tick").info("tick until %s", "then")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith(" tick until then\n")


@pytest.mark.parametrize(("count", "shown"), [(0, "0 batches"), (1, "1 batch"), (1200, "1,200 batches")])
def test_numbers_of_things(count: int, shown: str) -> None:
    assert plural(count, "batch", "batches") == shown


def test_a_tick_tells_what_became_of_people_and_how_many_batches() -> None:
    counts = {"passed": 9, "sent": 1200, "entered": 3, "batches": 1, "inside:news|1": 4, "rejected": 0}
    assert shown_counts(counts) == "3 entered, 1,200 sent, 1 batch"
    assert shown_counts({"inside:news|1": 4, "batches": 0}) == "nothing to do"
