"""The surprise of a long text on screen: read in a thread, walked through, and put aside."""

import csv
import html
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.lenses import activations as lens
from rnntui.lenses.pictures import About
from rnntui.lenses.surprise import surprise
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network, Session
from rnntui.text.ngrams.counts import MeasurementStoppedError
from rnntui.training.runs.folder import BEST
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.microscope.long_surprise import LongSurprise, long_surprise, text_to_read
from rnntui.tui.microscope.long_text import LongTextScreen
from rnntui.tui.microscope.long_text_export import long_about, long_svg
from rnntui.tui.microscope.long_text_view import pointed_character, pointed_part
from tests.command_line import rnntui
from tests.tui.test_duel import network_of
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
LINES = "OLD TAM:\nSay it. The tide is out and the boats are in.\n\n"
LONG = LINES * 400


def network_with(text: str = LONG, corpus: str = "play", **weights: Any) -> Network:
    """A network whose own text, learned and held out, is there."""
    network = network_of(corpus, scale=0.7)
    ids = network.vocabulary.encode(text)
    cut = len(ids) * 9 // 10
    changed = replace(network.weights(), **weights)
    return replace(network, parts=lambda: (ids[:cut], ids[cut:]), weights=lambda: changed)


class LongTextApp(App[None]):
    """Nothing but a long text over an empty screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.long_text = LongTextScreen(network)

    def on_mount(self) -> None:
        self.push_screen(self.long_text)


async def read(pilot: Pilot[Any], screen: LongTextScreen) -> LongSurprise:
    """Wait until all is read, and n-grams are counted."""
    await until(pilot, lambda: screen.found is not None and screen.found.ngram is not None)
    assert screen.found is not None
    return screen.found


def figures(screen: LongTextScreen) -> str:
    return str(screen.query_one("#long-figures", Static).render())


def all_of(network: Network, wait: Any = lambda _: False) -> Iterator[LongSurprise]:
    ids, left_out = text_to_read(network, "")
    return long_surprise(network, ids, left_out, 30, wait)


@pytest.mark.parametrize("window", [0, 5])
def test_the_bits_are_those_of_the_surprise_lens(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lens, "CHUNK", 64)
    network = network_with(LINES * 8)
    config = replace(network.weights().config, window=window)
    weights = NetworkWeights(config, network.weights().arrays, 7)
    network = replace(network, weights=lambda: weights)
    found = list(all_of(network))
    ids, _ = text_to_read(network, "")
    expected = surprise(config, weights.arrays, ids, network.parts()[0])
    last = found[-1]
    np.testing.assert_allclose(last.bits[last.first :], expected.bits, atol=1e-4)
    assert last.bits_per_char == pytest.approx(expected.bits_per_char, abs=1e-4)
    assert last.ngram is not None
    assert expected.ngram is not None
    np.testing.assert_array_equal(last.ngram.bits[last.first :], expected.ngram.bits)
    # Which of two equal stretches is first is a matter of the last digits.
    assert [one.bits for one in last.worst] == pytest.approx(
        [one.bits for one in expected.worst_stretches(20, 20)], abs=1e-4
    )
    read_so_far = [one.read for one in found]
    assert read_so_far == sorted(read_so_far)
    assert read_so_far[0] < len(ids)


def test_reading_rests_while_a_training_run_changes_the_weights() -> None:
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    network = network_with()
    list(all_of(network, wait))
    assert set(waited) == {0.0}
    weights = network.weights()
    changing = replace(network, weights=lambda: replace(weights, step=weights.step + 1))
    list(all_of(changing, wait))
    assert sum(seconds > 0 for seconds in waited) > len(LONG) // lens.CHUNK


def test_a_stop_is_obeyed_while_reading_and_while_counting() -> None:
    network = network_with()
    assert len(list(all_of(network, lambda _: True))) == 1
    found = all_of(network)
    whole = next(one for one in found if one.worst)
    assert whole.ngram is None
    calls = [0]

    def wait(_: float) -> bool:
        calls[0] += 1
        return calls[0] > len(LONG) // lens.CHUNK + 1

    with pytest.raises(MeasurementStoppedError):
        list(all_of(network, wait))


def test_a_text_too_short_or_missing_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="needs 2 characters"):
        text_to_read(network_with("O"), "")
    path = tmp_path / "unknown.txt"
    path.write_text("\u2603\u2603\u2603\n" * 9, encoding="utf-8")
    ids, left_out = text_to_read(network_with(), str(path))
    assert (len(ids), left_out) == (9, 27)
    with pytest.raises(CorpusError):
        text_to_read(network_with(), "no such text")


@SIZES
async def test_it_is_walked_through_by_keys_and_mouse(size: tuple[int, int]):
    network = network_with()
    app = LongTextApp(network)
    async with app.run_test(size=size) as pilot:
        screen = app.long_text
        found = await read(pilot, screen)
        mean = f"{len(LONG):,} characters: {found.bits_per_char:.3f} bits per character"
        assert mean in figures(screen)
        assert "character 1: O not predicted" in figures(screen)
        await pilot.press("right", "right")
        assert f"character 3: D {found.bits[2]:.2f} bits; the" in figures(screen)
        await pilot.press("down")
        assert screen.place == len("OLD TAM:\n") + 2
        await pilot.press("up", "end")
        assert f"character {len(LONG):,}: ⏎" in figures(screen)
        assert app.long_text.view.start > 0
        await pilot.press("pageup", "pageup", "pagedown")
        assert len(LONG) // 2 < screen.place < len(LONG)
        await pilot.press("f")
        assert screen.place == found.worst[0].start
        await pilot.press("f")
        assert screen.place == found.worst[1].start
        await pilot.click("#average", offset=Offset(10, 0))
        parts = screen.query_one("#average").size.width
        assert screen.place == 10 * len(LONG) // parts
        bars = screen.query_one("#long-bars", TextBars)
        await pilot.click("#long-bars", offset=Offset(0, 0))
        assert screen.place >= screen.view.start
        assert bars.values.max() <= 1
        await pilot.press("escape")
        assert app.screen is not screen


async def test_another_text_is_opened_and_the_own_one_again(tmp_path: Path):
    path = tmp_path / "other.txt"
    path.write_text("Say it. " * 30 + "\u2603", encoding="utf-8")
    app = LongTextApp(network_with())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.long_text
        await read(pilot, screen)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: "240 characters: " in figures(screen))
        assert "1 unknown left out" in figures(screen)
        await pilot.press("w")
        await until(pilot, lambda: f"{len(LONG):,} characters: " in figures(screen))
        screen._opened("no such text")
        await until(pilot, lambda: bool(app._notifications))


@SIZES
@pytest.mark.parametrize("corpus", ["play", "korean"])
def test_picture(snap_compare: Any, size: tuple[int, int], corpus: str) -> None:
    text = LONG if corpus == "play" else "해인은 말했다. 마을은 조용했다.\n" * 300
    app = LongTextApp(network_with(text, corpus))

    async def steps(pilot: Pilot[Any]) -> None:
        await read(pilot, app.long_text)
        await pilot.press("f", "right")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=steps)


async def test_what_the_mouse_points_at_is_named_with_its_bits() -> None:
    app = LongTextApp(network_with())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.long_text
        found = await read(pilot, screen)
        border = screen.query_one("#long-figures")
        assert found.ngram is not None
        order = f"the {found.ngram.order}-gram"
        await pilot.hover("#long-bars", offset=Offset(2, 0))
        await until(pilot, lambda: "character 3 (D)" in str(border.border_title))
        assert f"{found.bits[2]:.2f} bits, {order}" in str(border.border_title)
        await pilot.hover("#long-bars", offset=Offset(0, 0))
        await until(pilot, lambda: "character 1 (O): not predicted" in str(border.border_title))
        await pilot.hover("#average", offset=Offset(10, 0))
        parts = screen.query_one("#average").size.width
        start, stop = (number * len(LONG) // parts for number in (10, 11))
        named = f"characters {start + 1:,} to {stop:,}: {found.bits[start:stop].mean():.3f} bits"
        await until(pilot, lambda: named in str(border.border_title))
        await pilot.hover("KeyBar")
        await until(pilot, lambda: not str(border.border_title))


def test_what_is_not_read_yet_is_named_so() -> None:
    network = network_with(LINES * 8)
    ids, _ = text_to_read(network, "")
    found = LongSurprise(ids, 0, 7, 1, 100, np.ones(len(ids)))
    assert pointed_part(found, range(50, 150)) == "characters 51 to 150: 1.000 bits per character"
    assert pointed_part(found, range(100, 150)) == "characters 101 to 150: not read yet"
    assert pointed_part(found, range(1)) == "characters 1 to 1: not predicted"
    assert pointed_character(found, network.vocabulary, 100).endswith(": not read yet")
    assert long_svg(found, network.vocabulary, 200, About("net", "rnntui trace")).count("<rect") > 1


def test_a_part_of_a_text_is_not_taken_for_its_file() -> None:
    network = network_with(LINES * 8)  # which is not the whole play, whatever its name says
    ids, _ = text_to_read(network, "")
    found = LongSurprise(ids, 0, 7, 1, len(ids), np.ones(len(ids)))
    assert "--file FILE " in long_about(network, found, "").command
    assert "--file FILE " in long_about(replace(network, corpus=""), found, "").command


def table_of(path: Path) -> tuple[list[str], list[list[str]]]:
    """The comment lines above a table, and its rows, the names first."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    about = [line.rstrip() for line in lines if line.startswith("#")]
    return about, list(csv.reader(lines[len(about) :]))


