"""What a person does with classifiers: trains, steers, opens and measures them.

It asks the session, and says in toasts what can't be done at present.
"""

from collections.abc import Callable
from pathlib import Path

from textual.worker import get_current_worker

from rnntui import places
from rnntui.errors import RnntuiError
from rnntui.runtime.classifier_session import (
    ClassifierScore,
    ClassifierSession,
    NewClassifier,
    ResumedClassifier,
)
from rnntui.runtime.old_text_question import NOT_BEGUN, OldTextQuestion
from rnntui.runtime.phases import going_on
from rnntui.tasks.classification.checkpoint import read_classifier_header
from rnntui.tasks.classification.config import ClassifyConfig
from rnntui.tasks.summary import summarise
from rnntui.training.commands import Command, RollBack, SaveNow, SingleStep, Stop
from rnntui.training.events import Changed, Evaluated, Finished, Saved, Step, Tested, TrainEvent
from rnntui.training.loop_settings import LoopSettings
from rnntui.training.record import read_events
from rnntui.training.record_end import last_learning_rate
from rnntui.training.run_folder import RunFolder, find_run, run_of
from rnntui.tui.classify.results_pane import ResultsPane
from rnntui.tui.classify.setup_pane import ChosenClassifier, ClassifySetup
from rnntui.tui.core.sentences import Tell, changed, over
from rnntui.tui.training.loss_pane import RECORD_READING, LossPane
from rnntui.tui.training.old_text import LEFT, show_question
from rnntui.tui.training.stepped_setting import learning_rate


