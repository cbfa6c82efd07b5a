"""What is said to the author of a journey that is wrong outside of its steps: its keys, its entry, its expressions."""

from __future__ import annotations

import pytest

from tests.definition.conftest import Said

STEPS = "\nsteps: [{id: w, type: wait, for: 1h}]\n"
ON_ORDER = "\nentry: {type: event, event: order_placed}"

KEYS = [
    ("id: Spring\nversion: 1", "1: id: not a name: 'Spring' (write a small letter, then small letters, digits or _)"),
    ("version: 1", "1: missing key 'id'"),
    ("id: a", "1: missing key 'version'"),
    ("id: a\nversion: 0", "2: version: too small: 0 (1 at least)"),
    ("id: a\nversion: 1.0", "2: version: not a whole number: 1.0"),
    ('id: a\nversion: "1"', "2: version: not a whole number: '1' (write 1 without quotes)"),
    ("id: a\nversion: one", "2: version: not a whole number: 'one'"),
    ("id: a\nversion: 1\nstaps: []", "3: staps: unknown key 'staps' (did you mean 'steps'?)"),
    ("id: a\nversion: 1\nname: 2026", "3: name: not text: 2026 (put it in quotes)"),
    ("id: a\nversion: 1\ntags: promo", "3: tags: not a list: 'promo' (write [promo])"),
    ("id: a\nversion: 1\ntags:", "3: tags: no value (write one, or leave the key out)"),
    ("id: a\nversion: 1\npriority: 101", "3: priority: too large: 101 (100 at most)"),
    (
        "id: a\nversion: 1\npriority: high",
        "3: priority: not a whole number: 'high' (write a number from 0 to 100; the higher goes first)",
    ),
    (
        "id: a\nversion: 1\ntimezone: Europe/Pari",
        "3: timezone: unknown time zone: 'Europe/Pari' (did you mean 'Europe/Paris'?)",
    ),
    (
        "id: a\nversion: 1\ntimezone: +01:00",
        "3: timezone: unknown time zone: '+01:00' (write an IANA name, such as Europe/Paris)",
    ),
    (
        "id: a\nversion: 1\nuse_profile_timezone: yes",
        "3: use_profile_timezone: neither true nor false: 'yes' (write true or false)",
    ),
    (
        "id: a\nversion: 1\nstarts_at: tomorrow",
        "3: starts_at: not an instant: 'tomorrow' (write 2026-03-01T09:00:00Z)",
    ),
    (
        "id: a\nversion: 1\nstarts_at: 2026-03-01\nends_at: 2026-03-01",
        "4: ends_at: not after starts_at, 2026-03-01T00:00:00Z",
    ),
    ("id: a\nversion: 1\ntimeout: 0d", "3: timeout: a timeout of no time: everybody leaves at once"),
    ("id: a\nversion: 1\ntimeout: long", "3: timeout: not a duration: 'long' (write 2d or PT6H)"),
    ("id: a\nversion: 1\nholdout: 101", "3: holdout: not a percent: 101 (write a number from 0 to 100)"),
    ("id: a\nversion: 1\nholdout: 0.005", "3: holdout: too fine a percent: 0.005 (two decimals at most)"),
    ("id: a\nversion: 1\nreentry: no", "3: reentry: not a mapping: 'no' (write {allowed: false})"),
    (
        "id: a\nversion: 1\nreentry: {after: 1}",
        "3: reentry.after: not a duration: 1 (write the unit too: 1d, 1h or 1m)",
    ),
    (
        "id: a\nversion: 1\nreentry: {allow: false}",
        "3: reentry.allow: unknown key 'allow' (did you mean 'allowed'?)",
    ),
]

AT = "schedule: {at: 2026-03-02T09:00}"


def waves(keys: str) -> str:
    """A read in waves."""
    return f"{{type: read_audience, audience: a, {AT}, waves: {{{keys}}}}}"


