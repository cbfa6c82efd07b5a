"""The graph as SVG: one picture that needs nothing else, in a page or by itself."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from parcours.jobs.drawing.graph import Graph, Node
from parcours.jobs.drawing.layout import Layout, Link, Point, Size, lay_out

FONT = 13
SMALL = 11
LINE = 16.0
MARGIN = 24.0
PADDING = (14.0, 9.0)
# Border and inside by type; a type that isn't here is drawn as a plain step.
COLOURS = {
    "entry": ("#15803d", "#dcfce7"),
    "end": ("#475569", "#e2e8f0"),
    "message": ("#1d4ed8", "#dbeafe"),
    "wait": ("#a16207", "#fef9c3"),
    "listen": ("#a16207", "#fef9c3"),
    "condition": ("#7e22ce", "#f3e8ff"),
    "split": ("#7e22ce", "#f3e8ff"),
    "experiment": ("#7e22ce", "#f3e8ff"),
    "profile_cap": ("#be123c", "#ffe4e6"),
}
PLAIN = ("#334155", "#f8fafc")
STYLE = (
    f"text{{font:{SMALL}px system-ui,'DejaVu Sans',Arial,sans-serif;fill:#0f172a;text-anchor:middle}}"
    f".name{{font-size:{FONT}px;font-weight:600}}"
    ".way{fill:none;stroke:#64748b;stroke-width:1.3}.label{fill:#334155}.exits,.title{text-anchor:start}"
)


def svg(graph: Graph) -> str:
    """The whole picture, as text."""
    links = [Link(way.source, way.target, _size_of_label(way.label)) for way in graph.ways]
    layout = lay_out({node.id: _size_of(node) for node in graph.nodes}, links)
    exits = ("exit, wherever it stands:", *graph.exits) if graph.exits else ()
    top = MARGIN + 2 * LINE
    width = max(layout.size[0], _width(graph.title, FONT), *(_width(line, SMALL) for line in exits), 0.0) + 2 * MARGIN
    height = top + layout.size[1] + (len(exits) + 1) * LINE * bool(exits) + MARGIN
    left = (width - layout.size[0]) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-label={quoteattr(graph.title)}>',
        f"<title>{escape(graph.title)}</title><style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _text(graph.title, (MARGIN, MARGIN + FONT / 2), "name title"),
        f'<g transform="translate({left:.1f} {top:.1f})">',
        *_ways(graph, links, layout),
        *(_node(node, layout.nodes[node.id]) for node in graph.nodes),
        "</g>",
        *_exits(exits, top + layout.size[1] + 1.5 * LINE),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


# ---------------------------------------------------------------------------------------------------------- nodes
def _node(node: Node, centre: Point) -> str:
    border, inside = COLOURS.get(node.type, PLAIN)
    (x, y), (width, height) = centre, _size_of(node)
    round_ = height / 2 if node.type in ("entry", "end") else 6
    box = (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{round_:.1f}" fill="{inside}" stroke="{border}"/>'
    )
    first = y - (len(node.lines) - 1) * LINE / 2
    lines = [
        _text(line, (x, first + place * LINE), "name" if place == 0 else "detail")
        for place, line in enumerate(node.lines)
    ]
    what = f"<title>{escape(f'{node.lines[0]} ({node.type})')}</title>"
    return f"<g class={quoteattr(node.type)}>{what}{box}{''.join(lines)}</g>"


def _text(text: str, at: Point, kind: str) -> str:
    return f'<text class="{kind}" x="{at[0]:.1f}" y="{at[1]:.1f}" dy="0.35em">{escape(text)}</text>'


def _exits(lines: Sequence[str], top: float) -> Iterator[str]:
    for place, line in enumerate(lines):
        yield _text(line, (MARGIN, top + place * LINE), "exits")


# ----------------------------------------------------------------------------------------------------------- ways
def _ways(graph: Graph, links: Sequence[Link], layout: Layout) -> Iterator[str]:
    """All lines first, then the labels: a line goes beneath the label of another."""
    sizes = {node.id: _size_of(node) for node in graph.nodes}
    labels = []
    for way, link, bends in zip(graph.ways, links, layout.bends, strict=True):
        (x, y), (end_x, end_y) = layout.nodes[way.source], layout.nodes[way.target]
        start, end = (x, y + sizes[way.source][1] / 2), (end_x, end_y - sizes[way.target][1] / 2)
        yield f'<path class="way" d="{_curve([start, *bends, end])}" marker-end="url(#tip)"/>'
        if way.label:
            labels.append(_label(way.label, bends[0], link.label))
    yield from labels


def _curve(points: Sequence[Point]) -> str:
    """Through all points, upright in each of them."""
    drawn = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        drawn.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
    return "".join(drawn)


def _label(text: str, at: Point, size: Size) -> str:
    (x, y), (width, height) = at, size
    ground = (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        'fill="#ffffff" fill-opacity="0.9"/>'
    )
    return ground + _text(text, at, "label")


# ---------------------------------------------------------------------------------------------------------- sizes
def _size_of(node: Node) -> Size:
    widths = [_width(line, FONT if place == 0 else SMALL) for place, line in enumerate(node.lines)]
    return max(*widths, 40.0) + 2 * PADDING[0], len(node.lines) * LINE + 2 * PADDING[1]


def _size_of_label(label: str) -> Size:
    return (_width(label, SMALL) + 8, LINE) if label else (0.0, 0.0)


def _width(text: str, font: int) -> float:
    """About the width of a text: no font is at hand, and a little too much does no harm."""
    return sum(_share(character) for character in text) * font


def _share(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.05
    if character in "ijlI.,:;|'! ":
        return 0.36
    return 0.86 if character in "mwMW@%—…" else 0.72 if character.isupper() else 0.63
