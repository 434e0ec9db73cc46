"""The race on screen, driven by keys over a scripted race, and one real race."""

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from rnntui import places
from rnntui.runtime.race.entries import Entry
from rnntui.runtime.race.opening import new_race
from rnntui.runtime.race.results import lane_result
from rnntui.runtime.race.session import NewRace, RaceSession, ResumedRace
from rnntui.runtime.race.turns import race
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import Continue, NullInbox, Pause, SingleStep, Stop
from rnntui.training.runs.folder import RunFolder
from rnntui.tui.app import RnntuiApp
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.playground.screen import Playground
from rnntui.tui.race.samples import LaneSample
from rnntui.tui.race.screen import RaceScreen
from rnntui.tui.race.setup import RaceSetup
from rnntui.tui.widgets.stream.text import StreamText
from rnntui.tui.widgets.tick_box import TickBox
from tests.factories import TINY_TEXT, losses, tiny_config
from tests.tables import read_table, records
from tests.tui.scripted import ScriptedTraining, scripted_app
from tests.tui.scripted_race import CELLS, PARAMETERS, ScriptedRace, a_race, scripted_loss
from tests.tui.waiting import until

SIZE = (140, 45)


async def raced(
    app: RnntuiApp, pilot: Pilot[int], script: ScriptedRace, request: NewRace | None = None
) -> RaceScreen:
    """The screen of a scripted race once its script has been read."""
    app.open_race(RaceSession(open_race=script.open), request or a_race())
    screen = app.screen
    assert isinstance(screen, RaceScreen)

    def is_read() -> bool:
        lanes = screen.session.lanes
        return bool(lanes) and all(lane.step >= script.steps for lane in lanes.values())

    await until(pilot, is_read)
    await until(pilot, lambda: screen.table.row_count == len(script.labels))
    return screen


def rows(screen: RaceScreen) -> list[list[str]]:
    table = screen.table
    return [[str(cell).strip() for cell in table.get_row_at(n)] for n in range(table.row_count)]


def bar(screen: RaceScreen) -> str:
    return str(screen.query_one("#bar", Static).render())


def tiny_race(
    parent: Path, name: str, cells: Sequence[str] = ("rnn", "gru"), steps: int = 12
) -> NewRace:
    path = parent / "tiny.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TINY_TEXT, encoding="utf-8")
    entries = tuple(Entry(cell, tiny_config(cell=cell, steps=steps)) for cell in cells)
    return NewRace(parent, str(path), entries, "rnntui race tiny.txt", name=name)


async def test_losses_on_screen_are_the_headless_races_bit_for_bit(tmp_path: Path) -> None:
    quiet = tiny_race(tmp_path, "quiet")
    corpus = load_corpus(quiet.corpus)
    opened = new_race(
        *(tmp_path, corpus, quiet.entries, "quiet", "", quiet.slice_characters, quiet.command)
    )
    for _ in race(opened.lanes, NullInbox(), quiet.slice_characters):
        pass
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        app.open_race(RaceSession(), tiny_race(tmp_path, "shown"))
        screen = app.screen
        assert isinstance(screen, RaceScreen)
        await until(pilot, lambda: screen.session.phase == "finished")
        await until(pilot, lambda: "finished" in bar(screen))
        for row, cell in zip(rows(screen), ("rnn", "gru"), strict=True):
            folder = RunFolder(tmp_path / f"quiet-{cell}")
            result, drawn = lane_result(folder, cell), screen.chart._runs[cell].curves
            bits = [loss / math.log(2) for _, loss in losses(folder)]
            assert drawn.training.bits_per_char == bits
            assert drawn.validation.bits_per_char == [p.loss / math.log(2) for p in result.points]
            assert losses(RunFolder(tmp_path / f"shown-{cell}")) == losses(folder)
            assert result.val_loss is not None
            assert f"{result.val_loss / math.log(2):.3f}" in row
            assert f"{result.parameters:,}" in row


async def test_the_table_has_a_row_for_each_lane_with_its_figures() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        await until(pilot, lambda: rows(screen)[-1][3] == "120/400")
        for lane, row in enumerate(rows(screen)):
            validation = f"{(scripted_loss(lane, 120) + 0.1) / math.log(2):.3f}"
            assert row[1:4] == [CELLS[lane], f"{PARAMETERS[lane]:,}", "120/400"]
            assert validation in row
            assert row[-1] == "racing"
        assert len({row[0] for row in rows(screen)}) == len(CELLS)


async def test_pause_step_and_end_are_for_all_lanes_and_the_race_goes_on() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        await pilot.press("t")
        await until(pilot, lambda: {row[-1] for row in rows(screen)} == {"paused"})
        assert "paused" in bar(screen)
        await pilot.press("n")
        await until(pilot, lambda: {row[3] for row in rows(screen)} == {"121/400"})
        await pilot.press("t")
        await until(pilot, lambda: {row[-1] for row in rows(screen)} == {"racing"})
        await pilot.press("k")
        await until(pilot, lambda: "ended and saved" in bar(screen))
        assert script.commands == [Pause(), SingleStep(), Continue(), Stop()]
        await pilot.press("t")
        await until(pilot, lambda: len(script.requests) == 2)
        assert script.requests[1] == ResumedRace(places.checkpoints_dir(), "play-race-1")
        await until(pilot, lambda: "racing" in bar(screen))