ENTRIES = [
    ("weekly", "entry: not a mapping: 'weekly' (write {type: ...})"),
    (
        "{event: order_placed}",
        "entry: missing key 'type' (write type: event)",
    ),
    ("{type: evnt, event: order_placed}", "entry.type: unknown type 'evnt' (did you mean 'event'?)"),
    ("{type: event}", "entry: missing key 'event'"),
    ("{type: event, event: order_plced}", "entry.event: no event 'order_plced' (did you mean 'order_placed'?)"),
    ("{type: event, event: x}", "entry.event: no event 'x' (declare it in events.yaml)"),
    (
        "{type: event, event: page_viewed, audience: a}",
        "entry.audience: unknown key 'audience' (known here: type, event, where)",
    ),
    (f"{{type: read_audience, {AT}}}", "entry: missing key 'audience'"),
    ("{type: read_audience, audience: a}", "entry: missing key 'schedule'"),
    ("{type: read_audience, audience: a, schedule: {}}", "entry.schedule: no cron or at (write one of them)"),
    (
        "{type: read_audience, audience: a, schedule: {cron: 0 9 * * *, at: 2026-03-02}}",
        "entry.schedule.at: cron and at exclude each other (write one of them)",
    ),
    (
        "{type: read_audience, audience: a, schedule: {at: 2026-03-02, until: 2026-03-03}}",
        "entry.schedule.until: until goes with cron only",
    ),
    (
        "{type: read_audience, audience: a, schedule: {cron: daily}}",
        "entry.schedule.cron: not a cron expression: 'daily' (write five fields, such as \"0 9 * * MON\")",
    ),
    (
        "{type: read_audience, audience: a, schedule: {cron: 0 0 31 4 *}}",
        "entry.schedule.cron: a cron expression that never comes: '0 0 31 4 *'",
    ),
    (
        "{type: read_audience, audience: a, schedule: {at: soon}}",
        "entry.schedule.at: not an instant: 'soon' (write 2026-03-01T09:00:00Z)",
    ),
    (
        f"{{type: read_audience, audience: a, {AT}, incremental: maybe}}",
        "entry.incremental: neither true nor false: 'maybe' (write true or false)",
    ),
    (
        f"{{type: read_audience, audience: a, {AT}, rate: {{max: 0, per: second}}}}",
        "entry.rate.max: too small: 0 (1 at least)",
    ),
    (
        f"{{type: read_audience, audience: a, {AT}, rate: {{max: 5, per: day}}}}",
        "entry.rate.per: unknown value 'day' (write second, minute or hour)",
    ),
    (
        waves("interval: 2h"),
        "entry.waves: no count, percents or numbers (write one of them)",
    ),
    (
        waves("count: 2, numbers: [1, 2], interval: 2h"),
        "entry.waves.numbers: count and numbers exclude each other (write one of them)",
    ),
    (
        waves("count: 2"),
        "entry.waves: no interval or starts (write one of them)",
    ),
    (
        waves("count: 1, interval: 2h"),
        "entry.waves.count: too small: 1 (2 at least)",
    ),
    (
        waves("count: 11, interval: 2h"),
        "entry.waves.count: too large: 11 (10 at most)",
    ),
    (
        waves("percents: [100], interval: 2h"),
        "entry.waves.percents: too few: 1 (write 2 at least)",
    ),
    (
        waves("numbers: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], interval: 2h"),
        "entry.waves.numbers: too many: 11 (write 10 at most)",
    ),
    (
        waves("percents: [50, 49.5], interval: 2h"),
        "entry.waves.percents: the percents add up to 99.5 (they have to make 100)",
    ),
    (
        waves("numbers: [0, 5], interval: 2h"),
        "entry.waves.numbers[0]: too small: 0 (1 at least)",
    ),
    (
        waves("count: 2, interval: 29m"),
        "entry.waves.interval: waves PT29M after each other (30 minutes at least)",
    ),
    (
        waves("count: 3, starts: [2026-03-02T09:30]"),
        "entry.waves.starts: 1 starts for 3 waves (one for each wave after the first)",
    ),
    (
        waves("count: 3, starts: [2026-03-02T09:29, 2026-03-02T09:59]"),
        "entry.waves.starts[0]: 2026-03-02T09:29:00Z is less than 30 minutes after the wave before, "
        "2026-03-02T09:00:00Z",
    ),
    (
        waves("count: 3, starts: [2026-03-02T11:00, 2026-03-02T10:00]"),
        "entry.waves.starts[1]: 2026-03-02T10:00:00Z is less than 30 minutes after the wave before, "
        "2026-03-02T11:00:00Z",
    ),
    (
        "{type: read_audience, audience: a, schedule: {cron: 0 9 * * *}, waves: {count: 2, interval: 2h}}",
        "entry.waves: waves without at (write schedule: {at: ...}; a cron read can't have waves)",
    ),
]


