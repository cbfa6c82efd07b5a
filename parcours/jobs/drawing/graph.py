"""What is drawn of a journey: its entry, steps and end, the ways between them, and what ends it from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parcours.definition.journeys import AnyEntry, BusinessEvent, Criterion, EventEntry, Journey, ReadAudience
from parcours.definition.steps import AnyStep, Condition, Experiment, Message, ProfileCap, Split
from parcours.definition.times import iso

ENTRY, END = "(entry)", "(end)"
"""Nodes that are no steps. No step has an id like that."""
LONGEST = 44
"""Characters of a line from which on it is cut: the drawing shows the way, and the file what is written."""

# The words that outcomes have for ways which the file calls by a key.
WORDS = {
    ("profile_cap", "next"): "within",
    ("profile_cap", "otherwise"): "over",
    ("message", "on_excluded"): "excluded",
}


@dataclass(frozen=True)
class Node:
    """The entry, a step, or the end. Its first line is its name."""

    id: str
    type: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """From a node to another; the label is empty where there is nothing to choose."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class Graph:
    """The whole of it. The first node is the entry; those of steps stand in the order of the file."""

    title: str
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    exits: tuple[str, ...]
    """The criteria of exit_when, a line each."""


def graph_of(journey: Journey) -> Graph:
    """The graph of the journey."""
    ways = (Way(ENTRY, journey.steps[0].id), *(way for step in journey.steps for way in _ways(journey, step)))
    nodes = [Node(ENTRY, "entry", tuple(_cut(line) for line in _of_entry(journey)))]
    nodes += [
        Node(step.id, step.type, tuple(_cut(line) for line in (step.id, *_details(step)))) for step in journey.steps
    ]
    if any(way.target == END for way in ways):
        nodes.append(Node(END, "end", ("end",)))
    title = f"{journey.name or journey.id} (version {journey.version})"
    return Graph(title, tuple(nodes), ways, tuple(_exit(each) for each in journey.exit_when))


# ----------------------------------------------------------------------------------------------------------- ways
def _ways(journey: Journey, step: AnyStep) -> Iterator[Way]:
    """One for each target, with all labels that lead there."""
    labels: dict[str, list[str]] = {}
    for label, target in _labelled(journey, step):
        labels.setdefault(END if target == "end" else target, []).append(label)
    for target, found in labels.items():
        yield Way(step.id, target, "" if "" in found else ", ".join(found))


def _labelled(journey: Journey, step: AnyStep) -> Iterator[tuple[str, str]]:
    shares = _shares(step)
    for key, target in journey.targets(step).items():
        word = WORDS.get((step.type, key), "" if key == "next" and key not in shares else key)
        yield f"{word} {shares[key]}" if key in shares else word, target
    if isinstance(step, Condition) and step.otherwise is None:
        yield "no path", "end"


def _shares(step: AnyStep) -> dict[str, str]:
    if isinstance(step, Split):
        return {path.label: f"{path.percent.normalize():f}%" for path in step.paths}
    if isinstance(step, Experiment):
        total = sum(arm.weight for arm in step.arms)
        return {arm.label: f"{arm.weight}/{total}" for arm in step.arms}
    return {}


# ---------------------------------------------------------------------------------------------------------- words
def _of_entry(journey: Journey) -> Iterator[str]:
    entry: AnyEntry = journey.entry
    if isinstance(entry, ReadAudience):
        yield f"audience {entry.audience}"
        yield f"cron {entry.schedule.cron}" if entry.schedule.cron else f"at {iso(_given(entry.schedule.at))}"
    elif isinstance(entry, EventEntry | BusinessEvent):
        yield f"event {entry.event}"
        yield from [f"where {entry.where}"] if entry.where else []
        yield from [f"audience {entry.audience}"] if isinstance(entry, BusinessEvent) else []
    else:
        yield f"audience {entry.audience}: {entry.on}"
    if journey.holdout:
        yield f"holdout {journey.holdout.normalize():f}%"


def _given(value: Any) -> Any:
    assert value is not None, "a schedule has one of cron and at"
    return value


def _details(step: AnyStep) -> Iterator[str]:
    """What the step does, in a few words: its type, and of the types that need it what distinguishes it."""
    written = step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(step, Message):
        yield f"{step.channel}/{step.template}" if step.template else f"message: {step.channel}"
        yield from ["transactional"] if step.category == "transactional" else []
    elif isinstance(step, Condition):
        yield from (f"{path['label']}: {_plain(path['when'])}" for path in written["paths"])
    elif isinstance(step, ProfileCap):
        limits = step.limits or (step.limit,)
        yield f"first {', '.join(str(limit) for limit in limits)}" + (
            "" if step.per == "version" else f" per {step.per}"
        )
    else:
        known = ("for", "until", "timeout", "table", "journey", "audience", "action", "set")
        shown = [f"{key} {_plain(written[key])}" for key in known if key in written]
        yield from shown or ([step.type] if step.type != step.id else [])


def _exit(criterion: Criterion) -> str:
    written = criterion.model_dump(mode="json", exclude_none=True, exclude={"id"})
    return f"{criterion.id}: " + " ".join(f"{key} {_plain(value)}" for key, value in written.items())


def _plain(value: Any) -> str:
    """A value in the author's words, without brackets around it."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return " ".join(_plain(each) for each in value) if isinstance(value, list) else " ".join(str(value).split())


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
