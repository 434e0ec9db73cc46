"""Pictures of the Classify screen, compared with those that were looked at."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnntui.tui.app import RnntuiApp
from rnntui.tui.classify.confusion_table import ConfusionTable
from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.widgets.tick_box import TickBox
from tests.tui.scripted import at_home, scripted_app
from tests.tui.scripted_classifying import ScriptedClassifier, classify_steps
from tests.tui.test_classify import typed
from tests.tui.waiting import until

NARROW, WIDE = (80, 24), (140, 45)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x45"])

Then = Callable[[Pilot[Any], ClassifyScreen], Awaitable[None]]

SENTENCE = "the lovely gleaming lamp was awful and it was strong"


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cursor blinks."""
    monkeypatch.setattr(Input, "cursor_blink", False)


def pictured(training: ScriptedClassifier, then: Then) -> tuple[RnntuiApp, Any]:
    """The real app, and what brings the Classify screen to the state to be seen."""
    app = scripted_app()

    async def before(pilot: Pilot[Any]) -> None:
        await at_home(pilot)
        screen = app.create_classify_screen(training.session())
        await pilot.press("x")
        await until(pilot, lambda: app.screen is screen)
        await pilot.pause()
        about = screen.query_one("#estimate", Static)
        await until(pilot, lambda: "parameters" in str(about.render()))
        await then(pilot, screen)
        await app.workers.wait_for_complete()
        app.clear_notifications()
        await pilot.pause()

    return app, before


async def stay(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
    """Leave it as it opens."""


async def train(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
    """Train, and wait for the last step of the script."""
    await pilot.press("t")
    status = screen.loss.status
    await until(pilot, lambda: status.last_step is not None and status.last_step.step == 200)


async def type_sentence(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
    """Train to the end, and type."""
    await train(pilot, screen)
    await until(pilot, lambda: "right" in str(screen.query_one(ConfusionTable).render()))
    await pilot.press("p")
    screen.sentence.field.value = SENTENCE[:-1]
    await typed(pilot, screen, SENTENCE[-1])


@SIZES
def test_idle(snap_compare: Any, size: tuple[int, int], tmp_path: Path) -> None:
    app, before = pictured(ScriptedClassifier(tmp_path), stay)
    assert snap_compare(app, terminal_size=size, run_before=before)


@SIZES
def test_training(snap_compare: Any, size: tuple[int, int], tmp_path: Path) -> None:
    app, before = pictured(ScriptedClassifier(tmp_path, classify_steps(200)), train)
    assert snap_compare(app, terminal_size=size, run_before=before)


@SIZES
def test_a_sentence(snap_compare: Any, size: tuple[int, int], tmp_path: Path) -> None:
    training = ScriptedClassifier(tmp_path, classify_steps(200), finishes=True)
    app, before = pictured(training, type_sentence)
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_a_light_theme_between_narrow_and_wide(snap_compare: Any, tmp_path: Path) -> None:
    async def in_light(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
        pilot.app.theme = "textual-light"
        await type_sentence(pilot, screen)

    training = ScriptedClassifier(tmp_path, classify_steps(200), finishes=True)
    app, before = pictured(training, in_light)
    assert snap_compare(app, terminal_size=(110, 34), run_before=before)


def test_what_was_right_and_wrong_where_there_is_little_room(
    snap_compare: Any, tmp_path: Path
) -> None:
    async def turn(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
        await type_sentence(pilot, screen)
        await pilot.press("escape", "v")
        await pilot.pause()
        await until(pilot, lambda: len(training.measured) == 2)
        await until(pilot, lambda: not screen.query_one("#results-note").display)

    training = ScriptedClassifier(tmp_path, classify_steps(200), finishes=True)
    app, before = pictured(training, turn)
    assert snap_compare(app, terminal_size=NARROW, run_before=before)


@SIZES
def test_a_table_with_bad_rows(
    snap_compare: Any, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{kind}\ttext number {number}" for number in range(30) for kind in ("ham", "spam")]
    (tmp_path / "sms.tsv").write_text("\n".join((*rows, "spam\t ")) + "\n")
    monkeypatch.chdir(tmp_path)

    async def name_it(pilot: Pilot[Any], screen: ClassifyScreen) -> None:
        screen.query_one("#header", TickBox).value = False
        screen.query_one("#skip-bad", TickBox).value = True
        screen.query_one("#reference", Input).value = "sms.tsv"
        about = screen.query_one("#about", Static)
        await until(pilot, lambda: "ham 30" in str(about.render()))
        await pilot.pause()

    app, before = pictured(ScriptedClassifier(tmp_path), name_it)
    assert snap_compare(app, terminal_size=size, run_before=before)