async def test_a_race_at_its_end_says_so() -> None:
    app, script = scripted_app(), ScriptedRace(ends=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        await until(pilot, lambda: "finished and saved" in bar(screen))
        await pilot.press("t")
        assert any("all their steps" in str(one.message) for one in app._notifications)


async def test_lanes_take_another_themes_colours_however_late_it_is_applied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apply = RnntuiApp.refresh_css

    async def later(self: RnntuiApp, animate: bool = True) -> None:
        await asyncio.sleep(0.2)
        apply(self, animate)

    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, ScriptedRace())
        before = [mark.style for mark in screen._marks.values()]
        monkeypatch.setattr(RnntuiApp, "refresh_css", later)
        app.theme = "textual-light"
        await until(
            pilot,
            lambda: [mark.style for mark in screen._marks.values()] != before,
            seconds=10,
        )


async def test_the_axis_goes_through_steps_seconds_characters_and_parameters() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        data = screen.chart.data.series
        await until(pilot, lambda: len(data) == len(CELLS))
        reached = []
        for _ in range(4):
            reached.append(max(float(series.points.last_x[-1]) for series in data.values()))
            await pilot.press("x")
        assert reached == pytest.approx([120, 120 * 0.04, 120 * 2048, max(PARAMETERS)])
        await pilot.press("x", "x", "x", "v")
        assert "parameters" in bar(screen)
        points = [(series.points.x.tolist(), series.points.mean) for series in data.values()]
        assert [x for x, _ in points] == [[count] for count in PARAMETERS]
        mean = sum(scripted_loss(0, step) for step in range(71, 121)) / 50 / math.log(2)
        assert points[0][1][0] == pytest.approx(mean)


async def test_all_lanes_write_side_by_side() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        screen.session.set_pace(0.0)
        texts = [column.query_one(StreamText) for column in screen.query(LaneSample)]
        assert len(texts) == len(CELLS)
        await until(pilot, lambda: all(len(text.text) > 50 for text in texts))
        await pilot.press("g")
        assert not screen.session.is_generating
        await pilot.press("g", "right_square_bracket")
        assert screen.session.is_generating
        assert "1.10" in bar(screen)


async def test_leaving_asks_and_saves() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        screen = await raced(app, pilot, script)
        await pilot.press("escape")
        assert isinstance(app.screen, Question)
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        assert screen.session.is_training
        await pilot.press("escape", "y")
        await until(pilot, lambda: isinstance(app.screen, Playground))
        assert script.commands == [Stop()]
        assert not screen.session.is_training


async def test_quitting_asks_too() -> None:
    app, script = scripted_app(), ScriptedRace()
    async with app.run_test(size=SIZE) as pilot:
        await raced(app, pilot, script)
        await pilot.press("ctrl+q")
        question = app.screen
        assert isinstance(question, Question)
        assert "A race is in progress" in str(question.query_one("#sentence", Static).render())
        await pilot.press("y")
        await until(pilot, lambda: script.commands == [Stop()])


async def test_what_a_lane_says_is_shown() -> None:
    app, script = scripted_app(), ScriptedRace()
    script.warnings = ["Its loss [bold]jumps[/]."]
    async with app.run_test(size=SIZE) as pilot:
        await raced(app, pilot, script)
        await until(
            pilot,
            lambda: any(
                "race-0: Its loss [bold]jumps" in str(one.message) for one in app._notifications
            ),
        )


async def test_a_race_without_its_text_says_so(tmp_path: Path) -> None:
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        request = tiny_race(tmp_path, "r")
        Path(request.corpus).unlink()
        app.open_race(RaceSession(), request)
        await until(pilot, lambda: isinstance(app.screen, Failure))
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, Playground)


async def test_the_chart_is_saved_as_picture_and_numbers(tmp_path: Path) -> None:
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        app.open_race(RaceSession(), tiny_race(tmp_path, "r"))
        screen = app.screen
        assert isinstance(screen, RaceScreen)
        await until(pilot, lambda: screen.session.phase == "finished")
        await pilot.press("e")
        folder = places.checkpoints_dir().parent
        await until(pilot, lambda: (folder / "r-1.csv").exists())
        words = "".join(ElementTree.parse(folder / "r-1.svg").getroot().itertext())
        assert "rnntui race tiny.txt" in words
        (_, command), _ = read_table(folder / "r-1.csv")
        assert command.startswith("command: rnntui race tiny.txt")
        read = records(folder / "r-1.csv")
        result = lane_result(RunFolder(tmp_path / "r-rnn"), "rnn")
        own = [row for row in read if row["lane"] == "r-rnn"]
        assert [float(row["loss"]) for row in own] == [point.loss for point in result.points]


