"""Data on which Spark fails if anything lets it: the extremes of each type, and text that is no number and no date."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.definition.expressions import Compiled, Scope

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TEXTS = (
    *(
        "",
        "abc",
        "0",
        "-1",
        "5",
        " 7 ",
        "1e308",
        "1e999",
        "NaN",
        "-Infinity",
        "0x1F",
        "true",
        "now",
        "10:00",
        "$1",
        "\\",
    ),
    *("9223372036854775807", "-9223372036854775808", "2147483648", "9" * 38, "é" * 5, "x" * 3000, "%zz"),
    *("2026-13-45", "2026-02-29", "2026-03-01", "2026-03-01T10:00:00Z", "2026-03-01 10:00", "0000-00-00"),
    *("9999-12-31", "0001-01-01", "+999999-01-01", "-999999-01-01", "294247-01-10", "12026-01-01"),
    *("2026-03-01T10:00:00+99:99", "[1,2", '[{"sku":1,"price":"x"}]', '{"a":{"b":1}}', "https://a.b/c?d=%zz"),
)
DOUBLES = ("0D", "1.5D", "-1D", "double('NaN')", "double('Infinity')", "double('-Infinity')", "1.7976931348623157E308D")
DATES = (
    *("DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '2026-02-28'", "DATE '1970-01-01'"),
    *("CAST('+5881580-07-11' AS DATE)", "CAST('-5877641-06-23' AS DATE)"),
)
INSTANTS = (
    *("TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '9999-12-31 23:59:59'", "TIMESTAMP '2026-03-29 01:30:00'"),
    *("timestamp_micros(9223372036854775807L)", "timestamp_micros(-9223372036854775807L)"),
)
ITEMS = "array<struct<sku:string,price:double,n:int>>"
COLUMNS: dict[str, tuple[str, Sequence[str]]] = {
    "text": ("string", ()),
    "int": ("int", ("0", "1", "-1", "-2147483648", "2147483647")),
    "long": ("bigint", ("0", "-1", "CAST('-9223372036854775808' AS BIGINT)", "9223372036854775807L")),
    "tiny": ("tinyint", ("0", "-128", "127")),
    "double": ("double", DOUBLES),
    "float": ("float", DOUBLES[:6]),
    "price": ("decimal(10,2)", ("0", "99999999.99", "-99999999.99", "0.01")),
    "huge": ("decimal(38,0)", ("0", "1", f"'{'9' * 38}'", f"'-{'9' * 38}'")),
    "fine": ("decimal(38,30)", ("0", "99999999.999", "1e-30")),
    "flag": ("boolean", ("true", "false")),
    "day": ("date", DATES),
    "at": ("timestamp", INSTANTS),
    "local": ("timestamp_ntz", INSTANTS),
    "tags": ("array<string>", ("array()", "array('a', NULL, '')")),
    "nums": ("array<int>", ("array()", "array(1, NULL, 2147483647)", "array(-2147483648)")),
    "nested": ("array<array<int>>", ("array()", "array(array(1), NULL, array(2, NULL))")),
    "days": ("array<date>", ("array()", f"array({', '.join(DATES)})")),
    "map": ("map<string,string>", ("map()", "map('a', '1', 'b', NULL)")),
    "items": (ITEMS, ("array()", "array(named_struct('sku', 'a', 'price', double('NaN'), 'n', -2147483648), NULL)")),
    "struct": ("struct<a:string,b:int>", ("named_struct('a', 'x', 'b', 1)",)),
}
EVENT = {
    "text": "string",
    "whole": "int",
    "number": "double",
    "price": "decimal(10,2)",
    "day": "date",
    "at": "timestamp",
    "flag": "boolean",
    "items": "array<struct<sku:string,price:double>>",
}
PROFILE = {name: kind for name, (kind, _) in COLUMNS.items()}
SCOPE = Scope(PROFILE, EVENT, {"best": "string"})
PARIS = Scope(PROFILE, EVENT, {"best": "string"}, zone="Europe/Paris")
NAMES = (*(f"profile.{name}" for name in PROFILE), *(f"event.{name}" for name in EVENT))


def text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\") + "'"


def nasty_frame(spark: SparkSession, folder: Path, rows: int = 48) -> DataFrame:
    """Rows in which each value comes up at least once, and others beside it as chance has it; a tenth are null."""
    chance = random.Random(1)
    texts = [text(value) for value in TEXTS]

    def one_of(choices: Sequence[str], kind: str, row: int) -> str:
        chosen = choices[row] if row < len(choices) else chance.choice([*choices, "NULL"])
        return f"CAST({chosen} AS {kind})"

    lines = []
    for row in range(rows):
        profile = ", ".join(f"'{name}', {one_of(seen or texts, kind, row)}" for name, (kind, seen) in COLUMNS.items())
        event = ", ".join(f"'{name}', {chance.choice([*texts, 'CAST(NULL AS STRING)'])}" for name in EVENT)
        lines.append(f"(named_struct({profile}), map({event}), map('best', {chance.choice(texts)}))")
    table = f"SELECT * FROM VALUES {', '.join(lines)} AS t(profile, event, audience)"
    journey = "named_struct('id', 'j', 'version', 1, 'instance_id', 'i', 'entered_at', __now)"
    frame = spark.sql(table).selectExpr(
        *("*", "TIMESTAMP '2026-03-01 10:00:00' AS __now", "TIMESTAMP_NTZ '2026-03-01 11:00:00' AS __local_now"),
    )
    frame = frame.selectExpr("*", f"{journey} AS journey")
    # Out of the optimiser's sight, that nothing be folded away; and not by Python, whose dates end with 9999.
    frame.coalesce(1).write.parquet(str(folder / "nasty"))
    return spark.read.parquet(str(folder / "nasty")).cache()


def run(frame: DataFrame, compiled: dict[str, Compiled]) -> list[str]:
    """What fails when Spark computes the texts on all rows, and what is of another type than was said."""
    wrong: list[str] = []
    texts = list(compiled)
    for start in range(0, len(texts), 40):
        wrong += _run_some(frame, {name: compiled[name] for name in texts[start : start + 40]})
    return wrong


def _run_some(frame: DataFrame, compiled: dict[str, Compiled]) -> list[str]:
    try:
        found = frame.selectExpr(*(f"{one.sql} AS c{n}" for n, one in enumerate(compiled.values())))
        types = dict(zip(compiled, found.schema.fields, strict=True))
        wrong = [
            f"{name}: said {compiled[name].type}, is {field.dataType.simpleString()}"
            for name, field in types.items()
            if field.dataType.simpleString() != compiled[name].type
        ]
        found.selectExpr(*(f"max(hash(to_json(struct(c{n})))) AS c{n}" for n in range(len(compiled)))).collect()
    except Exception as error:  # whatever Spark says of it is the finding
        if len(compiled) == 1:
            return [f"{next(iter(compiled))}: {str(error)[:300]}"]
        middle = len(compiled) // 2
        items = list(compiled.items())
        return _run_some(frame, dict(items[:middle])) + _run_some(frame, dict(items[middle:]))
    return wrong
