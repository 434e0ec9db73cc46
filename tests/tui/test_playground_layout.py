"""The borders between panes: dragged, moved by keys, kept within bounds, remembered."""

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from rnntui.tui.app import RnntuiApp
from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.core.pane_tabs import PaneTabs
from rnntui.tui.widgets.split import Split
from tests.tui.scripted import ScriptedStream, ScriptedTraining, at_home, scripted_app, steps
from tests.tui.waiting import until

SIZE = (140, 45)


def pane(pilot: Pilot[int], name: str) -> Widget:
    return pilot.app.screen.query_one(f"#{name}")


async def dragged(pilot: Pilot[int], start: tuple[int, int], *way: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=start)
    for place in way:
        await pilot.hover(offset=place)
    await pilot.mouse_up(offset=way[-1])
    await pilot.pause()


async def test_the_border_beside_the_set_up_is_dragged_from_either_side():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        setup, loss = pane(pilot, "setup"), pane(pilot, "loss")
        before = setup.region.width
        await dragged(pilot, (before - 1, 10), (before + 5, 10), (before + 9, 12))
        assert setup.region.width == before + 10
        assert loss.region.x == setup.region.right
        assert loss.region.right == SIZE[0]
        await dragged(pilot, (loss.region.x, 10), (loss.region.x - 4, 10))
        assert setup.region.width == before + 6


async def test_the_border_below_the_chart_is_dragged_and_a_double_click_puts_it_back():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        loss, output = pane(pilot, "loss"), pane(pilot, "writing")
        before = loss.region
        await dragged(pilot, (100, output.region.y), (100, output.region.y + 6))
        assert loss.region.height == before.height + 6
        assert output.region.bottom == before.bottom + output.region.height + 6
        assert not app.screen.selections
        await pilot.click(offset=(100, output.region.y), times=2)
        await pilot.pause()
        assert loss.region == before
        assert not app.playground.shares


async def test_no_screen_is_styled_again_as_one_opens(monkeypatch: pytest.MonkeyPatch):
    styled: list[object] = []
    update = Stylesheet.update_nodes

    def update_nodes(self: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        listed = [*nodes]
        styled.extend(listed)
        update(self, listed, animate)

    monkeypatch.setattr(Stylesheet, "update_nodes", update_nodes)
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        assert app.playground not in styled
        sheet = str(Path(inspect.getfile(ClassifyScreen)).with_name("classify.tcss"))
        await until(pilot, lambda: app.stylesheet.has_source(sheet))
        await pilot.press("x")
        await until(pilot, lambda: app.screen is not app.playground and app.screen.is_mounted)
        await pilot.pause()
        assert not {app.playground, app.screen} & {*styled}


async def test_what_stands_in_a_border_is_clicked_and_not_dragged():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        loss = pane(pilot, "loss")
        before = loss.region
        place = (before.right - 4, before.bottom - 1)  # where the samples get longer
        assert "@click" in app.screen.get_style_at(*place).meta
        await dragged(pilot, place, (place[0], place[1] + 4))
        assert loss.region == before


async def test_keys_move_the_borders_and_reset_them():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        setup, loss = pane(pilot, "setup"), pane(pilot, "loss")
        before = setup.region.width, loss.region.height
        await pilot.press("ctrl+right", "ctrl+right", "alt+left", "ctrl+down", "alt+down")
        await pilot.pause()
        assert (setup.region.width, loss.region.height) == (before[0] + 2, before[1] + 2)
        await pilot.press("backspace")
        await pilot.pause()
        assert (setup.region.width, loss.region.height) == before


async def test_no_pane_is_made_too_small_and_the_way_back_begins_at_once():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        setup, loss = pane(pilot, "setup"), pane(pilot, "loss")
        await dragged(pilot, (setup.region.right - 1, 10), (1, 10))
        assert setup.region.width == 26
        await pilot.press("ctrl+left", "ctrl+right")
        await pilot.pause()
        assert setup.region.width == 28
        await dragged(pilot, (setup.region.right - 1, 10), (139, 10))
        assert loss.region.width == 46


async def test_a_share_survives_another_size_of_the_terminal_and_tabs():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        setup = pane(pilot, "setup")
        await dragged(pilot, (setup.region.right - 1, 10), (69, 10))
        assert setup.region.width == 70
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert pane(pilot, "setup").region.width == 80
        await pilot.press("ctrl+right")
        await pilot.pause()
        assert any("one pane" in note.message.lower() for note in app._notifications)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        await pilot.pause()
        assert setup.region.width == 100


async def test_the_layout_is_there_again_in_the_next_session():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+right", "ctrl+up", "ctrl+q")
        await until(pilot, lambda: not app.is_running)
    app.close()
    assert set(app.playground.shares) == {"setup", "loss"}
    again = scripted_app()
    async with again.run_test(size=SIZE) as pilot:
        assert again.playground.shares == app.playground.shares
        assert pane(pilot, "setup").region.width == 40


async def test_the_border_below_the_table_of_runs_is_dragged():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: bool(app.screen.query(Split)))
        await pilot.pause()
        curves = pane(pilot, "curves")
        top = curves.region.y
        await dragged(pilot, (30, top), (30, top + 8))
        assert curves.region.y == top + 8
        assert set(app.playground.shares) == {"list"}


