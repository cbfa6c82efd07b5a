"""What a lookup found as text of SQL, and expressions for columns of a type."""

from __future__ import annotations

import pytest

from parcours.definition.expressions import (
    ExpressionError,
    LookedUp,
    Scope,
    compile_compared,
    compile_expression,
    compile_value,
)
from parcours.definition.templates import compile_template
from tests.definition.expressions.samples import SCOPE

PRODUCT = {"name": "string", "price": "double", "kind": None}
LOOKUPS = {"product": LookedUp(PRODUCT), "others": LookedUp(PRODUCT, is_many=True)}
FOUND = Scope({"tier": "string"}, None, None, lookups=LOOKUPS)


def test_a_column_is_read_from_the_struct_that_was_found() -> None:
    compiled = compile_expression("product.name", FOUND)
    assert (compiled.sql, compiled.type) == ("`__lookup_product`.`name`", "string")
    assert compiled.lookups == {"product"}
    assert not compiled.uses_now


def test_nan_in_a_table_is_null() -> None:
    sql = compile_expression("product.price > 5", FOUND).sql
    assert sql == "(nanvl(`__lookup_product`.`price`, CAST(NULL AS DOUBLE)) > 5.0D)"


def test_a_column_of_unknown_type_is_read_as_what_is_wanted() -> None:
    assert compile_expression("product.kind", FOUND, "boolean").sql == "try_cast(`__lookup_product`.`kind` AS boolean)"


def test_many_rows_are_an_array_of_structs() -> None:
    assert compile_expression("size(others)", FOUND).sql == "size(`__lookup_others`)"
    assert compile_expression("others[1].name", FOUND).sql == "get(`__lookup_others`, 1).`name`"


def test_what_was_found_may_stand_in_another_column() -> None:
    scope = Scope(None, None, None, lookups={"product": LookedUp(PRODUCT, place="__lookup_3_product")})
    assert compile_expression("product.name", scope).sql == "`__lookup_3_product`.`name`"


def test_templates_read_the_same_columns() -> None:
    compiled = compile_template("{{ product.name }}{% for one in others %}{{ one.name }}{% endfor %}", FOUND, html=True)
    assert compiled.lookups == {"product", "others"}
    assert "`__lookup_product`.`name`" in compiled.sql
    assert "transform(`__lookup_others`" in compiled.sql


@pytest.mark.parametrize(
    ("text", "kind", "sql"),
    [
        ("profile.age", "string", "CAST(profile.`age` AS STRING)"),
        ("profile.age", "bigint", "CAST(profile.`age` AS bigint)"),
        ("profile.note", "int", "try_cast(profile.`note` AS int)"),
        ("null", "timestamp", "CAST(NULL AS timestamp)"),
        ("profile.consents", "map<string,string>", "profile.`consents`"),
    ],
)
def test_a_value_is_of_the_type_of_its_column(text: str, kind: str, sql: str) -> None:
    compiled = compile_value(text, SCOPE, kind)
    assert (compiled.sql, compiled.type) == (sql, kind)


def test_a_value_that_does_not_fit_its_column_is_told() -> None:
    with pytest.raises(ExpressionError, match="an array can't be used as text"):
        compile_value("profile.tags", SCOPE, "string")


def test_a_key_is_compared_as_columns_are() -> None:
    assert compile_compared("profile.age", SCOPE, "`sku`", "int").sql == "(`sku` = profile.`age`)"
    with pytest.raises(ExpressionError, match="can't be compared"):
        compile_compared("profile.age", SCOPE, "`sku`", "date")
