"""Tables on a terminal: columns stand straight whatever it thinks of widths."""

from io import StringIO

import pytest

from rnntui.cli.output.tables import print_table
from tests.terminal_grid import TerminalGrid
from tests.unit.test_text_widths import SCRIPTS, opinions


class Terminal(StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def table_on(stream: StringIO) -> str:
    print_table(("name", ">here"), [(script, "42") for script in SCRIPTS.values()], stream=stream)
    return stream.getvalue()


@pytest.mark.parametrize("whose", opinions())
def test_columns_stand_straight_behind_any_script(
    whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    table = opinions()[whose]()
    grid = TerminalGrid(80, 40, lambda character: int(table[ord(character)]))
    grid.feed(table_on(Terminal()))
    ends = [place for row in grid.rows for place, cell in enumerate(row) if cell == "2"]
    assert len(ends) == len(SCRIPTS)
    assert len(set(ends)) == 1


def test_a_pipe_and_a_dumb_terminal_get_no_cursor_movements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in table_on(StringIO())
    assert "\x1b7" not in table_on(Terminal())
