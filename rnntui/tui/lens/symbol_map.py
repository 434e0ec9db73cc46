"""The symbols of a vocabulary in the plane of their vectors' principal components."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget

from rnntui.lenses.character_kinds import CAPITAL, CONSONANT, DIGIT, PUNCTUATION, SPACE, VOWEL
from rnntui.lenses.embedding_map import EmbeddingMap
from rnntui.text.cells import symbol_label

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


class SymbolMap(Widget):
    """Each symbol where it lies; of several in one cell the chosen one, or the most frequent."""

    DEFAULT_CSS = """
    SymbolMap { height: 1fr; width: 1fr; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Make a map of nothing."""
        super().__init__(id=id)
        self._map: EmbeddingMap | None = None
        self._symbols: Sequence[str] = ()
        self._chosen = 0

    def show(self, found: EmbeddingMap, symbols: Sequence[str], chosen: int) -> None:
        """Show the map of `symbols`, one of which is chosen by its id."""
        self._map, self._symbols, self._chosen = found, symbols, chosen
        self.refresh()

    def render(self) -> Content:
        """The rows of the plane, from above."""
        columns, rows = self.size.width // _CELLS, self.size.height
        if self._map is None or columns < 1 or rows < 1:
            return Content("")
        low = self._map.points.min(axis=0)
        span = self._map.points.max(axis=0) - low
        cells: dict[tuple[int, int], int] = {}
        for rank in (self._chosen, *range(len(self._symbols))):
            right, up = (
                (self._map.points[rank, axis] - low[axis]) / (span[axis] or 1.0) for axis in (0, 1)
            )
            at = (round((1 - up) * (rows - 1)), round(right * (columns - 1)))
            cells.setdefault(at, rank)
        lines = []
        for y in range(rows):
            parts = [self._cell(cells.get((y, x))) for x in range(columns)]
            lines.append(Content("").join(parts))
        return Content("\n").join(lines)

    def _cell(self, rank: int | None) -> Content:
        if rank is None or self._map is None:
            return Content(" " * _CELLS)
        label = symbol_label(self._symbols[rank])
        style = _STYLES.get(self._map.kinds[rank], "")
        if rank == self._chosen:
            style += " reverse"
        shown = set_cell_size(label, min(cell_len(label), _CELLS))
        return Content.styled(shown, style.strip()) + Content(" " * (_CELLS - cell_len(shown)))
