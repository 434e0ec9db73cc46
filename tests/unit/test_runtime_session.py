"""An interactive session without a screen: one training, one network, one stream."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnntui.errors import CheckpointError, CorpusError, RnntuiError
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.phases import Phase
from rnntui.runtime.recorded.followed_training import UNFOLLOWED
from rnntui.runtime.session import NewTraining, OnOpened, Request, ResumedTraining, Session
from rnntui.runtime.trainer_thread import Events
from rnntui.sampling.choice import SamplingSpec
from rnntui.training.commands import Command, Inbox, Pause, SaveNow, WeightsOutlet
from rnntui.training.events import (
    Continued,
    Failed,
    Finished,
    Paused,
    Saved,
    Started,
    Step,
    TrainEvent,
)
from tests.factories import Script, only, tiny_config, tiny_corpus, tiny_run, trained

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""

REQUEST = NewTraining(Path("nowhere"), "tiny", tiny_config())
STARTED = Started(0, 0.0, "tiny-rnn-1", "tiny", 99, 12, 1000, 118, 9, 47, 12, "cpu")


def weights_of(step: int) -> NetworkWeights:
    """The weights of a tiny network, all zero."""
    from rnntui.nets.config import weight_shapes

    model = tiny_config().model(len(tiny_corpus().vocabulary))
    shapes = weight_shapes(model)
    return NetworkWeights(
        model, {name: np.zeros(s, np.float32) for name, s in shapes.items()}, step
    )


def scripted(*events: TrainEvent) -> Callable[[Request, OnOpened], Events]:
    """A training that tells these events, then waits for a command and ends."""

    def open_training(request: Request, opened: OnOpened) -> Events:
        def told(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            opened("tiny-rnn-1", tiny_corpus(), 0.1)
            outlet.publish(weights_of(5))
            yield from events
            inbox.wait()

        return told

    return open_training


def polled(session: Session, kind: type[TrainEvent]) -> list[TrainEvent]:
    """News of events until there is one of a kind."""
    seen: list[TrainEvent] = []
    end = time.monotonic() + PATIENCE
    while not only(kind, seen):
        assert time.monotonic() < end
        seen += session.poll().events
        time.sleep(0.001)
    return seen


def written(session: Session, count: int) -> str:
    """So many characters of the session's stream."""
    text = ""
    end = time.monotonic() + PATIENCE
    while len(text) < count:
        assert time.monotonic() < end
        news = session.poll()
        assert not news.failures
        text += "".join(character.symbol for character in news.characters)
        time.sleep(0.001)
    return text[:count]


def test_a_new_session_has_nothing_going() -> None:
    session = Session()
    session.set_pace(0.0)
    news = session.poll()
    assert (news.events, news.characters, news.failures) == ((), (), [])
    assert session.phase == "idle"
    assert not session.is_training
    assert not session.is_generating
    assert session.close(PATIENCE)


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        ([STARTED], "training"),
        ([STARTED, Paused(1, 0.0)], "paused"),
        ([STARTED, Paused(1, 0.0), Continued(1, 0.0)], "training"),
        ([STARTED, Finished(1, 0.0, "budget")], "finished"),
        ([STARTED, Finished(1, 0.0, "patience")], "finished"),
        ([STARTED, Finished(1, 0.0, "stopped")], "stopped"),
        ([STARTED, Finished(1, 0.0, UNFOLLOWED)], "idle"),
        ([STARTED, Failed(1, 0.0, "No.")], "failed"),
    ],
)
def test_the_phase_follows_the_events(events: Sequence[TrainEvent], phase: Phase) -> None:
    session = Session(open_training=scripted(*events))
    session.set_pace(0.0)
    session.train(REQUEST)
    assert polled(session, type(events[-1])) == events
    assert session.phase == phase
    assert session.close(PATIENCE)


def test_a_second_training_is_refused_while_one_goes_on() -> None:
    session = Session(open_training=scripted(STARTED))
    session.set_pace(0.0)
    session.train(REQUEST)
    with pytest.raises(RnntuiError, match="in progress"):
        session.train(REQUEST)
    with pytest.raises(RnntuiError, match="stop it before another network"):
        session.load(Path("some.safetensors"))
    assert session.close(PATIENCE)


def test_a_training_that_can_not_be_opened_fails_with_its_sentence() -> None:
    def refused(request: Request, opened: OnOpened) -> Events:
        def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            raise CorpusError("There is no text called 'tiny'.")

        return events

    session = Session(open_training=refused)

    session.set_pace(0.0)
    session.train(REQUEST)
    (failed,) = polled(session, Failed)
    assert failed == Failed(0, 0.0, "There is no text called 'tiny'.")
    assert session.phase == "failed"
    assert session.network is None


