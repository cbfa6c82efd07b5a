"""The filters that templates can have: Jinja's, as Jinja does them, and `date` and `number`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from parcours.definition.expressions import operators
from parcours.definition.expressions.convert import convert, text_to
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.terms import FALSE, NOTHING, Term, quoted, text_term, whole_term
from parcours.definition.expressions.types import DOUBLE, LONG, NULL, TEXT, TRUTH, UNKNOWN
from parcours.definition.problems import Mistake, did_you_mean
from parcours.definition.templates.array_filters import ARRAY_FILTERS
from parcours.definition.templates.binding import Arguments, Build, Filter, written
from parcours.definition.templates.context import Context
from parcours.definition.templates.formats import date_text, number_text
from parcours.definition.templates.printing import alternatives, escaped, filled, text, truthy
from parcours.definition.templates.slips import remedy_for_filter

# Where Jinja's title begins a new word.
WORDS = r"(?U)[-\s({\[<]+|[^-\s({\[<]+"
CAPITAL = "concat(upper(left({0}, 1)), lower(substring({0}, 2)))"
SPACE = r"(?U)^\s+|\s+\z"
LEEWAY = 5


def apply_filter(name: str, term: Term, arguments: Sequence[Term], named: Mapping[str, Term], context: Context) -> Term:
    """The term as a filter changes it; Mistake for a filter that isn't known."""
    found = FILTERS.get(name)
    if found is None:
        remedy = remedy_for_filter(name) or did_you_mean(name, FILTERS)
        raise Mistake(f"unknown filter {name!r}", remedy or "see docs/templates.md for those there are")
    return found.build(term, found.bind(name, arguments, named), context)


def _by_form(form: str, *, keeps_markup: bool = True) -> Build:
    """A filter of text that is one form of SQL."""

    def build(term: Term, arguments: Arguments, context: Context) -> Term:
        as_text = text(term, context.zone)
        return Term(form.format(as_text.sql), TEXT, is_markup=as_text.is_markup and keeps_markup)

    return build


def _default(term: Term, arguments: Arguments, context: Context) -> Term:
    other = arguments["default_value"]
    is_empty_too = written(arguments, "boolean", bool)
    one, fallback = alternatives([term, other], context.zone, html=context.html)
    if is_empty_too:
        sql = f"(CASE WHEN {truthy(term).sql} THEN {one.sql} ELSE {fallback.sql} END)"
    else:
        sql = f"coalesce({one.sql}, {fallback.sql})"
    return Term(sql, one.type, is_markup=one.is_markup)


def _title(term: Term, arguments: Arguments, context: Context) -> Term:
    words = f"regexp_extract_all({text(term, context.zone).sql}, {quoted(WORDS)}, 0)"
    return Term(f"array_join(transform({words}, `__word` -> {CAPITAL.format('`__word`')}), '')", TEXT)


def _trim(term: Term, arguments: Arguments, context: Context) -> Term:
    as_text, characters = text(term, context.zone), arguments["chars"]
    if characters.type == NULL:
        return replace(as_text, sql=f"regexp_replace({as_text.sql}, {quoted(SPACE)}, '')", literal=None)
    return replace(as_text, sql=f"trim(BOTH {text(characters, context.zone).sql} FROM {as_text.sql})", literal=None)


def _truncate(term: Term, arguments: Arguments, context: Context) -> Term:
    length, end = written(arguments, "length", int), written(arguments, "end", str)
    leeway, kills_words = written(arguments, "leeway", int), written(arguments, "killwords", bool)
    if length < len(end) or leeway < 0:
        raise Mistake(f"truncate can't cut to {length}", f"its end alone has {len(end)} characters")
    as_text = text(term, context.zone)
    cut = f"substring({as_text.sql}, 1, {length - len(end)})"
    if not kills_words:
        cut = f"regexp_replace({cut}, {quoted(' [^ ]*' + chr(92) + 'z')}, '')"
    ending = escaped(text_term(end)) if as_text.is_markup else text_term(end)
    sql = f"IF(char_length({as_text.sql}) <= {length + leeway}, {as_text.sql}, concat({cut}, {ending.sql}))"
    return Term(sql, TEXT, is_markup=as_text.is_markup)


def _replace(term: Term, arguments: Arguments, context: Context) -> Term:
    as_text, old, new = text(term, context.zone), arguments["old"], arguments["new"]
    if old.literal in (None, ""):
        raise Mistake("what is replaced must be written out, and not be empty")
    old, new = text(old, context.zone), filled(text(new, context.zone))
    if context.html and (as_text.is_markup or old.is_markup or new.is_markup):
        as_text, old, new = escaped(as_text), escaped(old), escaped(new)
    return Term(f"replace({as_text.sql}, {old.sql}, {new.sql})", TEXT, is_markup=as_text.is_markup)


