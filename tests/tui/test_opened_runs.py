"""A run that is opened brings its text and settings along; `t` goes on with it while they stay."""

import os
import shlex
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select

from rnntui import places
from rnntui.nets.config import parameter_count
from rnntui.runtime.session import NewTraining, ReplayedTraining, ResumedTraining
from rnntui.tasks.characters.command_line import train_command
from rnntui.tasks.characters.description import describe_run
from rnntui.tasks.characters.recipes import find_recipe
from rnntui.tasks.recipes import SHIPPED
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import Continue, Pause, Stop
from rnntui.training.events import Sampled
from rnntui.training.runs.changes import remove_run
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from rnntui.tui.app import RnntuiApp
from rnntui.tui.classify.screen import ClassifyScreen
from rnntui.tui.runs.screen import RunsScreen
from rnntui.tui.runs.table import RunTable
from rnntui.tui.widgets.stream.text import StreamText
from tests.factories import tiny_run
from tests.run_files import finished, record, run_on_disk
from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.test_playground import SIZE, chosen_text, estimate, phase, toasts
from tests.tui.waiting import until

STOPPED = [*record(40), finished(40, "stopped")]


def stopped_run(name: str = "first", corpus: str = "places") -> RunFolder:
    return run_on_disk(places.checkpoints_dir(), name, STOPPED, corpus=corpus)


@asynccontextmanager
async def opened(
    training: ScriptedTraining | None = None, **asked: str
) -> AsyncGenerator[tuple[Pilot[int], RnntuiApp]]:
    """The app on the run `first`."""
    app = scripted_app(training or ScriptedTraining(steps(5)), **{"checkpoint": "first"} | asked)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        yield pilot, app


def border(app: RnntuiApp) -> str:
    return Content.from_markup(app.playground.loss.border_subtitle).plain


async def test_the_set_up_takes_its_text_and_its_settings():
    folder = stopped_run()
    async with opened() as (pilot, app):
        config = describe_run(folder).config
        assert chosen_text(pilot) == "places"
        assert app.playground.setup.form.config == config
        assert app.screen.query_one("#recipe", Select).value == "first (run)"
        assert app.screen.query_one("#hidden_size", Input).value == "5"
        symbols = len(load_corpus("places").vocabulary)
        expected = f"{parameter_count(config.model(symbols)):,} parameters"
        await until(pilot, lambda: expected in estimate(pilot))


async def test_t_goes_on_with_it_and_the_screen_says_so():
    stopped_run()
    training = ScriptedTraining(steps(5))
    async with opened(training) as (pilot, app):
        await until(pilot, lambda: "resume" in border(app))
        await until(pilot, lambda: bool(toasts(pilot)))
        assert toasts(pilot) == ["t resumes 'first' at step 40; N begins a new run."]
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, ResumedTraining)
        assert request.name == "first"


async def test_another_setting_asks_for_a_new_run_until_it_is_taken_back():
    stopped_run()
    training = ScriptedTraining(steps(5))
    async with opened(training) as (pilot, app):
        hidden = app.screen.query_one("#hidden_size", Input)
        hidden.value = "6"
        await until(pilot, lambda: "t train" in border(app))
        hidden.value = "5"
        await until(pilot, lambda: "t resume" in border(app))
        hidden.value = "6"
        await until(pilot, lambda: "t train" in border(app))
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert (request.corpus, request.config.hidden_size) == ("places", 6)


async def test_another_text_asks_for_a_new_run_until_the_run_s_own_is_chosen_again():
    stopped_run()
    training = ScriptedTraining(steps(5))
    async with opened(training) as (pilot, app):
        texts = app.screen.query_one("#texts", OptionList)
        for reference, word in (("play", "t train"), ("places", "t resume"), ("play", "t train")):
            texts.highlighted = texts.get_option_index(reference)
            await until(pilot, lambda word=word: word in border(app))
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert request.corpus == "play"


async def test_n_asks_for_a_new_run_with_the_same_settings():
    folder = stopped_run()
    training = ScriptedTraining(steps(5))
    async with opened(training) as (pilot, app):
        await pilot.press("N")
        await until(pilot, lambda: "t train" in border(app))
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        request = training.requests[0]
        assert isinstance(request, NewTraining)
        assert (request.corpus, request.config) == ("places", describe_run(folder).config)


async def test_a_run_that_is_over_is_not_gone_on_with():
    run_on_disk(places.checkpoints_dir(), "first", [*record(100), finished(100)])
    async with opened() as (pilot, app):
        await pilot.pause()
        assert "t train" in border(app)
        assert not toasts(pilot)