def test_there_is_nothing_to_write_with_before_there_is_a_network() -> None:
    with pytest.raises(RnntuiError, match="no network to generate with"):
        Session().generate()


def test_commands_reach_the_training_and_are_lost_on_nobody() -> None:
    heard: list[Command] = []

    def listening(request: Request, opened: OnOpened) -> Events:
        def events(inbox: Inbox, outlet: WeightsOutlet) -> Iterator[TrainEvent]:
            heard.extend(inbox.wait())
            yield Finished(0, 0.0, "stopped")

        return events

    session = Session(open_training=listening)

    session.set_pace(0.0)
    session.send(SaveNow())
    session.train(REQUEST)
    session.toggle_pause()
    polled(session, Finished)
    assert heard == [Pause()]


def test_a_rare_event_wakes_whoever_polls() -> None:
    woken: list[str] = []
    session = Session(lambda: woken.append("woken"), open_training=scripted(STARTED))
    session.set_pace(0.0)
    session.train(REQUEST)
    polled(session, Started)
    assert woken == ["woken"]
    session.close(PATIENCE)


def saved_run(folder: Path) -> Path:
    """The last checkpoint of a short training."""
    run = tiny_run(folder)
    trained(run, Script())
    return run.folder.last


def test_a_loaded_network_writes_the_same_text_for_the_same_seed(tmp_path: Path) -> None:
    path = saved_run(tmp_path)
    texts = []
    for _ in range(2):
        session = Session()
        session.set_pace(0.0)
        session.load(path)
        session.prime, session.seed = "the ", 7
        assert session.generate().text == "the "
        texts.append(written(session, 50))
        session.stop_generating()
        assert not session.is_generating
    assert texts[0] == texts[1]


def test_a_checkpoint_that_can_not_be_loaded_leaves_the_network_as_it_was(
    tmp_path: Path,
) -> None:
    session = Session()
    session.set_pace(0.0)
    session.load(saved_run(tmp_path))
    before = session.network
    with pytest.raises(CheckpointError):
        session.load(tmp_path / "tiny.txt")
    assert session.network is before


def test_a_mode_acts_in_mid_stream(tmp_path: Path) -> None:
    specs: list[SamplingSpec] = []

    def noting(network: Any, spec: Callable[[], SamplingSpec], prime: str, seed: int) -> Any:
        from rnntui.sampling.stream import CharacterStream

        def noted() -> SamplingSpec:
            specs.append(spec())
            return specs[-1]

        return CharacterStream(network.weights, network.vocabulary, noted, prime, seed)

    session = Session(open_stream=noting)

    session.set_pace(0.0)
    session.load(saved_run(tmp_path))
    session.generate()
    written(session, 5)
    session.spec = SamplingSpec(mode="argmax")
    written(session, 1200)
    session.stop_generating()
    assert specs[0].mode == "random"
    assert specs[-1].mode == "argmax"


def test_a_failure_of_a_stream_is_news(tmp_path: Path) -> None:
    def broken(*_: object) -> Iterator[Any]:
        raise CorpusError("That can't be read.")

    session = Session(open_stream=broken)

    session.set_pace(0.0)
    session.load(saved_run(tmp_path))
    session.generate()
    end = time.monotonic() + PATIENCE
    while not (failures := session.poll().failures):
        assert time.monotonic() < end
    assert failures == ["That can't be read."]


def test_a_stream_follows_the_training(tmp_path: Path) -> None:
    session = Session(open_training=scripted(STARTED))
    session.set_pace(0.0)
    session.train(REQUEST)
    polled(session, Started)
    session.generate()
    steps: set[int] = set()
    end = time.monotonic() + PATIENCE
    while not steps:
        assert time.monotonic() < end
        steps = {character.step for character in session.poll().characters}
    assert steps == {5}
    assert session.close(PATIENCE)
    assert not session.is_generating


def test_a_real_training_is_begun_saved_and_gone_on_with(tmp_path: Path) -> None:
    text = tmp_path / "tiny.txt"
    text.write_text("the cat sat on the mat. " * 60, encoding="utf-8")
    session = Session()
    session.set_pace(0.0)
    session.train(NewTraining(tmp_path / "runs", str(text), tiny_config(steps=10**9), name="mine"))
    polled(session, Step)
    assert session.network is not None
    assert session.network.name == "mine"
    session.generate()
    written(session, 20)
    assert session.close(PATIENCE)
    first = list(session.poll().events)
    assert isinstance(first[-1], Finished)
    assert session.phase == "stopped"
    session.train(ResumedTraining(tmp_path / "runs", "mine"))
    events = polled(session, Step)
    assert only(Step, events)[0].step == first[-1].step + 1
    assert session.close(PATIENCE)
    assert only(Saved, list(session.poll().events))
