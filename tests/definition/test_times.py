"""Durations, instants, local times, occurrences."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from parcours.definition.entries import Schedule
from parcours.definition.problems import Mistake
from parcours.definition.times import (
    check_cron,
    format_duration,
    iso,
    known_zone,
    local_to_instant,
    occurrences,
    parse_date,
    parse_duration,
    parse_instant,
    parse_local_time,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT5M", 300),
        ("P2D", 172800),
        ("P1DT2H", 93600),
        ("P2W", 1209600),
        ("PT0.5S", 0.5),
        ("PT1.5H", 5400),
        ("P0,5D", 43200),
        ("P1DT0.5M", 86430),
        ("PT36H", 129600),
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("3d", 259200),
        ("1w", 604800),
        ("1.5h", 5400),
        (" 2d ", 172800),
    ],
)
def test_a_duration_is_iso_or_short(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "not a duration: 'soon' (write 2d or PT6H)"),
        ("P", "not a duration: 'P' (write 2d or PT6H)"),
        ("PT", "not a duration: 'PT' (write 2d or PT6H)"),
        ("-PT5M", "not a duration: '-PT5M' (write 2d or PT6H)"),
        ("2 days", "not a duration: '2 days' (write 2d)"),
        (5, "not a duration: 5 (write the unit too: 5d, 5h or 5m)"),
        (True, "not a duration: true (write 2d or PT6H)"),
        ("P1M", "not a duration: 'P1M' (months and years differ in length: write P30D or P365D)"),
        ("P99999999999999D", "too long a duration: 'P99999999999999D' (100 years at most)"),
    ],
)
def test_what_is_no_duration_says_so(text: object, message: str) -> None:
    with pytest.raises(Mistake) as raised:
        parse_duration(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "PT0S"),
        (300, "PT5M"),
        (5400, "PT1H30M"),
        (93600, "P1DT2H"),
        (1209600, "P14D"),
        (0.5, "PT0.5S"),
        (61.25, "PT1M1.25S"),
    ],
)
def test_a_duration_is_written_as_it_is_read(seconds: float, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:00:00Z", utc(2026, 3, 2, 9)),
        ("2026-03-02T09:00:00+01:00", utc(2026, 3, 2, 8)),
        ("2026-03-02 09:00:00 +01:00", utc(2026, 3, 2, 8)),
        ("2026-03-02T09:00:00", utc(2026, 3, 2, 8)),
        ("2026-03-02 09:00", utc(2026, 3, 2, 8)),
        ("2026-03-02", utc(2026, 3, 1, 23)),
        (date(2026, 3, 2), utc(2026, 3, 1, 23)),
        (utc(2026, 3, 2, 9), utc(2026, 3, 2, 9)),
        ("2026-07-02T09:00:00.25", utc(2026, 7, 2, 7, 0, 0, 250000)),
    ],
)
def test_an_instant_without_a_zone_is_read_in_the_journeys(text: object, expected: datetime) -> None:
    assert parse_instant(text, "Europe/Paris") == expected


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-02-30", "2026-03-02T25:00", "20260302", 5, None, "9999-12-31T23:00-10:00"]
)
def test_what_is_no_instant_says_so(text: object) -> None:
    shown = "nothing" if text is None else repr(text)
    with pytest.raises(Mistake) as raised:
        parse_instant(text, "Europe/Paris")
    assert str(raised.value) == f"not an instant: {shown} (write 2026-03-01T09:00:00Z)"


def test_a_local_time_that_is_skipped_moves_forward_by_the_gap() -> None:
    # Paris goes from 02:00 to 03:00 on 29 March 2026: 02:30 is 03:30 summer time.
    assert local_to_instant(datetime.fromisoformat("2026-03-29T02:30"), "Europe/Paris") == utc(2026, 3, 29, 1, 30)


def test_a_gap_of_half_an_hour_moves_by_half_an_hour() -> None:
    # Lord Howe goes from 02:00 (+10:30) to 02:30 (+11) on 4 October 2026: 02:15 is 02:45.
    assert local_to_instant(datetime.fromisoformat("2026-10-04T02:15"), "Australia/Lord_Howe") == utc(
        2026, 10, 3, 15, 45
    )


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    # Paris goes from 03:00 back to 02:00 on 25 October 2026: the first 02:30 is summer time.
    assert local_to_instant(datetime.fromisoformat("2026-10-25T02:30"), "Europe/Paris") == utc(2026, 10, 25, 0, 30)


def test_a_zone_is_known_as_iana_spells_it() -> None:
    assert known_zone("Europe/Paris")
    assert not known_zone("europe/paris")
    assert not known_zone("+01:00")
    assert not known_zone(None)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (utc(2026, 3, 2, 9), "2026-03-02T09:00:00Z"),
        (utc(2026, 3, 2, 9, 0, 0, 500000), "2026-03-02T09:00:00.5Z"),
        (utc(2026, 3, 2, 9, 0, 0, 1), "2026-03-02T09:00:00.000001Z"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC).astimezone(), "2026-03-02T09:00:00Z"),
    ],
)
def test_an_instant_is_written_with_a_fraction_only_where_there_is_one(moment: datetime, text: str) -> None:
    assert iso(moment) == text


def test_a_local_time_is_hours_and_minutes() -> None:
    assert parse_local_time("09:05") == time(9, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9:00", "not a local time: '9:00' (write \"09:00\")"),
        ("09:00:00", "not a local time: '09:00:00' (write \"09:00\")"),
        ("24:00", "not a local time: '24:00' (a day has 24 hours: write \"00:00\")"),
        ("09:60", "not a local time: '09:60' (write \"09:00\")"),
        ("9am", "not a local time: '9am' (write \"09:00\")"),
        (540, 'not a local time: 540 (write "09:00")'),
    ],
)
def test_what_is_no_local_time_says_so(text: object, message: str) -> None:
    with pytest.raises(Mistake) as raised:
        parse_local_time(text)
    assert str(raised.value) == message


@pytest.mark.parametrize("text", ["1 March", "2026-13-01", "2026-02-30", 2026, None])
def test_what_is_no_date_says_so(text: object) -> None:
    shown = "nothing" if text is None else repr(text)
    with pytest.raises(Mistake) as raised:
        parse_date(text)
    assert str(raised.value) == f"not a date: {shown} (write 2026-03-01)"


@pytest.mark.parametrize("text", ["0 9 * * MON", "*/15 * * * *", "30 2 * * sun,mon", "0 0 1 JAN-MAR *", "0 0 L * *"])
def test_a_cron_expression_has_five_fields(text: str) -> None:
    assert check_cron(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9", "not a cron expression: '9' (write five fields, such as \"0 9 * * MON\")"),
        ("@daily", "not a cron expression: '@daily' (write five fields, such as \"0 9 * * MON\")"),
        ("0 0 9 * * MON", "not a cron expression: '0 0 9 * * MON' (write five fields, such as \"0 9 * * MON\")"),
        ("61 9 * * *", "not a cron expression: '61 9 * * *' (write five fields, such as \"0 9 * * MON\")"),
        ("0 9 * * MOO", "not a cron expression: '0 9 * * MOO' (write five fields, such as \"0 9 * * MON\")"),
        ("R 9 * * *", "not a cron expression: 'R 9 * * *' (write five fields, such as \"0 9 * * MON\")"),
        ("0 0 30 2 *", "a cron expression that never comes: '0 0 30 2 *'"),
    ],
)
def test_what_is_no_cron_expression_says_so(text: str, message: str) -> None:
    with pytest.raises(Mistake) as raised:
        check_cron(text)
    assert str(raised.value) == message


def test_occurrences_are_after_the_start_and_up_to_the_end() -> None:
    daily = Schedule(cron="0 9 * * *")
    found = occurrences(daily, "UTC", utc(2026, 3, 1, 9), utc(2026, 3, 3, 9), includes_start=False)
    assert found == [utc(2026, 3, 2, 9), utc(2026, 3, 3, 9)]


def test_occurrences_may_include_the_start() -> None:
    daily = Schedule(cron="0 9 * * *")
    found = occurrences(daily, "UTC", utc(2026, 3, 1, 9), utc(2026, 3, 2, 8), includes_start=True)
    assert found == [utc(2026, 3, 1, 9)]


def test_occurrences_are_local() -> None:
    weekly = Schedule(cron="0 9 * * MON")
    found = occurrences(weekly, "America/New_York", utc(2026, 3, 1), utc(2026, 3, 15), includes_start=False)
    assert found == [utc(2026, 3, 2, 14), utc(2026, 3, 9, 13)]  # summer time begins on 8 March


def test_an_occurrence_that_is_skipped_moves_forward() -> None:
    found = occurrences(
        Schedule(cron="30 2 * * *"), "Europe/Paris", utc(2026, 3, 28, 12), utc(2026, 3, 29, 12), includes_start=False
    )
    assert found == [utc(2026, 3, 29, 1, 30)]


def test_two_occurrences_that_a_clock_change_lays_together_are_one() -> None:
    # 02:30 is skipped and becomes 03:30, which comes as well.
    found = occurrences(
        Schedule(cron="30 2,3 * * *"), "Europe/Paris", utc(2026, 3, 29), utc(2026, 3, 29, 12), includes_start=False
    )
    assert found == [utc(2026, 3, 29, 1, 30)]


def test_an_occurrence_that_comes_twice_is_the_first() -> None:
    found = occurrences(
        Schedule(cron="30 2 * * *"), "Europe/Paris", utc(2026, 10, 24, 12), utc(2026, 10, 25, 12), includes_start=False
    )
    assert found == [utc(2026, 10, 25, 0, 30)]


def test_no_occurrence_comes_after_until() -> None:
    daily = Schedule(cron="0 9 * * *", until=utc(2026, 3, 2, 9))
    assert occurrences(daily, "UTC", utc(2026, 3, 1), utc(2026, 3, 5), includes_start=False) == [
        utc(2026, 3, 1, 9),
        utc(2026, 3, 2, 9),
    ]


def test_a_schedule_for_once_comes_once() -> None:
    once = Schedule(at=utc(2026, 3, 2, 9))
    assert occurrences(once, "UTC", utc(2026, 3, 2), utc(2026, 3, 3), includes_start=False) == [utc(2026, 3, 2, 9)]
    assert occurrences(once, "UTC", utc(2026, 3, 2, 9), utc(2026, 3, 3), includes_start=False) == []
    assert occurrences(once, "UTC", utc(2026, 3, 2, 9), utc(2026, 3, 3), includes_start=True) == [utc(2026, 3, 2, 9)]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("20 hours", "write 20h"),
        ("2D", "write 2d"),
        ("90min", "write 90m"),
        ("1.5 hours", "write 1.5h"),
        ("INTERVAL 2 DAYS", "write 2d"),
        ("1d12h", "write P1DT12H"),
        ("P2H", "write PT2H"),
        ("PT2D", "write P2D"),
        ("p2d", "write P2D"),
        ("6 months", "months and years differ in length: write P30D or P365D"),
        ("3mo", "months and years differ in length: write P30D or P365D"),
        (91, "write the unit too: 91d, 91h or 91m"),
        ("-2d", "write 2d or PT6H"),
        ("two days", "write 2d or PT6H"),
    ],
)
def test_what_is_meant_by_another_duration_is_told(text: object, remedy: str) -> None:
    with pytest.raises(Mistake) as raised:
        parse_duration(text)
    assert raised.value.remedy == remedy
