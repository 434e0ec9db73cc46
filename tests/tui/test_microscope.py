"""The Microscope, driven by keys and mouse over a network with seeded weights."""

import shlex
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len
from textual.app import App
from textual.events import MouseMove
from textual.geometry import Offset, Size
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.lenses.embedding_map import embedding_map
from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.lenses.influence import influence
from rnntui.lenses.layer_gradients import layer_gradient_norms
from rnntui.lenses.marked_stretch import MarkedStretch, marked_stretch
from rnntui.lenses.matching_stretches import on_off
from rnntui.lenses.neurons import unit_correlations
from rnntui.lenses.operated_streams import mean_extra_bits
from rnntui.lenses.surgery import Operation, StateOperation
from rnntui.lenses.text_features import matched, text_features
from rnntui.lenses.untrained_cells import untrained_cells
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network, Session
from rnntui.text.cells import symbol_label
from rnntui.training.runs.folder import find_checkpoint
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.lens import surgery_lens
from rnntui.tui.lens.bars import bar
from rnntui.tui.lens.corpus_search import Searched
from rnntui.tui.lens.findings import Findings
from rnntui.tui.lens.gradient_lens import MOST_STEPS, FlowChart, GradientNorms
from rnntui.tui.lens.heat_strips import HeatStrips
from rnntui.tui.lens.operations import ways_to_operate
from rnntui.tui.lens.surgery_lens import GENERATED
from rnntui.tui.lens.symbol_map import SymbolMap
from rnntui.tui.lens.text_bars import TextBars
from rnntui.tui.lens.traced_text import LONGEST, TracedText, TraceRow, trace_text
from rnntui.tui.microscope.screen import MicroscopeScreen
from tests.command_line import rnntui
from tests.tables import read_table
from tests.tui.scripted import scripted_app
from tests.tui.test_duel import network_of
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
TEXT = "OLD TAM:\nSay it."
TEXT_TAG = "{http://www.w3.org/2000/svg}text"
FOUND: dict[str, Callable[[Findings], bool]] = {
    "2": lambda found: found.tracked is not None,
    "3": lambda found: found.influence is not None,
    "4": lambda found: found.ngram is not None,
    "5": lambda found: found.map is not None,
    "6": lambda found: len(texts_of(found)[0]) == GENERATED,
    "7": lambda found: found.flows is not None,
}


def texts_of(found: Findings) -> tuple[str, str]:
    """What the untouched and the operated network have generated so far."""
    return surgery_lens.texts_of(found.streams) if found.streams is not None else ("", "")


@pytest.fixture(autouse=True)
def full_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the streams of surgery grow as fast as they can."""
    monkeypatch.setattr("rnntui.tui.lens.surgery_lens.PACE", 0.0)


class MicroscopeApp(App[None]):
    """Nothing but a Microscope over an empty screen."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(self, network: Network, text: str = TEXT) -> None:
        super().__init__()
        self.microscope = MicroscopeScreen(network, text)

    def on_mount(self) -> None:
        self.push_screen(self.microscope)


async def looking(pilot: Pilot[Any], screen: MicroscopeScreen) -> TracedText:
    """Wait for a first forward pass; the trace."""
    await until(pilot, lambda: screen.traced is not None)
    assert screen.traced is not None
    return screen.traced


def figures(screen: MicroscopeScreen) -> str:
    return str(screen.query_one("#figures", Static).render())


def test_rows_are_the_numbers_of_the_forward_trace_the_top_layer_first():
    network = network_of()
    weights = network.weights()
    config = replace(weights.config, num_layers=2)
    generator = np.random.default_rng(3)
    extra = {
        name.replace("layers.0", "layers.1"): generator.normal(size=array.shape).astype(np.float32)
        for name, array in weights.arrays.items()
        if name.startswith("layers.0")
    }
    extra["layers.1.weight_ih"] = generator.normal(size=(36, 12)).astype(np.float32)
    arrays = {**weights.arrays, **extra}
    ids = [int(rank) for rank in network.vocabulary.encode(TEXT)]
    traced = trace_text(NetworkWeights(config, arrays, 7), network.vocabulary, ids)
    steps = list(forward_trace(config, arrays, ids))
    assert [row.label for row in traced.rows] == [
        f"{layer} {name}" for layer in (2, 1) for name in ("reset", "update", "new", "h")
    ]
    for place, step in enumerate(steps):
        for row in traced.rows:
            layer = step.layers[row.layer - 1]
            expected = layer.hidden if row.name == "h" else layer.gates[row.name]
            assert np.array_equal(row.values[place], expected)
            if row.before is not None:
                assert np.array_equal(row.before[place], layer.pre_activations[row.name])
        if place + 1 < len(ids):
            assert traced.cost(place) == pytest.approx(-np.log2(step.probabilities[ids[place + 1]]))
    assert traced.cost(len(ids) - 1) is None
    assert (traced.step, traced.units) == (7, config.hidden_size)


