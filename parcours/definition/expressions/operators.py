"""What stands between terms: comparison, logic, reckoning, membership, access. None of it can fail on any data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import reduce

from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.terms import FALSE, TRUE, WRONG, Term, backquoted, data_term, number_term, quoted
from parcours.definition.expressions.types import (
    DATE,
    DAYS,
    DOUBLE,
    DURATION,
    INSTANT,
    INT,
    LOCAL_TIME,
    LONG,
    NULL,
    TEXT,
    TRUTH,
    UNKNOWN,
    Type,
    as_decimal,
    common_number,
    common_of,
    compared_type,
    decimal,
)
from parcours.definition.problems import Mistake, did_you_mean

TRY_FORMS = {"+": "try_add", "-": "try_subtract", "*": "try_multiply", "/": "try_divide", "%": "try_mod"}


def compare(operator: str, left: Term, right: Term, zone: str) -> Term:
    """`left operator right` for = <> < <= > >= and <=>, each side in the type in which the two can be compared."""
    one, other = alike([left, right], zone)
    if one.type.name == "map":
        raise Mistake("maps can't be compared", "compare one value, such as profile.consents['email']")
    return Term(f"({one.sql} {operator} {other.sql})", TRUTH)


def alike(terms: Sequence[Term], zone: str) -> list[Term]:
    """The terms, all in the one type in which they can be compared; Mistake where there is none."""

    if any(term.type == LOCAL_TIME for term in terms):
        terms = [convert(term, LOCAL_TIME, zone) if is_naive(term) else term for term in terms]
    # Text last: whatever it is compared with says how it is read.
    kinds = sorted((term.type for term in terms), key=lambda kind: kind == TEXT)
    kind = reduce(_compared, kinds)
    return [convert(term, kind, zone) for term in terms]


def _compared(left: Type, right: Type) -> Type:
    found = compared_type(left, right)
    if found is None:
        raise Mistake(f"{left.said} can't be compared with {right.said}", _remedy_for_compared(left, right))
    return found


def _remedy_for_compared(left: Type, right: Type) -> str | None:
    """What to write in place of a comparison of two types that can't be compared."""
    if left.is_moment and right.is_moment:
        return "compare now() with an instant, and local_now() with a local time"
    names = {left.name, right.name}
    if "array" in names and len(names) == 2:
        return "write array_contains(array, value)"
    is_interval = any(name.startswith("interval") for name in names)
    return "write INTERVAL 90 DAYS" if is_interval and (left.is_number or right.is_number) else None


def is_naive(term: Term) -> bool:
    """Whether this is a timestamp that is written out without a zone."""
    return isinstance(term.literal, datetime) and term.literal.tzinfo is None


def in_list(left: Term, items: Sequence[Term], zone: str) -> Term:
    """`left IN (items)`."""
    first, *others = alike([left, *items], zone)
    return Term(f"({first.sql} IN ({', '.join(item.sql for item in others)}))", TRUTH)


def between(term: Term, low: Term, high: Term, zone: str) -> Term:
    """`term BETWEEN low AND high`."""
    one, least, most = alike([term, low, high], zone)
    return Term(f"({one.sql} BETWEEN {least.sql} AND {most.sql})", TRUTH)


def truth(term: Term, zone: str) -> Term:
    """A term that is true or false; Mistake for any other, text included: 'no' isn't false to everybody."""
    if term.type in (TRUTH, UNKNOWN, NULL):
        return convert(term, TRUTH, zone)
    remedy = (
        "compare it with something, such as = 'x'" if term.type == TEXT else "compare it with something, such as > 0"
    )
    raise Mistake(f"true or false is wanted here, and this is {term.type.said}", remedy)


def joined(word: str, terms: Sequence[Term], zone: str) -> Term:
    """The terms with AND or OR between them."""
    return Term(f"({f' {word} '.join(truth(term, zone).sql for term in terms)})", TRUTH)


def negated(term: Term, zone: str) -> Term:
    return Term(f"(NOT {truth(term, zone).sql})", TRUTH)


def common(terms: Sequence[Term], zone: str) -> list[Term]:
    """The terms, all in the type that any of them can be; Mistake where there is none."""
    kind = common_of(term.type for term in terms)
    if kind is None:
        kinds = list(dict.fromkeys(term.type.said for term in terms if term.type != NULL))
        raise Mistake(f"these must be of one type: {' and '.join(kinds)}")
    return [convert(term, kind, zone) for term in terms]


