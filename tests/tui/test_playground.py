"""The playground, driven by keys and mouse over a scripted training."""

import shlex
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select, Static

from rnntui import places
from rnntui.nets.config import parameter_count
from rnntui.runtime.session import NewTraining, ResumedTraining
from rnntui.text.ngrams import baselines as ngrams
from rnntui.training.commands import RollBack, SaveNow, SetLearningRate, SingleStep
from rnntui.training.events import Finished, Started, Switched
from rnntui.tui.app import RnntuiApp
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.duel.screen import DuelScreen
from rnntui.tui.playground.sampler_bar import SamplerBar
from rnntui.tui.training.settings_form import SettingsForm
from rnntui.tui.training.status import TrainingStatus
from rnntui.tui.widgets.chart import Chart
from rnntui.tui.widgets.stream.text import StreamText
from tests.run_files import finished, record, run_on_disk
from tests.tui.old_texts import ask_about_old_text
from tests.tui.scripted import (
    ScriptedStream,
    ScriptedTraining,
    scripted_app,
    scripted_evaluation,
    steps,
)
from tests.tui.waiting import until

SIZE = (140, 45)


def phase(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one(TrainingStatus).phase


def chosen_text(pilot: Pilot[int]) -> str | None:
    """The reference of the text that is highlighted."""
    texts = pilot.app.screen.query_one("#texts", OptionList)
    return None if texts.highlighted_option is None else texts.highlighted_option.id


def estimate(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#estimate", Static).render())


async def test_opens_on_the_default_text_with_nothing_focused():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        texts = app.screen.query_one("#texts", OptionList)
        assert texts.highlighted == 0
        assert texts.get_option_at_index(0).id == "play"
        assert app.screen.focused is None
        assert phase(pilot) == "idle"


def toasts(pilot: Pilot[int]) -> list[str]:
    return [note.message for note in pilot.app._notifications]


async def test_t_trains_pauses_and_goes_on():
    training = ScriptedTraining(steps(100))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await until(pilot, lambda: "training" in app.screen.query_one(Chart).data.series)
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "paused")
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert request.corpus == "play"


async def test_the_chart_has_every_step_and_marks_the_best():
    app = scripted_app(ScriptedTraining(steps(120)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        chart = app.screen.query_one(Chart)
        await until(pilot, lambda: len(chart.data.series["training"].points.x) == 120)
        assert list(chart.data.series["validation"].points.x) == [40, 80, 120]
        assert chart.data.markers["best"].x == 120


async def test_a_reference_line_says_when_only_a_part_was_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ngrams, "MAX_COUNTED", 50_000)
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        references = app.screen.query_one(Chart).data.references
        await until(pilot, lambda: any("of the last 0.05 M" in name for name in references))


async def test_at_the_very_start_g_writes_with_the_network_that_ships():
    stream = ScriptedStream()
    app = scripted_app(stream=stream)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        assert app.session.network is not None
        assert app.session.network.name == "tiny"
        await pilot.press("g")
        text = app.screen.query_one(StreamText)
        await until(pilot, lambda: len(text.text) == 400)
        stream.over.set()


async def test_g_streams_text_and_stops():
    stream = ScriptedStream()
    app = scripted_app(ScriptedTraining(steps(5)), stream)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("g")
        text = app.screen.query_one(StreamText)
        await until(pilot, lambda: len(text.text) == 400)
        assert app.session.is_generating
        stream.over.set()
        await pilot.press("g")
        await until(pilot, lambda: not app.session.is_generating)


async def test_g_without_a_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "shipped_checkpoints_dir", lambda: tmp_path)
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await pilot.pause()
        assert not app.session.is_generating
        assert any("press t" in note.message for note in app._notifications)


@pytest.mark.parametrize(("key", "mode"), [("1", "argmax"), ("2", "random"), ("3", "hybrid")])
async def test_digits_switch_the_mode(key: str, mode: str):
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("1" if key != "1" else "2", key)
        assert app.session.spec.mode == mode
        assert app.screen.query_one(SamplerBar).spec.mode == mode


async def test_a_mode_can_be_clicked():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(SamplerBar, offset=(3, 0))
        assert app.session.spec.mode == "argmax"


async def test_switching_the_mode_changes_what_is_written_in_mid_stream():
    app = scripted_app(ScriptedTraining(steps(5), scale=0.5))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("g")
        text = app.screen.query_one(StreamText)
        await until(pilot, lambda: text.end > 500)
        await pilot.press("1")
        start = text.end + 1500  # past all that was waiting in the queue
        await until(pilot, lambda: text.end > start + 400)
        tail = text.text[start - text.first :][:400]
        # A network this small falls into a loop under argmax.
        assert len(set(tail)) < 20


async def test_brackets_move_the_temperature_within_bounds():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert app.session.spec.temperature == pytest.approx(0.8)
        await pilot.press(*["left_square_bracket"] * 20)
        assert app.session.spec.temperature == pytest.approx(0.05)
        await pilot.press("right_square_bracket")
        assert app.session.spec.temperature == pytest.approx(0.15)


async def test_controls_reach_the_training():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.screen.query_one(TrainingStatus).last_step is not None)
        await pilot.press("s", "b", "less_than_sign", "greater_than_sign", "n")
        await until(pilot, lambda: len(training.commands) == 5)
        assert training.commands == [
            SaveNow(),
            RollBack(),
            SetLearningRate(1e-3),
            SetLearningRate(2e-3),
            SingleStep(),
        ]
        await until(pilot, lambda: phase(pilot) == "paused")


