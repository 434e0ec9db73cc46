"""A network on windows through every lens: each reads it as it was trained, window by window.

What is expected comes from a plain loop: a network of its own for each place, in float64.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from numpy.typing import NDArray
from torch.nn import functional

from rnntui.lenses.forward_trace import forward_trace, text_trace
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.lenses.influence import influence
from rnntui.lenses.surgery import StateOperation, operated_weights
from rnntui.lenses.surprise import surprise
from rnntui.nets.cells import CELLS
from rnntui.nets.numpy_network import NetworkWeights
from rnntui.text.vocabulary import Vocabulary
from rnntui.tui.lens.gradient_lens import find_flows
from rnntui.tui.lens.traced_text import trace_text
from tests.unit.lens_networks import Network, network, networks, texts, torch_model
from tests.unit.test_influence import influence_by_autograd

WINDOW = 4
SYMBOLS = Vocabulary(tuple("abcdef"))


def window_at(ids: Sequence[int], place: int) -> list[int]:
    """The characters from which the one behind `place` is predicted."""
    return list(ids[max(0, place + 1 - WINDOW) : place + 1])


def torch_logits(net: Network, ids: Sequence[int]) -> NDArray[np.float64]:
    """The logits behind one window, by torch, from the zero state."""
    model = torch_model(*net)
    with torch.no_grad():
        scores, _ = model(torch.tensor([ids]), model.zero_state(1))
    return np.asarray(scores[0, -1])


@settings(max_examples=12, deadline=None)
@given(net=networks(window=WINDOW), ids=texts(most=9))
def test_the_trace_of_a_text_has_the_last_step_of_each_window(
    net: Network, ids: NDArray[np.int64]
) -> None:
    steps = list(text_trace(*net, ids.tolist()))
    assert [step.id for step in steps] == ids.tolist()
    for place, step in enumerate(steps):
        window = window_at(ids.tolist(), place)
        np.testing.assert_allclose(step.output, torch_logits(net, window), atol=1e-8)
        *_, alone = forward_trace(*net, window)
        np.testing.assert_array_equal(step.input, alone.input)
        for layer, expected in zip(step.layers, alone.layers, strict=True):
            np.testing.assert_allclose(layer.input, expected.input, atol=1e-8)
            np.testing.assert_allclose(layer.previous, expected.previous, atol=1e-8)
            np.testing.assert_allclose(layer.state, expected.state, atol=1e-8)
            for name, values in expected.pre_activations.items():
                np.testing.assert_allclose(layer.pre_activations[name], values, atol=1e-8)
                np.testing.assert_allclose(layer.gates[name], expected.gates[name], atol=1e-8)


def test_a_text_on_streams_is_traced_as_ever() -> None:
    net, ids = network(cell="gru", num_layers=3), [1, 4, 0, 2, 3, 5]
    for found, expected in zip(text_trace(*net, ids), forward_trace(*net, ids), strict=True):
        np.testing.assert_array_equal(found.output, expected.output)
    assert not list(text_trace(*network(window=WINDOW), []))


@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("cell", list(CELLS))
def test_gradients_by_what_stands_before_the_window_are_zero(cell: str, num_layers: int) -> None:
    net = network(cell=cell, num_layers=num_layers, connections="residual", window=WINDOW)
    ids = (np.arange(15) * 7 % 6).tolist()
    found, alone = gradient_flow(*net, ids), gradient_flow(*net, ids[-WINDOW - 1 :])
    # By torch: the loss, and the gradient by the inputs of the last window alone.
    logits = torch.tensor(torch_logits(net, ids[-WINDOW - 1 : -1]))
    expected = functional.cross_entropy(logits[None], torch.tensor(ids[-1:]))
    assert found.loss == pytest.approx(float(expected), abs=1e-8)
    assert found.steps == len(ids) - 1
    for ours, theirs in (
        (found.hidden, alone.hidden),
        (found.deltas, alone.deltas),
        (found.previous, alone.previous),
    ):
        assert not ours[:, :-WINDOW].any()
        np.testing.assert_allclose(ours[:, -WINDOW:], theirs, atol=1e-12)
    np.testing.assert_allclose(found.whole(0), alone.whole(0), atol=1e-12)
    # So are those by the inputs; those within are autograd's.
    (row,) = influence(*net, ids, [9], [2]).norms
    by_autograd, _ = influence_by_autograd(*net, ids[9 + 1 - WINDOW : 10], 2)
    np.testing.assert_allclose(row[9 + 1 - WINDOW : 10], by_autograd, atol=1e-8)
    assert np.count_nonzero(row) == WINDOW


def test_what_the_screen_shows_costs_what_the_lens_and_torch_say() -> None:
    config, arrays = network(cell="lstm", num_layers=3, window=WINDOW)
    ids = (np.arange(15) * 7 % 6).tolist()
    traced = trace_text(NetworkWeights(config, arrays, 0), SYMBOLS, ids)
    np.testing.assert_allclose(
        traced.costs[WINDOW:], surprise(config, arrays, np.array(ids)).bits, atol=1e-8
    )
    for place in range(WINDOW, len(ids)):
        logits = torch.tensor(torch_logits((config, arrays), window_at(ids, place - 1)))
        nats = functional.cross_entropy(logits[None], torch.tensor(ids[place : place + 1]))
        assert traced.costs[place] == pytest.approx(float(nats) / np.log(2), abs=1e-8)
    assert traced.cost(WINDOW - 2) is None
    assert not traced.costs[:WINDOW].any()
    assert traced.cost(WINDOW - 1) == traced.costs[WINDOW]
    short = trace_text(NetworkWeights(config, arrays, 0), SYMBOLS, ids[:WINDOW])
    assert not short.costs.any()


def test_a_nudged_state_is_nudged_in_each_window() -> None:
    config, arrays = network(cell="lstm", num_layers=1, window=WINDOW)
    nudge = StateOperation(0, 1, "c", "nudge", 0.5)
    done = operated_weights(NetworkWeights(config, arrays, 0), [nudge])
    ids = [1, 4, 0, 2, 3, 5]
    traced = trace_text(done, SYMBOLS, ids)
    for place, step in enumerate(traced.steps):
        *_, alone = forward_trace(config, done.arrays, window_at(ids, place), done.cells)
        np.testing.assert_allclose(step.output, alone.output, atol=1e-8)


def test_the_chart_of_the_flow_has_a_distance_for_each_character() -> None:
    config, arrays = network(cell="rnn", window=WINDOW)
    ids = (np.arange(15) * 7 % 6).tolist()
    flows = find_flows(config, arrays, ids)
    assert flows is not None
    assert [flows.distance(place) for place in (13, 10, 9, 0)] == [0, 3, 4, 13]
    assert all(not any(curve.values[WINDOW:]) for curve in flows.curves)
    assert all(min(curve.values[:WINDOW]) > 0 for curve in flows.curves)
    assert find_flows(config, arrays, ids[:WINDOW]) is None
    whole = find_flows(replace(config, window=0), arrays, ids)
    assert whole is not None
    assert min(whole.own.hidden_norms) > 0
