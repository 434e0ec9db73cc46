"""A race on screen is the race of the command line, with weights that can be read meanwhile."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnntui.runtime.phases import Phase
from rnntui.runtime.race.entries import Entry
from rnntui.runtime.race.opening import new_race
from rnntui.runtime.race.results import lane_result
from rnntui.runtime.race.session import NewRace, RaceSession, ResumedRace
from rnntui.runtime.race.turns import LaneEvent, race
from rnntui.text.corpus import load_corpus
from rnntui.training.commands import NullInbox, SingleStep, Stop
from rnntui.training.events import Failed, Finished, Paused, Step, TrainEvent
from rnntui.training.runs.folder import RunFolder
from tests.factories import TINY_TEXT, assert_same_tensors, losses, tiny_config

PATIENCE = 60.0
CELLS = ("rnn", "gru")


def request(parent: Path, name: str, cells: tuple[str, ...] = CELLS, **settings: Any) -> NewRace:
    path = parent / "tiny.txt"
    path.write_text(TINY_TEXT, encoding="utf-8")
    entries = tuple(Entry(cell, tiny_config(cell=cell, **settings)) for cell in cells)
    return NewRace(parent, str(path), entries, "rnntui race", name=name, slice_characters=50)


def headless(asked: NewRace) -> None:
    opened = new_race(
        asked.parent,
        load_corpus(asked.corpus),
        asked.entries,
        asked.name,
        "",
        asked.slice_characters,
        asked.command,
    )
    for _ in race(opened.lanes, NullInbox(), asked.slice_characters):
        pass


def polled(session: RaceSession, enough: Callable[[], bool]) -> list[LaneEvent]:
    """The events until it is enough."""
    events: list[LaneEvent] = []
    end = time.monotonic() + PATIENCE
    while not enough():
        events += session.poll().events
        assert time.monotonic() < end
        time.sleep(0.005)
    return [*events, *session.poll().events]


def to_its_end(session: RaceSession) -> list[LaneEvent]:
    return polled(session, lambda: not session.is_training)


def phase_of(session: RaceSession) -> Phase:
    return session.phase


def has_stepped(session: RaceSession) -> bool:
    return bool(session.lanes) and all(lane.step for lane in session.lanes.values())


def of(lane: str, events: list[LaneEvent], kind: type[TrainEvent]) -> list[Any]:
    return [e.event for e in events if e.lane == lane and isinstance(e.event, kind)]


def test_losses_and_weights_are_the_headless_races_bit_for_bit(tmp_path: Path) -> None:
    headless(request(tmp_path, "quiet"))
    session = RaceSession()
    session.race(request(tmp_path, "shown"))
    events = to_its_end(session)
    assert session.phase == "finished"
    for cell in CELLS:
        shown, quiet = RunFolder(tmp_path / f"shown-{cell}"), RunFolder(tmp_path / f"quiet-{cell}")
        assert [(e.step, e.loss) for e in of(shown.name, events, Step)] == losses(quiet)
        assert_same_tensors(shown.last, quiet.last)
        assert_same_tensors(shown.best, quiet.best)
        lane, result = session.lanes[shown.name], lane_result(quiet, cell)
        assert (lane.step, lane.parameters) == (result.steps, result.parameters)
        assert (lane.val_loss, lane.best_loss) == (result.val_loss, result.best_loss)
        assert lane.characters == result.characters
        assert lane.phase == "finished"


def test_samples_come_from_all_lanes_while_they_train(tmp_path: Path) -> None:
    session = RaceSession()
    session.pace = 0.0
    session.prime = "the"
    session.race(request(tmp_path, "r", steps=10**6))
    polled(session, lambda: bool(session.networks))
    assert [network.name for network in session.networks.values()] == ["r-rnn", "r-gru"]
    session.generate()
    rounds: list[tuple[Any, ...]] = []

    def are_fresh() -> bool:
        rounds.extend(session.poll().rounds)
        return bool(rounds) and all(character.step > 0 for character in rounds[-1])

    polled(session, are_fresh)
    assert {len(one) for one in rounds} == {2}
    assert session.is_generating
    assert session.close(PATIENCE)
    assert not session.is_generating


def test_pause_step_and_stop_are_for_all_lanes_and_a_race_goes_on(tmp_path: Path) -> None:
    session = RaceSession()
    session.race(request(tmp_path, "r", steps=10**6))
    polled(session, lambda: has_stepped(session))
    session.toggle_pause()
    polled(session, lambda: {lane.phase for lane in session.lanes.values()} == {"paused"})
    assert phase_of(session) == "paused"
    before = {name: lane.step for name, lane in session.lanes.items()}
    session.send(SingleStep())
    seen = dict.fromkeys(before, 0)

    def stepped() -> bool:
        for event in session.poll().events:
            seen[event.lane] += isinstance(event.event, Paused)
        return all(seen.values())

    polled(session, stepped)
    assert {name: lane.step for name, lane in session.lanes.items()} == {
        name: step + 1 for name, step in before.items()
    }
    session.send(Stop())
    to_its_end(session)
    assert phase_of(session) == "stopped"
    assert session.file is not None
    session.race(ResumedRace(tmp_path, session.file.name))
    polled(session, lambda: all(lane.phase == "training" for lane in session.lanes.values()))
    assert all(lane.step >= before[name] for name, lane in session.lanes.items())
    session.send(Stop())
    ends = [e for e in to_its_end(session) if isinstance(e.event, Finished)]
    assert len(ends) == len(CELLS)
    assert all(RunFolder(tmp_path / name).is_saved for name in session.lanes)


def test_a_race_that_can_not_begin_says_why(tmp_path: Path) -> None:
    session = RaceSession()
    session.race(replace(request(tmp_path, "r"), corpus=str(tmp_path / "none.txt")))
    events = to_its_end(session)
    (failed,) = [event.event for event in events]
    assert isinstance(failed, Failed)
    assert "none.txt" in failed.sentence
    assert session.phase == "failed"
    assert not session.lanes