async def test_a_stopped_training_is_begun_anew_where_the_set_up_was_changed_meanwhile():
    training = ScriptedTraining(steps(5))
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        app.screen.query_one("#hidden_size", Input).value = "64"
        await pilot.press("k")
        await until(pilot, lambda: phase(pilot) == "stopped" and not app.session.is_training)
        assert any("t begins a new run" in sentence for sentence in toasts(pilot))
        await pilot.press("t")
        await until(pilot, lambda: len(training.requests) == 2)
        assert isinstance(training.requests[1], NewTraining)


async def test_a_replay_brings_text_and_settings_too():
    folder = stopped_run()
    training = ScriptedTraining(steps(5))
    app = scripted_app(training, replay="first")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: bool(training.requests))
        assert isinstance(training.requests[0], ReplayedTraining)
        assert chosen_text(pilot) == "places"
        assert app.playground.setup.form.config == describe_run(folder).config


async def test_after_its_end_t_replays_again_and_n_lets_it_train():
    training = ScriptedTraining([*steps(5), finished(5)])
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        run_on_disk(places.checkpoints_dir(), training.name, record(100))
        app.replay(training.name, 0.0)
        await until(pilot, lambda: app.playground.controller.run_to_replay is not None)
        await until(pilot, lambda: not app.session.is_training)
        await pilot.press("t")
        await until(pilot, lambda: len(training.requests) == 2)
        assert isinstance(training.requests[1], ReplayedTraining)
        await until(pilot, lambda: app.playground.controller.run_to_replay is not None)
        await until(pilot, lambda: not app.session.is_training)
        await pilot.press("N", "t")
        await until(pilot, lambda: len(training.requests) == 3)
        assert not isinstance(training.requests[2], ReplayedTraining)


async def test_a_replay_shows_the_samples_as_they_came():
    told = [Sampled(step, step * 0.05, "Enter ", f"KING {step}") for step in (2, 4)]
    training = ScriptedTraining([*steps(3), told[0]])
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        run_on_disk(places.checkpoints_dir(), training.name, record(100))
        app.replay(training.name, 0.0)
        stream = app.screen.query_one(StreamText)
        await until(pilot, lambda: stream.text == "Enter KING 2")
        app.session.close(5)
        # In the next one another comes after it, in its place.
        training.script += told[1:]
        app.replay(training.name, 0.0)
        await until(pilot, lambda: stream.text == "Enter KING 4")


async def test_what_was_asked_for_besides_stays():
    stopped_run()
    async with opened(corpus="play", recipe="shakespeare") as (pilot, app):
        await until(pilot, lambda: "t train" in border(app))
        assert chosen_text(pilot) == "play"
        assert app.screen.query_one("#recipe", Select).value == "shakespeare"
        assert not toasts(pilot)


@pytest.mark.parametrize("name", ["mine", "shakespeare"])
async def test_a_recipe_from_a_file_fills_the_form_whatever_its_name_is(tmp_path: Path, name: str):
    text = (SHIPPED / "shakespeare.toml").read_text()
    text = text.replace('name = "shakespeare"', f'name = "{name}"')
    file = tmp_path / "own.toml"
    file.write_text(text.replace("\nhidden_size = 128", "\nhidden_size = 24"))
    stopped_run()
    async with opened(recipe=str(file)) as (pilot, app):
        form = app.playground.setup.form
        assert app.screen.query_one("#recipe", Select).value == f"{name} (file)"
        assert form.config == find_recipe(str(file)).config
        await pilot.press("y")
        assert "--hidden-size 24" in app.clipboard
        form.choose("shakespeare")
        await pilot.pause()
        assert form.config == find_recipe("shakespeare").config


async def test_the_copied_command_trains_the_same_from_the_default_recipe():
    folder = stopped_run()
    async with opened() as (pilot, app):
        await pilot.press("y")
        words = shlex.split(app.clipboard)
        assert words[:5] == ["rnntui", "train", "places", "--recipe", "default"]
        flags = {flag[2:].replace("-", "_"): value for flag, value in pairs(words[5:])}
        config = find_recipe("default").config
        given = {name: type(getattr(config, name))(value) for name, value in flags.items()}
        assert config.replaced(given) == describe_run(folder).config


def pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words[::2], words[1::2], strict=True))


async def test_a_text_that_the_run_knows_by_its_path_is_listed(tmp_path: Path):
    run = tiny_run(places.checkpoints_dir())
    run_text = places.checkpoints_dir() / "tiny.txt"
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        app.playground.setup.show_run("tiny", describe_run(run.folder))
        await pilot.pause()
        assert chosen_text(pilot) == str(run_text)
        run_text.unlink()
        app.playground.setup.show_run("tiny", describe_run(run.folder))
        await pilot.pause()
        line = app.screen.query_one("#texts", OptionList).get_option(str(run_text)).prompt
        assert str(line).endswith("gone")


