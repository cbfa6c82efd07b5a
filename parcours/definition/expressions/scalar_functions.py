"""Functions of the allow-list whose result depends on their arguments, or whose safe form takes more than a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from parcours.definition.expressions import patterns
from parcours.definition.expressions.arguments import ARGUMENTS, pattern
from parcours.definition.expressions.convert import cast, convert, within_calendar
from parcours.definition.expressions.operators import (
    alike,
    arithmetic,
    common,
    compare,
    either,
    is_null,
    minus,
    negated,
)
from parcours.definition.expressions.terms import NOTHING, Term, data_term, quoted, whole_term
from parcours.definition.expressions.types import (
    DATE,
    DOUBLE,
    INSTANT,
    LOCAL_TIME,
    LONG,
    TEXT,
    Type,
    array_of,
    decimal,
    parse_type,
)
from parcours.definition.problems import Mistake

Terms = Sequence[Term]
Special = tuple[int, int | None, Callable[[Terms, str], Term]]

# A sign before a year lets Spark read years so far away that they overflow.
CALM_YEAR = r"(?s)^(?!.*(\+\d{5}|(^|\D)-\d{5})).*$"

LEAST = {"tinyint": -(1 << 7), "smallint": -(1 << 15), "int": -(1 << 31), "bigint": -(1 << 63)}


def _coalesce(terms: Terms, zone: str) -> Term:
    alike_terms = common(terms, zone)
    return Term(f"coalesce({', '.join(term.sql for term in alike_terms)})", alike_terms[0].type)


def _if(terms: Terms, zone: str) -> Term:
    return either(terms[:1], terms[1:], zone)


def _nvl2(terms: Terms, zone: str) -> Term:
    return either([negated(is_null(terms[0]), zone)], terms[1:], zone)


def _nullif(terms: Terms, zone: str) -> Term:
    left, right = terms
    if left.type == TEXT and right.type != TEXT:
        return either([compare("=", left, right, zone)], [NOTHING, left], zone)
    one, other = alike(terms, zone)
    return Term(f"nullif({one.sql}, {other.sql})", one.type)


def _extreme(name: str) -> Callable[[Terms, str], Term]:
    def build(terms: Terms, zone: str) -> Term:
        alike_terms = alike(terms, zone)
        return Term(f"{name}({', '.join(term.sql for term in alike_terms)})", alike_terms[0].type)

    return build


def _abs(terms: Terms, zone: str) -> Term:
    number = ARGUMENTS["number"](terms[0], zone)
    if number.type.is_whole:
        least = f"CAST('{LEAST[number.type.name]}' AS {number.type})"
        return Term(f"abs(nullif({number.sql}, {least}))", number.type)
    if number.type.name == "decimal":
        # Of a decimal's abs() Spark keeps 34 digits.
        return either([compare("<", number, whole_term(0), zone)], [minus(number, zone), number], zone)
    return Term(f"abs({number.sql})", number.type)


def _round(name: str) -> Callable[[Terms, str], Term]:
    def build(terms: Terms, zone: str) -> Term:
        number = ARGUMENTS["number"](terms[0], zone)
        digits = ARGUMENTS["digits"](terms[1], zone).literal if len(terms) > 1 else 0
        assert isinstance(digits, int), "digits are written out"
        kind = number.type
        if kind.is_whole:
            return number
        if kind.name == "decimal":
            scale = min(kind.scale, digits)
            kind = decimal(min(38, kind.precision - kind.scale + 1 + scale), scale)
        return Term(f"{name}({number.sql}, {digits})", kind)

    return build


def _to_whole(name: str) -> Callable[[Terms, str], Term]:
    """ceil and floor: of a decimal a decimal without fraction, of anything else a bigint."""

    def build(terms: Terms, zone: str) -> Term:
        number = ARGUMENTS["number"](terms[0], zone)
        if number.type.is_whole:
            return convert(number, LONG, zone)
        if number.type.name == "decimal":
            kind = number.type
            return Term(f"{name}({number.sql})", decimal(min(38, kind.precision - kind.scale + (kind.scale > 0)), 0))
        return Term(f"{name}({number.sql})", LONG)

    return build


def _pmod(terms: Terms, zone: str) -> Term:
    left, right = common([ARGUMENTS["number"](term, zone) for term in terms], zone)
    return Term(f"pmod({left.sql}, nullif({right.sql}, 0))", arithmetic("%", left, right, zone).type)


def _log(terms: Terms, zone: str) -> Term:
    numbers = ", ".join(convert(term, DOUBLE, zone).sql for term in terms)
    return data_term(f"{'ln' if len(terms) == 1 else 'log'}({numbers})", DOUBLE)


def _concat(terms: Terms, zone: str) -> Term:
    if any(term.type.name == "array" for term in terms):
        arrays = common(terms, zone)
        return Term(f"concat({', '.join(term.sql for term in arrays)})", arrays[0].type)
    return Term(f"concat({', '.join(convert(term, TEXT, zone).sql for term in terms)})", TEXT)


def _concat_ws(terms: Terms, zone: str) -> Term:
    between, *others = terms
    texts = [convert(between, TEXT, zone)]
    texts += [convert(term, array_of(TEXT) if term.type.name == "array" else TEXT, zone) for term in others]
    return Term(f"concat_ws({', '.join(term.sql for term in texts)})", TEXT)


def _reverse(terms: Terms, zone: str) -> Term:
    term = terms[0] if terms[0].type.name == "array" else convert(terms[0], TEXT, zone)
    return Term(f"reverse({term.sql})", term.type)


def _regexp_replace(terms: Terms, zone: str) -> Term:
    groups = patterns.check_regex(str(pattern(terms[1], zone).literal))
    if not isinstance(terms[2].literal, str):
        raise Mistake("the replacement must be written out here", "write it in quotes")
    patterns.check_replacement(terms[2].literal, groups)
    return Term(f"regexp_replace({convert(terms[0], TEXT, zone).sql}, {terms[1].sql}, {terms[2].sql})", TEXT)


def _regexp_extract(name: str, result: Type) -> Callable[[Terms, str], Term]:
    def build(terms: Terms, zone: str) -> Term:
        groups = patterns.check_regex(str(pattern(terms[1], zone).literal))
        group = terms[2].literal if len(terms) > 2 else 1
        if not isinstance(group, int) or isinstance(group, bool) or not 0 <= group <= groups:
            raise Mistake(
                f"the pattern has {groups} groups", "the third argument is one of them; 0 is all that matches"
            )
        return Term(f"{name}({convert(terms[0], TEXT, zone).sql}, {terms[1].sql}, {group})", result)

    return build


def _casting(kind: str) -> Special:
    return 1, 1, lambda terms, zone: cast(terms[0], parse_type(kind), zone)


def _to_moment(kind: str) -> Callable[[Terms, str], Term]:
    """to_date and to_timestamp: by a format that is written out, or as CAST."""

    def build(terms: Terms, zone: str) -> Term:
        if len(terms) == 1:
            return cast(terms[0], parse_type(kind), zone)
        text = convert(terms[0], TEXT, zone)
        read = ARGUMENTS["read format"](terms[1], zone)
        calm = f"regexp_extract({text.sql}, {quoted(CALM_YEAR)}, 0)"
        moment = Term(f"try_to_timestamp({calm}, {read.sql})", INSTANT)
        return cast(moment, parse_type(kind), zone)

    return build


def _date_trunc(terms: Terms, zone: str) -> Term:
    unit, moment = ARGUMENTS["unit"](terms[0], zone), ARGUMENTS["moment"](terms[1], zone)
    if moment.type == LOCAL_TIME and terms[1].type != DATE:
        return Term(f"CAST(date_trunc({unit.sql}, CAST({moment.sql} AS TIMESTAMP)) AS TIMESTAMP_NTZ)", LOCAL_TIME)
    instant = within_calendar(convert(terms[1], INSTANT, zone))
    return Term(f"date_trunc({unit.sql}, {instant.sql})", INSTANT)


def _not_a_number(terms: Terms, zone: str) -> Term:
    raise Mistake("NaN counts as null here", "write x IS NULL")


SCALAR_FUNCTIONS: dict[str, Special] = {
    "abs": (1, 1, _abs),
    "bround": (1, 2, _round("bround")),
    "ceil": (1, 1, _to_whole("ceil")),
    "ceiling": (1, 1, _to_whole("ceil")),
    "coalesce": (1, None, _coalesce),
    "concat": (1, None, _concat),
    "concat_ws": (1, None, _concat_ws),
    "date_trunc": (2, 2, _date_trunc),
    "equal_null": (2, 2, lambda terms, zone: compare("<=>", terms[0], terms[1], zone)),
    "floor": (1, 1, _to_whole("floor")),
    "greatest": (2, None, _extreme("greatest")),
    "if": (3, 3, _if),
    "iff": (3, 3, _if),
    "ifnull": (2, 2, _coalesce),
    "isnan": (1, 1, _not_a_number),
    "isnotnull": (1, 1, lambda terms, zone: negated(is_null(terms[0]), zone)),
    "isnull": (1, 1, lambda terms, zone: is_null(terms[0])),
    "least": (2, None, _extreme("least")),
    "log": (1, 2, _log),
    "mod": (2, 2, lambda terms, zone: arithmetic("%", terms[0], terms[1], zone)),
    "nanvl": (2, 2, _not_a_number),
    "negative": (1, 1, lambda terms, zone: minus(terms[0], zone)),
    "nullif": (2, 2, _nullif),
    "nvl": (2, 2, _coalesce),
    "nvl2": (3, 3, _nvl2),
    "pmod": (2, 2, _pmod),
    "regexp_extract": (2, 3, _regexp_extract("regexp_extract", TEXT)),
    "regexp_extract_all": (2, 3, _regexp_extract("regexp_extract_all", array_of(TEXT))),
    "regexp_replace": (3, 3, _regexp_replace),
    "reverse": (1, 1, _reverse),
    "round": (1, 2, _round("round")),
    "to_date": (1, 2, _to_moment("date")),
    "to_timestamp": (1, 2, _to_moment("timestamp")),
    "to_timestamp_ntz": (1, 2, _to_moment("timestamp_ntz")),
    "try_to_date": (1, 2, _to_moment("date")),
    "try_to_timestamp": (1, 2, _to_moment("timestamp")),
    "try_add": (2, 2, lambda terms, zone: arithmetic("+", terms[0], terms[1], zone)),
    "try_divide": (2, 2, lambda terms, zone: arithmetic("/", terms[0], terms[1], zone)),
    "try_mod": (2, 2, lambda terms, zone: arithmetic("%", terms[0], terms[1], zone)),
    "try_multiply": (2, 2, lambda terms, zone: arithmetic("*", terms[0], terms[1], zone)),
    "try_subtract": (2, 2, lambda terms, zone: arithmetic("-", terms[0], terms[1], zone)),
} | {
    kind: _casting(kind)
    for kind in ("bigint", "boolean", "date", "decimal", "double", "float", "int", "smallint", "string", "timestamp")
}