def either(conditions: Sequence[Term], results: Sequence[Term], zone: str) -> Term:
    """CASE WHEN; of the results, one more than conditions where there is an ELSE."""
    alike_results = common(results, zone)
    whens = " ".join(
        f"WHEN {truth(condition, zone).sql} THEN {result.sql}"
        for condition, result in zip(conditions, alike_results, strict=False)
    )
    otherwise = f" ELSE {alike_results[-1].sql}" if len(results) > len(conditions) else ""
    return Term(f"(CASE {whens}{otherwise} END)", alike_results[0].type)


def arithmetic(operator: str, left: Term, right: Term, zone: str) -> Term:
    """`left operator right` for + - * / % div; null where the result can't be computed."""
    kinds = (left.type, right.type)
    if UNKNOWN in kinds:
        known = next((kind for kind in kinds if kind.is_number or kind == TEXT), DOUBLE)
        if all(kind in (UNKNOWN, TEXT) or kind.is_number for kind in kinds):
            left, right = convert(left, known, zone), convert(right, known, zone)
            return arithmetic(operator, left, right, zone).typed(UNKNOWN)
        return WRONG
    if NULL in kinds:
        other = next((kind for kind in kinds if kind != NULL), DOUBLE)
        return arithmetic(operator, convert(left, other, zone), convert(right, other, zone), zone)
    if any(kind.is_interval for kind in kinds) or any(kind.is_moment for kind in kinds):
        return _with_time(operator, left, right, zone)
    left, right = (convert(term, DOUBLE, zone) if term.type == TEXT else term for term in (left, right))
    if not (left.type.is_number and right.type.is_number):
        raise Mistake(f"{operator} can't be used between {kinds[0].said} and {kinds[1].said}")
    return _between_numbers(operator, left, right, zone)


def _between_numbers(operator: str, left: Term, right: Term, zone: str) -> Term:
    if operator == "div":
        return _whole_quotient(left, right, zone)
    kind = common_number(left.type, right.type)
    if operator == "/" and (kind.is_whole or kind.name == "float"):
        kind = DOUBLE
    if kind.name == "decimal":
        one, other = (convert(term, as_decimal(term.type), zone) for term in (left, right))
        kind = _decimal_result(operator, one.type, other.type)
    else:
        one, other = convert(left, kind, zone), convert(right, kind, zone)
    if kind.name in ("float", "double") and operator in "+-*":
        return Term(f"({one.sql} {operator} {other.sql})", kind)
    return Term(f"{TRY_FORMS[operator]}({one.sql}, {other.sql})", kind)


def _decimal_result(operator: str, left: Type, right: Type) -> Type:
    """Spark's own rules for the digits of a result."""
    scale = max(left.scale, right.scale)
    if operator in "+-":
        return decimal(max(left.precision - left.scale, right.precision - right.scale) + scale + 1, scale)
    if operator == "*":
        return decimal(left.precision + right.precision + 1, left.scale + right.scale)
    if operator == "%":
        return decimal(min(left.precision - left.scale, right.precision - right.scale) + scale, scale)
    scale = max(6, left.scale + right.precision + 1)
    return decimal(left.precision - left.scale + right.scale + scale, scale)


def _whole_quotient(left: Term, right: Term, zone: str) -> Term:
    if not (left.type.is_whole and right.type.is_whole):
        raise Mistake("div is between whole numbers", "write floor(a / b)")
    one, other = convert(left, LONG, zone), convert(right, LONG, zone)
    # The least bigint divided by -1 overflows, and div has no try form.
    by_minus_one = f"try_subtract(0L, {one.sql})"
    return Term(f"IF({other.sql} = -1, {by_minus_one}, {one.sql} div nullif({other.sql}, 0L))", LONG)


