"""Whatever stands in place of an expression or a template is refused in words, or means something; nothing crashes."""

from __future__ import annotations

import random
from collections.abc import Iterator

from parcours.definition.expressions import ExpressionError, compile_expression
from parcours.definition.templates import TemplateError, compile_template
from tests.definition.expressions.samples import SCOPE

SQL = """
profile . age tier event.amount ( ) [ ] , + - * / % = < > <= <> AND OR NOT IN LIKE RLIKE BETWEEN IS NULL CASE WHEN THEN
ELSE END CAST AS INT 'x' "y" 1 2.5 1e5 INTERVAL DAY DATE TIMESTAMP '2026-01-01' now() upper( coalesce( filter( x -> ::
|| ! ~ & ^ | ; -- /* */ ` ${x} :p ? @ DISTINCT OVER EXISTS SELECT FROM WHERE ARRAY STRUCT EXTRACT( TRIM( SUBSTRING(
POSITION( FOR BOTH ESCAPE ANY r' \\ 0x1F X'AB' 5L .5 . := <=> => # é $$ COLLATE GROUP BY LIMIT UNION
"""
JINJA = """
profile.tier profile.age x {{ }} {% %} {# #} if else endif for in endfor set = | upper default('x') date( ) ( [ ] , . ~
+ - * / // % ** == < > and or not is defined none 'a' " 1 2.5 loop.index with endwith filter endfilter raw endraw macro
call block include 'y' {%- -%} : { } recursive elif true range(3)
"""


def garbage(words: str, seed: int) -> Iterator[str]:
    """Three thousand texts of up to a dozen words."""
    chance = random.Random(seed)
    for _ in range(3000):
        yield chance.choice([" ", " ", ""]).join(chance.choices(words.split(), k=chance.randint(1, 12)))


def test_garbage_for_an_expression_is_refused_in_words() -> None:
    said: list[str] = []
    for text in garbage(SQL, 1):
        try:
            compile_expression(text, SCOPE, "boolean")
        except ExpressionError as error:
            said += [what for what, _ in error.problems]
    assert len(said) > 2000
    assert all(0 < len(what) < 400 for what in said)


def test_garbage_for_a_template_is_refused_in_words() -> None:
    said: list[tuple[int, str]] = []
    for text in garbage(JINJA, 2):
        for template in (text, f"{{{{ {text} }}}}"):
            try:
                compile_template(template, SCOPE, html=True)
            except TemplateError as error:
                said += [(line, what) for line, what, _ in error.problems]
    assert len(said) > 2000
    assert all(line > 0 and what for line, what in said)
