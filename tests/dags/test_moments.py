"""When ticks are due."""

from datetime import UTC, datetime, timedelta

from parcours.dags.moments import Moments, Rhythm

QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ends(moments: Moments, start: str, count: int) -> list[str]:
    """The next moments, one after another."""
    found, moment = [], at(start)
    for _ in range(count):
        moment = moments.next_after(moment)
        found.append(moment.strftime("%Y-%m-%d %H:%M:%S"))
    return found


def starts(moments: Moments, end: str, count: int) -> list[str]:
    """The moments before, one before another."""
    found, moment = [], at(end)
    for _ in range(count):
        moment = moments.last_before(moment)
        found.append(moment.strftime("%Y-%m-%d %H:%M:%S"))
    return found


def test_a_cadence_of_a_quarter_ticks_on_full_quarters() -> None:
    assert ends(Moments(QUARTER), "2026-03-02 08:59:59", 2) == ["2026-03-02 09:00:00", "2026-03-02 09:15:00"]


def test_the_moment_after_a_moment_is_the_next_one() -> None:
    assert ends(Moments(QUARTER), "2026-03-02 09:00:00", 1) == ["2026-03-02 09:15:00"]


def test_the_moment_before_a_moment_is_the_former_one() -> None:
    assert starts(Moments(QUARTER), "2026-03-02 09:00:00", 2) == ["2026-03-02 08:45:00", "2026-03-02 08:30:00"]


def test_the_last_moment_up_to_a_moment_is_that_one() -> None:
    assert Moments(QUARTER).last_upto(at("2026-03-02 09:00:00")) == at("2026-03-02 09:00:00")


def test_a_day_ticks_at_midnight_and_a_week_on_monday() -> None:
    assert ends(Moments(timedelta(days=1)), "2026-03-04 12:00:00", 1) == ["2026-03-05 00:00:00"]
    assert ends(Moments(timedelta(weeks=1)), "2026-03-04 12:00:00", 1) == ["2026-03-09 00:00:00"]


def test_a_cadence_goes_on_before_the_year_of_its_anchor() -> None:
    assert starts(Moments(timedelta(days=1)), "1999-12-31 06:00:00", 2) == [
        "1999-12-31 00:00:00",
        "1999-12-30 00:00:00",
    ]


def test_a_read_between_two_quarters_has_a_tick_of_its_own() -> None:
    moments = Moments(QUARTER, (Rhythm(cron="7 9 * * MON"),))
    assert ends(moments, "2026-03-02 08:59:00", 4) == [
        "2026-03-02 09:00:00",
        "2026-03-02 09:07:00",
        "2026-03-02 09:15:00",
        "2026-03-02 09:30:00",
    ]
    assert starts(moments, "2026-03-02 09:15:00", 2) == ["2026-03-02 09:07:00", "2026-03-02 09:00:00"]


def test_a_read_on_a_quarter_makes_no_further_tick() -> None:
    moments = Moments(QUARTER, (Rhythm(cron="0 9 * * *"), Rhythm(at=at("2026-03-02 09:00:00"))))
    assert ends(moments, "2026-03-02 08:45:00", 2) == ["2026-03-02 09:00:00", "2026-03-02 09:15:00"]


def test_cron_is_local_time_on_both_sides_of_a_clock_change() -> None:
    # Paris is an hour ahead of UTC on Saturday 28 March 2026, and two on Sunday.
    moments = Moments(timedelta(days=1), (Rhythm(zone="Europe/Paris", cron="0 9 * * *"),))
    assert ends(moments, "2026-03-28 00:00:00", 4) == [
        "2026-03-28 08:00:00",
        "2026-03-29 00:00:00",
        "2026-03-29 07:00:00",
        "2026-03-30 00:00:00",
    ]


def test_a_local_time_that_is_skipped_moves_on_by_the_gap() -> None:
    # 02:30 doesn't come in Paris on 29 March 2026: at 02:00 it is 03:00, which is 01:00 UTC.
    moments = Moments(timedelta(days=1), (Rhythm(zone="Europe/Paris", cron="30 2 29 3 *"),))
    assert ends(moments, "2026-03-29 00:00:00", 1) == ["2026-03-29 01:30:00"]


def test_a_local_time_that_comes_twice_counts_once_the_first_time() -> None:
    # 02:30 comes twice in Paris on 25 October 2026: at 00:30 and at 01:30 UTC.
    moments = Moments(timedelta(days=1), (Rhythm(zone="Europe/Paris", cron="30 2 * * *"),))
    assert ends(moments, "2026-10-25 00:00:00", 2) == ["2026-10-25 00:30:00", "2026-10-26 00:00:00"]


def test_reads_outside_of_the_dates_of_a_journey_are_no_moments() -> None:
    dates = {"starts_at": at("2026-03-02 09:00:00"), "ends_at": at("2026-03-04 09:00:00")}
    moments = Moments(timedelta(weeks=52), (Rhythm(cron="0 9 * * *", **dates),))
    assert ends(moments, "2026-02-20 00:00:00", 2) == ["2026-03-02 09:00:00", "2026-03-03 09:00:00"]
    assert ends(moments, "2026-03-03 09:00:00", 1) != ["2026-03-04 09:00:00"]


def test_cron_ends_with_its_until() -> None:
    moments = Moments(timedelta(days=7), (Rhythm(cron="0 9 * * *", until=at("2026-03-03 09:00:00")),))
    assert ends(moments, "2026-03-02 10:00:00", 2) == ["2026-03-03 09:00:00", "2026-03-09 00:00:00"]


def test_a_read_far_ahead_is_found_within_a_long_cadence() -> None:
    moments = Moments(timedelta(days=364), (Rhythm(cron="0 9 1 9 *"),))
    assert ends(moments, "2026-03-02 00:00:00", 1) == ["2026-09-01 09:00:00"]
    assert starts(moments, "2026-11-30 00:00:00", 1) == ["2026-09-01 09:00:00"]


def test_the_same_moments_are_told_alike_and_read_back() -> None:
    weekly, once = Rhythm(zone="Europe/Paris", cron="0 9 * * MON"), Rhythm(at=at("2026-03-02 09:00:00"))
    told = Moments(QUARTER, (weekly, once, weekly)).to_json()
    assert told == {
        "cadence": "PT15M",
        "rhythms": [{"zone": "UTC", "at": "2026-03-02T09:00:00Z"}, {"zone": "Europe/Paris", "cron": "0 9 * * MON"}],
    }
    assert Moments.from_json(told) == Moments(QUARTER, (once, weekly))
    assert Moments(QUARTER, (once, weekly)).to_json() == told
