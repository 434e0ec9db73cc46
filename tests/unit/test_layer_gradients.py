"""Gradients of each layer's weights, against the backward pass written by hand; untrained cells."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from rnntui.errors import CorpusError
from rnntui.lenses.backward_pass import backward_pass
from rnntui.lenses.forward_trace import double_precision, forward_trace, one_hot
from rnntui.lenses.gradient_flow import gradient_flow
from rnntui.lenses.layer_gradients import layer_gradient_norms
from rnntui.lenses.untrained_cells import untrained_cells
from rnntui.nets.cells import CELLS, find_cell
from rnntui.nets.config import ModelConfig, weight_shapes
from tests.unit.lens_networks import Network, network, networks, texts


def _by_hand(net: Network, ids: Any) -> list[float]:
    """The norms by back-propagation through time, a row for each prediction, summed up."""
    config, arrays = net
    steps = list(forward_trace(config, arrays, ids[:-1].tolist()))
    head, layers = arrays["head.weight"], double_precision(config, arrays).layers
    outputs = {
        k: ((step.probabilities - one_hot(ids[k + 1], config.vocab_size)) @ head)[None] / len(steps)
        for k, step in enumerate(steps)
    }
    squares = np.zeros(config.num_layers)
    sums: list[dict[str, Any]] = [{} for _ in layers]
    for k, backs in backward_pass(double_precision(config, arrays), steps, outputs):
        for number, back in enumerate(backs):
            to_input, to_recurrent = back.to_input.sum(axis=0), back.to_recurrent.sum(axis=0)
            step = steps[k].layers[number]
            found = {
                "ih": np.outer(to_input, step.input),
                "bias": to_input,
                "hh": np.outer(to_recurrent, step.previous_hidden),
            }
            for name, part in found.items():
                sums[number][name] = sums[number].get(name, 0.0) + part
    for number, layer in enumerate(sums):
        if not find_cell(config.cell).is_recurrent:
            layer.pop("hh")
        squares[number] = sum(float((part**2).sum()) for part in layer.values())
    return np.sqrt(squares).tolist()


@settings(max_examples=30, deadline=None)
@given(net=networks(), ids=texts(least=2, most=9))
def test_norms_agree_with_the_backward_pass(net: Network, ids: Any) -> None:
    np.testing.assert_allclose(layer_gradient_norms(*net, ids), _by_hand(net, ids), atol=1e-8)


def test_a_network_on_windows_is_measured_on_windows() -> None:
    net, ids = network(cell="lstm", num_layers=3, window=3), np.array([1, 4, 2, 0, 5])
    # The first window's loss and the second's, each by itself.
    parts = [layer_gradient_norms(*net, ids[start : start + 4]) for start in (0, 1)]
    whole = layer_gradient_norms(*net, ids)
    assert (whole <= (parts[0] + parts[1]) / 2 + 1e-12).all()
    assert whole.shape == (3,)
    with pytest.raises(CorpusError, match="at least 4 characters"):
        layer_gradient_norms(*net, ids[:3])


def test_an_untrained_vanilla_cell_passes_back_a_hundredth_of_an_lstm_at_distance_50() -> None:
    config = ModelConfig(30, "gru", hidden_size=64, num_layers=1)
    ids = (np.arange(80) * 7 % 30).tolist()
    norms = {
        other.cell: gradient_flow(other, arrays, ids).hidden_norms
        for other, arrays in untrained_cells(config)
    }
    assert list(norms) == list(CELLS)
    assert 0 < 100 * norms["rnn"][50] < norms["lstm"][50]


def test_untrained_cells_are_of_the_same_size_and_the_same_again() -> None:
    config = ModelConfig(6, "lstm", hidden_size=4, num_layers=3, connections="residual")
    first, second = (list(untrained_cells(config)) for _ in range(2))
    for (other, arrays), (_, again) in zip(first, second, strict=True):
        shapes = {name: array.shape for name, array in arrays.items()}
        assert shapes == dict(weight_shapes(other))
        assert (other.hidden_size, other.num_layers, other.connections) == (4, 3, "residual")
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, again[name])


@settings(max_examples=10, deadline=None)
@given(net=networks(num_layers=3), ids=texts(least=2, most=9))
def test_the_norms_of_layers_make_up_those_of_all(net: Network, ids: Any) -> None:
    flow = gradient_flow(*net, ids.tolist())
    np.testing.assert_allclose(
        np.sqrt((flow.layer_norms**2).sum(axis=0)), flow.hidden_norms, atol=1e-12
    )
    for layer in range(3):
        np.testing.assert_allclose(
            flow.layer_norms[layer, ::-1], np.linalg.norm(flow.hidden[layer], axis=1), atol=1e-12
        )
