"""The duel, driven by keys and mouse over a scripted network."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnntui.errors import CorpusError
from rnntui.runtime.duel_thread import MODES, Round, open_duel
from rnntui.runtime.generating.generator_thread import CAPACITY
from rnntui.runtime.session import CurrentSpec, Network
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.text.corpus import load_corpus
from rnntui.tui.dialogs.question import Failure
from rnntui.tui.duel.column import DuelColumn
from rnntui.tui.duel.screen import DuelScreen
from rnntui.tui.widgets.candidates import CandidateBars
from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.scripted import scripted_weights
from tests.tui.waiting import PATIENCE_S, until

SIZE = (140, 45)


class DuelApp(App[None]):
    """Nothing but a duel over an empty screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(self, duel: DuelScreen) -> None:
        super().__init__()
        self.duel = duel

    def on_mount(self) -> None:
        self.push_screen(self.duel)


class ScriptedDuel:
    """Opens duels of so many rounds, then waits, so that a picture of them holds."""

    def __init__(self, rounds: int = 200) -> None:
        self.rounds = rounds
        self.over = threading.Event()

    def open(self, network: Network, spec: CurrentSpec, prime: str, seed: int) -> Iterator[Round]:
        yield from islice(open_duel(network, spec, prime, seed), self.rounds)
        self.over.wait(PATIENCE_S)


@pytest.fixture
def script() -> Iterator[ScriptedDuel]:
    script = ScriptedDuel()
    yield script
    script.over.set()


def network_of(corpus: str = "play", scale: float = 1.0) -> Network:
    """A network with the symbols of a text that ships, and seeded weights that like spaces."""
    text = load_corpus(corpus)
    weights = scripted_weights(len(text.vocabulary), scale)
    liking = weights.arrays["head.bias"]
    liking[text.vocabulary.index(" ")] += 2.5
    liking[text.vocabulary.index("\n")] -= 2.5
    nothing = np.array([], dtype=np.uint8)
    return Network(
        f"{corpus}-gru-1",
        f"{corpus}-gru-1:last",
        text.name,
        text.vocabulary,
        text.normalisation,
        lambda: weights,
        lambda: (nothing, nothing),
    )


def without_spaces(network: Network) -> Network:
    """The same text written without a space."""
    symbols = tuple(symbol for symbol in network.vocabulary.symbols if symbol != " ")
    weights = scripted_weights(len(symbols))
    vocabulary = replace(network.vocabulary, symbols=symbols)
    return replace(network, vocabulary=vocabulary, weights=lambda: weights)


def duel_of(script: ScriptedDuel, prime: str = "", **changes: Any) -> DuelScreen:
    """A duel that stands still after its rounds."""
    network = changes.pop("network", None) or network_of()
    return DuelScreen(network, SamplingSpec(), prime, 1, open_duel=script.open, **changes)


def stream(duel: DuelScreen, mode: str) -> StreamText:
    return duel.query_one(f"#{mode}", DuelColumn).stream


def texts(duel: DuelScreen) -> list[str]:
    return [stream(duel, mode).text for mode in MODES]


def bar(duel: DuelScreen) -> str:
    return str(duel.query_one("#bar", Static).render())


async def written(pilot: Pilot[Any], duel: DuelScreen, count: int = 200) -> None:
    """Wait until every side stands at so many characters."""
    await until(pilot, lambda: [len(text) for text in texts(duel)] == [count] * 3)


async def test_writes_at_once_and_each_side_as_its_mode_does(script: ScriptedDuel):
    network = network_of()
    duel = duel_of(script, network=network)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel)
        for mode in MODES:
            spec = replace(SamplingSpec(), mode=mode)
            alone = CharacterStream(
                network.weights, network.vocabulary, lambda spec=spec: spec, "", 1
            )
            expected = "".join(character.symbol for character in islice(alone, 200))
            assert stream(duel, mode).text == expected
        assert duel.is_generating
        assert duel.focused is None


@pytest.mark.parametrize("key", ["g", "space"])
async def test_g_or_space_stops_and_goes_on(key: str):
    duel = DuelScreen(network_of(), SamplingSpec(), "", 1)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: stream(duel, "random").end > 100)
        await pilot.press(key)
        assert not duel.is_generating
        await pilot.pause(0.2)  # what waited in the queue has come by then
        duel.poll()
        ends = [stream(duel, mode).end for mode in MODES]
        duel.poll()
        assert [stream(duel, mode).end for mode in MODES] == ends
        assert "stopped" in bar(duel)
        await pilot.press(key)
        await until(pilot, lambda: stream(duel, "random").end > ends[0])
        assert "generating" in bar(duel)


async def test_brackets_move_the_temperature_of_all_within_bounds(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert duel.spec.temperature == pytest.approx(0.8)
        assert "0.80" in bar(duel)
        await pilot.press(*["left_square_bracket"] * 20)
        assert duel.spec.temperature == pytest.approx(0.05)
        await pilot.press("right_square_bracket")
        assert duel.spec.temperature == pytest.approx(0.15)


async def test_the_temperature_acts_on_what_is_being_written():
    duel = DuelScreen(network_of(), SamplingSpec(), "", 1, pace=30.0)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: stream(duel, "random").end > 0)
        await pilot.press(*["left_square_bracket"] * 10)
        await pilot.press("a", "a")  # to full speed
        assert duel.pace == 0
        # Past all that was waiting in the queue.
        start = stream(duel, "random").end + CAPACITY // len(MODES) + 1
        await until(pilot, lambda: stream(duel, "random").end > start + 200)
        tails = [text[start - stream(duel, "argmax").first :][:200] for text in texts(duel)]
        # As cold as this, a draw is all but sure to be the likeliest.
        assert len(set(tails[1])) < 30


