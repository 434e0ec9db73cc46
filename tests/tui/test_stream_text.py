"""The streaming text as a person meets it: following, scrolling, selecting, resizing."""

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from rnntui.tui.widgets.stream.text import StreamText

pytestmark = pytest.mark.asyncio

WIDTH, HEIGHT = 21, 6  # of the app; a column goes to the scrollbar


class StreamApp(App[None]):
    """Nothing but a stream."""

    def __init__(self, limit: int) -> None:
        """Keep `limit` characters."""
        super().__init__()
        self.stream = StreamText(limit=limit)

    def compose(self) -> ComposeResult:
        """Yield the stream."""
        yield self.stream


@asynccontextmanager
async def stream_of(
    text: str, probability: float | None = 0.7, limit: int = 100_000
) -> AsyncIterator[tuple[StreamText, Pilot[None]]]:
    app = StreamApp(limit)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        app.stream.append(text, [probability] * len(text))
        app.stream.focus()
        await pilot.pause()
        yield app.stream, pilot


def numbered(start: int, stop: int) -> str:
    return "".join(f"line {number}\n" for number in range(start, stop))


def say(stream: StreamText, text: str) -> None:
    stream.append(text, [0.7] * len(text))


def rows(stream: StreamText) -> list[str]:
    return [strip.text.rstrip() for strip in strips(stream)]


def strips(stream: StreamText) -> list[Strip]:
    return [stream.render_line(y) for y in range(stream.size.height)]


async def drag(
    pilot: Pilot[None], stream: StreamText, start: tuple[int, int], stop: tuple[int, int]
) -> None:
    await pilot.mouse_down(stream, offset=start)
    await pilot.hover(stream, offset=stop)
    await pilot.mouse_up(stream, offset=stop)
    await pilot.pause()


async def test_the_end_stays_in_view_while_text_comes() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        say(stream, numbered(20, 40))
        await pilot.pause()
        assert rows(stream) == [*(f"line {number}" for number in range(35, 40)), ""]
        assert stream.follow


async def test_scrolling_up_stops_following() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        await pilot.press("pageup")
        await pilot.pause()
        before = rows(stream)
        say(stream, numbered(20, 40))
        await pilot.pause()
        assert not stream.follow
        assert rows(stream) == before


async def test_scrolling_back_to_the_end_follows_again() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        await pilot.press("pageup", "end")
        await pilot.pause()
        assert stream.follow
        say(stream, numbered(20, 40))
        await pilot.pause()
        assert rows(stream)[-2] == "line 39"


async def test_asking_to_follow_goes_to_the_end() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        stream.scroll_home(animate=False)
        stream.follow = True
        await pilot.pause()
        assert rows(stream)[-2] == "line 19"


async def test_a_view_scrolled_up_stays_on_its_text_when_old_lines_go() -> None:
    async with stream_of(numbered(10, 30), limit=160) as (stream, pilot):
        await pilot.press("pageup")
        await pilot.pause()
        before = rows(stream)
        say(stream, numbered(30, 35))
        await pilot.pause()
        assert stream.first > 0
        assert rows(stream) == before


async def test_the_end_stays_in_view_when_old_lines_go() -> None:
    async with stream_of(numbered(10, 30), limit=160) as (stream, pilot):
        say(stream, numbered(30, 35))
        await pilot.pause()
        assert rows(stream)[-2] == "line 34"
        assert stream.end - stream.first <= 160


