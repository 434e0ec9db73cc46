"""Pictures of the playground in every state, compared with those that were looked at."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from rnntui.tui.widgets.chart import Chart
from rnntui.tui.widgets.memorisation_meter import MemorisationMeter
from rnntui.tui.widgets.stream_text import StreamText
from rnntui.tui.widgets.training_status import TrainingStatus
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app, steps
from tests.tui.test_playground import until

NARROW, WIDE = (80, 24), (140, 45)
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "140x45"])

RunBefore = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture
def stream() -> Any:
    stream = ScriptedStream(300)
    yield stream
    stream.over.set()


async def settled(pilot: Pilot[Any]) -> None:
    """Wait for the background to have counted the text's symbols."""
    estimate = pilot.app.screen.query_one("#estimate")
    await until(pilot, lambda: "an epoch" in str(estimate.render()))
    meter = pilot.app.screen.query_one(MemorisationMeter)
    await until(pilot, lambda: meter.reading is not None)


async def trained(pilot: Pilot[Any], last: int) -> None:
    """Begin the scripted training and wait for its last step to be shown."""
    await settled(pilot)
    await pilot.press("t")
    status = pilot.app.screen.query_one(TrainingStatus)
    await until(pilot, lambda: status.last_step is not None and status.last_step.step == last)
    # The lines that counting reaches come from the background.
    chart = pilot.app.screen.query_one(Chart)
    await until(pilot, lambda: len(chart.data.references) == 3)
    meter = pilot.app.screen.query_one(MemorisationMeter)
    await until(pilot, lambda: meter.reading is not None)
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
        await pilot.press(mode, "p", *"OLD TAM", "enter", "g")
        text = pilot.app.screen.query_one(StreamText)
        await until(pilot, lambda: text.end == 307)
        await pilot.pause()

    app = scripted_app(ScriptedTraining(steps(120)), stream)
    assert snap_compare(app, terminal_size=size, run_before=write)
