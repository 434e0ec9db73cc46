"""The field of a prime: line ends typed and pasted, escapes, and a cursor that is where it is."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot

from rnntui.sampling.choice import SamplingSpec
from rnntui.text.escapes import unescaped
from rnntui.tui.duel.screen import DuelScreen
from rnntui.tui.widgets.lines_input import LinesInput, PrimeInput
from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app
from tests.tui.test_duel import DuelApp, ScriptedDuel, duel_of, network_of, texts
from tests.tui.test_playground import SIZE, toasts
from tests.tui.waiting import until

KEYS = {"\\": "backslash", "\n": "ctrl+j"}


class FieldApp(App[None]):
    """A prime and a field of lines in 40 columns."""

    def __init__(self, value: str = "") -> None:
        super().__init__()
        self.value = value

    def compose(self) -> ComposeResult:
        yield PrimeInput(self.value, id="prime")
        yield LinesInput(id="lines")


def drawn(pilot: Pilot[Any], name: str = "prime") -> str:
    """What a field shows."""
    return pilot.app.query_one(f"#{name}", LinesInput).render_line(0).text.rstrip()


async def typed(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*(KEYS.get(one, one) for one in text))


async def pasted(pilot: Pilot[Any], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (r"ORSOLA:\n", "ORSOLA:\n"),
        ("ORSOLA:\n", "ORSOLA:\n"),
        (r"a\tb", "a\tb"),
        (r"\\n", r"\n"),
        (r"\\\n", "\\\n"),
        (r"\u00e9\xe9", "éé"),
        (r"\d\frac", r"\d\frac"),
        (r"\u00\n", "\\u00\n"),
    ],
)
async def test_what_is_typed_has_the_escapes_of_the_command_line(keys: str, value: str):
    async with FieldApp().run_test(size=(40, 5)) as pilot:
        await typed(pilot, keys)
        field = pilot.app.query_one(PrimeInput)
        assert field.value == value
        assert field.cursor_at_end


async def test_an_escape_within_a_text_leaves_the_rest_and_the_cursor_behind_it():
    async with FieldApp("ab").run_test(size=(40, 5)) as pilot:
        await pilot.press("end", "left")
        await typed(pilot, r"\n")
        field = pilot.app.query_one(PrimeInput)
        assert (field.value, field.cursor_position) == ("a\nb", 2)
        assert drawn(pilot) == "a⏎b"


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
async def test_a_paste_is_kept_whole_with_its_line_ends_shown(ends: str):
    async with FieldApp("x").run_test(size=(40, 5)) as pilot:
        await pilot.press("end")
        await pasted(pilot, ends.join(("ORSOLA:", r"Say \n.", "")))
        assert pilot.app.query_one(PrimeInput).value == "xORSOLA:\nSay \\n.\n"
        assert drawn(pilot) == "xORSOLA:⏎Say \\n.⏎"


async def test_a_paste_takes_the_place_of_what_is_selected():
    async with FieldApp("old").run_test(size=(40, 5)) as pilot:
        await pilot.press("home", "shift+end")
        await pasted(pilot, "a\nb")
        assert pilot.app.query_one(PrimeInput).value == "a\nb"


async def test_a_field_of_lines_has_no_escapes_and_says_what_had_no_room():
    app = FieldApp()
    async with app.run_test(size=(40, 5)) as pilot:
        field = app.query_one("#lines", LinesInput)
        field.max_length = 6
        field.focus()
        await typed(pilot, r"\n")
        await pasted(pilot, "a\nbcdef")
        assert field.value == "\\na\nbc"
        assert any("room for 6 characters" in one.message for one in app._notifications)


async def test_a_click_and_the_cursor_go_to_what_is_drawn():
    async with FieldApp("a\n\x1b\tは!").run_test(size=(40, 5)) as pilot:
        field = pilot.app.query_one(PrimeInput)
        assert drawn(pilot) == "a⏎␛⇥は!"
        start = field.content_region.offset
        for cell, position in enumerate((0, 1, 2, 3, 4, 4, 5, 6)):
            await pilot.click(field, offset=Offset(cell, 0) + start - field.region.offset)
            assert field.cursor_position == position
        assert field.cursor_screen_offset == start + Offset(8, 0)


async def test_a_prime_of_any_length_shows_the_part_at_the_cursor():
    text = "".join(f"line {number}\n" for number in range(20_000))
    async with FieldApp().run_test(size=(40, 5)) as pilot:
        await pasted(pilot, text)
        field = pilot.app.query_one(PrimeInput)
        assert field.value == text
        await until(pilot, lambda: drawn(pilot).endswith("line 19998⏎line 19999⏎"))
        await pilot.press("backspace", "home")
        await until(pilot, lambda: drawn(pilot).startswith("line 0⏎line 1⏎"))


async def test_enter_in_the_prime_starts_the_output():
    stream = ScriptedStream(10)
    app = scripted_app(ScriptedTraining(), stream)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        await pilot.press("p")
        await pasted(pilot, "ORSOLA:\nCome\n")
        await pilot.press("enter")
        text = app.screen.query_one(StreamText)
        await until(pilot, lambda: text.text.startswith("ORSOLA:\nCome\n") and text.end == 23)
        assert app.screen.focused is None
        await pilot.press("y")
        command = app.clipboard
        assert unescaped(shlex.split(command)[-1]) == "--prime=ORSOLA:\nCome\n"
        assert command.isprintable()
        stream.over.set()


async def test_a_prime_too_long_for_a_shell_goes_into_a_file():
    stream = ScriptedStream(10)
    app = scripted_app(ScriptedTraining(), stream)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        app.session.prime = text = "Come\n" * 20_000
        await pilot.press("g")
        await until(pilot, lambda: app.screen.query_one(StreamText).end == len(text) + 10)
        await pilot.press("y")
        path = Path(shlex.split(app.clipboard)[-1])
        assert shlex.split(app.clipboard)[-2] == "--prime-file"
        assert path.read_text() == text
        assert any("too long for a shell" in said for said in toasts(app))
        stream.over.set()


async def test_enter_in_the_prime_without_a_network_says_what_to_do():
    app = scripted_app(ScriptedTraining())
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session.network is not None)
        app.session.network = None
        await pilot.press("p", "a", "enter")
        assert any("press t to train one" in said for said in toasts(app))


async def test_the_duels_prime_is_drawn_safely_and_keeps_its_lines():
    script = ScriptedDuel()
    duel = duel_of(script)
    async with DuelApp(duel).run_test(size=SIZE) as pilot:
        await pilot.press("p")
        await pasted(pilot, "OLD\n\x1b[31mTAM")
        assert duel.query_one("#prime", PrimeInput).render_line(0).text.strip() == "OLD⏎␛[31mTAM"
        await pilot.press("enter")
        await until(pilot, lambda: all(len(text) == 212 for text in texts(duel)))
        assert all(text.startswith("OLD\n") for text in texts(duel))
    script.over.set()


async def test_a_prime_that_a_duel_is_opened_with_is_drawn_safely():
    duel = DuelScreen(network_of(), SamplingSpec(), "a\n\x1bb", 1, open_duel=ScriptedDuel(3).open)
    async with DuelApp(duel).run_test(size=SIZE):
        assert duel.query_one("#prime", PrimeInput).render_line(0).text.strip() == "a⏎␛b"
