"""A text in lines, and under each character a bar: what a unit, or a prediction, makes of it."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rich.cells import cell_len, set_cell_size
from textual.events import Click, MouseDown, MouseMove
from textual.message import Message

from rnntui.lenses.forward_trace import Floats
from rnntui.text.cells import visible
from rnntui.tui.lens.bars import bar
from rnntui.tui.lens.styled_lines import Piece, StyledLines

_WIDEST: Final = 2
"""Most cells of a character; a tab is shown as its arrow."""


def label_of(character: str) -> str:
    """A character in one cell or two: a line end is ⏎, a tab ⇥."""
    if character == "\n":
        return "⏎"
    return "⇥" if character == "\t" else visible(character).text


class TextBars(StyledLines):
    """Lines of characters with bars below; the one at the cursor is marked."""

    class Chosen(Message):
        """A character was clicked."""

        def __init__(self, place: int) -> None:
            """Tell which."""
            super().__init__()
            self.place = place

    class Marked(Message):
        """The mouse was dragged from a character to another one, or clicked with shift.

        `start` is None where it begins at the cursor.
        """

        def __init__(self, start: int | None, place: int) -> None:
            """Tell from where to where."""
            super().__init__()
            self.start, self.place = start, place

    def __init__(self, *, id: str | None = None) -> None:
        """Make lines of no text."""
        super().__init__(id=id)
        self._labels: list[str] = []
        self._breaks: set[int] = set()
        self.values: Floats = np.zeros(0)
        self._place = 0
        self._mark = range(0)
        self._dragged_from: int | None = None

    def show(
        self,
        characters: Sequence[str],
        values: Floats,
        place: int,
        mark: tuple[int, int] | None = None,
    ) -> None:
        """Show a text with a value for each character, of size 1 at most, and the cursor.

        `mark` is the first place of a marked stretch and the one behind its last.
        """
        self._mark = range(*mark) if mark is not None else range(0)
        self._labels = [label_of(character) for character in characters]
        self._breaks = {at for at, character in enumerate(characters) if character == "\n"}
        self.values, self._place = values, place
        self.draw_anew()

    def _lines(self) -> list[range]:
        """The characters of each line, as they fit."""
        width = max(self.size.width, _WIDEST)
        lines: list[range] = []
        start = used = 0
        for at, label in enumerate(self._labels):
            cells = min(cell_len(label), _WIDEST)
            if used + cells > width:
                lines.append(range(start, at))
                start, used = at, 0
            used += cells
            if at in self._breaks:
                lines.append(range(start, at + 1))
                start, used = at + 1, 0
        return [*lines, range(start, len(self._labels))] if start < len(self._labels) else lines

    def lines_away(self, by: int) -> int:
        """The place so many lines below the cursor, as far from the line's start if it can be."""
        lines = self._lines()
        here = next((at for at, line in enumerate(lines) if self._place in line), 0)
        if not lines or here + by >= len(lines):
            return len(self._labels)
        there = lines[max(here + by, 0)]
        return min(there.start + self._place - lines[here].start, there.stop - 1)

    def _in_view(self) -> list[range]:
        """The lines around the cursor, as many as fit."""
        lines, room = self._lines(), max(self.size.height // 2, 1)
        here = next((at for at, line in enumerate(lines) if self._place in line), 0)
        top = min(max(here - room // 2, 0), max(len(lines) - room, 0))
        return lines[top : top + room]

    def lines(self) -> Iterator[list[Piece]]:
        """Two for each line of the text: its characters, and their bars."""
        for line in self._in_view():
            characters: list[Piece] = []
            bars: list[Piece] = []
            for at in line:
                chosen = at == self._place
                cells = cell_len(self._labels[at])
                label = set_cell_size(self._labels[at], min(cells, _WIDEST))
                drawn, style = bar(float(self.values[at]), chosen)
                style_here = "$primary bold reverse" if chosen else ""
                if at in self._mark:
                    style_here = f"{style_here or '$text-accent bold'} underline"
                characters.append((label, style_here))
                bars.append((drawn * cells, style))
            yield characters
            yield bars

    def _place_at(self, x: int, y: int) -> int | None:
        """The character that is drawn in a cell, or above it where its bar is."""
        lines, number = self._in_view(), y // 2
        left = 0
        for at in lines[number] if 0 <= number < len(lines) else ():
            left += min(cell_len(self._labels[at]), _WIDEST)
            if x < left:
                return at
        return None

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin to drag."""
        self._dragged_from = None if event.shift else self._place_at(event.x, event.y)

    def pointed_at(self, x: int, y: int) -> tuple[int | None, int | None]:
        """The character that is drawn in a cell."""
        return None, self._place_at(x, y)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Mark up to here while a button is pressed."""
        start, place = self._dragged_from, self._place_at(event.x, event.y)
        if event.button and start is not None and place is not None and place != start:
            self.post_message(self.Marked(start, place))

    def on_click(self, event: Click) -> None:
        """Tell which character was clicked, if one was."""
        place, start = self._place_at(event.x, event.y), self._dragged_from
        self._dragged_from = None
        if place is None:
            return
        if event.shift:
            self.post_message(self.Marked(None, place))
        elif start is None or start == place:
            self.post_message(self.Chosen(place))
