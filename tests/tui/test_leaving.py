"""Leaving without being asked to by key: signals, terminals that go away, and Ctrl-Z."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnntui.runtime.session import OnOpened, Request, Session
from rnntui.runtime.trainer_thread import Events
from rnntui.tasks.characters.checkpoint import load_checkpoint
from rnntui.training.commands import Inbox, Stop, WeightsOutlet
from rnntui.training.events import Finished, TrainEvent
from rnntui.training.runs.folder import RunFolder, list_runs
from rnntui.training.runs.record import read_events
from rnntui.tui.core.leaving import NO_SHELL, leave_on_signals
from rnntui.tui.training.status import TrainingStatus
from tests.factories import losses, only
from tests.terminals import OnTerminal
from tests.tui.scripted import TOTAL_STEPS, AtHome, ScriptedTraining, scripted_app, steps
from tests.tui.scripted_classifying import ScriptedClassifier, classify_steps
from tests.tui.test_playground import SIZE, phase
from tests.tui.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hang_ups_heard")]

HANGING_UP = 128 + signal.SIGHUP


# In this process.


@pytest.mark.parametrize(
    ("keys", "reached"),
    [
        ((), "training"),
        (("t",), "paused"),
        (("ctrl+q",), "training"),
        (("r",), "training"),
        (("c",), "training"),
        (("x",), "training"),
        (("f1",), "training"),
        (("ctrl+p",), "training"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
async def test_leaving_saves_wherever_one_is(keys: tuple[str, ...], reached: str) -> None:
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press(*keys)
        await until(pilot, lambda: app.session.phase == reached)
        app.leave(HANGING_UP)
        await until(pilot, lambda: not app.is_running)
    assert isinstance(training.commands[-1], Stop)
    assert not app.session.is_training
    assert app.return_code == HANGING_UP


async def test_leaving_while_a_training_starts_has_it_begin_save_and_end() -> None:
    heard: list[object] = []

    def opening(_request: Request, _opened: OnOpened) -> Events:
        def events(inbox: Inbox, _outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            heard.extend(inbox.wait())
            yield Finished(0, 0.0, reason="stopped")

        return events

    app = AtHome(Session(open_training=opening), warm_up=lambda: 2e10)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        assert app.session.phase == "starting"
        app.leave(143)
        await until(pilot, lambda: not app.is_running)
    assert heard == [Stop()]
    assert app.return_code == 143


async def test_leaving_saves_a_classifier_and_asks_nothing(tmp_path: Path) -> None:
    training = ScriptedClassifier(tmp_path, classify_steps(5))
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = app.create_classify_screen(training.session())
        await pilot.press("x")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("t")
        await until(pilot, lambda: screen.session.phase == "training")
        app.leave(143)
        app.leave(HANGING_UP)
        await until(pilot, lambda: not app.is_running)
    assert isinstance(training.commands[-1], Stop)
    assert app.return_code == 143


async def test_a_terminal_that_is_gone_is_left() -> None:
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        app._driver.is_gone = True  # type: ignore[union-attr]
        await until(pilot, lambda: not app.is_running)
    assert not app.session.is_training
    assert app.return_code == HANGING_UP


async def test_suspending_without_a_shell_says_why_nothing_happens() -> None:
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        app._driver.has_shell = False  # type: ignore[union-attr]
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert [notice.message for notice in app._notifications] == [NO_SHELL]


def test_a_signal_before_the_app_runs_leaves_at_once() -> None:
    app = scripted_app()
    with pytest.raises(SystemExit, match="143"), leave_on_signals(app.leave):
        signal.raise_signal(signal.SIGTERM)


def test_the_signals_are_as_they_were_once_the_screen_is_left() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with leave_on_signals(lambda code: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


async def test_a_run_stopped_behind_its_last_step_is_not_offered_to_go_on() -> None:
    app = scripted_app(ScriptedTraining(steps(TOTAL_STEPS)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        status = app.screen.query_one(TrainingStatus)
        await until(pilot, lambda: status.is_at_last_step)
        await pilot.press("k")
        await until(pilot, lambda: phase(pilot) == "stopped")
        assert app.playground.controller.run_to_resume is None


# In a process and on a terminal of its own.


def training_on_screen(terminal: OnTerminal) -> None:
    """Begin a training, and wait until it has taken steps."""
    terminal.read_until(b"Choose a text and press t")
    terminal.press("Nt")
    terminal.read_until(b"step 1", b"smoothed")


def the_run() -> RunFolder:
    """The run that was trained, which must be saved at its last step."""
    from rnntui import places

    (folder,) = list_runs(places.checkpoints_dir())
    assert only(Finished, list(read_events(folder)))[-1].reason == "stopped"
    assert load_checkpoint(folder.last).header.progress.step == len(losses(folder)) > 0
    return folder


def test_a_connection_that_drops_saves_though_no_signal_tells_of_it() -> None:
    with OnTerminal(ignored=[signal.SIGHUP], columns=140) as terminal:
        training_on_screen(terminal)
        terminal.hang_up()
        assert terminal.code() == HANGING_UP
    the_run()


def test_a_signal_saves_and_leaves_a_clean_terminal() -> None:
    with OnTerminal(columns=140) as terminal:
        training_on_screen(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.code() == 143
        drawn = terminal.drawn.decode(errors="replace")
    for shown, hidden in (("\x1b[?1049l", "\x1b[?1049h"), ("\x1b[?25h", "\x1b[?25l")):
        assert drawn.rfind(shown) > drawn.rfind(hidden) >= 0
    assert "Traceback" not in drawn
    the_run()
