"""As much of a project as a DAG file reads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcours.dags.moments import Rhythm
from parcours.dags.outline import read_outline
from parcours.definition.problems import DefinitionError, UserError
from tests.dags.conftest import WEEKLY, WELCOME, write_project

ONCE = """
id: once
version: 1
timezone: Europe/Paris
starts_at: 2026-03-01T00:00:00
entry:
  type: read_audience
  audience: everybody
  schedule: {at: 2026-03-02T09:00:00}
  waves: {count: 3, interval: 2h}
steps: []
"""


def test_a_project_ticks_at_its_cadence_and_when_a_journey_reads(tmp_path: Path) -> None:
    outline = read_outline(write_project(tmp_path, "name: shop\ncadence: 1h\n", weekly=WEEKLY, welcome=WELCOME))
    assert (outline.name, outline.moments.cadence) == ("shop", timedelta(hours=1))
    assert outline.moments.rhythms == (Rhythm(zone="Europe/Paris", cron="0 9 * * MON"),)
    assert outline.schedules == {"weekly": "0 9 * * MON, Europe/Paris"}


def test_a_quarter_is_the_cadence_unless_given(tmp_path: Path) -> None:
    assert read_outline(write_project(tmp_path, "name: shop\n")).moments.cadence == timedelta(minutes=15)


def test_a_journey_without_a_zone_has_that_of_the_project(tmp_path: Path) -> None:
    weekly = WEEKLY.replace("timezone: Europe/Paris\n", "")
    outline = read_outline(write_project(tmp_path, "name: shop\ntimezone: Asia/Tokyo\n", weekly=weekly))
    assert outline.moments.rhythms == (Rhythm(zone="Asia/Tokyo", cron="0 9 * * MON"),)


def test_each_wave_has_a_tick_of_its_own(tmp_path: Path) -> None:
    starts_at = datetime(2026, 2, 28, 23, tzinfo=UTC)
    waves = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 10, 12)]
    outline = read_outline(write_project(tmp_path, once=ONCE))
    assert outline.moments.rhythms == tuple(Rhythm(at=at, starts_at=starts_at) for at in waves)
    assert outline.schedules == {"once": "once, 2026-03-02 08:00 UTC"}


def test_waves_may_say_their_starts(tmp_path: Path) -> None:
    once = ONCE.replace("interval: 2h", "starts: [2026-03-02T11:00:00, 2026-03-03T09:00:00]")
    found = read_outline(write_project(tmp_path, once=once)).moments.rhythms
    assert [rhythm.at for rhythm in found] == [
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 3, 8, tzinfo=UTC),
    ]


@pytest.mark.parametrize("wrong", ["id: [x", "- read_audience", WEEKLY.replace("MON", "NEVER")])
def test_a_journey_that_is_wrong_has_no_ticks_and_leaves_the_others_theirs(tmp_path: Path, wrong: str) -> None:
    wrong = wrong if "read_audience" in wrong else f"{wrong}\n# read_audience"
    outline = read_outline(write_project(tmp_path, weekly=WEEKLY, wrong=wrong))
    assert list(outline.schedules) == ["weekly"]


def test_cases_of_a_journey_are_no_journeys(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "journeys" / "weekly.test.yaml").write_text(WEEKLY)
    assert read_outline(folder).schedules == {}


def test_a_project_file_that_is_wrong_says_where(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "name: shop\ntimezone: Paris\ncadence: often\n")
    with pytest.raises(DefinitionError) as error:
        read_outline(folder)
    assert str(error.value) == (
        "parcours.yaml:2: timezone: unknown time zone: 'Paris' (did you mean 'Europe/Paris'?)\n"
        "parcours.yaml:3: cadence: not a duration: 'often' (write 2d or PT6H)"
    )


def test_a_cadence_of_no_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        read_outline(write_project(tmp_path, "name: shop\ncadence: 0s\n"))
    assert str(error.value) == "parcours.yaml:2: cadence: a cadence of no time (write PT15M)"


def test_the_project_is_the_named_folder_or_the_one_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parcours.dags.factory import project_folder

    named, here = write_project(tmp_path / "named"), write_project(tmp_path / "here")
    monkeypatch.chdir(here)
    monkeypatch.delenv("PARCOURS_PROJECT", raising=False)
    assert project_folder() == here
    monkeypatch.setenv("PARCOURS_PROJECT", str(named))
    assert project_folder() == named


def test_a_folder_without_a_project_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parcours.dags.factory import project_folder

    monkeypatch.setenv("PARCOURS_PROJECT", str(tmp_path))
    with pytest.raises(UserError) as error:
        project_folder()
    assert str(error.value) == f"no parcours.yaml in {tmp_path} (PARCOURS_PROJECT names a project's folder)"
