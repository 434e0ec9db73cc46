"""An untouched and an operated stream side by side, and what the operation costs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnntui.errors import ConfigError
from rnntui.lenses.forward_trace import forward_trace
from rnntui.lenses.operated_streams import OperatedStreams, mean_extra_bits
from rnntui.lenses.surgery import AnyOperation, Operation, StateOperation, operated_weights
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.sampling.choice import SamplingSpec
from rnntui.sampling.stream import CharacterStream
from rnntui.text.vocabulary import Vocabulary
from tests.unit.lens_networks import network, networks

VOCABULARY = Vocabulary(tuple("ab c\nd"))
DONE: list[AnyOperation] = [
    StateOperation(0, 1, "h", "nudge", 0.7),
    StateOperation(0, 3, "h", "freeze", 0.0),
]
SPEC = SamplingSpec("random", temperature=0.8)
LENGTH = 40


def alone(weights: NetworkWeights) -> str:
    stream = CharacterStream(lambda: weights, VOCABULARY, lambda: SPEC, "ab", 3, "numpy")
    return "".join(next(stream).symbol for _ in range(LENGTH))


def streams_of(weights: NetworkWeights, done: list[AnyOperation]) -> OperatedStreams:
    return OperatedStreams(lambda: weights, VOCABULARY, done, SPEC, "ab", 3)


def surprisals(weights: NetworkWeights, text: str) -> np.ndarray:
    """Bits of each character of a text after the prime, by the forward pass in float64."""
    ids = [int(rank) for rank in VOCABULARY.encode("ab" + text)]
    steps = forward_trace(weights.config, weights.arrays, ids, weights.cells)
    bits = []
    for step, rank in zip(steps, ids[1:], strict=False):
        powers = np.exp(step.output / SPEC.temperature)
        bits.append(-np.log2(powers[rank] / powers.sum()))
    return np.array(bits[1:])


@settings(max_examples=25)
@given(networks(), st.floats(-1, 1))
def test_each_stream_is_as_it_is_alone_and_the_cost_is_that_of_the_forward_pass(case, amount):
    weights = NetworkWeights(*case, 0)
    done: list[AnyOperation] = [StateOperation(0, 1, "h", "nudge", amount)]
    pairs = [pair for pair, _ in zip(streams_of(weights, done), range(LENGTH), strict=False)]
    changed = operated_weights(weights, done)
    first = "".join(pair.untouched.symbol for pair in pairs)
    assert first == alone(weights)
    assert "".join(pair.operated.symbol for pair in pairs) == alone(changed)
    expected = surprisals(changed, first) - surprisals(weights, first)
    assert [pair.extra_bits for pair in pairs] == pytest.approx(expected, abs=1e-8)
    assert mean_extra_bits(pairs) == pytest.approx(expected.mean(), abs=1e-8)


def test_without_operations_both_are_the_same_to_the_last_digit():
    streams = streams_of(NetworkWeights(*network(cell="lstm"), 0), [])
    for _ in range(LENGTH):
        pair = next(streams)
        assert pair.untouched == pair.operated
        assert pair.share == pair.untouched.probability
        assert pair.extra_bits == 0
    assert mean_extra_bits([]) == 0


def test_what_is_predicted_next_stands_at_the_next_place_and_changes_nothing():
    weights = NetworkWeights(*network(cell="gru"), 0)
    streams, other = streams_of(weights, DONE), streams_of(weights, DONE)
    for _ in range(LENGTH):
        predicted = {symbol: shares for symbol, *shares in streams.predicted()}
        pair = next(streams)
        assert pair == next(other)
        if (symbol := pair.untouched.symbol) in predicted:
            assert predicted[symbol] == [pair.untouched.probability, pair.share]


def test_newer_weights_act_on_both_from_the_next_place_on():
    first = NetworkWeights(*network(cell="gru"), 1)
    now = [first]
    streams = OperatedStreams(lambda: now[0], VOCABULARY, DONE, SPEC, "a", 1)
    assert {one.step for one in next(streams)[:2]} == {1}
    now[0] = replace(NetworkWeights(*network(seed=9, cell="gru"), 2))
    assert {one.step for one in next(streams)[:2]} == {2}


def test_an_operation_that_the_network_does_not_have_is_refused():
    with pytest.raises(ConfigError, match="layer 4"):
        streams_of(NetworkWeights(*network(), 0), [Operation(3, 0)])
