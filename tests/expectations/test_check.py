"""Great Expectations says what doesn't hold, of figures and of rows."""

from datetime import UTC, datetime

from pyspark.sql import SparkSession

from parcours.expectations.check import failures_of_figures, failures_of_rows
from parcours.expectations.rules import Rule
from parcours.expectations.suites import figures_suite, load_suite, table_suite
from parcours.tables import ALL

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_figure_above_its_bound_fails_and_one_at_it_holds() -> None:
    suite = figures_suite("batches", {"sends above a limit": 0, "rows": 10})
    failed = failures_of_figures({"sends above a limit": 1, "rows": 10}, suite)
    assert [(each.says, each.is_error) for each in failed] == [("sends above a limit", True)]


def test_a_broken_warning_rule_fails_as_a_warning() -> None:
    rules = [Rule("email is malformed", "x", is_error=False), Rule("event_time is missing", "x")]
    failed = failures_of_figures(
        {"email is malformed": 3, "event_time is missing": 0}, load_suite(ALL["events"], rules)
    )
    assert [(each.says, each.is_error) for each in failed] == [("email is malformed", False)]


def test_the_suite_of_a_table_is_what_its_columns_say() -> None:
    assert [(each.kind, each.columns) for each in table_suite(ALL["message_feedback"]).expectations] == [
        ("never_null", ("feedback_id",)),
        ("one_of", ("feedback",)),
        ("unique", ("feedback_id",)),
    ]


def test_an_empty_table_passes(spark: SparkSession) -> None:
    empty = spark.createDataFrame([], ALL["audience_members"].ddl)
    assert failures_of_rows(empty, table_suite(ALL["audience_members"])) == ()


def test_rows_fail_by_null_list_key_and_order(spark: SparkSession) -> None:
    stay = ("vip", "ada", NOON, NOON, None)
    rows = spark.createDataFrame([stay, stay], ALL["audience_members"].ddl)
    assert [each.says for each in failures_of_rows(rows, table_suite(ALL["audience_members"]))] == [
        "audience_id, profile_id, entered_at: one row each",
        "exited_at is after entered_at",
    ]
    feedback = spark.createDataFrame(
        [(None, "1", "lost", NOON, None)], ALL["message_feedback"].ddl.replace(" NOT NULL", "")
    )
    assert [each.says for each in failures_of_rows(feedback, table_suite(ALL["message_feedback"]))] == [
        "feedback_id is never null",
        "feedback is one of delivered, bounced_hard, bounced_soft, opened, clicked, unsubscribed, complained",
    ]
