"""Toasts of one kind replace each other, and cover no output."""

from textual.widgets._toast import Toast

from tests.tui.scripted import ScriptedTraining, scripted_app, steps
from tests.tui.waiting import until


async def test_keys_in_a_row_leave_one_toast_that_covers_no_output():
    app = scripted_app(ScriptedTraining(steps(20)))
    async with app.run_test(size=(140, 45), notifications=True) as pilot:

        def shown() -> list[Toast]:
            return [toast for toast in app.screen.query(Toast) if toast.region]

        await pilot.press("t")
        await until(pilot, lambda: app.playground.loss.status.last_step is not None)
        await pilot.press("s", "less_than_sign", "greater_than_sign", "b", "left_curly_bracket")
        await until(pilot, lambda: len(app._notifications) > 1)
        await until(pilot, lambda: len(shown()) == 1)
        assert not shown()[0].region.overlaps(app.playground.writing.region)
