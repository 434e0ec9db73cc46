"""The app: it owns the session, the settings and the screens, and exits only when all is saved.

Slow imports, the playground first of all, happen after the first picture is drawn.
"""

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual.actions import ActionParseResult
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES

from rnntui import places
from rnntui.chart_characters import Characters, characters_for
from rnntui.errors import RnntuiError
from rnntui.text.cells import printable
from rnntui.tui.core.actions import APP, Action
from rnntui.tui.core.failures import SurvivingApp
from rnntui.tui.core.handing_out import SharingApp
from rnntui.tui.core.key_order import OrderedKeysApp
from rnntui.tui.core.leaving import LeavingApp, leave_on_signals
from rnntui.tui.core.log_file import log_to_file
from rnntui.tui.core.preferences import PreferenceFile
from rnntui.tui.core.read_only import ReadOnlyApp
from rnntui.tui.core.remembered import SCREEN_NAME, load_remembered, save_remembered
from rnntui.tui.core.terminal_driver import cursor_placing
from rnntui.tui.first_picture import FirstPicture
from rnntui.tui.navigation import NavigatingApp
from rnntui.tui.widgets.readable import ReadableApp
from rnntui.tui.widgets.toasts import ToastingApp
from rnntui.tui.widgets.too_small import SizedApp

if TYPE_CHECKING:
    from rnntui.lessons.lesson import Language
    from rnntui.runtime.session import Session
    from rnntui.tui.playground.starting import StartPlan

log = logging.getLogger(__name__)

REPLAY_SPEED = 10.0
"""Speed at which a replay opens, relative to the training run."""


def load_torch() -> float:
    """Load PyTorch and measure the machine, so that the first training run begins at once.

    Returns the floating-point operations a second that a small network reaches in
    torch on this machine.
    """
    from rnntui.tasks.characters.learners import preparation
    from rnntui.tasks.characters.speed import measure_speed

    preparation()
    return measure_speed()


def _palette() -> type[Provider]:
    from rnntui.tui.core.palette import ActionCommands

    return ActionCommands


class NewsArrived(Message):
    """A thread has important news; the screen should poll now."""


class TorchLoaded(Message):
    """PyTorch is loaded and the machine's speed is measured."""

    def __init__(self, operations_per_second: float) -> None:
        """Set the machine's speed."""
        super().__init__()
        self.operations_per_second = operations_per_second


