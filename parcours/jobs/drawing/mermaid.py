"""The graph as Mermaid text, which GitHub, GitLab and many editors draw."""

from collections.abc import Iterator

from parcours.jobs.drawing.graph import Graph, Node

# By type: what stands around the text of a node.
SHAPES = {
    "entry": ("([", "])"),
    "end": ("([", "])"),
    "condition": ("{{", "}}"),
    "split": ("{{", "}}"),
    "experiment": ("{{", "}}"),
    "profile_cap": ("{{", "}}"),
    "wait": ("[/", "/]"),
    "listen": ("[/", "/]"),
}
PLAIN = ("[", "]")
EXITS = "exits"


def mermaid(graph: Graph) -> str:
    """A flowchart from top to bottom."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    # Ids of steps may be words of Mermaid's own, such as `class` or `graph`: nodes have numbers.
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart TD"
    yield f"  %% {graph.title}".replace("{", "(").replace("}", ")")
    for node in graph.nodes:
        yield f"  {names[node.id]}{_node(node)}"
    for way in graph.ways:
        label = f"|{_quoted(way.label)}|" if way.label else ""
        yield f"  {names[way.source]} -->{label} {names[way.target]}"
    if graph.exits:
        text = "<br/>".join(_escaped(line) for line in ("exit, wherever it stands:", *graph.exits))
        yield f'  {EXITS}>"{text}"]'
        yield f"  {EXITS} ~~~ {names[graph.nodes[-1].id]}"


def _node(node: Node) -> str:
    before, after = SHAPES.get(node.type, PLAIN)
    title = node.lines[0] if node.type in ("entry", "end") else f"<b>{_escaped(node.lines[0])}</b>"
    shown = [_escaped(title) if node.type in ("entry", "end") else title, *(_escaped(line) for line in node.lines[1:])]
    return f'{before}"{"<br/>".join(shown)}"{after}'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """The text within quotes: Mermaid has entities of its own, with # for &."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(character, entity)
    return text
