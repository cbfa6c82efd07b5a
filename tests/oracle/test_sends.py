"""Eligibility, quiet hours and frequency caps (1.5, 2.5): the oracle against rows worked out by hand."""

from __future__ import annotations

import pytest

from tests.builders import (
    GO,
    at,
    case,
    event,
    events,
    in_order,
    load,
    mail,
    members,
    profiles,
    publish,
    read,
    sends,
    suppressed,
    suppressions,
    tick,
    told,
    where,
)
from tests.oracle import run
from tests.oracle.addresses import is_well_formed

TRANSACTIONAL = mail("t", category="transactional")


def test_the_first_reason_against_an_address_decides() -> None:
    people = load(
        "profiles",
        {"profile_id": "a"},
        {"profile_id": "b", "email": "nope"},
        {"profile_id": "c", "email": "c@x.com", "consents": {"email": "n"}},
        {"profile_id": "d", "email": "d@x.com"},
        {"profile_id": "e", "email": "e@bad.com"},
        {"profile_id": "f", "email": "f@x.com"},
    )
    happened = [event(profile, "go", profile, "2 10:00") for profile in "abcdef"] + [event("d2", "go", "d", "2 11:00")]
    listed = suppressions(suppressed("d@x.com", "2 11:00"), suppressed("@bad.com", "1 00:00"))
    journey = publish("2 00:00", entry=GO, steps=[mail(), TRANSACTIONAL])
    rows = run(case(people, events(*happened), listed, journey, tick("3 00:00")))
    assert {profile: told(rows, profile, "excluded") for profile in "abcdef"} == {
        "a": ["2 10:00 m excluded (no_address)", "2 10:00 t excluded (no_address)"],
        "b": ["2 10:00 m excluded (malformed_address)", "2 10:00 t excluded (malformed_address)"],
        "c": ["2 10:00 m excluded (no_consent)"],
        "d": ["2 11:00 m excluded (suppressed)", "2 11:00 t excluded (suppressed)"],
        "e": ["2 10:00 m excluded (suppressed)", "2 10:00 t excluded (suppressed)"],
        "f": [],
    }


def test_an_allow_list_counts_from_its_first_row_on() -> None:
    happened = [event(f"1{profile}", "go", profile, "2 10:00") for profile in "ab"]
    happened += [event(f"2{profile}", "go", profile, "2 11:00") for profile in "ab"]
    allowed = suppressions(suppressed("A@x.com", "2 10:30", "allow"), suppressed("b@x.com", "2 12:00", "allow"))
    journey = publish("2 00:00", entry=GO, steps=[mail()])
    rows = run(case(profiles("a", "b"), events(*happened), allowed, journey, tick("3 00:00")))
    assert told(rows, "a", "sent") == ["2 10:00 m sent", "2 11:00 m sent"]
    assert told(rows, "b", "excluded") == ["2 11:00 m excluded (not_allowed)"]


def test_whoever_is_excluded_goes_on_to_on_excluded() -> None:
    happened = events(event("1", "go", "a", "2 10:00"))
    steps = [mail(on_excluded="end"), mail("m2")]
    rows = run(case(profiles("a", email=""), happened, publish("2 00:00", entry=GO, steps=steps), tick("3 00:00")))
    assert told(rows) == ["2 10:00 entered", "2 10:00 m excluded (malformed_address)", "2 10:00 completed"]


def test_one_address_gets_one_send_of_an_occurrence_the_first_by_id() -> None:
    journey = publish("2 00:00", entry=read("0 9 * * *"), steps=[mail()])
    people = profiles("a", "b", "c", email="same@x.com")
    rows = run(case(people, members("a", *"abc"), journey, tick("3 12:00")))
    firsts = [in_order("abc", at(f"{day} 09:00"))[0] for day in (2, 3)]
    assert [row["profile_id"] for row in rows["deliveries"]] == firsts
    assert {line.split()[-1] for line in told(rows, outcome="excluded")} == {"(duplicate_address)"}


def test_one_address_gets_one_send_only_of_those_that_come_at_one_moment() -> None:
    people = [profiles("a", "b", email="Same@x.com"), profiles("c", email="same@X.com")]
    journey = publish("1 00:00", entry=read("2 09:00", rate={"max": 2, "per": "hour"}), steps=[mail()])
    rows = run(case(*people, members("a", *"abc"), journey, tick("9 00:00")))
    assert [told(rows, profile)[1] for profile in in_order("abc", at("2 09:00"))] == [
        "2 09:00 m sent",
        "2 09:00 m excluded (duplicate_address)",
        "2 10:00 m sent",
    ]


def test_the_owner_of_an_address_stays_while_it_is_held() -> None:
    quiet = {"quiet_hours": [{"id": "n", "channels": ["email"], "periods": [{"from": "08:00", "to": "10:00"}]}]}
    people = profiles("a", "b", "c", email="same@x.com")
    journey = publish("1 00:00", entry=read("2 09:00"), steps=[mail()])
    listed = suppressions(suppressed("SAME@x.com", "1 00:00"))
    script = [people, members("a", *"abc"), journey, tick("2 09:30"), listed, tick("9 00:00")]
    rows = run(case(*script, rules=quiet))
    owner, *others = in_order("abc", at("2 09:00"))
    assert told(rows, owner)[1:3] == ["2 09:00 m deferred (quiet_hours)", "2 10:00 m excluded (suppressed)"]
    assert [told(rows, other)[1] for other in others] == ["2 09:00 m excluded (duplicate_address)"] * 2


