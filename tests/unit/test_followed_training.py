"""A training of another process as events, read from its files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.recorded.followed_training import followed_events
from rnntui.runtime.weights import WeightsMailbox
from rnntui.training.commands import Pause, Stop
from rnntui.training.events import Changed, Saved, TrainEvent, Warned
from rnntui.training.runs.folder import RunFolder
from rnntui.training.runs.record import Record
from tests.factories import names
from tests.run_files import NOW, finished, record, run_on_disk, step, write_record


class Following:
    """Follows a run; each pause between two looks is given to `meanwhile`."""

    def __init__(self, folder: RunFolder, now: float = NOW) -> None:
        self.inbox, self.outlet = CommandQueue(), WeightsMailbox()
        self.told: list[str] = []
        self.pauses = 0
        self.now = now
        self._folder = folder

    def events(self) -> Iterator[TrainEvent]:
        return followed_events(
            self._folder,
            self.inbox,
            self.outlet,
            lambda state, _: self.told.append(state),
            lambda: self.now,
            self._pause,
        )

    def _pause(self, _: float) -> None:
        self.pauses += 1
        self.meanwhile(self.pauses)

    def meanwhile(self, pauses: int) -> None:
        """What happens in a pause; as it stands, the end of all following."""
        self.inbox.put(Stop())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    folder = run_on_disk(tmp_path, "run", record(40))
    lock = Record(folder, keep_lines=1_000_000)
    write_record(folder, record(40))
    yield folder
    lock.close()


def test_of_the_past_comes_what_says_where_the_training_is(folder: RunFolder) -> None:
    past = [Warned(0, 0.0, "Mind."), Changed(1, 0.5, "learning_rate", 1.0, 2.0), *record(20)]
    write_record(folder, past)
    *shown, last = Following(folder).events()
    assert shown == record(20)
    assert names([last]) == ["Finished"]
    assert last.step == 20


def test_what_is_written_from_then_on_comes_too(folder: RunFolder) -> None:
    following = Following(folder)

    def write(pauses: int) -> None:
        if pauses == 1:
            write_record(folder, [*record(40), Warned(40, 20.0, "Mind."), finished(40)])

    following.meanwhile = write  # type: ignore[method-assign]
    events = list(following.events())
    assert names(events)[-2:] == ["Warned", "Finished"]
    assert events[-1] == finished(40)
    assert following.told == ["training", "ended"]


def test_a_process_that_goes_quiet_and_writes_again_is_told_of(folder: RunFolder) -> None:
    following = Following(folder)

    def pass_time(pauses: int) -> None:
        if pauses == 1:
            following.now += 1000.0
        elif pauses == 2:
            write_record(folder, [*record(40), step(41)], at=following.now)
        elif pauses == 3:
            following.inbox.put(Stop())

    following.meanwhile = pass_time  # type: ignore[method-assign]
    list(following.events())
    assert following.told == ["training", "quiet", "training"]


def test_weights_are_read_again_once_they_were_saved(folder: RunFolder) -> None:
    write_record(folder, [*record(40), Saved(40, 20.0, "last.safetensors")])
    following = Following(folder)
    list(following.events())
    weights = following.outlet.latest()
    assert weights is not None
    assert weights.step == 40


def test_other_commands_than_stop_change_nothing(folder: RunFolder) -> None:
    following = Following(folder)
    following.inbox.put(Pause())
    events = list(following.events())
    assert "Paused" not in names(events)
    assert len(events) == len(record(40)) + 1
