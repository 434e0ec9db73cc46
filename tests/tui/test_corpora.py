"""The corpora screen, driven by keys and mouse over a library of its own."""

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from rnntui import places
from rnntui.errors import CorpusError
from rnntui.text.library.entries import add_pasted, find_text, list_texts
from rnntui.tui.corpora import add_text
from rnntui.tui.corpora import screen as corpora
from rnntui.tui.corpora.add_text import AddText
from rnntui.tui.corpora.library_table import LibraryTable
from rnntui.tui.corpora.paste_text import PasteText
from rnntui.tui.corpora.screen import CorporaScreen
from rnntui.tui.corpora.vocabulary_table import VocabularyTable
from rnntui.tui.dialogs.question import Failure, Question
from rnntui.tui.widgets.safe_fields import EDITED, PasteArea
from rnntui.tui.widgets.stream.text import StreamText
from tests.tui.waiting import until

SIZE = (110, 35)


class LibraryApp(App[None]):
    """An app with the corpora screen, which keeps what it was closed with."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(self, chosen: str = "play") -> None:
        super().__init__()
        self.chosen = chosen
        self.results: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(CorporaScreen(self.chosen), self.results.append)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder to take files from."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def screen(pilot: Pilot[Any]) -> CorporaScreen:
    """The corpora screen, whatever stands above it."""
    return next(one for one in pilot.app.screen_stack if isinstance(one, CorporaScreen))


def told(pilot: Pilot[Any], name: str) -> str:
    """What a line of text on the top screen says."""
    return str(pilot.app.screen.query_one(f"#{name}", Static).content)


def drawn(pilot: Pilot[Any]) -> str:
    """All that goes to the terminal."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def names(pilot: Pilot[Any]) -> list[str]:
    """The texts that are listed."""
    table = screen(pilot).query_one(LibraryTable)
    return [str(table.get_row_at(row)[1]) for row in range(table.row_count)]


def toasts(pilot: Pilot[Any]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


async def read(pilot: Pilot[Any]) -> None:
    """Wait for the text under the cursor to be shown."""
    summary = screen(pilot).query_one("#summary", Static)
    await until(pilot, lambda: " characters" in str(summary.content))


async def fill(pilot: Pilot[Any], **values: str) -> None:
    """Put values into fields of the top screen."""
    for field, value in values.items():
        pilot.app.screen.query_one(f"#{field}", Input).value = value
    await pilot.pause()


async def add(pilot: Pilot[Any], path: str, name: str = "", text_encoding: str = "") -> None:
    """Fill in the form that adds a text, and send it."""
    await pilot.press("a")
    await fill(pilot, typed=path, name=name, text_encoding=text_encoding)
    await pilot.press("enter")


async def test_opens_on_the_chosen_text_with_its_beginning_and_figures():
    app = LibraryApp("korean")
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        table = app.screen.query_one(LibraryTable)
        assert app.screen.focused is table
        assert table.entry == find_text("korean")
        assert "물참시계방" in app.screen.query_one(StreamText).text
        assert "29,266 characters" in told(pilot, "summary")
        assert "6.62 bits a character (uniform: 9.70)" in told(pilot, "summary")


async def test_the_beginning_of_a_long_text_says_how_much_more_there_is():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        text = app.screen.query_one(StreamText)
        assert text.text.endswith("(83,086 more characters)")
        assert text.scroll_offset.y == 0


async def test_moving_the_cursor_shows_another_text():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "Wren Under the Weather" in told(pilot, "summary"))


async def test_symbols_are_listed_by_frequency_and_drawn_only_where_seen():
    syllables = "".join(map(chr, range(0xAC00, 0xAC00 + 11_000)))
    add_pasted("many", "a\n" * 3 + syllables)
    app = LibraryApp("many")
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        table = app.screen.query_one(VocabularyTable)
        assert table.virtual_size.height == 11_003
        rows = [table.render_line(y).text for y in range(4)]
        assert rows[1].split()[:4] == ["a", "U+0061", "3", "0.03%"]
        assert rows[2].split()[:2] == ["⏎", "U+000A"]
        table.focus()
        await pilot.press("end")
        await until(pilot, lambda: table.scroll_offset.y == table.max_scroll_y)
        assert chr(0xAC00 + 10_999) in table.render_line(table.size.height - 1).text


