"""The tables of a sweep's trials, opened from the runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Static

from rnntui import places
from rnntui.runtime.sweep.importance import importances
from rnntui.runtime.sweep.notes import TrialNote, notes_of, read_note, write_note
from rnntui.runtime.sweep.space import Choices, Range
from rnntui.training.runs.folder import RunFolder, list_runs
from rnntui.tui.runs.study import StudyScreen
from tests.run_files import bare_run
from tests.tui.test_runs import RunsApp, settled, table
from tests.tui.waiting import until

SPACE = {
    "cell": Choices(("rnn", "gru")),
    "hidden_size": Range(4, 64, log=True, whole=True),
    "learning_rate": Range(1e-4, 1e-1, log=True),
}
TRIALS: tuple[tuple[str, int, float, str, float | None], ...] = (
    ("rnn", 4, 1e-4, "complete", 3.5),
    ("gru", 64, 0.1, "complete", 1.25),
    ("rnn", 16, 1e-3, "complete", 2.5),
    ("gru", 8, 0.05, "complete", 1.5),
    ("rnn", 32, 2e-4, "pruned", 4.0),
    ("gru", 12, 1e-2, "failed", None),
    ("rnn", 6, 0.09, "running", 1.375),
)


@pytest.fixture
def study() -> Path:
    """A run of its own, and a study with trials of all states."""
    parent = places.checkpoints_dir()
    bare_run(parent, "alone")
    for number, (cell, size, rate, state, loss) in enumerate(TRIALS):
        values = {"cell": cell, "hidden_size": size, "learning_rate": rate}
        note = TrialNote("tuned", number, "/tmp/s.journal", state, loss, values, SPACE)
        write_note(bare_run(parent, f"tuned-{number}"), note)
    return parent


def rows(pilot: Pilot[Any], name: str = "#trials") -> list[list[str]]:
    shown = pilot.app.screen.query_one(name, DataTable)
    return [[str(cell) for cell in shown.get_row_at(row)] for row in range(shown.row_count)]


async def opened(pilot: Pilot[Any], run: str) -> None:
    await settled(pilot)
    table(pilot).highlight(run)
    await pilot.press("w")
    await until(pilot, lambda: isinstance(pilot.app.screen, StudyScreen) and bool(rows(pilot)))


async def test_trials_are_rows_that_can_be_sorted_and_gone_to(study: Path) -> None:
    app = RunsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "tuned-2")
        assert [row[0] for row in rows(pilot)] == ["1", "6", "3", "2", "0", "4", "5"]
        assert rows(pilot)[0] == ["1", "gru", "64", "0.1", "███", "1.2500", "complete"]
        # No process trains it here.
        assert rows(pilot)[1] == ["6", "rnn", "6", "0.09", "▁▂█", "1.3750", "stopped"]
        assert rows(pilot)[6][-2:] == ["", "failed"]
        pane = app.screen.query_one("#trials-pane")
        assert pane.border_subtitle == "4 complete, 1 pruned, 1 failed, 1 stopped"
        assert {row[0] for row in rows(pilot, "#shares")} == set(SPACE)
        order: list[tuple[str, Callable[[list[str]], Any]]] = [
            ("state", lambda row: row[-1]),
            ("trial", lambda row: int(row[0])),
            ("cell", lambda row: row[1]),
            ("hidden_size", lambda row: int(row[2])),
        ]
        for _, key in order:
            await pilot.press("s")
            assert [key(row) for row in rows(pilot)] == sorted(key(row) for row in rows(pilot))
        await pilot.press("S")
        assert [row[2] for row in rows(pilot)][:2] == ["64", "32"]
        await pilot.double_click("#trials", offset=(4, 1))
        await settled(pilot)
        assert table(pilot).highlighted == "tuned-1"


async def test_the_cursor_begins_at_the_run_and_enter_goes_back_to_it(study: Path) -> None:
    app = RunsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "tuned-2")
        await pilot.press("s", "enter")
        await settled(pilot)
        assert table(pilot).highlighted == "tuned-2"


async def test_a_run_that_is_no_trial_says_so(study: Path) -> None:
    app = RunsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        table(pilot).highlight("alone")
        await pilot.press("w")
        await until(pilot, lambda: bool(app._notifications))
        assert "no trial of a sweep" in next(iter(app._notifications)).message
        (study / "alone" / "trial.toml").write_text("study = 3\n")
        await pilot.press("w")
        await until(pilot, lambda: len(app._notifications) > 1)
        assert "trial.toml is damaged" in list(app._notifications)[-1].message


async def test_a_few_trials_have_no_importance_yet(study: Path) -> None:
    (study / "tuned-0" / "trial.toml").unlink()
    app = RunsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, "tuned-1")
        assert rows(pilot, "#shares") == []
        assert str(app.screen.query_one("#why", Static).content) == "It needs 4 complete trials."


def test_what_the_loss_depends_on_is_important(study: Path) -> None:
    notes = [note for _, note in notes_of(list_runs(study), "tuned")]
    many = [
        replace(
            notes[0],
            number=number,
            loss=abs(number % 10 - 3) + 1.0,
            values={
                "cell": ("rnn", "gru")[number % 2],
                "hidden_size": 4 + number,
                "learning_rate": 1e-4 * 2 ** (number % 10),
            },
        )
        for number in range(40)
    ]
    shares = importances(many)
    assert next(iter(shares)) == "learning_rate"
    assert sum(shares.values()) == pytest.approx(1)
    assert importances(notes[:3]) == {}


@pytest.mark.parametrize(
    "text",
    ["study = 'x'", "[space]\ncell = 3", "state = 'asleep'", "\0", "[space.lr]\nlow = 2\nhigh = 1"],
)
def test_a_damaged_note_is_left_out(text: str, study: Path) -> None:
    (study / "tuned-3" / "trial.toml").write_text(text)
    assert [name for name, _ in notes_of(list_runs(study), "tuned")] == [
        f"tuned-{number}" for number in (0, 1, 2, 4, 5, 6)
    ]
    assert read_note(RunFolder(study / "alone")) is None


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
def test_picture(snap_compare: Any, size: tuple[int, int], study: Path) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await opened(pilot, "tuned-2")

    assert snap_compare(RunsApp(), terminal_size=size, run_before=before)
