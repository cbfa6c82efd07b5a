"""Where the nodes and ways of a graph without circles stand: in layers, from top to bottom.

Sugiyama's method: a node stands below all from which ways lead to it; a way that passes layers bends in each of them;
an order within the layers with few crossings is looked for; and each goes as near to its neighbours as that allows.
Between two layers of nodes there is one for the labels, so that no two overlap, nor a label a node.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]
Size = tuple[float, float]

GAP = 26.0
"""Between two that stand side by side."""
ABOVE = 16.0
"""Between a layer and the labels beside it."""
BEND = (10.0, 14.0)
"""The room of a way that passes a layer."""
SWEEPS = 12


@dataclass(frozen=True)
class Link:
    """A way from one node to another, and the size of its label."""

    source: str
    target: str
    label: Size = (0.0, 0.0)


@dataclass(frozen=True)
class Layout:
    """Centres of nodes by id; of each link its bends from above to below: at the first of them its label stands."""

    size: Size
    nodes: Mapping[str, Point]
    bends: Sequence[Sequence[Point]]


def lay_out(sizes: Mapping[str, Size], links: Sequence[Link]) -> Layout:
    """The places of nodes of these sizes. The links make no circle."""
    grid = _Grid.of(sizes, links)
    grid.order()
    xs = grid.columns()
    ys, height = grid.rows()
    left = min(xs[cell] - grid.sizes[cell][0] / 2 for cell in xs)
    right = max(xs[cell] + grid.sizes[cell][0] / 2 for cell in xs)
    points = {cell: (xs[cell] - left, ys[layer]) for layer, cells in enumerate(grid.layers) for cell in cells}
    return Layout(
        (right - left, height),
        {id: points[cell] for cell, id in enumerate(sizes)},
        [[points[cell] for cell in bends] for bends in grid.bends],
    )


@dataclass
class _Grid:
    """Cells (nodes, numbered first, and bends) in layers; above and below: the cells that each is linked with."""

    sizes: list[Size]
    layers: list[list[int]]
    bends: list[list[int]]
    above: list[list[int]] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, sizes: Mapping[str, Size], links: Sequence[Link]) -> _Grid:
        numbers = {id: number for number, id in enumerate(sizes)}
        ranks = _ranks(list(sizes), links)
        layers: list[list[int]] = [[] for _ in range(2 * max(ranks.values()) + 1)]
        for id, number in numbers.items():
            layers[2 * ranks[id]].append(number)
        grid = cls(list(sizes.values()), layers, [])
        joined: list[tuple[int, int]] = []
        for link in links:
            passed = range(2 * ranks[link.source] + 1, 2 * ranks[link.target])
            bends = [grid._bend(layer, link.label if place == 0 else BEND) for place, layer in enumerate(passed)]
            grid.bends.append(bends)
            chain = [numbers[link.source], *bends, numbers[link.target]]
            joined += pairwise(chain)
        grid.above, grid.below = [[] for _ in grid.sizes], [[] for _ in grid.sizes]
        for upper, lower in joined:
            grid.below[upper].append(lower)
            grid.above[lower].append(upper)
        return grid

    def _bend(self, layer: int, size: Size) -> int:
        self.sizes.append((max(size[0], BEND[0]), max(size[1], BEND[1])))
        self.layers[layer].append(len(self.sizes) - 1)
        return len(self.sizes) - 1

    # -------------------------------------------------------------------------------------------------- order
    def order(self) -> None:
        """Orders each layer by where the neighbours of its cells stand, back and forth, and keeps the best found."""
        best, fewest = [list(layer) for layer in self.layers], self._crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            downwards = sweep % 2 == 0
            linked = self.above if downwards else self.below
            layers = self.layers if downwards else self.layers[::-1]
            for fixed, layer in pairwise(layers):
                places = {cell: place for place, cell in enumerate(fixed)}
                means = {
                    cell: _mean([places[other] for other in linked[cell]], place) for place, cell in enumerate(layer)
                }
                layer.sort(key=lambda cell: means[cell])
            if (found := self._crossings()) < fewest:
                best, fewest = [list(layer) for layer in self.layers], found
        self.layers = best

    def _crossings(self) -> int:
        total = 0
        for upper, lower in pairwise(self.layers):
            places = {cell: place for place, cell in enumerate(lower)}
            seen: list[int] = []
            for cell in upper:
                ends = [places[other] for other in self.below[cell]]
                total += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return total

    # ------------------------------------------------------------------------------------------------- places
    def columns(self) -> dict[int, float]:
        """The x of each cell: as near to the mean of its neighbours' as its layer allows."""
        xs = {cell: 0.0 for layer in self.layers for cell in layer}
        for sweep in range(2 * SWEEPS):
            layers = self.layers if sweep % 2 == 0 else self.layers[::-1]
            for layer in layers:
                wanted = [_mean([xs[other] for other in self._neighbours(cell, sweep)], xs[cell]) for cell in layer]
                xs.update(zip(layer, self._apart(layer, wanted), strict=True))
        return xs

    def _neighbours(self, cell: int, sweep: int) -> list[int]:
        """At first those on the side from which the sweep comes; in the end both, so that nothing leans to a side."""
        if sweep >= SWEEPS:
            return self.above[cell] + self.below[cell]
        return self.above[cell] if sweep % 2 == 0 else self.below[cell]

    def _apart(self, layer: Sequence[int], wanted: Sequence[float]) -> list[float]:
        """The places nearest to those wanted, by squares, that keep order and distance: pooled where they collide."""
        offsets, offset = [], 0.0
        for place, cell in enumerate(layer):
            offset += (self.sizes[layer[place - 1]][0] + self.sizes[cell][0]) / 2 + GAP if place else 0.0
            offsets.append(offset)
        pools: list[tuple[float, int]] = []
        for want, offset in zip(wanted, offsets, strict=True):
            mean, count = want - offset, 1
            while pools and pools[-1][0] > mean:
                former, size = pools.pop()
                mean, count = (former * size + mean * count) / (size + count), size + count
            pools.append((mean, count))
        means = [mean for mean, count in pools for _ in range(count)]
        return [mean + offset for mean, offset in zip(means, offsets, strict=True)]

    def rows(self) -> tuple[list[float], float]:
        """The y of each layer, and the height of all."""
        ys, y = [], 0.0
        for layer in self.layers:
            height = max(self.sizes[cell][1] for cell in layer)
            ys.append(y + height / 2)
            y += height + ABOVE
        return ys, y - ABOVE


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _ranks(ids: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Of each node how many are before it on the longest way to it."""
    sources: dict[str, list[str]] = {id: [] for id in ids}
    targets: dict[str, list[str]] = {id: [] for id in ids}
    for link in links:
        sources[link.target].append(link.source)
        targets[link.source].append(link.target)
    ranks: dict[str, int] = {}
    missing = {id: len(sources[id]) for id in ids}
    ready = [id for id in ids if not missing[id]]
    while ready:
        id = ready.pop()
        ranks[id] = max((ranks[source] + 1 for source in sources[id]), default=0)
        for target in targets[id]:
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    assert len(ranks) == len(ids), "steps form no circle: that is checked where they are loaded"
    return ranks
