"""What is said to the author of an expression that is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parcours.definition.expressions import Expected, ExpressionError, Scope, compile_expression
from tests.definition.expressions.samples import SCOPE, problems

NAMES = [
    ("profile.teir = 'x'", "profile has no column 'teir' (did you mean 'tier'?)"),
    ("event.amuont > 1", "event has no attribute 'amuont' (did you mean 'amount'?)"),
    ("event.zz > 1", "event has no attribute 'zz' (it has amount, count, sku, at, day and items)"),
    ("audience.bst = 'x'", "audience has no attribute 'bst' (did you mean 'best'?)"),
    ("journey.name = 'x'", "journey has no 'name' (write journey.id, version, instance_id or entered_at)"),
    ("tier = 'gold'", "unknown name 'tier' (write profile.tier)"),
    ("gold = profile.tier", "unknown name 'gold' (write profile.gold for a column, or 'gold' for text)"),
    ("porfile.tier = 'x'", "unknown name 'porfile' (did you mean 'profile'?)"),
    ("orders.total > 1", "unknown name 'orders' (names begin with profile, event, audience or journey)"),
    ("profile = 'x'", "profile alone is no value (write profile.<name>)"),
    ("profile.address.ctiy = 'x'", "there is no field 'ctiy' (did you mean 'city'?)"),
    ("profile.tier.x = 'x'", "text has no parts: .x"),
    ("profile.*", "* can't be used in an expression (name the columns one by one)"),
]


@pytest.mark.parametrize(("text", "said"), NAMES)
def test_an_unknown_name_is_told_with_the_nearest_known_one(text: str, said: str) -> None:
    assert problems(text) == said


def test_event_names_are_refused_where_no_event_starts_the_journey() -> None:
    assert problems("event.amount > 1", replace(SCOPE, event=None)) == (
        "event.amount is only there in journeys that an event starts"
    )


def test_audience_names_are_refused_where_no_audience_is_read() -> None:
    assert problems("audience.best = 'x'", replace(SCOPE, audience=None)) == (
        "audience.best is only there in journeys that an audience brings people into"
    )


REFUSED = [
    ("rand() < 0.5", "rand differs from run to run (use a split, or pmod(xxhash64(profile.profile_id), 100))"),
    ("uuid() = 'x'", "uuid differs from run to run (write journey.instance_id)"),
    (
        "current_date > profile.born_date",
        "current_date is the time of the job, not of the instance (write to_date(local_now()))",
    ),
    ("CURRENT_TIMESTAMP() > now()", "CURRENT_TIMESTAMP is the time of the job, not of the instance (write now())"),
    ("reflect('java.lang.System', 'exit', 1) = 'x'", "reflect reaches outside of the data"),
    ("java_method('a', 'b') = 'x'", "java_method reaches outside of the data"),
    ("input_file_name() = 'x'", "input_file_name differs from run to run"),
    ("raise_error('x')", "raise_error stops the job"),
    (
        "max(profile.age) > 1",
        "max is over many rows, and an expression sees one profile at a time (write greatest(a, b), "
        "or array_max(array))",
    ),
    ("row_number() = 1", "row_number is over many rows, and an expression sees one profile at a time"),
    (
        "explode(profile.tags) = 'x'",
        "explode makes rows, and an expression is one value (over an array write filter, transform or exists)",
    ),
    ("floro(profile.spend) > 1", "unknown function 'floro' (did you mean 'floor'?)"),
    ("zzqq(profile.spend) > 1", "unknown function 'zzqq' (see docs/expressions.md for those there are)"),
    (
        "profile.age IN (SELECT 1)",
        "a query can't be used in an expression (use a lookup step, or an audience's SQL)",
    ),
    (
        "EXISTS (SELECT 1)",
        "a subquery can't be used in an expression (use a lookup step, or an audience's SQL)",
    ),
    (
        "(SELECT 1) > 0",
        "a subquery can't be used in an expression (use a lookup step, or an audience's SQL)",
    ),
    ("upper(profile.tier) OVER () = 'x'", "a window function can't be used in an expression"),
    (
        "SELECT 1",
        "a query can't be used in an expression (use a lookup step, or an audience's SQL)",
    ),
    (
        "profile.age > :limit",
        "a parameter can't be used in an expression (names stand as they are, such as profile.tier)",
    ),
    ("isnan(profile.spend)", "isnan: NaN counts as null here (write x IS NULL)"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_could_differ_or_reach_outside_is_refused_by_name(text: str, said: str) -> None:
    assert problems(text) == said


FORM = [
    ("", "an empty expression"),
    ("   ", "an empty expression"),
    ("profile.age > 1; DROP TABLE x", "one expression is wanted here, without ;"),
    ("profile.age > 1 -- or so", "a comment inside an expression (write it as a comment of YAML, after #)"),
    ("/* x */ profile.age > 1", "a comment inside an expression (write it as a comment of YAML, after #)"),
    ("profile.tier = 'gold", "not an SQL expression: \"profile.tier = 'gold\" (a quote isn't closed)"),
    ("(profile.age > 1", "not an SQL expression: near '1' (character 16) (a ) is missing)"),
    ("profile.age >", "not an SQL expression: near '>' (character 13)"),
    ("profile.age > 1 then", "not an SQL expression: near 'then' (character 20)"),
    ("CASE WHEN profile.is_vip THEN 1", "not an SQL expression: near '1' (character 31) (END is missing after CASE)"),
    (
        "CAST(profile.age AS number_of)",
        "not an SQL expression: near 'number_of' (character 29) (write a type such as INT, DOUBLE, DATE or TIMESTAMP)",
    ),
    (
        "profile.age AS x",
        "two values side by side can't be used in an expression (an operator is missing, or quotes: 'one two')",
    ),
    ("profile.tier = 'a' 'b'", "two texts side by side can't be used in an expression"),
    (r"profile.tier RLIKE '\d+'", r"\d inside quotes is 'd' to SQL (write \\d)"),
    ("profile.tier = '" + "x" * 20_000 + "'", "too long an expression: 20017 characters (20000 at most)"),
    ("+".join(["1"] * 2000), "too deeply nested an expression (divide it over several steps)"),
    ("x -> 1", "-> outside of a function over an array can't be used in an expression"),
]


@pytest.mark.parametrize(("text", "said"), FORM)
def test_what_is_not_one_expression_is_refused_in_few_words(text: str, said: str) -> None:
    assert problems(text) == said


TYPES = [
    ("profile.age > 'abc'", "not a number: 'abc'"),
    ("profile.born_date > 'abc'", "not a date or time: 'abc' (write 2026-03-01 or 2026-03-01T09:00:00Z)"),
    (
        "profile.born_date > DATE '2026-02-30'",
        "not a date or time: '2026-02-30' (write 2026-03-01 or 2026-03-01T09:00:00Z)",
    ),
    (
        "now() > CAST('2026-03-01 09:00 CET' AS TIMESTAMP)",
        "not a date or time: '2026-03-01 09:00 CET' (write 2026-03-01 or 2026-03-01T09:00:00Z)",
    ),
    ("now() > TIMESTAMP 'now'", "not a date or time: 'now' (write 2026-03-01 or 2026-03-01T09:00:00Z)"),
    ("profile.age = profile.born_date", "a number (int) can't be compared with a date"),
    (
        "now() > local_now()",
        "an instant can't be compared with a local time (compare now() with an instant, and "
        "local_now() with a local time)",
    ),
    (
        "profile.consents = profile.consents",
        "maps can't be compared (compare one value, such as profile.consents['email'])",
    ),
    ("profile.is_vip + 1", "+ can't be used between true or false and a number (int)"),
    ("profile.seen_at + 3", "+ can't be used between an instant and a number (int) (write + INTERVAL 3 DAYS)"),
    ("profile.spend div 2", "div is between whole numbers (write floor(a / b))"),
    ("profile.tier[0]", "[...] can't be used on text (it is for maps and arrays)"),
    ("IF(profile.is_vip, profile.tags, 1)", "if: these must be of one type: an array and a number (int)"),
    ("CAST(profile.tags AS INT)", "an array can't be cast to int"),
    ("upper(profile.tier, 1)", "upper takes 1 argument, not 2"),
    ("substring(profile.tier)", "substring takes 2 or 3 arguments, not 1"),
    ("concat()", "concat takes at least 1 argument, not 0"),
    ("now(1)", "now takes no arguments, not 1"),
    ("year(profile.is_vip)", "year: true or false can't be used as a date"),
    ("size(profile.tier)", "size: text can't be used as an array (write length(...) for text)"),
    (
        "substring(profile.tier, profile.spend)",
        "substring: a number (double) can't be used as a whole number (write CAST(... AS INT))",
    ),
    (
        "INTERVAL 3 FORTNIGHTS + now()",
        "unknown unit of an interval: 'fortnights' (write DAYS, HOURS, MINUTES, SECONDS or MONTHS)",
    ),
    (
        "INTERVAL '1 25:00' DAY TO MINUTE + now()",
        "not an interval: INTERVAL '1 25:00' DAY TO MINUTE "
        "(write INTERVAL 3 DAYS, or INTERVAL 1 DAY + INTERVAL 2 HOURS)",
    ),
    (
        "INTERVAL '1 month 2 days' + now()",
        "months and days in one interval: INTERVAL '1 month 2 days' (write two intervals, one after another)",
    ),
    ("INTERVAL 1e999999 DAYS + now()", "not an interval: '1E+999999 day' (a whole number of months or microseconds)"),
    ("INTERVAL profile.age DAYS + now()", "an interval is written out (write a number * INTERVAL 1 DAY)"),
    ("filter(profile.tags, 1)", "filter takes an array and a function of its elements (write filter(array, x -> ...))"),
    (
        "filter(profile.tags, x -> x)",
        "true or false is wanted here, and this is text (compare it with something, such as = 'x')",
    ),
    ("profile.age > 1e400", "too large a number: 1e400"),
]


@pytest.mark.parametrize(("text", "said"), TYPES)
def test_types_that_do_not_fit_are_told(text: str, said: str) -> None:
    assert problems(text) == said


WRITTEN_OUT = [
    (
        "profile.tier LIKE profile.note",
        "the pattern of LIKE must be written out (to look for text of data write contains(a, b))",
    ),
    (r"profile.tier LIKE 'a\\x'", r"not a LIKE pattern: 'a\\x' (\ stands before %, _ or \)"),
    ("profile.tier RLIKE profile.note", "the pattern must be written out here (write it in quotes, such as '^[A-Z]')"),
    ("profile.tier RLIKE '('", "not a regular expression: '(': missing ), unterminated subpattern at position 0"),
    (
        "profile.tier RLIKE 'a{'",
        "a regular expression with '{' in it: 'a{' (put a \\ before [ ] { } ( ) where they stand for themselves)",
    ),
    ("profile.tier RLIKE '^(a|b)+$'", "a group that repeats without end: '^(a|b)+$' (write {0,100} at most after ))"),
    (
        "regexp_extract(profile.tier, 'a(b)', 2)",
        "regexp_extract: the pattern has 1 groups (the third argument is one of them; 0 is all that matches)",
    ),
    (
        "regexp_replace(profile.tier, 'a', '$1')",
        "regexp_replace: a replacement with $1 in it: the pattern has 0 groups (write \\\\$ for a $)",
    ),
    (
        "date_format(now(), 'YYYY')",
        "date_format: a format with 'Y' in it: 'YYYY' (letters are y M d H m s S E a and so on, others stand in '...')",
    ),
    ("to_date(profile.tier, 'EEE')", "to_date: a format with E in it can only print: 'EEE'"),
    (
        "from_utc_timestamp(now(), 'Europe/Pari')",
        "from_utc_timestamp: unknown time zone: 'Europe/Pari' (did you mean 'Europe/Paris'?)",
    ),
    (
        "date_trunc('fortnight', now())",
        "date_trunc: 'fortnight' isn't known here (write YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND)",
    ),
    ("repeat(profile.tier, profile.age)", "repeat: a whole number from 0 to 1000 must be written out here"),
]


@pytest.mark.parametrize(("text", "said"), WRITTEN_OUT)
def test_what_could_make_a_job_fail_must_be_written_out_and_right(text: str, said: str) -> None:
    assert problems(text) == said


EXPECTED: list[tuple[str, Expected, str]] = [
    (
        "profile.tier",
        "boolean",
        "true or false is wanted here, and this is text (compare it with something, such as = 'x')",
    ),
    (
        "profile.age",
        "boolean",
        "true or false is wanted here, and this is a number (int) (compare it with something, such as > 0)",
    ),
    ("profile.tags", "string", "an array can't be used as text"),
    ("profile.age", "instant", "a date or time is wanted here, and this is a number (int)"),
    ("'soon'", "instant", "not a date or time: 'soon' (write 2026-03-01 or 2026-03-01T09:00:00Z)"),
]


@pytest.mark.parametrize(("text", "expect", "said"), EXPECTED)
def test_the_wrong_kind_of_value_is_told(text: str, expect: Expected, said: str) -> None:
    assert problems(text, SCOPE, expect) == said


def test_all_problems_are_told_at_once_and_each_only_once() -> None:
    text = "profile.zzz > 1 AND foor(profile.age) = 2 AND profile.zzz < 5 AND profile.tier"
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text, SCOPE, "boolean")
    assert raised.value.problems == (
        ("profile has no column 'zzz'", "declare it in profiles.yaml; without that file, load profiles that have it"),
        ("unknown function 'foor'", "did you mean 'floor'?"),
        ("profile.tier: true or false is wanted here, and this is text", "compare it with something, such as = 'x'"),
    )


def test_a_wrong_name_causes_no_further_problems() -> None:
    said = "profile has no column 'zz' (declare it in profiles.yaml; without that file, load profiles that have it)"
    assert (
        problems("upper(profile.zz) + INTERVAL 1 DAY > now() AND profile.zz[0].a LIKE 'x' AND NOT profile.zz") == said
    )


def test_without_known_columns_any_profile_column_may_be_used() -> None:
    scope = Scope(None, None, None)
    assert problems("profile.anything > 5 AND profile.flag AND profile.things[0] = 'x'", scope, "boolean") == ""
