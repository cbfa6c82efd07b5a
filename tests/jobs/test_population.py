"""The demo's people: the same ones every time, with the noise of real data."""

import datetime as dt

import pytest

from parcours.definition.times import known_zone
from parcours.jobs.population import Population, make_population, table_rows
from parcours.jobs.schemas import arrow_schema
from parcours.tables import SOURCES

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
END = dt.datetime(2026, 3, 31, tzinfo=dt.UTC)
HALF = dt.datetime(2026, 3, 16, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def people() -> Population:
    return make_population(2000, START, 30)


def test_the_same_numbers_make_the_same_people(people: Population) -> None:
    again = make_population(2000, START, 30)
    assert all(rows.equals(table_rows(people)[name]) for name, rows in table_rows(again).items())
    assert again.late_events.equals(people.late_events)


def test_the_rows_have_the_columns_of_their_tables(people: Population) -> None:
    for name, rows in table_rows(people).items():
        expected = arrow_schema(SOURCES[name])
        assert {field.name: field.type for field in expected}.items() <= {f.name: f.type for f in rows.schema}.items()


def test_keys_are_unique_over_both_parts_of_the_events(people: Population) -> None:
    ids = people.events["event_id"].to_pylist() + people.late_events["event_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert people.profiles["profile_id"].to_pylist() == [f"p{number:07d}" for number in range(1, 2001)]


def test_no_address_could_be_anybodys(people: Population) -> None:
    emails = [email for email in people.profiles["email"].to_pylist() if email]
    assert [email for email in emails if not email.endswith((".example", "@localhost"))] == []


def test_there_is_noise(people: Population) -> None:
    emails = people.profiles["email"].to_pylist()
    zones = people.profiles["timezone"].to_pylist()
    amounts = [dict(attributes or {}).get("amount") for attributes in people.events["attributes"].to_pylist()]
    assert None in emails
    assert any(email and "@" not in email for email in emails)
    assert len([email for email in emails if email]) > len({email for email in emails if email})
    assert any(zone and not known_zone(zone) for zone in zones)
    assert None in zones
    assert "twelve" in amounts


def test_history_lies_before_the_journeys_and_late_events_in_their_first_half(people: Population) -> None:
    times = people.events["event_time"].to_pylist()
    late = people.late_events["event_time"].to_pylist()
    assert min(times) < START < max(times) < END
    assert late
    assert all(START <= at < HALF for at in late)


def test_a_stay_ends_after_it_began(people: Population) -> None:
    stays = people.audience_members.select(["entered_at", "exited_at"]).to_pylist()
    assert all(stay["exited_at"] is None or stay["entered_at"] < stay["exited_at"] for stay in stays)


def test_few_people_do() -> None:
    assert make_population(3, START, 1).profiles.num_rows == 3
