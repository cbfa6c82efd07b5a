"""What differs between two versions of a journey, step by step (specification 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from parcours.definition.journeys import Journey
from parcours.definition.steps import AnyStep

Templates = Mapping[str, Mapping[str, str]]
Kind = Literal["added", "gone", "changed", "moved", "way"]
Change = tuple[Kind, str, Any, Any]

TARGETS = ("next", "otherwise", "on_excluded", "on_timeout", "on_error")


@dataclass(frozen=True)
class Difference:
    """One thing that differs, with how it was and how it is; None on the side that has it not.

    A step that `moved` has the step before it on either side, None for the first; a `way` the step to which it leads.
    """

    part: Literal["journey", "step", "template"]
    name: str | None
    """Id of the step, name of the template; None for the journey itself."""
    kind: Kind
    key: str | None
    """`entry.where`, `paths.gold.when`; for a way its label. None: the whole of it."""
    old: Any
    new: Any


def differences(old: tuple[Journey, Templates], new: tuple[Journey, Templates]) -> list[Difference]:
    """Of the journey, of its steps in the order of the new version, and of the templates that it uses."""
    (former, before), (journey, after) = old, new
    found = [Difference("journey", None, *change) for change in _of_values(_keys(former), _keys(journey))]
    found += _of_steps(former, journey)
    return found + list(_of_templates(before, after))


def _keys(journey: Journey) -> dict[str, Any]:
    """What stands beside the steps, defaults too: one that is taken back is a change from what was written to it."""
    return journey.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"id", "version", "steps"})


# ---------------------------------------------------------------------------------------------------------- steps
def _of_steps(former: Journey, journey: Journey) -> Iterator[Difference]:
    before, after = ([step.id for step in each.steps] for each in (former, journey))
    for id in before:
        if id not in after:
            yield Difference("step", id, "gone", None, _whole(former.step(id)), None)
    moved = _moved(before, after)
    for id in after:
        if id not in before:
            yield Difference("step", id, "added", None, None, _whole(journey.step(id)))
            continue
        if id in moved:
            yield Difference("step", id, "moved", None, _before(before, id), _before(after, id))
        yield from (Difference("step", id, *change) for change in _of_step(former, journey, id))


def _of_step(former: Journey, journey: Journey, id: str) -> Iterator[Change]:
    """Of a step that both have: its keys, and where its ways lead, be that written or told by the order of steps."""
    steps = former.step(id), journey.step(id)
    ways, new_ways = _ways(former, steps[0]), _ways(journey, steps[1])
    # Ways are told as such. Where they lead as before, a target that is now written out is a key like others.
    shown = _without_targets if ways != new_ways else _as_it_is
    before, after = (shown(step.model_dump(mode="json", by_alias=True, exclude_none=True)) for step in steps)
    yield from _of_values(before, after)
    for label in [*ways, *(label for label in new_ways if label not in ways)]:
        if ways.get(label) != new_ways.get(label):
            yield "way", label, ways.get(label), new_ways.get(label)


def _ways(journey: Journey, step: AnyStep) -> dict[str, str]:
    """Where it leads; whoever is excluded is told of only where that isn't where all others go."""
    ways = journey.targets(step)
    if ways.get("on_excluded") == ways.get("next"):
        ways.pop("on_excluded", None)
    return ways


def _whole(step: AnyStep) -> dict[str, Any]:
    """The step as its author wrote it."""
    written = step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"type": step.type, **{key: value for key, value in written.items() if key not in ("id", "type")}}


def _as_it_is(step: dict[str, Any]) -> dict[str, Any]:
    return step


def _without_targets(step: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in step.items() if key not in TARGETS}
    for key in ("paths", "arms"):
        if key in kept:
            kept[key] = [{name: value for name, value in path.items() if name != "next"} for path in kept[key]]
    return kept


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Of the names that are in both those that stand elsewhere among the others, as few as can be told."""
    common = [name for name in before if name in set(after)]
    now = [name for name in after if name in set(before)]
    blocks = SequenceMatcher(None, common, now, autojunk=False).get_matching_blocks()
    stayed = {name for block in blocks for name in common[block.a : block.a + block.size]}
    return set(common) - stayed


def _before(names: Sequence[str], name: str) -> str | None:
    place = list(names).index(name)
    return names[place - 1] if place else None


# ------------------------------------------------------------------------------------------------------ templates
def _of_templates(before: Templates, after: Templates) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield Difference("template", name, "gone", None, dict(before[name]), None)
        elif name not in before:
            yield Difference("template", name, "added", None, None, dict(after[name]))
        else:
            changes = _of_values(dict(before[name]), dict(after[name]))
            yield from (Difference("template", name, *change) for change in changes)


# --------------------------------------------------------------------------------------------------------- values
def _of_values(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Key by key; lists whose items have an id or a label, item by item, and anything else as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_mappings(old, new, path, lambda key: f"{path}.{key}" if path else key)
    elif (before := _by_name(old)) is not None and (after := _by_name(new)) is not None:
        yield from _of_mappings(before, after, path, lambda key: f"{path}.{key}")
        if _moved(list(before), list(after)):
            yield "moved", path, list(before), list(after)
    elif old != new:
        yield "changed", path, old, new


def _of_mappings(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, below: Callable[[str], str]
) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield "gone", below(key), old[key], None
        elif key not in old:
            yield "added", below(key), None, new[key]
        else:
            yield from _of_values(old[key], new[key], below(key))


def _by_name(items: Any) -> dict[str, Any] | None:
    """Items by their id or label; None where they have none."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    named = {item.get("id", item.get("label")): item for item in items}
    if None in named or len(named) < len(items):
        return None
    return {name: {k: v for k, v in item.items() if k not in ("id", "label")} for name, item in named.items()}
