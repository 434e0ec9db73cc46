"""The Microscope goes through the steps at which a run has kept its network."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widgets import Static

from rnntui.lenses.embedding_map import embedding_map
from rnntui.lenses.forward_trace import Floats
from rnntui.runtime.recorded.kept_networks import KeptNetworks, short_sample
from rnntui.runtime.session import Network, Session
from rnntui.text.ngrams.baselines import never
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.kept import kept_file
from rnntui.tui.lens.kept_scrubber import NONE_KEPT, KeptLine, KeptSample, KeptScrubber
from rnntui.tui.lens.symbol_map import SymbolMap
from rnntui.tui.microscope.screen import MicroscopeScreen
from tests.factories import TINY_TEXT
from tests.run_files import keep_on_disk, record, run_on_disk
from tests.tui.test_duel import network_of
from tests.tui.test_microscope import MicroscopeApp, looking
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
KEPT = (0, 15, 30, 45)
TEXT = "The cat sat"


def kept_run(parent: Path, *steps: int) -> RunFolder:
    """A run of 60 steps that has kept some of them."""
    folder = run_on_disk(parent, "first", record(60), total_steps=60)
    keep_on_disk(folder, steps)
    return folder


def network_from(folder: RunFolder) -> Network:
    """The network of a run's last checkpoint, beside the text that it learned."""
    session = Session()
    session.load(folder.last, run=folder)
    assert session.network is not None
    ids = session.network.vocabulary.encode(TINY_TEXT)
    return replace(session.network, parts=lambda: (ids, ids[:0]))


async def shows(pilot: Pilot[Any], screen: MicroscopeScreen, step: int) -> None:
    """Wait until the weights of a step are looked at."""
    await until(pilot, lambda: shown_step(screen) == step)


async def placed(pilot: Pilot[Any], screen: MicroscopeScreen, points: Floats) -> None:
    """Wait until the map has these points."""
    await until(
        pilot,
        lambda: (
            screen.findings.map is not None
            and np.allclose(screen.findings.map.points, points, atol=1e-12)
        ),
    )


@asynccontextmanager
async def scrubbing(
    folder: RunFolder, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[tuple[Pilot[Any], MicroscopeScreen]]:
    """The Microscope on a run, once what it has kept is listed."""
    app = MicroscopeApp(network_from(folder), TEXT)
    async with app.run_test(size=size) as pilot:
        await looking(pilot, app.microscope)
        await until(pilot, lambda: bool(scrubber(app.microscope).steps))
        yield pilot, app.microscope


def scrubber(screen: MicroscopeScreen) -> KeptScrubber:
    return screen.query_one(KeptScrubber)


def line(screen: MicroscopeScreen) -> KeptLine:
    return screen.query_one(KeptLine)


def shown_step(screen: MicroscopeScreen) -> int:
    assert screen.traced is not None
    return screen.traced.step


@SIZES
async def test_keys_go_through_the_kept_steps_and_the_newest_weights(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT), size) as (pilot, screen):
        assert line(screen).plain.endswith("─●")
        for key, step, about in (
            ("left_square_bracket", 45, "step 45, 4 of 4"),
            ("left_square_bracket", 30, "step 30, 3 of 4"),
            ("right_square_bracket", 45, "step 45, 4 of 4"),
            ("left_curly_bracket", 0, "step 0, 1 of 4"),
            ("left_square_bracket", 0, "step 0, 1 of 4"),
            ("right_curly_bracket", 60, "newest, step 60"),
            ("right_square_bracket", 60, "newest, step 60"),
        ):
            await pilot.press(key)
            await shows(pilot, screen, step)
            assert scrubber(screen).about == about
        pane = screen.query_one("#view")
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "step 45" in str(pane.border_title))


async def test_a_click_on_the_line_chooses_a_step_and_on_a_key_the_next(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT)) as (pilot, screen):
        drawn = line(screen).plain
        for x, step in ((drawn.index("┼"), 0), (len(drawn) - 1, 60), (len(drawn) // 2, 30)):
            await pilot.click(line(screen), offset=Offset(x, 0))
            await shows(pilot, screen, step)
        before, behind = screen.query("KeptScrubber .keys")
        for keys, x, step in ((before, 4, 15), (behind, 1, 30), (behind, 4, 60), (before, 1, 0)):
            await pilot.click(keys, offset=Offset(x, 0))
            await shows(pilot, screen, step)


async def test_keys_that_are_held_end_at_the_last_step_that_was_asked_for(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *range(0, 60, 2))) as (pilot, screen):
        await pilot.press("3", *["left_square_bracket"] * 30, *["right_square_bracket"] * 9)
        await shows(pilot, screen, 18)


async def test_a_run_in_progress_keeps_more_as_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnntui.tui.lens.kept_scrubber.LISTED_EVERY_S", 0.01)
    folder = kept_run(tmp_path, 0, 15)
    async with scrubbing(folder) as (pilot, screen):
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: scrubber(screen).about == "step 15, 2 of 2")
        keep_on_disk(folder, KEPT)
        await until(pilot, lambda: scrubber(screen).about == "step 15, 2 of 4")
        assert shown_step(screen) == 15


