"""The Microscope, driven by keys and mouse over a network with seeded weights."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.app import App
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui.errors import RnntuiError
from rnntui.lenses.forward_trace import forward_trace
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.session import Network
from rnntui.tui.microscope.heat_strips import HeatStrips
from rnntui.tui.microscope.screen import MicroscopeScreen
from rnntui.tui.microscope.step_figures import StepFigures
from rnntui.tui.microscope.traced_text import LONGEST, TracedText, trace_text
from tests.tui.scripted import scripted_app
from tests.tui.test_duel import network_of
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
TEXT = "OLD TAM:\nSay it."


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
    return str(screen.query_one(StepFigures).render())


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
        assert f"layer 1, update gate, unit 3: {row.values[2, 3]:.8f}" in figures(app.microscope)
        assert row.before is not None
        assert f"from {row.before[2, 3]:.8f}" in figures(app.microscope)
        await pilot.press("up", "comma", "comma", "comma", "comma", "end")
        assert f"reset gate, unit {traced.units - 1}: " in figures(app.microscope)
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
        assert f"new gate, unit 7: {value:.8f}" in figures(app.microscope)
        await pilot.click("#over-units", offset=Offset(3, 0))
        await pilot.click("#over-units", offset=Offset(12 + 40, 1))
        assert f"new gate, unit 7: {value:.8f}" in figures(app.microscope)


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
    monkeypatch.setattr("rnntui.tui.microscope.screen.LEAST_REST_S", 0.01)
    network = network_of()
    copies = [replace(network.weights(), step=step) for step in (100, 200)]
    app = MicroscopeApp(replace(network, weights=lambda: copies[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await looking(pilot, app.microscope)
        await pilot.press("right", "right")
        del copies[0]
        pane = app.microscope.query_one("#strips-pane")
        await until(pilot, lambda: "step 200" in str(pane.border_title))
        assert "character 3 of 16" in figures(app.microscope)


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
            assert f"h state, unit {unit}: {hidden}" in figures(app.microscope)
            await pilot.press("full_stop")
        for score in ("-0.63997473", "7.49057754", "0.97184817", "-7.61733016", "1.22136241"):
            assert f"score {score}" in figures(app.microscope)
        await pilot.press("right")
        for unit, hidden in enumerate(("0.06340167", "0.96673299", "-0.99999709")):
            assert f"h state, unit {unit}: {hidden}" in figures(app.microscope)
            await pilot.press("full_stop")
        await pilot.press("o")
        await until(pilot, lambda: "of 16" in figures(app.microscope))
        assert app.microscope.query_one("#text", Input).value == TEXT


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


@SIZES
@pytest.mark.parametrize("text", [TEXT, "해인은 말했다."], ids=["play", "korean"])
def test_picture(snap_compare: Any, size: tuple[int, int], text: str) -> None:
    app = MicroscopeApp(network_of("play" if text == TEXT else "korean", scale=0.7), text)

    async def look(pilot: Pilot[Any]) -> None:
        await looking(pilot, app.microscope)
        await pilot.press("right", "right", "right", "down", "full_stop")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=look)
