"""One run a tick, as Airflow's scheduler asks for them."""

from datetime import UTC, datetime, timedelta

import pendulum
import pytest

from parcours.dags.moments import Moments, Rhythm

QUARTER = timedelta(minutes=15)


def at(text: str) -> pendulum.DateTime:
    return pendulum.parse(text, tz="UTC")  # type: ignore[return-value]


def next_run(moments: Moments, last: tuple[str, str] | None, earliest: str | None, *, latest: str | None = None):  # type: ignore[no-untyped-def]
    from airflow.timetables.base import DataInterval, TimeRestriction

    from parcours.dags.timetable import UNSTATED, TickTimetable

    interval = DataInterval(at(last[0]), at(last[1])) if last else None
    start = at(earliest) if earliest else pendulum.instance(UNSTATED)
    restriction = TimeRestriction(start, at(latest) if latest else None, catchup=True)
    return TickTimetable(moments).next_dagrun_info(last_automated_data_interval=interval, restriction=restriction)


def told(info) -> tuple[str, str, str] | None:  # type: ignore[no-untyped-def]
    """Start and end of the interval, and when the run may start."""
    parts = (info.data_interval.start, info.data_interval.end, info.run_after)
    return tuple(part.strftime("%d %H:%M") for part in parts)  # type: ignore[return-value]


def test_a_run_goes_from_the_end_of_the_one_before_to_the_next_moment() -> None:
    moments = Moments(QUARTER, (Rhythm(cron="7 9 * * *"),))
    info = next_run(moments, ("2026-03-02T08:45", "2026-03-02T09:00"), None)
    assert told(info) == ("02 09:00", "02 09:07", "02 09:07")
    info = next_run(moments, ("2026-03-02T09:00", "2026-03-02T09:07"), None)
    assert told(info) == ("02 09:07", "02 09:15", "02 09:15")


def test_runs_that_were_missed_follow_one_another() -> None:
    found, last = [], ("2020-03-02T08:45", "2020-03-02T09:00")
    for _ in range(3):
        info = next_run(Moments(QUARTER), last, None)
        last = (info.data_interval.start.isoformat(), info.data_interval.end.isoformat())
        found.append(told(info))
    assert found == [
        ("02 09:00", "02 09:15", "02 09:15"),
        ("02 09:15", "02 09:30", "02 09:30"),
        ("02 09:30", "02 09:45", "02 09:45"),
    ]


def test_the_first_run_of_all_is_the_one_due_last() -> None:
    info = next_run(Moments(timedelta(days=1)), None, None)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (info.data_interval.start, info.data_interval.end) == (today - timedelta(days=1), today)


def test_with_a_start_date_the_first_run_is_the_one_after_it() -> None:
    assert told(next_run(Moments(QUARTER), None, "2026-03-02T09:05")) == ("02 09:05", "02 09:15", "02 09:15")
    assert told(next_run(Moments(QUARTER), None, "2026-03-02T09:15")) == ("02 09:15", "02 09:30", "02 09:30")


def test_a_backfill_has_the_runs_that_begin_in_its_range() -> None:
    bounds = {"earliest": "2026-03-02T09:00", "latest": "2026-03-02T09:15"}
    assert told(next_run(Moments(QUARTER), None, **bounds)) == ("02 09:00", "02 09:15", "02 09:15")
    assert told(next_run(Moments(QUARTER), ("2026-03-02T09:00", "2026-03-02T09:15"), **bounds)) == (
        "02 09:15",
        "02 09:30",
        "02 09:30",
    )
    assert next_run(Moments(QUARTER), ("2026-03-02T09:15", "2026-03-02T09:30"), **bounds) is None


def test_a_new_schedule_goes_on_where_the_former_one_stood() -> None:
    info = next_run(Moments(timedelta(hours=1)), ("2026-03-02T09:00", "2026-03-02T09:15"), None)
    assert told(info) == ("02 09:15", "02 10:00", "02 10:00")


def test_a_run_asked_for_by_hand_ticks_until_that_very_moment() -> None:
    from parcours.dags.timetable import TickTimetable

    interval = TickTimetable(Moments(QUARTER)).infer_manual_data_interval(run_after=at("2026-03-02T09:07:08"))
    assert (interval.start, interval.end) == (at("2026-03-02T09:00:00"), at("2026-03-02T09:07:08"))


@pytest.mark.parametrize(
    ("rhythms", "summary", "description"),
    [
        ((), "PT15M", "Every PT15M"),
        ((Rhythm(cron="0 9 * * *"),), "PT15M + 1", "Every PT15M, and when a journey reads"),
    ],
)
def test_the_list_of_dags_shows_the_cadence(rhythms: tuple[Rhythm, ...], summary: str, description: str) -> None:
    from parcours.dags.timetable import TickTimetable

    timetable = TickTimetable(Moments(QUARTER, rhythms))
    assert (timetable.summary, timetable.description) == (summary, description)


def test_airflow_writes_the_timetable_and_reads_it_back() -> None:
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    from parcours.dags.timetable import TickTimetable

    timetable = TickTimetable(Moments(QUARTER, (Rhythm(zone="Europe/Paris", cron="0 9 * * MON"),)))
    encoded = encode_timetable(timetable)
    assert encoded["__type"] == "parcours.dags.timetable.TickTimetable"
    assert decode_timetable(encoded) == timetable
