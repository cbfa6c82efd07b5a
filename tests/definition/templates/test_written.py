"""What templates write where Jinja has no say: null, dates, numbers, instants, and the names of a send."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parcours.definition.expressions import Scope
from parcours.definition.templates import TemplateError, compile_template
from tests.definition.expressions.nasty import NAMES, nasty_frame, run
from tests.definition.expressions.nasty import PARIS as NASTY_PARIS
from tests.definition.expressions.samples import PARIS, SCOPE, frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def ada(spark: SparkSession) -> DataFrame:
    return frame(spark).selectExpr("*", "'https://x/?a=1&b=2' AS __unsubscribe_url").cache()


def check(frame: DataFrame, expected: dict[str, str], scope: Scope = SCOPE, *, html: bool = False) -> None:
    """Each template makes the text beside it."""
    columns = [compile_template(text, scope, html=html).sql + f" AS c{n}" for n, text in enumerate(expected)]
    assert dict(zip(expected, frame.selectExpr(*columns).collect()[0], strict=True)) == expected


def test_null_prints_as_nothing_and_is_undefined(ada: DataFrame) -> None:
    check(
        ada,
        {
            "[{{ profile.consents['push'] }}]": "[]",
            "[{{ none }}{{ none ~ 'x' }}]": "[x]",
            "{{ profile.consents['push'] | default('none') }}": "none",
            "{{ profile.consents['push'] is defined }} {{ profile.consents['push'] is none }}": "False True",
            "{{ profile.age / 0 }}{{ profile.tier | date }}{{ profile.tier | number }}{{ profile.tags[9] }}": "",
        },
    )


def test_dates_are_written_in_a_format(ada: DataFrame) -> None:
    check(
        ada,
        {
            "{{ profile.born_date | date }}": "1990-02-28",
            "{{ profile.born_date | date('%d.%m.%Y') }}": "28.02.1990",
            "{{ profile.born_date | date('%A, %B %-d, %y') }}": "Wednesday, February 28, 90",
            "{{ local_now() | date('%H:%M') }} {{ local_now() | date('%I:%M %p') }}": "23:30 11:30 PM",
            '{{ profile.born_date | date("%d o\'clock 100%%") }}': "28 o'clock 100%",
            "{{ profile.born_date | date('dd/MM/yyyy') }}": "28/02/1990",
            "{{ event.day | date('%d %b') }}": "01 Mar",
            "{{ '2026-12-24' | date('%d.%m.') }}": "24.12.",
        },
    )


def test_instants_are_written_as_the_clocks_of_the_zone_show_them(ada: DataFrame) -> None:
    # Ada was seen on 27 February at 23:30Z: half past midnight of the 28th in Paris.
    template = "{{ profile.seen_at | date('%d.%m. %H:%M') }}"
    check(ada, {template: "27.02. 23:30"})
    check(ada, {template: "28.02. 00:30", "{{ '2026-02-27T23:30:00Z' | date('%d.%m. %H:%M') }}": "28.02. 00:30"}, PARIS)
    check(ada, {"{{ '2026-02-27 23:30' | date('%d.%m. %H:%M') }}": "27.02. 23:30"}, PARIS)


def test_moments_print_in_iso_form(ada: DataFrame) -> None:
    check(
        ada,
        {
            "{{ profile.seen_at }}": "2026-02-27T23:30:00Z",
            "{{ local_now() }}": "2026-03-01T23:30:00",
            "{{ profile.born_date }}": "1990-02-28",
        },
    )


def test_numbers_are_written_for_people(ada: DataFrame) -> None:
    check(
        ada,
        {
            "{{ profile.spend | number }}": "99.50",
            "{{ profile.age | number }}": "30",
            "{{ 1234567.891 | number(2) }}": "1,234,567.89",
            "{{ 1234567.891 | number(0) }}": "1,234,568",
            "{{ 0.125 | number(2) }} {{ -0.5 | number(0) }}": "0.13 -1",
            "{{ 1234.5 | number(2, thousands=' ', point=',') }}": "1 234,50",
            "{{ 1234.5 | number(2, '.', ',') }}": "1.234,50",
            "{{ profile.note | number(1) }}": "12.5",
            "{{ profile.price | number }}": "19.99",
        },
    )


def test_the_names_of_a_send_are_there_and_escaped_in_html(ada: DataFrame) -> None:
    scope = replace(SCOPE, extra={"unsubscribe_url": "string"})
    compiled = compile_template("<a href='{{ unsubscribe_url }}'>", scope, html=True)
    assert compiled.extra_names == {"unsubscribe_url"}
    check(ada, {"<a href='{{ unsubscribe_url }}'>": "<a href='https://x/?a=1&amp;b=2'>"}, scope, html=True)
    check(ada, {"{{ unsubscribe_url }}": "https://x/?a=1&b=2"}, scope)


def test_the_instances_clock_is_used_and_told(ada: DataFrame) -> None:
    assert compile_template("{{ local_now() | date('%H') }}", SCOPE, html=False).uses_now
    check(ada, {"{% if now() > profile.seen_at %}later{% endif %}": "later"})


def test_text_is_read_as_a_number_where_one_is_compared_with_it(ada: DataFrame) -> None:
    check(ada, {"{% if profile.note > 12 %}more{% endif %}{{ profile.note * 2 }}": "more25.0"})


def test_no_template_fails_on_any_data(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    filters = (
        "upper",
        "title",
        "trim",
        "truncate(5)",
        "urlencode",
        "date('%d.%m.%Y')",
        "number(2)",
        "int",
        "float",
        "round(1)",
    )
    filters += ("first", "last", "length", "join(', ')", "sum", "abs", "default('x')", "replace('a', 'b')", "reverse")
    texts = [f"{{{{ {name}|{one} }}}}" for name in NAMES for one in filters]
    texts += [f"{{{{ {name} }}}}{{% if {name} %}}y{{% endif %}}" for name in NAMES]
    texts += [
        f"{{{{ {name} {sign} profile.long }}}}" for name in NAMES for sign in ("+", "*", "/", "//", "%", "<", "==", "~")
    ]
    texts += [f"{{% for x in {name} %}}{{{{ x }}}}{{{{ loop.last }}}}{{% endfor %}}" for name in NAMES]
    texts += [f"{{{{ {name}[0] }}}}{{{{ {name}[:2] }}}}" for name in NAMES]
    compiled = {}
    for text in texts:
        with contextlib.suppress(TemplateError):
            compiled[text] = compile_template(text, NASTY_PARIS, html=True)
    assert len(compiled) > 400
    assert run(nasty_frame(spark, tmp_path_factory.mktemp("nasty")), compiled) == []
