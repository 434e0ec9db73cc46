"""A terminal of a few lines, with an opinion of its own about the width of characters."""

import re
from collections.abc import Callable

Opinion = Callable[[str], int]
"""The cells that a terminal takes for a character; 0 puts it on the one before."""

_PIECES = re.compile(r"\x1b\[([0-9;?]*)([@-~])|\x1b\][^\a]*\a|\x1b([78])|(.)", re.DOTALL)


class TerminalGrid:
    """Cells that are written to, as tmux and xterm have it; wide characters leave '' behind."""

    def __init__(self, width: int, height: int, opinion: Opinion) -> None:
        """Begin with blank cells."""
        self.width, self._opinion = width, opinion
        self.rows = [[" "] * width for _ in range(height)]
        self._x = self._y = 0
        self._saved = (0, 0)

    def feed(self, text: str) -> None:
        """Obey `text`: characters, cursor addressing, saving and restoring; colours are nothing."""
        for found in _PIECES.finditer(text):
            numbers, final, cursor, character = found.groups()
            if cursor == "7":
                self._saved = (self._x, self._y)
            elif cursor == "8":
                self._x, self._y = self._saved
            elif final == "H":
                row, column = map(int, (numbers or "1;1").split(";"))
                self._x, self._y = column - 1, row - 1
            elif final == "C":
                self._x = min(self._x + int(numbers or 1), self.width - 1)
            elif character is not None:
                self._write(character)

    def _write(self, character: str) -> None:
        if character in "\r\n":
            self._x = 0
            self._y += character == "\n"
            return
        width = self._opinion(character)
        row = self.rows[self._y]
        if not width:
            row[max(self._x - 1, 0)] += character
            return
        assert self._x + width <= self.width, f"{character!r} is wrapped onto the next line"
        for x in (self._x, self._x + width - 1):
            self._break(row, x)
        row[self._x : self._x + width] = [character, *[""] * (width - 1)]
        self._x += width

    def _break(self, row: list[str], x: int) -> None:
        """Blank the other half of a wide character that is written over."""
        if row[x] == "" and x:
            row[x - 1] = " "
        if x + 1 < self.width and row[x + 1] == "":
            row[x + 1] = " "
