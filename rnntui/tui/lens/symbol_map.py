"""The symbols of a vocabulary in the plane of their vectors' principal components."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rich.cells import cell_len, set_cell_size

from rnntui.lenses.character_kinds import CAPITAL, CONSONANT, DIGIT, PUNCTUATION, SPACE, VOWEL
from rnntui.lenses.embedding_map import EmbeddingMap
from rnntui.text.cells import symbol_label
from rnntui.tui.lens.styled_lines import Piece, StyledLines

_STYLES: Final = {
    VOWEL: "$text-accent bold",
    CONSONANT: "$text-primary",
    CAPITAL: "$text-success",
    DIGIT: "$text-warning",
    PUNCTUATION: "$text-error",
    SPACE: "$text-secondary",
}
_CELLS: Final = 2
"""Cells of a symbol; a longer label is cut."""


class SymbolMap(StyledLines):
    """Each symbol where it lies; of several in one cell the chosen one, or the most frequent."""

    def __init__(self, *, id: str | None = None) -> None:
        """Make a map of nothing."""
        super().__init__(id=id)
        self._map: EmbeddingMap | None = None
        self._symbols: Sequence[str] = ()
        self._chosen = 0
        self._frame = np.zeros((2, 2))
        """The lowest and the highest place by axis, of all maps on the present axes."""

    def show(self, found: EmbeddingMap, symbols: Sequence[str], chosen: int) -> None:
        """Show the map of `symbols`, one of which is chosen by its id.

        A map on the axes of the one before is drawn to its scale, in a frame that only grows.
        """
        frame = np.array([found.points.min(axis=0), found.points.max(axis=0)])
        if self._map is not None and self._map.axes is found.axes:
            frame = np.array(
                [np.minimum(frame[0], self._frame[0]), np.maximum(frame[1], self._frame[1])]
            )
        self._frame = frame
        self._map, self._symbols, self._chosen = found, symbols, chosen
        self.draw_anew()

    def lines(self) -> Iterator[list[Piece]]:
        """The rows of the plane, from above."""
        cells = self.placed()
        for y in range(self.size.height if cells else 0):
            row = [cells.get((y, x)) for x in range(self.size.width // _CELLS)]
            yield [piece for rank in row for piece in self._cell(rank)]

    def placed(self) -> dict[tuple[int, int], int]:
        """The id of the symbol in each row and column that has one."""
        columns, rows = self.size.width // _CELLS, self.size.height
        if self._map is None or columns < 1 or rows < 1:
            return {}
        low, high = self._frame
        span = high - low
        cells: dict[tuple[int, int], int] = {}
        for rank in (self._chosen, *range(len(self._symbols))):
            right, up = (
                (self._map.points[rank, axis] - low[axis]) / (span[axis] or 1.0) for axis in (0, 1)
            )
            at = (round((1 - up) * (rows - 1)), round(right * (columns - 1)))
            cells.setdefault(at, rank)
        return cells

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:
        """The id of the symbol that is drawn in a cell."""
        return None, self.placed().get((y, x // _CELLS))

    def _cell(self, rank: int | None) -> list[Piece]:
        if rank is None or self._map is None:
            return [(" " * _CELLS, "")]
        label = symbol_label(self._symbols[rank])
        style = _STYLES.get(self._map.kinds[rank], "")
        if rank == self._chosen:
            style += " reverse"
        shown = set_cell_size(label, min(cell_len(label), _CELLS))
        return [(shown, style.strip()), (" " * (_CELLS - cell_len(shown)), "")]
