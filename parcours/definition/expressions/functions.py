"""The allow-list: what an expression may call, with which arguments, in a form that gives null where nothing fits.

A function that isn't here can't be called. One line of the table is one function: its name, the kinds of its arguments
(optional ones end in `?`, one that repeats in `...`), the type of the result, and after `=` its form in SQL where that
isn't the plain call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parcours.definition.expressions.arguments import ARGUMENTS
from parcours.definition.expressions.collection_functions import COLLECTION_FUNCTIONS
from parcours.definition.expressions.scalar_functions import SCALAR_FUNCTIONS
from parcours.definition.expressions.terms import Term, data_term
from parcours.definition.expressions.types import parse_type
from parcours.definition.problems import Mistake

Build = Callable[[Sequence[Term], str], Term]


@dataclass(frozen=True)
class Function:
    """One function: how many arguments it takes (`most` None: any number), and the checked call of it."""

    name: str
    least: int
    most: int | None
    build: Build

    def call(self, arguments: Sequence[Term], zone: str) -> Term:
        """The call; Mistake, with the function's name, where the arguments don't fit."""
        given = len(arguments)
        if given < self.least or (self.most is not None and given > self.most):
            raise Mistake(f"{self.name} takes {self.wanted}, not {given}")
        try:
            return self.build(arguments, zone)
        except Mistake as mistake:
            raise Mistake(f"{self.name}: {mistake.what}", mistake.remedy) from None

    @property
    def wanted(self) -> str:
        """`1 argument`, `2 or 3 arguments`, `at least 1 argument`."""
        if self.most is None:
            return f"at least {self.least} argument{'s' * (self.least != 1)}"
        if self.most == 0:
            return "no arguments"
        counts = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        counts = counts if self.most - self.least != 1 else f"{self.least} or {self.most}"
        return f"{counts} argument{'s' * (self.most != 1)}"


TABLE = """
ascii(text) int
base64(text) string
bit_length(text) int
btrim(text, text?) string
char_length(text) int
character_length(text) int
chr(long) string
contains(text, text) boolean
crc32(text) bigint
endswith(text, text) boolean
find_in_set(text, text) int
format_number(number, digits) string
get_json_object(text, path) string
hash(hashable...) int
hex(text) string
initcap(text) string
instr(text, text) int
lcase(text) string
left(text, int) string
length(text) int
len(text) int
levenshtein(text, text) int
locate(text, text, int?) int
lower(text) string
lpad(text, padding, text?) string
ltrim(text) string
md5(text) string
octet_length(text) int
position(text, text, int?) int
regexp(text, pattern) boolean
regexp_count(text, pattern) int
regexp_instr(text, pattern) int
regexp_like(text, pattern) boolean
regexp_substr(text, pattern) string
repeat(text, padding) string
replace(text, text, text?) string
right(text, int) string
rlike(text, pattern) boolean
rpad(text, padding, text?) string
rtrim(text) string
sha(text) string
sha1(text) string
sha2(text, bits) string
soundex(text) string
space(padding) string
split(text, pattern) array<string>
split_part(text, text, position) string
startswith(text, text) boolean
substr(text, int, int?) string
substring(text, int, int?) string
substring_index(text, text, short) string
translate(text, text, text) string
trim(text) string
ucase(text) string
upper(text) string
url_decode(text) string = try_url_decode({0})
url_encode(text) string
parse_url(text, url part, text?) string = try_parse_url({all})
xxhash64(hashable...) bigint

acos(double) double
asin(double) double
atan(double) double
atan2(double, double) double
cbrt(double) double
cos(double) double
degrees(double) double
e() double
exp(double) double
ln(double) double
log10(double) double
log1p(double) double
log2(double) double
pi() double
pow(double, double) double
power(double, double) double
radians(double) double
sign(double) double
signum(double) double
sin(double) double
sqrt(double) double
tan(double) double

date_format(moment, print format) string
date_sub(date, days) date = try_subtract({0}, {1})
dateadd(date, days) date = try_add({0}, {1})
date_add(date, days) date = try_add({0}, {1})
add_months(date, int) date = try_add({0}, try_multiply(INTERVAL '1' MONTH, {1}))
date_diff(date, date) int
datediff(date, date) int
day(date) int
dayname(date) string
dayofmonth(date) int
dayofweek(date) int
dayofyear(date) int
from_unixtime(long, print format?) string
from_utc_timestamp(calm instant, zone) timestamp
hour(moment) int
last_day(date) date
make_date(int, int, int) date = try_cast(concat({0}, '-', {1}, '-', {2}) AS DATE)
minute(moment) int
month(date) int
monthname(date) string
months_between(moment, moment) double
next_day(date, weekday) date
quarter(date) int
second(moment) int
timestamp_micros(long) timestamp
timestamp_millis(long) timestamp = try_add(timestamp_micros(0), try_multiply(INTERVAL '0.001' SECOND, {0}))
timestamp_seconds(number) timestamp = try_add(timestamp_micros(0), try_multiply(INTERVAL '1' SECOND, {0}))
to_unix_timestamp(instant) bigint
to_utc_timestamp(calm instant, zone) timestamp
trunc(date, date unit) date
unix_date(date) int
unix_micros(instant) bigint
unix_millis(instant) bigint
unix_seconds(instant) bigint
unix_timestamp(instant) bigint
weekday(date) int
weekofyear(date) int
year(date) int

array_join(array of text, text, text?) string
array_size(sized) int = size({0})
cardinality(sized) int = size({0})
size(sized) int
"""

LINE = re.compile(r"(?P<name>\w+)\((?P<kinds>.*?)\) (?P<result>[a-z0-9<>]+)(?: = (?P<form>.+))?")


def _read_line(line: str) -> Function:
    parts = LINE.fullmatch(line)
    assert parts, f"not a line of the table: {line}"
    kinds = [kind for kind in parts["kinds"].split(", ") if kind]
    is_endless = bool(kinds) and kinds[-1].endswith("...")
    least = sum(not kind.endswith("?") for kind in kinds)
    readers = [ARGUMENTS[kind.rstrip("?.")] for kind in kinds]
    name, result, form = parts["name"], parse_type(parts["result"]), parts["form"] or f"{parts['name']}({{all}})"

    def build(arguments: Sequence[Term], zone: str) -> Term:
        terms = [readers[min(place, len(readers) - 1)](argument, zone) for place, argument in enumerate(arguments)]
        texts = [term.sql for term in terms]
        return data_term(form.format(*texts, all=", ".join(texts)), result)

    return Function(name, least, None if is_endless else len(kinds), build)


FUNCTIONS = {function.name: function for function in map(_read_line, filter(None, TABLE.splitlines()))}
FUNCTIONS |= {
    name: Function(name, least, most, build)
    for name, (least, most, build) in (SCALAR_FUNCTIONS | COLLECTION_FUNCTIONS).items()
}
