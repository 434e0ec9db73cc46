"""The line that says what could be done next, until it has been done once."""

from textual.pilot import Pilot

from rnntui import places
from rnntui.tui.core.next_step import NextStep
from rnntui.tui.core.remembered import SCREEN_NAME, load_remembered
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app, steps
from tests.tui.waiting import until


def hint(pilot: Pilot[int]) -> str:
    line = pilot.app.screen.query_one(NextStep)
    return str(line.render()) if line.display else ""


async def test_each_hint_goes_once_it_was_followed_and_is_not_given_again() -> None:
    stream = ScriptedStream(50)
    app = scripted_app(ScriptedTraining(steps(20)), stream)
    async with app.run_test(size=(140, 45)) as pilot:
        assert hint(pilot).startswith("next: t train")
        await pilot.press("t")
        await until(pilot, lambda: hint(pilot).startswith("next: g let the network"))
        await pilot.press("g")
        await until(pilot, lambda: hint(pilot).startswith("next: 1 2 3 change"))
        await pilot.press("2")
        await until(pilot, lambda: hint(pilot).startswith("next: [ ] make"))
        await pilot.press("left_square_bracket", "p", "escape")
        await until(pilot, lambda: hint(pilot).startswith("next: d see"))
        stream.over.set()
        await until(pilot, lambda: app.end_sessions() is None)
    app.close()
    followed = load_remembered(places.state_dir() / SCREEN_NAME).followed
    assert set(followed) == {"train", "generate", "mode.argmax", "temperature.down", "prime"}
    later = scripted_app()
    async with later.run_test(size=(140, 45)) as pilot:
        assert hint(pilot).startswith("next: d see")


async def test_nothing_is_said_once_all_was_done() -> None:
    app = scripted_app()
    async with app.run_test(size=(140, 45)) as pilot:
        for action in ("train", "generate", "mode.random", "temperature.up", "prime", "duel"):
            app.playground.next_step.mark_done(action)
        app.playground.next_step.mark_done("runs")
        await pilot.pause()
        assert hint(pilot) == ""


async def test_generating_is_not_offered_while_a_text_streams() -> None:
    stream = ScriptedStream(50)
    app = scripted_app(ScriptedTraining(steps(20)), stream)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: hint(pilot).startswith("next: g let the network"))
        app.playground.stream.toggle()
        await until(pilot, lambda: hint(pilot).startswith("next: 1 2 3 change"))
        stream.over.set()
        await until(pilot, lambda: app.end_sessions() is None)
    app.close()
