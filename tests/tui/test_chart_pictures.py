"""Pictures of charts for terminals without Braille, compared with those that were looked at."""

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from rnntui.chart_characters import Characters
from rnntui.tui.training.loss_pane import LOSS
from rnntui.tui.widgets.chart import Chart
from tests.tui.scripted import scripted_app
from tests.unit.test_chart_picture import loss_data


class ChartApp(App[None]):
    """A chart on a terminal that has these characters."""

    def __init__(self, characters: Characters) -> None:
        super().__init__()
        self.chart_characters = characters

    def compose(self) -> ComposeResult:
        yield Chart(LOSS)

    def on_mount(self) -> None:
        chart = self.query_one(Chart)
        chart.data = loss_data()


@pytest.mark.parametrize("size", [(78, 18), (40, 6)], ids=["78x18", "40x6"])
@pytest.mark.parametrize("characters", ["blocks", "ascii"])
def test_a_chart(snap_compare: Any, characters: Characters, size: tuple[int, int]) -> None:
    assert snap_compare(ChartApp(characters), terminal_size=size)


@pytest.mark.parametrize("characters", ["blocks", "ascii"])
def test_a_chart_with_a_crosshair(snap_compare: Any, characters: Characters) -> None:
    async def read(pilot: Pilot[Any]) -> None:
        pilot.app.query_one(Chart).crosshair_x = 200.0
        await pilot.pause()

    assert snap_compare(ChartApp(characters), terminal_size=(78, 18), run_before=read)


@pytest.mark.parametrize(("terminal", "character"), [("linux", "blocks"), ("xterm", "braille")])
async def test_the_terminal_decides_for_every_chart(
    terminal: str, character: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", terminal)
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        assert app.screen.query_one(Chart).look.characters == character
        for key in ("r", "x"):
            await pilot.press(key)
            await pilot.pause()
            assert app.screen.query_one(Chart).look.characters == character
            await pilot.press("escape")
        app.end_sessions()


async def test_the_setting_decides_before_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    app = scripted_app()
    app.preferences.change(chart_characters="ascii")
    async with app.run_test(size=(140, 45)):
        assert app.screen.query_one(Chart).look.characters == "ascii"
        app.end_sessions()
