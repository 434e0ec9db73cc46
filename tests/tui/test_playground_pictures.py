"""Pictures of the playground in every state, compared with those that were looked at."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui import places
from rnntui.runtime.old_text_question import OldTextQuestion
from rnntui.training.events import Failed
from rnntui.tui.app import RnntuiApp
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.training.old_text import show_question
from rnntui.tui.training.status import TrainingStatus
from rnntui.tui.widgets.stream.text import StreamText
from tests.factories import Script
from tests.run_files import finished, record, run_on_disk
from tests.tui.old_texts import CHANGED
from tests.tui.scripted import ScriptedStream, ScriptedTraining, at_home, scripted_app, steps
from tests.tui.waiting import until

NARROW, WIDE = (80, 24), (140, 45)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x45"])

RunBefore = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture
def stream() -> Any:
    stream = ScriptedStream(300)
    yield stream
    stream.over.set()


async def settled(pilot: Pilot[Any]) -> None:
    """Wait for the network that ships, and for the text's symbols to be counted."""
    await at_home(pilot)
    await until(pilot, lambda: pilot.app.session.network is not None)
    estimate = pilot.app.screen.query_one("#estimate")
    await until(pilot, lambda: "an epoch" in str(estimate.render()))


async def trained(pilot: Pilot[Any], last: int) -> None:
    """Begin the scripted training and wait for its last step to be shown."""
    await settled(pilot)
    await pilot.press("t")
    await shown(pilot, last)


