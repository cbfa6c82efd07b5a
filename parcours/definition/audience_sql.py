"""The SQL of an audience: which tables it reads, and what it says at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from parcours.definition.problems import UserError


def tables_of(sql: str) -> tuple[str, ...]:
    """The tables that one SELECT reads, by name, each once; UserError where it is anything else."""
    try:
        statements = sqlglot.parse(sql, read="spark")
    except SqlglotError as error:
        raise UserError(f"sql: {_unreadable(error)}") from error
    query = statements[0] if len(statements) == 1 else None
    if not isinstance(query, exp.Query):
        raise UserError("sql: not one SELECT (write SELECT profile_id FROM ...)")
    named_within = {each.alias_or_name.lower() for each in query.find_all(exp.CTE)}
    names = set()
    for table in query.find_all(exp.Table):
        if table.db or table.catalog or not isinstance(table.this, exp.Identifier):
            raise UserError(f"sql: {table.sql('spark')} is not a table of the warehouse (write its name alone)")
        if table.name.lower() not in named_within:
            names.add(table.name)
    return tuple(sorted(names))


def sql_at(sql: str, at: datetime) -> str:
    """The author's own text with every `as_of()` replaced by the moment; all else stays as it was written."""
    tokens = sqlglot.tokenize(sql, read="spark")
    moment = f"TIMESTAMP'{at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}Z'"
    parts, done = [], 0
    for number, token in enumerate(tokens):
        if token.text.lower() != "as_of" or token.token_type == TokenType.STRING:
            continue
        brackets = tokens[number + 1 : number + 3]
        if _kinds(brackets) != [TokenType.L_PAREN, TokenType.R_PAREN]:
            raise UserError("sql: as_of takes nothing (write as_of())")
        parts += [sql[done : token.start], moment]
        done = brackets[-1].end + 1
    return "".join([*parts, sql[done:]])


def _kinds(tokens: list[Token]) -> list[TokenType]:
    return [token.token_type for token in tokens]


def _unreadable(error: SqlglotError) -> str:
    """Where the text stops being SQL, lines and characters counted from 1."""
    details = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    near = str(details.get("highlight") or "").strip()
    if not near:
        return "not SQL: a quote that isn't closed" if isinstance(error, TokenError) else "not SQL"
    return f"not SQL: near {near!r} (line {details.get('line')}, character {details.get('col')})"
