"""What is told of slips in SQL, and what isn't one."""

import pytest

from parcours.definition.expressions.slips import has_curly_quotes


@pytest.mark.parametrize(
    ("sql", "is_slip"),
    [
        ("SELECT profile_id FROM orders WHERE brand = ’x’", True),
        ("SELECT profile_id FROM orders WHERE brand = 'L’Oréal'", False),
        ("-- who hasn’t bought, and doesn't write\nSELECT profile_id FROM orders", False),
        ("SELECT profile_id /* l’an dernier */ FROM orders", False),
        ("SELECT profile_id, `l’an` FROM orders", False),
        ("SELECT profile_id FROM orders -- don't\nWHERE brand = “x”", True),
    ],
)
def test_typographic_quotes_may_stand_in_texts_names_and_comments(sql: str, is_slip: bool) -> None:
    assert has_curly_quotes(sql) == is_slip