async def still(pilot: Pilot[Any]) -> None:
    """Wait until nothing more comes from the background: counts, indexes, reference lines."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def quiet(pilot: Pilot[Any]) -> None:
    """Take the toasts away, which leave at a moment of their own."""
    pilot.app.clear_notifications()
    await pilot.pause()


async def written(pilot: Pilot[Any], characters: int) -> None:
    """Let the network write so many characters."""
    await pilot.press("g")
    text = pilot.app.screen.query_one(StreamText)
    await until(pilot, lambda: text.end == characters)
    await pilot.pause()


async def shown(pilot: Pilot[Any], last: int) -> None:
    """Wait for a step to be shown, with all that comes from the background."""
    status = pilot.app.playground.query_one(TrainingStatus)
    await until(pilot, lambda: status.last_step is not None and status.last_step.step == last)
    await still(pilot)
    await pilot.pause()


@SIZES
def test_idle(snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(scripted_app(), terminal_size=size, run_before=settled)


@SIZES
def test_training(snap_compare: Any, size: tuple[int, int]) -> None:
    async def train(pilot: Pilot[Any]) -> None:
        await trained(pilot, 200)

    app = scripted_app(ScriptedTraining(steps(200)))
    assert snap_compare(app, terminal_size=size, run_before=train)


@SIZES
@pytest.mark.parametrize("mode", ["1", "2", "3"], ids=["argmax", "random", "hybrid"])
def test_generating(
    snap_compare: Any, size: tuple[int, int], mode: str, stream: ScriptedStream
) -> None:
    async def write(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await pilot.press(mode, "p", *"OLD TAM", "enter")
        text = pilot.app.screen.query_one(StreamText)
        await until(pilot, lambda: text.end == 307)
        await pilot.pause()

    app = scripted_app(ScriptedTraining(steps(120)), stream)
    assert snap_compare(app, terminal_size=size, run_before=write)


@SIZES
def test_paused(snap_compare: Any, size: tuple[int, int]) -> None:
    async def pause(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await pilot.press("t")
        await until(pilot, lambda: pilot.app.screen.query_one(TrainingStatus).phase == "paused")
        await pilot.pause()

    app = scripted_app(ScriptedTraining(steps(120)))
    assert snap_compare(app, terminal_size=size, run_before=pause)


@SIZES
def test_stopped(snap_compare: Any, size: tuple[int, int]) -> None:
    async def stop(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await pilot.press("k")
        await until(pilot, lambda: not pilot.app.session.is_training)
        await until(pilot, lambda: pilot.app.screen.query_one(TrainingStatus).phase == "stopped")
        await quiet(pilot)

    app = scripted_app(ScriptedTraining(steps(120)))
    assert snap_compare(app, terminal_size=size, run_before=stop)


@SIZES
def test_failed(snap_compare: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "state_dir", lambda: Path("/home/you/.local/state/rnntui"))
    sentence = "The loss is no longer finite at step 121; the last checkpoint is good."

    async def fail(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await until(pilot, lambda: isinstance(pilot.app.screen, Failure))
        await pilot.pause()

    script = [*steps(120), Failed(120, 6.0, sentence)]
    app = scripted_app(ScriptedTraining(script))
    assert snap_compare(app, terminal_size=size, run_before=fail)


@SIZES
def test_asking_before_it_quits(snap_compare: Any, size: tuple[int, int]) -> None:
    async def ask(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await pilot.pause()

    app = scripted_app(ScriptedTraining(steps(120)))
    assert snap_compare(app, terminal_size=size, run_before=ask)


@SIZES
def test_asking_about_a_text_that_has_changed(snap_compare: Any, size: tuple[int, int]) -> None:
    question = OldTextQuestion()
    Thread(target=question.ask_in(Script()), args=(CHANGED,), daemon=True).start()

    async def ask(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        while not isinstance(pilot.app.screen, Question):
            show_question(question, pilot.app)
            await pilot.pause()
        question.answer(False)
        await pilot.pause()

    assert snap_compare(scripted_app(), terminal_size=size, run_before=ask)


@SIZES
def test_a_replay(snap_compare: Any, size: tuple[int, int]) -> None:
    async def replay(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        run_on_disk(places.checkpoints_dir(), "play-lstm-1", [*record(40), finished(40, "budget")])
        pilot.app.replay("play-lstm-1", 10.0)
        await shown(pilot, 120)

    app = scripted_app(ScriptedTraining(steps(120)))
    assert snap_compare(app, terminal_size=size, run_before=replay)


@pytest.mark.parametrize("size", [(100, 30), (200, 60)], ids=["100x30", "200x60"])
def test_other_sizes(snap_compare: Any, size: tuple[int, int], stream: ScriptedStream) -> None:
    async def write(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await written(pilot, 300)

    app = scripted_app(ScriptedTraining(steps(120)), stream)
    assert snap_compare(app, terminal_size=size, run_before=write)


@SIZES
def test_a_light_theme(snap_compare: Any, size: tuple[int, int], stream: ScriptedStream) -> None:
    async def write(pilot: Pilot[Any]) -> None:
        pilot.app.theme = "textual-light"
        await trained(pilot, 120)
        await written(pilot, 300)

    app = scripted_app(ScriptedTraining(steps(120)), stream)
    assert snap_compare(app, terminal_size=size, run_before=write)


@SIZES
def test_wide_characters(snap_compare: Any, size: tuple[int, int], stream: ScriptedStream) -> None:
    async def write(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await written(pilot, 300)

    app = scripted_app(ScriptedTraining(steps(120)), stream, corpus="korean")
    assert snap_compare(app, terminal_size=size, run_before=write)


@SIZES
def test_a_setting_that_is_not_valid(snap_compare: Any, size: tuple[int, int]) -> None:
    async def spoil(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        pilot.app.screen.query_one("#hidden_size", Input).value = "0"
        await pilot.pause()

    assert snap_compare(scripted_app(), terminal_size=size, run_before=spoil)


@SIZES
def test_without_colours(
    snap_compare: Any,
    size: tuple[int, int],
    stream: ScriptedStream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def write(pilot: Pilot[Any]) -> None:
        await trained(pilot, 120)
        await written(pilot, 300)

    # An app asks for it when it is made.
    monkeypatch.setenv("NO_COLOR", "1")
    app = scripted_app(ScriptedTraining(steps(120)), stream)
    assert snap_compare(app, terminal_size=size, run_before=write)


@SIZES
def test_before_the_playground_is_loaded(snap_compare: Any, size: tuple[int, int]) -> None:
    class Waiting(RnntuiApp):
        async def _open(self) -> None:
            """Load nothing, so that the first picture holds."""

    assert snap_compare(Waiting(), terminal_size=size)
