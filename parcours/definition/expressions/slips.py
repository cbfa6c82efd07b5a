"""What authors write who think in another language, and how SQL says it."""

from __future__ import annotations

import re

CURLY_QUOTES = "‘’‚‛“”„‟«»"
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")

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


def remedy_for_joined_text(sql: str, what: str) -> str | None:
    """`a = 1 || b = 2` joins texts in SQL, and then compares what it shouldn't."""
    is_of_types = "can't be compared" in what or "true or false" in what
    return "|| joins texts: write OR" if is_of_types and "||" in QUOTED.sub("''", sql) else None
