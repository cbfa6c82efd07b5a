"""Whatever is written in place of an expression or a template is refused in words, or means something; nothing crashes."""

from __future__ import annotations

import random

from parcours.definition.expressions import ExpressionError, compile_expression
from parcours.definition.templates import TemplateError, compile_template
from tests.definition.expressions.samples import SCOPE

SQL = (
    "profile . age tier event.amount ( ) [ ] , + - * / % = < > <= <> AND OR NOT IN LIKE RLIKE BETWEEN IS NULL CASE WHEN "
    "THEN ELSE END CAST AS INT 'x' \"y\" 1 2.5 1e5 INTERVAL DAY DATE TIMESTAMP '2026-01-01' now() upper( coalesce( "
    "filter( x -> :: || ! ~ & ^ | ; -- /* */ ` ${x} :p ? @ DISTINCT OVER EXISTS SELECT FROM WHERE ARRAY STRUCT EXTRACT( "
    "TRIM( SUBSTRING( POSITION( FOR BOTH ESCAPE ANY r' \\ 0x1F X'AB' 5L .5 . := <=> => # é $$ COLLATE GROUP BY LIMIT UNION"
).split()
JINJA = (
    "profile.tier profile.age x {{ }} {% %} {# #} if else endif for in endfor set = | upper default('x') date( ) ( [ ] , . ~ "
    "+ - * / // % ** == < > and or not is defined none 'a' \" 1 2.5 loop.index with endwith filter endfilter raw endraw "
    "macro call block include 'y' {%- -%} : { } recursive elif true range(3)"
).split()


def test_garbage_for_an_expression_is_refused_in_words() -> None:
    chance = random.Random(1)
    for _ in range(3000):
        text = chance.choice([" ", ""]).join(chance.choices(SQL, k=chance.randint(1, 12)))
        try:
            compile_expression(text, SCOPE, chance.choice([None, "boolean", "string", "instant"]))
        except ExpressionError as error:
            assert all(what and len(what) < 400 for what, _ in error.problems), text


def test_garbage_for_a_template_is_refused_in_words() -> None:
    chance = random.Random(2)
    for _ in range(3000):
        text = " ".join(chance.choices(JINJA, k=chance.randint(1, 14)))
        try:
            compile_template(chance.choice(["{{ %s }}", "%s"]) % text, SCOPE, html=True)
        except TemplateError as error:
            assert all(line > 0 and what for line, what, _ in error.problems), text
