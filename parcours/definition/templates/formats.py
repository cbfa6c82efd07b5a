"""The filters that write dates and numbers: `date('%d.%m.%Y')` and `number(2)`."""

from __future__ import annotations

from parcours.definition.expressions.arguments import moment
from parcours.definition.expressions.convert import convert, local_in_zone, text_to
from parcours.definition.expressions.patterns import OTHER_IN_FORMAT, check_format
from parcours.definition.expressions.terms import Term, quoted
from parcours.definition.expressions.types import DATE, DOUBLE, INSTANT, LOCAL_TIME, NULL, TEXT, UNKNOWN
from parcours.definition.problems import Mistake

# strftime's letters as Spark's.
LETTERS = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "MM",
    "%d": "dd",
    "%e": "d",
    "%-d": "d",
    "%-m": "M",
    "%H": "HH",
    "%-H": "H",
    "%I": "hh",
    "%-I": "h",
    "%M": "mm",
    "%S": "ss",
    "%f": "SSSSSS",
    "%p": "a",
    "%B": "MMMM",
    "%b": "MMM",
    "%A": "EEEE",
    "%a": "EEE",
    "%j": "DDD",
    "%F": "yyyy-MM-dd",
    "%T": "HH:mm:ss",
}
# Text that says its own zone is an instant; any other is local time as it stands.
ZONED_TEXT = r"\d{1,2}:\d{2}.*(Z|z|[+-]\d{2}:?\d{2})\s*$"


def spark_format(written: str) -> str:
    """A format of strftime, as `%d.%m.%Y`, as Spark's; one without % is Spark's already."""
    if "%" not in written:
        return check_format(written)
    found, plain, position = "", "", 0
    while position < len(written):
        letters = written[position : position + (3 if written[position : position + 2] == "%-" else 2)]
        if letters in LETTERS or letters == "%%":
            found += _plain(plain) + LETTERS.get(letters, "%")
            plain, position = "", position + len(letters)
        elif letters.startswith("%"):
            raise Mistake(f"a format with {letters} in it", "letters are %d %m %Y %H %M %S %B %b %A %a %p and so on")
        else:
            plain += written[position]
            position += 1
    return found + _plain(plain)


def _plain(text: str) -> str:
    if all(character in OTHER_IN_FORMAT for character in text):
        return text
    return "'" + text.replace("'", "''") + "'"


def date_text(term: Term, written: str, zone: str) -> Term:
    """A date or time in a format: of an instant as the clocks of the zone show it. Null where there is none."""
    kind, found = term.type, quoted(spark_format(written))
    if kind == NULL:
        return convert(term, TEXT, zone)
    if kind in (TEXT, UNKNOWN):
        local = _local_of_text(convert(term, TEXT, zone), zone)
    elif kind == INSTANT:
        local = local_in_zone(term, zone)
    elif kind in (DATE, LOCAL_TIME):
        local = moment(term, zone)
    else:
        raise Mistake(f"{kind.said} isn't a date")
    return Term(f"date_format({local.sql}, {found})", TEXT)


def _local_of_text(term: Term, zone: str) -> Term:
    local = moment(text_to(term.sql, LOCAL_TIME), zone)
    zoned = local_in_zone(text_to(term.sql, INSTANT), zone)
    return Term(f"IF({term.sql} RLIKE {quoted(ZONED_TEXT)}, {zoned.sql}, {local.sql})", LOCAL_TIME)


def number_text(term: Term, decimals: int | None, thousands: str, point: str, zone: str) -> Term:
    """A number as people read it, halves rounded away from zero; without `decimals` two of what can have a fraction."""
    number = convert(term, DOUBLE, zone) if term.type in (TEXT, UNKNOWN, NULL) else term
    if not number.type.is_number:
        raise Mistake(f"{number.type.said} isn't a number")
    if decimals is None:
        decimals = 0 if number.type.is_whole else 2
    if not 0 <= decimals <= 18:
        raise Mistake("number takes 0 to 18 decimals")
    # format_number alone would round halves to even, by the binary value.
    sql = f"format_number(round({number.sql}, {decimals}), {decimals})"
    if (thousands, point) != (",", "."):
        sql = f"replace(replace(replace({sql}, ',', '\\u0001'), '.', {quoted(point)}), '\\u0001', {quoted(thousands)})"
    return Term(sql, TEXT)