async def test_with_no_training_k_says_so():
    async with scripted_app().run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("k")
        assert "press t to begin one" in " ".join(toasts(pilot))
        assert phase(pilot) == "idle"


async def test_a_stopped_run_is_resumed_by_t():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("k")
        await until(pilot, lambda: phase(pilot) == "stopped")
        await until(pilot, lambda: not app.session.is_training)
        assert str(app.screen.query_one(TrainingStatus).render()).startswith("stopped")
        assert "Stopped at step 5; t resumes it." in toasts(pilot)
        await pilot.press("t")
        await until(pilot, lambda: len(training.requests) == 2)
        request = training.requests[1]
        assert isinstance(request, ResumedTraining)
        assert request.name == "play-lstm-1"


async def resumed_with_a_changed_text(pilot: Pilot[int], app: RnntuiApp) -> None:
    """Stop a run, and go on with it as if its text had changed meanwhile."""
    await pilot.press("t")
    await until(pilot, lambda: phase(pilot) == "training")
    await pilot.press("k")
    await until(pilot, lambda: not app.session.is_training)
    await pilot.press("t")
    await until(pilot, lambda: isinstance(app.screen, Question))
    shown = str(app.screen.query_one("#sentence", Static).render())
    assert "The text 'play' has changed. Resume on the old text?" in shown
    assert "rnntui train play.txt --init-from play-lstm-1:last" in shown


async def test_a_changed_text_is_asked_about_before_it_is_gone_on_with():
    training = ScriptedTraining(steps(5))
    answers = ask_about_old_text(training)
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await resumed_with_a_changed_text(pilot, app)
        await pilot.press("y")
        await until(pilot, lambda: phase(pilot) == "training")
        assert answers == [True]


async def test_a_changed_text_is_left_alone_after_a_no():
    training = ScriptedTraining(steps(5))
    answers = ask_about_old_text(training)
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await resumed_with_a_changed_text(pilot, app)
        await pilot.press("n")
        await until(pilot, lambda: not app.session.is_training)
        assert answers == [False]
        await until(pilot, lambda: "The run stays as it is." in toasts(pilot))
        assert phase(pilot) == "idle"
        # It can be gone on with after all.
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Question))
        assert app.session.close(5)


async def test_a_training_that_used_its_budget_is_finished():
    app = scripted_app(ScriptedTraining([*steps(5), Finished(5, 0.25, "budget")]))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "finished")
        assert "Training finished at step 5." in toasts(pilot)


async def test_another_text_is_trained_on_after_it_was_chosen():
    training = ScriptedTraining()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        texts = app.screen.query_one("#texts", OptionList)
        texts.highlighted = 3
        await pilot.pause()
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert request.corpus == "places"


async def test_a_text_given_by_its_path_is_listed_and_highlighted(tmp_path: Path):
    path = tmp_path / "mypy.txt"
    path.write_text("abcabc" * 500)
    training = ScriptedTraining()
    app = scripted_app(training, corpus=str(path))
    async with app.run_test(size=SIZE) as pilot:
        assert chosen_text(pilot) == str(path)
        preview = str(app.screen.query_one("#preview", Static).render())
        assert "mypy.txt" in preview
        assert "abcabc" in preview
        config = app.playground.setup.form.config
        assert config is not None
        expected = f"{parameter_count(config.model(3)):,} parameters"
        await until(pilot, lambda: expected in estimate(pilot))
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert request.corpus == str(path)


async def test_other_units_are_counted_for_the_estimate(tmp_path: Path):
    path = tmp_path / "words.txt"
    path.write_text("the cat sat on the mat, " * 100)
    app = scripted_app(corpus=str(path))
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one("#units", Select).value = "words"
        config = app.playground.setup.form.config
        assert config is not None
        # " the", " cat", " sat", " on", " mat", the comma, and the unknown symbol
        expected = f"{parameter_count(config.model(7)):,} parameters"
        await until(pilot, lambda: expected in estimate(pilot))
        await until(pilot, lambda: app.playground.setup.form.config.units == "words")


