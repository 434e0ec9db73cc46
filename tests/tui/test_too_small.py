"""Below 80x24 a sentence covers whatever screen there is; above, all is as it was."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Select

from rnntui.tui.dialogs.question import Question
from rnntui.tui.widgets.too_small import SizedApp, TooSmall, is_too_small, sentence_for
from tests.tui.waiting import until


class Room(Screen[None]):
    """Counts what keys and mouse do to it."""

    AUTO_FOCUS = "#input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "count", "Count")]

    def __init__(self) -> None:
        super().__init__()
        self.counted = 0

    def compose(self) -> ComposeResult:
        yield Input(id="input")
        yield Select([("one", 1), ("two", 2)], id="select")
        yield Button("count", id="button")
        yield Footer()

    def action_count(self) -> None:
        self.counted += 1

    def on_button_pressed(self) -> None:
        self.counted += 1


class SmallApp(SizedApp[int]):
    """A room to be covered."""

    def on_mount(self) -> None:
        self.push_screen(Room())


def is_covered(pilot: Pilot[int]) -> bool:
    """Whether the top screen shows nothing but the sentence."""
    cover = pilot.app.screen.query_one(TooSmall)
    width, height = pilot.app.size
    corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
    found = [pilot.app.screen.get_widget_at(*corner)[0] for corner in corners]
    seen = all(cover in widget.ancestors_with_self for widget in found)
    assert seen == cover.display
    return seen


async def resized(pilot: Pilot[int], width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: pilot.app.screen._compositor.size == (width, height))
    await pilot.pause()


@pytest.mark.parametrize(
    ("width", "height", "covered"),
    [(80, 24, False), (79, 24, True), (80, 23, True), (10, 3, True), (200, 60, False)],
)
async def test_the_screen_is_covered_below_80_by_24(width: int, height: int, covered: bool):
    async with SmallApp().run_test(size=(width, height)) as pilot:
        await pilot.pause()
        assert is_covered(pilot) == covered


async def test_growing_gives_the_screen_back_with_its_focus():
    app = SmallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "b")
        await resized(pilot, 60, 20)
        assert is_covered(pilot)
        await resized(pilot, 100, 30)
        assert not is_covered(pilot)
        await pilot.press("c")
        assert app.screen.query_one("#input", Input).value == "abc"


async def test_keys_and_mouse_do_nothing_unseen():
    app = SmallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await resized(pilot, 60, 20)
        await pilot.press("f5", "x", "tab")
        app.screen.query_one("#input").focus()
        x, y = app.screen.query_one("#button").region.offset
        await pilot.click(offset=(x + 1, y + 1))
        await resized(pilot, 80, 24)
        assert isinstance(app.screen, Room)
        assert app.screen.counted == 0
        assert app.screen.query_one("#input", Input).value == ""
        await pilot.press("f5")
        await pilot.click("#button")
        assert app.screen.counted == 2


async def test_priority_keys_still_act():
    app = SmallApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert not app.is_running


async def test_a_modal_is_covered_and_given_back():
    app = SmallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        answers: list[bool | None] = []
        app.push_screen(Question("Quit", "Leave?", "Leave", "Stay"), answers.append)
        await pilot.pause()
        await resized(pilot, 30, 8)
        assert is_covered(pilot)
        await pilot.press("y")
        assert answers == []
        await resized(pilot, 80, 24)
        assert not is_covered(pilot)
        await pilot.press("y")
        assert answers == [True]
        assert not is_covered(pilot)


async def test_a_screen_pushed_while_covered_is_covered_too():
    app = SmallApp()
    async with app.run_test(size=(30, 8)) as pilot:
        app.push_screen(Question("Quit", "Leave?", "Leave", "Stay"))
        await until(pilot, lambda: bool(app.screen.query(TooSmall)))
        await pilot.pause()
        assert is_covered(pilot)
        app.pop_screen()
        await pilot.pause()
        assert is_covered(pilot)


async def test_an_open_list_and_a_toast_lie_below_the_cover():
    app = SmallApp()
    async with app.run_test(size=(80, 24), notifications=True, tooltips=True) as pilot:
        app.screen.query_one(Select).expanded = True
        app.notify("something happened")
        await pilot.pause()
        await resized(pilot, 40, 12)
        assert is_covered(pilot)
        for row in range(12):
            for column in range(40):
                widget, _ = app.screen.get_widget_at(column, row)
                assert any(isinstance(node, TooSmall) for node in widget.ancestors_with_self)


async def test_the_palette_is_covered():
    app = SmallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await resized(pilot, 40, 12)
        assert is_covered(pilot)


async def test_every_size_is_borne():
    app = SmallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for width, height in [(10, 3), (200, 3), (10, 60), (1, 1), (79, 23), (80, 24)]:
            await resized(pilot, width, height)
            assert is_covered(pilot) == is_too_small(Size(width, height))


@given(st.integers(1, 120), st.integers(1, 40))
def test_the_sentence_fits_wherever_two_words_do(width: int, height: int):
    sentence = sentence_for(Size(width, height))
    assert "80" in sentence
    assert "24" in sentence
    if width >= 10 and height >= 3:
        assert len(Content(sentence).wrap(width)) <= height


@pytest.mark.parametrize("size", [(60, 20), (20, 5)], ids=["60x20", "20x5"])
def test_picture(snap_compare: Any, size: tuple[int, int]):
    assert snap_compare(SmallApp(), terminal_size=size)
