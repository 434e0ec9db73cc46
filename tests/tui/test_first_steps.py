"""What a person meets in the first minutes: words that hold, and nothing that misleads."""

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.content import Content
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select, Static

from rnntui import places
from rnntui.runtime.session import Session
from rnntui.text.library.entries import list_texts
from rnntui.tui.app import RnntuiApp
from rnntui.tui.first_picture import FirstPicture
from rnntui.tui.help.screen import Help
from rnntui.tui.widgets.candidates import CandidateBars
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app, steps
from tests.tui.test_playground import SIZE, toasts
from tests.tui.waiting import until


def field(app: RnntuiApp, name: str) -> Input:
    return app.screen.query_one(f"#{name}", Input)


async def ready(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: pilot.app.session.network is not None)


async def test_a_value_that_is_wrong_keeps_the_cursor():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        hidden_size = field(app, "hidden_size")
        hidden_size.focus()
        await pilot.press("0", "enter")
        assert app.screen.focused is hidden_size
        await pilot.press("ctrl+u", "2", "5", "6", "enter")
        assert app.screen.focused is None
        assert app.playground.setup.form.config.hidden_size == 256


async def test_the_help_gives_the_cursor_back():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        field(app, "hidden_size").focus()
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, Help))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.playground)
        assert app.screen.focused is field(app, "hidden_size")


async def test_t_says_what_is_wrong_with_the_settings():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        field(app, "hidden_size").value = "0"
        await pilot.pause()
        await pilot.press("t")
        assert "hidden size must lie between 1 and 8192." in toasts(app)


async def test_a_training_without_a_budget_is_refused():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        field(app, "epochs").value = "0"
        form = app.playground.setup.form
        await until(pilot, lambda: form.complaint == "One of epochs and minutes must be above 0.")
        field(app, "minutes").value = "2"
        await until(pilot, lambda: form.config is not None)
        assert form.config is not None
        assert (form.config.epochs, form.config.minutes) == (0, 2.0)


@pytest.mark.parametrize("size", [(140, 45), (80, 24)])
async def test_a_setting_that_has_the_cursor_is_explained(size: tuple[int, int]):
    app = scripted_app()
    async with app.run_test(size=size) as pilot:
        about = app.screen.query_one("#about", Static)
        assert not about.display
        field(app, "dropout").focus()
        await until(pilot, lambda: about.display)
        assert "Dropout on each layer's outputs" in str(about.render())
        app.screen.query_one("#recipe", Select).focus()
        await until(pilot, lambda: app.playground.setup.form.recipe.about in str(about.render()))
        await pilot.press("escape")
        await until(pilot, lambda: not about.display)


async def test_a_text_that_is_built_for_a_training_has_a_size_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
):
    app = scripted_app(ScriptedTraining(steps(3)))
    async with app.run_test(size=SIZE) as pilot:
        texts = app.screen.query_one("#texts", OptionList)
        place = [entry.name for entry in list_texts()].index("python")
        assert "not built" in str(texts.get_option_at_index(place).prompt)
        built = next(entry.path for entry in list_texts() if entry.name == "python")
        built.parent.mkdir(parents=True, exist_ok=True)
        built.write_text("pass\n" * 500)
        await pilot.press("t")
        await until(pilot, lambda: "2.5 kB" in str(texts.get_option_at_index(place).prompt))


async def test_what_another_network_wrote_goes_when_a_new_one_comes():
    stream = ScriptedStream(60)
    app = scripted_app(ScriptedTraining(steps(3)), stream)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        output = app.playground.output
        assert Content.from_text(output.border_title).plain == "Output · tiny"
        await pilot.press("g")
        await until(pilot, lambda: output.stream.end == 60)
        await pilot.press("g", "t")
        await until(pilot, lambda: "play-lstm-1" in str(output.border_title))
        assert output.stream.end == 0
        assert not app.screen.query_one(CandidateBars).render_line(0).text.strip()
        stream.over.set()


async def test_enter_begins_anew_with_another_prime():
    stream = ScriptedStream(40)
    app = scripted_app(stream=stream)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("g")
        text = app.playground.output.stream
        await until(pilot, lambda: text.end == 40)
        await pilot.press("p", "T", "h", "e", "enter")
        await until(pilot, lambda: text.text.startswith("The") and text.end == 43)
        before = app.session.__dict__["_generator"]
        await pilot.press("p", "enter")
        assert app.session.__dict__["_generator"] is before
        stream.over.set()


async def test_another_screen_is_opened_without_the_toasts_of_this_one():
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("n")
        assert toasts(app)
        await pilot.press("r")
        await until(pilot, lambda: app.screen is not app.playground)
        assert not toasts(app)


async def test_a_kept_text_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RNNTUI_HOME", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    stream = ScriptedStream(20)
    app = scripted_app(stream=stream)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("g")
        await until(pilot, lambda: app.playground.output.stream.end == 20)
        await pilot.press("f")
        kept = places.checkpoints_dir().parent / "written-1.txt"
        assert f"Saved as ~/{kept.relative_to(tmp_path)}." in toasts(app)
        stream.over.set()


async def test_a_key_pressed_on_the_first_picture_waits_for_the_playground() -> None:
    training = ScriptedTraining()
    app = RnntuiApp(Session(open_training=training.open), warm_up=lambda: 2e10)
    async with app.run_test(size=(140, 45)) as pilot:
        app.post_message(Key("t", "t"))  # before anything could be loaded
        await until(pilot, lambda: bool(training.requests))
        app.end_sessions()


async def test_the_first_picture_has_the_titles_of_the_playgrounds_panes() -> None:
    class Opening(App[None]):
        def on_mount(self) -> None:
            self.push_screen(FirstPicture())

    async with Opening().run_test(size=(140, 45)) as pilot:
        frames = pilot.app.screen.query(".frame").results(Static)
        first = {str(frame.border_title) for frame in frames}
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        titles = {str(node.border_title) for node in app.screen.query("*") if node.border_title}
    assert len(first) == 4
    for title in first:
        assert any(shown == title or shown.startswith(f"{title} ") for shown in titles), titles
