"""The steps that the guide shows are steps that can be read and make sense."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from tests.definition.conftest import Said

GUIDE = (Path(__file__).parents[2] / "docs/guide/journeys.md").read_text()
HEAD = "id: a\nversion: 1\nentry: {type: event, event: order_placed}\nsteps:\n"
OTHER = "id: welcome\nversion: 1\nentry: {type: event, event: page_viewed}\nsteps: [{id: w, type: wait, for: 1h}]\n"
SHOWN = ("lookup", "update_profile", "update_audience", "jump")


def blocks(name: str) -> list[str]:
    """The YAML under a heading of the guide."""
    section = GUIDE.split(f"### `{name}`\n")[1].split("\n### ")[0]
    return re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize("block", [block for name in SHOWN for block in blocks(name)])
def test_what_the_guide_shows_makes_sense(said: Said, block: str) -> None:
    assert said({"journeys/a.yaml": HEAD + indent(block, "  "), "journeys/welcome.yaml": OTHER}) == []


def test_the_guide_shows_the_best_time_to_send() -> None:
    assert "{best_send_time: email, within: 24h}" in "".join(blocks("wait"))