@SIZES
async def test_keys_step_through_characters_rows_and_units(size: tuple[int, int]):
    app = MicroscopeApp(network_of())
    async with app.run_test(size=size) as pilot:
        traced = await looking(pilot, app.microscope)
        assert "character 1 of 16: read O, then came L" in figures(app.microscope)
        await pilot.press("right", "right", "down", "full_stop", "full_stop", "full_stop")
        row = traced.rows[1]
        assert f"layer 1, update gate, unit 4: {row.values[2, 3]:.8f}" in figures(app.microscope)
        assert row.before is not None
        assert f"from {row.before[2, 3]:.8f}" in figures(app.microscope)
        await pilot.press("up", "comma", "comma", "comma", "comma", "end")
        assert f"reset gate, unit {traced.units}: " in figures(app.microscope)
        assert "character 16 of 16: read .\n" in figures(app.microscope)
        await pilot.press("home", "left")
        assert "character 1 of 16" in figures(app.microscope)


async def test_a_click_chooses_a_number():
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(140, 45)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.click("#over-time", offset=Offset(12 + 5, 1 + 3))
        await pilot.click("#over-units", offset=Offset(12 + 7, 1 + 2))
        value = traced.rows[2].values[5, 7]
        assert f"new gate, unit 8: {value:.8f}" in figures(app.microscope)
        await pilot.click("#over-units", offset=Offset(3, 0))
        await pilot.click("#over-units", offset=Offset(12 + 40, 1))
        assert f"new gate, unit 8: {value:.8f}" in figures(app.microscope)


async def test_where_there_is_little_room_a_key_changes_the_view():
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        over_time, over_units = app.microscope.query(HeatStrips)
        assert (over_time.display, over_units.display) == (True, False)
        await pilot.press("v")
        assert (over_time.display, over_units.display) == (False, True)
        await pilot.resize_terminal(80, 40)
        await until(pilot, lambda: (over_time.display, over_units.display) == (True, True))
        assert app.microscope.check_action("view", ()) is False


async def test_another_text_is_read_once_it_is_entered():
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("p")
        app.microscope.query_one("#text", Input).value = "Say"
        await pilot.press("enter")
        await until(pilot, lambda: "character 1 of 3: read S" in figures(app.microscope))
        assert app.focused is None


async def test_without_a_text_the_beginning_of_the_networks_own_is_read():
    network = network_of()
    ids = network.vocabulary.encode(TEXT)
    app = MicroscopeApp(replace(network, parts=lambda: (ids, ids[:0])), "")
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        assert "".join(traced.characters) == TEXT
        assert app.microscope.query_one("#text", Input).value == TEXT


async def test_of_a_long_text_the_end_is_read():
    app = MicroscopeApp(network_of(), "a" * LONGEST + "bcd")
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        assert len(traced.ids) == LONGEST
        assert "".join(traced.characters).endswith("abcd")


