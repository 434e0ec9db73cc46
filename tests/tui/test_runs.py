"""The screen of runs, driven by keys and mouse over runs on disk."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from rnntui import places
from rnntui.errors import CheckpointError
from rnntui.runtime.run_reading import RunReading
from rnntui.tasks.classification.opening import new_classify_run
from rnntui.tasks.classification.provenance import LabelledSource
from rnntui.training.events import Failed, Paused
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from rnntui.tui.dialogs.ask_text import AskText
from rnntui.tui.dialogs.question import Question
from rnntui.tui.runs.actions import OPEN, RUNS
from rnntui.tui.runs.screen import RunsScreen
from rnntui.tui.runs.table import HIDDEN_SIGN, PIN, RunTable
from rnntui.tui.training.run_chart import RunChart
from rnntui.tui.widgets.chart import WholeRun, Window
from tests.classify_factories import classified, classify_config, tiny_labelled
from tests.run_files import (
    NOW,
    bare_run,
    finished,
    record,
    run_on_disk,
    write_record,
    written,
)
from tests.tui.waiting import PATIENCE_S, until

SIZE = (140, 45)


class RunsApp(App[None]):
    """The screen of runs, and a note of what it asked for."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]  # noqa: RUF012

    def __init__(self, poll_seconds: float = 3600.0, now: float = NOW) -> None:
        super().__init__()
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""
        self.runs = RunsScreen(
            places.checkpoints_dir(),
            open_run=lambda path: self.ask("open", path),
            resume=lambda name: self.ask("resume", name),
            replay=lambda name, speed: self.ask("replay", name, speed),
            clock=lambda: now,
            poll_seconds=poll_seconds,
        )

    def ask(self, *what: Any) -> None:
        if self.refusal:
            raise CheckpointError(self.refusal)
        self.asked.append(what)

    def on_mount(self) -> None:
        self.push_screen(self.runs)


@pytest.fixture
def parent() -> Path:
    return places.checkpoints_dir()


@pytest.fixture
def three(parent: Path) -> Path:
    """Three runs: one finished, one stopped, one without a held-out part."""
    run_on_disk(parent, "play-10", [*record(100), finished(100)])
    run_on_disk(parent, "play-9", [*record(60, 1.7), finished(60, "stopped")], cell="gru")
    events = [*record(80, 2.0, eval_every=0), finished(80)]
    run_on_disk(parent, "alice", events, corpus="alice", total_steps=80)
    return parent


def add_classifier(parent: Path, folder: Path, name: str) -> None:
    """Add a classifier's run that is over."""
    source = LabelledSource(str(tiny_labelled(folder / "texts.tsv")))
    classified(new_classify_run(parent, source, classify_config(), name))


