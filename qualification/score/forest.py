"""The trees of a flat form for many leads at once: no lead walks down a tree, each slot is looked at once.

The leaves of a tree are the bits of a number, from left to right. A split that a lead does not pass to the
left strikes the leaves on its left out; the lowest bit that remains is the leaf that the lead falls on
(QuickScorer, Lucchese et al., SIGIR 2015). What each value of a slot strikes out stands in a table, for all
trees side by side.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.flat import Node

Array = NDArray[np.float64]
# Leads at a time: their masks stay in the cache of a core.
BLOCK = 1_024
FEW_LEAVES, MOST_LEAVES = 16, 64


class Split(NamedTuple):
    """One question of one tree, and the leaves that whoever goes right does not fall on."""

    tree: int
    slot: int
    threshold: float | None
    goes_left: Sequence[bool]
    blank_left: bool
    lefts: int


class Leaf(NamedTuple):
    """Its value, and on the way to it which slot changed the mean by how much."""

    value: float
    way: tuple[tuple[int, float], ...]


class Forest:
    """All trees of a form, at most 64 leaves each."""

    def __init__(self, trees: Sequence[Node]) -> None:
        self._splits: list[Split] = []
        self.trees: list[list[Leaf]] = []
        for tree in trees:
            self.trees.append([])
            self._grow(tree, ())
        self.values = [np.array([leaf.value for leaf in leaves]) for leaves in self.trees]
        most = max(map(len, self.trees), default=0)
        self._kind: Any = np.uint16 if most <= FEW_LEAVES else np.uint64
        slots = sorted({split.slot for split in self._splits})
        self._tables = [
            _Table([split for split in self._splits if split.slot == slot], len(trees), self._kind)
            for slot in slots
        ]

    def _grow(self, node: Node, way: tuple[tuple[int, float], ...]) -> int:
        """Number the leaves below this node; the bits of these."""
        leaves = self.trees[-1]
        if len(node) == 1:
            leaves.append(Leaf(node[0], way))
            return 1 << (len(leaves) - 1)
        mean, slot, threshold, goes_left, blank_left, left, right = node
        lefts = self._grow(left, (*way, (slot, left[0] - mean)))
        split = Split(len(self.trees) - 1, slot, threshold, goes_left or (), bool(blank_left), lefts)
        self._splits.append(split)
        return lefts | self._grow(right, (*way, (slot, right[0] - mean)))

    def leaves(self, columns: Sequence[Array], leads: int) -> NDArray[np.intp]:
        """The leaf of each tree (rows) that each lead falls on."""
        found = np.zeros((len(self.trees), leads), dtype=np.intp)
        places = [(table.struck, table.places(columns[table.slot])) for table in self._tables]
        for start in range(0, leads, BLOCK):
            part = slice(start, min(start + BLOCK, leads))
            masks = np.full((part.stop - start, len(self.trees)), -1).astype(self._kind)
            for struck, place in places:
                masks &= struck.take(place[part], axis=0)
            # A power of two is exact as a float, and its exponent is the number of the bit.
            lowest = (masks & (~masks + self._kind(1))).astype(np.float32)
            found[:, part] = np.frexp(lowest)[1].T - 1
        return found


class _Table:
    """What each value of one slot strikes out of each tree."""

    def __init__(self, splits: list[Split], trees: int, kind: Any) -> None:
        self.slot = splits[0].slot
        thresholds = {split.threshold for split in splits if split.threshold is not None}
        self._edges = np.array(sorted(thresholds), dtype=float)
        codes = max(len(split.goes_left) for split in splits)
        self._has_codes = codes > 0
        self.struck = np.full((codes or len(self._edges) + 2, trees), -1).astype(kind)
        for split in splits:
            self.struck[self._goes_right(split), split.tree] &= ~kind(split.lefts)

    def _goes_right(self, split: Split) -> NDArray[np.bool_]:
        """Whether each place of the table goes right at this split; the last place is that of a blank."""
        if split.threshold is None:
            return ~np.array(split.goes_left)
        right = np.arange(len(self.struck)) > np.searchsorted(self._edges, split.threshold)
        right[-1] = not split.blank_left
        return right

    def places(self, values: Array) -> NDArray[np.intp]:
        """The place of each value in the table."""
        if self._has_codes:
            return values.astype(np.intp)
        places = np.searchsorted(self._edges, values)
        places[np.isnan(values)] = len(self._edges) + 1
        return places
