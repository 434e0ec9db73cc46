"""The probability of a class after each word, drawn under the sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget

from rnntui.text.cells import symbol_label

_LEVELS = "▁▂▃▄▅▆▇█"

TURN = 0.1
"""Least change of the probability for a word to be marked."""

_FIGURE_CELLS = 4
_LONGEST_WORD = 20
_UP, _DOWN = "▲", "▼"


@dataclass(frozen=True)
class TokenEffect:
    """A token of the sentence, and the probability of the class after it."""

    token: str
    is_known: bool
    probability: float
    change: float
    """Difference from the probability before it."""


class WordTrail(Widget):
    """Tokens in lines, each with a bar of the probability after it and the figure.

    A token that changes the probability by a tenth or more has an arrow; unknown ones are
    in brackets. Single characters are drawn without gaps and figures.
    """

    DEFAULT_CSS = """
    WordTrail { height: auto; width: 1fr; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Create an empty trail."""
        super().__init__(id=id)
        self.marks: Sequence[TokenEffect] = ()
        self._is_close = False

    def show(self, marks: Sequence[TokenEffect], *, close: bool) -> None:
        """Show these tokens; `close` is for single characters."""
        self.marks, self._is_close = tuple(marks), close
        self.refresh(layout=True)

    def render(self) -> Content:
        """Groups of two or three lines, one for each line of the sentence that fits."""
        width = max(self.size.width or 1, 1)
        return Content("\n").join(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        row: list[tuple[TokenEffect, str, int]] = []
        used = 0
        for mark in self.marks:
            drawn = _drawn(mark)
            cells = cell_len(drawn)
            if not self._is_close:
                cells = max(cells, _FIGURE_CELLS) + 1
            if row and used + cells > width:
                lines += self._group(row)
                row, used = [], 0
            row.append((mark, drawn, cells))
            used += cells
        return lines + (self._group(row) if row else [])

    def _group(self, row: Sequence[tuple[TokenEffect, str, int]]) -> list[Content]:
        """The lines of adjacent tokens."""
        tokens, heights, figures = [], [], []
        for mark, drawn, cells in row:
            style = _style(mark)
            wide = cells if self._is_close else cells - 1
            gap = "" if self._is_close else " "
            height = _LEVELS[min(int(mark.probability * len(_LEVELS)), len(_LEVELS) - 1)]
            tokens.append(Content.styled(set_cell_size(drawn, wide) + gap, style))
            heights.append(Content.styled(height * wide + gap, style or "$primary"))
            figures.append(Content.styled(_figure(mark).ljust(wide) + gap, style or "$text-muted"))
        lines = [Content("").join(tokens), Content("").join(heights)]
        return lines if self._is_close else [*lines, Content("").join(figures)]


def _drawn(mark: TokenEffect) -> str:
    shown = symbol_label(mark.token)
    if cell_len(shown) > _LONGEST_WORD:
        shown = set_cell_size(shown, _LONGEST_WORD - 1).rstrip() + "…"
    return shown if mark.is_known or len(mark.token) == 1 else f"({shown})"


def _figure(mark: TokenEffect) -> str:
    arrow = _UP if mark.change >= TURN else _DOWN if mark.change <= -TURN else ""
    return f"{mark.probability:.0%}"[:3] + arrow


def _style(mark: TokenEffect) -> str:
    if mark.change >= TURN:
        return "$text-success bold"
    return "$text-error bold" if mark.change <= -TURN else ""
