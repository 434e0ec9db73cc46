"""Pictures of the corpora screen and its modals, compared with those that were looked at."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from rnntui.tui.corpora import screen as corpora
from tests.tui.test_corpora import LibraryApp, fill, paste, read, told
from tests.tui.waiting import until

NARROW, WIDE = (80, 24), (140, 45)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x45"])

Snap = Callable[..., bool]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder whose names are always the same."""
    monkeypatch.chdir(tmp_path)
    for name in ("poems", "poetry"):
        (tmp_path / name).mkdir()
    for name in ("poe.txt", "poe \x1b[31m.txt", "po시.txt"):
        (tmp_path / name).write_text("Once upon a midnight dreary\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cursor blinks."""
    for field in (Input, TextArea):
        monkeypatch.setattr(field, "cursor_blink", False)


async def opened(pilot: Pilot[Any]) -> None:
    await read(pilot)
    await pilot.pause()


def after(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Wait for the chosen text, then press keys."""

    async def press(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        await pilot.press(*keys)
        await pilot.pause()

    return press


@SIZES
@pytest.mark.parametrize("chosen", ["play", "korean"])
def test_a_text(snap_compare: Snap, size: tuple[int, int], chosen: str) -> None:
    assert snap_compare(LibraryApp(chosen), terminal_size=size, run_before=opened)


@pytest.mark.parametrize("pane", ["2", "3"], ids=["beginning", "figures"])
@pytest.mark.parametrize("chosen", ["play", "korean"])
def test_a_tab_where_there_is_little_room(snap_compare: Snap, pane: str, chosen: str) -> None:
    app = LibraryApp(chosen)
    assert snap_compare(app, terminal_size=NARROW, run_before=after(pane))


def test_between_narrow_and_wide(snap_compare: Snap) -> None:
    assert snap_compare(LibraryApp(), terminal_size=(100, 30), run_before=opened)


@SIZES
def test_adding(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def add(pilot: Pilot[Any]) -> None:
        await after("a", "p", "o", "e")(pilot)
        await until(pilot, lambda: "Tab completes" in told(pilot, "verdict"))
        await pilot.press("down")
        await pilot.pause()

    assert snap_compare(LibraryApp(), terminal_size=size, run_before=add)


@SIZES
def test_adding_under_a_wrong_name(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def add(pilot: Pilot[Any]) -> None:
        await after("a")(pilot)
        await fill(pilot, typed="poe.txt", name="a/b")
        await until(pilot, lambda: "can't name" in told(pilot, "verdict"))
        await pilot.pause()

    assert snap_compare(LibraryApp(), terminal_size=size, run_before=add)


@SIZES
def test_pasting(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def type_and_paste(pilot: Pilot[Any]) -> None:
        await after("v")(pilot)
        await paste(pilot, "A rose is a rose.\n장미는 장미는 장미다.\na\x1b[31mred\x1b[0m rose")
        await pilot.press("tab", *"roses")
        await pilot.pause()

    assert snap_compare(LibraryApp(), terminal_size=size, run_before=type_and_paste)


@SIZES
def test_an_empty_library(
    snap_compare: Snap, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpora, "list_texts", lambda: ())
    assert snap_compare(LibraryApp(), terminal_size=size)


def test_a_light_theme(snap_compare: Snap) -> None:
    async def lighten(pilot: Pilot[Any]) -> None:
        pilot.app.theme = "textual-light"
        await opened(pilot)

    assert snap_compare(LibraryApp(), terminal_size=WIDE, run_before=lighten)
