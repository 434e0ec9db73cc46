"""A replay has keys of its own, which are told and act only while it is on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.content import Content
from textual.pilot import Pilot

from rnntui import places
from rnntui.runtime.session import open_training
from rnntui.training.events import Sampled, Started, TrainEvent
from rnntui.tui.app import RnntuiApp
from rnntui.tui.core.actions import PLAYGROUND
from rnntui.tui.core.key_groups import key_groups
from rnntui.tui.core.palette import ActionCommands
from rnntui.tui.training.loss_pane import TRAINING
from rnntui.tui.training.replay_actions import REPLAY
from rnntui.tui.widgets.stream.text import StreamText
from tests.run_files import finished, record, run_on_disk
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.scripted_classifying import ScriptedClassifier, classify_steps
from tests.tui.test_actions import in_footer
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
STEPS = 60

TRAINING_ALONE = {
    *("train", "step", "stop", "new", "save", "best"),
    *("rate.down", "rate.up", "sample-length.down", "sample-length.up"),
}
"""What only a training can be asked to do."""


class Replaying(ScriptedTraining):
    """Replays as the real session does."""

    open = staticmethod(open_training)  # type: ignore[assignment]


def recorded() -> list[TrainEvent]:
    """Steps with a sample every twenty."""
    about = ("first", "play", 10, 5, 900, 100, 100, 30, STEPS, "cpu")
    events: list[TrainEvent] = [Started(0, 0.0, *about)]
    for event in record(STEPS, eval_every=0):
        events.append(event)
        if event.step % 20 == 0:
            events.append(Sampled(event.step, event.elapsed_s, "The ", f"text {event.step}"))
    return [*events, finished(STEPS)]


@asynccontextmanager
async def replaying(
    size: tuple[int, int], speed: float = 1e-6
) -> AsyncGenerator[tuple[Pilot[int], RnntuiApp]]:
    """The app on a replay, which at this speed stays at its beginning."""
    app = scripted_app(Replaying())
    async with app.run_test(size=size) as pilot:
        run_on_disk(places.checkpoints_dir(), "first", recorded(), total_steps=STEPS)
        app.replay("first", speed)
        await until(pilot, lambda: "replay" in status(app))
        yield pilot, app


def status(app: RnntuiApp) -> str:
    return app.playground.loss.status.render().plain


def border(app: RnntuiApp) -> str:
    return Content.from_markup(app.playground.loss.border_subtitle).plain


def curve_end(app: RnntuiApp) -> float:
    """The step of the last point of the curve."""
    return float(app.playground.loss.chart.data.series[TRAINING].points.x[-1])


async def offered(app: RnntuiApp) -> set[str]:
    """The labels of the playground's actions in the palette, the same as in the help."""
    ours = {action.label for action in app.playground.actions}
    in_help = {row.label for group in key_groups(app.screen) for row in group.rows}
    in_palette = {hit.text async for hit in ActionCommands(app.screen).discover()}
    assert in_help & ours == in_palette & ours
    return in_help & ours


@SIZES
async def test_its_keys_are_told_only_while_it_is_on(size: tuple[int, int]):
    of_replay = {action.label for action in REPLAY}
    of_training = {action.label for action in PLAYGROUND if action.name in TRAINING_ALONE}
    async with replaying(size) as (pilot, app):
        assert of_replay <= await offered(app)
        assert not of_training & await offered(app)
        footer = {active.binding.id for active in in_footer(app.screen)}
        assert {"replay.pause", "replay.next", "replay.back", "replay.forward"} <= footer
        assert not TRAINING_ALONE & footer
        assert ", position ." in border(app)
        await pilot.press("k")
        await until(pilot, lambda: "stopped" in status(app))
        assert not of_replay & await offered(app)
        assert of_training <= await offered(app)
        assert "position" not in border(app)
        await until(pilot, lambda: "t replay" in border(app))
        await pilot.press("N")
        await until(pilot, lambda: "t replay" not in border(app))


@SIZES
async def test_n_steps_to_the_next_sample_and_says_where_that_is(size: tuple[int, int]):
    async with replaying(size) as (pilot, app):
        for at in (20, 40, 60):
            await pilot.press("n")
            await until(pilot, lambda at=at: f"step {at}/{STEPS}" in status(app))
            await until(pilot, lambda: "paused" in status(app))
            assert app.screen.query_one(StreamText).text == f"The text {at}"


@SIZES
async def test_a_paused_one_is_moved_in_and_stays_paused(size: tuple[int, int]):
    async with replaying(size) as (pilot, app):
        await pilot.press("n", "n")
        await until(pilot, lambda: "step 40/" in status(app) and "paused" in status(app))
        for keys, at in ((",", 34), (",,,", 16), (".", 22)):
            await pilot.press(*("full_stop" if key == "." else "comma" for key in keys))
            await until(pilot, lambda at=at: f"step {at}/" in status(app))
            await until(pilot, lambda: "paused" in status(app))
            assert curve_end(app) == at
            sample = f"The text {at // 20 * 20}" if at >= 20 else ""
            assert app.screen.query_one(StreamText).text == sample


async def test_its_speed_is_stepped_from_what_was_asked_last_and_shown_at_once():
    async with replaying((80, 24), speed=8.0) as (pilot, app):
        await pilot.press("t")
        await until(pilot, lambda: "replay 8x paused" in status(app))
        await pilot.press("<", "<", "<")
        assert "replay 1x paused" in status(app)
        await pilot.press(">")
        assert "replay 2x paused" in status(app)


async def test_t_pauses_it_while_a_classifier_is_trained(tmp_path: Path):
    async with replaying((140, 45)) as (pilot, app):
        classify = app.create_classify_screen(
            ScriptedClassifier(tmp_path, classify_steps(5)).session()
        )
        await pilot.press("x", "t")
        await until(pilot, lambda: classify.session.phase == "training")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.playground)
        for is_paused in (True, False):
            await pilot.press("t")
            await until(pilot, lambda now=is_paused: ("paused" in status(app)) == now)
        assert app.session.is_training
        assert classify.session.phase == "training"


async def test_a_training_after_it_has_its_own_keys_again():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "training" in status(app))
        await pilot.press("comma", "n")
        await until(pilot, lambda: "step 6/" in status(app))
        assert not {action.label for action in REPLAY} & await offered(app)
