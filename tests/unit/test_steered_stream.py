"""Steering the stream of a session: predictions of a paused one, choices, single characters."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rnntui.errors import DivergedError
from rnntui.nets.config import ModelConfig, weight_shapes
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.runtime.generating.steered_stream import CHOICES, SteeredThread
from rnntui.runtime.session import Session
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import Character, CharacterStream
from rnntui.text.vocabulary import Vocabulary
from tests.factories import Script, tiny_run, trained

PATIENCE = 60.0
"""Seconds after which a test gives up; none of them waits that long."""

VOCABULARY = Vocabulary(tuple("ab cdef\nghij"))
CONFIG = ModelConfig(len(VOCABULARY), "gru", embedding_size=4, hidden_size=6, num_layers=1)


def weights_of(seed: int = 0) -> NetworkWeights:
    generator = np.random.default_rng(seed)
    arrays = {
        name: generator.standard_normal(shape).astype(np.float32)
        for name, shape in weight_shapes(CONFIG).items()
    }
    return NetworkWeights(CONFIG, arrays, seed)


def no_failure(sentence: str) -> None:
    """Nothing is expected to go wrong."""
    raise AssertionError(sentence)


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


class Steered:
    """A paused stream of a small network, whose weights and settings may be changed."""

    def __init__(self) -> None:
        self.weights, self.spec = weights_of(), SamplingSpec("random")
        self.woken = 0
        self.thread = SteeredThread(self.stream, no_failure, self._wake)
        self.thread.paused = True
        self.text: list[Character] = []

    def stream(self) -> CharacterStream:
        return CharacterStream(
            lambda: self.weights, VOCABULARY, lambda: self.spec, "ab", 1, "numpy", CHOICES
        )

    def _wake(self) -> None:
        self.woken += 1

    def prediction(self) -> Character:
        """The prediction, waited for, after all characters that came before it."""
        eventually(lambda: self.thread.prediction is not None)
        self.text += self.thread.drain()
        predicted = self.thread.prediction
        assert predicted is not None
        return predicted


@pytest.fixture
def steered() -> Iterator[Steered]:
    steered = Steered()
    steered.thread.start()
    yield steered
    steered.thread.stop(PATIENCE)


def test_a_paused_stream_predicts_what_comes_next_and_wakes_whoever_polls(
    steered: Steered,
) -> None:
    predicted = steered.prediction()
    assert len(predicted.candidates) == CHOICES
    assert predicted == next(steered.stream())
    assert steered.text == []
    assert steered.woken == 1


def test_what_is_chosen_stands_in_the_text_and_the_stream_goes_on_from_there(
    steered: Steered,
) -> None:
    expected, stream = [], steered.stream()
    for turn in range(40):
        predicted = steered.prediction()
        assert predicted == stream.predict()
        if turn % 3 == 2:
            symbol = predicted.candidates[turn % CHOICES][0]
            steered.thread.choose(symbol)
            stream.put(symbol)
            expected.append(predicted.replaced_by(symbol))
        else:
            steered.thread.step()
            expected.append(next(stream))
    after = steered.prediction()
    assert steered.text == expected
    assert [one.by_hand for one in steered.text] == [turn % 3 == 2 for turn in range(40)]
    steered.thread.paused = False
    eventually(lambda: not steered.thread._waiting.empty())
    assert next(iter(steered.thread.drain())) == after == next(stream)


def test_steps_that_are_asked_for_at_once_are_all_made(steered: Steered) -> None:
    steered.prediction()
    for _ in range(7):
        steered.thread.step()
    steered.prediction()
    assert steered.text == [one for one, _ in zip(steered.stream(), range(7), strict=False)]


def test_a_step_pauses_a_stream_that_runs(steered: Steered) -> None:
    steered.thread.paused = False
    eventually(lambda: not steered.thread._waiting.empty())
    steered.thread.step()
    assert steered.thread.paused
    before = len(steered.prediction().candidates), len(steered.text)
    time.sleep(0.1)
    assert (len(steered.prediction().candidates), len(steered.text)) == before


def test_new_weights_and_settings_act_on_the_prediction(steered: Steered) -> None:
    first = steered.prediction()
    steered.weights = weights_of(5)
    eventually(lambda: steered.prediction().step == 5)
    assert steered.prediction().candidates != first.candidates
    steered.spec = SamplingSpec("argmax", temperature=0.1)
    eventually(lambda: steered.prediction().probability > first.probability)
    predicted = steered.prediction()
    assert predicted.symbol == predicted.candidates[0][0]


def test_only_a_candidate_that_is_predicted_can_be_chosen(steered: Steered) -> None:
    predicted = steered.prediction()
    steered.thread.choose("x")
    assert steered.thread.prediction is predicted
    steered.thread.choose(predicted.candidates[1][0])
    steered.thread.choose(predicted.candidates[2][0])  # pressed before the next is known
    steered.prediction()
    assert [one.symbol for one in steered.text] == [predicted.candidates[1][0]]


def test_a_stream_that_diverges_in_a_pause_says_so() -> None:
    told: list[str] = []

    class Diverging(Iterator[Character]):
        def __next__(self) -> Character:
            raise DivergedError

        predict = __next__

        def put(self, symbol: str) -> str:
            raise AssertionError

    thread = SteeredThread(Diverging, told.append, lambda: None)
    thread.paused = True
    thread.start()
    eventually(lambda: not thread.is_alive())
    assert told == [str(DivergedError())]


def test_a_stream_that_can_not_be_steered_is_only_paused() -> None:
    characters = [Character(symbol, 0.5, (), 0) for symbol in "abc"]
    thread = SteeredThread(lambda: iter(characters), no_failure, lambda: None)
    thread.paused = True
    thread.start()
    thread.choose("a")
    thread.step()
    time.sleep(0.02)
    assert thread.prediction is None
    thread.paused = False
    eventually(lambda: not thread.is_alive())
    assert list(thread.drain()) == characters


def test_a_session_carries_a_choice_to_the_stream_of_a_checkpoint(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    trained(run, Script())
    woken = threading.Event()
    session = Session(woken.set)
    session.load(run.folder.last)
    session.prime = "the "
    session.generate()
    session.step_stream()
    assert session.is_stream_paused
    assert woken.wait(PATIENCE)
    session.poll()
    prediction = session.poll().prediction
    assert prediction is not None
    session.choose(prediction.candidates[4][0])
    text: list[Character] = []
    eventually(lambda: bool(text.extend(session.poll().characters) or text))
    assert text == [prediction.replaced_by(prediction.candidates[4][0])]
    assert session.close(PATIENCE)