async def test_weights_that_change_are_read_anew_and_the_place_is_kept(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("rnntui.tui.lens.looking.LEAST_REST_S", 0.01)
    # The first look may have taken seconds: it loads modules, and other tests run beside it.
    monkeypatch.setattr("rnntui.tui.lens.looking.REST_SHARE", 0)
    network = network_of()
    copies = [replace(network.weights(), step=step) for step in (100, 200)]
    app = MicroscopeApp(replace(network, weights=lambda: copies[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("right", "right")
        del copies[0]
        pane = app.microscope.query_one("#view")
        await until(pilot, lambda: "step 200" in str(pane.border_title))
        assert "character 3 of 16" in figures(app.microscope)


@pytest.mark.parametrize("way", ["another network", "left"])
async def test_a_look_that_waited_for_its_turn_is_not_shown_once_it_is_over(
    monkeypatch: pytest.MonkeyPatch, way: str
):
    app = MicroscopeApp(network_of())
    screen, calls = app.microscope, app.call_from_thread
    other, waits, goes_on, shown = network_of(), threading.Event(), threading.Event(), []

    def call_from_thread(*call: Any, **named: Any) -> Any:
        waits.set()
        goes_on.wait()
        return calls(*call, **named)

    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, screen)
        monkeypatch.setattr(app, "call_from_thread", call_from_thread)
        monkeypatch.setattr(screen, "draw_lens", lambda: shown.append(screen.traced))
        screen.look_anew()
        await until(pilot, waits.is_set)
        if way == "left":
            await screen.dismiss()
        else:
            screen.look_into(other, TEXT)
        goes_on.set()
        await until(pilot, lambda: bool(shown) or way == "left")
        await pilot.pause()
    assert {traced.vocabulary is other.vocabulary for traced in shown if traced} <= {True}


async def test_a_network_without_weights_says_why():
    def no_weights() -> NetworkWeights:
        raise RnntuiError("There are none.")

    app = MicroscopeApp(replace(network_of(), weights=no_weights))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: [note.message for note in app._notifications] != [])
        assert [note.message for note in app._notifications] == ["There are none."]
        await pilot.press("right", "v", "full_stop", "escape")
        assert app.screen is not app.microscope


async def test_hello_shows_the_figures_of_its_reference():
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("o")
        await until(pilot, lambda: "character 1 of 5: read h" in figures(app.microscope))
        assert "then came e" in figures(app.microscope)
        assert "<EOS>" in figures(app.microscope)
        await pilot.press("down")
        for unit, hidden in enumerate(("-0.99594936", "-0.96402758", "-0.99594936")):
            assert f"h state, unit {unit + 1}: {hidden}" in figures(app.microscope)
            await pilot.press("full_stop")
        for score in ("-0.63997473", "7.49057754", "0.97184817", "-7.61733016", "1.22136241"):
            assert f"score {score}" in figures(app.microscope)
        await pilot.press("right")
        for unit, hidden in enumerate(("0.06340167", "0.96673299", "-0.99999709")):
            assert f"h state, unit {unit + 1}: {hidden}" in figures(app.microscope)
            await pilot.press("full_stop")
        await pilot.press("o")
        await until(pilot, lambda: "of 16" in figures(app.microscope))
        assert app.microscope.query_one("#text", Input).value == TEXT


async def test_a_network_that_learned_no_text_has_none_to_read_where_the_field_is_empty():
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("o", "p")
        app.microscope.query_one("#text", Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: len(app._notifications) > 0)
        said = [str(toast.message) for toast in app._notifications]
        assert said == ["There is no text to read; type one (p)."]


async def test_m_opens_it_on_the_output_of_a_training_in_progress():
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("g")
        await until(pilot, lambda: len(app.playground.output.stream.text) > 20)
        await pilot.press("g", "m")
        await until(pilot, lambda: isinstance(app.screen, MicroscopeScreen))
        screen = app.screen
        assert isinstance(screen, MicroscopeScreen)
        traced = await looking(pilot, screen)
        assert "".join(traced.characters) in app.playground.output.stream.text
        await pilot.press("m")
        assert app.screen is app.playground


def network_with_text() -> Network:
    """A network whose own text is there, to measure on and to count."""
    network = network_of(scale=0.7)
    learned = network.vocabulary.encode(TEXT * 40)
    return replace(network, parts=lambda: (learned, learned[:0]))


async def test_a_neuron_is_shown_over_the_text_with_what_it_tracks():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(140, 45)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press("2")
        await until(pilot, lambda: app.microscope.findings.tracked is not None)
        await pilot.press("down", "full_stop", "right")
        row = traced.rows[1]
        assert f"update gate, unit 2: {row.values[1, 1]:+.4f}" in figures(app.microscope)
        shown = app.microscope.query_one(TextBars).values
        assert shown == pytest.approx(row.values[:, 1])
        ids, _ = network.parts()
        weights = network.weights()
        measured = unit_correlations(
            weights.config, weights.arrays, ids, text_features(TEXT * 40), np.float32
        )
        (best,) = measured.of_feature("line position", 1)
        await pilot.press("f")
        expected = f"h state, unit {best.unit.number + 1}: "
        await until(pilot, lambda: expected in figures(app.microscope))
        assert f"line position {best.correlation:+.2f}" in figures(app.microscope)


def telling_network() -> Network:
    """A network with text of its own whose units are on and off, by larger weights."""
    network = network_of(scale=3.0)
    learned = network.vocabulary.encode(TEXT * 40)
    return replace(network, parts=lambda: (learned, learned[:0]))


def expected_marking(network: Network, start: int, stop: int) -> MarkedStretch:
    weights = network.weights()
    text = on_off(weights.config, weights.arrays, network.vocabulary.encode(TEXT))
    corpus = on_off(weights.config, weights.arrays, network.parts()[0])
    return marked_stretch(text, start, stop, corpus)


async def found_for_the_mark(pilot: Pilot[Any], screen: MicroscopeScreen) -> Searched:
    await until(pilot, lambda: screen.marking.found is not None)
    assert screen.marking.found is not None
    return screen.marking.found


async def test_a_marked_stretch_has_its_units_and_its_other_places_are_gone_to():
    network = telling_network()
    app = MicroscopeApp(network)
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("2", "right", "right", "right", "right", "k", "right", "right")
        assert screen.marking.mark == (4, 7)
        found = await found_for_the_mark(pilot, screen)
        expected = expected_marking(network, 4, 7)
        assert found.stretch == expected
        assert len(expected.units) > 0
        assert len(expected.places) > 1
        shown = figures(screen)
        assert f"marked TAM: {len(expected.units)} unit" in shown
        assert "like it in 640 characters, step 100; j: next" in shown
        assert f"{expected.places[0].start + 1:,}  {expected.places[0].units} of" in shown
        await pilot.press("k", "f")
        first = expected.units[0].signed.unit
        assert (screen.unit, screen.traced and screen.traced.rows[screen.row].name) == (
            first.number,
            "h",
        )
        before = screen.traced
        await pilot.press("j")
        await until(pilot, lambda: screen.traced is not before)
        place = expected.places[0]
        assert screen.traced is not None
        start, stop = screen.marking.mark or (0, 0)
        assert screen.traced.characters[start:stop] == tuple((TEXT * 40)[place.start : place.stop])
        assert screen.place == start
        assert screen.query_one("#text", Input).value.startswith(
            (TEXT * 40)[place.start - start :][:9]
        )
        for _ in range(len(expected.places)):
            await pilot.press("j")
        await until(pilot, lambda: screen.query_one("#text", Input).value == TEXT)
        assert screen.marking.mark == (4, 7)
        await pilot.press("k")
        assert screen.marking.mark is None
        await until(pilot, lambda: "the best units" in figures(screen))


async def test_a_stretch_is_marked_by_shift_and_arrows_and_by_the_mouse():
    app = MicroscopeApp(telling_network())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("2", "shift+right", "shift+right")
        assert screen.marking.mark == (0, 3)
        await pilot.press("shift+left", "shift+left", "shift+left")
        assert screen.marking.mark == (0, 1)
        bars = screen.query_one(TextBars)
        await pilot.mouse_down("#text-bars", offset=Offset(4, 0))
        bars.post_message(MouseMove(bars, 6, 1, 2, 1, 1, False, False, False))
        await until(pilot, lambda: screen.marking.mark == (4, 7))
        await pilot.mouse_up("#text-bars", offset=Offset(6, 0))
        await pilot.click("#text-bars", offset=Offset(7, 1), shift=True)
        await until(pilot, lambda: screen.marking.mark == (4, 8))
        await pilot.click("#text-bars", offset=Offset(2, 1))
        assert (screen.place, screen.marking.mark) == (2, (4, 8))
        await pilot.press("1")
        assert screen.check_action("mark", ()) is False


async def test_a_mark_in_a_network_without_text_says_why():
    network = telling_network()
    nothing = network.parts()[0][:0]
    app = MicroscopeApp(replace(network, parts=lambda: (nothing, nothing)))
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("2", "k")
        await until(pilot, lambda: bool(app._notifications))
        assert ["no text to search" in note.message for note in app._notifications] == [True]


async def test_units_are_measured_by_a_regular_expression_of_ones_own():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("2", "slash")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        app.screen.query_one(Input).value = "TA[M]"
        await pilot.press("enter")
        await until(
            pilot,
            lambda: (
                screen.findings.tracked is not None
                and "/TA[M]/" in screen.findings.tracked.features
            ),
        )
        weights = network.weights()
        measured = unit_correlations(
            weights.config,
            weights.arrays,
            network.parts()[0],
            {"own": matched(TEXT * 40, "TA[M]")},
            np.float32,
        )
        (best,) = measured.of_feature("own", 1)
        await pilot.press("f")
        assert f"/TA[M]/ {best.correlation:+.2f}" in figures(screen)
        assert screen.unit == best.unit.number


@pytest.mark.parametrize(
    ("pattern", "said"), [("(", "is not valid"), ("(.*.*)*Q", "takes more than")]
)
async def test_a_bad_expression_is_said_in_a_sentence_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, pattern: str, said: str
):
    monkeypatch.setattr("rnntui.runtime.timed_matching.SECONDS", 0.3)
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("2")
        screen._measure(pattern)
        await pilot.press("right")
        assert screen.place == 1
        await until(pilot, lambda: bool(app._notifications))
        assert [said in note.message for note in app._notifications] == [True]
        await until(pilot, lambda: screen.findings.tracked is not None)
        assert screen.pattern == ""


async def test_what_the_mouse_points_at_is_named():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        traced = await looking(pilot, screen)

        async def named(selector: str, x: int, y: int) -> str:
            await pilot.hover(selector, offset=Offset(x, y))
            await pilot.pause()
            return str(screen.query_one("#figures").border_title)

        def value(row: int, place: int, unit: int) -> str:
            return f"{traced.rows[row].values[place, unit]:+.4f}"

        said = await named("#over-time", 12 + 5, 1 + 2)
        assert said == f"layer 1, new gate, unit 1: {value(2, 5, 0)} at character 6 (A)"
        said = await named("#over-units", 12 + 7, 1 + 1)
        assert said == f"layer 1, update gate, unit 8: {value(1, 0, 7)} at character 1 (O)"
        assert await named("#over-time", 3, 0) == ""
        await pilot.press("2", "full_stop")
        said = await named("#text-bars", 2, 1)
        assert said == f"layer 1, reset gate, unit 2: {value(0, 2, 1)} at character 3 (D)"
        await pilot.press("3", "end")
        await until(pilot, lambda: screen.findings.influence is not None)
        assert (await named("#text-bars", 3, 0)).startswith("character 4 (␣): gradient ")
        await pilot.press("4")
        await until(pilot, lambda: screen.findings.ngram is not None)
        said = await named("#text-bars", 1, 0)
        assert said.startswith(f"character 2 (L): {traced.costs[1]:.2f} bits, the ")
        assert await named("#text-bars", 0, 0) == "character 1 (O)"
        await pilot.press("5")
        await until(pilot, lambda: screen.findings.map is not None)
        there = screen.query_one(SymbolMap)
        ((y, x), rank) = next(iter(there.placed().items()))
        said = await named("#map", 2 * x, y)
        assert said.startswith(f"{symbol_label(traced.vocabulary.symbols[rank])} (")
        assert ", near " in said
        await pilot.press("7")
        await until(pilot, lambda: screen.findings.flows is not None)
        assert (await named("#flow", 7, 5)).startswith("0 before the end: layer 1 ")
        assert await named("#figures", 5, 5) == ""


async def test_influence_is_followed_back_from_the_cursor():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press("3", "end", "left")
        await until(pilot, lambda: app.microscope.findings.influence is not None)
        weights = network.weights()
        norms = influence(weights.config, weights.arrays, traced.ids, [14]).norms[0]
        bars = app.microscope.query_one(TextBars)
        await until(pilot, lambda: bool(bars.values.any()))
        assert bars.values == pytest.approx(norms / norms.max())
        strongest = int(norms.argmax())
        assert f"gradient {norms[strongest]:.2e}" in figures(app.microscope)
        assert bars.values[15] == 0
        await pilot.click("#text-bars", offset=Offset(2, 2))
        assert "behind y the network expects" in figures(app.microscope)


async def test_surprise_is_shown_in_bits_beside_the_best_ngram():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press("4")
        await until(pilot, lambda: "-gram: " in figures(app.microscope))
        assert "O: not predicted" in figures(app.microscope)
        await pilot.press("right", "right")
        costs = traced.costs
        assert f"D: {costs[2]:.2f} bits" in figures(app.microscope)
        assert f"the whole text: {costs[1:].mean():.2f} bits" in figures(app.microscope)
        assert f"the last 20 characters: {costs[1:3].mean():.2f} bits" in figures(app.microscope)
        assert app.microscope.query_one(TextBars).values == pytest.approx(np.minimum(costs / 8, 1))


async def test_the_map_shows_the_symbol_at_the_cursor_and_its_neighbours():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press("5")
        await until(pilot, lambda: "nearest to O (capital)" in figures(app.microscope))
        found = embedding_map(network.weights().arrays, network.vocabulary.symbols)
        nearest = found.neighbours(traced.ids[0], 1)[0]
        assert f"{nearest.cosine:+.2f}   {found.kinds[nearest.id]}" in figures(app.microscope)
        assert "O" in app.microscope.query_one(SymbolMap).plain


async def test_gradient_flow_is_charted_by_layer_beside_untrained_cells():
    network = network_with_text()
    app = MicroscopeApp(network)
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press("7", "right")
        await until(
            pilot, lambda: "|dE/dh| behind L, 13 before: layer 1" in figures(app.microscope)
        )
        weights = network.weights()
        flow = gradient_flow(weights.config, weights.arrays, traced.ids)
        shown = figures(app.microscope)
        assert f"the last character: {flow.loss:.3f} nats" in shown
        assert f"layer 1 {flow.layer_norms[0, 13]:.1e}" in shown
        other, arrays = next(untrained_cells(weights.config))
        norms = gradient_flow(other, arrays, traced.ids).hidden_norms
        assert f"untrained: rnn {norms[13]:.1e}" in shown
        (of_weights,) = layer_gradient_norms(weights.config, weights.arrays, traced.ids)
        assert f" {of_weights:.2e}" in shown
        chart = app.microscope.query_one(FlowChart)
        await pilot.click("#flow", offset=Offset(chart.size.width - 1, 3))
        assert "behind O, 14 before" in figures(app.microscope)
        await pilot.click("#flow", offset=Offset(7, 3))
        assert "behind t, 0 before" in figures(app.microscope)


async def test_gradient_norms_are_kept_over_the_steps_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rnntui.tui.lens.looking.LEAST_REST_S", 0.01)
    monkeypatch.setattr("rnntui.tui.lens.looking.REST_SHARE", 0)
    network = network_with_text()
    copies = [replace(network.weights(), step=step) for step in (100, 200, 300)]
    app = MicroscopeApp(replace(network, weights=lambda: copies[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("7")
        for step in (100, 200, 300):
            await until(pilot, lambda step=step: f"steps 100 to {step}" in figures(app.microscope))
            copies[:] = copies[1:] or copies


def test_steps_gone_back_begin_the_norms_anew_and_there_are_not_too_many():
    norms = GradientNorms()
    for step in (10, 20, 20, 30):
        norms.add(step, np.ones(2))
    assert [step for step, _ in norms.steps] == [10, 20, 30]
    norms.add(5, np.ones(2))
    assert [step for step, _ in norms.steps] == [5]
    for step in range(6, 5000):
        norms.add(step, np.ones(2))
    assert len(norms.steps) <= MOST_STEPS
    assert norms.steps[-1][0] == 4999


async def test_a_unit_is_cut_out_and_gates_are_held_and_the_streams_compared():
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        before = await looking(pilot, screen)
        await pilot.press("full_stop", "x")  # the reset gate of unit 2
        await until(pilot, lambda: screen.traced is not before)
        assert screen.operations == (Operation(0, 1, "reset", "low"),)
        assert screen.traced is not None
        assert screen.traced.rows[0].values[:, 1] == pytest.approx(0, abs=1e-20)
        held = screen.traced
        await pilot.press("x")
        await until(pilot, lambda: screen.traced is not held)
        assert screen.traced.rows[0].values[:, 1] == pytest.approx(1)
        await pilot.press("down", "down", "down", "full_stop", "x")  # the state of unit 3
        cut = (Operation(0, 1, "reset", "high"), Operation(0, 2))
        await until(pilot, lambda: screen.operations == cut)
        await pilot.press("6")
        await until(pilot, lambda: FOUND["6"](screen.findings))
        first, second = texts_of(screen.findings)
        assert (len(first), len(second)) == (300, 300)
        differ = [one != other for one, other in zip(first, second, strict=True)]
        assert f"{sum(differ)} of 300 characters differ" in figures(screen)
        assert "layer 1, unit 2: reset high" in figures(screen)
        assert "layer 1, unit 3: cut out" in figures(screen)
        assert "2 operated on" in str(screen.query_one("#view").border_title)
        await pilot.press("X")
        await until(pilot, lambda: "Nothing is operated on yet" in figures(screen))
        await until(pilot, lambda: texts_of(screen.findings) == (first, first))


async def test_a_state_is_frozen_where_it_is_and_nudged_and_both_are_undone():
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(140, 45)) as pilot:
        screen = app.microscope
        traced = await looking(pilot, screen)
        await pilot.press("z", "plus")  # a gate, which is only held
        assert screen.operations == ()
        await pilot.press("down", "down", "down", "right", "right", "full_stop", "z")
        value = float(traced.rows[3].values[2, 1])
        frozen = StateOperation(0, 1, "h", "freeze", value)
        assert screen.operations == (frozen,)
        await until(pilot, lambda: screen.traced is not traced)
        assert screen.traced is not None
        assert screen.traced.rows[3].values[:, 1] == pytest.approx(value)
        await pilot.press("full_stop", "plus", "plus", "plus", "minus")
        nudged = StateOperation(0, 2, "h", "nudge", 0.5)
        assert screen.operations == (frozen, nudged)
        await pilot.press("6")
        await until(pilot, lambda: FOUND["6"](screen.findings))
        shown = figures(screen)
        assert f"layer 1, unit 2: h frozen at {value:.4g}" in shown
        assert "layer 1, unit 3: h nudged by +0.5" in shown
        assert screen.findings.streams is not None
        pairs, (first, *_) = screen.findings.streams
        assert f"costs it {mean_extra_bits(pairs):+.2f} bits a character" in shown
        bits = np.log2(first[2] / first[1])
        assert f"{first[1]:6.1%} {first[2]:6.1%}  {bits:+.2f} bits" in shown
        await pilot.press("2", "minus", "minus", "comma", "z")
        assert screen.operations == ()


async def test_gradients_say_why_there_are_none_through_a_frozen_state():
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("down", "down", "down", "z", "3")
        await until(pilot, lambda: any("no gradients" in n.message for n in app._notifications))


async def test_the_copied_command_generates_the_operated_stream():
    copied: list[str] = []
    session = Session()
    shipped = places.shipped_checkpoints_dir()
    session.load(find_checkpoint(places.checkpoints_dir(), "tiny", shipped), "tiny", "tiny")
    assert session.network is not None
    app = MicroscopeApp(session.network)
    async with app.run_test(size=(140, 45)) as pilot:
        app.copy_to_clipboard = copied.append
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("x", "full_stop", *["down"] * 4, "z", "full_stop", "minus", "6")
        await until(pilot, lambda: FOUND["6"](screen.findings))
        untouched, text = texts_of(screen.findings)
        await pilot.press("y")
    assert len(screen.operations) == 3
    assert rnntui(*shlex.split(copied[0])[1:]).out == TEXT + text
    assert text != untouched


async def test_after_its_last_operation_a_gate_is_as_it_was():
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("x", "x", "x")
        assert app.microscope.operations == ()
        await pilot.press("3", "x")
        assert app.microscope.operations == ()


async def test_what_can_not_be_operated_on_says_why():
    network = network_of()
    weights = network.weights()
    arrays = {f"layers.1.{name}": weights.arrays[f"layers.0.{name}"] for name in ("bias",)}
    arrays["layers.1.weight_ih"] = arrays["layers.1.weight_hh"] = weights.arrays[
        "layers.0.weight_hh"
    ]
    config = replace(weights.config, num_layers=2, connections="residual")
    residual = NetworkWeights(config, {**weights.arrays, **arrays}, 1)
    app = MicroscopeApp(replace(network, weights=lambda: residual))
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("down", "down", "down", "x")
        assert app.microscope.operations == ()
        assert ["residual" in note.message for note in app._notifications] == [True]


def test_only_the_first_state_can_be_cut():
    values = np.zeros((2, 3))
    assert ways_to_operate(TraceRow(1, "c", values, None), 0) == ()
    assert ways_to_operate(TraceRow(2, "h", values, None, True), 1) == (Operation(1, 1),)


@pytest.mark.parametrize(
    ("key", "lens", "head", "count"),
    [
        (
            "1",
            "strips",
            ["place", "character", "layer", "gate or state", "unit", "value"],
            16 * 4 * 12,
        ),
        ("2", "unit", ["place", "character", "layer 1, reset gate, unit 1"], 16),
        ("3", "influence", ["place", "character", "gradient of the prediction behind place 2"], 16),
        ("4", "surprise", ["place", "character", "bits"], 15),
        ("5", "map", ["symbol", "kind", "right", "up"], 0),
        ("6", "surgery", ["place", "untouched", "operated", "extra bits"], 300),
        ("7", "gradients", ["distance", "layer 1", "untrained rnn"], 15),
    ],
)
async def test_what_a_lens_shows_is_saved_as_numbers_and_as_a_picture(
    key: str, lens: str, head: list[str], count: int
):
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(80, 24)) as pilot:
        traced = await looking(pilot, app.microscope)
        await pilot.press(key, "right")
        await until(pilot, lambda: key == "1" or FOUND[key](app.microscope.findings))
        await pilot.press("e", "e")
        folder = places.checkpoints_dir().parent
        assert {path.name for path in folder.glob("microscope-*")} == {
            f"microscope-{lens}-{number}{suffix}"
            for number in (1, 2)
            for suffix in (".csv", ".svg")
        }
        about, (names, *rows) = read_table(folder / f"microscope-{lens}-1.csv")
        assert about[:2] == [f"lens: {lens}", "network: play-gru-1 · gru 1x12 · step 100"]
        assert names[: len(head)] == head
        assert len(rows) == (count or len(traced.vocabulary.symbols))
        drawn = (folder / f"microscope-{lens}-1.svg").read_text(encoding="utf-8")
        texts = ["".join(one.itertext()) for one in ElementTree.fromstring(drawn).iter(TEXT_TAG)]
        command = "rnntui sample " if lens == "surgery" else "rnntui trace "
        assert any(one.startswith(command) for one in texts)
        assert about[2].startswith(f"command: {command}")
        assert lens == "gradients" or any("play-gru-1 · gru 1x12" in one for one in texts)
        if lens == "unit":
            assert [row[1] for row in rows] == list(TEXT)
            assert [float(row[2]) for row in rows] == traced.rows[0].values[:, 0].tolist()


async def test_a_lens_that_can_not_be_saved_says_why(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rnntui.tui.core.exports.write_new", refuse)
    app = MicroscopeApp(network_of())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("e")
        (note,) = app._notifications
        assert "can't be saved" in note.message
        assert note.message.endswith(": Permission denied.")


async def test_what_a_lens_has_no_use_for_is_not_offered():
    app = MicroscopeApp(network_with_text())
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        offered = app.microscope.check_action
        for key, lens in zip(
            "12345", ("strips", "unit", "influence", "surprise", "map"), strict=True
        ):
            await pilot.press(key)
            assert app.microscope.lens_view.has_class(f"-{lens}")
            assert offered("view", ()) is (lens == "strips")
            assert offered("best_unit", ()) is (lens == "unit")
            assert offered("unit", (1,)) is (lens in ("strips", "unit"))
            assert offered("step", (1,)) is True


@pytest.mark.parametrize("width", [2, 7, 30])
def test_no_character_is_lost_where_lines_are_broken(width: int):
    bars = TextBars()
    bars.show("a해\tb\nÇ\x07.해인", np.linspace(-1, 1, 10), 0)
    bars._size = Size(width, 40)
    places = [at for line in bars._lines() for at in line]
    assert places == list(range(10))
    for line in bars.plain.split("\n"):
        assert cell_len(line) <= width


@pytest.mark.parametrize("value", [-1.0, -0.5, -0.01, 0.0, 0.01, 0.3, 1.0, 3.0])
def test_a_bar_says_size_and_sign_without_colour(value: float):
    drawn, style = bar(value)
    length = round(min(abs(value), 1.0) * 7)
    assert style.endswith("reverse") == (value < 0 and length > 0)
    height = " ▁▂▃▄▅▆▇".index(drawn)
    assert height == (8 - length if style.endswith("reverse") else length)


@SIZES
@pytest.mark.parametrize("text", [TEXT, "해인은 말했다."], ids=["play", "korean"])
def test_picture(snap_compare: Any, size: tuple[int, int], text: str) -> None:
    app = MicroscopeApp(network_of("play" if text == TEXT else "korean", scale=0.7), text)

    async def steps(pilot: Pilot[Any]) -> None:
        await looking(pilot, app.microscope)
        await pilot.press("right", "right", "right", "down", "full_stop")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=steps)


@SIZES
@pytest.mark.parametrize(
    "key", FOUND, ids=["neuron", "influence", "surprise", "map", "surgery", "flow"]
)
def test_picture_of_a_lens(snap_compare: Any, size: tuple[int, int], key: str) -> None:
    app = MicroscopeApp(network_with_text())

    async def look(pilot: Pilot[Any]) -> None:
        await looking(pilot, app.microscope)
        await pilot.press("x", key, *["right"] * 10)
        await until(pilot, lambda: FOUND[key](app.microscope.findings))
        app.clear_notifications()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=look)


@SIZES
@pytest.mark.parametrize("text", [TEXT, "해인은 말했다."], ids=["play", "korean"])
def test_picture_of_a_mark(snap_compare: Any, size: tuple[int, int], text: str) -> None:
    network = network_of("play" if text == TEXT else "korean", scale=3.0)
    learned = network.vocabulary.encode(text * 40)
    app = MicroscopeApp(replace(network, parts=lambda: (learned, learned[:0])), text)

    async def steps(pilot: Pilot[Any]) -> None:
        screen = app.microscope
        await looking(pilot, screen)
        await pilot.press("2", *["right"] * 4, "k", *["right"] * 2)
        await until(pilot, lambda: screen.marking.found is not None)
        await until(pilot, lambda: screen.findings.tracked is not None)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=steps)
