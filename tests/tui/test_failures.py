"""An exception inside the screen ends in the log and a modal, with the app alive."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Button, Footer, Input, Static

from rnntui.errors import CorpusError
from rnntui.tui.core.failures import FailureRate, SurvivingApp, failure_sentence
from rnntui.tui.dialogs.question import Failure
from tests.tui.waiting import until

pytestmark = pytest.mark.drawn


class Fragile(Static, can_focus=True):
    """Raises wherever it is told to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "fall", "Fall")]
    raises_in_line: ClassVar[Callable[[], bool]] = staticmethod(lambda: False)

    def on_click(self) -> None:
        raise ValueError("clicked")

    def action_fall(self) -> None:
        raise KeyError("fallen")

    def render_line(self, y: int) -> Strip:
        if self.raises_in_line():
            raise ZeroDivisionError("drawn")
        return super().render_line(y)


class FragileScreen(Screen[None]):
    """Raises in its own handlers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "fall", "Fall"),
        Binding("m", "mount_broken", "Mount"),
        Binding("t", "thread", "Thread"),
        Binding("c", "coroutine", "Coroutine"),
        Binding("i", "timer", "Timer"),
        Binding("l", "later", "Later"),
        Binding("o", "stated", "Stated"),
    ]
    AUTO_FOCUS = "Fragile"

    def compose(self) -> ComposeResult:
        yield Fragile("fragile", id="fragile")
        yield Input(id="input")
        yield Button("press", id="button")
        yield Footer()

    def on_button_pressed(self) -> None:
        raise RuntimeError("pressed")

    def action_fall(self) -> None:
        raise RuntimeError("screen")

    def action_stated(self) -> None:
        raise CorpusError("The text is gone; choose another.")

    def action_mount_broken(self) -> None:
        self.mount(BrokenAtBirth())

    @work(thread=True)
    def action_thread(self) -> None:
        raise OSError("thread")

    @work
    async def action_coroutine(self) -> None:
        raise OSError("coroutine")

    def action_timer(self) -> None:
        self.set_timer(0.01, self.action_fall)

    def action_later(self) -> None:
        self.call_next(self.action_fall)


class BrokenAtBirth(Static):
    """Raises as it is mounted."""

    def on_mount(self) -> None:
        raise LookupError("born")


class BrokenAtDeath(Static):
    """Raises as it is taken away."""

    def on_unmount(self) -> None:
        raise LookupError("died")


class FragileApp(SurvivingApp[int]):
    """Raises in a key of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "fall", "Fall")]

    def on_mount(self) -> None:
        self.push_screen(FragileScreen())

    def action_fall(self) -> None:
        raise RuntimeError("app")


def is_failed(pilot: Pilot[int]) -> bool:
    return isinstance(pilot.app.screen, Failure)


async def lives(pilot: Pilot[int]) -> None:
    """Close the modal and see that keys, inputs and the mouse still act."""
    await pilot.press("enter")
    await until(pilot, lambda: not is_failed(pilot))
    await pilot.click("#input")
    await pilot.press("o", "k")
    assert pilot.app.screen.query_one("#input", Input).value.endswith("ok")
    await pilot.click("#button")
    await until(pilot, lambda: is_failed(pilot))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("w", "KeyError"),
        ("s", "RuntimeError: screen"),
        ("a", "RuntimeError: app"),
        ("m", "LookupError: born"),
        ("t", "OSError: thread"),
        ("c", "OSError: coroutine"),
        ("i", "RuntimeError: screen"),
        ("l", "RuntimeError: screen"),
    ],
    ids=["widget", "screen", "app", "mount", "thread", "coroutine", "timer", "callback"],
)
async def test_an_exception_ends_in_a_modal_and_the_log(
    key: str, name: str, caplog: pytest.LogCaptureFixture
):
    app = FragileApp()
    async with app.run_test() as pilot:
        await pilot.press(key)
        await until(pilot, lambda: is_failed(pilot))
        assert name in str(app.screen.query_one("#sentence", Static).render())
        assert "Traceback" in caplog.text
        assert name in caplog.text
        assert caplog.records[0].name.startswith("rnntui.")
        await pilot.press("enter")
        await until(pilot, lambda: not is_failed(pilot))
        await pilot.press(key)
        await until(pilot, lambda: is_failed(pilot))


