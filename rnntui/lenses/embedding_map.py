"""The embedding map: the vectors of a vocabulary's symbols in the plane, and their neighbours.

The plane is that of the first two principal components (Pearson 1901, Hotelling 1933).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnntui.lenses.character_kinds import kind_of
from rnntui.lenses.forward_trace import Floats
from rnntui.nets.arrays import Arrays


@dataclass(frozen=True)
class Neighbour:
    """Another symbol's id and the cosine of the angle between the two vectors."""

    id: int
    cosine: float


@dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """The vectors `[V, D]` of V symbols and their places in the plane, `points` `[V, 2]`.

    `explained` `[2]` is each axis's part of the vectors' variance, 0 where there is none. `axes`
    `[2, D]` and `centre` `[D]` put other vectors of the same network in the plane. `kinds` are the
    symbols' kinds, as `kind_of` says.
    """

    vectors: Floats
    points: Floats
    explained: Floats
    axes: Floats
    centre: Floats
    kinds: tuple[str, ...]

    def placed(self, vectors: Floats) -> Floats:
        """Other vectors `[N, D]` in this map's plane, `[N, 2]`, such as an earlier checkpoint's."""
        return np.asarray((vectors - self.centre) @ self.axes.T)

    def of_weights(self, arrays: Arrays) -> "EmbeddingMap":
        """The map of other weights of the same network, such as an earlier step's, in this plane.

        From step to step symbols move in it; a plane of each step's own would turn and flip.
        """
        vectors = symbol_vectors(arrays)
        centred = vectors - vectors.mean(axis=0)
        whole = float((centred**2).sum())
        variances = ((centred @ self.axes.T) ** 2).sum(axis=0)
        explained = variances / whole if whole > 0 else np.zeros(2)
        return replace(self, vectors=vectors, points=self.placed(vectors), explained=explained)

    def neighbours(self, symbol: int, count: int) -> list[Neighbour]:
        """The `count` symbols nearest to one by the cosine, the nearest first."""
        lengths = np.linalg.norm(self.vectors, axis=1)
        sizes = lengths * lengths[symbol]
        products = self.vectors @ self.vectors[symbol]
        cosines = np.divide(products, sizes, out=np.zeros(len(sizes)), where=sizes > 0)
        order = [int(at) for at in np.argsort(-cosines, kind="stable") if at != symbol]
        return [Neighbour(at, float(np.clip(cosines[at], -1, 1))) for at in order[:count]]


def symbol_vectors(arrays: Arrays) -> Floats:
    """The vector of each symbol, `[V, D]`: its embedding, or its column of the first layer."""
    if (table := arrays.get("embedding.weight")) is not None:
        return np.asarray(table, np.float64)
    return np.asarray(arrays["layers.0.weight_ih"], np.float64).T


def embedding_map(arrays: Arrays, symbols: Sequence[str]) -> EmbeddingMap:
    """Map the vectors of the `symbols` of a network's vocabulary, in the order of their ids.

    `arrays` are weights by the names and in the shapes of `weight_shapes`. Of the two directions of
    each axis that is taken in which the largest number of the axis is positive.
    """
    vectors = symbol_vectors(arrays)
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    axes = np.zeros((2, vectors.shape[1]))
    axes[: len(directions)] = directions[:2]
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[[0, 1], largest] < 0, -1.0, 1.0)[:, None]
    variances = np.zeros(2)
    variances[: len(sizes)] = sizes[:2] ** 2
    whole = float((sizes**2).sum())
    explained = variances / whole if whole > 0 else np.zeros(2)
    kinds = tuple(kind_of(symbol) for symbol in symbols)
    return EmbeddingMap(vectors, centred @ axes.T, explained, axes, centre, kinds)