async def test_enter_chooses_the_text_under_the_cursor():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.results == ["tale"]


async def test_a_double_click_chooses():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(LibraryTable, offset=(5, 3), times=2)
        await pilot.pause()
        assert app.results == ["korean"]


async def test_a_click_only_looks():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(LibraryTable, offset=(5, 3))
        await pilot.pause()
        assert app.results == []
        assert app.screen.query_one(LibraryTable).entry == find_text("korean")


async def test_escape_goes_back_without_choosing():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "escape")
        await pilot.pause()
        assert app.results == [None]


async def test_the_filter_shows_only_names_and_titles_with_the_words():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"WREN", "enter")
        assert names(pilot) == ["tale"]
        await pilot.press("escape")
        await pilot.pause()
        assert len(names(pilot)) == len(list_texts())
        assert app.results == []


async def test_a_filter_that_fits_nothing_says_so_and_leaves_nothing_to_choose():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash", *"zebra")
        await pilot.pause()
        assert told(pilot, "hint") == "No text has this name."
        app.screen.query_one(VocabularyTable).focus()
        await pilot.press("enter")
        assert app.results == []


async def test_an_empty_library_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(corpora, "list_texts", lambda: ())
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        assert "There are no texts" in told(pilot, "hint")
        await pilot.press("d", "enter", "escape")
        await pilot.pause()
        assert app.results == [None]


async def test_a_text_that_cannot_be_read_says_why_in_its_place():
    places.corpora_dir().mkdir(parents=True)
    (places.corpora_dir() / "noise.txt").write_bytes(bytes(range(256)))
    app = LibraryApp("noise")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "isn't a text" in told(pilot, "summary"))
        assert "--" not in told(pilot, "summary")
        assert app.screen.query_one(StreamText).text == told(pilot, "summary")


async def test_a_reader_that_breaks_ends_in_a_modal(monkeypatch: pytest.MonkeyPatch):
    def broken(_entry: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(corpora, "read_report", broken)
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Failure))
        assert "by accident" in told(pilot, "sentence")


async def test_control_characters_of_names_and_texts_are_shown_as_stand_ins():
    places.corpora_dir().mkdir(parents=True)
    (places.corpora_dir() / "a\x1b[31mb[red].txt").write_text("x\x1b[31mred\u202e\n", "utf-8")
    app = LibraryApp("a\x1b[31mb[red]")
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        screen_text = drawn(pilot)
        assert "a␛[31mb[red]" in screen_text
        assert "x␛[31mred·" in screen_text
        assert "\x1b" not in screen_text
        assert "\u202e" not in screen_text


async def test_a_file_is_added_by_its_path_completed_by_tab(here: Path):
    (here / "my poem.txt").write_text("a rose is a rose\n" * 9, encoding="utf-8")
    (here / "zoo").mkdir()
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a", "m", "tab")
        await until(pilot, lambda: "my poem" in told(pilot, "verdict"))
        await pilot.press("enter")
        await until(pilot, lambda: "my poem" in names(pilot))
        assert toasts(pilot) == ["Added my poem."]
        assert app.screen.query_one(LibraryTable).entry == find_text("my poem")


async def test_the_arrow_keys_pick_from_the_list_and_enter_takes_it(here: Path):
    for name in ("one.txt", "two.txt"):
        (here / name).write_text("x", encoding="utf-8")
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: "two.txt" in drawn(pilot))
        await pilot.press("down", "down", "enter")
        assert app.screen.query_one("#typed", Input).value == "two.txt"
        assert isinstance(app.screen, AddText)


async def test_a_click_picks_from_the_list(here: Path):
    (here / "folder").mkdir()
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: "folder" in drawn(pilot))
        await pilot.click("#choices", offset=(2, 0))
        assert app.screen.query_one("#typed", Input).value == "folder/"


