"""Pictures of the screen of runs in every state, compared with those that were looked at."""

import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from rnntui import places
from rnntui.training.events import Failed
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from tests.run_files import NOW, bare_run, finished, record, run_on_disk
from tests.tui.test_runs import RunsApp, dozen, parent, settled

__all__ = ["dozen", "parent"]
"""Fixtures that are taken over."""

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])

RunBefore = Callable[[Pilot[Any]], Awaitable[None]]


@pytest.fixture
def several() -> Path:
    """Runs of all kinds but those in training."""
    parent = places.checkpoints_dir()
    run_on_disk(parent, "play-lstm-1", [*record(100), finished(100)], cell="lstm")
    run_on_disk(
        parent,
        "play-lstm-2",
        [*record(60, 1.1), finished(60, "stopped")],
        cell="lstm",
        num_layers=2,
    )
    run_on_disk(parent, "play-gru-1", [*record(90, 1.7), finished(90)], total_steps=90, cell="gru")
    unjudged = [*record(80, 2.0, eval_every=0), finished(80)]
    run_on_disk(parent, "places-rnn-1", unjudged, corpus="places", total_steps=80)
    failed = [*record(45, 1.3), Failed(45, 22.5, "The loss is not finite; lower --learning-rate.")]
    run_on_disk(parent, "sonnets-lstm-1", failed, corpus="sonnets", cell="lstm")
    bare_run(parent, "sonnets-gru-1", corpus="sonnets", cell="gru")
    return parent


@pytest.fixture
def live(several: Path) -> Iterator[RunFolder]:
    """The same, and one in training, last written to at `NOW`."""
    folder = run_on_disk(several, "a-live-one", record(70, 1.5))
    lock = Record(folder, keep_lines=10_000)
    os.utime(folder.metrics, (NOW, NOW))
    yield folder
    lock.close()


def after(*keys: str) -> RunBefore:
    """Press keys once all is read, then wait until all is read again."""

    async def press(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await pilot.press(*keys)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        if pilot.app.screen is pilot.app.runs:  # type: ignore[attr-defined]
            await settled(pilot)
        await pilot.pause()

    return press


def same(snap_compare: Any, size: tuple[int, int], keys: Sequence[str], **app: Any) -> bool:
    return bool(snap_compare(RunsApp(**app), terminal_size=size, run_before=after(*keys)))


@SIZES
def test_several(snap_compare: Any, size: tuple[int, int], several: Path) -> None:
    assert same(snap_compare, size, [])


@SIZES
def test_empty(snap_compare: Any, size: tuple[int, int]) -> None:
    assert same(snap_compare, size, [])


@SIZES
def test_filtered(snap_compare: Any, size: tuple[int, int], several: Path) -> None:
    assert same(snap_compare, size, ["slash", *"lstm-[12]"])


@SIZES
def test_a_filter_that_is_no_expression(
    snap_compare: Any, size: tuple[int, int], several: Path
) -> None:
    assert same(snap_compare, size, ["slash", *"lstm-["])


@SIZES
def test_pinned_hidden_and_sorted(snap_compare: Any, size: tuple[int, int], several: Path) -> None:
    keys = [*"ssss", "up", "p", "down", "space", "x", "greater_than_sign"]
    assert same(snap_compare, size, keys)


@SIZES
def test_training_curves(snap_compare: Any, size: tuple[int, int], several: Path) -> None:
    assert same(snap_compare, size, ["v"])


@SIZES
def test_live(snap_compare: Any, size: tuple[int, int], live: RunFolder) -> None:
    assert same(snap_compare, size, ["down"], now=NOW + 5)


@SIZES
def test_quiet(snap_compare: Any, size: tuple[int, int], live: RunFolder) -> None:
    assert same(snap_compare, size, [], now=NOW + 45)


@SIZES
def test_damaged(
    snap_compare: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The sentence names the file, so it must have the same name each time.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNNTUI_HOME", ".")
    run_on_disk(places.checkpoints_dir(), "sound", [*record(100), finished(100)])
    broken = run_on_disk(places.checkpoints_dir(), "broken", record(50, 1.7))
    broken.last.write_bytes(b"nonsense")
    assert same(snap_compare, size, [])


@SIZES
@pytest.mark.parametrize("key", ["n", "e", "d"], ids=["rename", "export", "delete"])
def test_questions(snap_compare: Any, size: tuple[int, int], several: Path, key: str) -> None:
    assert same(snap_compare, size, ["down", key])


@SIZES
def test_light(snap_compare: Any, size: tuple[int, int], live: RunFolder) -> None:
    async def turn_light(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        await pilot.press("down", "p")
        await pilot.pause()

    assert snap_compare(RunsApp(), terminal_size=size, run_before=turn_light)


@pytest.mark.parametrize("size", [(100, 30), (200, 60)], ids=["100x30", "200x60"])
def test_other_sizes(snap_compare: Any, size: tuple[int, int], several: Path) -> None:
    assert same(snap_compare, size, [])


@SIZES
def test_a_dozen_runs(snap_compare: Any, size: tuple[int, int], dozen: Path) -> None:
    keys = ("down", "down", "p", "down")
    assert snap_compare(RunsApp(), terminal_size=size, run_before=after(*keys))