@pytest.mark.parametrize("kept", [False, True])
async def test_without_kept_steps_a_sentence_says_how_to_have_some(
    tmp_path: Path, kept: bool
) -> None:
    network = network_from(kept_run(tmp_path)) if kept else network_of()
    app = MicroscopeApp(network, TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("left_square_bracket")
        assert [note.message for note in app._notifications] == [NONE_KEPT]
        assert not scrubber(app.microscope).display
        assert not app.microscope.query_one(KeptSample).display


async def test_a_kept_file_that_is_not_valid_says_so(tmp_path: Path) -> None:
    folder = kept_run(tmp_path, *KEPT)
    kept_file(folder, 45).write_bytes(b"nothing")
    async with scrubbing(folder) as (pilot, screen):
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: [*screen.app._notifications] != [])
        await pilot.press("left_square_bracket")
        await shows(pilot, screen, 30)


async def test_hello_has_none_and_the_way_back_begins_at_the_newest(tmp_path: Path) -> None:
    async with scrubbing(kept_run(tmp_path, *KEPT)) as (pilot, screen):
        await pilot.press("left_square_bracket", "o")
        await until(pilot, lambda: not scrubber(screen).display)
        await shows(pilot, screen, 0)
        await pilot.press("o")
        await shows(pilot, screen, 60)
        await until(pilot, lambda: scrubber(screen).about == "newest, step 60")


async def test_the_map_keeps_the_axes_of_the_newest_weights(tmp_path: Path) -> None:
    folder = kept_run(tmp_path, *KEPT)
    kept = KeptNetworks(folder)
    async with scrubbing(folder) as (pilot, screen):
        symbols = screen.network.vocabulary.symbols
        newest = embedding_map(screen.network.weights().arrays, symbols)
        await pilot.press("left_square_bracket", "5")
        for step in (45, 30, 15, 0):
            points = newest.of_weights(kept.at(step).arrays).points
            await placed(pilot, screen, points)
            await pilot.press("left_square_bracket")
        early = screen.query_one(SymbolMap).plain
        await pilot.press("5")  # its own frame again
        await until(pilot, lambda: screen.query_one(SymbolMap).plain not in ("", early))


def sample(screen: MicroscopeScreen) -> str:
    return str(screen.query_one("#sample", Static).content)


async def test_a_sample_of_the_same_seed_goes_along_with_the_steps(tmp_path: Path) -> None:
    folder = kept_run(tmp_path, *KEPT)
    kept = KeptNetworks(folder)
    async with scrubbing(folder) as (pilot, screen):
        vocabulary = screen.network.vocabulary
        newest = short_sample(screen.network.weights(), vocabulary, never)
        await until(pilot, lambda: sample(screen) == newest.replace("\n", "⏎"))
        for step in (45, 30, 15):
            generated = short_sample(kept.at(step), vocabulary, never)
            assert generated != newest
            await pilot.press("left_square_bracket")
            await until(
                pilot, lambda generated=generated: sample(screen) == generated.replace("\n", "⏎")
            )
        assert shown_step(screen) == 15
        row = screen.query_one(KeptSample)
        await pilot.press("o")
        await until(pilot, lambda: not row.display)
        await pilot.press("o")
        await until(pilot, lambda: sample(screen) == newest.replace("\n", "⏎"))
        assert row.display


@SIZES
@pytest.mark.parametrize("key", ["1", "5"], ids=["strips", "map"])
def test_picture(snap_compare: Any, tmp_path: Path, size: tuple[int, int], key: str) -> None:
    kept = kept_run(tmp_path, *KEPT)
    app = MicroscopeApp(network_from(kept), TEXT)

    async def scrub(pilot: Pilot[Any]) -> None:
        screen = app.microscope
        await looking(pilot, screen)
        await until(pilot, lambda: bool(scrubber(screen).steps))
        await pilot.press(key, "left_square_bracket", "left_square_bracket", "right")
        await shows(pilot, screen, 30)
        generated = short_sample(KeptNetworks(kept).at(30), screen.network.vocabulary, never)
        await until(pilot, lambda: sample(screen) == generated.replace("\n", "⏎"))
        await until(pilot, lambda: key != "5" or screen.findings.map is not None)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=scrub)
