"""What Spark says of a user's SQL, told in one line. The texts are those of Spark 4.2; no Spark is started."""

import pytest

from parcours.jobs.spark_messages import one_line

SAID = [
    (
        "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If "
        'necessary set "spark.sql.ansi.enabled" to "false" to bypass this error. SQLSTATE: 22012\n'
        "== SQL (line 2, position 8) ==\nSELECT 1/(id-1) FROM range(3)\n       ^^^^^^^^\n",
        "line 2: Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead",
    ),
    (
        "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `nme` cannot be resolved. Did you mean one of the "
        "following? [`name`]. SQLSTATE: 42703; line 1 pos 7;\n'Project ['nme]\n+- OneRowRelation\n",
        "line 1: A column with name `nme` cannot be resolved. Did you mean one of the following? [`name`]",
    ),
    (
        "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'wher': extra input 'wher'. SQLSTATE: 42601 (line 3, pos 13)\n"
        "\n== SQL ==\nSELECT x wher\n---------^^^\n",
        "line 3: Syntax error at or near 'wher': extra input 'wher'",
    ),
    ("[USER_RAISED_EXCEPTION] boo SQLSTATE: P0001", "boo"),
    ("Job aborted.\n\tat org.apache.spark", "Job aborted"),
    ("", "RuntimeError"),
]


@pytest.mark.parametrize(("said", "told"), SAID)
def test_an_error_of_sparks_is_one_readable_line(said: str, told: str) -> None:
    assert one_line(RuntimeError(said)) == told
