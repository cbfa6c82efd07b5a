"""A journey drawn: its graph, and that as Mermaid or SVG. No other program, and nothing from the network."""

from parcours.jobs.drawing.graph import Graph, Node, Way, graph_of
from parcours.jobs.drawing.mermaid import mermaid
from parcours.jobs.drawing.svg import svg

__all__ = ["Graph", "Node", "Way", "graph_of", "mermaid", "svg"]