async def test_a_lane_is_opened_in_the_playground_and_can_be_resumed(tmp_path: Path) -> None:
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        parent = places.checkpoints_dir()
        app.open_race(RaceSession(), tiny_race(parent, "r", steps=10**6))
        screen = app.screen
        assert isinstance(screen, RaceScreen)
        race_screen: RaceScreen = screen
        await until(pilot, lambda: race_screen.table.row_count == 2)
        await pilot.press("down", "enter")
        assert isinstance(app.screen, RaceScreen)
        await pilot.press("k")
        await until(pilot, lambda: "ended and saved" in bar(race_screen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Playground))
        assert app.session.network is not None
        assert app.session.network.name == "r-gru"
        assert app.playground.controller.run_to_resume == "r-gru"


# The form.


def lanes_of(form: RaceSetup) -> str:
    return str(form.query_one("#lanes", Static).render())


async def form_of(app: RnntuiApp, pilot: Pilot[int]) -> RaceSetup:
    await until(pilot, lambda: app.playground.setup.vocab_size > 0)
    await pilot.press("R")
    form = app.screen
    assert isinstance(form, RaceSetup)
    await until(pilot, lambda: bool(lanes_of(form)))
    return form


async def test_the_form_begins_from_the_present_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = scripted_app()
    asked: list[NewRace] = []
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(app, "open_race", lambda _, request: asked.append(request))
        app.playground.setup.form.query_one("#hidden_size", Input).value = "48"
        await pilot.pause()
        form = await form_of(app, pilot)
        assert "4 lanes" in lanes_of(form)
        assert "lstm · 2 × 48 ·" in lanes_of(form)
        await pilot.press("ctrl+s")
    (request,) = asked
    assert {entry.config.hidden_size for entry in request.entries} == {48}
    assert [entry.label for entry in request.entries] == ["lstm", "rnn", "gru", "mingru"]
    assert request.command == (
        "rnntui race play --recipe default --cell lstm,rnn,gru,mingru --hidden-size 48"
        " --num-layers 2 --optimizer adam --learning-rate 0.004 --epochs 20"
    )


async def test_every_combination_is_a_lane_and_a_wrong_one_is_explained() -> None:
    app = scripted_app()
    async with app.run_test(size=SIZE) as pilot:
        form = await form_of(app, pilot)
        for place in (1, 3):
            form.query_one(f"#cell-{place}", TickBox).value = False
        form.query_one("#hidden_size", Input).value = "32, 64"
        await until(pilot, lambda: "gru, hidden size 64" in lanes_of(form))
        form.query_one("#learning_rate", Input).value = "0.1,x"
        await until(pilot, lambda: "learning rate takes numbers with commas" in lanes_of(form))
        assert form.query_one("#begin", Button).disabled
        await pilot.press("ctrl+s")
        assert app.screen is form
        form.query_one("#learning_rate", Input).value = "0.1,0.2"
        await until(pilot, lambda: "make 8" in lanes_of(form) or "8 lanes" in lanes_of(form))
        form.query_one("#learning_rate", Input).value = "0.1"
        form.query_one("#equal", TickBox).value = True
        await until(pilot, lambda: "one hidden size" in lanes_of(form))
        form.query_one("#hidden_size", Input).value = "32"
        await until(pilot, lambda: "gru · 2 × 3" in lanes_of(form))
        for place in (0, 2):
            form.query_one(f"#cell-{place}", TickBox).value = False
        await until(pilot, lambda: "at least one cell" in lanes_of(form))
        await pilot.press("escape")
        assert isinstance(app.screen, Playground)


async def test_recipes_keep_what_nobody_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = scripted_app()
    asked: list[NewRace] = []
    async with app.run_test(size=SIZE) as pilot:
        monkeypatch.setattr(app, "open_race", lambda _, request: asked.append(request))
        form = await form_of(app, pilot)
        form.query_one("#recipes", Input).value = "minute, default"
        form.query_one("#learning_rate", Input).value = "0.003"
        await until(pilot, lambda: "2 lanes" in lanes_of(form))
        form.query_one("#recipes", Input).value = "minute, nothing"
        await until(pilot, lambda: "2 lanes" not in lanes_of(form))
        form.query_one("#recipes", Input).value = "minute, default"
        await until(pilot, lambda: "2 lanes" in lanes_of(form))
        await pilot.press("ctrl+s")
    (request,) = asked
    assert [entry.label for entry in request.entries] == ["minute", "default"]
    assert {entry.config.learning_rate for entry in request.entries} == {0.003}
    assert "--recipe minute,default --learning-rate 0.003" in request.command


async def test_no_race_begins_beside_a_training_run() -> None:
    app = scripted_app(ScriptedTraining())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.session.is_training)
        await pilot.press("R")
        assert isinstance(app.screen, Playground)
        assert any("before a race begins" in str(one.message) for one in app._notifications)
