"""The differences of two versions of a journey, in lines for people."""

import difflib
import json
import re
from typing import Any

from parcours.definition.differences import Difference

LONGEST = 60
"""Characters from which on a text is told by its lines that differ."""
BARE = r"[A-Za-z0-9_.:/@+-]+"
MARKS = {"added": "+", "gone": "-"}


def lines(difference: Difference) -> list[str]:
    """`~ step two_days: for: P2D -> P3D`; of a long text, below it, the lines that differ."""
    mark = MARKS.get(difference.kind, "~")
    where = f"{mark} {difference.part} {difference.name}" if difference.name else mark
    if difference.key is None:
        return [f"{where}{_of_whole(difference)}"]
    key = f"way {difference.key}" if difference.kind == "way" else difference.key
    where = f"{where}: {key}" if difference.name else f"{where} {key}"
    old, new = difference.old, difference.new
    if difference.kind == "moved":
        return [f"{where}: order: {_shown(old)} -> {_shown(new)}"]
    if difference.kind in MARKS:
        return [f"{where}: {_shown(new if difference.kind == 'added' else old)}"]
    if difference.kind == "way":
        return [f"{where}: {_end(old)} -> {_end(new)}"]
    if isinstance(old, str) and isinstance(new, str) and _is_long(old, new):
        return [f"{where}:", *_lines_of_text(old, new)]
    return [f"{where}: {_shown(old)} -> {_shown(new)}"]


def _of_whole(difference: Difference) -> str:
    """What is told of a step or a template that is new, gone, or stands elsewhere."""
    if difference.kind == "moved":
        return f": moved: {_place(difference.old)} -> {_place(difference.new)}"
    content = dict(difference.old or difference.new)
    if difference.part == "template":
        return f": {', '.join(content)}"
    kind = content.pop("type")
    rest = ", ".join(f"{key}: {_shown(value)}" for key, value in content.items())
    return f" ({kind})" + (f": {rest}" if rest else "")


def _place(before: str | None) -> str:
    return "first" if before is None else f"after {before}"


def _end(target: str | None) -> str:
    return target or "none"


def _is_long(old: str, new: str) -> bool:
    return "\n" in old.strip() + new.strip() or max(len(old), len(new)) > LONGEST


def _lines_of_text(old: str, new: str) -> list[str]:
    changed = difflib.ndiff(old.splitlines(), new.splitlines())
    found = [f"    {line}".rstrip() for line in changed if line[:2] in ("- ", "+ ")]
    return found or ["    the line breaks at its end"]


def _shown(value: Any) -> str:
    """A value as one would write it in YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    if isinstance(value, str) and re.fullmatch(BARE, value):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
