"""Pictures of the duel, compared with those that were looked at."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.test_duel import DuelApp, ScriptedDuel, duel_of, network_of, without_spaces, written

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])

Settle = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture
def script() -> Iterator[ScriptedDuel]:
    script = ScriptedDuel(400)
    yield script
    script.over.set()


def settling(duel_keys: tuple[str, ...], count: int) -> Settle:
    """Press keys once all is written, and wait for the picture to stand."""

    async def settle(pilot: Pilot[Any]) -> None:
        await written(pilot, pilot.app.duel, count)
        await pilot.press(*duel_keys)
        await written(pilot, pilot.app.duel, count)
        pilot.app.duel.show_measures()
        await pilot.pause()

    return settle


@SIZES
def test_writing(snap_compare: Any, size: tuple[int, int], script: ScriptedDuel) -> None:
    duel = duel_of(script, prime="OLD TAM")
    assert snap_compare(DuelApp(duel), terminal_size=size, run_before=settling((), 407))


@SIZES
def test_korean(snap_compare: Any, size: tuple[int, int], script: ScriptedDuel) -> None:
    duel = duel_of(script, prime="해인은 ", network=network_of("korean"))
    assert snap_compare(DuelApp(duel), terminal_size=size, run_before=settling((), 404))


@SIZES
def test_a_prime_of_several_lines(
    snap_compare: Any,
    size: tuple[int, int],
    script: ScriptedDuel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Input, "cursor_blink", False)
    duel = duel_of(script, prime="OLD TAM:\nSay it.\n")
    assert snap_compare(DuelApp(duel), terminal_size=size, run_before=settling(("p", "end"), 417))


def test_a_text_without_spaces(snap_compare: Any, script: ScriptedDuel) -> None:
    duel = duel_of(script, network=without_spaces(network_of("places")))
    assert snap_compare(DuelApp(duel), terminal_size=(80, 24), run_before=settling((), 400))


def test_stopped_without_colours(snap_compare: Any, script: ScriptedDuel) -> None:
    duel = duel_of(script)
    keys = ("o", "g", "left_square_bracket")
    assert snap_compare(DuelApp(duel), terminal_size=(100, 30), run_before=settling(keys, 400))