@pytest.mark.parametrize(("keys", "line"), KEYS)
def test_a_wrong_key_of_a_journey_is_told(said: Said, keys: str, line: str) -> None:
    assert said({"journeys/a.yaml": keys + ON_ORDER + STEPS}) == [f"journeys/a.yaml:{line}"]


@pytest.mark.parametrize(("entry", "message"), ENTRIES)
def test_a_wrong_entry_is_told(said: Said, entry: str, message: str) -> None:
    journey = f"id: a\nversion: 1\nentry: {entry}{STEPS}"
    assert said({"journeys/a.yaml": journey}) == [f"journeys/a.yaml:3: {message}"]


def test_a_journey_without_entry_and_steps_is_told(said: Said) -> None:
    assert said({"journeys/a.yaml": "id: a\nversion: 1\n"}) == [
        "journeys/a.yaml:1: missing key 'entry'",
        "journeys/a.yaml:1: missing key 'steps'",
    ]


def test_a_journey_with_no_steps_is_told(said: Said) -> None:
    assert said({"journeys/a.yaml": "id: a\nversion: 1" + ON_ORDER + "\nsteps: []\n"}) == [
        "journeys/a.yaml:4: steps: an empty list (write one at least)"
    ]


def test_reentry_says_nothing_of_a_read(said: Said) -> None:
    entry = "entry: {type: read_audience, audience: a, schedule: {cron: 0 9 * * *}}"
    assert said({"journeys/a.yaml": f"id: a\nversion: 1\n{entry}\nreentry: {{allowed: false}}{STEPS}"}) == [
        "journeys/a.yaml:4: reentry: reentry says nothing of a read: whoever is still inside is rejected, all others "
        "enter (leave it out, or write force_reentry in entry)"
    ]


def test_a_read_outside_of_the_dates_is_told(said: Said) -> None:
    entry = f"entry: {{type: read_audience, audience: a, {AT}}}"
    assert said({"journeys/a.yaml": f"id: a\nversion: 1\nends_at: 2026-03-01\n{entry}{STEPS}"}) == [
        "journeys/a.yaml:4: entry.schedule.at: 2026-03-02T09:00:00Z is outside of starts_at and ends_at: "
        "nobody ever enters"
    ]


def test_an_audience_without_a_file_and_without_members_is_a_warning(said: Said) -> None:
    entry = f"entry: {{type: read_audience, audience: newsleter, {AT}}}"
    condition = "{id: c, type: condition, paths: [{label: x, when: {audience: vip}}]}"
    files = {
        "journeys/a.yaml": f"id: a\nversion: 1\n{entry}\nsteps: [{condition}]\n",
        "audiences/newsletter.yaml": "id: newsletter\nsql: SELECT profile_id FROM profiles\n",
    }
    assert said(files, known_audiences={"lapsed"}) == [
        "journeys/a.yaml:3: entry.audience: audience 'newsleter' has neither a file nor a member "
        "(did you mean 'newsletter'?)",
        "journeys/a.yaml:4: steps[0].paths[0].when.audience: audience 'vip' has neither a file nor a member "
        "(write audiences/vip.yaml, or load its members)",
    ]


def test_an_audience_with_members_needs_no_file(said: Said) -> None:
    entry = f"entry: {{type: read_audience, audience: vip, {AT}}}"
    files = {"journeys/a.yaml": f"id: a\nversion: 1\n{entry}{STEPS}"}
    assert said(files, known_audiences={"vip"}) == []


def test_nothing_is_said_of_audiences_where_nobody_looked(said: Said) -> None:
    entry = f"entry: {{type: read_audience, audience: vip, {AT}}}"
    assert said({"journeys/a.yaml": f"id: a\nversion: 1\n{entry}{STEPS}"}) == []


def test_a_journey_that_stands_twice_is_told(said: Said) -> None:
    journey = "id: a\nversion: 1" + ON_ORDER + STEPS
    assert said({"journeys/a.yaml": journey, "journeys/b.yaml": journey}) == [
        "journeys/b.yaml:1: id: journey 'a' stands twice (also in journeys/a.yaml)"
    ]


def test_test_cases_beside_a_journey_are_no_journey(said: Said) -> None:
    journey = "id: a\nversion: 1" + ON_ORDER + STEPS
    assert said({"journeys/a.yaml": journey, "journeys/a.test.yaml": "- case: nothing"}) == []