def _escape(term: Term, arguments: Arguments, context: Context) -> Term:
    return escaped(text(term, context.zone))


def _safe(term: Term, arguments: Arguments, context: Context) -> Term:
    return replace(text(term, context.zone), is_markup=True)


def _string(term: Term, arguments: Arguments, context: Context) -> Term:
    return text(term, context.zone)


def _round(term: Term, arguments: Arguments, context: Context) -> Term:
    digits, method = written(arguments, "precision", int), written(arguments, "method", str)
    number = convert(term, DOUBLE, context.zone) if term.type in (TEXT, UNKNOWN) else term
    if not number.type.is_number:
        raise Mistake(f"{number.type.said} can't be rounded")
    if not 0 <= digits <= 18 or method not in ("common", "ceil", "floor"):
        raise Mistake("round takes 0 to 18 digits, and 'common', 'ceil' or 'floor'")
    if method == "common":
        # As Python: an exact half goes to the even neighbour.
        return FUNCTIONS["bround"].call([number, whole_term(digits)], context.zone)
    power = convert(whole_term(10**digits), DOUBLE, context.zone)
    scaled = operators.arithmetic("*", convert(number, DOUBLE, context.zone), power, context.zone)
    whole = convert(FUNCTIONS[method].call([scaled], context.zone), DOUBLE, context.zone)
    return operators.arithmetic("/", whole, power, context.zone)


def _double(term: Term, zone: str) -> Term:
    """A value as a double, null where it is none: even of text that is written out, unlike in a comparison."""
    if term.type == TRUTH:
        return Term(f"CAST({term.sql} AS DOUBLE)", DOUBLE)
    return text_to(term.sql, DOUBLE) if term.type == TEXT else convert(term, DOUBLE, zone)


def _int(term: Term, arguments: Arguments, context: Context) -> Term:
    fallback = convert(arguments["default"], LONG, context.zone)
    if term.type.is_whole or term.type == TRUTH:
        return Term(f"coalesce(CAST({term.sql} AS BIGINT), {fallback.sql})", LONG)
    direct = f"try_cast({term.sql} AS BIGINT), " if term.type == TEXT else ""
    number = _double(term, context.zone)
    return Term(f"coalesce({direct}try_cast({number.sql} AS BIGINT), {fallback.sql})", LONG)


def _float(term: Term, arguments: Arguments, context: Context) -> Term:
    fallback = convert(arguments["default"], DOUBLE, context.zone)
    number = _double(term, context.zone)
    return Term(f"coalesce({number.sql}, {fallback.sql})", DOUBLE)


def _date(term: Term, arguments: Arguments, context: Context) -> Term:
    return date_text(term, written(arguments, "format", str), context.zone)


def _number(term: Term, arguments: Arguments, context: Context) -> Term:
    decimals = None if arguments["decimals"].type == NULL else written(arguments, "decimals", int)
    thousands, point = written(arguments, "thousands", str), written(arguments, "point", str)
    return number_text(term, decimals, thousands, point, context.zone)


ENCODED = "replace(replace(replace(replace(url_encode({0}), '+', '%20'), '%2F', '/'), '*', '%2A'), '%7E', '~')"

FILTERS: dict[str, Filter] = ARRAY_FILTERS | {
    "capitalize": Filter({}, _by_form(CAPITAL)),
    "d": Filter({"default_value": text_term(""), "boolean": FALSE}, _default),
    "date": Filter({"format": text_term("%Y-%m-%d")}, _date),
    "default": Filter({"default_value": text_term(""), "boolean": FALSE}, _default),
    "e": Filter({}, _escape),
    "escape": Filter({}, _escape),
    "float": Filter({"default": whole_term(0)}, _float),
    "int": Filter({"default": whole_term(0)}, _int),
    "lower": Filter({}, _by_form("lower({0})")),
    "number": Filter({"decimals": NOTHING, "thousands": text_term(","), "point": text_term(".")}, _number),
    "replace": Filter({"old": None, "new": None}, _replace),
    "round": Filter({"precision": whole_term(0), "method": text_term("common")}, _round),
    "safe": Filter({}, _safe),
    "string": Filter({}, _string),
    "title": Filter({}, _title),
    "trim": Filter({"chars": NOTHING}, _trim),
    "truncate": Filter(
        {
            "length": whole_term(255),
            "killwords": FALSE,
            "end": text_term("..."),
            "leeway": whole_term(LEEWAY),
        },
        _truncate,
    ),
    "upper": Filter({}, _by_form("upper({0})")),
    "urlencode": Filter({}, _by_form(ENCODED, keeps_markup=False)),
}