@pytest.mark.parametrize(
    ("channel", "address", "expected"),
    [
        ("email", "a@x.com", True),
        ("email", "a@b@x.com", False),
        ("email", "a b@x.com", False),
        ("email", "a@x", False),
        ("email", "@x.com", False),
        ("email", "a@x.co.uk", True),
        ("sms", "+336123", False),
        ("sms", "+3361234", True),
        ("sms", "3361234567", False),
        ("sms", "+123456789012345", True),
        ("sms", "+1234567890123456", False),
        ("sms", "+33 61234567", False),
        ("push", "x", True),
        ("push", "", False),
    ],
)
def test_what_is_well_formed(channel: str, address: str, expected: bool) -> None:
    assert is_well_formed(channel, address) is expected


def test_a_domain_is_listed_without_its_subdomains_and_emails_without_case() -> None:
    addresses = {"a": "a@sub.bad.com", "b": "b@Bad.com", "c": "C@ok.com"}
    people = load("profiles", *({"profile_id": id, "email": address} for id, address in addresses.items()))
    happened = events(*(event(profile, "go", profile, "2 10:00") for profile in "abc"))
    listed = suppressions(suppressed("@bad.com", "1 00:00"), suppressed("c@OK.com", "1 00:00"))
    rows = run(case(people, happened, listed, publish("1 00:00", entry=GO, steps=[mail()]), tick("3 00:00")))
    assert {profile: told(rows, profile)[1] for profile in "abc"} == {
        "a": "2 10:00 m sent",
        "b": "2 10:00 m excluded (suppressed)",
        "c": "2 10:00 m excluded (suppressed)",
    }


def quiet_case(category: str = "marketing", **rule: object) -> dict[str, object]:
    """a and b come on Monday at 21:00, c on Wednesday morning, d on Wednesday at 21:00, e on Sunday's night."""
    happened = {"a": "2 21:00", "b": "2 21:00", "c": "4 08:59", "d": "4 21:00", "e": "2 02:00"}
    period = {"days": ["mon", "tue"], "from": "21:00", "to": "09:00"}
    nights = {"id": "n", "channels": ["email"], "timezone": "profile", "periods": [period], **rule}
    return case(
        profiles("a", "c", "d", "e", timezone="UTC"),
        profiles("b", timezone="?"),
        events(*(event(profile, "go", profile, when) for profile, when in happened.items())),
        publish("1 00:00", entry=GO, steps=[mail(category=category)]),
        tick("9 00:00"),
        rules={"quiet_hours": [nights]},
    )


def test_quiet_hours_hold_until_they_end() -> None:
    rows = run(quiet_case())
    assert sends(rows) == {"a m": "3 09:00", "b m": "2 21:00", "c m": "4 09:00", "d m": "4 21:00", "e m": "2 02:00"}
    assert told(rows, "a")[1:] == ["2 21:00 m deferred (quiet_hours)", "3 09:00 m sent", "3 09:00 completed"]


def test_quiet_hours_that_discard_end_the_journey() -> None:
    assert where(run(quiet_case(on_quiet="discard")))["a"] == "exited at m (quiet_hours)"


def test_quiet_hours_do_not_hold_transactional_messages() -> None:
    assert sends(run(quiet_case(category="transactional")))["a m"] == "2 21:00"


SENT = "sent"


@pytest.mark.parametrize(
    ("cap", "message", "expected"),
    [
        (
            {"id": "w", "channels": ["email"], "max": 2, "per": "week"},
            {},
            [SENT, SENT, "frequency_cap:w", SENT, SENT, "frequency_cap:w"],
        ),
        (
            {"id": "d", "max": 1, "per": "day"},
            {},
            [SENT, SENT, "frequency_cap:d", SENT, "frequency_cap:d", "frequency_cap:d"],
        ),
        ({"id": "r", "max": 2, "rolling": "P1D"}, {}, [SENT] * 3 + ["frequency_cap:r"] * 3),
        ({"id": "r", "max": 1, "rolling": "P30D", "rule_set": "promo"}, {}, [SENT] * 6),
        (
            {"id": "r", "max": 1, "rolling": "P30D", "rule_set": "promo"},
            {"rule_sets": ["promo"]},
            [SENT] + ["frequency_cap:r"] * 5,
        ),
        ({"id": "r", "max": 1, "rolling": "P30D"}, {"category": "transactional"}, [SENT] * 6),
    ],
)
def test_frequency_caps(cap: dict[str, object], message: dict[str, object], expected: list[str]) -> None:
    moments = ("6 10:00", "7 10:00", "7 11:00", "8 00:00", "8 01:00", "8 02:00")  # the 8th is a Sunday
    happened = events(*(event(str(number), "go", "a", when) for number, when in enumerate(moments)))
    journey = publish("1 00:00", entry=GO, steps=[mail(**message)])
    rows = run(case(profiles("a"), happened, journey, tick("9 00:00"), rules={"frequency_caps": [cap]}))
    assert [row["reason"] or row["outcome"] for row in rows["step_outcomes"] if row["step_id"] == "m"] == expected