async def test_all_bits_and_the_seen_part_are_saved_with_the_command_that_repeats_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a text.txt"
    path.write_text(LINES * 60, encoding="utf-8")
    session = Session()
    session.load(places.shipped_checkpoints_dir() / "tiny" / BEST, "tiny", "tiny")
    assert session.network is not None
    app = LongTextApp(session.network)
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.long_text
        screen._opened(str(path))
        await until(pilot, lambda: screen.found is not None and screen.found.ngram is not None)
        found = screen.found
        assert found is not None
        assert len(found.ids) == len(LINES * 60)
        await pilot.press("end", "e")
        saved = places.checkpoints_dir().parent
        await until(pilot, lambda: bool(list(saved.glob("long-text*.svg"))))
        start = screen.view.start
    (table,) = saved.glob("long-text*.csv")
    (picture,) = saved.glob("long-text*.svg")
    about, (names, *rows) = table_of(table)
    assert names[:3] == ["place", "character", "bits"]
    assert [float(row[2]) for row in rows] == pytest.approx(found.bits[1 : found.read].tolist())
    drawn = picture.read_text(encoding="utf-8")
    assert f"from character {start + 1:,} on" in drawn
    command = about[2].removeprefix("# command: ")
    assert command in html.unescape(drawn)
    # The command gives the same numbers.
    assert rnntui(*shlex.split(command)[1:]).code == 0
    _, (names, *theirs) = table_of(Path("long.csv"))
    assert names[2] == "bits"
    assert [float(row[2]) for row in theirs] == pytest.approx(
        [float(row[2]) for row in rows], abs=1e-4
    )
