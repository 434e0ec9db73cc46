"""A run that another process trains, opened from the table of runs, is followed live."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from rnntui import places
from rnntui.runtime.session import Session
from rnntui.training.events import Started, TrainEvent
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from rnntui.tui.app import RnntuiApp
from rnntui.tui.runs.table import RunTable
from rnntui.tui.training.status import TrainingStatus
from tests.run_files import finished, record, run_on_disk, step, write_record
from tests.tui.scripted import AtHome
from tests.tui.test_playground import SIZE
from tests.tui.test_playground_pictures import SIZES, quiet, settled, still
from tests.tui.waiting import until

STARTED = Started(0, 0.0, "there", "play", 1_000, 20, 900, 100, 100, 50, 100, "cpu")


def so_far(*more: TrainEvent) -> list[TrainEvent]:
    """The record of forty steps and what came after them."""
    return [STARTED, *record(40), *more]


@pytest.fixture
def folder(home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    """A run that is held as by a process that trains it."""
    folder = run_on_disk(places.checkpoints_dir(), "there", so_far())
    lock = Record(folder, keep_lines=1_000_000)
    write_record(folder, so_far(), at=time.time())
    yield folder
    lock.close()


def following_app() -> RnntuiApp:
    app = AtHome(Session(), warm_up=lambda: 2e10)
    app.animation_level = "none"
    return app


def line(app: RnntuiApp) -> str:
    return str(app.playground.query_one(TrainingStatus).render())


async def started(pilot: Pilot[int], app: RnntuiApp) -> None:
    """Wait for the network that is loaded at the start, which would come over what is opened."""
    await until(pilot, lambda: app.session.network is not None)


async def followed(pilot: Pilot[int], app: RnntuiApp, folder: RunFolder) -> None:
    """Open the run, and wait for its record to be shown."""
    await started(pilot, app)
    app.open_checkpoint(folder.best)
    await until(pilot, lambda: line(app).startswith("following") and "step" in line(app))


async def test_it_is_opened_from_the_table_of_runs(folder: RunFolder) -> None:
    app = following_app()
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: bool(app.screen.query(RunTable)))
        await until(pilot, lambda: app.screen.query_one(RunTable).row_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: line(app).startswith("following"))
        assert app.screen is app.playground


async def test_its_curve_grows_and_its_end_is_told(folder: RunFolder) -> None:
    app = following_app()
    async with app.run_test(size=SIZE) as pilot:
        await followed(pilot, app, folder)
        chart = app.playground.loss.chart
        await until(pilot, lambda: len(chart.data.series["training"].points.x) == 40)
        write_record(folder, so_far(step(41), step(42)), at=time.time())
        await until(pilot, lambda: "step 42" in line(app))
        assert app.session.network is not None
        assert app.session.network.name == "there"
        write_record(folder, so_far(step(41), step(42), finished(42)), at=time.time())
        await until(pilot, lambda: line(app).startswith("finished"))


async def test_one_that_its_process_stopped_is_called_stopped(folder: RunFolder) -> None:
    app = following_app()
    async with app.run_test(size=SIZE) as pilot:
        await followed(pilot, app, folder)
        write_record(folder, so_far(finished(40, "stopped")), at=time.time())
        await until(pilot, lambda: line(app).startswith("stopped"))


async def test_it_can_be_left_but_not_steered(folder: RunFolder) -> None:
    app = following_app()
    async with app.run_test(size=SIZE) as pilot:
        await followed(pilot, app, folder)
        await pilot.press("t", "s", "n")
        await pilot.pause()
        assert line(app).startswith("following")
        notes = [note.message for note in app._notifications]
        assert sum("can't be steered from here" in note for note in notes) == 3
        await pilot.press("k")
        await until(pilot, lambda: not app.session.is_training)
        await pilot.press("ctrl+q")  # and no question is asked
        await until(pilot, lambda: not app.is_running)


async def test_the_status_says_when_the_process_has_gone_quiet(folder: RunFolder) -> None:
    long_ago = time.time() - 500
    os.utime(folder.metrics, (long_ago, long_ago))
    app = following_app()
    async with app.run_test(size=SIZE) as pilot:
        await followed(pilot, app, folder)
        await until(pilot, lambda: line(app).startswith("following, quiet"))
        said = app._notifications
        await until(pilot, lambda: any("has written nothing for" in note.message for note in said))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)


@SIZES
@pytest.mark.parametrize("words", ["following", "following, quiet"], ids=["live", "quiet"])
def test_picture(snap_compare: Any, size: tuple[int, int], words: str, folder: RunFolder) -> None:
    if "quiet" in words:
        write_record(folder, so_far(), at=time.time() - 500)

    async def follow(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        pilot.app.open_checkpoint(folder.best)
        await until(pilot, lambda: line(pilot.app).startswith(f"{words}  "))
        await still(pilot)
        await quiet(pilot)

    assert snap_compare(following_app(), terminal_size=size, run_before=follow)
