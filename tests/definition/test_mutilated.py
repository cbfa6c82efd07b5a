"""Whatever stands in a file, all that it raises is one DefinitionError, and no line of it speaks of our own insides."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.definition.loading import parse_source
from parcours.definition.problems import DefinitionError
from parcours.definition.project import load_project
from tests.definition.samples import SAMPLE

SOUND: dict[str, Any] = {name: parse_source(name, dedent(text)).data for name, text in SAMPLE.items()}
JARGON = re.compile(r"pydantic|Input should|validat|NoneType|<class|Traceback|dict_|tuple_|_type\b", re.IGNORECASE)
WORDS = ["", "end", "x", "soon", "2d", "09:00", "2026-03-01", "Europe/Paris", "profile.tier", "{{ x", "-1", "é|"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**12) | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "type", "id"]), inner, max_size=3)
    ),
    max_leaves=4,
)


def places(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a file."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*above, key)
        yield from places(value, (*above, key))


PLACES = [(name, place) for name, data in SOUND.items() for place in places(data)]


def mutilated(name: str, place: tuple[Any, ...], value: Any, is_key: bool) -> dict[str, Any]:
    """The sound files, but for one value, or one key, of one of them."""
    files = copy.deepcopy(SOUND)
    target = files[name]
    for key in place[:-1]:
        target = target[key]
    if is_key and isinstance(target, dict):
        target[str(value)] = target.pop(place[-1])
    else:
        target[place[-1]] = value
    return files


@settings(max_examples=40, deadline=None)
@given(
    where=st.sampled_from(PLACES),
    value=VALUES,
    is_key=st.booleans(),
)
def test_a_mutilated_project_is_a_project_or_a_list_of_problems(
    where: tuple[str, tuple[Any, ...]], value: Any, is_key: bool
) -> None:
    with TemporaryDirectory() as folder:
        for name, data in mutilated(*where, value, is_key).items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(json.dumps(data), encoding="utf-8")
        try:
            lines = [str(problem) for problem in load_project(Path(folder)).warnings]
        except DefinitionError as error:
            lines = str(error).splitlines()
    for line in lines:
        assert re.match(r"[^:]+:\d+: ", line), line
        assert not JARGON.search(line), line
