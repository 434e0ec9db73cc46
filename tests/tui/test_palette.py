"""The command palette offers every action of the registry, with its key, and does it."""

import asyncio
import gc
import warnings
from collections.abc import Sequence
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList
from textual.worker import WorkerFailed

from rnntui.tui.app import RnntuiApp
from rnntui.tui.core.actions import Action
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.palette import ActionCommands
from tests.tui.waiting import until

ACTIONS = (
    Action("train", "t", "do('train')", "Train", "Train on the chosen text; again to pause."),
    Action("rate", "left_square_bracket", "do('rate')", "Learn slower", "Halve the rate [by 2]."),
    Action("mode", "1", "do('mode')", "Argmax", "Always take the likeliest character."),
    Action("gone", "x", "gone", "Gone", "Not to be had at present."),
    Action("late", "y", "late", "Late", "To be had, but not now."),
)
OF_THE_APP = (Action("jump", "f6", "jump", "Jump", "Go to another pane."),)


class Desk(Screen[None]):
    """Notes down what it is asked to do."""

    AUTO_FOCUS = "Input"
    actions: ClassVar[Sequence[Action]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in ACTIONS]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return {"gone": False, "late": None}.get(action, True)

    def action_do(self, what: str) -> None:
        self.done.append(what)


class DeskApp(App[int]):
    """An app with an action of its own beside the screen's."""

    COMMANDS = App.COMMANDS | {ActionCommands}
    actions: ClassVar[Sequence[Action]] = OF_THE_APP
    jumped = False

    def on_mount(self) -> None:
        self.push_screen(Desk())

    def action_jump(self) -> None:
        self.jumped = True


async def found(app: App[int], query: str) -> list[Hit | DiscoveryHit]:
    provider = ActionCommands(app.screen)
    hits = provider.search(query) if query else provider.discover()
    unsorted = [hit async for hit in hits]
    return sorted(unsorted, key=lambda hit: hit.score, reverse=True)


async def labels(app: App[int], query: str) -> list[str | None]:
    return [hit.text for hit in await found(app, query)]


async def chosen(pilot: Pilot[int], query: str) -> None:
    """Open the palette, search it and take what comes first."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*query)
    palette, options = pilot.app.screen, pilot.app.screen.query_one(OptionList)
    await until(pilot, lambda: options.option_count > 0)
    await until(pilot, lambda: not any(work.node is palette for work in pilot.app.workers))
    await pilot.press("enter")
    await until(
        pilot,
        lambda: not (pilot.app.is_running and isinstance(pilot.app.screen, CommandPalette)),
    )
    await pilot.pause()


async def test_all_that_can_be_done_is_offered_in_the_registrys_order():
    app = DeskApp()
    async with app.run_test():
        assert await labels(app, "") == ["Train", "Learn slower", "Argmax", "Late", "Jump"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("train", "Train"),
        ("slow", "Learn slower"),
        ("lrnslw", "Learn slower"),
        ("halve", "Learn slower"),
        ("rate halve", "Learn slower"),
        ("likel", "Argmax"),
        ("pane", "Jump"),
    ],
)
async def test_an_action_is_found_by_its_label_and_by_its_sentence(query: str, first: str):
    app = DeskApp()
    async with app.run_test():
        assert (await labels(app, query))[0] == first


async def test_a_label_counts_more_than_a_sentence_and_nonsense_finds_nothing():
    app = DeskApp()
    async with app.run_test():
        assert (await labels(app, "train"))[0] == "Train"
        assert await labels(app, "zzz") == []
        assert await labels(app, "rate zzz") == []


async def test_an_offer_shows_the_key_as_it_is_bound_now():
    app = DeskApp()
    async with app.run_test():
        app.set_keymap({"train": "f8,f9"})
        hits = {hit.text: hit for hit in await found(app, "")}
        assert str(hits["Train"].prompt) == "Train  f8 f9"
        assert str(hits["Learn slower"].prompt) == "Learn slower  ["
        assert str((await found(app, "trai"))[0].prompt) == "Train  f8 f9"


async def test_choosing_does_it_on_the_screen_or_the_app():
    app = DeskApp()
    async with app.run_test() as pilot:
        controller = app.screen
        assert isinstance(controller, Desk)
        await chosen(pilot, "halve")
        assert controller.done == ["rate"]
        assert app.screen is controller
        await chosen(pilot, "another pane")
        assert app.jumped


async def test_themes_and_quitting_stay_in_the_palette():
    app = DeskApp()
    async with app.run_test() as pilot:
        await chosen(pilot, "quit")
        await until(pilot, lambda: not app.is_running)


async def test_a_screen_without_a_registry_offers_the_apps_actions():
    app = DeskApp()
    async with app.run_test() as pilot:
        app.push_screen(Screen())
        await pilot.pause()
        assert await labels(app, "") == ["Jump"]


# Closing it.


class ClosingCommands(Provider):
    """Closes the palette between two of the entries that it offers."""

    async def search(self, query: str) -> Hits:
        yield Hit(1.0, "first", str, help="with help")
        palette = self.app.screen
        palette.dismiss()
        while palette.is_attached:
            await asyncio.sleep(0)
        yield Hit(1.0, "second", str, help="with help")


class LettersApp(SurvivingApp[int]):
    """An app whose palette is ours."""

    COMMANDS: ClassVar[set[type[Provider]]] = {ClosingCommands}

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[Exception] = []

    def action_command_palette(self) -> None:
        RnntuiApp.action_command_palette(self)  # type: ignore[arg-type]

    def _handle_exception(self, error: Exception) -> None:
        self.failed.append(error)


async def test_closing_the_palette_while_it_gathers_raises_nothing() -> None:
    app = LettersApp()
    async with app.run_test() as pilot:
        palette = await opened(pilot)
        await pilot.press("a")
        await until(pilot, lambda: not isinstance(app.screen, CommandPalette))
        await app.workers.wait_for_complete()
        # A letter that comes to it after Escape.
        palette._gather_commands("ab")
        palette._list_visible = palette._show_busy = True
        await app.workers.wait_for_complete()
        await pilot.pause()
    assert app.failed == []


async def test_what_fails_in_an_open_palette_is_still_heard_of() -> None:
    app = LettersApp()
    async with app.run_test() as pilot:
        palette = await opened(pilot)
        await palette.query_one(CommandList).remove()
        palette._gather_commands("ab")
        await until(pilot, lambda: bool(app.failed))
    assert isinstance(app.failed[0], WorkerFailed)


async def test_a_palette_that_closes_while_it_is_busy_leaves_nothing_behind() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        app = LettersApp()
        async with app.run_test() as pilot:
            palette = await opened(pilot)
            app.exit()
            palette._show_busy = True  # its turn would come after the end
        gc.collect()
    assert [str(warning.message) for warning in heard] == []


async def opened(pilot: Pilot[int]) -> CommandPalette:
    """The palette, once it is there."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    palette = pilot.app.screen
    assert isinstance(palette, CommandPalette)
    return palette
