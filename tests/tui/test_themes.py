"""Every text on every screen can be read in every theme, those of 16 colours among them."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Background
from textual.pilot import Pilot
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES
from textual.widgets import Static

from rnntui.tui.app import RnntuiApp
from rnntui.tui.dialogs.question import Question
from rnntui.tui.help.screen import Help
from rnntui.tui.widgets.readable import ReadableText, readable
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app, steps
from tests.tui.waiting import until

IS_TEXT = re.compile(r"[^\s\u2500-\u259f\u2800-\u28ff]")
SIZE = (140, 45)

Opens = Callable[[RnntuiApp, Pilot[int]], Awaitable[None]]


def luminance(color: ColorTriplet) -> float:
    """As WCAG 2 has it."""
    parts = [part / 255 for part in color]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast_of(one: ColorTriplet, other: ColorTriplet) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def texts(screen: Screen[Any]) -> Iterator[tuple[str, Style]]:
    """What is written on a screen as it is drawn."""
    for strip in screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None and IS_TEXT.search(segment.text):
                yield segment.text, segment.style


def faint(app: RnntuiApp) -> list[str]:
    """The texts that contrast too little with what they stand on."""
    found = []
    for text, style in texts(app.screen):
        colors = [style.color or Color.default(), style.bgcolor or Color.default()]
        if style.reverse:
            colors.reverse()
        over, below = (
            color.get_truecolor(app.ansi_theme, foreground=number == 0)
            for number, color in enumerate(colors)
        )
        least = 3.0 if style.meta.get("muted") else 4.5
        if (contrast := contrast_of(over, below)) < least - 0.01:
            found.append(f"{app.theme}: {text!r} {over.hex} on {below.hex}: {contrast:.1f}")
    return found


@contextmanager
def alone(app: RnntuiApp) -> Iterator[None]:
    """Without the screens below, which a theme would style, too, unless they shine through."""
    stack = app._screen_stack
    below = [] if app.screen.is_modal else stack[:-1]
    del stack[: len(below)]
    yield
    stack[:0] = below


async def idle(app: RnntuiApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: app.session.network is not None)


async def generating(app: RnntuiApp, pilot: Pilot[int]) -> None:
    """In training, so that all there is of that is seen, too."""
    await pilot.press("t")
    await until(pilot, lambda: app.playground.loss.status.last_step is not None)
    await pilot.press("2", "g")
    await until(pilot, lambda: len(app.playground.output.stream.text) == 300)


async def typing(app: RnntuiApp, pilot: Pilot[int]) -> None:
    """In a playground that is idle otherwise, and tells of something of each severity."""
    await idle(app, pilot)
    await pilot.click("#hidden_size")
    await pilot.press(*"0")
    for severity in ("information", "warning", "error"):
        app.notify(f"This is of severity {severity}.", severity=severity)  # type: ignore[arg-type]
    await pilot.pause()


async def duel(app: RnntuiApp, pilot: Pilot[int]) -> None:
    await idle(app, pilot)
    await pilot.press("d")
    await until(pilot, lambda: bool(app.screen.query("DuelColumn")))
    await pilot.press("g")


async def microscope(app: RnntuiApp, pilot: Pilot[int]) -> None:
    await idle(app, pilot)
    await pilot.press("m")
    await until(pilot, lambda: bool(app.screen.query("TextBars")))
    await until(pilot, lambda: "score" in str(app.screen.query_one("#figures", Static).render()))


async def learning(app: RnntuiApp, pilot: Pilot[int]) -> None:
    """In a lesson, one of whose questions is answered."""
    await idle(app, pilot)
    await pilot.press("f2")
    await until(pilot, lambda: bool(app.screen.query("#figures")))
    await until(pilot, lambda: "score" in str(app.screen.query_one("#figures", Static).render()))
    await pilot.press("right", "right", "right")


def opened_by(key: str) -> Opens:
    async def opens(app: RnntuiApp, pilot: Pilot[int]) -> None:
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not app.playground and app.screen.is_mounted)

    return opens


async def helped(app: RnntuiApp, pilot: Pilot[int]) -> None:
    await pilot.press("question_mark")
    await until(pilot, lambda: isinstance(app.screen, Help))


async def asked(app: RnntuiApp, pilot: Pilot[int]) -> None:
    app.push_screen(Question("Quit", "Save it and leave?", "Save and leave", "Stay"))
    await until(pilot, lambda: isinstance(app.screen, Question))


SCREENS: dict[str, Opens] = {
    "generating": generating,
    "typing": typing,
    "duel": duel,
    "microscope": microscope,
    "learn": learning,
    "runs": opened_by("r"),
    "corpora": opened_by("c"),
    "classify": opened_by("x"),
    "help": helped,
    "question": asked,
}


@pytest.mark.parametrize("screen", SCREENS)
async def test_every_text_can_be_read_in_every_theme(screen: str):
    stream = ScriptedStream(300)
    app = scripted_app(ScriptedTraining(steps(80), scale=2.0), stream)
    found: list[str] = []
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await SCREENS[screen](app, pilot)
        # What was pushed just now is drawn a little later.
        await until(pilot, lambda: sum(1 for _ in texts(app.screen)) > 2)
        with alone(app):
            for theme in BUILTIN_THEMES:
                app.theme = theme
                await pilot.pause()
                found += faint(app)
        stream.over.set()
    assert not found


def test_a_colour_that_can_be_read_stays_as_it_is():
    palette = RnntuiApp(warm_up=lambda: 1.0).ansi_theme
    style = Style.parse("#d0d0d0 on #101010")
    assert readable(style, Color.default(), palette, False) == style


@pytest.mark.parametrize("style", ["#777777 on #808080", "reverse #777777 on #808080"])
def test_what_can_not_be_read_is_lifted_whichever_way_round(style: str):
    palette = RnntuiApp(warm_up=lambda: 1.0).ansi_theme
    lifted = readable(Style.parse(style), Color.default(), palette, False)
    assert lifted.color
    assert lifted.bgcolor
    assert contrast_of(lifted.color.get_truecolor(), lifted.bgcolor.get_truecolor()) >= 4.5


def test_lines_and_bars_stay_as_they_are():
    app = RnntuiApp(warm_up=lambda: 1.0)
    faint_line = [Segment("──█⣿", Style.parse("#202020 on #101010"))]
    filtered = ReadableText(lambda: app.ansi_theme, lambda: False)
    assert filtered.apply(faint_line, Background(0, 0, 0)) == faint_line
