"""What is said of a file that isn't YAML."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

from parcours.definition.problems import Problem

# What ruamel says; what is wrong in the author's words (None: in ruamel's); what to do; whether the line is that where
# the unfinished thing begins rather than where it was missed. The first that fits is told.
BRACKET = "a bracket that isn't closed"
SYNTAX: tuple[tuple[str, str | None, str, bool], ...] = (
    ("single document", "more than one document", "remove the --- between them", False),
    (
        "mapping values are not allowed here",
        "a ':' where no key is",
        "put text that holds ': ' in quotes, and check the indentation",
        False,
    ),
    ("found character '\\t'", "a tab", "indent with spaces", False),
    ("that cannot start any token", None, "put the text in quotes", False),
    ("could not find expected ':'", "neither key nor value", "write key: value", True),
    ("undefined alias", None, "put text that begins with * in quotes", False),
    (
        "expected alphabetic or numeric character",
        "a name of an anchor is missing",
        "put text that begins with & or * in quotes",
        False,
    ),
    ("unexpected end of stream", "quotes that aren't closed", "close them", True),
    ("unknown escape character", None, "write it in single quotes", False),
    (
        "sequence entries are not allowed here",
        "a list item where none can be",
        "begin a list in the next line, or put the text in quotes",
        False,
    ),
    *(
        (
            f"block collection expected <block end>, but found '{found}'",
            "a key among list items",
            "indent it as far as the first key of its item",
            False,
        )
        for found in ("?", "<block mapping start>")
    ),
    (
        "but found '<block sequence start>'",
        "a list item in the wrong column",
        "begin all items of a list in the same one",
        False,
    ),
    (
        "but found '<block mapping start>'",
        "a key in the wrong column",
        "begin all keys of a mapping in the same one",
        False,
    ),
    ("but found '-'", "a list item among keys", "check the indentation", False),
    (
        "<block end>",
        "text behind a value that is over",
        "put a value that begins with { or [ or a quote in quotes as a whole",
        False,
    ),
    ("expected ',' or", BRACKET, "close it, and put text that holds commas or brackets in quotes", True),
    ("expected the node content", BRACKET, "close it, and put text that begins with ] or } in quotes", True),
)


# `id:a` and `-id: a` are text to YAML, which stumbles over what comes after them.
NO_SPACE = re.compile(r"\s*(?:- +)?(?:[\w]+(?P<colon>:)(?![\s/])|(?P<dash>-)\w+:\s)")


def syntax_problem(name: str, error: MarkedYAMLError, text: str) -> Problem:
    """What is wrong with a file that isn't YAML, in the words of whoever wrote it."""
    mark = error.problem_mark
    if mark is not None and "mapping values are not allowed here" in str(error.problem):
        lines = text.splitlines()
        for number in (mark.line, mark.line + 1):  # the line before it, and its own
            missed = NO_SPACE.match(lines[number - 1]) if number else None
            if missed is not None:
                sign = ":" if missed["colon"] else "-"
                return Problem(name, number, "", f"not YAML: no space behind a {sign}", f"write one behind '{sign}'")
    told = str(error.problem or error.context or "can't be parsed").split("\n")[0]
    everything = f"{error.context} {told}"
    fitting = ((what, remedy, begins) for part, what, remedy, begins in SYNTAX if part in everything)
    what, remedy, begins = next(fitting, (None, None, False))
    mark = (begins and error.context_mark) or error.problem_mark or error.context_mark
    return Problem(name, mark.line + 1 if mark else 1, "", f"not YAML: {what or told}", remedy)
