"""Take the README's pictures: `make pictures` (a few minutes).

Drives the real app, with real trainings in a folder of its own, and writes SVG
files into docs/pictures.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from textual.pilot import Pilot

from rnntui.runtime.race.progress import LaneProgress
from rnntui.training.events import Step

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE = (120, 36)
STEPS = 500
RACE_STEPS = 150
CHARACTERS = 500
MINUTES = 10.0
PRIME = "ORSOLA:"


async def main() -> None:
    """Train, and take a picture wherever there is something to see."""
    from rnntui.tui.app import RnntuiApp
    from rnntui.tui.duel.screen import DuelScreen
    from rnntui.tui.microscope.screen import MicroscopeScreen
    from rnntui.tui.playground.screen import Playground
    from rnntui.tui.race.screen import RaceScreen
    from rnntui.tui.widgets.stream.text import StreamText

    PICTURES.mkdir(parents=True, exist_ok=True)
    app = RnntuiApp()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Playground))
        await until(pilot, lambda: app.session.network is not None)
        playground = app.playground
        await pilot.press("t")
        await until(pilot, lambda: has_reached(playground.loss.status.last_step))
        await pilot.press("p", *PRIME, "enter")  # which starts the output
        await until(pilot, lambda: playground.output.stream.end > CHARACTERS)
        await pilot.press("space")
        await shoot(pilot, "playground")
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MicroscopeScreen))
        microscope = app.screen
        assert isinstance(microscope, MicroscopeScreen)
        await pilot.press("2")
        await until(pilot, lambda: microscope.findings.tracked is not None)
        await pilot.press("f", *["right"] * 40)
        await shoot(pilot, "microscope")
        await pilot.press("m", "d")
        await until(pilot, lambda: isinstance(app.screen, DuelScreen))
        last = app.screen.query(StreamText).last()
        await until(pilot, lambda: last.end > CHARACTERS)
        await pilot.press("g")
        await shoot(pilot, "duel")
        await pilot.press("escape", "k")
        await until(pilot, lambda: not app.session.is_training)
        await pilot.press("R")
        await pilot.pause(1)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RaceScreen))
        race = app.screen
        assert isinstance(race, RaceScreen)
        await until(pilot, lambda: all_have_reached(race.session.lanes.values()))
        await pilot.press("v", "g", "k")
        await until(pilot, lambda: race.session.phase in ("stopped", "finished"))
        await shoot(pilot, "race-screen")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Playground))
        await pilot.press("c")
        await pilot.pause(2)
        await shoot(pilot, "corpora")
        await pilot.press("escape")
        for cell in ("gru", "rnn"):
            await trained("--cell", cell, "--hidden-size", "64", "--learning-rate", "0.002")
        await pilot.press("r")
        await pilot.pause(3)
        await shoot(pilot, "runs")
        await pilot.press("escape")
        app.theme = "textual-light"
        await pilot.pause(1)
        await shoot(pilot, "light")
        app.session.close(30)


def has_reached(step: Step | None) -> bool:
    """Whether a training has come to the step that the pictures are taken at."""
    return step is not None and step.step >= STEPS


def all_have_reached(lanes: Collection[LaneProgress]) -> bool:
    """Whether all lanes of a race have come to the step that its picture is taken at."""
    return bool(lanes) and all(lane.step >= RACE_STEPS for lane in lanes)


async def trained(*settings: str) -> None:
    """Train another network without a screen, for the table of runs."""
    command = [Path(sys.executable).with_name("rnntui"), "train", "play", "--steps", str(STEPS)]
    process = await asyncio.create_subprocess_exec(
        *command, *settings, stdout=asyncio.subprocess.DEVNULL
    )
    await process.wait()


async def until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Wait for something that a thread brings about."""
    async with asyncio.timeout(60 * MINUTES):
        while not condition():
            await pilot.pause(0.2)


async def shoot(pilot: Pilot[int], name: str) -> None:
    """Take a picture, once all toasts are gone."""
    pilot.app.clear_notifications()
    await pilot.pause(0.5)
    path = PICTURES / f"{name}.svg"
    picture = pilot.app.export_screenshot(title="rnntui", simplify=True)
    path.write_text(slim(picture), encoding="utf-8")


def slim(picture: str) -> str:
    """Take out of an SVG what a reader would not miss: a third of it.

    Each piece of text is clipped to its line, in which it lies anyway, and each
    name holds a random number, which would make every picture new each time.
    """
    picture = re.sub(r' clip-path="url\(#[\w-]+-line-\d+\)"', "", picture)
    picture = re.sub(r'<clipPath id="[\w-]+-line-\d+">\s*<rect[^>]*/>\s*</clipPath>', "", picture)
    picture = picture.replace(' shape-rendering="crispEdges"', "")
    picture = picture.replace("<style>", "<style>rect { shape-rendering: crispEdges; }", 1)
    return re.sub(r"terminal-\d+-", "", picture)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["RNNTUI_HOME"] = home
        asyncio.run(main())
