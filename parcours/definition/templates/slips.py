"""What authors write who know other languages of templates, and how Jinja says it."""

from __future__ import annotations

from jinja2 import TemplateSyntaxError

from parcours.definition.expressions.slips import CURLY_QUOTES

# Filters of Liquid, Django, Twig and the like, by the one of ours that does it.
FILTERS = {
    **dict.fromkeys(("capfirst", "ucfirst"), "capitalize"),
    **dict.fromkeys(("titlecase", "title_case", "ucwords"), "title"),
    **dict.fromkeys(("upcase", "uppercase", "to_upper"), "upper"),
    **dict.fromkeys(("downcase", "lowercase", "to_lower"), "lower"),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), "trim"),
    **dict.fromkeys(("size", "len"), "length"),
    **dict.fromkeys(("currency", "money", "format", "floatformat", "number_format", "format_number"), "number"),
    **dict.fromkeys(("strftime", "format_date", "date_format", "dateformat"), "date"),
    **dict.fromkeys(("fallback", "or", "ifnull", "coalesce", "default_if_none"), "default"),
    **dict.fromkeys(("url_encode", "urlescape"), "urlencode"),
    **dict.fromkeys(("truncatechars", "truncatewords"), "truncate"),
    **dict.fromkeys(("escape_once", "force_escape"), "escape"),
    **dict.fromkeys(("append", "prepend"), "~ between texts"),
}

# What Jinja says, and what to write. The first that fits is told.
SYNTAX: tuple[tuple[str, str], ...] = (
    ("end of print statement', got ':'", "arguments of a filter stand in brackets: {{ x | default('you') }}"),
    ("end of statement block', got 'if'", "write {% elif ... %}"),
    ("end of statement block', got '='", "write =="),
    ("unexpected char '&'", "write and"),
    ("unexpected char '?'", "write {{ x | default('you') }}, or {{ a if b else c }}"),
    ("unexpected char '#'", "write {% if ... %} and {% endif %}"),
    ("unexpected char '$'", "names stand as they are: {{ profile.first_name }}"),
    ("unexpected char '!'", "write not"),
    ("unknown tag 'assign'", "write {% set x = ... %}"),
    ("unknown tag 'capture'", "write {% set x = ... %}"),
    ("unknown tag 'unless'", "write {% if not ... %}"),
    ("unknown tag 'case'", "write {% if ... %} and {% elif ... %}"),
    ("end of print statement', got", "close what begins with {{ by }}"),
    ("unexpected '/'", "write {% endif %}, or {% endfor %}"),
)


def syntax_of(error: TemplateSyntaxError) -> tuple[str, str | None]:
    """What is wrong with a text that isn't a template, and what to write instead."""
    told = str(error.message)
    if told.startswith("Unexpected end of template") and "needs to be closed is" in told:
        block = told.rpartition("'")[0].rpartition("'")[2]
        return f"not a template: {{% {block} %}} isn't closed", f"write {{% end{block} %}}"
    remedy = next((remedy for said, remedy in SYNTAX if said in told), None)
    if any(f"unexpected char {quote!r}" in told for quote in CURLY_QUOTES):
        remedy = "write straight quotes"
    return f"not a template: {told}", remedy


def remedy_for_filter(name: str) -> str | None:
    """What to write in place of a filter of another language."""
    return f"write {FILTERS[name]}" if name in FILTERS else None
