"""A race is fair: each lane trains as it would alone, in turns of characters, by its own clock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnntui.clock import Clock
from rnntui.errors import CheckpointError, ConfigError
from rnntui.nets.config import ModelConfig, parameter_count
from rnntui.nets.equal_parameters import equal_hidden_size
from rnntui.runtime.commands import CommandQueue
from rnntui.runtime.race.entries import (
    Entry,
    check_fair,
    names_of,
    product,
    with_equal_parameters,
)
from rnntui.runtime.race.opening import (
    OpenedRace,
    load_shared_parts,
    new_race,
    race_file,
    read_race,
    resume_race,
)
from rnntui.runtime.race.results import lane_result
from rnntui.runtime.race.turns import Lane, LaneEvent, OwnClock, race
from rnntui.tasks.characters import learners
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import (
    Command,
    Continue,
    Inbox,
    NullInbox,
    Pause,
    SaveNow,
    SetLearningRate,
    SingleStep,
    Stop,
)
from rnntui.training.events import (
    Changed,
    Continued,
    Failed,
    Finished,
    Paused,
    Resumed,
    Saved,
    Started,
    Step,
    TrainEvent,
)
from rnntui.training.runs.folder import RunFolder
from tests.factories import (
    TINY_TEXT,
    ReadyFrom,
    TickingClock,
    assert_same_tensors,
    losses,
    tiny_config,
    tiny_run,
    trained,
)

CELLS = ("rnn", "lstm", "gru", "mingru")
IN_A_STEP = 21
"""Characters that a step of a tiny configuration reads."""


def entries(cells: Sequence[str] = CELLS, **settings: Any) -> list[Entry]:
    return [Entry(cell, tiny_config(cell=cell, **settings)) for cell in cells]


def tiny_race(
    parent: Path, lanes: Sequence[Entry], name: str = "r", slice_characters: int = 50
) -> OpenedRace:
    path = parent / "tiny.txt"
    path.write_text(TINY_TEXT, encoding="utf-8")
    return new_race(parent, load_corpus(path), lanes, name, "", slice_characters, "rnntui race")


def run(opened: OpenedRace, inbox: Inbox | None = None) -> list[LaneEvent]:
    return list(race(opened.lanes, inbox or NullInbox(), opened.file.slice_characters))


def of(lane: str, events: Sequence[LaneEvent]) -> list[TrainEvent]:
    return [event.event for event in events if event.lane == lane]


def assert_same(one: Path, other: Path) -> None:
    assert losses(RunFolder(one)) == losses(RunFolder(other))
    assert_same_tensors(RunFolder(one).last, RunFolder(other).last)
    assert_same_tensors(RunFolder(one).best, RunFolder(other).best)


class At:
    """An inbox with commands for the calls of that number, and in pauses."""

    def __init__(self, at: dict[int, list[Command]], in_pauses: Sequence[list[Command]] = ()):
        self.at, self.in_pauses, self.asked = at, list(in_pauses), -1

    def drain(self) -> Sequence[Command]:
        self.asked += 1
        return self.at.pop(self.asked, ())

    def wait(self) -> Sequence[Command]:
        return self.in_pauses.pop(0)


def test_a_lane_trains_bit_for_bit_as_it_would_alone(tmp_path: Path) -> None:
    opened = tiny_race(tmp_path, entries(dropout=0.2, num_layers=2))
    run(opened)
    for cell in CELLS:
        alone = tiny_run(tmp_path / cell, cell=cell, dropout=0.2, num_layers=2)
        trained(alone)
        assert losses(alone.folder) == losses(RunFolder(tmp_path / f"r-{cell}"))


def test_the_order_of_lanes_changes_no_loss_and_no_weight(tmp_path: Path) -> None:
    for name, lanes in (("there", entries()), ("back", entries()[::-1])):
        run(tiny_race(tmp_path, lanes, name))
    for cell in CELLS:
        assert_same(tmp_path / f"there-{cell}", tmp_path / f"back-{cell}")


def test_no_lane_is_more_than_a_slice_and_a_step_ahead(tmp_path: Path) -> None:
    lanes = [Entry("narrow", tiny_config(batch_size=2)), Entry("wide", tiny_config(batch_size=6))]
    opened = tiny_race(tmp_path, lanes, slice_characters=60)
    in_a_step = {lane.name: lane.characters_per_step for lane in opened.lanes}
    read = dict.fromkeys(in_a_step, 0)
    for event in race(opened.lanes, NullInbox(), 60):
        if isinstance(event.event, Finished):
            break
        if isinstance(event.event, Step):
            read[event.lane] = event.event.step * in_a_step[event.lane]
            assert max(read.values()) - min(read.values()) < 60 + max(in_a_step.values())
    assert in_a_step == {"r-narrow": 14, "r-wide": 42}


def test_the_lane_that_begins_a_turn_rotates(tmp_path: Path) -> None:
    opened = tiny_race(tmp_path, entries(("rnn", "lstm", "gru")), slice_characters=IN_A_STEP)
    steps = [event.lane for event in run(opened) if isinstance(event.event, Step)]
    assert steps[:9] == [
        *("r-rnn", "r-lstm", "r-gru"),
        *("r-lstm", "r-gru", "r-rnn"),
        *("r-gru", "r-rnn", "r-lstm"),
    ]


def test_a_clock_goes_only_while_its_lane_computes() -> None:
    now = TickingClock(tick=0.0, now=100.0)
    own = OwnClock(now)
    with own.running():
        now.now += 3
        assert own() == 3
    now.now += 50
    assert own() == 3
    with own.running():
        now.now += 2
    assert own() == 5


def test_seconds_are_the_lanes_own(tmp_path: Path) -> None:
    """Each reading of the clock takes a second, and whoever reads the events takes an hour."""
    clock = TickingClock()
    opened = tiny_race(tmp_path, entries(("rnn", "gru")))
    told = {}
    for event in race(opened.lanes, NullInbox(), 50, clock):
        clock.now += 3600
        told[event.lane] = event.event.elapsed_s
    assert all(0 < seconds < 3600 for seconds in told.values())


def test_pause_step_and_continue_are_for_all_lanes(tmp_path: Path) -> None:
    opened = tiny_race(tmp_path, entries(("rnn", "gru"), eval_every=100))
    pauses: list[list[Command]] = [[Pause()], [SingleStep()], [SetLearningRate(0.5)], [SaveNow()]]
    inbox = At({6: [Pause()]}, [*pauses, [Continue()]])
    events = run(opened, inbox)
    for lane in ("r-rnn", "r-gru"):
        own = of(lane, events)
        kinds = [type(e) for e in own]
        assert kinds.count(Paused) == kinds.count(Continued) == 2
        first = kinds.index(Paused)
        rest = [kind for kind in kinds[first : first + 7] if kind is not Saved]
        assert rest[:5] == [Paused, Continued, Step, Paused, Changed]
        assert Saved in kinds[first : first + 8]
        assert kinds[-1] is Finished
        assert max(e.step for e in own) == 12


def test_stop_saves_every_lane_and_a_resume_goes_on_bit_for_bit(tmp_path: Path) -> None:
    run(tiny_race(tmp_path, entries(), "whole"))
    opened = tiny_race(tmp_path, entries(), "broken")
    inbox, events = CommandQueue(), []
    for event in race(opened.lanes, inbox, 50):
        events.append(event)
        if event.event.step == 5 and event.lane == "broken-gru":
            inbox.put(Stop())
    ends = [e.event for e in events if isinstance(e.event, Finished)]
    assert [end.reason for end in ends] == ["stopped"] * 4
    assert all(0 < end.step < 12 for end in ends)
    again = run(resume_race(tmp_path, "broken", {}))
    assert sum(isinstance(event.event, Resumed) for event in again) == 4
    for cell in CELLS:
        assert_same(tmp_path / f"whole-{cell}", tmp_path / f"broken-{cell}")


def test_a_stop_in_the_final_evaluation_is_heard(tmp_path: Path) -> None:
    inbox = CommandQueue()
    opened = tiny_race(tmp_path, entries(("rnn", "gru"), eval_every=3))
    events = []
    for event in race(opened.lanes, inbox, 10_000):
        events.append(event)
        if isinstance(event.event, Step) and event.event.step == 12 and event.lane == "r-rnn":
            inbox.put(Stop())
    assert [e.event.reason for e in events if isinstance(e.event, Finished)] == ["stopped"] * 2
    assert max(event.step for event in of("r-gru", events)) == 0


def test_a_lane_that_fails_lets_the_others_finish() -> None:
    def failing(inbox: Inbox, clock: Clock) -> Iterator[TrainEvent]:
        yield Paused(0, 0.0)  # any first event
        raise CheckpointError("The disk is full.")

    def going(inbox: Inbox, clock: Clock) -> Iterator[TrainEvent]:
        yield Continued(0, 0.0)
        yield Finished(3, 1.0, "budget")

    told = list(race([Lane("a", 1, going), Lane("b", 1, failing)], At({}, [[Continue()]]), 10))
    assert isinstance(told[-1].event, Finished | Failed)
    assert {type(event.event) for event in told} >= {Finished, Failed}


def test_a_race_on_two_cores_of_one_run_is_refused(tmp_path: Path) -> None:
    opened = tiny_race(tmp_path, entries(("rnn", "gru")))
    first = race(opened.lanes, NullInbox(), 50)
    assert isinstance(next(first).event, Started)
    with pytest.raises(CheckpointError, match="trained"):
        list(race(opened.lanes, NullInbox(), 50))
    first.close()  # type: ignore[attr-defined]


def test_finished_lanes_are_left_out_of_a_resume_until_the_budget_is_raised(
    tmp_path: Path,
) -> None:
    short, long = Entry("short", tiny_config(steps=4)), Entry("long", tiny_config(steps=12))
    run(tiny_race(tmp_path, [short, long]), At({24: [Stop()]}))
    assert [lane.name for lane in resume_race(tmp_path, "r", {}).lanes] == ["r-long"]
    assert [lane.name for lane in resume_race(tmp_path, "r", {"steps": 20}).lanes] == [
        "r-short",
        "r-long",
    ]
    run(resume_race(tmp_path, "r", {}))
    with pytest.raises(ConfigError, match="raise --epochs"):
        resume_race(tmp_path, "r", {})


@pytest.mark.parametrize("cell", [*CELLS, "minlstm"])
@pytest.mark.parametrize("layers", [1, 3])
def test_equal_parameters_are_the_nearest_that_a_hidden_size_gives(cell: str, layers: int) -> None:
    config = ModelConfig(65, cell, num_layers=layers, embedding_size=16)
    for wanted in (1, 5_000, 33_333, 1_000_000):
        size = equal_hidden_size(config, wanted, 8192)
        gaps = {
            other: abs(parameter_count(replace(config, hidden_size=other)) - wanted)
            for other in (max(1, size - 1), size, min(8192, size + 1))
        }
        assert gaps[size] == min(gaps.values())


def test_the_first_lane_keeps_its_hidden_size(tmp_path: Path) -> None:
    sized = with_equal_parameters(entries(("lstm", "rnn", "gru"), hidden_size=40), 60)
    assert sized[0].config.hidden_size == 40
    counts = [parameter_count(entry.config.model(60)) for entry in sized]
    assert max(counts) - min(counts) < 0.02 * counts[0]


def test_lists_become_all_combinations() -> None:
    made = product(
        [Entry("default", tiny_config())],
        {"cell": ["rnn", "gru"], "hidden_size": [4, 8], "learning_rate": [0.01]},
    )
    assert [entry.label for entry in made] == [
        "rnn, hidden size 4",
        "rnn, hidden size 8",
        "gru, hidden size 4",
        "gru, hidden size 8",
    ]
    assert {entry.config.learning_rate for entry in made} == {0.01}
    assert names_of("r", made)[0] == "r-rnn-hidden-size-4"


def test_names_that_would_be_the_same_are_numbered() -> None:
    assert names_of("r", [Entry("a b", tiny_config()), Entry("a-b", tiny_config())]) == (
        "r-a-b-1",
        "r-a-b-2",
    )


@pytest.mark.parametrize(
    ("lists", "part"),
    [
        ({"cell": ["rnn"]}, "2 to 6 lanes"),
        ({"cell": ["rnn", "gru"], "seed": [1, 2, 3, 4]}, "make 8"),
        ({"cell": ["rnn", "rnn"]}, "the same"),
        ({"cell": ["rnn", "none"]}, "--cell none"),
        ({"hidden_size": [4, -1]}, "--hidden-size"),
    ],
)
def test_lanes_that_make_no_race_are_refused(lists: dict[str, list[object]], part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        product([Entry("default", tiny_config())], lists)


def test_lanes_that_do_not_compare_are_refused() -> None:
    with pytest.raises(ConfigError, match="--val-fraction"):
        check_fair([Entry("a", tiny_config()), Entry("b", tiny_config(val_fraction=0.2))])


def test_kernels_are_loaded_before_the_first_lane_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = ReadyFrom(1000)
    monkeypatch.setattr(learners, "preparation", lambda: kernels)
    opened = tiny_race(tmp_path, entries(("lstm", "gru"), engine="compiled"))
    load_shared_parts(opened.runs)
    assert kernels.ready


def test_a_race_that_cannot_be_made_leaves_no_lanes(tmp_path: Path) -> None:
    lanes = [Entry("a", tiny_config()), Entry("b", tiny_config(engine="numpy", cell="lstm"))]
    with pytest.raises(ConfigError, match="--engine numpy"):
        tiny_race(tmp_path, lanes)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.txt"]


def test_an_engine_is_decided_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learners, "preparation", lambda: ReadyFrom(1))
    opened = tiny_race(tmp_path, entries(("lstm", "mingru"), engine="auto"))
    engines = [one.config.engine for one in opened.runs]
    assert engines == ["compiled", "torch"]


@pytest.mark.parametrize(
    "content",
    [
        "lanes = [",
        "lanes = 3\nlabels = []\nslice_characters = 1\ncommand = ''",
        "lanes = ['a']\nlabels = []\nslice_characters = 1\ncommand = ''",
        "lanes = []\nlabels = []\nslice_characters = 1\ncommand = ''",
        "lanes = ['../a']\nlabels = ['a']\nslice_characters = 1\ncommand = ''",
        "lanes = ['a']\nlabels = ['a']\nslice_characters = -1\ncommand = ''",
    ],
)
def test_a_damaged_race_is_refused(tmp_path: Path, content: str) -> None:
    race_file(tmp_path, "r").write_text(content)
    with pytest.raises(CheckpointError):
        read_race(tmp_path, "r")


def test_results_come_from_the_records_alone(tmp_path: Path) -> None:
    opened = tiny_race(tmp_path, entries(("rnn", "gru")))
    events = run(opened)
    result = lane_result(RunFolder(tmp_path / "r-gru"), "gru")
    assert (result.steps, result.characters) == (12, 12 * IN_A_STEP)
    assert [point.step for point in result.points] == [4, 8, 12]
    assert result.seconds == max(event.elapsed_s for event in of("r-gru", events))
    assert result.val_loss is not None
    assert result.best_loss is not None
    assert result.parameters == opened.runs[1].info("cpu").parameters
