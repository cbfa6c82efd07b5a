"""What authors write who think in another language, and how SQL says it."""

from __future__ import annotations

import re

CURLY_QUOTES = "‘’‚‛“”„‟«»"
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
# What may hold any sign: texts, names in back-ticks, comments.
FREE = re.compile(rf"{QUOTED.pattern}|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)

# What no expression of SQL has outside of quotes, and what to write.
SIGNS: tuple[tuple[str, str], ...] = (
    (f"[{CURLY_QUOTES}]", "write straight quotes"),
    ("&&", "write AND"),
    ("===?(?==)|===", "write ="),
    ("=>", "write >="),
    ("=<", "write <="),
    (r"\?\?", "write coalesce(a, b)"),
    (r"\|\|\s*$|^\s*\|\|", "write OR"),
    (r"(?i)\bin\s*$|\bin\s+(?!\()", "write IN ('a', 'b')"),
    (r"(?i)\bcontains\b(?!\s*\()", "write contains(text, 'part'), or array_contains(array, value)"),
    (r"(?i)(?<!interval )\b\d+ +(second|minute|hour|day|week|month|year)s?\b", "write INTERVAL 2 DAYS"),
    (r"(?i)^\s*if\s+(?!\()", "write CASE WHEN ... THEN ... ELSE ... END"),
)


def remedy_for_syntax(text: str) -> str | None:
    """What to write in place of an expression that can't be read, where it is plain what it was meant to say."""
    if "{{" in text:
        return f"names stand as they are: write {_without_braces(text)}"
    if "://" in text and "'" not in text:
        return f"put text in quotes of its own: \"'{text}'\""
    bare = QUOTED.sub("''", text)
    return next((remedy for sign, remedy in SIGNS if re.search(sign, bare)), None)


def _without_braces(text: str) -> str:
    """`{{ profile.x }} = 1` is `profile.x = 1`; an address of text and names is a concat."""
    parts = re.split(r"\{\{\s*(.*?)\s*\}\}", text.strip())
    if "://" not in text:
        return "".join(parts)
    pieces = [part if place % 2 else f"'{part}'" for place, part in enumerate(parts) if part]
    return pieces[0] if len(pieces) == 1 else f"concat({', '.join(pieces)})"


def has_curly_quotes(sql: str) -> bool:
    """Whether quotes of a text processor stand where SQL wants its own."""
    bare = FREE.sub(" ", sql)
    return any(quote in bare for quote in CURLY_QUOTES)


def texts_with_braces(sql: str) -> list[str]:
    """The texts in quotes that hold `{{ }}` or `${ }`, which mean nothing within an expression."""
    return [text for text in QUOTED.findall(sql) if re.search(r"\{\{.*\}\}|\$\{.*\}", text)]


def remedy_for_types(sql: str, what: str) -> str | None:
    """What to write in place of text that SQL can read, and that says something else in SQL.

    `2 days` is a number called days; `a = 1 || b = 2` joins texts, and then compares what it shouldn't.
    """
    if what.startswith("two values side by side"):
        return remedy_for_syntax(sql)
    is_of_types = "can't be compared" in what or "true or false" in what
    return "|| joins texts: write OR" if is_of_types and "||" in QUOTED.sub("''", sql) else None
