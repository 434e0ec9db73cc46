"""The help lists the keys that act now, the nearest first, and explains what is on screen."""

from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from rnntui.tui.core.actions import Action
from rnntui.tui.core.key_groups import KeyGroup, key_groups
from rnntui.tui.help.page import SECTIONS
from rnntui.tui.help.screen import Help, KeyTable
from tests.tui.waiting import until

ACTIONS = (
    Action("train", "t", "train", "Train", "Train on the chosen text; again to pause."),
    Action("rate.down", "left_square_bracket", "rate", "Learn slower", "Halve the rate [by 2]."),
    Action("gone", "x", "gone", "Gone", "Not to be had at all."),
    Action("late", "y", "late", "Back to best", "To be had, but not now."),
)


class Desk(Screen[None]):
    """A screen with a list and a field."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in ACTIONS]

    def compose(self) -> ComposeResult:
        yield OptionList("one", "two", id="list")
        yield Input(id="field")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return {"gone": False, "late": None}.get(action, True)


class DeskApp(App[int]):
    """Opens the help of its screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="help", tooltip="Say what every key does.")
    ]

    def on_mount(self) -> None:
        self.push_screen(Desk())

    def action_help(self) -> None:
        self.push_screen(Help.about(self.screen))


def group(screen: Screen[object], title: str) -> KeyGroup:
    return next(group for group in key_groups(screen) if group.title == title)


def shown(pilot: Pilot[int]) -> str:
    """All text on the screen."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(line.text for line in lines)


async def test_groups_go_from_the_focused_widget_outwards():
    app = DeskApp()
    async with app.run_test() as pilot:
        titles = [group.title for group in key_groups(app.screen)]
        assert titles == ["On this screen", "Everywhere"]
        app.screen.query_one("#list").focus()
        await pilot.pause()
        titles = [group.title for group in key_groups(app.screen)]
        assert titles == ["In focus: Option list", "On this screen", "Everywhere"]


async def test_a_row_has_key_label_and_sentence():
    app = DeskApp()
    async with app.run_test():
        rows = {row.label: row for row in group(app.screen, "On this screen").rows}
        assert (rows["Train"].keys, rows["Train"].sentence) == ("t", ACTIONS[0].tooltip)
        assert rows["Learn slower"].keys == "["
        assert "Gone" not in rows
        assert rows["Train"].is_enabled
        assert not rows["Back to best"].is_enabled
        everywhere = {row.label: row.keys for row in group(app.screen, "Everywhere").rows}
        assert everywhere["Help"] == "f1"


async def test_keys_are_shown_as_they_were_bound_anew():
    app = DeskApp()
    async with app.run_test():
        app.set_keymap({"train": "f8,f9"})
        rows = {row.label: row.keys for row in group(app.screen, "On this screen").rows}
        assert rows["Train"] == "f8 f9"


async def test_in_a_field_only_keys_that_act_are_listed_and_a_note_says_why():
    app = DeskApp()
    async with app.run_test(size=(100, 40)) as pilot:
        app.screen.query_one("#field").focus()
        await pilot.pause()
        assert "Train" not in [row.label for row in group(app.screen, "On this screen").rows]
        await pilot.press("f1")
        assert "letters are typed" in shown(pilot)


@pytest.mark.parametrize("key", ["escape", "q", "f1", "question_mark"])
async def test_it_opens_and_closes_by_key(key: str):
    app = DeskApp()
    async with app.run_test() as pilot:
        await pilot.press("f1")
        assert isinstance(app.screen, Help)
        await pilot.press(key)
        assert isinstance(app.screen, Desk)


async def test_it_closes_by_mouse():
    app = DeskApp()
    async with app.run_test() as pilot:
        await pilot.press("f1")
        await pilot.click("#close")
        await pilot.pause()
        assert isinstance(app.screen, Desk)


async def test_markup_in_a_sentence_is_text():
    app = DeskApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1")
        assert "Halve the rate [by 2]." in shown(pilot)


async def test_searching_keeps_what_matches_all_words():
    app = DeskApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1", "slash", *"rate")
        assert "Learn slower" in shown(pilot)
        assert "Say what every key does" not in shown(pilot)
        await pilot.press(*" zebra")
        assert "Nothing found." in shown(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, Help)
        assert app.screen.query_one("#search", Input).value == ""
        assert "Say what every key does" in shown(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, Desk)


async def test_the_page_can_be_searched_too():
    app = DeskApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1", "slash", *"nats")
        assert "Loss and bits per character" in shown(pilot)
        assert "What this is" not in shown(pilot)


async def test_arrows_scroll_from_the_start_and_after_a_search():
    app = DeskApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        scroll = app.screen.query_one("#scroll")
        await pilot.press("down", "down")
        await until(pilot, lambda: scroll.scroll_offset.y == 2)
        await pilot.press("slash", "e", "enter", "end")
        await until(pilot, lambda: scroll.scroll_offset.y > 2)


async def test_another_theme_is_taken_on():
    app = DeskApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("f1")
        table = app.screen.query(KeyTable).first()
        before = table.render_line(0)
        app.theme = "textual-light"
        await pilot.pause()
        assert table.render_line(0) != before


async def test_the_legend_has_the_looks_of_the_stream():
    app = DeskApp()
    async with app.run_test() as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert "≥90%" in str(app.screen.query_one("#legend", Static).render())


async def opened(pilot: Pilot[int]) -> None:
    pilot.app.screen.query_one("#list").focus()
    await pilot.press("f1")
    await pilot.pause()


async def opened_at_the_end(pilot: Pilot[int]) -> None:
    await opened(pilot)
    pilot.app.screen.query_one("#scroll").scroll_end(animate=False)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
def test_picture_of_the_keys(snap_compare: Any, size: tuple[int, int]):
    assert snap_compare(DeskApp(), terminal_size=size, run_before=opened)


def test_picture_of_the_page(snap_compare: Any):
    assert snap_compare(DeskApp(), terminal_size=(100, 30), run_before=opened_at_the_end)


def test_picture_in_a_light_theme(snap_compare: Any):
    class Light(DeskApp):
        def on_mount(self) -> None:
            self.theme = "textual-light"

    assert snap_compare(Light(), terminal_size=(100, 30), run_before=opened)


@pytest.mark.parametrize(
    "word",
    ["uniform", "unigram", "5-gram", "memorised", "gradient norm", "top-k", "top-p", "hybrid"],
)
def test_it_explains_the_words_on_the_screen(word: str) -> None:
    assert any(section.matches([word]) for section in SECTIONS)
