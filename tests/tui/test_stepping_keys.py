"""Keys that change a value by a step act on what was asked last, and show that at once."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from rnntui.tasks.characters.config import TrainConfig
from rnntui.training.commands import Command, Continue, Pause, SetLearningRate, SetSampleLength
from rnntui.training.loop_settings import LoopSettings
from rnntui.tui.playground.sampler_bar import SamplerBar
from rnntui.tui.training.status import TrainingStatus
from rnntui.tui.widgets.split import Split
from tests.run_files import record, run_on_disk
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.scripted_classifying import ScriptedClassifier, classify_steps
from tests.tui.test_classify import classifying
from tests.tui.test_playground import SIZE, toasts
from tests.tui.waiting import until

DOWN, UP = "less_than_sign", "greater_than_sign"


def status(screen: Screen[object]) -> str:
    return str(screen.query_one(TrainingStatus).render())


def rates(commands: list[object]) -> list[float]:
    return [each.learning_rate for each in commands if isinstance(each, SetLearningRate)]


async def begun(pilot: Pilot[int]) -> None:
    await pilot.press("t")
    shown = pilot.app.screen.query_one(TrainingStatus)
    await until(pilot, lambda: shown.last_step is not None)


async def test_down_and_up_come_back_to_the_rate_that_there_was():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(DOWN, UP)
        assert "lr 0.002" in status(app.screen)
        await until(pilot, lambda: len(rates(training.commands)) == 2)
        assert rates(training.commands) == [1e-3, 2e-3]


async def test_three_presses_in_a_pause_are_three_steps():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press("t")
        await until(pilot, lambda: app.session.phase == "paused")
        await pilot.press(DOWN, DOWN, DOWN)
        assert "lr 0.00025" in status(app.screen)
        await until(pilot, lambda: len(rates(training.commands)) == 3)
        assert rates(training.commands) == [1e-3, 5e-4, 2.5e-4]
        await pilot.pause()
        # No step was taken, so the last one's rate is not what holds.
        assert "lr 0.00025" in status(app.screen)
        await pilot.press(UP)
        await until(pilot, lambda: rates(training.commands)[-1] == 5e-4)


async def test_each_press_is_said_once():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(UP, UP)
        await until(pilot, lambda: len(rates(training.commands)) == 2)
        await pilot.press("n")
        await until(pilot, lambda: app.session.phase == "paused")
        said = [toast for toast in toasts(pilot) if "learning rate" in toast]
        assert said == [f"The learning rate is {rate} from now on." for rate in ("0.004", "0.008")]


async def test_a_step_that_was_taken_shows_its_own_rate_again():
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(UP)
        assert "lr 0.004" in status(app.screen)
        # A step of the script is taken with 0.002, whatever was asked.
        await pilot.press("n")
        await until(pilot, lambda: app.session.phase == "paused")
        await until(pilot, lambda: "lr 0.002" in status(app.screen))


async def test_while_it_starts_the_rate_of_the_form_is_stepped_from():
    training = ScriptedTraining(steps(5))
    training.may_start.clear()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", UP, UP)
        config = app.playground.setup.form.config
        assert isinstance(config, TrainConfig)
        first = LoopSettings.of(config).first_rate
        assert status(app.screen) == f"starting …  lr {4 * first:.2g}"
        training.may_start.set()
        await until(pilot, lambda: len(rates(training.commands)) == 2)
        assert rates(training.commands) == [2 * first, 4 * first]


async def test_a_run_that_is_resumed_is_stepped_from_its_last_rate():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        from rnntui import places

        # Its steps were taken with 0.002, whatever its settings say.
        run_on_disk(places.checkpoints_dir(), "mine", record(30), learning_rate=0.5)
        training.may_start.clear()
        app.resume("mine")
        await pilot.press(UP)
        training.may_start.set()
        await until(pilot, lambda: rates(training.commands) == [4e-3])


async def test_the_rate_stays_within_what_a_setting_may_be():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press(*[UP] * 20)
        await until(pilot, lambda: len(rates(training.commands)) == 20)
        assert max(rates(training.commands)) == 100.0
        await pilot.press(DOWN)
        await until(pilot, lambda: rates(training.commands)[-1] == 50.0)


async def test_the_length_of_samples_is_stepped_from_the_settings_of_the_run():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training, recipe="alphabet", corpus="play")
    async with app.run_test(size=SIZE) as pilot:
        config = app.playground.setup.form.config
        assert isinstance(config, TrainConfig)
        length = config.sample_length
        await begun(pilot)
        await pilot.press("right_curly_bracket", "right_curly_bracket", "left_curly_bracket")
        asked: list[Command] = [SetSampleLength(length * factor) for factor in (2, 4, 2)]
        await until(pilot, lambda: training.commands == asked)
        assert f"Samples have {length * 4} characters from now on." in toasts(pilot)


async def test_two_quick_presses_of_t_pause_and_go_on():
    training = ScriptedTraining(steps(5))
    training.may_start.clear()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", "t", "t", "t")
        training.may_start.set()
        await until(pilot, lambda: len(training.commands) == 3)
        assert training.commands == [Pause(), Continue(), Pause()]
        await until(pilot, lambda: app.session.phase == "paused")


async def test_the_temperature_and_the_pace_are_stepped_and_shown_at_once():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        bar = app.screen.query_one(SamplerBar)
        before = app.session.spec.temperature
        await pilot.press("left_square_bracket", "left_square_bracket", "right_square_bracket", "a")
        assert app.session.spec.temperature == pytest.approx(before - 0.1)
        assert bar.spec == app.session.spec
        assert bar.pace == app.session.pace


@pytest.mark.parametrize("name", ["body", "right"])
async def test_a_border_is_moved_from_where_it_was_moved_to_last(name: str):
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        split = app.screen.query_one(f"#{name}", Split)
        first = split.children[0]
        before = first.region
        for _ in range(3):  # nothing is laid out in between
            split.move(2)
        split.move(-1)
        await pilot.pause()
        after = first.region
        assert after.width + after.height == before.width + before.height + 5
        split.move(7)
        split.reset()
        split.move(-2)
        await pilot.pause()
        after = first.region
        assert after.width + after.height == before.width + before.height - 2


async def test_in_the_classify_screen_too_presses_are_steps_from_what_was_asked(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    training.may_start.clear()
    async with classifying(training) as (pilot, screen):
        await pilot.press("t", DOWN)
        config = screen.setup.form.config
        assert config is not None
        assert status(screen) == f"starting …  lr {config.learning_rate / 2:.2g}"
        training.may_start.set()
        await until(pilot, lambda: screen.loss.status.last_step is not None)
        await pilot.press("t")
        await until(pilot, lambda: screen.session.phase == "paused")
        start = rates(training.commands)[-1]
        await pilot.press(DOWN, DOWN, UP)
        await until(pilot, lambda: len(rates(training.commands)) == 4)
        assert rates(training.commands)[1:] == [start / 2, start / 4, start / 2]
        assert f"lr {start / 2:.2g}" in status(screen)
