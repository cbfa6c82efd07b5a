"""One audience file: its query, as far as it can be judged without the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from parcours.definition.audience_sql import sql_at, tables_of
from parcours.definition.columns import column_type
from parcours.definition.expressions import ANY_TEXT
from parcours.definition.expressions.slips import has_curly_quotes
from parcours.definition.problems import Finding, Mistake, UserError

ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)

# What differs from run to run, by the name that sqlglot gives it, and what to write instead.
UNREPEATABLE = {
    "current_timestamp": "write as_of()",
    "current_date": "write to_date(as_of())",
    "current_time": "write as_of()",
    "localtimestamp": "write as_of()",
    "now": "write as_of()",
    "curdate": "write to_date(as_of())",
    "unix_timestamp": None,
    "rand": "order by a hash, such as xxhash64(profile_id)",
    "randn": "order by a hash, such as xxhash64(profile_id)",
    "random": "order by a hash, such as xxhash64(profile_id)",
    "randstr": None,
    "uniform": None,
    "shuffle": None,
    "uuid": None,
    "monotonically_increasing_id": None,
    "spark_partition_id": None,
    "input_file_name": None,
    "reflect": None,
    "java_method": None,
    "try_reflect": None,
    "current_user": None,
    "session_user": None,
    "user": None,
}


def check_query(sql: str) -> Iterator[Finding]:
    """What is wrong with an audience's SQL, at its place in the file."""
    try:
        tables_of(sql)
        sql_at(sql, ANY_MOMENT)
    except UserError as error:
        yield Finding(("sql",), str(error).removeprefix("sql: "))
        return
    if has_curly_quotes(sql):
        yield Finding(("sql",), "typographic quotes", "write straight quotes")
    query = _query(sql)
    names = query.named_selects
    if "*" not in names and "profile_id" not in [name.lower() for name in names]:
        yield Finding(("sql",), "the query has no column profile_id", "one row a member: SELECT profile_id, ...")
    for call in query.find_all(exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in UNREPEATABLE and not (name == "unix_timestamp" and call.this is not None):
            yield Finding(("sql",), f"{name} differs from run to run", UNREPEATABLE[name])


def _query(sql: str) -> exp.Query:
    query = sqlglot.parse_one(sql, read="spark")
    assert isinstance(query, exp.Query), "tables_of has read it"
    return query


def query_columns(sql: str) -> Mapping[str, str]:
    """The columns of an audience beside profile_id, with their types as far as the text tells them, else text."""
    try:
        tables_of(sql)
    except UserError:  # told by check_query
        return ANY_TEXT
    query = _query(sql)
    if "*" in query.named_selects:
        return ANY_TEXT
    found: dict[str, str] = {}
    for column in annotate_types(query, dialect="spark").selects:
        if column.alias_or_name.lower() != "profile_id":
            found[column.alias_or_name] = _told_type(column.type)
    return found


def _told_type(told: exp.DataType | None) -> str:
    if told is None or told.this in (exp.DataType.Type.UNKNOWN, exp.DataType.Type.NULL):
        return "string"
    try:
        return column_type(told.sql("spark"))
    except Mistake:
        return "string"