@pytest.mark.parametrize("keys", [[], ["pageup"], ["pageup"] * 3])
async def test_the_screen_shows_the_rows_of_the_view_while_old_lines_go(keys: list[str]) -> None:
    async with stream_of(numbered(10, 30), limit=160) as (stream, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        text = numbered(30, 45)
        for start in range(0, len(text), 5):
            say(stream, text[start : start + 5])
            await pilot.pause()
            screen = stream.screen._compositor.render_strips()
            assert [strip.text[: WIDTH - 1].rstrip() for strip in screen] == rows(stream)


async def test_a_resize_keeps_the_text_and_follows_on() -> None:
    text = "the quick brown fox jumps over the lazy dog " * 10
    async with stream_of(text) as (stream, pilot):
        await pilot.resize_terminal(41, 10)
        await pilot.pause()
        assert stream.text == text
        assert "".join(rows(stream)[-1:]).endswith("lazy dog")
        assert all(strip.cell_length == 40 for strip in strips(stream))


async def test_a_resize_keeps_the_place_when_scrolled_up() -> None:
    async with stream_of(numbered(0, 40)) as (stream, pilot):
        stream.scroll_to(y=12, animate=False)
        await pilot.pause()
        await pilot.resize_terminal(50, HEIGHT)
        await pilot.pause()
        assert rows(stream)[0] == "line 12"


async def test_dragging_selects_the_original_text() -> None:
    async with stream_of("one \x1b[1m\ttwo 3\nfour\n") as (stream, pilot):
        await drag(pilot, stream, (2, 0), (2, 1))
        assert stream.screen.get_selected_text() == "e \x1b[1m\ttwo 3\nfou"


async def test_a_selection_across_wrapped_lines_has_no_line_breaks_of_its_own() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    async with stream_of(text) as (stream, pilot):
        await drag(pilot, stream, (4, 0), (7, 2))
        assert stream.screen.get_selected_text() == "quick brown fox jumps over the lazy dog"


async def test_dragging_past_the_end_of_a_line_stops_there() -> None:
    async with stream_of("the quick brown foxes jump") as (stream, pilot):
        await drag(pilot, stream, (4, 0), (19, 0))
        assert stream.screen.get_selected_text() == "quick brown "


async def test_both_halves_of_a_wide_character_select_it() -> None:
    async with stream_of("한국어 글자") as (stream, pilot):
        for start, stop in ((2, 4), (3, 5)):
            await drag(pilot, stream, (start, 0), (stop, 0))
            assert stream.screen.get_selected_text() == "국어"


async def test_a_letter_is_selected_with_its_marks() -> None:
    async with stream_of("ae\u0301\u0308b") as (stream, pilot):
        await drag(pilot, stream, (1, 0), (2, 0))
        assert stream.screen.get_selected_text() == "e\u0301\u0308b"


async def test_dragging_into_the_empty_part_selects_to_the_end() -> None:
    async with stream_of("first\nsecond") as (stream, pilot):
        await drag(pilot, stream, (2, 0), (9, 4))
        assert stream.screen.get_selected_text() == "rst\nsecond"


async def test_dragging_onto_a_border_selects_to_the_row_beside_it() -> None:
    async with stream_of("first\nsecond\nthird") as (stream, pilot):
        stream.styles.border = ("solid", "red")
        await pilot.pause()
        await drag(pilot, stream, (3, 1), (0, 3))
        assert stream.screen.get_selected_text() == "rst\nsecond"


async def test_a_selection_stays_on_its_text_while_text_comes_and_the_width_changes() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    async with stream_of(text) as (stream, pilot):
        await drag(pilot, stream, (4, 0), (8, 0))
        say(stream, numbered(0, 20))
        await pilot.resize_terminal(12, HEIGHT)
        await pilot.pause()
        assert stream.screen.get_selected_text() == "quick"


async def test_the_view_holds_still_while_text_is_selected() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        await drag(pilot, stream, (0, 1), (3, 1))
        before = rows(stream)
        say(stream, numbered(20, 30))
        await pilot.pause()
        assert rows(stream)[:-1] == before[:-1]
        await pilot.press("escape")
        await pilot.pause()
        assert rows(stream)[-2] == "line 29"


async def test_copying_takes_the_selection_to_the_clipboard() -> None:
    async with stream_of("first\nsecond") as (stream, pilot):
        await drag(pilot, stream, (1, 0), (2, 1))
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == "irst\nsec"


async def test_selecting_all_gives_every_character_kept() -> None:
    text = "한국어 \u202etext\x07 [b]e\u0301[/b]\n\n" * 20 + "end"
    async with stream_of(text) as (stream, _):
        stream.text_select_all()
        assert stream.screen.get_selected_text() == text


async def test_a_lone_surrogate_can_be_copied() -> None:
    async with stream_of("a\ud800b") as (stream, _):
        stream.text_select_all()
        stream.screen.action_copy_text()
        assert stream.app.clipboard == "a\ufffdb"


async def test_selected_text_looks_selected() -> None:
    async with stream_of("abcdef") as (stream, pilot):
        await drag(pilot, stream, (1, 0), (2, 0))
        background = stream.screen.get_component_rich_style("screen--selection").bgcolor
        selected = [
            s.text for s in stream.render_line(0) if s.style and s.style.bgcolor == background
        ]
        assert selected == ["bc"]


async def test_escape_sequences_and_markup_are_shown_not_obeyed() -> None:
    async with stream_of("\x1b[31m[red]b[/red]\r\x9b2J\u202e\x07") as (stream, _):
        shown = "".join(rows(stream))
        assert shown.startswith("␛[31m[red]b[/red]␍�2J·␇"[:20])
        assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs"}


async def test_every_row_is_exactly_as_wide_as_the_view() -> None:
    async with stream_of("한국어 글자 😀 " * 30 + "\t" * 30 + "e\u0301" * 50) as (stream, _):
        assert {strip.cell_length for strip in strips(stream)} == {WIDTH - 1}


async def test_each_level_and_the_prime_have_a_style_of_their_own() -> None:
    async with stream_of("") as (stream, _):
        stream.append("abcdef", [0.01, 0.1, 0.3, 0.7, 0.95, None])
        styles = [segment.style for segment in stream.render_line(0) if segment.text.strip()]
        assert len({(style.color, style.bgcolor) for style in styles if style}) == 6


async def test_the_most_surprising_level_is_told_without_colour() -> None:
    async with stream_of("a", probability=0.01) as (stream, _):
        style = next(iter(stream.render_line(0))).style
        assert style is not None
        assert style.bold
        assert style.italic


async def test_without_colouring_drawn_text_has_one_look() -> None:
    async with stream_of("") as (stream, _):
        stream.append("abcde", [0.01, 0.1, 0.3, 0.7, 0.95])
        stream.coloured = False
        assert [segment.text for segment in stream.render_line(0) if segment.text.strip()] == [
            "abcde"
        ]


async def test_a_range_is_underlined_until_underlining_is_off() -> None:
    def underlined() -> list[str]:
        return [s.text for s in stream.render_line(0) if s.style and s.style.underline]

    async with stream_of("abcdef") as (stream, _):
        stream.render_line(0)
        stream.set_underlined(2, 4)
        assert underlined() == ["cd"]
        stream.underlining = False
        assert underlined() == []


async def test_a_range_can_be_marked_as_prime_later() -> None:
    async with stream_of("abcdef") as (stream, _):
        stream.render_line(0)
        stream.mark_prime(0, 2)
        assert next(iter(stream.render_line(0))).text == "ab"


async def test_another_theme_gives_other_colours() -> None:
    async with stream_of("abc", probability=0.01) as (stream, pilot):
        dark = next(iter(stream.render_line(0))).style
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert next(iter(stream.render_line(0))).style != dark


async def test_clearing_empties_the_view_and_follows_again() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        stream.scroll_home(animate=False)
        stream.clear()
        await pilot.pause()
        assert (stream.end, stream.follow, rows(stream)) == (0, True, [""] * HEIGHT)


async def test_clearing_while_the_end_is_followed_leaves_its_place() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        assert stream.follow
        stream.clear()
        assert rows(stream) == [""] * HEIGHT
        assert stream.scroll_offset.y == 0
        say(stream, "anew")
        await pilot.pause()
        assert rows(stream) == ["anew", *[""] * (HEIGHT - 1)]


async def test_the_first_row_is_drawn_though_nothing_stands_where_the_view_was() -> None:
    async with stream_of("") as (stream, _):
        stream.set_reactive(StreamText.scroll_y, 3.0)
        assert rows(stream) == [""] * HEIGHT


async def test_clearing_lets_a_selection_go_and_follows_again() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        stream.scroll_home(animate=False)
        await drag(pilot, stream, (0, 1), (3, 1))
        stream.clear()
        await pilot.pause()
        assert stream.screen.get_selected_text() is None
        assert stream.follow


async def test_a_selection_whose_text_is_dropped_becomes_empty() -> None:
    async with stream_of(numbered(10, 30), limit=160) as (stream, pilot):
        stream.scroll_home(animate=False)
        await drag(pilot, stream, (0, 0), (3, 1))
        say(stream, numbered(30, 50))
        await pilot.pause()
        assert stream.screen.get_selected_text() == ""


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
async def test_the_legend_has_a_look_for_every_level_in_any_theme(theme: str) -> None:
    async with stream_of("") as (stream, pilot):
        pilot.app.theme = theme
        await pilot.pause()
        assert len({str(span.style) for span in stream.legend().spans}) == 7


async def test_text_that_came_before_the_first_layout_is_shown() -> None:
    app = StreamApp(limit=1000)
    app.stream.append("early", [None] * 5)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        assert rows(app.stream)[0] == "early"


@pytest.mark.drawn
async def test_many_characters_in_one_call_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        drawn: list[int] = []
        original = StreamText._draw_line

        def counted(self: StreamText, number: int, selected: tuple[int, int]) -> Strip:
            drawn.append(number)
            return original(self, number, selected)

        monkeypatch.setattr(StreamText, "_draw_line", counted)
        say(stream, numbered(20, 120))
        await pilot.pause()
        assert drawn == list(range(115, 121))


async def test_text_that_comes_does_not_lay_the_screen_out_again() -> None:
    async with stream_of(numbered(0, 20)) as (stream, pilot):
        before = stream._layout_updates
        say(stream, numbered(20, 40))
        await pilot.pause()
        assert stream._layout_updates == before
        assert stream.vertical_scrollbar.window_virtual_size == 41


async def test_the_legend_names_every_level() -> None:
    async with stream_of("") as (stream, _):
        assert stream.legend().plain == "≥90% ≥50% ≥20% ≥5% <5% prime memorised"
        stream.underlining = False
        assert stream.legend().plain == "≥90% ≥50% ≥20% ≥5% <5% prime"