async def test_another_text_and_back_to_the_one_given_by_its_path(tmp_path: Path):
    path = tmp_path / "play.txt"  # as one of the library is called
    path.write_text("abcabc" * 500)
    app = scripted_app(corpus=str(path))
    async with app.run_test(size=SIZE) as pilot:
        texts = app.screen.query_one("#texts", OptionList)
        texts.highlighted = texts.get_option_index("play")
        await until(pilot, lambda: app.playground.setup.corpus == "play")
        texts.highlighted = texts.get_option_index(str(path))
        await until(pilot, lambda: app.playground.setup.corpus == str(path))


async def test_a_text_that_goes_away_is_listed_as_gone(tmp_path: Path):
    path = tmp_path / "mypy.txt"
    path.write_text("abcabc" * 500)
    app = scripted_app(corpus=str(path))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "parameters" in estimate(pilot))
        path.unlink()
        app.playground.setup.show_texts()
        await pilot.pause()
        line = app.screen.query_one("#texts", OptionList).get_option(str(path)).prompt
        assert str(line).endswith("gone")
        assert "no longer exists" in str(app.screen.query_one("#preview", Static).render())
        assert app.is_running


async def test_the_prime_is_edited_and_shown_first():
    stream = ScriptedStream(10)
    app = scripted_app(ScriptedTraining(), stream)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", *"ORSOLA", "enter")
        assert app.session.prime == "ORSOLA"
        assert app.screen.focused is None
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("g")
        text = app.screen.query_one(StreamText)
        await until(pilot, lambda: len(text.text) == 16)
        assert text.text.startswith("ORSOLA")
        stream.over.set()


async def test_letters_typed_into_an_input_do_nothing_else():
    training = ScriptedTraining()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "t", "g", "q")
        assert app.screen.query_one("#prime", Input).value == "tgq"
        assert not training.requests


async def test_a_wrong_setting_is_marked_and_keeps_t_from_training():
    training = ScriptedTraining()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        form = app.screen.query_one(SettingsForm)
        app.screen.query_one("#hidden_size", Input).value = "0"
        await pilot.pause()
        assert form.config is None
        assert app.screen.query_one("#hidden_size").has_class("-wrong")
        await pilot.press("t")
        await pilot.pause()
        assert not training.requests
        app.screen.query_one("#hidden_size", Input).value = "64"
        await pilot.pause()
        assert form.config is not None
        assert form.config.hidden_size == 64


async def test_a_recipe_fills_the_form():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one("#recipe", Select).value = "shakespeare"
        await pilot.pause()
        config = app.screen.query_one(SettingsForm).config
        assert config is not None
        assert (config.batch_size, config.epochs, config.val_fraction) == (50, 2, 0.0)


async def test_the_form_says_every_how_many_steps_are_kept():
    training = ScriptedTraining()
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        app.screen.query_one("#keep_every", Input).value = "50"
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        (request,) = training.requests
        assert isinstance(request, NewTraining)
        assert request.config.keep_every == 50


async def test_the_copied_command_writes_with_the_weights_that_are_on_screen(tmp_path: Path):
    runs = places.checkpoints_dir()
    folder = run_on_disk(runs, "first", [*record(40), finished(40, "stopped")])
    outside = tmp_path / "one.safetensors"
    outside.write_bytes(folder.best.read_bytes())
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        words = [await copied_checkpoint(pilot)]
        for path in (folder.best, folder.last, outside):
            app.open_checkpoint(path)
            words.append(await copied_checkpoint(pilot))
        await pilot.press("N", "t")
        await until(pilot, lambda: phase(pilot) == "training")
        words.append(await copied_checkpoint(pilot))
        app.session.close(5)
    assert words == ["tiny", "first", "first:last", str(outside), "play-lstm-1:last"]


async def copied_checkpoint(pilot: Pilot[int]) -> str:
    """Write, copy the command that does the same, and stop; the checkpoint that it names."""
    app = pilot.app
    assert isinstance(app, RnntuiApp)
    if not app.session.is_generating:
        await pilot.press("g")
        await until(pilot, lambda: app.session.is_generating)
    await pilot.press("y", "g")
    await until(pilot, lambda: not app.session.is_generating)
    return shlex.split(app.clipboard)[2]


async def test_quitting_while_training_asks_first():
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Question)
        await pilot.press("n")
        assert not isinstance(app.screen, Question)
        assert app.session.is_training
        await pilot.press("ctrl+q", "y")
        await until(pilot, lambda: not app.is_running)
    assert not app.session.is_training


