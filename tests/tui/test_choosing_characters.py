"""Choosing the next character by hand while the output is paused, by keys and mouse."""

import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from rnntui.runtime.session import CurrentSpec, Network, open_stream
from rnntui.sampling.stream import Character
from rnntui.tui.app import RnntuiApp
from rnntui.tui.playground.next_character import NextCharacter
from rnntui.tui.playground.output_pane import OutputPane
from rnntui.tui.playground.sampler_bar import SamplerBar
from rnntui.tui.widgets.stream.text import StreamText
from tests.command_line import rnntui
from tests.tui.scripted import ScriptedStream, ScriptedTraining, at_home, scripted_app, steps
from tests.tui.waiting import until

NARROW, WIDE = (80, 24), (140, 45)


class StreamThatPauses(ScriptedStream, Iterator[Character]):
    """A real stream that is paused, as by its key, after so many characters."""

    def __init__(self, characters: int = 20) -> None:
        super().__init__(characters)
        self.pause: Callable[[], None] = lambda: None

    def open(
        self, network: Network, spec: CurrentSpec, prime: str, seed: int
    ) -> Iterator[Character]:
        self._stream = open_stream(network, spec, prime, seed)
        self.predict, self.put = self._stream.predict, self._stream.put
        return self

    def __next__(self) -> Character:
        self.characters -= 1
        if not self.characters:
            self.pause()
        return next(self._stream)


@pytest.fixture
def app() -> RnntuiApp:
    stream = StreamThatPauses()
    app = scripted_app(ScriptedTraining(steps(60)), stream)
    stream.pause = lambda: app.call_from_thread(app.playground.stream.toggle_pause)
    return app


def text(pilot: Pilot[Any]) -> StreamText:
    return pilot.app.screen.query_one(StreamText)


def candidates(pilot: Pilot[Any]) -> NextCharacter:
    return pilot.app.screen.query_one(NextCharacter)


def symbols(pilot: Pilot[Any]) -> list[str]:
    return [symbol for symbol, _ in candidates(pilot)._candidates]


def chosen_places(pilot: Pilot[Any]) -> list[int]:
    stream = text(pilot)
    return [place for place in range(stream.end) if stream._buffer.chosen(place, place + 1)[0]]


async def paused(pilot: Pilot[Any]) -> None:
    """Generate until the pause, and wait for what may come next."""
    await at_home(pilot)
    await until(pilot, lambda: pilot.app.session.network is not None)
    await pilot.press("g")
    await until(pilot, lambda: candidates(pilot).choosing)
    await predicted(pilot)


async def predicted(pilot: Pilot[Any]) -> None:
    """Wait for the prediction of what follows the text."""
    pane = pilot.app.screen.query_one(OutputPane)
    await until(pilot, lambda: pane._predicted == pane.stream.end)


async def test_a_digit_takes_a_candidate_and_marks_it(app: RnntuiApp) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await paused(pilot)
        assert len(symbols(pilot)) == 9
        fourth, before = symbols(pilot)[3], text(pilot).text
        assert not text(pilot).has_chosen
        await pilot.press("4")
        await until(pilot, lambda: text(pilot).end == len(before) + 1)
        assert text(pilot).text == before + fourth
        assert chosen_places(pilot) == [len(before)]
        assert "chosen" in text(pilot).legend().plain
        await predicted(pilot)
        await pilot.press("h")
        await until(pilot, lambda: text(pilot).end == len(before) + 2)
        assert chosen_places(pilot) == [len(before)]


async def test_the_copied_command_generates_the_steered_text(app: RnntuiApp) -> None:
    copied: list[str] = []
    async with app.run_test(size=WIDE) as pilot:
        app.copy_to_clipboard = copied.append
        await paused(pilot)
        for key in ("5", "h", "9", "h"):
            end = text(pilot).end
            await pilot.press(key)
            await until(pilot, lambda end=end: text(pilot).end == end + 1)
            await predicted(pilot)
        await pilot.press("y")
        shown = text(pilot).text
    words = shlex.split(copied[0])
    words[words.index("--length") + 1] = str(len(shown))
    assert sum(word.startswith("--choose=") for word in words) == 2
    assert rnntui(*words[1:]).out == shown


async def test_arrows_and_enter_take_one_and_the_cursor_starts_at_the_networks_own(
    app: RnntuiApp,
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await paused(pilot)
        own = candidates(pilot)._drawn
        assert symbols(pilot)[candidates(pilot).cursor] == own
        await pilot.press(*["up"] * 9, "down", "down")
        third, before = symbols(pilot)[2], text(pilot).text
        await pilot.press("enter")
        await until(pilot, lambda: text(pilot).end == len(before) + 1)
        assert text(pilot).text == before + third


async def test_a_click_takes_one_also_while_other_keys_act(app: RnntuiApp) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await paused(pilot)
        second, before = symbols(pilot)[1], text(pilot).text
        await pilot.press("escape")
        assert "click" in str(app.screen.query_one(OutputPane).border_title)
        await pilot.press("1")
        assert app.session.spec.mode == "argmax"
        await pilot.click(NextCharacter, offset=(4, 1))
        await until(pilot, lambda: text(pilot).end == len(before) + 1)
        assert text(pilot).text == before + second


async def test_the_stream_goes_on_and_digits_are_modes_again(app: RnntuiApp) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await paused(pilot)
        assert candidates(pilot).has_focus
        assert app.screen.query_one(SamplerBar).held
        await pilot.press("space")
        await until(pilot, lambda: not candidates(pilot).choosing)
        assert app.screen.focused is None
        await pilot.press("3")
        assert app.session.spec.mode == "hybrid"
        await until(pilot, lambda: text(pilot).end > 60)


async def test_the_mode_is_changed_in_a_pause_and_the_mark_follows(
    app: RnntuiApp,
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await paused(pilot)
        await pilot.press("escape", "1")
        await until(pilot, lambda: candidates(pilot)._drawn == symbols(pilot)[0])


async def test_a_step_outside_a_pause_pauses_and_without_a_stream_does_nothing(
    app: RnntuiApp,
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("h")
        assert not app.session.is_generating
        assert not app.screen.query_one(SamplerBar).held


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x45"])
def test_choosing(snap_compare: Any, size: tuple[int, int], app: RnntuiApp) -> None:
    async def choose(pilot: Pilot[Any]) -> None:
        await paused(pilot)
        for key in ("3", "h", "5", "h", "h"):
            end = text(pilot).end
            await pilot.press(key)
            await until(pilot, lambda end=end: text(pilot).end == end + 1)
            await predicted(pilot)
        await pilot.press("down")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=choose)
