"""YAML 1.2 read into plain data that remembers the line of each key and value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from parcours.definition.problems import Finding, Loc, Problem
from parcours.definition.syntax import syntax_problem

YAML_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Place:
    """The lines of a key and of its value; of a literal block (`|`) also the first line of its text."""

    key_line: int
    line: int
    text_line: int | None = None


@dataclass(frozen=True)
class Source:
    """One file: its plain data, None where it can't be read, and the place of everything in it."""

    file: str
    data: Any
    places: Mapping[Loc, Place]
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    broken: frozenset[Loc] = frozenset()
    """Where YAML itself went wrong: what is found there besides only follows from it."""

    def problem(self, finding: Finding) -> Problem:
        """The finding with its line; what isn't written has the line of that in which it is missing."""
        loc, place = finding.loc, self.places.get(finding.loc)
        while place is None and loc:
            loc = loc[:-1]
            place = self.places.get(loc)
        line = 1
        if place is not None:
            line = place.key_line if finding.on_key else place.line
            if finding.text_line is not None and place.text_line is not None:
                line = place.text_line + finding.text_line - 1
        return Problem(self.file, line, path_of(finding.loc), finding.what, finding.remedy, finding.is_warning)

    def found(self, findings: Iterable[Finding]) -> list[Problem]:
        """Those that tell something new, with their lines."""
        return [
            self.problem(finding)
            for finding in findings
            if not any(finding.loc[:length] in self.broken for length in range(len(finding.loc) + 1))
        ]


def path_of(loc: Loc) -> str:
    """`steps[2].for`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_source(folder: Path, path: Path) -> Source:
    """The file's data. Nothing is raised: what can't be read stands in `problems`, and `data` is None."""
    name = path.relative_to(folder).as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        return Source(name, None, {}, (Problem(name, 1, "", f"can't be read: {error.strerror}"),))
    digest = hashlib.sha256(content).hexdigest()
    try:
        return parse_source(name, content.decode("utf-8-sig"), digest)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Source(name, None, {}, (Problem(name, line, "", "not UTF-8 text", "save the file as UTF-8"),), digest)


def parse_source(name: str, text: str, digest: str = "") -> Source:
    """The data of a file's text."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        return Source(name, None, {}, (syntax_problem(name, error, text),), digest)
    except ReaderError as error:
        line = text.count("\n", 0, error.position or 0) + 1
        wrong = Problem(name, line, "", "a character that YAML doesn't allow", "remove control characters")
        return Source(name, None, {}, (wrong,), digest)
    except (YAMLError, ValueError, RecursionError):
        return Source(name, None, {}, (Problem(name, 1, "", "not YAML"),), digest)
    builder = _Builder(name, yaml)
    data = None if root is None else builder.build(root, ())
    if data is None and not builder.problems:
        builder.problems.append(Problem(name, 1, "", "an empty file"))
    return Source(name, data, builder.places, tuple(builder.problems), digest, frozenset(builder.broken))


@dataclass
class _Builder:
    """Turns nodes into data, and notes where each stands."""

    file: str
    yaml: YAML
    places: dict[Loc, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Loc] = field(default_factory=set)
    open: list[int] = field(default_factory=list)

    def build(self, node: Node, loc: Loc, key_line: int | None = None) -> Any:
        line = _line(node)
        text_line = line + 1 if isinstance(node, ScalarNode) and node.style == "|" else None
        if key_line is not None and node.start_mark.index == node.end_mark.index:
            line = key_line  # a key without a value: YAML finds the nothing where the next thing begins
        self.places[loc] = Place(key_line or line, line, text_line)
        if isinstance(node, ScalarNode):
            return self._scalar(node, loc)
        if id(node) in self.open:
            self._wrong(node, loc, "an alias that holds itself")
            return None
        self.open.append(id(node))
        if isinstance(node, MappingNode):
            built: Any = dict(self._entries(node, loc))
        else:
            assert isinstance(node, SequenceNode), "a node is a scalar, a mapping or a sequence"
            built = [self.build(item, (*loc, place)) for place, item in enumerate(node.value)]
        self.open.pop()
        return built

    def _entries(self, node: MappingNode, loc: Loc) -> Iterator[tuple[str, Any]]:
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode):
                self._wrong(
                    key_node, loc, "a key that isn't text", 'put text that begins with { or [ in quotes: "{{ }}"'
                )
            elif key == "<<":
                self._wrong(key_node, loc, "merge keys (<<) are not YAML 1.2", "write the keys out")
            elif key in lines:
                twice = f"key '{key}' stands twice"
                self.problems.append(
                    Problem(self.file, _line(key_node), path_of((*loc, key)), twice, f"first in line {lines[key]}")
                )
            else:
                lines[key] = _line(key_node)
                yield key, self.build(value_node, (*loc, key), lines[key])

    def _scalar(self, node: ScalarNode, loc: Loc) -> Any:
        kind = str(node.tag).removeprefix(YAML_TAG)
        # A timestamp stays as it is written: whether it has a zone, and which, is for the key that holds it.
        if kind in ("str", "timestamp"):
            return node.value
        if kind in ("int", "float", "bool", "null"):
            try:
                return self.yaml.constructor.construct_object(node, deep=True)
            except ValueError:
                return node.value
        self._wrong(
            node, loc, f"unknown tag {str(node.tag).replace(YAML_TAG, '!!')}", "put text that begins with ! in quotes"
        )
        return None

    def _wrong(self, node: Node, loc: Loc, what: str, remedy: str | None = None) -> None:
        self.broken.add(loc)
        self.problems.append(Problem(self.file, _line(node), path_of(loc), what, remedy))


def _line(node: Node) -> int:
    line: int = node.start_mark.line
    return line + 1