async def test_tab_goes_on_to_the_name_where_nothing_can_be_completed(here: Path):
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a", *"zzz", "tab")
        await until(pilot, lambda: app.screen.focused is app.screen.query_one("#name"))


async def test_file_names_with_control_characters_are_listed_and_added_safely(here: Path):
    (here / "e\x1b]0;x\x07.txt").write_text("text", encoding="utf-8")
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a", "e", "tab")
        typed = app.screen.query_one("#typed", Input)
        await until(pilot, lambda: typed.value == "e\x1b]0;x\x07.txt")
        await until(pilot, lambda: "can't name a text" in told(pilot, "verdict"))
        assert "e␛]0;x" in drawn(pilot)
        assert "\x1b" not in drawn(pilot)
        await fill(pilot, name="tame")
        await pilot.press("enter")
        await until(pilot, lambda: "tame" in names(pilot))


@pytest.mark.parametrize(
    ("fields", "part", "words"),
    [
        ({"typed": "nowhere.txt"}, "path", "no file or folder"),
        ({"typed": "~nobody-of-that-name/x"}, "path", "no file or folder"),
        ({"typed": "ok.txt", "name": "play"}, "name", "already a text called play"),
        ({"typed": "ok.txt", "name": "a/b"}, "name", "can't name a text"),
        ({"typed": "ok.txt", "text_encoding": "klingon"}, "text_encoding", "no text encoding"),
    ],
    ids=["no file", "no home", "taken name", "bad name", "bad encoding"],
)
async def test_what_is_wrong_is_said_while_it_is_typed(
    here: Path, fields: dict[str, str], part: str, words: str
):
    (here / "ok.txt").write_text("x", encoding="utf-8")
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a")
        await fill(pilot, **fields)
        await until(pilot, lambda: words in told(pilot, "verdict"))
        assert app.screen.query_one(f"#{part}").has_class("-wrong")
        assert "--" not in told(pilot, "verdict")


async def test_a_taken_name_leaves_the_form_open(here: Path):
    (here / "tale.txt").write_text("another tale", encoding="utf-8")
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await add(pilot, "tale.txt")
        await until(pilot, lambda: "already a text called tale" in told(pilot, "verdict"))
        await until(pilot, lambda: not app.screen.query_one("#add").disabled)
        await fill(pilot, name="other tale")
        await pilot.press("enter")
        await until(pilot, lambda: "other tale" in names(pilot))


async def test_a_binary_file_is_refused_with_its_sentence(here: Path):
    (here / "noise.bin").write_bytes(b"\0\1\2\3" * 99)
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await add(pilot, "noise.bin")
        await until(pilot, lambda: "noise.bin isn't a text" in told(pilot, "verdict"))
        assert isinstance(app.screen, AddText)
        await pilot.press("escape")
        await pilot.pause()
        assert "noise" not in names(pilot)


async def test_a_wrong_encoding_is_refused_and_a_right_one_read(here: Path):
    (here / "han.txt").write_bytes("물시계방 이야기".encode("euc-kr"))
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await add(pilot, "han.txt", text_encoding="utf-8")
        await until(pilot, lambda: "isn't valid utf-8" in told(pilot, "verdict"))
        await fill(pilot, text_encoding="euc-kr")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one(StreamText).text == "물시계방 이야기")


async def test_a_folder_is_added_and_its_notices_are_toasts(here: Path):
    (here / "poems").mkdir()
    (here / "poems" / "one.txt").write_text("one", encoding="utf-8")
    (here / "poems" / "noise.bin").write_bytes(b"\0" * 99)
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await add(pilot, "poems")
        await until(pilot, lambda: "poems" in names(pilot))
        assert any("noise.bin" in toast for toast in toasts(pilot))