class RnntuiApp(
    ReadOnlyApp[int],
    SharingApp[int],
    SurvivingApp[int],
    ReadableApp[int],
    ToastingApp[int],
    SizedApp[int],
    LeavingApp[int],
    OrderedKeysApp[int],
    NavigatingApp[int],
):
    """The interactive session."""

    TITLE = "rnntui"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-normal"),
        (140, "-wide"),
        (180, "-broad"),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        *App.COMMANDS,
        _palette,
    }
    BINDINGS: ClassVar[list[BindingType]] = [action.binding for action in APP]
    actions: ClassVar[Sequence[Action]] = APP

    def __init__(
        self,
        session: "Session | None" = None,
        start: "StartPlan | None" = None,
        warm_up: Callable[[], float] = load_torch,
        lesson: "tuple[str, Language | None] | None" = None,
    ) -> None:
        """Open `session`, or a new one, on `start`, or as the last session was left.

        With `lesson`, a lesson's name, number or nothing and a language, the lessons are opened.

        `warm_up` is called in a thread once the playground is shown, and returns the
        machine's speed in operations a second.
        """
        super().__init__()
        self._warm_up = warm_up
        self._session, self._start, self._lesson = session, start, lesson
        self._remembered = load_remembered(self._screen_file)
        self.preferences = PreferenceFile(
            places.settings_file(), self.available_themes, _key_scopes
        )
        self.loggers = self.preferences.now.log
        self._apply_preferences()

    @property
    def chart_characters(self) -> Characters:
        """The characters that charts are drawn with here."""
        return characters_for(self.preferences.now.chart_characters, os.environ)

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver for this system, with the cursor put where it belongs."""
        return cursor_placing(super().get_driver_class())

    def allows(self, name: str | None) -> bool:
        """Whether an action may be done; a session that only looks may replay a run again."""
        if name == "train" and self._playground is not None:
            return super().allows(name) or self._playground.controller.run_to_replay is not None
        return super().allows(name)

    # Settings.

    @property
    def _screen_file(self) -> Path:
        return places.state_dir() / SCREEN_NAME

    def _apply_preferences(self) -> None:
        preferences = self.preferences.now
        self.theme = preferences.theme
        self.set_keymap(preferences.keymap)
        if preferences.is_still(os.environ):
            self.animation_level = "none"

    def exit(
        self,
        result: int | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Exit, taking over the screen's choices into the preferences while it is there."""
        if self._playground is not None and self._playground.is_mounted:
            self.preferences.change(theme=self.theme, **self._playground.chosen())
        super().exit(result, return_code, message)

    def save_and_exit(self, code: int) -> None:
        """Exit as at `ctrl+q`, without a question."""
        if self._playground is not None and self._playground.is_mounted:
            self.end_and_exit(code)
        else:
            self.exit(return_code=code)

    def close(self) -> None:
        """End what is in progress, saving, and keep the choices for the next session.

        Raises `ConfigError` where the settings can't be written.
        """
        if self._playground is None:
            return
        if self.is_read_only:
            self.end_sessions()
            return
        # All has ended already, unless the app exited because of a failure.
        self.end_sessions()
        playground, run = self._playground, self._playground.controller.open_run
        left = replace(
            load_remembered(self._screen_file),  # which has what was answered in lessons
            corpus=playground.setup.corpus,
            layout=playground.shares,
            first_start=False,
            run=str(run) if run else None,
            followed=tuple(sorted(playground.next_step.done)),
        )
        save_remembered(self._screen_file, left)
        self.preferences.save()

    # Beginning.

    def get_default_screen(self) -> Screen[Any]:
        """The first picture; the playground takes its place."""
        return self.laid_out(FirstPicture())

    def on_mount(self) -> None:
        """Load the playground as soon as the first picture is drawn."""
        self.call_after_refresh(self._open)

    @property
    def takes_keys(self) -> bool:
        """Whether the playground stands: a key pressed on the first picture waits for it."""
        return not isinstance(self.screen, FirstPicture)

    async def _open(self) -> None:
        try:
            await self._open_playground()
        finally:
            await self.send_waiting()

    async def _open_playground(self) -> None:
        from rnntui.runtime.session import Session, open_training
        from rnntui.tui.playground.screen import Playground
        from rnntui.tui.playground.starting import StartRequest, find_start

        session = self._session or Session(open_training=partial(open_training, log=self.loggers))
        session.wake = self._wake
        remembered = self._remembered
        start = self._start or find_start(StartRequest(), remembered.corpus, remembered.run)
        self._playground = Playground(
            session,
            start.corpus,
            start.recipe,
            self.preferences.now,
            remembered.layout,
            remembered.followed,
            self._about_classifier,
        )
        # Awaited, so that keys pressed meanwhile go to the playground; and the run is opened
        # before the first of them acts, or `t` would train something else.
        await self.push_screen(self._playground)
        self._begin(start)

    def _begin(self, start: "StartPlan") -> None:
        if start.replay is not None:
            self._try_to_open(start, partial(self.replay, start.replay, REPLAY_SPEED))
        elif self.session.phase == "idle":
            for path in filter(Path.is_file, start.checkpoints):
                if self._try_to_open(start, partial(self.open_checkpoint, path)):
                    break
        self.playground.setup.keep_requested(start)
        for complaint in self.preferences.complaints:
            self.notify(printable(complaint), severity="warning", markup=False)
        self.playground.show_machine("PyTorch is loading …")
        threading.Thread(target=self._run_warm_up, name="warm-up", daemon=True).start()
        if self._lesson is not None:
            self.open_lesson(*self._lesson)

    def _try_to_open(self, start: "StartPlan", act: Callable[[], None]) -> bool:
        """Call `act`; whether it worked. A failure shows only for what was asked for."""
        try:
            act()
        except RnntuiError as error:
            log.info("The session begins without it: %s", error)
            if start.request.checkpoint or start.request.replay:
                self.playground.tell(str(error), "error")
            return False
        return True

    def _run_warm_up(self) -> None:
        """Runs in a daemon thread, so as not to keep the app from exiting."""
        try:
            speed = self._warm_up()
        except Exception:
            # While Python shuts down, imports may fail, and nobody waits for them.
            if self.is_running:
                log.exception("What a training run needs can't be loaded")
            return
        self.post_message(TorchLoaded(speed))

    def on_torch_loaded(self, message: TorchLoaded) -> None:
        """Clear the note about loading; estimate times from now on."""
        # What is loaded by now stays; collecting garbage in it again and again would
        # hold up the screen for tens of milliseconds each time.
        gc.collect()
        gc.freeze()
        self._load_style_sheets()
        self.playground.show_machine("")
        self.playground.setup.set_machine_speed(message.operations_per_second)

    def _load_style_sheets(self) -> None:
        """Load the style sheets of all screens.

        Textual would load each as its screen is first opened, and style all that is there anew.
        """
        for path in sorted(Path(__file__).parent.glob("*/*.tcss")):
            if not self.stylesheet.has_source(str(path)):
                self.stylesheet.read(path)
        self.stylesheet.reparse()

    def _wake(self) -> None:
        """Called in any thread."""
        self.post_message(NewsArrived())

    def on_news_arrived(self) -> None:
        """Poll at once."""
        if self._playground is not None and self._playground.is_mounted:
            self._playground.poll()

    # Actions.

    def action_help(self) -> None:
        """Open the help for the focused widget."""
        from rnntui.tui.help.screen import Help

        if not isinstance(self.screen, Help):
            self.clear_notifications()
            self.push_screen(Help.about(self.screen))

    def action_command_palette(self) -> None:
        """Open the palette of all commands."""
        from rnntui.tui.core.palette import QuietPalette

        if not isinstance(self.screen, QuietPalette):
            self.push_screen(QuietPalette(id="--command-palette"))

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action of a key, a click or the palette, and mark its hint as done."""
        done = await super().run_action(action, default_namespace, namespaces)
        if done and isinstance(action, str) and self._playground is not None:
            call = action.removeprefix("screen.").removesuffix("()")
            for one in self._playground.actions:
                if one.call == call:
                    self._playground.next_step.mark_done(one.name)
        return done

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[Any]:
        """Textual's own commands, except those in our registry."""
        ours = {"Quit", "Keys", "Help"}
        yield from (
            command for command in super().get_system_commands(screen) if command.title not in ours
        )


