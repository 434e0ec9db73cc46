"""What leaves the app by hand: copied text, wherever it goes, and pictures of the screen."""

from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui import places
from rnntui.tui.core.handing_out import SharingApp, load_into_tmux
from tests.tui.waiting import until


class Desk(SharingApp[None]):
    """An app with a field to copy from."""

    def compose(self) -> ComposeResult:
        yield Input("all of it")


def said(pilot: Pilot[None]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The buffer of a tmux that knows `-w`, or, once there is a file `old`, doesn't."""
    buffer = tmp_path / "buffer"
    script = tmp_path / "bin" / "tmux"
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\n[ -e '{tmp_path}/old' ] && [ \"$2\" = -w ] && exit 1\ncat > '{buffer}'\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    return buffer


async def test_what_is_copied_is_said_to_be_sent_to_the_terminal() -> None:
    async with Desk().run_test() as pilot:
        pilot.app.copy_to_clipboard("rnntui sample [b]")
        await until(pilot, lambda: bool(said(pilot)))
        assert said(pilot) == "Sent to the terminal: rnntui sample [b]"


async def test_what_a_field_copies_is_said_too() -> None:
    async with Desk().run_test() as pilot:
        await pilot.press("shift+home", "ctrl+c")
        await until(pilot, lambda: "Sent to the terminal: all of it" in said(pilot))


async def test_under_tmux_it_is_in_its_buffer_as_well(tmux: Path) -> None:
    async with Desk().run_test() as pilot:
        pilot.app.copy_to_clipboard("नमस्ते\nred")
        await until(pilot, lambda: "and to tmux's buffer" in said(pilot))
        assert tmux.read_text(encoding="utf-8") == "नमस्ते\nred"


async def test_an_older_tmux_gets_it_too(tmux: Path, tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    assert await load_into_tmux("text")
    assert tmux.read_text() == "text"


async def test_without_tmux_where_it_is_expected_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setenv("PATH", str(tmp_path))
    async with Desk().run_test() as pilot:
        pilot.app.copy_to_clipboard("text")
        await until(pilot, lambda: said(pilot) == "Sent to the terminal: text")


async def test_a_lone_surrogate_does_not_keep_the_rest_from_being_sent() -> None:
    async with Desk().run_test() as pilot:
        pilot.app.copy_to_clipboard("a\udcecb")
        await until(pilot, lambda: said(pilot) == "Sent to the terminal: a\ufffdb")


async def test_a_screenshot_is_saved_beside_the_runs_and_said_to_be() -> None:
    async with Desk().run_test(size=(200, 20)) as pilot:
        pilot.app.deliver_screenshot()
        pilot.app.deliver_screenshot()
        folder = places.checkpoints_dir().parent
        await until(pilot, lambda: "screenshot-2.svg" in said(pilot))
        assert "screenshot-1.svg" in said(pilot)
        assert "all of it" in (folder / "screenshot-2.svg").read_text().replace("&#160;", " ")


async def test_a_screenshot_that_cannot_be_saved_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path / "file" / "home"))
    async with Desk().run_test(size=(200, 20)) as pilot:
        pilot.app.deliver_screenshot()
        await until(pilot, lambda: "can't be saved" in said(pilot))
        assert "Not a directory" in said(pilot)