async def test_quitting_with_nothing_going_on_asks_nothing():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)


async def test_a_failed_training_ends_in_a_modal_and_the_app_lives():
    app = scripted_app()

    def failing(*_: object) -> object:
        def events(*_: object) -> object:
            raise RuntimeError("the dog ate it")

        return events

    async with app.run_test(size=SIZE) as pilot:
        app.session._open_training = failing  # type: ignore[assignment]
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Failure))
        await pilot.press("enter")
        assert not isinstance(app.screen, Failure)
        assert app.session.phase == "failed"


async def test_panes_become_tabs_where_there_is_little_room():
    app = scripted_app()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = [p for p in ("setup", "loss", "writing") if app.screen.query_one(f"#{p}").region]
        assert len(shown) == 1
        await pilot.press("p")
        assert app.screen.query_one("#writing").region
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        for pane in ("setup", "loss", "writing"):
            assert app.screen.query_one(f"#{pane}").region


async def test_what_is_copied_is_explained_only_while_it_is_underlined():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        legend = app.screen.query_one("#legend", Static)
        assert "memorised" not in str(legend.render())
        await pilot.press("i")
        assert "memorised" in str(legend.render())


async def test_what_was_chosen_is_there_again_in_the_next_session():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("1", "right_square_bracket", "o")
        app.theme = "nord"
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    app.close()
    now = scripted_app().preferences.now
    assert (now.mode, now.temperature, now.theme) == ("argmax", 1.1, "nord")
    assert not now.colour_by_probability


async def test_what_was_writing_goes_on_with_the_network_that_a_training_makes():
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("g")
        await until(pilot, lambda: app.playground.output.stream.end > 0)
        await pilot.press("t")
        await until(pilot, lambda: app.session.phase == "training" and app.session.is_generating)
        assert app.session.network is not None
        assert app.session.network.name == "play-lstm-1"


async def test_an_early_stop_says_why_and_what_was_best_and_no_share_of_the_budget():
    end = Finished(5, 0.25, "patience", best_loss=1.4321, best_step=3, stale=2)
    app = scripted_app(ScriptedTraining([*steps(5), end]))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "finished")
        told = "no better loss in 2 evaluations, the best was 1.4321 at step 3"
        line = str(app.screen.query_one(TrainingStatus).render())
        assert line.startswith(f"stopped early  {told}  step 5/400")
        assert "%" not in line
        assert f"Stopped early at step 5: {told}." in toasts(pilot)


async def test_the_time_left_waits_until_it_is_known():
    training = ScriptedTraining([*steps(30), Switched(30, 1.5, "compiled"), *steps(100)[30:]])
    training.engine_to_come = "compiled"
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        status = app.screen.query_one(TrainingStatus)
        await until(pilot, lambda: status.last_step is not None and status.last_step.step == 100)
        # Nothing is known of the new engine's speed before steps that come after.
        assert "eta -:--" in str(status.render())


async def test_what_was_set_in_a_duel_is_still_set_afterwards():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("2", "d")
        await until(pilot, lambda: isinstance(app.screen, DuelScreen))
        await pilot.press("p", *"ORSOLA", "enter")
        await until(pilot, lambda: app.screen.focused is None)
        await pilot.press("right_square_bracket", "right_square_bracket", "e", "a", "escape")
        await until(pilot, lambda: app.screen is app.playground)
        session, bar = app.session, app.playground.output.bar
        assert (session.prime, session.seed) == ("ORSOLA", 2)
        assert app.playground.query_one("#prime", Input).value == "ORSOLA"
        assert (session.spec.mode, session.spec.temperature) == ("random", pytest.approx(1.2))
        assert session.pace == 10.0
        assert (bar.spec, bar.seed, bar.pace) == (session.spec, session.seed, session.pace)


async def test_losses_of_words_are_per_unit_with_bits_per_character_beside() -> None:
    about = ("play-lstm-1", "play", 10, 5, 900, 100, 100, 30, 400, "cpu")
    opened = Started(0, 0.0, *about, chars_per_unit=4.5, val_chars_per_unit=4.4)
    app = scripted_app(ScriptedTraining(steps(40)))
    async with app.run_test(size=(180, 45)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.session.phase == "training")
        loss = app.playground.loss
        assert loss.chart.look.y_title == "loss (nats/char)"
        loss.clear()
        loss.show([opened, *steps(40)])
        assert loss.chart.look.y_title == "loss (nats/unit)"
        assert f"{scripted_evaluation(40).bits_per_char:.3f} bits/char" in str(loss.status.render())
