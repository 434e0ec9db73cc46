"""Every action of every registry is reached by its key, by the mouse and by the palette."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from textual import actions
from textual.app import App
from textual.binding import ActiveBinding
from textual.command import CommandPalette
from textual.events import MouseDown, MouseUp
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, OptionList

from rnntui import places
from rnntui.runtime.classifier_session import ClassifierSession
from rnntui.runtime.race.session import RaceSession
from rnntui.tui.app import RnntuiApp
from rnntui.tui.classify.actions import CLASSIFY
from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.core.actions import APP, PLAYGROUND, Action
from rnntui.tui.core.key_bar import KeyBar
from rnntui.tui.core.palette import ActionCommands
from rnntui.tui.core.remembered import SCREEN_NAME
from rnntui.tui.corpora.actions import CORPORA
from rnntui.tui.corpora.screen import CorporaScreen
from rnntui.tui.duel.screen import DUEL, DuelScreen
from rnntui.tui.learn.actions import LEARN
from rnntui.tui.learn.progress import LessonProgress
from rnntui.tui.learn.screen import LearnScreen
from rnntui.tui.lens.kept_scrubber import KeptScrubber
from rnntui.tui.microscope.actions import MICROSCOPE
from rnntui.tui.microscope.long_text import LongTextScreen
from rnntui.tui.microscope.long_text_actions import LONG_TEXT
from rnntui.tui.microscope.screen import MicroscopeScreen
from rnntui.tui.race.actions import OPEN as OPEN_LANE
from rnntui.tui.race.actions import RACE
from rnntui.tui.race.samples import LaneSample
from rnntui.tui.race.screen import RaceScreen
from rnntui.tui.runs.actions import OPEN, RUNS, STUDY
from rnntui.tui.runs.screen import RunsScreen
from rnntui.tui.runs.study import StudyScreen
from tests.tui.lesson_screens import SMALL, Untrained
from tests.tui.scripted import ScriptedStream, scripted_app
from tests.tui.scripted_race import ScriptedRace, a_race
from tests.tui.waiting import until

SIZE = (140, 45)

BORDERS = {action.name for action in (*PLAYGROUND, *RUNS, *CLASSIFY) if "border." in action.name}
"""Dragging does it by mouse; besides they stand in the menu, as do these of the other screens,
for which there is something to click in another way: headings, fields, panes."""

IN_THE_MENU = (
    BORDERS
    | {action.name for action in (*PLAYGROUND, *CLASSIFY, *RACE) if "tab." in action.name}
    | {
        *("suspend", "learn", "output-step"),
        *(
            "runs.same-text",
            "runs.filter",
            "runs.sort",
            "runs.reverse",
            "runs.refresh",
            "runs.sweep",
        ),
        *("classify.clear", "classify.command"),
        *(f"microscope.{name}" for name in ("back", "first", "last", "row.up", "unit.down")),
        *(f"microscope.{name}" for name in ("operate", "untouched", "freeze", "command")),
        *("microscope.nudge.down", "microscope.nudge.up"),
        *(f"long-text.{name}" for name in ("back", "forward", "up", "page.up", "first", "last")),
        *("learn.page.up", "learn.page.down", "learn.tab.page", "learn.tab.network"),
        *("corpora.library", "corpora.beginning", "corpora.figures", "corpora.table"),
    }
)

Call = tuple[str, tuple[object, ...]]


def call_of(action: str) -> Call:
    _, name, parameters = actions.parse(action)
    return name, parameters


class Record:
    """Stands in for the methods of a screen and the app, and notes which were called."""

    def __init__(self, screen: Screen[Any], registry: Sequence[Action]) -> None:
        self.calls: list[Call] = []
        for action in registry:
            self._stand_in(screen.app if action.call.startswith("app.") else screen, action)
        for action in APP:
            self._stand_in(screen.app, action)

    def _stand_in(self, owner: object, action: Action) -> None:
        name, _ = call_of(action.call)

        def note(*parameters: object) -> None:
            self.calls.append((name, parameters))

        assert hasattr(owner, f"action_{name}")
        setattr(owner, f"action_{name}", note)

    def take(self) -> list[Call]:
        calls, self.calls = self.calls, []
        return calls


def cells_with(screen: Screen[Any], meta: str) -> Iterator[tuple[object, Offset]]:
    """What stands under `meta` in the cells of the screen as it is drawn."""
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            if segment.style is not None and meta in segment.style.meta:
                yield segment.style.meta[meta], Offset(x, y)
            x += segment.cell_length


def clickable(screen: Screen[Any]) -> dict[Call, Offset]:
    """Where on the screen something can be clicked, by what it does."""
    found = {call_of(str(action)): at for action, at in cells_with(screen, "@click")}
    for button in screen.query(Button):
        if button.action and button.region:
            found[call_of(button.action)] = button.region.offset
    at_key = dict(cells_with(screen, "key"))
    for active in in_footer(screen):
        found.setdefault(call_of(active.binding.action), at_key[active.binding.key])
    return found


def in_footer(screen: Screen[Any]) -> list[ActiveBinding]:
    """The keys that the footer shows."""
    return [active for entry in screen.query_one(KeyBar).entries for active in entry.bindings]


async def reached_by_key(pilot: Pilot[int], record: Record, registry: Sequence[Action]) -> None:
    await pilot.press(*(action.key.split(",")[0] for action in registry))
    assert record.take() == [call_of(action.call) for action in registry]


async def reached_by_mouse(pilot: Pilot[int], record: Record, registry: Sequence[Action]) -> None:
    there = clickable(pilot.app.screen)
    wanted = {action.name: call_of(action.call) for action in registry}
    by_menu = {name for name, call in wanted.items() if call not in there}
    assert by_menu <= IN_THE_MENU
    clicked = [call for name, call in wanted.items() if name not in by_menu]
    for call in clicked:
        click(pilot.app, there[call])
    # A key in the footer answers by way of the keyboard, a little later.
    await until(pilot, lambda: len(record.calls) == len(clicked))
    assert Counter(record.take()) == Counter(clicked)


def click(app: App[Any], at: Offset) -> None:
    """Press and let go of the mouse, as the terminal tells it."""
    for kind in (MouseDown, MouseUp):
        app.post_message(kind(None, *at, 0, 0, 1, False, False, False, *at))


async def reached_by_palette(pilot: Pilot[int], record: Record, registry: Sequence[Action]) -> None:
    provider = ActionCommands(pilot.app.screen)
    hits = [hit async for hit in provider.discover()]
    assert [hit.text for hit in hits] == [action.label for action in registry]
    for hit in hits:
        await hit.command()
    assert record.take() == [call_of(action.call) for action in registry]


async def menu_opened(pilot: Pilot[int]) -> OptionList:
    """Click what opens the palette."""
    screen = pilot.app.screen
    await pilot.click(offset=clickable(screen)["command_palette", ()])
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    options = pilot.app.screen.query_one(OptionList)
    await until(pilot, lambda: options.option_count > 0)
    return options


async def network_there(app: RnntuiApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: app.session.network is not None)
    await pilot.pause()


async def test_all_that_the_playground_does_is_reached_in_each_way():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await network_there(app, pilot)
        record = Record(app.screen, PLAYGROUND)
        registry = (*PLAYGROUND, *APP)
        await reached_by_key(pilot, record, registry)
        await reached_by_palette(pilot, record, registry)
        await reached_by_mouse(pilot, record, registry)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        await reached_by_mouse(pilot, record, registry)


async def test_all_that_the_other_screens_do_is_reached_in_each_way():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await network_there(app, pilot)

        runs = RunsScreen(places.checkpoints_dir(), *[lambda *_: None] * 3)
        await app.push_screen(runs)
        await pilot.pause()
        record = Record(runs, (OPEN, *RUNS))
        await reached_by_key(pilot, record, (*RUNS, *APP))
        await reached_by_mouse(pilot, record, (OPEN, *RUNS, *APP))
        await reached_by_palette(pilot, record, (OPEN, *RUNS, *APP))
        app.pop_screen()

        study = StudyScreen(places.checkpoints_dir(), "tuned", "tuned-0")
        await app.push_screen(study)
        await pilot.pause()
        record = Record(study, STUDY)
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*STUDY, *APP))
        app.pop_screen()

        corpora = CorporaScreen("play")
        await app.push_screen(corpora)
        await pilot.pause()
        record = Record(corpora, CORPORA)
        *most, table = CORPORA
        await reached_by_key(pilot, record, (*most, *APP))
        await reached_by_mouse(pilot, record, (*CORPORA, *APP))
        await reached_by_palette(pilot, record, (*CORPORA, *APP))
        corpora.query_one("#filter").focus()
        await reached_by_key(pilot, record, [table])
        app.pop_screen()

        classify = ClassifyScreen(ClassifierSession(), lambda: "")
        await app.push_screen(classify)
        await pilot.pause()
        record = Record(classify, CLASSIFY)
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*CLASSIFY, *APP))
        app.pop_screen()

        session = app.session
        assert session.network is not None
        duel = DuelScreen(session.network, session.spec, "", 1, 1.0)
        await app.push_screen(duel)
        await pilot.pause()
        record = Record(duel, DUEL)
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*DUEL, *APP))
        app.pop_screen()

        microscope = MicroscopeScreen(replace(session.network, kept=None), "play")
        await app.push_screen(microscope)
        await pilot.pause()
        microscope.query_one(KeptScrubber).show_steps((0, 10))
        await pilot.pause()
        record = Record(microscope, MICROSCOPE)
        with_neuron = ("best", "mark", "mark.back", "mark.forward", "mark.next", "pattern")
        names = {f"microscope.{name}" for name in (*with_neuron, "long")}
        with_strips = [one for one in MICROSCOPE if one.name not in names]
        microscope.lens_view.remove_class("-tall")
        microscope.refresh_bindings()
        await pilot.pause()
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*with_strips, *APP))
        app.pop_screen()

        long_text = LongTextScreen(session.network)
        await app.push_screen(long_text)
        await pilot.pause()
        record = Record(long_text, LONG_TEXT)
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*LONG_TEXT, *APP))
        app.pop_screen()

        progress = LessonProgress(places.state_dir() / SCREEN_NAME)
        learn = LearnScreen([SMALL], 0, Untrained(), progress, "en")
        await app.push_screen(learn)
        await until(pilot, lambda: learn.traced is not None)
        learn.action_lens("strips")
        await pilot.pause()
        record = Record(learn, LEARN)
        # Tabs are for narrow terminals, and best units and marks for another lens.
        here = [one for one in LEARN if ".tab." not in one.name and one.name not in names]
        learn.lens_view.remove_class("-tall")
        learn.refresh_bindings()
        await pilot.pause()
        for reached in (reached_by_key, reached_by_mouse, reached_by_palette):
            await reached(pilot, record, (*here, *APP))
        app.pop_screen()

        app.open_race(RaceSession(open_race=ScriptedRace().open), a_race())
        await until(pilot, lambda: len(app.screen.query(LaneSample)) > 0)
        race = app.screen
        assert isinstance(race, RaceScreen)
        record = Record(race, (OPEN_LANE, *RACE))
        await reached_by_key(pilot, record, (*RACE, *APP))
        await reached_by_mouse(pilot, record, (OPEN_LANE, *RACE, *APP))
        await reached_by_palette(pilot, record, (OPEN_LANE, *RACE, *APP))


async def test_the_menu_of_all_commands_is_opened_and_chosen_from_by_mouse():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await network_there(app, pilot)
        record = Record(app.screen, PLAYGROUND)
        wider = next(action for action in PLAYGROUND if action.name == "border.right")
        options = await menu_opened(pilot)
        listed = [str(option.prompt) for option in options.options]
        for action in (*PLAYGROUND, *APP):
            assert any(action.label in entry for entry in listed)
        number = next(n for n, entry in enumerate(listed) if wider.label in entry)
        options.highlighted = number
        await pilot.pause()
        at = dict(cells_with(app.screen, "option"))[number]
        await pilot.click(offset=at)
        await until(pilot, lambda: bool(record.calls))
        assert record.take() == [call_of(wider.call)]


async def test_no_key_in_the_footer_is_cut_off_however_little_room_there_is():
    app = scripted_app(stream=ScriptedStream())
    async with app.run_test(size=(80, 24)) as pilot:
        for screen in ("playground", "runs", "corpora"):
            if screen != "playground":
                await pilot.press(screen[0])
                await pilot.pause()
            await until(pilot, lambda: bool(in_footer(app.screen)))
            bar = app.screen.query_one(KeyBar)
            calls = {active.binding.action.removeprefix("app.") for active in in_footer(app.screen)}
            assert {"quit", "help"} <= calls
            assert sum(entry.drawn.cell_length for entry in bar.entries) <= bar.size.width
            if screen != "playground":
                await pilot.press("escape")
