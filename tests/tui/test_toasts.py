"""Toasts of one kind replace each other, and cover no output."""

import pytest
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.scripted import ScriptedStream, ScriptedTraining, scripted_app, steps
from tests.tui.waiting import until

KEYS = ("s", "less_than_sign", "greater_than_sign", "b", "left_curly_bracket")
"""Each of which is answered by a toast."""


def shown(pilot: Pilot[int]) -> list[Toast]:
    return [toast for toast in pilot.app.screen.query(Toast) if toast.region]


@pytest.mark.parametrize("size", [(140, 45), (80, 24)])
@pytest.mark.parametrize("tab", ["5", "7"])
async def test_keys_in_a_row_leave_one_toast_that_covers_no_output(size: Size, tab: str):
    stream = ScriptedStream(200)
    app = scripted_app(ScriptedTraining(steps(20)), stream)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: app.playground.loss.status.last_step is not None)
        await pilot.press("g", tab, *KEYS)
        await until(pilot, lambda: len(app._notifications) > 3)
        await until(pilot, lambda: len(shown(pilot)) == 1)
        (toast,) = shown(pilot)
        assert toast.region.height == 1
        text = app.screen.query_one(StreamText)
        assert text.region
        assert not toast.region.overlaps(text.region)
        stream.over.set()


async def test_information_takes_no_warning_and_no_error_away():
    app = scripted_app()
    async with app.run_test(notifications=True) as pilot:
        for severity in ("error", "warning", "information", "information"):
            app.notify(f"This is of severity {severity}.", severity=severity)  # type: ignore[arg-type]
        app.notify("Another error.", severity="error")
        app.notify("Another error.", severity="error")
        await until(pilot, lambda: len(shown(pilot)) == 4)
        said = [str(toast.render()) for toast in shown(pilot)]
        assert sorted(said) == [
            "Another error.",
            *(
                f"This is of severity {severity}."
                for severity in ("error", "information", "warning")
            ),
        ]


async def test_a_toast_that_was_replaced_does_not_come_back():
    app = scripted_app()
    async with app.run_test(notifications=True) as pilot:
        app.notify("The old one.", timeout=600)
        app.notify("The new one.", timeout=600)
        await until(pilot, lambda: [str(one.render()) for one in shown(pilot)] == ["The new one."])
        (toast,) = shown(pilot)
        await pilot.click(toast)
        await until(pilot, lambda: not shown(pilot))
        app.notify("A warning.", severity="warning")
        await until(pilot, lambda: [str(one.render()) for one in shown(pilot)] == ["A warning."])