async def test_e_takes_the_next_seed_and_begins_anew(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel)
        argmax, random, _ = texts(duel)
        await pilot.press("e")
        assert "seed 2" in bar(duel)
        await written(pilot, duel)
        assert texts(duel)[0] == argmax
        assert texts(duel)[1] != random


async def test_a_prime_is_edited_then_stands_before_all_three(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel)
        await pilot.press("p", *"OLD TAM", "enter")
        await written(pilot, duel, 207)
        assert all(text.startswith("OLD TAM") for text in texts(duel))
        assert duel.focused is None


async def test_letters_in_the_prime_do_nothing_else_and_escape_gives_it_back(script: ScriptedDuel):
    duel = duel_of(script, prime="Tam")
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel, 203)
        await pilot.press("p", "end", "g", "space", "d", "e")
        field = duel.query_one("#prime", Input)
        assert field.value == "Tamg de"
        assert duel.is_generating
        await pilot.press("escape")
        assert field.value == "Tam"
        assert duel.focused is None
        assert pilot.app.screen is duel
        assert [len(text) for text in texts(duel)] == [203] * 3


async def test_a_prime_with_unknown_characters_is_taken_with_a_warning(script: ScriptedDuel):
    duel = duel_of(script, prime="漢")
    app = DuelApp(duel)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: bool(app._notifications))
        assert "never saw" in next(iter(app._notifications)).message


@pytest.mark.parametrize("key", ["escape", "d"])
async def test_escape_or_d_goes_back_and_ends_the_thread(key: str):
    duel = DuelScreen(network_of(), SamplingSpec(), "", 1)
    app = DuelApp(duel)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: stream(duel, "random").end > 0)
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not duel)
        await until(pilot, lambda: not duel.is_generating)


async def test_an_error_in_the_thread_ends_in_a_modal_and_g_begins_anew():
    opened = []

    def failing_once(network: Network, spec: CurrentSpec, prime: str, seed: int) -> Iterator[Round]:
        opened.append(prime)
        if len(opened) == 1:
            raise CorpusError("The weights are gone.")
        return open_duel(network, spec, prime, seed)

    duel = DuelScreen(network_of(), SamplingSpec(), "", 1, open_duel=failing_once)
    app = DuelApp(duel)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Failure) and app.screen.is_mounted)
        assert "The weights are gone." in str(app.screen.query_one("#sentence", Static).render())
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is duel)
        assert "stopped" in bar(duel)
        await pilot.press("g")
        await until(pilot, lambda: stream(duel, "argmax").end > 0)


async def test_the_pace_goes_round_and_is_shown(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        assert "full speed" in bar(duel)
        await pilot.press("a")
        assert duel.pace == 10
        assert "10 characters/s" in bar(duel)


async def test_o_takes_the_colours_away_and_gives_them_back(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await pilot.press("o")
        assert not any(stream(duel, mode).coloured for mode in MODES)
        await pilot.press("o")
        assert all(stream(duel, mode).coloured for mode in MODES)


async def test_parts_of_the_bar_can_be_clicked(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        for words in ("◂", "seed", "full speed", "generating"):
            await pilot.click("#bar", offset=(bar(duel).index(words) + 1, 0))
            await pilot.pause()
        assert duel.spec.temperature == pytest.approx(0.9)
        assert duel.seed == 2
        assert duel.pace == 10
        assert not duel.is_generating


async def test_measures_stand_below_each_side(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await written(pilot, duel)
        duel.show_measures()
        columns = list(duel.query(DuelColumn))
        assert [column.border_title for column in columns] == list(MODES)
        for column in columns:
            measures = str(column.query_one(".measures", Static).render())
            assert measures.startswith("average confidence 0.")
            assert "varied" in measures


async def test_hybrid_says_so_where_the_text_has_no_spaces(script: ScriptedDuel):
    duel = duel_of(script, network=without_spaces(network_of()))
    async with DuelApp(duel).run_test(size=(80, 24)) as pilot:
        await written(pilot, duel)
        notes = [str(note.render()) for note in duel.query(".explanation").results(Static)]
        assert notes[2] == "no spaces: equals argmax"
        assert texts(duel)[0] == texts(duel)[2]


@pytest.mark.parametrize("columns", [80, 100, 140])
async def test_explanations_fit_into_their_line(columns: int, script: ScriptedDuel):
    duel = duel_of(script, network=network_of("korean"))
    async with DuelApp(duel).run_test(size=(columns, 24)) as pilot:
        await written(pilot, duel)
        for note in duel.query(".explanation").results(Static):
            assert 0 < len(str(note.render())) <= note.size.width
        await pilot.resize_terminal(220 - columns, 24)
        await pilot.pause()
        for note in duel.query(".explanation").results(Static):
            assert 0 < len(str(note.render())) <= note.size.width


async def test_three_columns_stand_in_eighty_cells_without_candidates(script: ScriptedDuel):
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=(80, 24)) as pilot:
        await written(pilot, duel)
        columns = list(duel.query(DuelColumn))
        assert all(column.region.width >= 26 for column in columns)
        assert not any(bars.region for bars in duel.query(CandidateBars))
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        assert all(bars.region for bars in duel.query(CandidateBars))
