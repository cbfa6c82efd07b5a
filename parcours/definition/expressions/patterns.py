"""Patterns that a user writes out: regular expressions, LIKE, formats of dates. Spark would fail on a wrong one.

What is let through is what means the same to Python, which checks it, and to Java, which runs it.
"""

from __future__ import annotations

import re
import warnings

from parcours.definition.problems import Mistake, shown

# Java matches a repeated group by recursion: unbounded, a long text overflows the stack of the task.
MOST_GROUP_REPEATS = 100

ESCAPE = r"\\(?:[dDwWsSbBtnrf]|[pP]\{[A-Za-z]+\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^\w\s])"
PIECE = re.compile(
    rf"""
    (?P<escape>{ESCAPE}|\\[1-9])
  | (?P<class>\[\^?(?:{ESCAPE}|[^\]\[\\&]|&(?!&))+\])
  | (?P<open>\((?:\?(?:[:=!>]|<[=!]|[ims]+[:)]))?)
  | (?P<close>\))
  | (?P<repeat>(?:[*+?]|\{{\d{{1,4}}(?:,\d{{0,4}})?\}})[?+]?)
  | (?P<plain>[^\\\[\](){{}}*+?])
    """,
    re.VERBOSE | re.DOTALL,
)
PROPERTIES = {"L", "Lu", "Ll", "N", "Nd", "P", "S", "Z", "Alpha", "Digit", "Alnum", "Upper", "Lower", "Punct", "Space"}

# Letters of Spark's datetime patterns, and how many may stand together.
LETTERS = {"y": 4, "M": 4, "L": 4, "d": 2, "D": 3, "E": 4, "a": 1, "H": 2, "h": 2, "k": 2, "K": 2, "m": 2, "s": 2}
LETTERS |= {"S": 6, "Q": 4, "q": 4, "z": 4, "X": 3, "x": 3, "Z": 3}
PRINT_ONLY = "EQqkKLz"
OTHER_IN_FORMAT = " -/.,:;_()|+"


def check_regex(pattern: str) -> int:
    """How many groups a regular expression captures; Mistake where it can't be used."""
    _check_pieces(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(re.sub(r"\\[pP]\{\w+\}", r"\\w", pattern)).groups
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise Mistake(f"not a regular expression: {shown(pattern)}: {error}") from None


def _check_pieces(pattern: str) -> None:
    """Mistake where a piece means something else to Java than to Python, or could fail on a long text."""
    position, before = 0, ""
    while position < len(pattern):
        piece = PIECE.match(pattern, position)
        if piece is None:
            remedy = "put a \\ before [ ] { } ( ) where they stand for themselves"
            raise Mistake(
                f"a regular expression with {shown(pattern[position : position + 8])} in it: {shown(pattern)}", remedy
            )
        text, kind = piece[0], str(piece.lastgroup)
        for name in re.findall(r"\\[pP]\{(\w+)\}", text):
            if name not in PROPERTIES:
                raise Mistake(
                    f"a regular expression with \\p{{{name}}} in it", "write \\p{L} for letters, \\p{N} for digits"
                )
        if kind == "repeat" and before == ")" and _most_repeats(text) > MOST_GROUP_REPEATS:
            raise Mistake(
                f"a group that repeats without end: {shown(pattern)}",
                f"write {{0,{MOST_GROUP_REPEATS}}} at most after )",
            )
        before = text
        position = piece.end()


def _most_repeats(text: str) -> int:
    if text[0] == "?":
        return 1
    bounds = re.match(r"\{(\d+)(,?)(\d*)\}", text)
    if bounds is None or (bounds[2] and not bounds[3]):
        return MOST_GROUP_REPEATS + 1
    return int(bounds[3] or bounds[1])


def check_replacement(text: str, groups: int) -> str:
    """The replacement of regexp_replace; Mistake where it names a group that isn't there."""
    for named in re.findall(r"\$(.?)", re.sub(r"\\.", "", text, flags=re.DOTALL)):
        if not named.isdigit() or int(named) > groups:
            raise Mistake(f"a replacement with ${named} in it: the pattern has {groups} groups", "write \\\\$ for a $")
    if re.sub(r"\\.", "", text, flags=re.DOTALL).endswith("\\"):
        raise Mistake("a replacement that ends in \\", "write \\\\\\\\ for one")
    return text


def check_like(pattern: str, escape: str = "\\") -> str:
    """A LIKE pattern; Mistake where its escape stands before something that needs none."""
    if len(escape) != 1 or escape in "%_":
        raise Mistake(f"not an escape of LIKE: {shown(escape)}", "one character, neither % nor _")
    position = 0
    while position < len(pattern):
        if pattern[position] == escape:
            if pattern[position + 1 : position + 2] not in ("%", "_", escape):
                raise Mistake(f"not a LIKE pattern: {shown(pattern)}", f"{escape} stands before %, _ or {escape}")
            position += 1
        position += 1
    return pattern


def check_format(pattern: str, *, for_reading: bool = False) -> str:
    """A datetime pattern of Spark, as `dd.MM.yyyy`; Mistake where Spark would refuse it."""
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "'":
            end = pattern.find("'", position + 1)
            if end < 0:
                raise Mistake(f"a format with a single ' in it: {shown(pattern)}", "write '' for one")
            position = end + 1
            continue
        run = len(pattern[position:]) - len(pattern[position:].lstrip(letter))
        if letter.isalpha():
            _check_letters(pattern, letter, run, for_reading)
        elif letter not in OTHER_IN_FORMAT and not letter.isdigit():
            raise Mistake(f"a format with {letter!r} in it: {shown(pattern)}")
        position += run
    if not pattern:
        raise Mistake("an empty format", "write 'yyyy-MM-dd'")
    return pattern


def _check_letters(pattern: str, letter: str, run: int, for_reading: bool) -> None:
    most = LETTERS.get(letter, 0)
    if not most:
        remedy = "letters are y M d H m s S E a and so on, others stand in '...'"
        raise Mistake(f"a format with {letter!r} in it: {shown(pattern)}", remedy)
    if run > most:
        raise Mistake(f"a format with {letter * run} in it: {shown(pattern)}", f"write {letter * most} at most")
    if for_reading and letter in PRINT_ONLY:
        raise Mistake(f"a format with {letter} in it can only print: {shown(pattern)}")