async def test_an_error_that_nobody_foresaw_leaves_the_form_open(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(add_text, "add_text", broken)
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await add(pilot, "somewhere")
        await until(pilot, lambda: "by accident" in told(pilot, "verdict"))


async def paste(pilot: Pilot[Any], text: str) -> PasteArea:
    """Paste into the open form as a terminal does."""
    await pilot.pause()
    area = pilot.app.screen.query_one(PasteArea)
    pilot.app.post_message(events.Paste(text))
    await until(pilot, lambda: area.content.endswith(text))
    return area


async def test_a_pasted_text_is_kept_under_its_name():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v")
        await paste(pilot, "a rose\nis a rose")
        await pilot.press("tab", *"rose", "enter")
        await until(pilot, lambda: "rose" in names(pilot))
        assert find_text("rose").path.read_text("utf-8") == "a rose\nis a rose"
        assert app.screen.query_one(LibraryTable).entry == find_text("rose")


async def test_a_large_paste_is_kept_whole_and_its_beginning_shown():
    text = "0123456789" * (EDITED // 5) + "\n"
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v")
        await pilot.press("x")
        area = await paste(pilot, text)
        area = await paste(pilot, "the end\f")
        assert len(area.text) < EDITED
        assert "saved unchanged" in told(pilot, "length")
        await fill(pilot, name="long")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "long" in names(pilot))
        assert find_text("long").path.read_text("utf-8") == f"x{text}the end\f"


async def test_a_form_feed_survives_a_paste():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v")
        area = await paste(pilot, "page\fpage")
        assert area.content == "page\fpage"


async def test_a_paste_can_be_cleared():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v")
        area = await paste(pilot, "x" * EDITED * 2)
        await pilot.click("#clear")
        await pilot.press("y")
        assert area.content == "y"


async def test_pasted_control_characters_are_drawn_as_stand_ins():
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v")
        await paste(pilot, "a\x1b[31mred\u202e")
        assert "a␛[31mred·" in drawn(pilot)
        assert "\x1b" not in drawn(pilot)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [("x", "", "needs a name"), ("x", "play", "already a text"), ("", "new", "empty")],
    ids=["no name", "taken name", "no text"],
)
async def test_a_paste_that_cannot_be_kept_says_why(text: str, name: str, words: str):
    app = LibraryApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v", *text)
        await fill(pilot, name=name)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: words in told(pilot, "verdict"))
        assert isinstance(app.screen, PasteText)


async def test_a_text_is_removed_after_a_question():
    add_pasted("mine", "mine alone")
    app = LibraryApp("mine")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("d")
        assert isinstance(app.screen, Question)
        await pilot.press("n")
        assert "mine" in names(pilot)
        await pilot.press("d", "y")
        await until(pilot, lambda: "mine" not in names(pilot))
        with pytest.raises(CorpusError):
            find_text("mine")
        assert toasts(pilot) == ["Removed mine."]


@pytest.mark.parametrize("name", ["play", "python"])
async def test_a_text_that_is_not_yours_is_refused_with_a_toast(name: str):
    app = LibraryApp(name)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("delete")
        await pilot.pause()
        assert isinstance(app.screen, CorporaScreen)
        assert toasts(pilot)[0].startswith(name)


async def test_a_text_that_cannot_be_removed_any_more_is_a_toast():
    entry = add_pasted("mine", "mine alone")
    app = LibraryApp("mine")
    async with app.run_test(size=SIZE) as pilot:
        await read(pilot)
        await pilot.press("d")
        entry.path.unlink()
        await pilot.press("y")
        await until(pilot, lambda: bool(toasts(pilot)))
        assert "no text called 'mine'" in toasts(pilot)[0]


async def test_where_there_is_little_room_the_panes_are_tabs():
    app = LibraryApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await read(pilot)
        panes = {name: app.screen.query_one(f"#{name}") for name in ("library", "figures")}
        assert panes["library"].region
        assert not panes["figures"].region
        await pilot.press("3")
        await pilot.pause()
        assert panes["figures"].region
        assert not panes["library"].region
        await pilot.press("enter")
        await pilot.pause()
        assert app.results == ["play"]
