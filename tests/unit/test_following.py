"""Following the record of a run that another process trains."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import RnntuiError
from rnntui.runtime.recorded import record_tail
from rnntui.runtime.recorded.following import FollowedEvents, RunFollower
from rnntui.training.events import Continued, Failed, Paused, Saved, TrainEvent
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from tests.factories import names
from tests.run_files import NOW, finished, record, step, write_record, written


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return folder


@pytest.fixture
def held(folder: RunFolder) -> Iterator[RunFolder]:
    """The same run while a process trains it."""
    lock = Record(folder, keep_lines=1_000_000)
    yield folder
    lock.close()


def add(folder: RunFolder, *events: TrainEvent, at: float = NOW) -> None:
    with folder.metrics.open("a") as file:
        file.write(written(events))
    os.utime(folder.metrics, (at, at))


def follower(folder: RunFolder, now: float = NOW) -> RunFollower:
    return RunFollower(folder, clock=lambda: now)


# What it hears.


def test_each_poll_gives_what_came_since_the_last(folder: RunFolder) -> None:
    follows = follower(folder)
    assert follows.poll() == FollowedEvents()
    add(folder, step(1), step(2))
    assert follows.poll() == FollowedEvents((step(1), step(2)))
    assert follows.poll() == FollowedEvents()
    add(folder, step(3))
    assert follows.poll() == FollowedEvents((step(3),))


def test_half_a_line_waits_for_its_other_half(folder: RunFolder) -> None:
    follows = follower(folder)
    line = written([step(1)])
    folder.metrics.write_text(line[:30])
    assert follows.poll() == FollowedEvents()
    folder.metrics.write_text(line)
    assert follows.poll() == FollowedEvents((step(1),))


def test_a_line_that_is_no_event_is_passed_over(folder: RunFolder) -> None:
    folder.metrics.write_bytes(b"nonsense\n\xff\n" + written([step(1)]).encode())
    assert follower(folder).poll() == FollowedEvents((step(1),))


def test_a_record_that_was_cut_is_read_anew(folder: RunFolder) -> None:
    follows = follower(folder)
    add(folder, *record(5, eval_every=0))
    follows.poll()
    write_record(folder, record(2, eval_every=0))
    assert follows.poll() == FollowedEvents((step(1), step(2)), rewound=True)
    assert follows.poll() == FollowedEvents()


def test_a_record_that_was_cut_and_has_grown_past_the_old_place_is_noticed(
    folder: RunFolder,
) -> None:
    follows = follower(folder)
    add(folder, step(1), step(2))
    follows.poll()
    write_record(folder, [step(1), step(7), step(8), step(9)])
    assert follows.poll() == FollowedEvents((step(1), step(7), step(8), step(9)), rewound=True)


def test_a_record_that_vanishes_and_comes_back_is_read_anew(folder: RunFolder) -> None:
    follows = follower(folder)
    add(folder, step(1))
    follows.poll()
    folder.metrics.unlink()
    assert follows.poll() == FollowedEvents(rewound=True)
    assert follows.poll() == FollowedEvents()
    add(folder, step(4))
    assert follows.poll() == FollowedEvents((step(4),))


def test_a_long_record_comes_in_parts(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_tail, "BLOCK_BYTES", 1000)
    add(folder, *record(50))
    follows = follower(folder)
    heard: list[TrainEvent] = []
    polls = 0
    while len(heard) < len(record(50)):
        heard += follows.poll().events
        polls += 1
    assert heard == record(50)
    assert polls > 5


def test_a_line_longer_than_a_part_comes_whole(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_tail, "BLOCK_BYTES", 50)
    add(folder, step(1), step(2))
    follows = follower(folder)
    assert follows.poll() == FollowedEvents((step(1),))
    assert follows.poll() == FollowedEvents((step(2),))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 400), max_size=20))
def test_however_it_is_written_every_event_comes_once(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    follows = follower(folder)
    events = record(10, eval_every=4)
    content, at, heard = written(events).encode(), 0, []
    with folder.metrics.open("wb", buffering=0) as file:
        for size in [*sizes, len(content)]:
            file.write(content[at : at + size])
            at += size
            news = follows.poll()
            assert not news.rewound
            heard += news.events
    assert heard == events


def test_a_record_that_cannot_be_read_is_stated(folder: RunFolder) -> None:
    folder.metrics.mkdir()
    with pytest.raises(RnntuiError, match="can't be read"):
        follower(folder).poll()


# The state.


def polled(folder: RunFolder, now: float = NOW) -> RunFollower:
    follows = follower(folder, now)
    follows.poll()
    return follows


def test_a_run_that_is_held_and_written_to_is_in_training(held: RunFolder) -> None:
    add(held, step(1))
    follows = polled(held, NOW + 30)
    assert follows.state() == "training"
    assert follows.about() == "Another process trains this run."


def test_a_run_that_is_held_but_not_written_to_is_quiet(held: RunFolder) -> None:
    add(held, step(1))
    follows = polled(held, NOW + 45)
    assert follows.state() == "quiet"
    assert "has written nothing for 45 s" in follows.about()


def test_a_pause_is_told_from_a_process_that_hangs(held: RunFolder) -> None:
    add(held, step(1), Paused(1, 0.5))
    follows = polled(held, NOW + 45)
    assert follows.state() == "paused"
    assert "has paused" in follows.about()
    # What is done in a pause ends it as little as the time that goes by.
    add(held, Saved(1, 0.5, path="last"))
    follows.poll()
    assert follows.state() == "paused"
    add(held, Continued(1, 0.5))
    follows.poll()
    assert follows.state() == "quiet"


def test_a_run_whose_process_is_gone_is_quiet(folder: RunFolder) -> None:
    add(folder, step(1))
    follows = polled(folder)
    assert follows.state() == "quiet"
    assert "its process is gone" in follows.about()


@pytest.mark.parametrize("end", [finished(1), Failed(1, 0.5, "The disk is full.")])
def test_a_run_with_a_last_word_has_ended(folder: RunFolder, end: TrainEvent) -> None:
    add(folder, step(1), end)
    assert polled(folder).state() == "ended"


def test_the_sentence_of_an_end_is_told(folder: RunFolder) -> None:
    add(folder, step(1), Failed(1, 0.5, "The disk is full."))
    assert polled(folder).about() == "The disk is full."
    write_record(folder, [finished(1200)])
    assert polled(folder).about() == "Training finished at step 1,200."


def test_a_resume_brings_an_ended_run_back(folder: RunFolder) -> None:
    add(folder, step(1), finished(1))
    follows = polled(folder)
    assert follows.state() == "ended"
    lock = Record(folder, keep_lines=1)
    os.utime(folder.metrics, (NOW, NOW))
    heard = follows.poll()
    assert (heard.rewound, names(heard.events)) == (True, ["Step"])
    assert follows.state() == "training"
    lock.close()


def test_as_long_as_it_is_behind_a_run_counts_as_in_training(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_tail, "BLOCK_BYTES", 1000)
    add(folder, *record(20), finished(20))
    follows = polled(folder)
    assert follows.state() == "training"
    while follows.poll().events:
        pass
    assert follows.state() == "ended"
