"""What tables say of themselves."""

from pathlib import Path

import pytest

from parcours.tables import ALL, Column, Table
from parcours.tables.reference import reference_page

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text() == reference_page(), "run: python -m parcours.tables.reference > docs/tables.md"


@pytest.mark.parametrize("table", ALL.values(), ids=list(ALL))
def test_every_table_and_column_says_what_it_is(table: Table) -> None:
    assert table.grain
    assert table.description.endswith(".")
    assert [column.name for column in table.columns if not column.description.endswith(".")] == []


def test_a_comment_ends_with_unit_and_allowed_values() -> None:
    column = Column("length", "double", "How long.", unit="seconds", values=("1", "2"))
    assert column.comment == "How long. Unit: seconds. One of: 1, 2."


def test_the_ddl_of_a_table_marks_what_is_never_null() -> None:
    table = Table(
        "pets",
        "a pet",
        "Pets.",
        ("name",),
        (Column("name", "string", "N.", nullable=False), Column("age", "int", "A.")),
    )
    assert table.ddl == "`name` string NOT NULL, `age` int"


def test_a_key_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"pets: \['id'\] are no columns"):
        Table("pets", "a pet", "Pets.", ("id",), (Column("name", "string", "N."),))
