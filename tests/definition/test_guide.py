"""The pages on expressions and templates name all that there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from parcours.definition.expressions.date_units import WITH_UNIT
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.lambdas import LAMBDA_FUNCTIONS
from parcours.definition.templates.conditions import TESTS
from parcours.definition.templates.filters import FILTERS

DOCS = Path(__file__).parents[2] / "docs"


def words(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)", text))


def test_the_page_on_expressions_lists_every_function() -> None:
    text = (DOCS / "expressions.md").read_text()
    listed = words(text[text.index("## Functions") : text.index("`exists(profile.cart")])
    there_are = {*FUNCTIONS, *LAMBDA_FUNCTIONS, *WITH_UNIT, "extract", "date_part", "CASE", "CAST"}
    assert listed == there_are - {"isnan", "nanvl"}


def test_the_page_on_templates_lists_every_filter_and_test() -> None:
    rows = {
        line.split("|")[1].strip(): line for line in (DOCS / "templates.md").read_text().splitlines() if "|" in line
    }
    assert words(rows["filters of Jinja"]) | words(rows["filters of ours"]) == set(FILTERS)
    assert words(rows["tests"]) == {name for name in TESTS if name.isidentifier()}
