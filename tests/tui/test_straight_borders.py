"""Borders stand where they were laid out to stand, whatever a terminal thinks of widths.

Each screen is filled with the scripts over which opinions differ, and what goes
to the terminal is fed to terminals of several opinions, to tmux among them
where there is one.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from rnntui import places
from rnntui.text.widths import cell_width, with_cursor_placed
from rnntui.tui.classify.word_trail import WordTrail
from rnntui.tui.corpora.vocabulary_table import VocabularyTable
from rnntui.tui.widgets.stream.text import StreamText
from tests.run_files import finished, record, run_on_disk
from tests.terminal_grid import TerminalGrid
from tests.tui import test_runs
from tests.tui.scripted import ScriptedStream, scripted_app
from tests.tui.scripted_classifying import ScriptedClassifier, classify_steps
from tests.tui.test_classify import classifying, trained
from tests.tui.test_corpora import LibraryApp
from tests.tui.test_duel import DuelApp, ScriptedDuel, duel_of, network_of, texts
from tests.tui.waiting import until
from tests.unit.test_text_widths import SCRIPTS, opinions

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
BORDERS = "│╭╮╰╯"
NAME = "नमस्ते-மொழி"

Screen = list[list[str]]
"""Characters by cell; '' for the second cell of a wide one."""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text of all scripts, each of its lines often."""
    path = tmp_path / f"{NAME}.txt"
    path.write_text("\n".join([*SCRIPTS.values()] * 30), encoding="utf-8")
    return path


def frame(app: Any) -> str:
    """What is sent for the whole screen."""
    update = app.screen._compositor.render_update(full=True)
    return with_cursor_placed(update.render_segments(app.console))


def laid_out(app: Any) -> Screen:
    """Where each character is meant to stand."""
    rows = []
    for strips in app.screen._compositor.render_strips(app.size):
        row = []
        for character in strips.text:
            if width := cell_width(character):
                row += [character, *[""] * (width - 1)]
        rows.append(row)
    return rows


def in_a_grid(opinion: Callable[[str], int]) -> Callable[[str, int, int], Screen]:
    """A terminal of that opinion."""

    def shown(sent: str, width: int, height: int) -> Screen:
        grid = TerminalGrid(width, height, opinion)
        grid.feed(sent)
        return grid.rows

    return shown


def in_tmux(sent: str, width: int, height: int) -> Screen:
    """What a real tmux makes of it; what it captures has as many cells as it thinks."""
    name = f"rnntui-{time.monotonic_ns()}"
    file = places.state_dir() / "sent"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(sent, encoding="utf-8")

    def tmux(*words: str) -> str:
        ran = subprocess.run(
            ["tmux", "-u", "-L", name, "-f", "/dev/null", *words],
            capture_output=True, check=True, encoding="utf-8",
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin:/usr/local/bin", "TERM": "xterm"},
        )  # fmt: skip
        return ran.stdout

    show = f"stty -opost; cat '{file}'; tmux -L {name} wait-for -S shown; exec cat"
    try:
        tmux("new-session", "-d", "-x", str(width), "-y", str(height), show)
        tmux("wait-for", "shown")
        captured = tmux("capture-pane", "-p")
    finally:
        tmux("kill-server")
    opinion = opinions()["C library"]()
    grid = TerminalGrid(width, height, lambda character: int(opinion[ord(character)]))
    for number, line in enumerate(captured.splitlines(), 1):
        grid.feed(f"\x1b[{number};1H{line}")
    return grid.rows


def terminals() -> Iterator[tuple[str, Callable[[str, int, int], Screen]]]:
    """Each by name."""
    for name, table in opinions().items():
        yield name, in_a_grid(lambda character, table=table: int(table()[ord(character)]))
    if shutil.which("tmux"):
        yield "tmux", in_tmux


def assert_straight(app: Any) -> None:
    """Every border is where it was laid out, on all terminals."""
    meant, sent = laid_out(app), frame(app)
    borders = [
        (y, x)
        for y, row in enumerate(meant)
        for x, cell in enumerate(row)
        if cell and cell in BORDERS
    ]
    assert len(borders) > 30
    for name, terminal in terminals():
        shown = terminal(sent, *app.size)
        moved = [(y, x) for y, x in borders if shown[y][x][:1] != meant[y][x]]
        assert moved == [], f"{name}: {[''.join(shown[y]) for y in sorted({y for y, _ in moved})]}"


@SIZES
async def test_on_the_playground(size: tuple[int, int], text: Path) -> None:
    stream = ScriptedStream(600)
    app = scripted_app(stream=stream, corpus=str(text))
    async with app.run_test(size=size) as pilot:
        app.screen.query_one("#prime", Input).value = SCRIPTS["Devanagari"]
        await pilot.press("t")
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("g")
        await until(pilot, lambda: len(app.screen.query_one(StreamText).text) > 500)
        app.notify(" ".join(SCRIPTS.values()), markup=False, timeout=60)
        await pilot.press("7")  # where there is little room, a pane with borders
        await pilot.pause()
        assert_straight(app)
        stream.over.set()


@SIZES
async def test_among_the_runs(size: tuple[int, int]) -> None:
    for number, script in enumerate(SCRIPTS.values()):
        name = f"{''.join(filter(str.isalnum, script))[:9]}ா{number}"
        run_on_disk(places.checkpoints_dir(), name, [*record(40 + number), finished(40)])
    app = test_runs.RunsApp()
    async with app.run_test(size=size) as pilot:
        await test_runs.settled(pilot)
        assert_straight(app)


@SIZES
async def test_among_the_texts(size: tuple[int, int], text: Path) -> None:
    places.corpora_dir().mkdir(parents=True)
    shutil.copy(text, places.corpora_dir())
    app = LibraryApp(NAME)
    async with app.run_test(size=size) as pilot:
        table = app.screen.query_one(VocabularyTable)
        await until(pilot, lambda: table.virtual_size.height > 40)
        assert_straight(app)


@SIZES
async def test_in_the_duel(size: tuple[int, int], text: Path) -> None:
    script = ScriptedDuel(300)
    duel = duel_of(script, prime=SCRIPTS["Tamil"], network=network_of(str(text)))
    app = DuelApp(duel)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: min(map(len, texts(duel))) >= 300)
        assert_straight(app)
    script.over.set()


@SIZES
async def test_in_the_trail_of_a_classifier(size: tuple[int, int], tmp_path: Path) -> None:
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    async with classifying(training, size) as (pilot, screen):
        await trained(pilot, screen)
        screen.query_one("#sentence", Input).value = " ".join(SCRIPTS.values())
        await until(pilot, lambda: len(screen.query_one(WordTrail).marks) > 10)
        await pilot.press("7")
        assert_straight(pilot.app)