@pytest.fixture
def training(parent: Path) -> Iterator[RunFolder]:
    """A run that a process holds, written to at `NOW`."""
    folder = run_on_disk(parent, "live", record(40))
    lock = Record(folder, keep_lines=10_000)
    os.utime(folder.metrics, (NOW, NOW))
    yield folder
    lock.close()


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until all that there is to read has been read."""
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    await until(pilot, lambda: screen._has_looked and not screen._is_looking)
    await pilot.pause()


def table(pilot: Pilot[Any]) -> RunTable:
    return pilot.app.screen.query_one(RunTable)


def chart(pilot: Pilot[Any]) -> RunChart:
    return pilot.app.screen.query_one(RunChart)


def names(pilot: Pilot[Any]) -> list[str | None]:
    return [row.key.value for row in table(pilot).ordered_rows]


def cells(pilot: Pilot[Any], name: str) -> list[str]:
    return [cell.plain.strip() for cell in table(pilot).get_row(name)]


def details(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#details", Static).render())


def matches(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#matches", Static).render())


def drawn(pilot: Pilot[Any]) -> set[str]:
    """The curves that can be seen."""
    look = chart(pilot).look
    return {series.name for series in chart(pilot).data.shown(look.hidden, look.pinned)}


def toasts(pilot: Pilot[Any]) -> str:
    return "\n".join(note.message for note in pilot.app._notifications)


# What is shown.


async def test_all_runs_are_listed_with_the_table_focused(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert pilot.app.focused is table(pilot)
        assert names(pilot) == ["alice", "play-9", "play-10"]
        expected = ["play", "gru", "1x5", "4.043", "60", "0:30", "2033-05-18 03:33", "stopped"]
        assert cells(pilot, "play-9")[1:] == ["play-9", *expected]


async def test_the_newest_run_is_first_whatever_it_is_called(three: Path) -> None:
    for name, age in (("play-10", 30.0), ("play-9", 10.0), ("alice", 20.0)):
        path = RunFolder(three / name).metrics
        os.utime(path, (NOW - age, NOW - age))
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert names(pilot) == ["play-9", "alice", "play-10"]
        await pilot.press("S")
        assert names(pilot) == ["play-10", "alice", "play-9"]


async def test_the_filter_finds_runs_by_their_text_too(three: Path) -> None:
    run_on_disk(three, "hunt", [*record(30)], corpus="alice")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"ALICE")
        await until(pilot, lambda: set(names(pilot)) == {"alice", "hunt"})


async def test_c_shows_the_runs_of_the_text_under_the_cursor_and_all_again(three: Path) -> None:
    run_on_disk(three, "hunt", [*record(30)], corpus="alice")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        table(pilot).highlight("hunt")
        await pilot.press("c")
        await until(pilot, lambda: set(names(pilot)) == {"alice", "hunt"})
        assert table(pilot).highlighted == "hunt"
        await until(pilot, lambda: drawn(pilot) == {"hunt", "alice (training)"})
        await pilot.press("c")
        await until(pilot, lambda: len(names(pilot)) == 4)


@pytest.fixture
def dozen(parent: Path) -> Path:
    """Runs with long names that begin and end alike."""
    for number in range(12):
        name = f"hundred-words-{'lstm' if number % 2 else 'gru'}-{number + 1}-retried"
        run_on_disk(parent, name, [*record(40 + number, 1.4 + number / 20), finished(40 + number)])
    return parent


def legend(pilot: Pilot[Any]) -> str:
    """The top rows of the chart."""
    rows = range(chart(pilot).picture.layout.legend_rows)
    return " ".join(chart(pilot).render_line(row).text for row in rows)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
async def test_the_legend_of_a_dozen_runs_has_whole_names_and_counts_the_rest(
    dozen: Path, size: tuple[int, int]
) -> None:
    async with RunsApp().run_test(size=size) as pilot:
        await settled(pilot)
        assert "…" not in legend(pilot)
        assert " more" in legend(pilot)


async def test_the_legend_lists_what_is_under_the_cursor_and_what_is_pinned(dozen: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        one, other = "hundred-words-gru-11-retried", "hundred-words-lstm-8-retried"
        assert one not in legend(pilot)
        table(pilot).highlight(one)
        await until(pilot, lambda: one in legend(pilot))
        await pilot.press("p")
        await until(pilot, lambda: chart(pilot).look.pinned == one)
        table(pilot).highlight(other)
        await until(pilot, lambda: other in legend(pilot))
        assert legend(pilot).index(one) < legend(pilot).index(other)


async def test_a_run_has_the_same_sign_in_table_and_legend_without_braille(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunsApp, "chart_characters", "ascii", raising=False)
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert {cells(pilot, name)[0] for name in names(pilot)} == {"o", "+", "x"}
        assert f"-{cells(pilot, 'play-9')[0]} play-9 best" in legend(pilot)


async def test_the_legend_says_which_value_it_gives(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "play-9 best 4.043" in legend(pilot)
        await pilot.press("v")
        await until(pilot, lambda: "play-9 last " in legend(pilot))


async def test_the_curves_of_all_runs_lie_over_each_other(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert drawn(pilot) == {"alice (training)", "play-9", "play-10"}
        series = chart(pilot).data.series
        assert list(series["play-9"].points.x) == [20, 40, 60]
        assert len(series["alice (training)"].points.x) == 80


async def test_training_curves_are_shown_on_request(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("v")
        assert drawn(pilot) == {"alice", "play-9", "play-10"}
        assert len(chart(pilot).data.series["play-10"].points.x) == 100
        await pilot.press("v")
        assert drawn(pilot) == {"alice (training)", "play-9", "play-10"}


async def test_the_x_axis_goes_round_steps_seconds_and_characters(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        curves = chart(pilot)
        curves.look = curves.look.__class__(view=Window(10.0, 20.0))
        ends = []
        for _ in range(3):
            await pilot.press("x")
            ends.append((curves.look.x_title, curves.data.series["play-9"].points.x[-1]))
        assert ends == [("seconds", 30.0), ("characters read", 60 * 21), ("steps", 60)]
        assert isinstance(curves.look.view, WholeRun)


async def test_windows_read_one_character_each(parent: Path) -> None:
    run_on_disk(parent, "windows", record(40), window=7, batch_size=3)
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("x", "x")
        assert chart(pilot).data.series["windows"].points.x[-1] == 40 * 3


async def test_a_run_has_the_same_colour_on_each_visit(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        before = {s.name: s.slot for s in chart(pilot).data.series.values()}
    run_on_disk(three, "aaa", record(40))
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        after = {s.name: s.slot for s in chart(pilot).data.series.values()}
        assert {name: after[name] for name in before} == before
        assert after["aaa"] not in before.values()


async def test_without_runs_a_sentence_says_how_to_get_the_first() -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "press t to train" in chart(pilot).look.empty_text
        # Nothing that acts on a run has one to act on.
        for action in (OPEN, *RUNS):
            if action.name not in ("runs.back", "runs.filter"):
                await pilot.press(action.key.split(",")[0])
        assert isinstance(pilot.app.screen, RunsScreen)


async def test_a_damaged_run_is_listed_with_its_sentence(three: Path) -> None:
    RunFolder(three / "alice").last.write_bytes(b"nonsense")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert cells(pilot, "alice")[-1] == "damaged"
        assert "is not a checkpoint that can be used" in details(pilot)


async def test_a_failed_run_says_why(parent: Path) -> None:
    run_on_disk(parent, "bad", [*record(5), Failed(5, 2.5, "The disk is [red]full[/red].\x1b[31m")])
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert cells(pilot, "bad")[-1] == "failed"
        assert "The disk is [red]full[/red].␛[31m" in details(pilot)


async def test_a_name_is_shown_not_obeyed(parent: Path) -> None:
    folder = bare_run(parent, "plain")
    folder.path.rename(parent / "[b]x\x1b[2J")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert table(pilot).get_row_at(0)[1].plain == "[b]x␛[2J"
        await pilot.press("n")
        assert "[b]x␛[2J" in str(pilot.app.screen.query_one("#sentence", Static).render())
        field = pilot.app.screen.query_one(Input)
        assert field.value == "[b]x\x1b[2J"
        assert field.render_line(0).text.startswith("[b]x␛[2J")


@pytest.mark.parametrize(("size", "columns"), [((80, 24), 7), ((100, 30), 9), ((200, 60), 10)])
async def test_as_many_columns_are_shown_as_there_is_room_for(
    three: Path, size: tuple[int, int], columns: int
) -> None:
    async with RunsApp().run_test(size=size) as pilot:
        await settled(pilot)
        assert len(table(pilot).columns) == columns
        assert table(pilot).max_scroll_x == 0


async def test_columns_come_and_go_with_the_size(three: Path) -> None:
    async with RunsApp().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down")
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        assert len(table(pilot).columns) == 10
        assert table(pilot).highlighted == "play-9"


async def test_a_new_theme_colours_the_marks_anew(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        before = table(pilot).get_row("alice")[0].spans
        pilot.app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        assert table(pilot).get_row("alice")[0].spans != before


# Sorting, filtering, hiding, pinning.


async def test_s_sorts_by_the_next_column_and_shift_s_the_other_way(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(*"sssss")
        assert table(pilot).order == ("best", False)
        assert names(pilot) == ["play-10", "alice", "play-9"]
        await pilot.press("S")
        assert names(pilot) == ["play-9", "alice", "play-10"]
        await pilot.press("s")
        assert table(pilot).order == ("steps", False)
        assert names(pilot) == ["play-9", "alice", "play-10"]


async def test_runs_without_a_value_come_last_either_way(three: Path) -> None:
    bare_run(three, "aaa")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        table(pilot).sort_by("best")
        assert names(pilot)[-1] == "aaa"
        table(pilot).sort_by("best")
        assert names(pilot)[-1] == "aaa"


async def test_a_click_on_a_header_sorts_and_another_one_reverses(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click(RunTable, offset=(7, 0))
        assert table(pilot).order == ("name", False)
        assert names(pilot) == ["alice", "play-9", "play-10"]
        await pilot.click(RunTable, offset=(7, 0))
        assert table(pilot).order == ("name", True)
        assert names(pilot) == ["play-10", "play-9", "alice"]


async def test_the_cursor_stays_on_its_run(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down", "S")
        assert table(pilot).highlighted == "play-9"
        run_on_disk(three, "aaa", record(3))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "aaa" in names(pilot))
        assert table(pilot).highlighted == "play-9"


async def test_the_filter_narrows_table_and_chart(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"PLAY.*0$")
        await settled(pilot)
        assert names(pilot) == ["play-10"]
        assert drawn(pilot) == {"play-10"}
        assert matches(pilot) == "1 of 3"
        await pilot.press("enter")
        assert pilot.app.focused is table(pilot)
        assert names(pilot) == ["play-10"]


async def test_an_expression_that_is_none_is_marked(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        wanted = pilot.app.screen.query_one("#filter", Input)
        await pilot.press("slash", "(")
        assert wanted.has_class("-wrong")
        assert names(pilot) == []
        assert "as plain text: 0 of 3" in matches(pilot)
        assert "No run has such a name" in chart(pilot).look.empty_text
        await pilot.press("backspace")
        assert not wanted.has_class("-wrong")
        assert len(names(pilot)) == 3


async def test_escape_empties_the_filter_then_leaves(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"alice")
        assert names(pilot) == ["alice"]
        await pilot.press("escape")
        assert len(names(pilot)) == 3
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, RunsScreen)


async def test_letters_in_the_filter_do_nothing_else(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"tyendpxv", "space")
        assert pilot.app.asked == []
        assert pilot.app.screen.query_one("#filter", Input).value == "tyendpxv "


async def test_space_hides_a_curve_and_shows_it_again(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        assert drawn(pilot) == {"play-9", "play-10"}
        assert cells(pilot, "alice")[0] == HIDDEN_SIGN
        await pilot.press("space")
        assert drawn(pilot) == {"alice (training)", "play-9", "play-10"}


async def test_a_click_on_a_mark_hides_a_curve(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However fast they follow each other, two clicks are not one of two.
    monkeypatch.setattr(App, "CLICK_CHAIN_TIME_THRESHOLD", -1.0)
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click(RunTable, offset=(2, 2))
        assert drawn(pilot) == {"alice (training)", "play-10"}
        await pilot.click(RunTable, offset=(2, 2))
        assert drawn(pilot) == {"alice (training)", "play-9", "play-10"}


async def test_all_curves_hidden_is_said(parent: Path) -> None:
    run_on_disk(parent, "one", record(40))
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("space")
        assert "press Space" in chart(pilot).look.empty_text


async def test_a_classifier_is_listed_by_its_accuracy_and_its_curve_is_left_out(
    three: Path, tmp_path: Path
) -> None:
    add_classifier(three, tmp_path, "reviews")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert cells(pilot, "reviews")[5].startswith("acc ")
        assert cells(pilot, "reviews")[0] == ""
        assert drawn(pilot) == {"alice (training)", "play-9", "play-10"}
        await pilot.press("slash", *"reviews", "enter")
        await settled(pilot)
        reason = "'reviews' is a classifier; its curve is on the Classify screen"
        assert reason in chart(pilot).look.empty_text
        await pilot.press("space")
        assert reason in toasts(pilot)
        assert cells(pilot, "reviews")[0] == ""


async def test_classifiers_come_after_the_others_by_their_figures(
    three: Path, tmp_path: Path
) -> None:
    add_classifier(three, tmp_path, "aaa")
    add_classifier(three, tmp_path, "reviews")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        table(pilot).sort_by("best")
        assert names(pilot)[:3] == ["play-10", "alice", "play-9"]
        table(pilot).sort_by("best")
        assert names(pilot)[:3] == ["play-9", "alice", "play-10"]
        await pilot.press("slash", *"aaa|reviews")
        assert "These are classifiers" in chart(pilot).look.empty_text


async def test_the_pinned_run_is_first_in_the_table_and_topmost_in_the_chart(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "p")
        assert names(pilot)[0] == "play-10"
        assert table(pilot).highlighted == "play-10"
        assert chart(pilot).look.pinned == "play-10"
        assert cells(pilot, "play-10")[0].startswith(PIN)
        await pilot.press("v")
        assert chart(pilot).look.pinned == "play-10"
        await pilot.press("p")
        assert chart(pilot).look.pinned is None
        assert names(pilot)[0] == "alice"


# News.


async def test_new_runs_and_new_steps_appear_by_themselves(training: RunFolder) -> None:
    async with RunsApp(poll_seconds=0.05).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "live" in drawn(pilot))
        assert cells(pilot, "live")[-1] == "training"
        with training.metrics.open("a") as file:
            file.write(written(record(60)[-22:]))
        os.utime(training.metrics, (NOW, NOW))
        await until(pilot, lambda: chart(pilot).data.series["live"].points.x[-1] == 60)
        await until(pilot, lambda: cells(pilot, "live")[6] == "60")
        run_on_disk(training.path.parent, "newer", record(20))
        await until(pilot, lambda: "newer" in drawn(pilot))


async def test_a_paused_run_is_called_paused(training: RunFolder) -> None:
    with training.metrics.open("a") as file:
        file.write(written([Paused(40, 20.0)]))
    async with RunsApp(now=NOW + 45).run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert cells(pilot, "live")[-1] == "paused"
        assert "has paused" in details(pilot)


async def test_a_run_gone_quiet_says_so(training: RunFolder) -> None:
    async with RunsApp(now=NOW + 45).run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert cells(pilot, "live")[-1] == "quiet"
        assert "has written nothing for 45 s" in details(pilot)


async def test_a_record_that_was_cut_is_drawn_anew(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        write_record(RunFolder(three / "play-9"), record(20))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(chart(pilot).data.series["play-9"].points.x) == 1)


async def test_validation_takes_the_place_of_training_when_it_comes(parent: Path) -> None:
    folder = run_on_disk(parent, "young", record(10))
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert drawn(pilot) == {"young (training)"}
        with folder.metrics.open("a") as file:
            file.write(written(record(20)[10:]))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: drawn(pilot) == {"young"})


async def test_a_run_that_is_gone_goes_from_the_screen(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        for path in RunFolder(three / "alice").path.iterdir():
            path.unlink()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: names(pilot) == ["play-9", "play-10"])
        await settled(pilot)
        assert drawn(pilot) == {"play-9", "play-10"}


async def test_keys_act_while_records_are_read(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    curves = RunReading.curves

    def slow(self: RunReading, wanted: Any) -> Any:
        go_on.wait(PATIENCE_S)
        return curves(self, wanted)

    monkeypatch.setattr(RunReading, "curves", slow)
    async with RunsApp().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(names(pilot)) == 3)
        assert chart(pilot).look.empty_text == "Reading the runs…"
        await pilot.press("down", "x")
        assert table(pilot).highlighted == "play-9"
        go_on.set()
        await settled(pilot)
        assert chart(pilot).data.series["play-9"].points.x[-1] == 30.0


# What is done with a run.


async def test_enter_opens_the_best_checkpoint_and_leaves(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert pilot.app.asked == [("open", three / "play-9" / "best.safetensors")]
        assert not isinstance(pilot.app.screen, RunsScreen)


async def test_one_click_moves_the_cursor_and_two_open(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.click(RunTable, offset=(10, 2))
        assert table(pilot).highlighted == "play-9"
        await pilot.click(RunTable, offset=(10, 3))
        assert table(pilot).highlighted == "play-10"
        assert pilot.app.asked == []
        await pilot.click(RunTable, offset=(10, 3), times=2)
        await pilot.pause()
        assert pilot.app.asked == [("open", three / "play-10" / "best.safetensors")]


async def test_a_run_without_a_checkpoint_cannot_be_opened(parent: Path) -> None:
    bare_run(parent, "fresh")
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "no saved checkpoint yet" in toasts(pilot))
        assert isinstance(pilot.app.screen, RunsScreen)


async def test_t_resumes_and_y_replays_at_the_speed_that_was_chosen(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        replay = pilot.app.screen.query_one("#button-replay", Button)
        assert str(replay.label) == "Replay 10x"
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign")
        assert str(replay.label) == "Replay max"
        await pilot.press("less_than_sign", "y")
        await pilot.pause()
        assert pilot.app.asked == [("replay", "alice", 100.0)]


async def test_a_resume_that_is_refused_keeps_the_screen(three: Path) -> None:
    app = RunsApp()
    app.refusal = "A training run is already in progress."
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("t")
        await pilot.pause()
        assert "A training run is already in progress." in toasts(pilot)
        assert isinstance(pilot.app.screen, RunsScreen)
        app.refusal = ""
        await pilot.press("t")
        await pilot.pause()
        assert app.asked == [("resume", "alice")]
        assert not isinstance(pilot.app.screen, RunsScreen)


@pytest.mark.parametrize("key", ["n", "d", "delete"])
async def test_a_run_in_training_is_left_alone(training: RunFolder, key: str) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert "is being trained" in toasts(pilot)
        assert isinstance(pilot.app.screen, RunsScreen)
        assert pilot.app.asked == []


async def test_a_run_is_deleted_after_a_yes(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("d")
        assert isinstance(pilot.app.screen, Question)
        await pilot.press("n")
        assert (three / "alice").is_dir()
        await pilot.press("delete", "y")
        await until(pilot, lambda: names(pilot) == ["play-9", "play-10"])
        assert not (three / "alice").exists()
        assert "Removed 'alice'" in toasts(pilot)


async def test_files_that_are_not_a_runs_stay_and_are_named(three: Path) -> None:
    (three / "alice" / "thesis.tex").touch()
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("d", "y")
        await until(pilot, lambda: names(pilot) == ["play-9", "play-10"])
        assert [path.name for path in (three / "alice").iterdir()] == ["thesis.tex"]
        assert "other files: thesis.tex" in toasts(pilot)


async def test_a_run_that_is_no_file_is_a_line_in_the_list(three: Path) -> None:
    for name in ("metrics.jsonl", "last.safetensors"):
        (three / "alice" / name).unlink()
        os.mkfifo(three / "alice" / name)
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert set(names(pilot)) == {"alice", "play-9", "play-10"}


async def test_a_run_is_renamed_and_keeps_colour_cursor_and_pin(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("down", "down", "p")
        slot = chart(pilot).data.series["play-10"].slot
        await pilot.press("n")
        assert isinstance(pilot.app.screen, AskText)
        pilot.app.screen.query_one(Input).value = "best-of-all"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        await until(pilot, lambda: "best-of-all" in drawn(pilot))
        await settled(pilot)
        assert (three / "best-of-all").is_dir()
        assert names(pilot)[0] == table(pilot).highlighted == "best-of-all"
        assert chart(pilot).look.pinned == "best-of-all"
        assert chart(pilot).data.series["best-of-all"].slot == slot


async def test_a_name_that_is_taken_is_refused(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("n")
        pilot.app.screen.query_one(Input).value = "play-9"
        await pilot.click("#yes")
        await until(pilot, lambda: "There is a run called 'play-9' already" in toasts(pilot))
        assert (three / "alice").is_dir()


@pytest.mark.parametrize("way", ["escape", "button", "same"])
async def test_a_rename_can_be_given_up(three: Path, way: str) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("n")
        if way == "button":
            await pilot.click("#no")
        else:
            await pilot.press("escape" if way == "escape" else "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        assert sorted(path.name for path in three.iterdir()) == ["alice", "play-10", "play-9"]


async def test_a_run_is_exported_where_it_is_asked_for(three: Path, tmp_path: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("e")
        assert pilot.app.screen.query_one(Input).value == "alice.zip"
        pilot.app.screen.query_one(Input).value = str(tmp_path / "kept")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "kept.zip").exists())
        await until(pilot, lambda: "Exported 'alice'" in toasts(pilot))
        await pilot.press("e")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "kept.zip")
        await pilot.press("enter")
        await until(pilot, lambda: "already; choose another name" in toasts(pilot))


# Keys and mouse.


def test_every_action_has_a_name_a_label_and_a_tooltip() -> None:
    bindings = [action.binding for action in (OPEN, *RUNS)]
    assert len({binding.id for binding in bindings}) == len(bindings)
    assert all(binding.description and binding.tooltip for binding in bindings)
    for action in RUNS:
        assert hasattr(RunsScreen, f"action_{action.call.split('(')[0]}")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_buttons_do_what_keys_do(three: Path, size: tuple[int, int]) -> None:
    async with RunsApp().run_test(size=size) as pilot:
        await settled(pilot)
        for button in pilot.app.screen.query(Button):
            assert button.tooltip
            assert pilot.app.screen.region.contains_region(button.region)
        await pilot.click("#button-pin")
        assert chart(pilot).look.pinned == "alice (training)"
        await pilot.click("#button-faster")
        await pilot.click("#button-axis")
        await pilot.click("#button-kind")
        assert (chart(pilot).axis, chart(pilot).kind) == ("seconds", "training")
        assert pilot.app.focused is table(pilot)
        await pilot.click("#button-replay")
        await pilot.pause()
        assert pilot.app.asked == [("replay", "alice", 100.0)]


async def test_the_chart_can_be_focused_and_read(three: Path) -> None:
    async with RunsApp().run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("tab", "left")
        assert chart(pilot).crosshair_x is not None
        await pilot.press("escape")
        assert chart(pilot).crosshair_x is None
        assert isinstance(pilot.app.screen, RunsScreen)