def _key_scopes() -> list[dict[str, str]]:
    """The keys of each screen that can be rebound, the app's included."""
    from rnntui.tui.classify.screen import ClassifyScreen
    from rnntui.tui.corpora.screen import CorporaScreen
    from rnntui.tui.duel.screen import DuelScreen
    from rnntui.tui.learn.screen import LearnScreen
    from rnntui.tui.microscope.screen import MicroscopeScreen
    from rnntui.tui.playground.screen import Playground
    from rnntui.tui.race.screen import RaceScreen
    from rnntui.tui.runs.screen import RunsScreen
    from rnntui.tui.widgets.lines_input import PrimeInput

    everywhere = (*App.BINDINGS, *RnntuiApp.BINDINGS, *PrimeInput.BINDINGS)
    return [
        {
            binding.id: binding.key
            for binding in (*everywhere, *screen.BINDINGS)
            if isinstance(binding, Binding) and binding.id
        }
        for screen in (
            Playground,
            CorporaScreen,
            DuelScreen,
            LearnScreen,
            MicroscopeScreen,
            RaceScreen,
            RunsScreen,
            ClassifyScreen,
        )
    ]


def settings_complaints() -> tuple[str, ...]:
    """A sentence for each entry of the settings file that can't be used, or for the file."""
    return PreferenceFile(places.settings_file(), BUILTIN_THEMES, _key_scopes).complaints


def open_playground(
    corpus: str | None,
    checkpoint: str | None,
    recipe: str | None,
    replay: str | None,
    read_only: bool = False,
) -> int:
    """Run the interactive session; returns the exit code.

    With `read_only` it trains nothing and writes no file but its log. Raises `RnntuiError` for a
    missing text, checkpoint, recipe or run.
    """
    with log_to_file(places.state_dir()) as complaint:
        app = RnntuiApp(start=find_requested(corpus, checkpoint, recipe, replay))
        app.is_read_only = read_only
        return _run(app, complaint)


def find_requested(
    corpus: str | None, checkpoint: str | None, recipe: str | None, replay: str | None
) -> "StartPlan | None":
    """What a session opens on; None where nothing is requested. Raises as `open_playground`."""
    if (corpus, checkpoint, recipe, replay) == (None,) * 4:
        return None
    from rnntui.tui.playground.starting import StartRequest, find_start

    last = load_remembered(places.state_dir() / SCREEN_NAME).corpus
    return find_start(StartRequest(corpus, checkpoint, recipe, replay), last)


def open_lessons(lesson: str, language: "Language | None") -> int:
    """Run the interactive session on a lesson, by its name or number; returns the exit code."""
    with log_to_file(places.state_dir()) as complaint:
        return _run(RnntuiApp(lesson=(lesson, language)), complaint)


def _run(app: RnntuiApp, complaint: str | None) -> int:
    """Run an app to its end; returns the exit code. A complaint is shown at the beginning."""
    if complaint:
        app.call_later(app.notify, printable(complaint), severity="warning", markup=False)
    with leave_on_signals(app.leave):
        app.run()
    app.close()
    return app.return_code or 0
