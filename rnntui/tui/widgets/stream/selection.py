"""The position of a mouse selection in the text of a stream.

Textual takes an offset (x, y) from each segment on the screen, adds to x the number of
characters before the pointer, and returns the two ends of a drag as a `Selection`. Our
offsets identify characters, not screen positions, so that a selection stays on its text
while lines move, are rewrapped or dropped: y is the absolute index of the segment's first
character, x the position in the segment. An offset from Textual itself, where the pointer
is on a border, is a row of the view; the two kinds differ by `_CHARACTERS_FROM`.
"""

from textual.geometry import Offset
from textual.selection import Selection

from rnntui.text.cells import Unit, units
from rnntui.tui.widgets.stream.buffer import StreamBuffer

# More than any screen has rows or columns.
_CHARACTERS_FROM = 1 << 20
_PAST_THE_LINE = 1 << 20


def character_offset(index: int) -> tuple[int, int]:
    """The offset of a segment that begins with the character at `index`."""
    return 0, _CHARACTERS_FROM + index


def line_end_offset(buffer: StreamBuffer, number: int) -> tuple[int, int]:
    """The offset of the segment that fills the row of a line."""
    start, stop = buffer.line(number)
    return _PAST_THE_LINE, _CHARACTERS_FROM + (stop - 1 if stop > start else stop)


def selected_range(selection: Selection, buffer: StreamBuffer, top_line: int) -> tuple[int, int]:
    """The absolute indices (start, stop) of the selected characters.

    A selection without a start begins at the oldest character kept, one without an end goes
    to the newest. `top_line` is the number of the line at the top of the view.
    """
    start, stop = buffer.first, buffer.end
    if selection.start is not None:
        start = _first_character(selection.start, buffer, top_line)
    if selection.end is not None:
        stop = _character_after(selection.end, buffer, top_line)
    if selection.end is not None and start > stop:
        # One end is a row, which Textual took to come first, and so moved the
        # other end, where the selection really begins, one character on.
        stop = start
        start = _first_character(selection.end - (1, 0), buffer, top_line)
    return max(start, buffer.first), min(stop, buffer.end)


def _first_character(offset: Offset, buffer: StreamBuffer, top_line: int) -> int:
    """The index of the character at an offset, the first of those in its cells."""
    x, y = offset
    if y < _CHARACTERS_FROM:
        return _start_of_row(y, buffer, top_line)
    index = y - _CHARACTERS_FROM
    if x >= _PAST_THE_LINE:
        return index if buffer.text(index, index + 1) == "\n" else index + 1
    unit = _unit_at(index, buffer)
    return index + x if unit is None or unit.is_plain else index


def _character_after(offset: Offset, buffer: StreamBuffer, top_line: int) -> int:
    """The index after the character before an offset, the last of those in its cells.

    Textual has already moved the end of a drag one character on.
    """
    x, y = offset
    if y < _CHARACTERS_FROM:
        return _start_of_row(y, buffer, top_line)
    index = y - _CHARACTERS_FROM
    if x >= _PAST_THE_LINE:
        return index + 1
    unit = _unit_at(index, buffer)
    if unit is None or unit.is_plain:
        return index + x
    return index + unit.length if x else index


def _start_of_row(row: int, buffer: StreamBuffer, top_line: int) -> int:
    """The index of the first character in a row of the view."""
    number = min(top_line + row, buffer.end_line - 1)
    return buffer.line(max(number, buffer.first_line)).start


def _unit_at(index: int, buffer: StreamBuffer) -> Unit | None:
    """The unit drawn from the character at `index` on, if there is one."""
    stop = buffer.line(buffer.line_of(index)).stop
    return next(units(buffer.text(index, stop)), None)