def _with_time(operator: str, left: Term, right: Term, zone: str) -> Term:
    one, other = left.type, right.type
    if other.is_interval and operator in "+-" and (one.is_moment or one == TEXT):
        return _moved(operator, convert(left, INSTANT, zone) if one == TEXT else left, right, zone)
    if one.is_interval and operator == "+" and (other.is_moment or other == TEXT):
        return _with_time("+", right, left, zone)
    if one == DATE and operator in "+-" and other.is_whole:
        return _moved_by_days(operator, left, right, zone)
    if other == DATE and operator == "+" and one.is_whole:
        return _moved_by_days("+", right, left, zone)
    if operator == "-" and (one.is_moment or one == TEXT) and (other.is_moment or other == TEXT):
        later, earlier = alike([left, right], zone)
        return Term(f"try_subtract({later.sql}, {earlier.sql})", DAYS if later.type == DATE else DURATION)
    if one.is_interval and other.is_interval and operator in "+-":
        later, earlier = common([left, right], zone)
        return Term(f"{TRY_FORMS[operator]}({later.sql}, {earlier.sql})", later.type)
    if one.is_interval and operator in "*/" and (other.is_number or other == TEXT):
        number = convert(right, DOUBLE, zone) if other == TEXT else right
        return Term(f"{TRY_FORMS[operator]}({left.sql}, {number.sql})", DURATION if one == DAYS else one)
    if other.is_interval and operator == "*" and (one.is_number or one == TEXT):
        return _with_time("*", right, left, zone)
    remedy = "write + INTERVAL 3 DAYS" if one.is_moment and (other.is_number or other == TEXT) else None
    raise Mistake(f"{operator} can't be used between {one.said} and {other.said}", remedy)


def _moved(operator: str, moment: Term, interval: Term, zone: str) -> Term:
    if moment.type == DATE and interval.type == DURATION:
        moment = convert(moment, INSTANT, zone)  # else Spark takes midnight UTC
    return Term(f"{TRY_FORMS[operator]}({moment.sql}, {interval.sql})", moment.type)


def _moved_by_days(operator: str, day: Term, number: Term, zone: str) -> Term:
    return Term(f"{TRY_FORMS[operator]}({day.sql}, {day_count(number, zone).sql})", DATE)


def day_count(number: Term, zone: str) -> Term:
    """A number of days; null beyond seven digits, where adding to a date would wrap around."""
    if number.type.is_whole and isinstance(number.literal, int) and abs(number.literal) < 10_000_000:
        return number
    whole = convert(number, LONG, zone)
    return Term(f"CAST(try_cast({whole.sql} AS DECIMAL(7,0)) AS INT)", INT)


def minus(term: Term, zone: str) -> Term:
    """`-term`."""
    if isinstance(term.literal, int | float | Decimal) and term.type.is_number:
        return number_term(-term.literal)
    if term.type == TEXT:
        term = convert(term, DOUBLE, zone)
    if term.type.is_whole or term.type.name == "decimal":
        # Not `- x`: the least whole number has no negative, and of a decimal Spark keeps 34 digits.
        return arithmetic("-", number_term(0), term, zone)
    if term.type.is_interval:
        return arithmetic("*", term, number_term(-1), zone)
    if term.type.is_number or term.type == UNKNOWN:
        return Term(f"(- {term.sql})", term.type)
    raise Mistake(f"- can't be used before {term.type.said}")


def element(container: Term, index: Term, zone: str) -> Term:
    """`container[index]`: of a map by key, of an array by position from 0; null where there is none."""
    kind = container.type
    if kind == UNKNOWN:
        return container
    if kind.name == "map" and kind.key and kind.element:
        return data_term(f"{container.sql}[{convert(index, kind.key, zone).sql}]", kind.element)
    if kind.name == "array" and kind.element:
        return data_term(f"get({container.sql}, {convert(index, INT, zone).sql})", kind.element)
    if kind.name == "struct" and isinstance(index.literal, str):
        return field(container, index.literal)
    raise Mistake(f"[...] can't be used on {kind.said}", "it is for maps and arrays")


def field(container: Term, name: str) -> Term:
    """`container.name`: a field of a struct, the value of a map's key, or the fields of an array's structs."""
    kind = container.type
    if kind == UNKNOWN:
        return container
    if kind.name == "map" and kind.key == TEXT and kind.element:
        return data_term(f"{container.sql}[{quoted(name)}]", kind.element)
    struct = kind.element if kind.name == "array" and kind.element else kind
    if struct.name != "struct":
        raise Mistake(f"{kind.said} has no parts: .{name}")
    fields = dict(struct.fields)
    if name not in fields:
        raise Mistake(f"there is no field {name!r}", did_you_mean(name, fields))
    sql = f"{container.sql}.{backquoted(name)}"
    return Term(sql, replace(kind, element=fields[name])) if kind.name == "array" else data_term(sql, fields[name])


def is_null(term: Term) -> Term:
    if term.type == NULL:
        return TRUE
    return Term(f"({term.sql} IS NULL)", TRUTH)


def is_truth(term: Term, wanted: bool, zone: str) -> Term:
    """`term IS TRUE` or `IS FALSE`: never null."""
    other = TRUE if wanted else FALSE
    return Term(f"({truth(term, zone).sql} <=> {other.sql})", TRUTH)