async def test_a_failing_mouse_handler_is_survived():
    app = FragileApp()
    async with app.run_test() as pilot:
        await pilot.click("#fragile")
        await until(pilot, lambda: is_failed(pilot))
        await lives(pilot)


async def test_a_stated_error_is_shown_in_its_own_words():
    app = FragileApp()
    async with app.run_test() as pilot:
        await pilot.press("o")
        await until(pilot, lambda: is_failed(pilot))
        sentence = str(app.screen.query_one("#sentence", Static).render())
        assert sentence == "The text is gone; choose another."


async def test_failures_behind_the_modal_open_no_second_one():
    app = FragileApp()
    async with app.run_test() as pilot:
        await pilot.press("s")
        await until(pilot, lambda: is_failed(pilot))
        app.screen_stack[-2].call_later(app.screen_stack[-2].action_fall)
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack].count(Failure) == 1
        assert is_failed(pilot)


async def test_a_line_that_fails_once_is_drawn_again(monkeypatch: pytest.MonkeyPatch):
    failures = iter([True])
    app = FragileApp()
    async with app.run_test() as pilot:
        monkeypatch.setattr(Fragile, "raises_in_line", staticmethod(lambda: next(failures, False)))
        fragile = app.screen.query_one(Fragile)
        fragile.update("changed")
        await until(pilot, lambda: is_failed(pilot))
        await lives(pilot)
        await pilot.press("enter")
        assert "changed" in app.export_screenshot()


def test_a_line_that_always_fails_makes_the_app_leave(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    class Doomed(FragileApp):
        def on_ready(self) -> None:
            self.set_timer(0.05, self.break_picture)

        def break_picture(self) -> None:
            monkeypatch.setattr(Fragile, "raises_in_line", staticmethod(lambda: True))
            self.screen.query_one(Fragile).refresh()

    app = Doomed()
    app.run(headless=True)
    assert app.return_code == 1
    assert "ZeroDivisionError: drawn" in capfd.readouterr().err


async def test_a_timer_that_always_fails_makes_the_app_leave():
    app = FragileApp()
    async with app.run_test() as pilot:
        app.screen.set_interval(1 / 60, app.screen.action_fall)
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 1


def test_leaving_says_why_on_standard_error(capfd: pytest.CaptureFixture[str]):
    class Doomed(FragileApp):
        def on_ready(self) -> None:
            self.set_interval(1 / 60, self.action_fall)

    app = Doomed()
    app.run(headless=True)
    assert app.return_code == 1
    said = capfd.readouterr().err
    assert "failed repeatedly" in said
    assert "RuntimeError: app" in " ".join(said.split())
    assert "rnntui.log" in said.replace("\n", "")
    assert "Traceback" not in said


async def test_failing_before_the_first_picture_ends_the_app():
    class Stillborn(SurvivingApp[int]):
        def on_mount(self) -> None:
            raise RuntimeError("no screen")

    with pytest.raises(RuntimeError, match="no screen"):
        async with Stillborn().run_test():
            pass


async def test_what_fails_as_the_app_ends_is_logged_and_no_more(caplog: pytest.LogCaptureFixture):
    class Leaving(Screen[None]):
        """Kept while another screen is shown, and taken away in no order at the end."""

        def compose(self) -> ComposeResult:
            yield BrokenAtDeath()

    app = FragileApp()
    async with app.run_test() as pilot:
        app.install_screen(Leaving(), "leaving")
        await app.push_screen("leaving")
        app.pop_screen()
        await pilot.pause()
        assert "died" not in caplog.text
    assert "LookupError: died" in caplog.text


def test_ten_failures_in_a_second_are_borne_and_eleven_are_not():
    rate = FailureRate(most=10, window_s=1.0)
    assert not any(rate.is_too_high(number * 0.05) for number in range(10))
    assert rate.is_too_high(0.5)


def test_failures_now_and_then_are_borne_for_ever():
    rate = FailureRate(most=10, window_s=1.0)
    assert not any(rate.is_too_high(number * 0.11) for number in range(1000))


def test_an_exception_without_words_is_named():
    assert "(ValueError)" in failure_sentence(ValueError())
    assert "(ValueError: first)" in failure_sentence(ValueError("first\nsecond"))
