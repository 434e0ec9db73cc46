"""The line that says how much of a stream is copied."""

import pytest
from textual.app import App, ComposeResult

from rnntui.lenses.memorisation import FOLLOWED_LENGTH, MemorisedRuns
from rnntui.tui.playground.memorisation_meter import MemorisationMeter

SOME = MemorisedRuns(generated=200, memorised=25, longest=34, longest_at=11_999)


class MeterApp(App[None]):
    """Nothing but the meter."""

    def compose(self) -> ComposeResult:
        yield MemorisationMeter()


async def shown(reading: MemorisedRuns | None, width: int = 60, covered: float = 1.0) -> str:
    app = MeterApp()
    async with app.run_test(size=(width, 3)) as pilot:
        meter = app.query_one(MemorisationMeter)
        meter.reading, meter.covered = reading, covered
        await pilot.pause()
        assert meter.size.height == 1
        return meter.render_line(0).text.rstrip()


async def explained(reading: MemorisedRuns | None, covered: float = 1.0) -> str:
    app = MeterApp()
    async with app.run_test() as pilot:
        meter = app.query_one(MemorisationMeter)
        meter.reading, meter.covered = reading, covered
        await pilot.pause()
        return str(meter.tooltip)


async def test_without_a_reading_it_says_that_the_text_is_being_indexed() -> None:
    assert await shown(None) == "indexing the text …"


async def test_another_notice_is_shown_as_it_is() -> None:
    app = MeterApp()
    async with app.run_test() as pilot:
        meter = app.query_one(MemorisationMeter)
        meter.notice = "[b]no text\x1b[0m"
        await pilot.pause()
        assert meter.render_line(0).text.rstrip() == "[b]no text␛[0m"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, "memorised █▎          12%  longest 34 characters"),
        (43, "memorised ▋      12%  longest 34 characters"),
        (39, "memorised 12%  longest 34 characters"),
        (30, "memorised 12%  longest 34"),
        (20, "memorised 12% · 34"),
        (10, "12% · 34"),
        (5, "12% …"),
    ],
)
async def test_what_does_not_fit_is_left_out(width: int, line: str) -> None:
    assert await shown(SOME, width) == line


async def test_nothing_copied_is_none_and_a_little_is_not_called_nothing() -> None:
    assert await shown(MemorisedRuns(0, 0, 0, None), 30) == "memorised 0%  longest 0"
    assert await shown(MemorisedRuns(9000, 20, 20, 0), 30) == "memorised <1%  longest 20"


async def test_one_character_is_not_a_plural() -> None:
    assert (await shown(MemorisedRuns(5, 0, 1, 3))).endswith("longest 1 character")


async def test_figures_from_a_part_of_the_text_are_called_lower_bounds() -> None:
    assert (await shown(SOME, covered=0.16)).endswith("≥12%  longest ≥34 characters")
    assert "first 16% of the training text" in await explained(SOME, covered=0.16)


async def test_the_tooltip_says_what_is_counted_and_where_the_longest_run_stands() -> None:
    assert "20 characters or more" in await explained(None)
    assert "begins at character 12,000 of the text." in await explained(SOME)


async def test_the_tooltip_says_when_a_run_may_be_longer_than_told() -> None:
    assert "It may be longer." not in await explained(SOME)
    assert "It may be longer." in await explained(MemorisedRuns(9999, 9999, FOLLOWED_LENGTH + 1, 0))