LAYOUTS = {80: "-narrow", 100: "-normal", 140: "-wide"}


class Drawn(RnntuiApp):
    """Notes for each screen that it draws whether it has the layout for its size, and no other."""

    def __init__(self) -> None:
        super().__init__(scripted_app()._session, warm_up=lambda: 2e10)
        self.fits: dict[str, set[bool]] = {}

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        has = [layout for layout in LAYOUTS.values() if screen.has_class(layout)]
        fits = has == [LAYOUTS[self.size.width]]
        self.fits.setdefault(type(screen).__name__, set()).add(fits)
        super()._display(screen, renderable)


@pytest.mark.parametrize("width", LAYOUTS)
async def test_no_screen_is_ever_drawn_in_the_layout_of_another_size(width: int):
    app = Drawn()
    async with app.run_test(size=(width, 30)) as pilot:
        await at_home(pilot)
        for key, name in {"x": "ClassifyScreen", "r": "RunsScreen", "c": "CorporaScreen"}.items():
            await pilot.press(key)
            await until(pilot, lambda name=name: name in app.fits)
            await pilot.press("escape")
    assert len(app.fits) >= 5
    assert all(fits == {True} for fits in app.fits.values())


async def test_screens_below_and_those_put_away_have_the_layout_for_another_size_when_seen_again():
    app = Drawn()
    async with app.run_test(size=(140, 45)) as pilot:
        await at_home(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "ClassifyScreen" in app.fits)
        await pilot.press("escape", "r")
        await until(pilot, lambda: "RunsScreen" in app.fits)
        app.fits.clear()
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.playground.has_class("-narrow"))
        await pilot.press("escape")
        await until(pilot, lambda: "Playground" in app.fits)
        await pilot.press("x")
        await until(pilot, lambda: "ClassifyScreen" in app.fits)
        assert app.fits["Playground"] == app.fits["ClassifyScreen"] == {True}


async def test_a_small_terminal_shows_chart_figures_and_output_at_once():
    stream = ScriptedStream(40)
    app = scripted_app(ScriptedTraining(steps(120)), stream)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: pane(pilot, "status").region.height == 1)
        await pilot.press("g")
        text = app.playground.output.stream
        await until(pilot, lambda: len(text.text) == 40)
        chart, status = pane(pilot, "chart"), app.playground.loss.status
        await until(pilot, lambda: "step 120/400" in status.render().plain)
        assert chart.region.height >= 6
        assert text.region.height >= 6
        for shown in (chart, status, text, pane(pilot, "sampler"), pane(pilot, "prime")):
            assert shown.region in app.screen.region
        stream.over.set()


@pytest.mark.parametrize(
    ("keys", "shown", "hidden"),
    [
        ("4", ["setup"], ["loss", "writing"]),
        ("5", ["loss", "writing"], ["setup"]),
        ("6", ["loss"], ["setup", "writing"]),
        ("7", ["writing"], ["setup", "loss"]),
    ],
)
async def test_keys_turn_to_the_tabs(keys: str, shown: list[str], hidden: list[str]):
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6" if keys == "4" else "4", keys)
        await until(pilot, lambda: all(pane(pilot, name).region for name in shown))
        assert not any(pane(pilot, name).region for name in hidden)
        tab = app.playground.query_one(PaneTabs).active_tab
        assert tab is not None
        assert tab.label_text.startswith(f"{keys} ")


async def test_where_all_panes_are_shown_the_same_keys_give_them_the_focus():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        for key, name in {"4": "texts", "6": "chart", "7": "stream"}.items():
            await pilot.press(key)
            assert app.screen.focused is pane(pilot, name)
        await pilot.press("5")
        assert app.screen.focused is None


async def test_a_pane_that_was_turned_to_stays_when_its_training_is_paused():
    app = scripted_app(ScriptedTraining(steps(20)))
    async with app.run_test(size=(80, 24)) as pilot:
        tabs = app.playground.query_one(PaneTabs)
        await pilot.press("t")
        assert tabs.shown == "overview"
        await pilot.press("6", "t")
        assert tabs.shown == "loss"
        await pilot.press("7", "g")
        assert tabs.shown == "writing"
