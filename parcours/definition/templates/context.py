"""What is known at one place of a template: the names, and what `set` and `for` have bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from jinja2 import nodes

from parcours.definition.expressions.names import Names
from parcours.definition.expressions.terms import Term
from parcours.definition.problems import Mistake

# A message of 100 KB is large already; what is larger comes from a `set` that doubles itself.
LONGEST_SQL = 2_000_000


@dataclass(frozen=True)
class Loop:
    """The `loop` of a `for`: its array, and the number of the round as SQL."""

    array: Term
    index: Term


Bound = Term | Loop


@dataclass
class Context:
    """The names that may be used, those that are bound here, and all that was found wrong so far."""

    names: Names
    html: bool
    bound: dict[str, Bound] = field(default_factory=dict)
    problems: list[tuple[int, str, str | None]] = field(default_factory=list)
    depth: int = 0

    @property
    def zone(self) -> str:
        return self.names.zone

    def inner(self) -> Context:
        """The same place with bindings of its own."""
        return Context(self.names, self.html, dict(self.bound), self.problems, self.depth + 1)

    def report(self, line: int, mistake: Mistake) -> None:
        problem = (line, mistake.what, mistake.remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    @contextmanager
    def at(self, node: nodes.Node) -> Iterator[None]:
        """Whatever is wrong within belongs to the node's line."""
        try:
            yield
        except Mistake as mistake:
            self.report(node.lineno, mistake)

    @staticmethod
    def bounded(term: Term) -> Term:
        """The term itself; Mistake where its text has grown out of all measure."""
        if len(term.sql) > LONGEST_SQL:
            raise Mistake("too large a template", "say less with set, which repeats what it names")
        return term

    def resolve(self, parts: Sequence[str]) -> Term:
        """The value that dotted names stand for, those that are bound here first."""
        bound = self.bound.get(parts[0])
        if isinstance(bound, Loop):
            raise Mistake("loop alone is no value", "write loop.index")
        if bound is None:
            return self.names.resolve(parts)
        return self.names.with_fields(bound, parts[1:])