class ClassifyController:
    """One training at a time, and which run `t` would go on with."""

    def __init__(
        self,
        session: ClassifierSession,
        setup: ClassifySetup,
        loss: LossPane,
        results: ResultsPane,
        tell: Tell,
        elsewhere: Callable[[], str],
    ) -> None:
        """Begin with a session; `elsewhere` says what else is trained in the app, if anything."""
        self._session, self._setup, self._loss = session, setup, loss
        self._results, self._tell, self._elsewhere = results, tell, elsewhere
        self._resumable: tuple[str, ChosenClassifier] | None = None
        self._begun_with: ChosenClassifier | None = None
        """The set-up of the training that goes on."""
        self._asked_to_save = self._was_tested = False
        self._rate = learning_rate(session.send, tell, loss.show_learning_rate)
        self._question = OldTextQuestion()

    @property
    def run_to_go_on(self) -> str | None:
        """The run that `t` would go on with; None where it would begin one."""
        if self._resumable is None or self._resumable[1] != self._setup.chosen:
            return None
        return self._resumable[0]

    def trains(self, name: str) -> bool:
        """Whether the run of that name is being trained here."""
        session = self._session
        return session.is_training and session.run is not None and session.run.name == name

    # Steering; `tui/classify/actions.py` says what each action is for.

    def toggle(self) -> bool:
        """Begin a training, pause it, or go on; whether one goes on now."""
        if self._session.is_training:
            self._session.toggle_pause()
            return True
        if not self._is_free():
            return False
        parent = places.checkpoints_dir()
        self._was_tested = False
        form = self._setup.form
        self._begun_with = self._setup.chosen
        if (name := self.run_to_go_on) is not None:
            self._session.train(ResumedClassifier(parent, name, self._question.ask_in))
            self._begin_steering(form.config, last_learning_rate(RunFolder(parent / name)))
            return True
        if form.config is None:
            self._tell("A setting is not valid; it is marked in the form.", "error")
            return False
        self._clear()
        self._session.train(NewClassifier(parent, self._setup.source, form.config))
        self._begin_steering(form.config, None)
        return True

    def _begin_steering(self, config: ClassifyConfig | None, rate: float | None) -> None:
        """Let keys step from what a training begins with: its settings, or a rate that it had."""
        config = config or ClassifyConfig(epochs=1)
        self._rate.begin(LoopSettings.of(config).first_rate if rate is None else rate)

    def step(self) -> None:
        """Take one step, then pause."""
        self._steer(SingleStep())

    def stop(self) -> None:
        """Save and end the training."""
        self._steer(Stop())

    def save(self) -> None:
        """Save now, and say so once it is done."""
        self._asked_to_save = self._steer(SaveNow())

    def roll_back(self) -> None:
        """Go back to the best weights."""
        self._steer(RollBack())

    def change_rate(self, way: str) -> None:
        """Double or halve the learning rate."""
        if self._session.is_training:
            self._rate.change(way)
        else:
            self._tell("There is no training whose learning rate could be changed.", "warning")

    def begin_anew(self) -> None:
        """Forget the run that `t` would go on with."""
        if self._session.is_training:
            self._tell(f"{going_on(self._session.phase)}; press k to end it first.", "warning")
            return
        if self._resumable is not None:
            self._tell(f"t begins a new run now; '{self._resumable[0]}' is kept.")
        self._resumable = None

    def measure(self) -> None:
        """Measure the classifier on what it did not learn from."""
        if self._session.measure():
            self._results.say("Measuring …")
        else:
            self._tell("There is no classifier to measure yet; press t to train one.", "warning")

    def _steer(self, command: Command) -> bool:
        """Send a command; whether there is a training to hear it, or say that there is none."""
        if self._session.is_training:
            self._session.send(command)
            return True
        self._tell("No training goes on; press t to begin one.", "warning")
        return False

    def _is_free(self) -> bool:
        """Whether nothing is trained in the whole app; says so otherwise."""
        if self._session.is_training:
            self._tell(f"{going_on(self._session.phase)}; press k to end it first.", "warning")
            return False
        if elsewhere := self._elsewhere():
            self._tell(
                f"{elsewhere} in the playground; go back (Escape) and end it (k) first.",
                "warning",
            )
            return False
        return True

    def _clear(self) -> None:
        self._loss.clear()
        self._results.show(())

    # What comes of it.

    def hear(self, event: TrainEvent) -> None:
        """Take note of an event, and say what the person has asked for."""
        match event:
            case Step():
                self._rate.hold(event.learning_rate)
            case Changed() if not self._rate.hear(event) and event.setting != "steps":
                self._tell(changed(event.setting, event.new))
            case Saved() if self._asked_to_save:
                self._asked_to_save = False
                self._tell(f"Saved at step {event.step:,}.")
            case Tested():
                self._was_tested = True
                self._results.show((_score_of(event),))
            case Finished(reason=reason) if reason == NOT_BEGUN:
                self._tell(LEFT)
            case Finished():
                stopped = event.reason == "stopped" and not self._loss.status.is_at_its_end
                run = self._session.run
                self._resumable, follows = None, ""
                if stopped and run is not None and self._begun_with is not None:
                    self._resumable, follows = (run.name, self._begun_with), "t goes on"
                    if self.run_to_go_on is None:
                        follows = "t begins a new run, as other texts or settings are chosen"
                self._tell(over(event, follows))
            case _:
                pass

    def show_question(self) -> None:
        """Show what a training asks before it begins."""
        show_question(self._question, self._loss.app)

    def measure_at_the_end(self) -> None:
        """Measure what a training left, unless it was measured on a test part."""
        if self._session.phase in ("finished", "stopped") and not self._was_tested:
            self._was_tested = True
            self.measure()

    # Runs there are already.

    def open(self, path: Path) -> bool:
        """Take the classifier of a checkpoint, and go on with its run at `t`; whether it can be."""
        if self._session.is_training:
            self._tell(f"{going_on(self._session.phase)}; press k to end it first.", "warning")
            return False
        folder = run_of(places.checkpoints_dir(), path)
        self._session.load(path)
        self._clear()
        self._resumable = None
        try:
            name = folder.name if folder is not None else path.parent.name
            self._setup.show_classifier(name, read_classifier_header(path))
            if folder is not None and summarise(folder).is_resumable:
                self._resumable = (folder.name, self._setup.chosen)
        except RnntuiError as error:
            self._tell(str(error), "warning")
        if folder is not None:
            self._show_record(folder)
        return True

    def resume(self, name: str) -> bool:
        """Go on with a run, also out of a pause; whether nothing stands against it."""
        if self.trains(name):
            self._session.go_on()
            return True
        if not self._is_free():
            return False
        self._clear()
        folder = find_run(places.checkpoints_dir(), name)
        self._show_record(folder)
        if folder.last.is_file():
            self._setup.show_classifier(folder.name, read_classifier_header(folder.last))
        self._resumable = (folder.name, self._setup.chosen)
        return self.toggle()

    def _show_record(self, folder: RunFolder) -> None:
        """Show what a run did before; a long record takes a while to read."""

        def read() -> None:
            worker = get_current_worker()
            try:
                events = list(read_events(folder))
            except RnntuiError as error:
                self._loss.app.call_from_thread(self._tell, str(error), "warning")
                return

            def show() -> None:
                # Asked for where nothing can come in between.
                if worker.is_cancelled:
                    return
                self._loss.show([event for event in events if isinstance(event, Step | Evaluated)])
                if tests := [event for event in events if isinstance(event, Tested)]:
                    self._results.show([_score_of(tests[-1])])

            self._loss.app.call_from_thread(show)

        self._loss.run_worker(read, thread=True, exclusive=True, group=RECORD_READING)


def _score_of(event: Tested) -> ClassifierScore:
    return ClassifierScore(
        "test", event.texts, event.accuracy, event.loss, event.classes, event.confusion
    )
