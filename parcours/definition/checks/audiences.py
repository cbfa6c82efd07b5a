"""One audience file: its query, as far as it can be judged without the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types

from parcours.definition.columns import column_type
from parcours.definition.expressions import ANY_TEXT
from parcours.definition.problems import Finding, Mistake

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


def _parsed(sql: str) -> exp.Query | None:
    """The one query that the text is; None where it is anything else."""
    try:
        statements = sqlglot.parse(sql, read="spark")
    except SqlglotError:
        return None
    one = statements[0] if len(statements) == 1 else None
    return one if isinstance(one, exp.Query) else None


def check_query(sql: str) -> Iterator[Finding]:
    """What is wrong with an audience's SQL, at its place in the file."""
    query = _parsed(sql)
    if query is None:
        yield Finding(("sql",), "not one SELECT", "write SELECT profile_id FROM ...")
        return
    names = query.named_selects
    if "*" not in names and "profile_id" not in [name.lower() for name in names]:
        yield Finding(("sql",), "the query has no column profile_id", "one row a member: SELECT profile_id, ...")
    for call in query.find_all(exp.Func):
        name = call.name if isinstance(call, exp.Anonymous) else call.sql_name()
        if name.lower() in UNREPEATABLE and not (name.lower() == "unix_timestamp" and call.this is not None):
            what = f"{name.lower()} differs from run to run"
            yield Finding(("sql",), what, UNREPEATABLE[name.lower()])


def query_columns(sql: str) -> Mapping[str, str]:
    """The columns of an audience beside profile_id, with their types as far as the text tells them, else text."""
    query = _parsed(sql)
    if query is None or "*" in query.named_selects:
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
