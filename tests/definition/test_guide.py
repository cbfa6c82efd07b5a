"""The pages on expressions and templates name all that there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from parcours.definition.drafts import ENTRY, EXIT, STEP
from parcours.definition.expressions.date_units import WITH_UNIT
from parcours.definition.expressions.functions import FUNCTIONS
from parcours.definition.expressions.lambdas import LAMBDA_FUNCTIONS
from parcours.definition.loading import parse_source
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


def test_what_the_page_on_journeys_shows_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "guide" / "journeys.md").read_text(), re.DOTALL)
    shown: set[str] = set()
    for data in (parse_source("journeys.md", block).data for block in blocks[1:]):  # the first has ... in it
        steps = data if isinstance(data, list) else []
        shown |= {STEP.validate_python(step).type for step in steps}
        if isinstance(data, dict) and "entry" in data:
            shown.add(ENTRY.validate_python(data["entry"]).type)
        if isinstance(data, dict) and "exit_when" in data:
            shown |= {EXIT.validate_python(criterion).id for criterion in data["exit_when"]}
    assert {"audience_qualification", "business_event", "bought", "left", "closed", "listen", "experiment"} <= shown
