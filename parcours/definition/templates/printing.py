"""How a value reads in a message: as Jinja prints it, and nothing where it is null."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from parcours.definition.expressions.arguments import moment
from parcours.definition.expressions.convert import convert
from parcours.definition.expressions.operators import common
from parcours.definition.expressions.terms import FALSE, TRUE, Term, quoted, text_term
from parcours.definition.expressions.types import DATE, NULL, TEXT, TRUTH, UNKNOWN, common_of
from parcours.definition.problems import Mistake

ISO_FORMATS = {"timestamp": "yyyy-MM-dd'T'HH:mm:ss'Z'", "timestamp_ntz": "yyyy-MM-dd'T'HH:mm:ss"}
# What markupsafe escapes, & first.
ESCAPED = (("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ('"', "&#34;"))


def text(term: Term, zone: str) -> Term:
    """The value as text, null where it is null; Mistake for what can't be printed."""
    kind = term.type
    if kind in (TEXT, UNKNOWN):
        return term if kind == TEXT else convert(term, TEXT, zone)
    if kind == NULL:
        return text_term("")
    if isinstance(term.literal, bool | int | float):
        return text_term(str(term.literal))
    if kind == TRUTH:
        return Term(f"(CASE WHEN {term.sql} THEN 'True' WHEN NOT {term.sql} THEN 'False' END)", TEXT)
    if kind.name == "double":
        return Term(_double(term.sql), TEXT)
    if kind.name in ISO_FORMATS:
        return Term(f"date_format({moment(term, zone).sql}, {quoted(ISO_FORMATS[kind.name])})", TEXT)
    if kind.is_number or kind == DATE:
        return Term(f"CAST({term.sql} AS STRING)", TEXT)
    remedy = "print its parts one by one, with {% for %} or join" if kind.is_nested else None
    raise Mistake(f"{kind.said} can't be printed", remedy)


def _double(sql: str) -> str:
    """As Python prints it: digits from 0.0001 to 1e16, else an exponent. Spark changes at 0.001 and 1e7."""
    short = f"regexp_replace(CAST({sql} AS STRING), '[.]0E', 'E')"
    padded = f"regexp_replace({short}, {quoted('E-(.)$')}, {quoted('e-0$1')})"
    exponent = f"replace(replace({padded}, 'E-', 'e-'), 'E', 'e+')"
    large = f"CAST(try_cast({sql} AS DECIMAL(38,10)) AS STRING)"
    small = f"CAST(try_cast({sql} AS DECIMAL(38,25)) AS STRING)"
    return (
        f"(CASE WHEN abs({sql}) = double('Infinity') THEN replace(CAST({sql} AS STRING), 'Infinity', 'inf') "
        f"WHEN abs({sql}) >= 1e7D AND abs({sql}) < 1e16D THEN "
        f"regexp_replace({large}, {quoted('([.][0-9]+?)0+$')}, {quoted('$1')}) "
        f"WHEN abs({sql}) >= 1e-4D AND abs({sql}) < 1e-3D THEN regexp_replace({small}, {quoted('0+$')}, '') "
        f"WHEN {sql} = 0D OR (abs({sql}) >= 1e-3D AND abs({sql}) < 1e7D) THEN CAST({sql} AS STRING) "
        f"ELSE {exponent} END)"
    )


def escaped(term: Term) -> Term:
    """Text as HTML, with & < > ' and \" written as entities; what already is HTML stays."""
    if term.is_markup:
        return term
    if isinstance(term.literal, str):
        written = term.literal
        for character, entity in ESCAPED:
            written = written.replace(character, entity)
        return replace(text_term(written), is_markup=True)
    sql = term.sql
    for character, entity in ESCAPED:
        sql = f"replace({sql}, {quoted(character)}, {quoted(entity)})"
    return Term(sql, TEXT, is_markup=True)


def filled(term: Term) -> Term:
    """Text that is never null."""
    if isinstance(term.literal, str):
        return term
    return Term(f"coalesce({term.sql}, '')", TEXT, is_markup=term.is_markup)


def printed(term: Term, zone: str, *, html: bool) -> Term:
    """The value as it stands in the message: never null, and escaped in HTML."""
    as_text = text(term, zone)
    needs_escape = html and term.type in (TEXT, UNKNOWN)
    return filled(escaped(as_text) if needs_escape else as_text)


def alternatives(terms: Sequence[Term], zone: str, *, html: bool) -> list[Term]:
    """Values one of which is taken, in one type: texts where they differ, HTML where one of them is."""
    kinds = {term.type for term in terms if term.type != NULL}
    if TEXT in kinds or common_of(kinds) is None:
        terms = [term if term.type == NULL else text(term, zone) for term in terms]
    if html and any(term.is_markup for term in terms):
        terms = [term if term.type == NULL else escaped(term) for term in terms]
    is_markup = html and any(term.is_markup for term in terms)
    return [replace(term, is_markup=is_markup) for term in common(terms, zone)]


def truthy(term: Term) -> Term:
    """Whether Jinja takes a value for true: not null, not empty, not zero. Never null itself."""
    kind, sql = term.type, term.sql
    if term.truth is not None:
        return Term(term.truth, TRUTH)
    if isinstance(term.literal, str | int | float | bool):
        return TRUE if term.literal else FALSE
    if kind == NULL:
        return FALSE
    if kind == TRUTH:
        return Term(f"coalesce({sql}, false)", TRUTH)
    if kind in (TEXT, UNKNOWN):
        return Term(f"coalesce({sql} <> '', false)", TRUTH)
    if kind.is_number:
        return Term(f"coalesce({sql} <> 0, false)", TRUTH)
    if kind.name in ("array", "map"):
        return Term(f"coalesce(size({sql}) > 0, false)", TRUTH)
    return Term(f"({sql} IS NOT NULL)", TRUTH)


def joined(parts: Sequence[Term]) -> Term:
    """The parts, one after another; neighbouring literals as one."""
    merged: list[Term] = []
    for part in parts:
        last = merged[-1].literal if merged else None
        if isinstance(last, str) and isinstance(part.literal, str):
            merged[-1] = text_term(last + part.literal)
        elif part.literal != "":
            merged.append(part)
    if not merged:
        return text_term("")
    return merged[0] if len(merged) == 1 else Term(f"concat({', '.join(part.sql for part in merged)})", TEXT)
