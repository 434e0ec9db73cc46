"""Fetching texts on the corpora screen, from a server on the loopback."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, ProgressBar

from rnntui.text.library.catalogue import catalogue
from rnntui.text.library.entries import find_text
from rnntui.text.library.fetching import wanted as wanted_module
from rnntui.text.library.fetching.part_file import downloads_dir
from rnntui.text.library.fetching.wanted import archive_place
from rnntui.tui.corpora import fetch_text
from rnntui.tui.corpora.fetch_text import FetchText
from rnntui.tui.corpora.library_table import LibraryTable
from tests.text_server import TextServer, serving
from tests.tui.test_corpora import SIZE, LibraryApp, fill, names, read, screen, toasts, told
from tests.tui.waiting import until

TEXT = "a text to be fetched\n" * 3000
NARROW = (80, 24)


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextServer]:
    """A server that has one small text for all of the catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        known = hashlib.sha256(TEXT.encode()).hexdigest()
        offered = tuple(
            replace(
                text,
                addresses=(running.put(f"{text.name}.txt", TEXT),),
                sha256=known if text.sha256 else "",
            )
            for text in catalogue()
        )
        for module in (fetch_text, wanted_module):
            monkeypatch.setattr(module, "catalogue", lambda: offered)
        yield running


def modal(pilot: Pilot[Any]) -> FetchText:
    top = pilot.app.screen
    assert isinstance(top, FetchText)
    return top


async def opened(pilot: Pilot[Any]) -> None:
    await read(pilot)
    await pilot.press("f")
    await until(pilot, lambda: isinstance(pilot.app.screen, FetchText))


async def closed(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: not isinstance(pilot.app.screen, FetchText))


async def test_a_text_of_the_catalogue_is_fetched_and_the_cursor_goes_to_it() -> None:
    async with LibraryApp().run_test(size=SIZE) as pilot:
        await opened(pilot)
        table = modal(pilot).query_one("#catalogue", DataTable)
        assert [str(cell) for cell in table.get_row_at(1)] == [
            "alice", "", "", "Alice's Adventures in Wonderland",
        ]  # fmt: skip
        await pilot.press("down")
        await until(pilot, lambda: "Project Gutenberg License." in told(pilot, "verdict"))
        assert "No SHA-256 of it is published" in told(pilot, "verdict")
        await pilot.press("enter")
        await closed(pilot)
        assert find_text("alice").path.read_text() == TEXT
        await until(pilot, lambda: "alice" in names(pilot))
        entry = screen(pilot).query_one(LibraryTable).entry
        assert entry is not None
        assert entry.name == "alice"
        assert any("so it can't be verified" in toast for toast in toasts(pilot))
        assert "Added alice." in toasts(pilot)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, FetchText))
        assert str(modal(pilot).query_one("#catalogue", DataTable).get_row_at(1)[2]) == "here"
        await pilot.press("down", "enter")
        await until(pilot, lambda: "in the library already" in told(pilot, "verdict"))
        # The last one is for classifiers, and no text of the list.
        await pilot.press("pagedown", "enter")
        await closed(pilot)
        assert archive_place("imdb").exists()
        assert any("for the Classify screen" in toast for toast in toasts(pilot))


async def test_escape_stops_a_fetch_and_keeps_what_has_come(server: TextServer) -> None:
    server.files["/alice.txt"].stalls_after = 20_000
    async with LibraryApp().run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: any(part.stat().st_size == 20_000 for part in parts()))
        assert modal(pilot).is_fetching
        assert modal(pilot).query_one("#bar", ProgressBar).display
        # The screen lives meanwhile: keys are heard, and a second fetch isn't begun.
        await pilot.press("enter", "down", "up")
        await pilot.press("escape")
        await until(pilot, lambda: told(pilot, "verdict").startswith("Stopped"))
        assert not modal(pilot).is_fetching
        assert len(server.asked) == 1
        server.files["/alice.txt"].stalls_after = None
        await pilot.press("enter")
        await closed(pilot)
        assert server.ranges() == [None, "bytes=20000-"]
        assert find_text("alice").path.read_text() == TEXT


async def test_leaving_the_program_ends_a_fetch(server: TextServer) -> None:
    server.files["/alice.txt"].stalls_after = 20_000
    async with LibraryApp().run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: any(part.stat().st_size == 20_000 for part in parts()))
    assert [part.stat().st_size for part in parts()] == [20_000]


def parts() -> list[Path]:
    """The files with what has come."""
    found = downloads_dir().glob(".*.part") if downloads_dir().exists() else ()
    return [path for path in found if ".reply." not in path.name]


async def test_a_failure_is_a_sentence_and_the_form_stays_for_another_try(
    server: TextServer,
) -> None:
    async with LibraryApp().run_test(size=SIZE) as pilot:
        await opened(pilot)
        for address, part in (
            (f"{server.address}/no.txt", "404 Not Found"),
            ("file:///etc/passwd", "'file:'"),
            ("novel", "The catalogue has no text"),
        ):
            await fill(pilot, address=address)
            modal(pilot).query_one("#address", Input).focus()
            await pilot.press("enter")
            await until(pilot, lambda part=part: part in told(pilot, "verdict"))
            assert modal(pilot).query_one("#verdict").has_class("-wrong")
        await fill(pilot, address=server.put("novel.txt", TEXT), name="mine")
        await pilot.press("enter")
        await closed(pilot)
        assert find_text("mine").path.read_text() == TEXT


@pytest.mark.parametrize("size", [NARROW, (140, 45)], ids=["80x24", "140x45"])
def test_picture(snap_compare: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Input, "cursor_blink", False)

    async def look(pilot: Pilot[Any]) -> None:
        await opened(pilot)
        await pilot.pause()

    assert snap_compare(LibraryApp(), terminal_size=size, run_before=look)
