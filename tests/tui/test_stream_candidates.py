"""The bars beside a stream."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from rnntui.tui.widgets.candidates import CandidateBars, bar, label, percent


class BarsApp(App[None]):
    """Nothing but the bars."""

    def compose(self) -> ComposeResult:
        """Yield the bars."""
        yield CandidateBars()


async def rows_of(candidates: list[tuple[str, float]], drawn: str | None = None) -> list[str]:
    app = BarsApp()
    async with app.run_test() as pilot:
        bars = app.query_one(CandidateBars)
        bars.update_candidates(candidates, drawn)
        await pilot.pause()
        return [bars.render_line(y).text for y in range(bars.size.height)]


@pytest.mark.asyncio
async def test_five_candidates_have_a_row_each() -> None:
    assert await rows_of([("e", 1.0), (" ", 0.5), ("\n", 0.25), ("한", 0.125), ("\t", 0.001)]) == [
        " e  ████████████100%",
        " ␣  ██████       50%",
        " ⏎  ███          25%",
        " 한 █▌           12%",
        " ⇥               <1%",
    ]


@pytest.mark.asyncio
async def test_fewer_candidates_leave_rows_empty_and_more_are_left_out() -> None:
    assert (await rows_of([("e", 1.0)]))[1:] == [" " * 20] * 4
    assert len(await rows_of([("e", 0.1)] * 9)) == 5


@pytest.mark.asyncio
async def test_the_drawn_character_is_marked() -> None:
    assert [row[0] for row in await rows_of([("e", 0.6), ("a", 0.3)], drawn="a")] == list(" ▸   ")


@pytest.mark.parametrize("char", ["a", "한", "\x1b", "\t", "\u0301", "\u1161", "\u202e", "\ud800"])
def test_every_character_takes_two_cells(char: str) -> None:
    assert cell_len(label(char, 2)) == 2


@pytest.mark.asyncio
async def test_words_are_shown_with_their_space_and_long_ones_are_cut() -> None:
    rows = await rows_of([(" the", 0.6), (" antidisestablishmentarian", 0.3)], drawn=" the")
    assert rows[0].startswith("▸␣the ")
    assert "␣antidises… " in rows[1]
    assert rows[1].endswith(" 30%")
    assert {cell_len(row) for row in rows} == {20}


@pytest.mark.parametrize(
    ("fraction", "cells"),
    [(0.0, "    "), (0.5, "██  "), (0.53, "██▏ "), (1.0, "████"), (2, "████")],
)
def test_a_bar_is_as_long_as_its_fraction(fraction: float, cells: str) -> None:
    assert bar(fraction, 4) == cells


@pytest.mark.parametrize(
    ("fraction", "cells"), [(0.0, "  0%"), (0.004, " <1%"), (0.62, " 62%"), (1.0, "100%")]
)
def test_a_small_probability_is_not_called_nothing(fraction: float, cells: str) -> None:
    assert percent(fraction) == cells
