"""Navigation between the screens: which one opens, on what, and what it returns.

Screens don't know each other; each is imported when it is first opened, as the
first picture needs none of them.
"""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic

from textual import work
from textual.app import App, ReturnType
from textual.screen import ModalScreen

from rnntui import places
from rnntui.runtime.phases import about_progress
from rnntui.tui.core.remembered import SCREEN_NAME
from rnntui.tui.dialogs.question import Question
from rnntui.tui.widgets.too_small import is_too_small

if TYPE_CHECKING:
    from rnntui.lessons.lesson import Language
    from rnntui.runtime.classifier_session import ClassifierSession
    from rnntui.runtime.lesson_session import LessonSession
    from rnntui.runtime.race.session import NewRace, RaceSession
    from rnntui.runtime.session import Network, Session
    from rnntui.tui.classify.screen import ClassifyScreen
    from rnntui.tui.duel.screen import DuelSettings
    from rnntui.tui.playground.screen import Playground

SECONDS_TO_END = 60.0
"""How long a training run may take to finish its step and save."""


class NavigatingApp(App[ReturnType], Generic[ReturnType]):
    """An app that opens its screens, and ends what they have in progress."""

    def __init__(self) -> None:
        """Start with no screen loaded."""
        super().__init__()
        self._playground: Playground | None = None
        self._classify: ClassifyScreen | None = None
        self._lessons: LessonSession | None = None
        self._race: RaceSession | None = None
        self.loggers: Sequence[str] = ()
        """The names of the loggers of training runs."""

    @property
    def playground(self) -> "Playground":
        """The home screen. Raises `LookupError` before it is loaded."""
        if self._playground is None:
            raise LookupError("The playground is still being loaded")
        return self._playground

    @property
    def session(self) -> "Session":
        """The playground's session."""
        return self.playground.session

    # Screens; `tui/core/actions.py` says what each action is for.

    def action_duel(self) -> None:
        """Open the duel."""
        from rnntui.tui.duel.screen import DuelScreen

        session = self.session
        if (network := self._network()) is None:
            return
        session.stop_generating()
        duel = DuelScreen(network, session.spec, session.prime, session.seed, session.pace)
        self.push_screen(duel, self._leave_duel)

    def _leave_duel(self, left: "DuelSettings | None") -> None:
        if left is not None:
            self.playground.apply_duel(left.spec, left.prime, left.seed, left.pace)

    def action_microscope(self) -> None:
        """Open the Microscope on the output."""
        from rnntui.tui.microscope.screen import MicroscopeScreen

        if (network := self._network()) is not None:
            self.push_screen(MicroscopeScreen(network, self.playground.output.stream.text))

    def action_race(self) -> None:
        """Put a race together from the present settings, unless a training run is in progress."""
        from rnntui.tui.race.setup import Present, RaceSetup

        setup = self.playground.setup
        config, recipe = setup.form.config, setup.named_recipe
        if ours := self._about_training() or self._about_classifier():
            self.playground.tell(f"{ours}; end it (k) before a race begins.", "warning")
        elif config is None:
            self.playground.tell(setup.form.complaint, "error")
        else:
            prime, symbols = setup.form.recipe.prime, setup.vocab_size
            present = Present(setup.corpus, recipe, config, prime, symbols)
            self.clear_notifications()
            self.push_screen(RaceSetup(present, places.checkpoints_dir()), self._begin_race)

    def _begin_race(self, request: "NewRace | None") -> None:
        from rnntui.runtime.race.session import RaceSession, open_race

        if request is not None:
            self.open_race(RaceSession(open_race=partial(open_race, log=self.loggers)), request)

    def open_race(self, session: "RaceSession", request: "NewRace") -> None:
        """Show a race, which begins."""
        from rnntui.tui.race.screen import RaceScreen

        self.session.stop_generating()
        session.prime, self._race = request.prime, session
        folder = places.checkpoints_dir().parent
        self.push_screen(RaceScreen(session, request, self.open_checkpoint, folder))

    def _network(self) -> "Network | None":
        """The open network; shows a toast where there is none."""
        from rnntui.runtime.session import NO_NETWORK

        network = self.session.network
        if network is None:
            self.playground.tell(NO_NETWORK, "warning")
        else:
            self.clear_notifications()
        return network

    def action_corpora(self) -> None:
        """Open the library of texts."""
        from rnntui.tui.corpora.screen import CorporaScreen

        setup = self.playground.setup

        def choose(name: str | None) -> None:
            setup.choose(name or setup.corpus)

        self.clear_notifications()
        self.push_screen(CorporaScreen(setup.corpus), choose)

    def action_runs(self) -> None:
        """Open the table of runs."""
        from rnntui.tui.runs.screen import RunsScreen

        parent = places.checkpoints_dir()
        runs = RunsScreen(
            parent, self.open_checkpoint, self.resume, self.replay, shares=self.playground.shares
        )
        self.clear_notifications()
        self.push_screen(runs)

    def action_classify(self) -> None:
        """Open the Classify screen, which stays as it is while others are shown."""
        self._show_classify()

    def _show_classify(self) -> "ClassifyScreen":
        """Show the Classify screen, created at first use."""
        from rnntui.runtime.classifier_session import (
            ClassifierSession,
            open_classifier_training,
        )

        screen = self._classify or self.create_classify_screen(
            ClassifierSession(open_training=partial(open_classifier_training, log=self.loggers))
        )
        if screen not in self.screen_stack:
            self.clear_notifications()
            self.push_screen(screen)
        return screen

    def create_classify_screen(self, session: "ClassifierSession") -> "ClassifyScreen":
        """Create the Classify screen for a session; there must be none yet."""
        from rnntui.tui.classify.screen import ClassifyScreen

        self._classify = ClassifyScreen(session, self._about_training)
        self.install_screen(self._classify, "classify")
        return self._classify

    def action_learn(self) -> None:
        """Open the lessons, on the one that was open last."""
        self.open_lesson()

    def open_lesson(self, reference: str = "", language: "Language | None" = None) -> None:
        """Open a lesson by its name or number, in a language, or the one chosen, or the locale's.

        Does nothing while the lessons or a modal are shown. Raises `ConfigError` for a lesson that
        isn't there.
        """
        from rnntui.lessons.language import language_of
        from rnntui.lessons.reading import find_lesson, list_lessons
        from rnntui.runtime.lesson_session import LessonSession
        from rnntui.tui.learn.progress import LessonProgress
        from rnntui.tui.learn.screen import LearnScreen

        shown = any(isinstance(screen, LearnScreen) for screen in self.screen_stack)
        if self._playground is None or shown or isinstance(self.screen, ModalScreen):
            return
        lessons = list_lessons()
        progress = LessonProgress(places.state_dir() / SCREEN_NAME)
        names = [lesson.name for lesson in lessons]
        if not reference and progress.lesson in names:
            reference = progress.lesson or ""
        at = lessons.index(find_lesson(reference, lessons)) if reference else 0
        spoken = language or progress.language or language_of(os.environ)
        self._lessons = self._lessons or LessonSession()
        self.clear_notifications()
        self.push_screen(LearnScreen(lessons, at, self._lessons, progress, spoken))

    # Runs, each on the screen of its kind.

    def open_checkpoint(self, path: Path) -> None:
        """Sample from the network of a checkpoint, and resume its run at `t`, or follow it.

        A classifier is opened in the Classify screen. Raises `RnntuiError` where there
        is no such network, or a training run is in progress.
        """
        if _is_classifier(path):
            self._show_classify().call_when_mounted(lambda screen: screen.open(path))
        else:
            self.playground.open_checkpoint(path)

    def resume(self, name: str) -> None:
        """Resume a run, a classifier's in the Classify screen.

        Raises `RnntuiError` where there is no such run, or another process trains it.
        """
        from rnntui.tasks.kinds import CLASSIFIER
        from rnntui.tasks.summary import summarise
        from rnntui.training.runs.folder import find_run
        from rnntui.training.runs.lock import check_idle

        folder = find_run(places.checkpoints_dir(), name)
        if summarise(folder).kind is not CLASSIFIER:
            self.playground.resume(name)
            return
        if self._classify is None or not self._classify.controller.trains(name):
            check_idle(folder, "resumed")
        self._show_classify().call_when_mounted(lambda screen: screen.resume(name))

    def replay(self, name: str, speed: float) -> None:
        """Replay a run from its record."""
        self.playground.replay(name, speed)

    # What is in progress, and leaving.

    def _about_training(self) -> str:
        """The beginning of a sentence about the playground's training run, empty without one."""
        session = self.session
        is_own = session.is_training and not (session.is_followed or session.is_replay)
        return about_progress(session.phase) if is_own else ""

    def _about_classifier(self) -> str:
        """The same for a training run in the Classify screen."""
        session = self._classify.session if self._classify else None
        return about_progress(session.phase) if session and session.is_training else ""

    def _about_race(self) -> str:
        """The same for a race."""
        from rnntui.tui.race.screen import about_race

        race = self._race
        return about_race(race.phase) if race is not None and race.is_training else ""

    async def action_quit(self) -> None:
        """Leave, after a question where a training run is in progress."""
        # The sentence for a small terminal would hide the question.
        unseen = is_too_small(self.size)
        ours = self._about_training() or self._about_classifier() or self._about_race()
        if not ours or unseen:
            self.end_and_exit()
            return
        question = Question("Quit", f"{ours}. Save it and leave?", "Save and leave", "Stay")
        self.push_screen(question, self._answer_to_quit)

    def _answer_to_quit(self, leave: bool | None) -> None:
        if leave:
            self.end_and_exit()

    @work(thread=True, group="leave")
    def end_and_exit(self, code: int = 0) -> None:
        """End all that is in progress, saving, in a thread; then exit with `code`."""
        self.end_sessions()
        self.call_from_thread(self.exit, return_code=code)

    def end_sessions(self) -> None:
        """End all that is in progress in the playground, the Classify screen and a race, saving."""
        self.session.close(SECONDS_TO_END)
        if self._classify is not None:
            self._classify.session.close(SECONDS_TO_END)
        if self._lessons is not None:
            self._lessons.close(SECONDS_TO_END)
        if self._race is not None:
            self._race.close(SECONDS_TO_END)


def _is_classifier(checkpoint: Path) -> bool:
    from rnntui.errors import CheckpointError
    from rnntui.tasks.kinds import CLASSIFIER, kind_of_checkpoint

    try:
        return kind_of_checkpoint(checkpoint) is CLASSIFIER
    except CheckpointError:
        # Loading it will report what is wrong.
        return False
