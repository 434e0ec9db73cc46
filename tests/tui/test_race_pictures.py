"""Pictures of the race and of its form, compared with those that were looked at."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui.runtime.race import session as race_session
from rnntui.runtime.race.session import RaceSession, open_rounds
from rnntui.tui.app import RnntuiApp
from rnntui.tui.race.samples import LaneSample
from rnntui.tui.race.screen import RaceScreen
from rnntui.tui.race.setup import RaceSetup
from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.scripted import at_home, scripted_app
from tests.tui.scripted_race import CELLS, ScriptedRace, a_race, evaluated
from tests.tui.test_race import bar, lanes_of, rows
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
WRITTEN = 220

Settle = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture(autouse=True)
def samples_that_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples of so many characters, so that a picture of them holds."""

    def some(*arguments: Any) -> Any:
        return islice(open_rounds(*arguments), WRITTEN)

    monkeypatch.setattr(race_session, "open_rounds", some)
    monkeypatch.setattr(Input, "cursor_blink", False)


def racing(script: ScriptedRace, *keys: str, corpus: str = "play", theme: str = "") -> Settle:
    """Begin a scripted race, wait for its script and samples, then press keys."""

    async def settle(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, RnntuiApp)
        await at_home(pilot)
        if theme:
            app.theme = theme
        session = RaceSession(open_race=script.open)
        session.pace = 0.0
        app.open_race(session, a_race(corpus=corpus))
        screen = app.screen
        assert isinstance(screen, RaceScreen)
        await until(pilot, lambda: screen.table.row_count == len(script.labels))
        await until(
            pilot,
            lambda: all(
                len(column.query_one(StreamText).text) >= WRITTEN
                for column in screen.query(LaneSample)
            ),
        )
        # The last thing that the script tells of a race under way, or at its end.
        last = (
            "finished"
            if script.ends
            else f"{evaluated(len(script.labels) - 1, script.steps).bits_per_char:.3f}"
        )
        await until(pilot, lambda: last in rows(screen)[-1])
        await until(pilot, lambda: not script.ends or "finished" in bar(screen))
        # The table grows to its rows only once it has been laid out anew.
        await until(pilot, lambda: screen.table.size.height == len(script.labels) + 1)
        await pilot.press(*keys)
        await pilot.pause()
        await pilot.pause(0.3)
        await pilot.pause()

    return settle


@SIZES
def test_a_race(snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(scripted_app(), terminal_size=size, run_before=racing(ScriptedRace()))


def test_samples_in_a_small_terminal(snap_compare: Any) -> None:
    settle = racing(ScriptedRace(), "5", corpus="korean")
    assert snap_compare(scripted_app(), terminal_size=(80, 24), run_before=settle)


def six() -> Sequence[str]:
    return [f"{cell}, hidden size {size}" for cell in CELLS[:3] for size in (64, 128)]


@SIZES
def test_six_lanes_against_parameters_in_a_light_theme(
    snap_compare: Any, size: tuple[int, int]
) -> None:
    settle = racing(ScriptedRace(labels=six()), "x", "x", "x", theme="textual-light")
    assert snap_compare(scripted_app(), terminal_size=size, run_before=settle)


def test_training_losses_of_korean_lanes_at_their_end(snap_compare: Any) -> None:
    script = ScriptedRace(labels=("작은 rnn", "큰 rnn"), ends=True)
    settle = racing(script, "v", "x", corpus="korean")
    assert snap_compare(scripted_app(), terminal_size=(140, 45), run_before=settle)


@SIZES
def test_the_form(snap_compare: Any, size: tuple[int, int]) -> None:
    async def settle(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, RnntuiApp)
        await at_home(pilot)
        await until(pilot, lambda: app.playground.setup.vocab_size > 0)
        await pilot.press("R")
        form = app.screen
        assert isinstance(form, RaceSetup)
        form.query_one("#hidden_size", Input).value = "128"
        form.query_one("#learning_rate", Input).value = "0.004, 2e-3"
        await until(pilot, lambda: "make 8" in lanes_of(form))

    assert snap_compare(scripted_app(), terminal_size=size, run_before=settle)
