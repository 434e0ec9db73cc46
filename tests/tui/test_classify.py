"""The Classify screen, driven by keys and mouse over a scripted training."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select, Static

from rnntui import places
from rnntui.runtime.classifier_session import NewClassifier, ResumedClassifier
from rnntui.training import events
from rnntui.training.commands import (
    Continue,
    Pause,
    RollBack,
    SaveNow,
    SetLearningRate,
    SingleStep,
    Stop,
)
from rnntui.training.runs.folder import BEST, RunFolder
from rnntui.training.runs.record import read_events
from rnntui.tui.classify.choose_classifier import ChooseClassifier
from rnntui.tui.classify.class_bars import ClassBars
from rnntui.tui.classify.confusion_table import ConfusionTable
from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.classify.word_trail import WordTrail
from rnntui.tui.core.pane_tabs import PaneTabs
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.playground.screen import Playground
from rnntui.tui.training.status import TrainingStatus
from tests.run_files import write_record
from tests.tui.old_texts import ask_about_old_text
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.scripted_classifying import (
    CLASSES,
    ScriptedClassifier,
    classify_steps,
    save_scripted,
)
from tests.tui.waiting import until

SIZE = (140, 45)


@asynccontextmanager
async def classifying(
    training: ScriptedClassifier, size: tuple[int, int] = SIZE
) -> AsyncIterator[tuple[Pilot[int], ClassifyScreen]]:
    """The real app with the Classify screen in front, over a scripted session."""
    app = scripted_app()
    async with app.run_test(size=size) as pilot:
        screen = app.create_classify_screen(training.session())
        await pilot.press("x")
        await until(pilot, lambda: app.screen is screen and screen.is_mounted)
        await pilot.pause()
        yield pilot, screen


def phase(screen: ClassifyScreen) -> str:
    return screen.query_one(TrainingStatus).phase


def said(pilot: Pilot[int]) -> str:
    return " ".join(note.message for note in pilot.app._notifications)


def widest(table: ConfusionTable) -> int:
    return max(map(len, str(table.render()).splitlines()))


async def trained(pilot: Pilot[int], screen: ClassifyScreen) -> None:
    """Press t, and wait until the classifier answers."""
    await pilot.press("t")
    await until(pilot, lambda: bool(screen.query_one(ClassBars).probabilities))


def bars(screen: ClassifyScreen) -> dict[str, float]:
    return dict(screen.query_one(ClassBars).probabilities)


async def typed(pilot: Pilot[int], screen: ClassifyScreen, sentence: str) -> None:
    """Type on, all at once, and wait for the answer to all of it."""
    screen.query_one("#sentence", Input).insert_text_at_cursor(sentence)
    words = screen.query_one("#sentence", Input).value.split()
    trail = screen.query_one(WordTrail)
    await until(pilot, lambda: [mark.token for mark in trail.marks] == words)


async def test_x_opens_it_on_the_reviews_that_ship_with_nothing_focused(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        assert screen.focused is None
        assert screen.setup.form.recipe.name == "reviews"
        about = screen.query_one("#about", Static)
        await until(pilot, lambda: "760 texts" in str(about.render()))
        await until(
            pilot, lambda: "parameters" in str(screen.query_one("#estimate", Static).render())
        )


async def test_t_trains_pauses_and_goes_on(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(80))
    async with classifying(training) as (pilot, screen):
        for then in ("training", "paused", "training"):
            await pilot.press("t")
            await until(pilot, lambda then=then: phase(screen) == then)
        request = training.requests[0]
        assert isinstance(request, NewClassifier)
        assert request.source.reference == "reviews"
        assert request.config.cell == "gru"


async def test_one_that_is_about_to_go_on_goes_on_from_the_table(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(5))
    async with classifying(training) as (pilot, screen):
        for then in ("training", "paused"):
            await pilot.press("t")
            await until(pilot, lambda then=then: phase(screen) == then)
        # At once, so that the second one comes before the answer to the first.
        assert screen.controller.toggle()
        assert screen.controller.resume("reviews-gru-1")
        await until(pilot, lambda: phase(screen) == "training")
        screen.session.close(5)
        assert training.commands == [Pause(), Continue(), Stop()]


async def test_the_chart_and_the_status_show_losses_and_accuracy(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(80))
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        data = screen.loss.chart.data
        await until(pilot, lambda: list(data.series["validation"].points.x) == [38, 76])
        await until(pilot, lambda: len(data.series["training"].points.x) == 80)
        assert "a guess" in data.references
        assert "accuracy 78.7%" in str(screen.loss.status.render())
        assert "texts/s" in str(screen.loss.status.render())


async def test_keys_steer_the_training(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.loss.status.last_step is not None)
        await pilot.press("less_than_sign", "n", "s", "b", "k")
        await until(pilot, lambda: phase(screen) == "stopped")
        assert training.commands == [
            SetLearningRate(2.5e-3),
            SingleStep(),
            SaveNow(),
            RollBack(),
            Stop(),
        ]
        await pilot.press("t")
        await until(pilot, lambda: len(training.requests) == 2)
        assert isinstance(training.requests[1], ResumedClassifier)


async def test_with_no_training_k_says_so(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        await pilot.press("k")
        assert "press t to begin one" in said(pilot)
        assert phase(screen) == "idle"


async def test_changed_texts_are_asked_about_before_they_are_gone_on_with(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    answers = ask_about_old_text(training)
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: screen.loss.status.last_step is not None)
        await pilot.press("k")
        await until(pilot, lambda: phase(screen) == "stopped")
        for key in ("n", "y"):
            await pilot.press("t")
            await until(pilot, lambda: isinstance(pilot.app.screen, Question))
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen is screen)
            await until(pilot, lambda: phase(screen) in ("idle", "training"))
        assert answers == [False, True]


async def test_the_bars_move_with_every_word(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        await trained(pilot, screen)
        assert bars(screen) == pytest.approx({"bad": 0.5, "good": 0.5})
        await pilot.press("p")
        await typed(pilot, screen, "the lovely lamp")
        assert bars(screen)["good"] > 0.8
        await typed(pilot, screen, " was awful awful")
        assert bars(screen)["bad"] > 0.5
        marks = screen.query_one(WordTrail).marks
        assert all(mark.is_known for mark in marks)
        assert marks[-2].change > 0.1  # of the class that it takes the whole for
        assert "▲" in str(screen.query_one(WordTrail).render())
        await pilot.press("escape")
        assert screen.focused is None
        assert screen.is_active


async def test_what_the_network_does_not_know_is_in_brackets(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        await trained(pilot, screen)
        await pilot.press("p")
        await typed(pilot, screen, "zebra")
        assert "(zebra)" in str(screen.query_one(WordTrail).render())
        assert "knows none" in str(screen.query_one("#caption", Static).render())


async def test_control_characters_and_markup_in_a_sentence_are_shown_not_obeyed(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        await trained(pilot, screen)
        screen.query_one("#sentence", Input).value = "[b]lovely[/b] \x1b[31m"
        trail = screen.query_one(WordTrail)
        await until(pilot, lambda: len(trail.marks) > 0)
        assert "\x1b" not in str(trail.render())


async def test_at_the_end_the_classifier_is_measured(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40), finishes=True)
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        table = screen.query_one(ConfusionTable)
        await until(pilot, lambda: "87.5% accuracy" in str(table.render()))
        assert training.measured == [tmp_path / "reviews-gru-1" / BEST]
        await pilot.press("v")
        await until(pilot, lambda: len(training.measured) == 2)


@pytest.mark.parametrize("size", [(80, 24), (110, 30), (140, 45)])
async def test_names_of_classes_are_shortened_until_the_table_fits(
    tmp_path: Path, size: tuple[int, int]
):
    names = ("praise", "complaint", "question")
    tested = events.Tested(40, 2.0, 0.5, 0.75, 8, names, ((3, 1, 0), (1, 3, 0), (0, 0, 1000)))
    training = ScriptedClassifier(tmp_path, [*classify_steps(40), tested], finishes=True)
    async with classifying(training, size=size) as (pilot, screen):
        await pilot.press("t")
        table = screen.query_one(ConfusionTable)
        await until(pilot, lambda: "test: 75.0% accuracy" in str(table.render()))
        if size == (80, 24):
            screen.query_one(PaneTabs).turn_to("results")
        await until(pilot, lambda: 0 < widest(table) <= table.container_size.width)
        rows = str(table.render()).splitlines()
        assert rows[-4].endswith("right")
        assert [row.split()[-1] for row in rows[-3:]] == ["75%", "75%", "100%"]


async def test_a_test_part_is_not_measured_twice(tmp_path: Path):
    tested = events.Tested(40, 2.0, 0.5, 0.75, 8, CLASSES, ((3, 1), (1, 3)))
    training = ScriptedClassifier(tmp_path, [*classify_steps(40), tested], finishes=True)
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        table = screen.query_one(ConfusionTable)
        await until(pilot, lambda: phase(screen) == "finished")
        await until(pilot, lambda: "test: 75.0% accuracy" in str(table.render()))
        assert not training.measured


async def test_a_failure_is_a_modal_and_the_screen_goes_on(tmp_path: Path):
    training = ScriptedClassifier(
        tmp_path, [events.Failed(3, 0.1, "The loss is [b]not[/b] a number.")]
    )
    async with classifying(training) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Failure))
        await pilot.press("enter")
        await until(pilot, lambda: screen.is_active)
        assert phase(screen) == "failed"


async def test_texts_that_are_not_there_get_a_sentence(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        await pilot.press("c")
        assert screen.focused is screen.query_one("#reference")
        screen.query_one("#reference", Input).value = "nowhere.tsv"
        about = screen.query_one("#about", Static)
        await until(pilot, lambda: "nowhere.tsv" in str(about.render()))
        assert about.has_class("-wrong")


async def test_a_table_is_asked_about_its_header_and_its_bad_rows(tmp_path: Path):
    table = tmp_path / "sms.tsv"
    rows = [f"{kind}\ttext number {number}" for number in range(30) for kind in ("ham", "spam")]
    table.write_text("\n".join((*rows, "spam\t ")) + "\n")
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        about, choices = screen.query_one("#about", Static), screen.query_one("#table-choices")
        assert not choices.display
        screen.query_one("#reference", Input).value = str(table)
        await until(pilot, lambda: "no column with a usual name" in str(about.render()))
        assert choices.display
        await pilot.click("#header")
        await until(pilot, lambda: "an empty text" in str(about.render()))
        await pilot.click("#skip-bad")
        await until(pilot, lambda: "60 texts" in str(about.render()))
        assert "row 61 has an empty text" in str(about.render())
        await pilot.press("y")
        assert pilot.app.clipboard == (
            f"rnntui classify train {table} --no-header --skip-bad --recipe reviews"
        )


async def test_a_wrong_value_keeps_the_cursor(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        hidden_size = screen.query_one("#hidden_size", Input)
        hidden_size.focus()
        await pilot.press("ctrl+u", "0", "enter")
        assert screen.focused is hidden_size
        assert hidden_size.has_class("-wrong")
        await pilot.press("ctrl+u", "9", "enter")
        assert screen.focused is None
        assert not hidden_size.has_class("-wrong")


async def test_settings_that_contradict_each_other_only_alone_are_taken_together(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        form = screen.setup.form
        screen.query_one("#padding", Select).value = "front"
        await until(pilot, lambda: form.config is None)
        screen.query_one("#max_length", Input).value = "20"
        await until(pilot, lambda: form.config is not None)
        assert form.config is not None
        assert (form.config.padding, form.config.max_length) == ("front", 20)


async def test_another_recipe_fills_the_form_and_the_command_says_what_was_changed(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        screen.query_one("#recipe", Select).value = "imdb-onehot"
        await until(pilot, lambda: screen.query_one("#hidden_size", Input).value == "8")
        screen.query_one("#seed", Input).value = "7"
        await pilot.pause()
        await pilot.press("y")
        command = "rnntui classify train reviews --recipe imdb-onehot --seed 7"
        assert pilot.app.clipboard == command


async def test_one_training_at_a_time_in_the_whole_app(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    writing = ScriptedTraining(steps(5))
    app = scripted_app(writing)
    async with app.run_test(size=SIZE) as pilot:
        screen = app.create_classify_screen(training.session())
        await pilot.press("t")
        await until(pilot, lambda: app.session.phase == "training")
        await pilot.press("x", "t")
        await until(pilot, lambda: "in the playground" in said(pilot))
        assert not training.requests
        await pilot.press("escape", "k")
        await until(pilot, lambda: not app.session.is_training)
        await pilot.press("x", "t")
        await until(pilot, lambda: screen.session.phase == "training")
        await pilot.press("escape", "t")
        await until(
            pilot, lambda: "A training run is in progress in the Classify screen" in said(pilot)
        )
        assert len(writing.requests) == 1


async def test_a_training_goes_on_behind_the_playground_and_quitting_asks(tmp_path: Path):
    training = ScriptedClassifier(tmp_path, classify_steps(40))
    async with classifying(training) as (pilot, screen):
        await pilot.press("t", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Playground))
        await until(pilot, lambda: phase(screen) == "training")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await pilot.press("y")
        await until(pilot, lambda: Stop() in training.commands)
        assert not screen.session.is_training


async def test_o_lists_classifiers_and_takes_one(tmp_path: Path):
    run = places.checkpoints_dir() / "lamps"
    save_scripted(run / "last.safetensors")
    (run / "run.toml").write_text('[run]\nname = "lamps"\nkind = "classifier"\n')
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        # The newest one is there at once.
        await until(pilot, lambda: screen.session.classifier is not None)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseClassifier))
        runs = pilot.app.screen.query_one("#runs", OptionList)
        await until(pilot, lambda: runs.option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: screen.is_active)
        await until(pilot, lambda: "lamps" in str(screen.sentence.border_subtitle))


async def test_an_opened_classifier_counts_in_texts_too(tmp_path: Path):
    run = RunFolder(places.checkpoints_dir() / "lamps")
    save_scripted(run.last)
    run.configuration.write_text('[run]\nname = "lamps"\nkind = "classifier"\n')
    write_record(run, classify_steps(40))
    async with classifying(ScriptedClassifier(tmp_path)) as (pilot, screen):
        status = screen.query_one(TrainingStatus)
        await until(pilot, lambda: status.last_step is not None)
        assert "1,450 texts/s" in status.render().plain


async def test_the_record_of_an_opened_run_does_not_come_upon_the_chart_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run = RunFolder(places.checkpoints_dir() / "lamps")
    save_scripted(run.last)
    run.configuration.write_text('[run]\nname = "lamps"\nkind = "classifier"\n')
    tested = events.Tested(40, 2.0, 0.5, 0.75, 8, CLASSES, ((3, 1), (1, 3)))
    write_record(run, [*classify_steps(80), tested])
    may_read, have_read = threading.Event(), threading.Event()

    def read_slowly(folder: RunFolder) -> Iterator[events.TrainEvent]:
        may_read.wait()
        yield from read_events(folder)
        have_read.set()

    monkeypatch.setattr("rnntui.tui.training.controller.read_events", read_slowly)
    training = ScriptedClassifier(tmp_path, classify_steps(5))
    async with classifying(training) as (pilot, screen):
        screen.open(run.last)
        await until(pilot, lambda: screen.session.classifier is not None)
        await pilot.press("N", "t")
        points = screen.loss.chart.data.series["training"].points
        await until(pilot, lambda: len(points.x) == 5)
        may_read.set()
        await until(pilot, have_read.is_set)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert list(points.x) == [1, 2, 3, 4, 5]
        assert "75.0% accuracy" not in str(screen.query_one(ConfusionTable).render())


async def test_a_classifier_of_the_table_of_runs_opens_here(tmp_path: Path):
    app = scripted_app()
    path = save_scripted(tmp_path / "lamps" / "best.safetensors")
    async with app.run_test(size=SIZE) as pilot:
        screen = app.create_classify_screen(ScriptedClassifier(tmp_path).session())
        app.call_later(app.open_checkpoint, path)
        await until(pilot, lambda: "lamps" in str(screen.sentence.border_subtitle))
        assert screen.is_active


async def test_with_little_room_keys_turn_to_their_panes(tmp_path: Path):
    async with classifying(ScriptedClassifier(tmp_path), (80, 24)) as (pilot, screen):
        for key, pane in (("p", screen.sentence), ("v", screen.results), ("t", screen.loss)):
            await pilot.press("escape" if screen.focused else key, key)
            await until(pilot, lambda pane=pane: pane.display and pane.region.height >= 8)
            screen.set_focus(None)
