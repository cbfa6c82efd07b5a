"""What is said to the author of any other file that is wrong, and of YAML that can't be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcours.definition.problems import DefinitionError
from parcours.definition.project import load_project
from tests.definition.conftest import Said, Write

UNREADABLE = [
    ("", "1: an empty file"),
    ("# nothing\n", "1: an empty file"),
    ("- a\n", "1: not a mapping: a list (write key: value)"),
    ("shop\n", "1: not a mapping: 'shop' (write key: value)"),
    (
        "name: shop: paris\n",
        "1: not YAML: a ':' where no key is (put text that holds ': ' in quotes, and check the indentation)",
    ),
    ("name: shop\nspark:\n\tmaster: x\n", "3: not YAML: a tab (indent with spaces)"),
    ("name: 'shop\n", "1: not YAML: quotes that aren't closed (close them)"),
    ('name: "a\\d"\n', "1: not YAML: found unknown escape character 'd' (write it in single quotes)"),
    ("name: *shop\n", "1: not YAML: found undefined alias 'shop' (put text that begins with * in quotes)"),
    ("name: &\n", "1: not YAML: a name of an anchor is missing (put text that begins with & or * in quotes)"),
    ("name: @shop\n", "1: not YAML: found character '@' that cannot start any token (put the text in quotes)"),
    (
        "name: {{ shop }} in spring\n",
        "1: not YAML: text behind a value that is over "
        "(put a value that begins with { or [ or a quote in quotes as a whole)",
    ),
    (
        'name: "shop" in spring\n',
        "1: not YAML: text behind a value that is over "
        "(put a value that begins with { or [ or a quote in quotes as a whole)",
    ),
    (
        "spark:\n  master: x\n name: shop\n",
        "3: not YAML: a key in the wrong column (begin all keys of a mapping in the same one)",
    ),
    ("name: shop\n- x\n", "2: not YAML: a list item among keys (check the indentation)"),
    (
        "name: - shop\n",
        "1: not YAML: a list item where none can be (begin a list in the next line, or put the text in quotes)",
    ),
    (
        "spark: {jars: [a, b}\nname: shop\n",
        "1: not YAML: a bracket that isn't closed (close it, and put text that holds commas or brackets in quotes)",
    ),
    (
        "name: shop\nspark: {master: x\n",
        "2: not YAML: a bracket that isn't closed (close it, and put text that holds commas or brackets in quotes)",
    ),
    (
        "name: ]\n",
        "1: not YAML: a bracket that isn't closed (close it, and put text that begins with ] or } in quotes)",
    ),
    ("name: shop\noutbox\nspark: {}\n", "2: not YAML: neither key nor value (write key: value)"),
    ("name: shop\n---\nname: other\n", "2: not YAML: more than one document (remove the --- between them)"),
    ("name: shop\nname: other\n", "2: name: key 'name' stands twice (first in line 1)"),
    ("name: !shop x\n", "1: name: unknown tag !shop (put text that begins with ! in quotes)"),
    ("name: !!binary x\n", "1: name: unknown tag !!binary (put text that begins with ! in quotes)"),
    ("name: shop\nspark: {jars: &a [*a]}\n", "2: spark.jars[0]: an alias that holds itself"),
    (
        "name: {{ shop }}\n",
        '1: name: a key that isn\'t text (put text that begins with { or [ in quotes: "{{ }}")',
    ),
    ("<<: {name: shop}\n", "1: merge keys (<<) are not YAML 1.2 (write the keys out)"),
    ("name: shop\noutbox: a\x01b\n", "2: a character that YAML doesn't allow (remove control characters)"),
]

PROJECT = [
    ("timezone: UTC", "1: missing key 'name'"),
    ('name: ""', "1: name: empty text"),
    ("name: shop\ncadense: PT5M", "2: cadense: unknown key 'cadense' (did you mean 'cadence'?)"),
    ("name: shop\ncadence: 15", "2: cadence: not a duration: 15 (write the unit too: 15d, 15h or 15m)"),
    ("name: shop\ncadence: PT0S", "2: cadence: a cadence of no time (write PT15M)"),
    ("name: shop\ntimezone: Paris", "2: timezone: unknown time zone: 'Paris' (did you mean 'Europe/Paris'?)"),
    ("name: shop\nspark: {jars: x.jar}", "2: spark.jars: not a list: 'x.jar' (write [x.jar])"),
    ("name: shop\nspark: {cores: 4}", "2: spark.cores: unknown key 'cores' (known here: master, packages, jars, conf)"),
    ("name: shop\nspark: {conf: {spark.x: [a]}}", "2: spark.conf.spark.x: not text: a list (write text)"),
    ("name: shop\nsources: {profiles: {columns: {}}}", "2: sources.profiles: missing key 'path'"),
    (
        "name: shop\nsources: {profils: {path: x}}",
        "2: sources.profils: unknown key 'profils' (did you mean 'profiles'?)",
    ),
]

CHANNELS = [
    ("email: {adress: profile.email}", "email.adress: unknown key 'adress' (did you mean 'address'?)"),
    ("email: {name: x}", None),
    ("e mail: {}", "e mail: not a name: 'e mail' (write letters, digits, _, - or . without spaces)"),
    ("email: yes", "email: not a mapping: 'yes' (write {key: value})"),
    (
        "email: {consent: \"profile.consents['email'] = 'y'\"}",
        "email.consent: 'n' is wanted here of who has refused, and this is true or false: it would refuse nobody "
        "(write profile.consents['email'], or if(..., 'y', 'n'))",
    ),
    ("email: {batch: {format: xml}}", "email.batch.format: unknown value 'xml' (write jsonl, csv or parquet)"),
    ("email: {batch: {max_rows: 0}}", "email.batch.max_rows: too small: 0 (1 at least)"),
    ("email: {limits: {max: 5, per: hour}}", "email.limits: not a list: a mapping (write [{max: 50000, per: hour}])"),
    ("email: {limits: [{max: 0, per: hour}]}", "email.limits[0].max: too small: 0 (1 at least)"),
    ("email: {limits: [{per: hour}]}", "email.limits[0]: missing key 'max'"),
    (
        "email: {limits: [{max: 5, per: week}]}",
        "email.limits[0].per: unknown value 'week' (write second, minute, hour or day)",
    ),
    (
        "email: {limits: [{max: 5, per: day, timezone: utc}]}",
        "email.limits[0].timezone: unknown time zone: 'utc' (did you mean 'UTC'?)",
    ),
    (
        "email: {limits: [{max: 5, per: day, domain_group: x}]}",
        "email.limits[0].domain_group: not supported yet: 'domain_group'",
    ),
    ("email: {limits: [{max: 5, per: day, unit: parts}]}", "email.limits[0].unit: not supported yet: 'unit'"),
    ("email: {domain_groups: {}}", "email.domain_groups: not supported yet: 'domain_groups'"),
    ("email: {routes: {}}", "email.routes: not supported yet: 'routes'"),
    ("email: {overflow: wait}", "email.overflow: unknown value 'wait' (write defer or drop)"),
    ("email: {max_deferral: never}", "email.max_deferral: not a duration: 'never' (write 2d or PT6H)"),
    ("email: {max_deferral: PT0S}", "email.max_deferral: a deferral of no time (write overflow: drop)"),
    (
        "email: {max_deferral: P1D, overflow: drop}",
        "email.max_deferral: overflow: drop defers nobody: max_deferral says nothing (leave one of them out)",
    ),
]

RAMP_UPS = [
    ("{per_day: [5]}", ": missing key 'starts_on'"),
    ("{starts_on: soon, per_day: [5]}", ".starts_on: not a date: 'soon' (write 2026-03-01)"),
    ("{starts_on: 2026-03-01}", ": no per_day or per_hour (write one of them)"),
    (
        "{starts_on: 2026-03-01, per_day: [5], per_hour: [5]}",
        ".per_hour: per_day and per_hour exclude each other (write one of them)",
    ),
    ("{starts_on: 2026-03-01, per_day: []}", ".per_day: an empty list (write one at least)"),
    ("{starts_on: 2026-03-01, per_day: [5, many]}", ".per_day[1]: not a whole number: 'many'"),
    ("{starts_on: 2026-03-01, per_day: [5, -1]}", ".per_day[1]: too small: -1 (0 at least)"),
    ("{starts_on: 2026-03-01, per_day: [5, 0]}", ".per_day[1]: the plan ends with 0: nothing is ever sent after it"),
    (
        "{starts_on: 2026-03-01, per_hour: [5, 0, 5], counts: sending_days}",
        ".per_hour[1]: a day of 0 never has a send, so the plan stops there (write counts: calendar_days)",
    ),
    (
        "{starts_on: 2026-03-01, per_day: [5], counts: days}",
        ".counts: unknown value 'days' (write calendar_days or sending_days)",
    ),
    (
        "{starts_on: 2026-03-01, per_day: [5], then: grow}",
        ".then: unknown value 'grow' (write hold, unlimited or {grow_by: 30})",
    ),
    ("{starts_on: 2026-03-01, per_day: [5], then: {grow_by: a lot}}", ".then.grow_by: not a number: 'a lot'"),
    (
        "{starts_on: 2026-03-01, per_day: [5], then: {grow_by: 0}}",
        ".then.grow_by: not a growth: 0 (write a percent above 0)",
    ),
    ("{starts_on: 2026-03-01, preset: ses_45_days}", ".preset: not supported yet: 'preset'"),
    ("{starts_on: 2026-03-01, per_day: [5], order: most_engaged}", ".order: not supported yet: 'order: most_engaged'"),
    ("{starts_on: 2026-03-01, per_day: [5], order: fairest}", ".order: unknown value 'fairest' (write fair)"),
    ("{starts_on: 2026-03-01, per_day: [5], hold_if: {}}", ".hold_if: not supported yet: 'hold_if'"),
    ("{starts_on: 2026-03-01, per_day: [5], domain_groups: {}}", ".domain_groups: not supported yet: 'domain_groups'"),
]

EVENTS = [
    ("event: {}", "1: event: unknown key 'event' (did you mean 'events'?)"),
    ("events: [a]", "1: events: not a mapping: a list (write {order_placed: {amount: double}})"),
    ("events: {order: [amount]}", "1: events.order: not a mapping: a list (write {amount: double})"),
    ("events: {order: {amount: duble}}", "1: events.order.amount: unknown type: 'duble' (did you mean 'double'?)"),
    (
        "events: {order: {amount: 5}}",
        "1: events.order.amount: not a type: 5 (write a Spark SQL type, such as string or double)",
    ),
    (
        "events: {order: {items: array<sku>}}",
        "1: events.order.items: unknown type: 'array<sku>'",
    ),
    (
        "events: {order: {total-amount: double}}",
        "1: events.order.total-amount: not a name: 'total-amount' (write letters, digits and _, a letter first)",
    ),
    (
        "events: {an order: {}}",
        "1: events.an order: not a name: 'an order' (write letters, digits, _, - or . without spaces)",
    ),
]

PROFILES = [
    ("profiles: {tier: text}", "1: profiles.tier: unknown type: 'text' (write string)"),
    ("profiles: {email: double}", "1: profiles.email: email is always string (leave it out)"),
    ("profiles: {consents: string}", "1: profiles.consents: consents is always map<string,string> (leave it out)"),
    ("profile: {}", "1: profile: unknown key 'profile' (did you mean 'profiles'?)"),
]

AUDIENCES = [
    ("id: a", "1: missing key 'sql'"),
    (
        "id: a\nsql: SELECT profile_id FROM orders\nschedul: {}",
        "3: schedul: unknown key 'schedul' (did you mean 'schedule'?)",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM profiles WHERE tier = ‘gold’",
        "2: sql: typographic quotes (write straight quotes)",
    ),
    ("id: a\nsql: SELECT profile_id FROM profiles WHERE tier = 'gold", "2: sql: not SQL: a quote that isn't closed"),
    ("id: a\nsql: profiles", "2: sql: not one SELECT (write SELECT profile_id FROM ...)"),
    ("id: a\nsql: SELEC x", "2: sql: not one SELECT (write SELECT profile_id FROM ...)"),
    (
        "id: a\nsql: SELECT profile_id FROM orders WHERE (a = 1",
        "2: sql: not SQL: near '1' (line 1, character 42)",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM lake.orders",
        "2: sql: lake.orders is not a table of the warehouse (write its name alone)",
    ),
    ("id: a\nsql: SELECT profile_id, as_of(1) AS t FROM orders", "2: sql: as_of takes nothing (write as_of())"),
    ("id: a\nsql: DROP TABLE profiles", "2: sql: not one SELECT (write SELECT profile_id FROM ...)"),
    (
        "id: a\nsql: SELECT profile_id FROM a; SELECT profile_id FROM b",
        "2: sql: not one SELECT (write SELECT profile_id FROM ...)",
    ),
    (
        "id: a\nsql: SELECT customer_id FROM orders",
        "2: sql: the query has no column profile_id (one row a member: SELECT profile_id, ...)",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM orders WHERE at < current_timestamp()",
        "2: sql: current_timestamp differs from run to run (write as_of())",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM orders WHERE at < now()",
        "2: sql: now differs from run to run (write as_of())",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM orders WHERE day < current_date",
        "2: sql: current_date differs from run to run (write to_date(as_of()))",
    ),
    (
        "id: a\nsql: SELECT profile_id FROM orders ORDER BY rand() LIMIT 10",
        "2: sql: rand differs from run to run (order by a hash, such as xxhash64(profile_id))",
    ),
    ("id: a\nsql: SELECT profile_id, uuid() AS u FROM orders", "2: sql: uuid differs from run to run"),
    (
        "id: a\nsql: SELECT profile_id FROM orders\nmax_loss: 200",
        "3: max_loss: not a percent: 200 (write a number from 0 to 100)",
    ),
]


def lines(file: str, message: str | None) -> list[str]:
    return [f"{file}:{line}" for line in (message or "").splitlines()]


@pytest.mark.parametrize(("text", "message"), UNREADABLE)
def test_what_isnt_readable_yaml_is_told(said: Said, text: str, message: str) -> None:
    assert said({"parcours.yaml": text}) == lines("parcours.yaml", message)


@pytest.mark.parametrize(("text", "message"), PROJECT)
def test_a_wrong_project_file_is_told(said: Said, text: str, message: str) -> None:
    assert said({"parcours.yaml": text}) == lines("parcours.yaml", message)


@pytest.mark.parametrize(("text", "message"), CHANNELS)
def test_a_wrong_channel_is_told(said: Said, text: str, message: str | None) -> None:
    known = "address, consent, batch, unsubscribe_url, limits, ramp_up, overflow, max_deferral"
    message = message or f"email.name: unknown key 'name' (known here: {known})"
    assert said({"channels.yaml": f"channels:\n  {text}"}) == [f"channels.yaml:2: channels.{message}"]


@pytest.mark.parametrize(("text", "message"), RAMP_UPS)
def test_a_wrong_ramp_up_is_told(said: Said, text: str, message: str) -> None:
    channels = f"channels:\n  email:\n    ramp_up: {text}"
    assert said({"channels.yaml": channels}) == [f"channels.yaml:3: channels.email.ramp_up{message}"]


@pytest.mark.parametrize(("text", "message"), EVENTS)
def test_a_wrong_event_is_told(said: Said, text: str, message: str) -> None:
    assert said({"events.yaml": text}) == lines("events.yaml", message)


@pytest.mark.parametrize(("text", "message"), PROFILES)
def test_a_wrong_profile_column_is_told(said: Said, text: str, message: str) -> None:
    assert said({"channels.yaml": "channels: {}", "profiles.yaml": text}) == lines("profiles.yaml", message)


@pytest.mark.parametrize(("text", "message"), AUDIENCES)
def test_a_wrong_audience_is_told(said: Said, text: str, message: str) -> None:
    assert said({"audiences/a.yaml": text}) == lines("audiences/a.yaml", message)


def test_an_audience_that_stands_twice_is_told(said: Said) -> None:
    audience = "id: a\nsql: SELECT profile_id FROM orders"
    assert said({"audiences/a.yaml": audience, "audiences/b.yaml": audience}) == [
        "audiences/b.yaml:1: id: audience 'a' stands twice (also in audiences/a.yaml)"
    ]


def test_rules_are_refused_rather_than_ignored(said: Said) -> None:
    assert said({"rules.yaml": "frequency_caps: []"}) == ["rules.yaml:1: not supported yet: 'rules.yaml'"]


def test_a_file_called_yml_is_told(said: Said) -> None:
    assert said({"journeys/a.yml": "id: a"}) == ["journeys/a.yml:1: not read (call it .yaml)"]


def test_a_folder_without_parcours_yaml_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as raised:
        load_project(tmp_path)
    assert str(raised.value) == (f"parcours.yaml:1: no such file in {tmp_path} (`parcours init` makes a project)")


def test_text_that_isnt_utf8_is_told(write: Write) -> None:
    folder = write({})
    (folder / "channels.yaml").write_bytes("channels:\n  email: {address: é}\n".encode("latin-1"))
    with pytest.raises(DefinitionError) as raised:
        load_project(folder)
    assert str(raised.value) == "channels.yaml:2: not UTF-8 text (save the file as UTF-8)"


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    folder = write({})
    (folder / "channels.yaml").write_bytes("channels: {email: {}}".encode("utf-8-sig"))
    assert load_project(folder).warnings == ()


def test_a_file_that_cant_be_opened_is_told(write: Write) -> None:
    folder = write({})
    (folder / "journeys" / "a.yaml").mkdir(parents=True)
    with pytest.raises(DefinitionError) as raised:
        load_project(folder)
    assert str(raised.value) == "journeys/a.yaml:1: can't be read: Is a directory"


def test_problems_of_all_files_are_told_at_once_in_order(said: Said) -> None:
    assert said(
        {
            "parcours.yaml": "name: shop\ntimezone: Pari",
            "channels.yaml": "channels: {email: {overflow: wait}}",
            "events.yaml": "events: {order: {amount: duble}}",
            "audiences/a.yaml": "id: a",
            "journeys/b.yaml": "id: b\nversion: x\nentry: {type: event, event: oder}\nsteps: []",
            "journeys/a.yaml": """
                id: a
                version: 1
                entry: {type: event, event: order}
                steps: [{id: m, type: message, channel: email, template: spring}]
            """,
        }
    ) == [
        "audiences/a.yaml:1: missing key 'sql'",
        "channels.yaml:1: channels.email.overflow: unknown value 'wait' (write defer or drop)",
        "events.yaml:1: events.order.amount: unknown type: 'duble' (did you mean 'double'?)",
        "journeys/a.yaml:4: steps[0].template: no template 'spring' of channel 'email' "
        "(write templates/email/spring.yaml)",
        "journeys/b.yaml:2: version: not a whole number: 'x'",
        "journeys/b.yaml:3: entry.event: no event 'oder' (did you mean 'order'?)",
        "journeys/b.yaml:4: steps: an empty list (write one at least)",
        "parcours.yaml:2: timezone: unknown time zone: 'Pari' (write an IANA name, such as Europe/Paris)",
    ]
