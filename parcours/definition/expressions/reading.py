"""The text of an expression as sqlglot's tree. Only what can be one scalar expression gets through."""

from __future__ import annotations

import logging
import re
from typing import ClassVar

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.parsers.spark import SparkParser

from parcours.definition.expressions.slips import remedy_for_syntax
from parcours.definition.problems import Mistake, shown

# It warns on the terminal of what it passes over; what is wrong we say ourselves, with its file and line.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

LONGEST_EXPRESSION = 20_000
KEYWORD_CALLS = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION")

# Spark drops the backslash of an escape that it doesn't know: '\d' would be the letter d.
LOST_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\[dDwWsSBpP.+*?()\[\]{}|^$-])")


class _CallsByName(Spark):
    """Spark SQL in which a function is its name and its arguments: the allow-list knows it as its author wrote it."""

    class Tokenizer(Spark.Tokenizer):
        STRING_ESCAPES: ClassVar = ["'", '"', "\\"]

    class Parser(SparkParser):
        # Else profile.list[0] would be a list of 0.
        ARRAY_CONSTRUCTORS: ClassVar = {}
        FUNCTIONS: ClassVar = {}
        NO_PAREN_FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {
            name: read for name, read in SparkParser.FUNCTION_PARSERS.items() if name in KEYWORD_CALLS
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {
            name: read for name, read in SparkParser.NO_PAREN_FUNCTION_PARSERS.items() if name == "CASE"
        }


def read_expression(text: str) -> exp.Expr:
    """The tree of one expression; Mistake where the text is anything else."""
    if len(text) > LONGEST_EXPRESSION:
        raise Mistake(f"too long an expression: {len(text)} characters", f"{LONGEST_EXPRESSION} at most")
    try:
        tokens = _CallsByName().tokenize(text)
    except TokenError:
        raise Mistake(f"not an SQL expression: {shown(text)}", "a quote isn't closed") from None
    _check_tokens(text, tokens)
    try:
        trees = sqlglot.parse(text, dialect=_CallsByName)
    except ParseError as error:
        raise _unreadable(text, error) from None
    except (SqlglotError, RecursionError, ValueError):
        raise Mistake(f"not an SQL expression: {shown(text)}") from None
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        raise Mistake("an empty expression")
    assert isinstance(tree, exp.Expr), "sqlglot's parser gives expressions"
    return tree


def compares_with_null(text: str) -> bool:
    """Whether an expression that can be read compares something with NULL by = <> < or the like."""
    found = read_expression(text).find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
    return any(isinstance(side, exp.Null) for each in found for side in (each.this, each.expression))


def is_one_name(word: str) -> bool:
    """Whether a word can be written as a name, alone and before a dot, without backquotes."""
    try:
        trees = [read_expression(text) for text in (word, f"{word}.x", f"size({word})")]
    except Mistake:
        return False
    alone, dotted, _ = trees
    return isinstance(alone, exp.Column) and isinstance(dotted, exp.Column) and len(dotted.parts) == 2


def _check_tokens(text: str, tokens: list[Token]) -> None:
    if not tokens:
        raise Mistake("an empty expression")
    for token in tokens:
        if token.comments or token.token_type == TokenType.HINT:
            raise Mistake("a comment inside an expression", "write it as a comment of YAML, after #")
        if token.token_type == TokenType.SEMICOLON:
            raise Mistake("one expression is wanted here, without ;")
        written = text[token.start : token.end + 1]
        if token.token_type == TokenType.STRING and (lost := LOST_ESCAPE.search(written)):
            escape = lost[1]
            raise Mistake(f"{escape} inside quotes is {escape[1]!r} to SQL", f"write \\{escape}")


def _unreadable(text: str, error: ParseError) -> Mistake:
    details = error.errors[0] if error.errors else {}
    near = str(details.get("highlight") or "").strip()
    column = details.get("col")
    where = f"near {near!r} (character {column})" if near else shown(text)
    what = str(details.get("description") or "")
    reasons = {"Expecting )": "a ) is missing", "Expected END after CASE": "END is missing after CASE"}
    unknown_type = "Expected TYPE after" in what
    remedy = "write a type such as INT, DOUBLE, DATE or TIMESTAMP" if unknown_type else reasons.get(what)
    return Mistake(f"not an SQL expression: {where}", remedy_for_syntax(text) or remedy)