async def test_a_damaged_description_leaves_the_set_up_as_it_was():
    folder = stopped_run()
    folder.configuration.write_text("[run")
    async with opened() as (pilot, app):
        await until(pilot, lambda: bool(toasts(pilot)))
        assert "can't be read" in toasts(pilot)[0]
        assert chosen_text(pilot) == "play"
        assert app.session.network is not None
        assert app.session.network.name == "first"


async def left_on(pilot: Pilot[int], app: RnntuiApp) -> None:
    """Leave the app as a person does."""
    await pilot.press("ctrl+q")
    await until(pilot, lambda: not app.is_running)


async def test_a_record_that_is_no_file_is_said_so_and_the_network_is_open():
    folder = stopped_run()
    folder.metrics.unlink()
    os.mkfifo(folder.metrics)
    async with opened() as (pilot, app):
        said = "metrics.jsonl can't be read (it is not a plain file)."
        await until(pilot, lambda: any(said in toast for toast in toasts(pilot)))
        assert app.screen is app.playground
        assert chosen_text(pilot) == "places"


async def test_the_next_session_goes_on_where_the_last_one_was_left():
    folder = stopped_run()
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        app.open_checkpoint(folder.best)
        await left_on(pilot, app)
    app.close()
    training = ScriptedTraining(steps(5))
    again = scripted_app(training)
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: again.session.network is not None)
        assert again.session.network is not None
        assert again.session.network.reference == "first"
        assert chosen_text(pilot) == "places"
        await until(pilot, lambda: "t resumes 'first'" in "".join(toasts(pilot)))
        await pilot.press("t")
        await until(pilot, lambda: bool(training.requests))
        assert isinstance(training.requests[0], ResumedTraining)
        again.session.close(5)


@pytest.mark.parametrize("harm", ["gone", "damaged", "of another folder"])
async def test_a_last_run_that_can_not_be_opened_is_passed_over(
    harm: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = stopped_run()
    app = scripted_app(checkpoint="first")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await left_on(pilot, app)
    app.close()
    if harm == "gone":
        remove_run(places.checkpoints_dir(), "first")
    elif harm == "damaged":
        folder.best.write_bytes(b"no checkpoint")
    else:
        monkeypatch.setattr(places, "checkpoints_dir", lambda: tmp_path)
        stopped_run()
    again = scripted_app()
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: again.session.network is not None)
        assert again.session.network is not None
        assert again.session.network.reference == "tiny"
        assert not toasts(pilot)


@pytest.fixture
def held() -> Iterator[RunFolder]:
    """The run `first` as while a process trains it."""
    folder = stopped_run()
    lock = Record(folder, keep_lines=1_000_000)
    yield folder
    lock.close()


async def chosen_in_the_table(pilot: Pilot[int], key: str) -> None:
    """Press a key on the one run that there is in the table of runs."""
    await pilot.press("r")
    await until(pilot, lambda: bool(pilot.app.screen.query(RunTable)))
    await until(pilot, lambda: pilot.app.screen.query_one(RunTable).row_count == 1)
    await pilot.press(key)
    await pilot.pause()


async def test_a_run_that_this_app_has_paused_goes_on_from_the_table(held: RunFolder):
    training = ScriptedTraining(steps(5), name="first")
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "paused")
        await chosen_in_the_table(pilot, "t")
        assert app.screen is app.playground
        await until(pilot, lambda: phase(pilot) == "training")
        assert len(training.requests) == 1


async def test_a_run_that_is_about_to_go_on_goes_on_from_the_table(held: RunFolder):
    training = ScriptedTraining(steps(5), name="first")
    app = scripted_app(training)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "paused")
        # At once, so that the second one comes before the answer to the first.
        app.session.toggle_pause()
        assert app.playground.controller.resume("first")
        await until(pilot, lambda: phase(pilot) == "training")
        app.session.close(5)
        assert training.commands == [Pause(), Continue(), Stop()]


async def test_a_run_that_another_process_trains_is_not_gone_on_with(held: RunFolder):
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await chosen_in_the_table(pilot, "t")
        assert isinstance(app.screen, RunsScreen)
        assert "The run 'first' is being trained, so it can't be resumed." in toasts(pilot)


async def test_sentences_about_a_paused_training_call_it_paused():
    app = scripted_app(ScriptedTraining(steps(5)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "training")
        await pilot.press("t")
        await until(pilot, lambda: phase(pilot) == "paused")
        await pilot.press("N")
        assert "A training run is paused; press k to end it first." in toasts(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ClassifyScreen))
        await pilot.press("t")
        assert any("A training run is paused in the playground" in said for said in toasts(pilot))


def test_a_prime_that_is_not_the_recipes_goes_with_the_command():
    recipe = find_recipe("default")
    told = [train_command("play", recipe, recipe.config, prime) for prime in (recipe.prime, "-a b")]
    assert "prime" not in told[0]
    assert shlex.split(told[1])[-1] == "--prime=-a b"
